"""One trading day of one underlying, as the engine sees it: a value, loaded as far as it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from strikebook.model.instrument import OptionContract, OptionType
from strikebook.model.prices import Bars, Ticks
from strikebook.model.session import Session

WARM_UP_CANDLES = 500


def _no_bars(symbol: str) -> int:  # noqa: ARG001 — every instrument alike
    return 0


@dataclass(frozen=True)
class ContractList:
    """The option contracts listed that day: known at the open, traded or not.

    ``strikes_paise``: (expiry, option type) -> the listed strikes, ascending. ``lot_sizes``: expiry -> the
    contract's dated lot size, absent where no source knows it.
    """

    strikes_paise: Mapping[tuple[date, OptionType], tuple[int, ...]]
    lot_sizes: Mapping[date, int] = field(default_factory=dict)

    @cached_property
    def expiries(self) -> tuple[date, ...]:
        """The listed expiries, ascending."""
        return tuple(sorted({expiry for expiry, _ in self.strikes_paise}))


@dataclass(frozen=True, slots=True)
class MarketDay:
    """A day of ``underlying``: its session, its contracts, and doors to prices that load on demand.

    ``ticks_of(symbol)``: the day's trades of an underlying or contract inside the session (empty where it
    did not trade). ``history_of(symbol, timeframe_s)``: the last candles completed before this day, at most
    500, anchored at each session's open. ``source`` names where the data comes from and ``synthetic`` says
    that it was made up; both are shown with every result. ``bar_s_of(symbol)``: the length of the longest bar an
    instrument's trades were replayed from, 0 for real trades. ``prices_of(symbol)``: the same trades as
    ``ticks_of``, quantities and open interest left out because that is faster (None: there is no faster way).
    """

    underlying: str
    session: Session
    contracts: ContractList
    ticks_of: Callable[[str], Ticks]
    history_of: Callable[[str, int], Bars]
    source: str = ""
    synthetic: bool = False
    bar_s_of: Callable[[str], int] = _no_bars
    prices_of: Callable[[str], Ticks] | None = None

    def contract(self, expiry: date, strike_paise: int, option_type: OptionType) -> OptionContract:
        """The listed contract of those terms."""
        return OptionContract(self.underlying, expiry, strike_paise, option_type)
