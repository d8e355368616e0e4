"""What a day of a strategy came to: a value, complete enough to explain every order.

Money is whole paise, times are steps of the day's session (``Session.stamp`` turns one into a time). What a day has
by the dozen is a named tuple: those are made in a third of a dataclass's time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from strikebook.model.instrument import OptionContract
from strikebook.model.session import Session

Value: TypeAlias = float | str | None
RejectionReason: TypeAlias = Literal[
    "session_over",
    "max_entries",
    "already_open",
    "no_expiry",
    "no_spot",
    "stale_spot",
    "no_strike",
    "no_quantity",
    "no_price",
    "stale_price",
    "limit_not_reached",
]
ExitReason: TypeAlias = Literal[
    "exit_condition_met",
    "stop_loss",
    "target",
    "trailing_stop",
    "square_off_immediate",
    "square_off_performance",
    "square_off_time",
    "EOD Square-off",
    "Expiry settlement",
]
ConditionSetName: TypeAlias = Literal["base", "re_entry"]
CONDITION_SETS: tuple[ConditionSetName, ...] = ("base", "re_entry")


class Candle(NamedTuple):
    """A candle as seen at a step; prices in paise. ``start`` is its start, exchange-time seconds since 1970."""

    start: int
    open_paise: int
    high_paise: int
    low_paise: int
    close_paise: int
    volume: int | None


class CandleView(NamedTuple):
    """A timeframe of an instrument at a step: the forming candle, the last completed one, its indicators.

    ``indicators``: display name (with the output where there are several) -> value at the last completed candle.
    """

    symbol: str
    timeframe_s: int
    current: Candle | None
    previous: Candle | None
    indicators: Mapping[str, float | None]


class Reading(NamedTuple):
    """A leaf as it was evaluated: both values and the result. ``rhs_value`` is a pair for ``between``.

    ``lhs_previous`` and ``rhs_previous`` are given for crossings: the values of the last earlier step at which both
    sides had one. ``missing`` says why a side has no value, "" where both have one.
    """

    leaf: int
    lhs_value: Value
    rhs_value: Value | tuple[Value, Value]
    result: bool
    lhs_previous: float | None = None
    rhs_previous: float | None = None
    missing: str = ""


class Snapshot(NamedTuple):
    """What could be seen at a step: candles, the variables of every node, last prices (symbol -> (paise, age in s))."""

    candles: tuple[CandleView, ...]
    variables: Mapping[str, Mapping[str, Value]]
    prices: Mapping[str, tuple[int, int]]


class Trip(NamedTuple):
    """What was reached: by a protective rule, by what an order waited for, or by a square-off.

    ``watched``: the contract's price, the underlying's, the position's profit, that of an entry's legs together
    (``vpi`` is the entry's id then, ``origin`` the premium), the day's profit (``origin`` is 0) or the time (``seen``
    and ``level`` are seconds of the day). ``seen``, ``level`` and ``origin``
    (where it is measured from: the entry fill, the underlying's price then, the price as the order was sent) are
    rupees; ``text`` says the rule in words, ``path`` where it stands in the document.
    """

    vpi: str
    position_num: int
    kind: str
    watched: Literal["price", "underlying", "profit", "combined", "day", "time"]
    seen: float
    operator: Literal["<=", ">="]
    level: float
    origin: float
    text: str
    path: str


class Event(NamedTuple):
    """A node fired. ``condition_set`` and ``readings`` are a signal's; ``note`` says what an order node did.

    ``trip``: the protective rule, the amount or the time that made it fire.
    """

    execution_id: str
    parent_execution_id: str | None
    node_id: str
    node_type: str
    step: int
    snapshot: Snapshot
    condition_set: ConditionSetName | None = None
    readings: tuple[Reading, ...] = ()
    note: str = ""
    trip: Trip | None = None


class Fill(NamedTuple):
    """A filled order: when, at what price, how old the price was, and the underlying's price then (None: none yet).

    ``limit_paise``: the limit of an order that filled as a limit order, None for a market order.
    """

    step: int
    sent_step: int
    price_paise: int
    market_paise: int
    price_age_s: int
    underlying_paise: int | None
    limit_paise: int | None = None


class Greeks(NamedTuple):
    """Estimates at a price: ``iv`` a year (0.14 is 14 %), ``delta`` and ``gamma`` by a rupee of the forward.

    ``theta``: rupees a day; ``vega``: rupees by a percent point of volatility; ``forward``: rupees.
    """

    iv: float
    delta: float
    gamma: float
    theta: float
    vega: float
    forward: float


class Excursion(NamedTuple):
    """The most and the least of a position's profit while it was open, before charges."""

    most_paise: int
    least_paise: int


class DayMarks(NamedTuple):
    """The highest and the lowest of the day's realised + unrealised profit, and its largest fall, before charges.

    ``open_steps``: at how many of the day's ``steps`` after the open something was open.
    """

    highest_paise: int = 0
    lowest_paise: int = 0
    drawdown_paise: int = 0
    open_steps: int = 0
    steps: int = 0


NOWHERE = Excursion(0, 0)
FLAT = DayMarks()


class Trade(NamedTuple):
    """A row of the ledger: lots of one life bought and sold again. Its profit is what every total adds up.

    ``trade_id``: ``entry-2-pos1-r0`` for the closing row, ``…-r0-x1`` for a part.
    """

    trade_id: str
    vpi: str
    position_num: int
    part: int | None
    contract: OptionContract
    side: Literal["BUY", "SELL"]
    lots: int
    lot_size: int
    entry: Fill
    exit: Fill
    exit_reason: ExitReason
    exit_node_id: str | None
    exit_event_id: str | None
    pnl_paise: int

    @property
    def units(self) -> int:
        """Units traded: lots × lot size."""
        return self.lots * self.lot_size


class Life(NamedTuple):
    """A position from its entry to its close. ``trades`` are its ledger rows, the closing one last.

    ``entry_trip``: the price its entry order waited for, None for one that did not. ``entry_greeks``: None where there
    is no forward or the price implies no volatility. ``chosen``: why that contract and size, in words.
    """

    entry_node_id: str
    vpi: str
    position_num: int
    contract: OptionContract
    expiry_code: str
    strike_code: str
    side: Literal["BUY", "SELL"]
    lots: int
    lot_size: int
    entry: Fill
    entry_event_id: str
    trades: tuple[Trade, ...]
    closed: bool
    entry_trip: Trip | None = None
    excursion: Excursion = NOWHERE
    entry_greeks: Greeks | None = None
    chosen: str = ""

    @property
    def re_entry_num(self) -> int:
        """0 for the first life."""
        return self.position_num - 1

    @property
    def units(self) -> int:
        """Units opened: lots × lot size."""
        return self.lots * self.lot_size

    @property
    def pnl_paise(self) -> int:
        """The fold of its rows."""
        return sum(trade.pnl_paise for trade in self.trades)


@dataclass(frozen=True, slots=True)
class Rejection:
    """An order that was refused, for good (entries) or until it could be filled (exits, ``retried``)."""

    step: int
    sent_step: int
    node_id: str
    vpi: str
    side: Literal["entry", "exit"]
    reason: RejectionReason
    contract: OptionContract | None
    retried: bool
    event_id: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class Cancellation:
    """An order that still waited when the day ended."""

    step: int
    sent_step: int
    node_id: str
    vpi: str
    side: Literal["entry", "exit"]
    contract: OptionContract | None


class NearMiss(NamedTuple):
    """Steps ``from_step`` to ``to_step`` at which only ``leaf`` of that set kept the condition from holding."""

    from_step: int
    to_step: int
    condition_set: ConditionSetName
    leaf: int


@dataclass(frozen=True, slots=True, eq=False)
class NearMisses:
    """Near misses in order of ``from_step``, set and leaf, as columns: int64[n].

    ``of_set``: the place of the set's name in ``CONDITION_SETS``.
    """

    from_step: NDArray[np.int64]
    to_step: NDArray[np.int64]
    of_set: NDArray[np.int64]
    leaf: NDArray[np.int64]

    @staticmethod
    def of(misses: Iterable[NearMiss]) -> NearMisses:
        """The columns of near misses that are in order."""
        rows = [(miss.from_step, miss.to_step, CONDITION_SETS.index(miss.condition_set), miss.leaf) for miss in misses]
        return NearMisses(*np.array(rows, np.int64).reshape(-1, 4).T)

    @staticmethod
    def none() -> NearMisses:
        """No near miss."""
        return NearMisses.of(())

    def __len__(self) -> int:
        return len(self.from_step)

    def __eq__(self, other: object) -> bool:
        """Whether both hold the same near misses: arrays have no single answer of their own."""
        if not isinstance(other, NearMisses):
            return NotImplemented
        pairs = zip(self._columns(), other._columns(), strict=True)
        return all(np.array_equal(mine, theirs) for mine, theirs in pairs)

    def __hash__(self) -> int:
        return hash(tuple(column.tobytes() for column in self._columns()))

    def _columns(self) -> tuple[NDArray[np.int64], ...]:
        return self.from_step, self.to_step, self.of_set, self.leaf

    def __iter__(self) -> Iterator[NearMiss]:
        """Iterate over the near misses, each as a value of its own."""
        names = [CONDITION_SETS[number] for number in self.of_set.tolist()]
        return map(NearMiss, self.from_step.tolist(), self.to_step.tolist(), names, self.leaf.tolist())


class LeafCount(NamedTuple):
    """For how many armed steps a leaf was true, and when it last was."""

    leaf: int
    true_steps: int
    last_true_step: int | None


@dataclass(frozen=True, slots=True)
class SetReport:
    """A condition set of a signal: for how many steps it was armed, and what its leaves did in them."""

    condition_set: ConditionSetName
    armed_steps: int
    leaves: tuple[LeafCount, ...]


@dataclass(frozen=True, slots=True)
class SignalReport:
    """Why a signal did not fire (or how often it did). ``limit`` and ``limit_step`` say which limit ended it."""

    node_id: str
    fired_steps: tuple[int, ...]
    sets: tuple[SetReport, ...]
    near_misses: NearMisses
    near_misses_total: int
    limit: str | None = None
    limit_step: int | None = None


@dataclass(frozen=True, slots=True)
class DayResult:
    """One day of a strategy. ``trades`` is the ledger, in the order the rows were closed; ``exit_greeks`` by row.

    ``margin_paise``: an estimate of the most margin that the day's positions took.
    """

    session: Session
    trades: tuple[Trade, ...]
    lives: tuple[Life, ...]
    events: tuple[Event, ...]
    rejections: tuple[Rejection, ...]
    cancellations: tuple[Cancellation, ...]
    signals: tuple[SignalReport, ...]
    closing_snapshot: Snapshot
    ended_step: int
    replayed_bars: bool
    short_history: bool
    source: str
    synthetic: bool
    warnings: tuple[str, ...] = ()
    marks: DayMarks = FLAT
    margin_paise: int = 0
    exit_greeks: Mapping[str, Greeks | None] = field(default_factory=dict)
