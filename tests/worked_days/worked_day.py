"""A worked day and what is expected of it, in the form both engines are brought to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from inspect import cleandoc
from typing import Any, TypeAlias

from strikebook.model.options import RunOptions
from strikebook.model.session import clock_text, parse_clock
from tests.raw_day import RawDay
from tests.worked_days.making_market import Contract, Rupees, paise, symbol_of


@dataclass(frozen=True)
class Row:
    """A ledger row: times as ``HH:MM:SS``, money in paise."""

    trade_id: str
    symbol: str
    side: str
    units: int
    entry_time: str
    entry_paise: int
    exit_time: str
    exit_paise: int
    exit_reason: str
    pnl_paise: int


@dataclass(frozen=True)
class Open:
    """A life that is open after the close, and the last price of its contract; money in paise."""

    vpi: str
    symbol: str
    side: str
    units: int
    entry_paise: int
    last_paise: int


@dataclass(frozen=True)
class Armed:
    """A condition set in a signal's report: its armed steps, and by leaf (times true, last such time)."""

    steps: int
    leaves: Mapping[int, tuple[int, str | None]] | None = None


# (position id, entry or exit, reason, time); (position id, entry or exit); (time, node);
# (from, to, condition set, leaf).
Refusal: TypeAlias = tuple[str, str, str, str]
Cancelled: TypeAlias = tuple[str, str]
Firing: TypeAlias = tuple[str, str]
Miss: TypeAlias = tuple[str, str, str, int]


@dataclass(frozen=True)
class Outcome:
    """What came of a day. In an expectation, None or a missing key is not looked at.

    ``armed`` by (signal, condition set); ``misses`` by signal; ``ages``: trade -> age of its exit price in
    seconds.
    """

    trades: tuple[Row, ...] = ()
    refused: tuple[Refusal, ...] = ()
    cancelled: tuple[Cancelled, ...] = ()
    events: tuple[Firing, ...] | None = None
    armed: Mapping[tuple[str, str], Armed] = field(default_factory=dict)
    misses: Mapping[str, tuple[Miss, ...]] = field(default_factory=dict)
    ages: Mapping[str, int] = field(default_factory=dict)
    lives: Mapping[str, int] = field(default_factory=dict)
    left_open: tuple[Open, ...] = ()


@dataclass(frozen=True)
class WorkedDay:
    """A strategy, a day, and what the page says comes of it; ``sentence`` is the ruling it is about."""

    name: str
    sentence: str
    document: dict[str, Any]
    raw: RawDay
    options: RunOptions
    expected: Outcome


def worked_day(make: Callable[[], tuple[Any, ...]]) -> WorkedDay:
    """The day a function makes: (document, raw, expected[, options]); the first sentence of its docstring is
    the ruling.
    """
    document, raw, expected, *options = make()
    sentence = cleandoc(make.__doc__ or "").split("\n\n")[0].replace("\n", " ")
    return WorkedDay(make.__name__, sentence, document, raw, options[0] if options else RunOptions(), expected)


def row(
    trade_id: str,
    contract: Contract,
    side: str,
    units: int,
    entered: tuple[str, Rupees],
    left: tuple[str, Rupees],
    pnl: Rupees,
    reason: str = "exit_condition_met",
) -> Row:
    """A row as it is written by hand, in rupees."""
    (entry_time, entry_price), (exit_time, exit_price) = entered, left
    return Row(
        trade_id,
        symbol_of(contract),
        side,
        units,
        entry_time,
        paise(entry_price),
        exit_time,
        paise(exit_price),
        reason,
        paise(pnl),
    )


def left_open(vpi: str, contract: Contract, side: str, units: int, entered: Rupees, last: Rupees) -> Open:
    """An open life as it is written by hand, in rupees."""
    return Open(vpi, symbol_of(contract), side, units, paise(entered), paise(last))


def clock(raw: RawDay, step: int) -> str:
    """The time of a step of that day."""
    return clock_text(raw.open_s + step)


def firings(text: str) -> tuple[Firing, ...]:
    """Events as written by hand: a time followed by the nodes that fired then, in order."""
    events, time = [], ""
    for word in text.split():
        if ":" in word:
            time = clock_text(parse_clock(word))
        else:
            events.append((time, word))
    return tuple(events)


EOD = "EOD Square-off"
