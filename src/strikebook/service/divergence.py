"""The first divergence of two results on a day: when, where, what each did there, and the conditions behind it.

1. The events of both days are walked side by side until they differ in time, node or what was done.
2. The fills of both days are compared leg by leg; what differs first in time, an event or a fill, is the divergence.
3. Of an event that only one result has, the conditions that fired it stand beside what the other's came to at that
   second (``divergence_conditions``); of one that both have, the recorded values stand beside each other.

Only workers load this.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from typing import Any, Final

from strikebook.errors import StrategyError
from strikebook.service.compared_days import event_reasons, opened_day
from strikebook.service.divergence_conditions import Fired, recorded_pairs, worked_out_pairs
from strikebook.service.divergence_told import told
from strikebook.service.stored_days import StoredRun, refuse_replaced
from strikebook.service.strategy_file import load_strategy
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.layout import day_text
from strikebook.strategy.node import Strategy

Document = dict[str, Any]
_FIELDS: Final = {
    "trades": ("symbol", "side", "status", "{}_time", "{}_price"),
    "prices": ("symbol", "side", "status", "{}_time", "{}_price"),
    "terms": ("quantity", "lots", "lot_size", "charges"),
    "reasons": ("position_id", "exit_reason", "exit_node_id"),
}
"""What of a fill is compared; ``{}`` is ``entry`` or ``exit``."""
_SHOWN: Final = ("trade_id", "vpi", "position_num", "symbol", "side", "quantity", "entry_time", "entry_price")
_SHOWN_EXIT: Final = ("exit_time", "exit_price", "exit_reason", "pnl", "net_pnl", "condition_preview")
_MOST_SEEN: Final = 12


@dataclass(frozen=True, slots=True)
class Sided:
    """A result, its day and its strategy, the latter None where it is gone or no longer reads."""

    name: str
    day: Document
    strategy: Strategy | None

    @property
    def events(self) -> list[Document]:
        """Its events, without the start of the day."""
        return [event for event in self.day["events"] if event["node_type"] != "startNode"]


@dataclass(frozen=True, slots=True)
class _Fill:
    """A fill that differs: when first, of which life, at its ``entry`` or ``exit``, and in which fields."""

    time: str
    vpi: str
    number: int
    end: str
    fields: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class _Fork:
    """An event at which two days part: what each did then; the one that explains it, and whose that is (0 or 1)."""

    time: str
    did: tuple[list[Document], list[Document]]
    focus: Document
    actor: int
    both: Document | None


def first_divergence(storage: BacktestStorage, base: StoredRun, other: StoredRun, day: date, kind: str) -> Document:
    """The first divergence of a result from the base on a day that both have, ``kind`` being how the day differs.

    Raises StorageError where a day is missing or damaged, BusyError where a run has been replaced meanwhile.
    """
    one, two = (_sided(storage, run, day) for run in (base, other))
    for run in (base, other):
        refuse_replaced(storage, run)
    same_data = _fingerprint(base, day) == _fingerprint(other, day)
    return {"result": two.name, "divergence": divergence(one, two, day, kind, same_data=same_data)}


def divergence(base: Sided, other: Sided, day: date, kind: str, *, same_data: bool) -> Document:
    """Where two days that differ part: see the module's steps."""
    fill = min(_fills_that_differ(base, other, kind), key=lambda each: each.time, default=None)
    fork = None if kind == "terms" else _fork(base, other, by_reasons=kind == "reasons")
    if fork is not None and (fill is None or fork.time <= fill.time):
        found = _of_fork(base, other, fork, same_data=same_data)
        if kind == "prices" and fill is not None:
            found["fields"] = list(fill.fields)
    elif fill is not None:
        found = _of_fill(base, other, fill)
    else:
        found = _of_orders(base, other)
    document = {"kind": kind, "date": day_text(day), "same_data": same_data, **found}
    return document | {"told": told(document, base.name, other.name)}


def _sided(storage: BacktestStorage, run: StoredRun, day: date) -> Sided:
    document = storage.strategy(run.key)
    try:
        strategy = None if document is None else load_strategy(document, str(run.key))
    except StrategyError:  # somebody's edit: what needs it is then said not to be known
        strategy = None
    return Sided(str(run.key), opened_day(storage, run.key, day), strategy)


def _fingerprint(run: StoredRun, day: date) -> str:
    return run.fingerprints[run.days.index(day)]


def _fork(base: Sided, other: Sided, *, by_reasons: bool) -> _Fork | None:
    one, two = base.events, other.events
    for at, (mine, theirs) in enumerate(zip_longest(one, two)):
        if mine is None or theirs is None or _step(mine) != _step(theirs):
            time = min(event["time"] for event in (mine, theirs) if event is not None)
            return _parted(base, other, at, time)
        if by_reasons and event_reasons(mine) != event_reasons(theirs):
            return _Fork(mine["time"], (_did(base, [mine]), _did(other, [theirs])), mine, 0, theirs)
    return None


def _parted(base: Sided, other: Sided, at: int, time: str) -> _Fork:
    """The fork at a time, from the first event on that is not the same in both."""
    then = [[event for event in side.events[at:] if event["time"] == time] for side in (base, other)]
    did = (_did(base, then[0]), _did(other, then[1]))
    nodes = [{event["node_id"] for event in events} for events in then]
    for actor in (0, 1):
        focus = next((event for event in then[actor] if event["node_id"] not in nodes[1 - actor]), None)
        if focus is not None:
            return _Fork(time, did, focus, actor, None)
    steps = [_step(event) for event in then[1]]
    first = next((event for event in then[0] if _step(event) not in steps), then[0][0])
    return _Fork(time, did, first, 0, next(event for event in then[1] if event["node_id"] == first["node_id"]))


def _step(event: Mapping[str, Any]) -> tuple[object, ...]:
    return event["time"], event["node_id"], event["note"]


def _did(side: Sided, events: Sequence[Mapping[str, Any]]) -> list[Document]:
    """What a result did: its events, each with why its order was refused where it was."""
    refused = {each["event_id"]: each["reason"] for each in side.day["rejections"]}
    return [
        {
            "node_id": event["node_id"],
            "label": event["node_label"],
            "note": event["note"],
            "execution_id": event["execution_id"],
            "rejected": refused.get(event["execution_id"]),
        }
        for event in events
    ]


def _of_fork(base: Sided, other: Sided, fork: _Fork, *, same_data: bool) -> Document:
    sides = (base, other)
    actor, idle = sides[fork.actor], sides[1 - fork.actor]
    focus, reason = fork.focus, fork.focus["diagnostic_data"]
    life, end = _life_of(actor, focus)
    if life is None and fork.both is not None:
        life, end = _life_of(idle, fork.both)
    seen: list[Document] = []
    if fork.both is not None:
        pairs = recorded_pairs(reason, fork.both["diagnostic_data"])
        seen = list(_seen(reason, fork.both["diagnostic_data"]))[:_MOST_SEEN]
        not_fired, again = None, None
    else:
        fired = Fired(focus["node_id"], focus["time"], reason)
        pairs, not_fired = worked_out_pairs(
            fired, actor.strategy, idle.strategy, idle.day["signals"], same_data=same_data
        )
        again = next(
            (each for each in idle.events if each["node_id"] == focus["node_id"] and each["time"] > fork.time), None
        )
        if fork.actor == 1:
            pairs = [{**pair, "base": pair["other"], "other": pair["base"]} for pair in pairs]
    lives = [None, None] if life is None else [_same_life(side, life) for side in sides]
    return {
        "time": fork.time,
        "node_id": focus["node_id"],
        "label": focus["node_label"],
        "vpi": None if life is None else life["vpi"],
        "end": end,
        "acted": "both" if fork.both is not None else ("base", "other")[fork.actor],
        "base": {"did": fork.did[0], "position": _shown(lives[0])},
        "other": {"did": fork.did[1], "position": _shown(lives[1])},
        "fields": [],
        "condition_set": reason["condition_set"],
        "conditions": pairs,
        "not_fired": not_fired,
        "fired_later_at": None if again is None else again["time"],
        "seen": seen,
    }


def _of_fill(base: Sided, other: Sided, fill: _Fill) -> Document:
    lives = [_life(side, fill.vpi, fill.number) for side in (base, other)]
    there = [life for life in lives if life is not None]
    return _bare(fill.time) | {
        "node_id": there[0]["position_id"] if fill.end == "entry" else there[0]["exit_node_id"],
        "vpi": fill.vpi,
        "end": fill.end,
        "base": {"did": [], "position": _shown(lives[0])},
        "other": {"did": [], "position": _shown(lives[1])},
        "fields": list(fill.fields),
    }


def _of_orders(base: Sided, other: Sided) -> Document:
    """Nothing but an order that was refused, or still waited at the end, is another."""
    for name in ("rejections", "cancellations"):
        for mine, theirs in zip_longest(base.day[name], other.day[name]):
            if mine != theirs:
                first = mine or theirs
                fields = [
                    {"name": f"{name}.{field}", "base": (mine or {}).get(field), "other": (theirs or {}).get(field)}
                    for field in first
                    if (mine or {}).get(field) != (theirs or {}).get(field)
                ]
                return _bare(first["time"]) | {"node_id": first["node_id"], "vpi": first["vpi"], "fields": fields}
    return _bare(base.day["session"]["open"])


def _bare(time: str) -> Document:
    side: Document = {"did": [], "position": None}
    return {
        "time": time,
        "node_id": None,
        "label": "",
        "vpi": None,
        "end": None,
        "acted": "both",
        "base": side,
        "other": side,
        "fields": [],
        "condition_set": None,
        "conditions": [],
        "not_fired": None,
        "fired_later_at": None,
        "seen": [],
    }


def _fills_that_differ(base: Sided, other: Sided, kind: str) -> Iterator[_Fill]:
    """Every entry, and every closing row, that is not the same in both."""
    for end, part, records in (("entry", "", "positions"), ("exit", "part", "trades")):
        mine, theirs = (_by_life(side.day[records], part) for side in (base, other))
        names = [name.format(end) for name in _FIELDS[kind] if end == "entry" or name != "status"]
        for key in dict.fromkeys((*mine, *theirs)):
            one, two = mine.get(key, {}), theirs.get(key, {})
            fields = tuple(
                {"name": name, "base": one.get(name), "other": two.get(name)}
                for name in names
                if one.get(name) != two.get(name)
            )
            if fields and not (end == "exit" and kind == "reasons" and "position_id" in names and not (one and two)):
                time = min(each[f"{end}_time"] for each in (one, two) if each)
                yield _Fill(time, key[0], key[1], end, fields)


def _by_life(records: Sequence[Document], part: str) -> dict[tuple[str, int, object], Document]:
    return {(each["vpi"], each["position_num"], each.get(part)): each for each in records}


def _life(side: Sided, vpi: str, number: int) -> Document | None:
    lives: list[Document] = side.day["positions"]
    return next((each for each in lives if (each["vpi"], each["position_num"]) == (vpi, number)), None)


def _same_life(side: Sided, life: Mapping[str, Any]) -> Document | None:
    return _life(side, life["vpi"], life["position_num"])


def _life_of(side: Sided, event: Mapping[str, Any]) -> tuple[Document | None, str | None]:
    """The life that an event led to first, and whether it opened or closed it."""
    found: list[tuple[str, int, str]] = []
    for at, life in enumerate(side.day["positions"]):
        for end in ("entry", "exit"):
            time = life[f"{end}_time"]
            if time is not None and time >= event["time"] and event["execution_id"] in life[f"{end}_flow_ids"]:
                found.append((time, at, end))
    if not found:
        return None, None
    _, at, end = min(found)
    return side.day["positions"][at], end


def _shown(life: Mapping[str, Any] | None) -> Document | None:
    if life is None:
        return None
    shown = {name: life[name] for name in (*_SHOWN, *_SHOWN_EXIT)}
    return shown | {"exit_condition_preview": life["exit_condition_preview"] or ""}


def _seen(mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[Document]:
    """What was seen at an event and is not the same in both: candles, variables, last prices."""
    for name in ("candle_data", "node_variables", "last_prices"):
        yield from _unequal(name, mine[name], theirs[name])


def _unequal(place: str, mine: object, theirs: object) -> Iterator[Document]:
    if isinstance(mine, dict) or isinstance(theirs, dict):
        one, two = (each if isinstance(each, dict) else {} for each in (mine, theirs))
        for name in dict.fromkeys((*one, *two)):
            if name != "timeframes":  # the shortest of them stands beside it
                yield from _unequal(f"{place}.{name}", one.get(name), two.get(name))
    elif mine != theirs:
        yield {"what": place, "base": mine, "other": theirs}
