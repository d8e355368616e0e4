"""What a leg's order is for: its contract and its size, or the reason why there is none."""

from __future__ import annotations

from typing import NamedTuple

from strikebook.engine.contracts import choose_expiry
from strikebook.engine.market_columns import MarketColumns
from strikebook.engine.orders import Broker, lots_for, whole_lots
from strikebook.engine.strikes import fresh_prices, strike_of, years_until
from strikebook.model.day_result import RejectionReason
from strikebook.model.instrument import OptionContract
from strikebook.strategy.node import Leg

MOST_UNITS = 10**10
"""More than a market has; a profit of so many units is still exact in 64 bits."""
Refusal = tuple[RejectionReason, OptionContract | None, str]


class Choice(NamedTuple):
    """What a leg's order would be for, before it is sent; ``why`` that, in words."""

    contract: OptionContract
    lots: int
    lot_size: int
    why: str


class Chooser:
    """Chooses contracts through a day; remembers the strike that was last chosen for each leg."""

    def __init__(self, market: MarketColumns, broker: Broker) -> None:
        self._market = market
        self._broker = broker
        self._chosen: dict[str, int] = {}

    def choose(self, leg: Leg, step: int) -> Choice | Refusal:
        """Fix a leg's contract and size, or say why there is none; the first reason counts."""
        contracts, session = self._market.day.contracts, self._market.session
        choice = leg.option
        expiry = choose_expiry(contracts.expiries, choice, session.date)
        if expiry is None:
            listed = ", ".join(day.isoformat() for day in contracts.expiries) or "none"
            return ("no_expiry", None, f"{choice.expiry_code}: listed expiries are {listed}")
        spot = self._market.spot.quote(step)
        if spot is None:
            return ("no_spot", None, f"{self._market.day.underlying} has not traded yet")
        if spot.age_s > self._broker.options.max_price_age_s:
            return ("stale_spot", None, f"{self._market.day.underlying} last traded {spot.age_s} s ago")
        years = years_until(expiry, session.date, session.open_s + step)
        fresh = fresh_prices(self._market, step, self._broker.options.max_price_age_s)
        beside = self._chosen.get(choice.beside)
        served = strike_of(contracts, choice, expiry, spot.price_paise, fresh, years, beside)
        if served is None:
            found = "is not listed" if choice.by in ("steps", "exact") else "is not there: no strike with a fresh price"
            return ("no_strike", None, f"{choice.strike_code} {choice.option_type} of {expiry} {found}")
        strike, why = served
        self._chosen[leg.vpi] = strike
        contract = self._market.day.contract(expiry, strike, choice.option_type)
        lot_size = leg.lot_size if leg.lot_size is not None else contracts.lot_sizes.get(expiry)
        if lot_size is None:
            return ("no_quantity", contract, "no lot size is known for the contract and the leg has none")
        scale = self._broker.options.scale
        quote = None
        if leg.capital is None:
            lots = whole_lots(leg.lots, scale)
        else:
            tape = self._market.contract_tape(contract.symbol)
            quote = self._broker.fresh(tape, step)
            if quote is None:
                return (self._broker.missing(tape, step), contract, "no price to turn the capital into lots")
            lots = lots_for(leg.capital * scale, quote.price_paise * lot_size)
            why += f"; {lots} lots at {quote.price_paise / 100:.2f} for {leg.capital} rupees × {scale}"
        if 1 <= lots <= MOST_UNITS // lot_size:
            return Choice(contract, lots, lot_size, why)
        limit = "less than one lot" if lots < 1 else f"more than {MOST_UNITS:,} units"
        at = "" if quote is None else f" at {quote.price_paise / 100:.2f}"
        wanted = f"{leg.lots} lots" if quote is None else f"{leg.capital} rupees"
        return ("no_quantity", contract, f"{wanted} × {scale}{at} is {limit}")
