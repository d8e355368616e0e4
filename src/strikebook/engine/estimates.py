"""Implied volatility and greeks at the fills of a day: estimates for those who read it, nothing is decided by them."""

from __future__ import annotations

from datetime import date

from strikebook.engine.black import greeks_of
from strikebook.engine.market_columns import MarketColumns
from strikebook.engine.strikes import forward_of, fresh_prices, years_until
from strikebook.model.day_result import Fill, Greeks
from strikebook.model.instrument import OptionContract, OptionType


class Estimates:
    """The estimates of one day; what several fills share is worked out once."""

    def __init__(self, market: MarketColumns, max_price_age_s: int) -> None:
        self._market = market
        self._max_age_s = max_price_age_s
        self._forwards: dict[tuple[date, OptionType, int], float | None] = {}

    def at(self, contract: OptionContract, fill: Fill) -> Greeks | None:
        """The greeks at a fill's market price; None where there is no forward, or the price implies no volatility."""
        forward = self._forward(contract.expiry, contract.option_type, fill.step, fill.underlying_paise)
        if forward is None:
            return None
        session = self._market.session
        years = years_until(contract.expiry, session.date, session.open_s + fill.step)
        strike, price = contract.strike_paise / 100, fill.market_paise / 100
        return greeks_of(contract.option_type, forward, strike, years, price)

    def spot_paise(self, step: int) -> int | None:
        """The underlying's last price at a step."""
        quote = self._market.spot.quote(step)
        return None if quote is None else quote.price_paise

    def forward_at(self, contract: OptionContract, step: int) -> float | None:
        """The synthetic forward of a contract's expiry at a step, the spot where a price for it is missing."""
        spot = self.spot_paise(step)
        forward = self._forward(contract.expiry, contract.option_type, step, spot)
        return forward if forward is not None else None if spot is None else spot / 100

    def _forward(self, expiry: date, kind: OptionType, step: int, spot_paise: int | None) -> float | None:
        place = (expiry, kind, step)
        if place not in self._forwards:
            self._forwards[place] = None
            if spot_paise is not None:
                contracts = self._market.day.contracts
                fresh = fresh_prices(self._market, step, self._max_age_s)
                self._forwards[place] = forward_of(contracts, expiry, spot_paise, kind, fresh)
        return self._forwards[place]
