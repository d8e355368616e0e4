"""The nodes of a strategy graph and the graph itself, as typed values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, TypeAlias

from strikebook.model.instrument import OptionType
from strikebook.strategy.expression import ConditionSet, InstrumentRole, Variable
from strikebook.strategy.order_terms import LimitOrder, RangeBreakout, TriggerPrice, WaitAndTrade
from strikebook.strategy.protection import LazyLeg, LegReEntry, ProtectiveRule

ParameterValue: TypeAlias = float | int | str | bool
FirstPrice: TypeAlias = WaitAndTrade | RangeBreakout | TriggerPrice
StrikeBy: TypeAlias = Literal[
    "steps",
    "exact",
    "percentage",
    "premium",
    "premiumAtLeast",
    "premiumAtMost",
    "premiumRange",
    "straddleWidth",
    "straddlePremium",
    "delta",
    "deltaRange",
    "relative",
]
SignalKind: TypeAlias = Literal["entry", "exit", "re_entry"]


@dataclass(frozen=True, slots=True)
class IndicatorUse:
    """An indicator as a strategy declares it: the catalogue's name, every parameter stated, its display name."""

    key: str
    name: str
    parameters: Mapping[str, ParameterValue]
    display_name: str


@dataclass(frozen=True, slots=True)
class Timeframe:
    """A timeframe of an instrument, in seconds (86400 for a day), with its indicators by key."""

    id: str
    seconds: int
    indicators: Mapping[str, IndicatorUse]


@dataclass(frozen=True, slots=True)
class InstrumentUse:
    """The trading (TI) or supporting (SI) instrument with its timeframes, by seconds."""

    role: InstrumentRole
    symbol: str
    timeframes: Mapping[int, Timeframe]


@dataclass(frozen=True, slots=True)
class OptionChoice:
    """Which contract a leg takes: expiry ``W``/``M``/``Q``/``Y`` and number, and how its strike is chosen.

    ``D``: the days to expiry, from ``expiry_number`` to ``expiry_most``. ``beside``: the leg that a relative strike is
    counted from.

    ``otm_steps``: 0 is ATM, 2 is OTM2, -1 is ITM1. ``by``: what ``value`` (and ``most``, of a range) is, where the
    strike is not so many steps away.
    """

    expiry_unit: Literal["W", "M", "Q", "Y", "D"]
    expiry_number: int
    otm_steps: int
    option_type: OptionType
    by: StrikeBy = "steps"
    value: Decimal = Decimal(0)
    most: Decimal = Decimal(0)
    beside: str = ""
    expiry_most: int = 0

    @property
    def expiry_code(self) -> str:
        """Such as ``W0``, ``D0-7``."""
        if self.expiry_unit == "D":
            return f"D{self.expiry_number}-{self.expiry_most}"
        return f"{self.expiry_unit}{self.expiry_number}"

    @property
    def strike_code(self) -> str:
        """Such as ``ATM``, ``OTM2``, ``ITM1``, ``premium 50``."""
        if self.by in ("premiumRange", "deltaRange"):
            return f"{self.by} {self.value.normalize():f}-{self.most.normalize():f}"
        if self.by == "relative":
            return f"{self.beside} {self.otm_steps:+d}"
        if self.by != "steps":
            return f"{self.by} {self.value.normalize():f}"
        if self.otm_steps == 0:
            return "ATM"
        return f"OTM{self.otm_steps}" if self.otm_steps > 0 else f"ITM{-self.otm_steps}"


@dataclass(frozen=True, slots=True)
class Leg:
    """One position an entry opens: ``lots`` of ``lot_size`` units (None: the contract's dated lot size).

    ``capital``: as many lots as so many rupees buy, instead. ``rules`` are its own; those of its entry and of exits
    stand there. ``first``: what has to happen before its order goes in. ``carried``: it stays open over the close, but
    for its expiry day. ``priority``: the smaller is sent first. ``lazy``: it waits for another leg's stop or target.
    """

    vpi: str
    lots: int
    lot_size: int | None
    side: Literal["BUY", "SELL"]
    option: OptionChoice
    path: str
    rules: tuple[ProtectiveRule, ...] = ()
    re_entry: LegReEntry | None = None
    limit: LimitOrder | None = None
    first: FirstPrice | None = None
    carried: bool = False
    capital: Decimal | None = None
    priority: Decimal = Decimal(0)
    lazy: LazyLeg | None = None


@dataclass(frozen=True, slots=True)
class LockAndTrail:
    """A floor under the day's profit, in rupees: from ``when`` on it is ``lock``, ``by`` more for ``every`` gained."""

    when: Decimal
    lock: Decimal
    every: Decimal
    by: Decimal


@dataclass(frozen=True, slots=True)
class EndConditions:
    """When a square-off acts. Times are seconds of the day or before the close; amounts are rupees.

    ``profit_targets`` are reached at ≥ (each positive), ``loss_limits`` at ≤ (each negative). ``path``: where they
    stand in the document.
    """

    immediate: bool = False
    profit_targets: tuple[Decimal, ...] = ()
    loss_limits: tuple[Decimal, ...] = ()
    lock: LockAndTrail | None = None
    exit_time_s: int | None = None
    before_close_s: int | None = None
    path: str = field(default="", compare=False)

    @property
    def never(self) -> bool:
        """True where nothing could ever trigger it."""
        return not (
            self.immediate
            or self.profit_targets
            or self.loss_limits
            or self.lock is not None
            or self.exit_time_s is not None
            or self.before_close_s is not None
        )


@dataclass(frozen=True, slots=True)
class StartNode:
    """The root of the graph."""

    id: str
    label: str
    end: EndConditions


@dataclass(frozen=True, slots=True)
class SignalNode:
    """A condition that opens (entry), closes (exit) or opens again (re_entry).

    ``re_entry_conditions`` is None unless its flag is set and it has a leaf. ``max_re_entries``: None is no
    limit; only a re-entry signal has one.
    """

    id: str
    label: str
    kind: SignalKind
    conditions: ConditionSet
    re_entry_conditions: ConditionSet | None
    variables: tuple[Variable, ...]
    max_re_entries: int | None
    path: str


@dataclass(frozen=True, slots=True)
class EntryNode:
    """The order(s) that open; ``max_entries`` limits its executions of a day (None: no limit).

    ``rules`` protect each of its legs, ``combined`` all of them together.
    """

    id: str
    label: str
    legs: tuple[Leg, ...]
    all_or_none: bool
    max_entries: int | None
    path: str
    rules: tuple[ProtectiveRule, ...] = ()
    combined: tuple[ProtectiveRule, ...] = ()


@dataclass(frozen=True, slots=True)
class ExitNode:
    """The order that closes ``targets`` (vpis, in document order), whole or in part.

    ``quantity``: ``all``; ``percentage`` of the lots open at the fill; ``specific`` lots. ``amount`` is the
    percentage or the lots.
    """

    id: str
    label: str
    targets: tuple[str, ...]
    quantity: Literal["all", "percentage", "specific"]
    amount: Decimal
    path: str
    rules: tuple[ProtectiveRule, ...] = ()
    re_entry: LegReEntry | None = None
    limit: LimitOrder | None = None


@dataclass(frozen=True, slots=True)
class SquareOffNode:
    """Closes everything and ends the day."""

    id: str
    label: str
    end: EndConditions
    path: str


Node: TypeAlias = StartNode | SignalNode | EntryNode | ExitNode | SquareOffNode


@dataclass(frozen=True, slots=True)
class Finding:
    """Something the check found: an error or a warning, where, what, and what would be right."""

    severity: Literal["error", "warning"]
    path: str
    what: str
    right: str = ""
    node_id: str = ""


@dataclass(frozen=True, slots=True)
class Strategy:
    """A strategy that can run.

    ``nodes`` by id in document order; ``children`` and ``parents`` by id in edge order (only the nodes the
    engine runs; ignored ones are left out). ``hash`` is the SHA-256 of what counts for the engine, in
    canonical form: two documents that mean the same have the same hash.
    """

    id: str
    user_id: str
    name: str
    trading: InstrumentUse
    supporting: InstrumentUse | None
    nodes: Mapping[str, Node]
    children: Mapping[str, tuple[str, ...]]
    parents: Mapping[str, tuple[str, ...]]
    start_id: str
    hash: str
    warnings: tuple[Finding, ...] = ()
    positions: Mapping[str, tuple[float, float]] = field(default_factory=dict)
