"""Read the blocks that close a leg by its price (``postExecutionConfig``) and those that open it again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from strikebook.strategy.cursor import Cursor, shown, squeezed
from strikebook.strategy.expressions import read_time
from strikebook.strategy.instruments import timeframe_seconds
from strikebook.strategy.protection import (
    LazyLeg,
    LegReEntry,
    LimitTerms,
    ProtectiveRule,
    ReEntryCause,
    RuleKind,
    RuleUnit,
)
from strikebook.strategy.read_order_terms import PRICES, chosen, is_switched_on, read_amount, read_move, read_wait

Owner = Literal["leg", "entry", "exit", "combined"]

_BLOCKS: dict[str, RuleKind] = {
    "stopLoss": "stop_loss",
    "breakeven": "breakeven",
    "moveToCost": "move_to_cost",
    "takeProfit": "target",
    "trailingStop": "trailing_stop",
}
_UNITS: dict[str, RuleUnit] = {"percentage": "percentage", "points": "points", "pnl": "pnl"}
_AMOUNTS: dict[RuleKind, dict[RuleUnit, str]] = {
    "stop_loss": {"percentage": "stopPercentage", "points": "stopPoints", "pnl": "stopPnl"},
    "target": {"percentage": "targetPercentage", "points": "targetPoints", "pnl": "targetPnl"},
}
_LOOKS = {"second": "second", "candleclose": "candleClose"}
_EXTENTS = {"partial": "partial", "complete": "complete"}
_CAUSES: dict[str, ReEntryCause] = {"stoploss": "stop_loss", "target": "target", "trailingstop": "trailing_stop"}
_RE_ENTRIES: dict[str, Literal["asap", "cost", "momentum"]] = {"asap": "asap", "cost": "cost", "momentum": "momentum"}


@dataclass(frozen=True, slots=True)
class Protection:
    """The rules of a leg, an entry or an exit, and the positions they name, with their places."""

    rules: tuple[ProtectiveRule, ...]
    named: tuple[tuple[str, Cursor], ...]


def read_protection(places: Iterable[Cursor], owner: Owner) -> Protection:
    """Read the enabled blocks in ``postExecutionConfig`` of these places, and beside it."""
    rules: list[ProtectiveRule] = []
    named: list[tuple[str, Cursor]] = []
    seen: set[RuleKind] = set()
    for place in places:
        config = place.section("postExecutionConfig")
        on = config.get("enabled").flag(default=True)
        for block in (config, place) if on else (place,):
            for name, kind in _BLOCKS.items():
                section = block.section(name)
                if not is_switched_on(section, name):
                    continue
                rule = _rule(section, kind, owner, named)
                if rule is None:
                    continue
                if kind in seen:
                    section.error("a second block of this kind in one place", "one of them")
                seen.add(kind)
                rules.append(rule)
    return Protection(tuple(rules), tuple(named))


def read_combined(config: Cursor) -> tuple[ProtectiveRule, ...]:
    """Read ``combinedConfig`` of an entry: rules for its legs together."""
    if not config.get("enabled").flag(default=True):
        return ()
    rules = []
    for name, kind in _BLOCKS.items():
        block = config.section(name)
        if kind == "move_to_cost":
            if is_switched_on(block, name):
                block.error("moveToCost of all legs together", "moveToCost of a leg or the entry")
            continue
        if not is_switched_on(block, name):
            continue
        for member in ("appliesTo", "checkAt", "waitForMarket"):
            place = block.get(member)
            if not place.blank and squeezed(str(place.value)) not in ("premium", "second", "false"):
                place.error(f"{member} of all legs together", "without it: their profit, every second, at the market")
        rule = _rule(block, kind, "combined", [])
        if rule is not None and rule.unit == "points":
            block.get("triggerType").error("points of all legs together", "percentage or pnl")
        elif rule is not None:
            rules.append(rule)
    return tuple(rules)


def _rule(block: Cursor, kind: RuleKind, owner: Owner, named: list[tuple[str, Cursor]]) -> ProtectiveRule | None:
    unit = chosen(block.get("triggerType"), "triggerType", _UNITS, "percentage")
    underlying = chosen(block.get("appliesTo"), "appliesTo", PRICES, "premium") == "underlying"
    if underlying and unit == "pnl":
        block.get("appliesTo").error("a profit of the underlying", "premium, or percentage or points")
    amount, further = _amounts(block, kind, unit)
    if amount is None or further is None:
        return None
    return ProtectiveRule(
        kind=kind,
        node_id=block.node_id,
        owner=owner,
        unit=unit,
        underlying=underlying,
        amount=amount,
        further=further,
        candle_s=_candle(block),
        whole=chosen(block.get("squareOff"), "squareOff", _EXTENTS, "partial") == "complete",
        when_stopped=_when_stopped(block.get("whenStopped"), named) if kind == "move_to_cost" else (),
        limit=_limit_terms(block, underlying=underlying),
        path=block.path,
    )


def _amounts(block: Cursor, kind: RuleKind, unit: RuleUnit) -> tuple[Decimal | None, Decimal | None]:
    """The two numbers of a rule; None where one is missing or wrong, the error noted."""
    match kind:
        case "move_to_cost":
            return Decimal(0), Decimal(0)
        case "breakeven":
            after, lock = (
                read_amount(block.get("afterProfit")),
                read_amount(block.get("lockProfit"), default=Decimal(0)),
            )
            if after is not None and lock is not None and lock >= after:
                block.get("lockProfit").error(f"a profit of {lock} to lock before {after} is reached", "a smaller one")
            return after, lock
        case "trailing_stop":
            return read_amount(block.get("initialDistance")), read_amount(block.get("stepSize"), default=Decimal(0))
        case "stop_loss" | "target":
            return read_amount(block.get(_AMOUNTS[kind][unit], "value")), Decimal(0)


def _candle(block: Cursor) -> int:
    """The length of the candles whose closes count, in seconds; 0: every second counts."""
    looks = chosen(block.get("checkAt"), "checkAt", _LOOKS, "second")
    if looks == "second":
        return 0
    place = block.get("timeframe")
    if not place.required("the timeframe whose closes count"):
        return 0
    seconds = timeframe_seconds(place.text())
    if seconds is None or seconds >= 86_400:
        place.error(f"unknown timeframe {shown(place.value)}", "whole minutes or hours, such as 5m")
        return 0
    return seconds


def _when_stopped(place: Cursor, named: list[tuple[str, Cursor]]) -> tuple[str, ...]:
    """The positions that are named; none for every other leg of the entry."""
    if place.blank or (isinstance(place.value, str) and place.value.strip().lower() in ("any", "_any")):
        return ()
    places = place.elements() if isinstance(place.value, list) else (place,)
    found = [(text, at) for at in places if (text := at.text())]
    named.extend(found)
    return tuple(dict.fromkeys(text for text, _ in found))


def _limit_terms(block: Cursor, *, underlying: bool) -> LimitTerms | None:
    flag = block.get("waitForMarket")
    if not flag.flag():
        for name in ("limitBuffer", "waitTime", "waitTimeUnit"):
            block.get(name)  # the builder writes them also where nothing waits
        return None
    if underlying:
        flag.error("a limit order at a price of the underlying", "waitForMarket: false, or appliesTo: premium")
    buffer = read_amount(block.get("limitBuffer"), default=Decimal(0))
    block.get("waitTime").required("how long the limit order waits")
    return LimitTerms(buffer or Decimal(0), read_wait(block))


def read_re_entry(block: Cursor, *, of_exit: bool) -> LegReEntry | None:
    """Read a ``reEntryConfig`` that is enabled; None for one that is off."""
    if not is_switched_on(block, "reEntryConfig"):
        return None
    most = block.get("maxReEntries").whole(0, 1_000)
    until = block.get("until")
    kind = chosen(block.get("type"), "type of re-entry", _RE_ENTRIES, "asap")
    move = read_move(block.get("momentumType"), block.get("momentumValue")) if kind == "momentum" else None
    return LegReEntry(
        most=1 if most is None else most,
        kind=kind,
        move=move,
        causes=() if of_exit else _causes(block.get("on")),
        reverse=block.get("reverse").flag(),
        until_s=read_time(until) if not until.blank else None,
        candle_s=_candle(block),
        group=block.get("groupNumber").whole(1, 1_000),
        path=block.path,
    )


def read_lazy_leg(block: Cursor, own: str, named: list[tuple[str, Cursor]]) -> LazyLeg | None:
    """Read a ``lazyLeg`` that is enabled."""
    if not is_switched_on(block, "lazyLeg"):
        return None
    place = block.get("armedBy")
    if not place.required("the leg that arms it"):
        return None
    armed_by = place.text()
    if armed_by == own:
        place.error("a leg that arms itself", "another leg")
    named.append((armed_by, place))
    return LazyLeg(armed_by, _causes(block.get("on")))


def _causes(place: Cursor) -> tuple[ReEntryCause, ...]:
    everything = tuple(_CAUSES.values())
    if place.blank or place.value == []:
        return everything
    places = place.elements() if isinstance(place.value, list) else (place,)
    found = {cause for at in places if (cause := at.choice("reason", _CAUSES)) is not None}
    return tuple(cause for cause in everything if cause in found)
