"""The synthetic market: made-up prices of real indices, labelled so everywhere, from a seed and nothing else.

1. ``draws``: randomness as a function of the seed and of what it is for.
2. ``indices``, ``trading_days``, ``expiries``: what is traded, when, and until when.
3. ``daily_path``: each index's open and close on every day; ``day_path``: the seconds between them.
4. ``chain``: the contracts listed on a day; ``pricing``, ``option_trades``: one contract's trades.
5. ``source``: all of it as a market source; ``demo``: a stretch of it written as a catalogue.
"""

from strikebook.market.synthetic.source import SyntheticMarket

__all__ = ["SyntheticMarket"]
