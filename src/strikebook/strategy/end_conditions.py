"""Read when a square-off acts: at once, on a profit or loss of the day, or at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from strikebook.strategy.cursor import Cursor, squeezed
from strikebook.strategy.expressions import read_time
from strikebook.strategy.node import EndConditions, LockAndTrail
from strikebook.strategy.read_order_terms import is_switched_on, read_amount
from strikebook.strategy.refused import refuse_limit_order

_KINDS = {"absolute": "absolute", "percentage": "percentage"}
USUAL_OPEN_S, USUAL_CLOSE_S = 9 * 3600 + 15 * 60, 15 * 3600 + 30 * 60


@dataclass(slots=True)
class _Amounts:
    profit_targets: list[Decimal] = field(default_factory=list)
    loss_limits: list[Decimal] = field(default_factory=list)
    lock: LockAndTrail | None = None


def read_end_conditions(data: Cursor) -> EndConditions:
    """Read the ``endConditions`` of a start or square-off node."""
    block = data.section("endConditions")
    closure = block.section("positionClosure")
    refuse_limit_order(closure.get("orderType"))
    if not closure.get("forceClose").flag(default=True):
        closure.get("forceClose").warn("forceClose: false does nothing: a square-off closes everything", "true")
    amounts = _performance(block.section("performanceBasedExit"))
    exit_time_s, before_close_s = _times(block.section("timeBasedExit"))
    return EndConditions(
        immediate=block.section("immediateExit").get("enabled").flag(),
        profit_targets=tuple(sorted(set(amounts.profit_targets))),
        loss_limits=tuple(sorted(set(amounts.loss_limits))),
        lock=amounts.lock,
        exit_time_s=exit_time_s,
        before_close_s=before_close_s,
        path=block.path,
    )


def warn_unusual_time(place: Cursor, second: int) -> None:
    """Warn of a time no usual session has."""
    if not USUAL_OPEN_S <= second <= USUAL_CLOSE_S:
        place.warn(
            "a time outside the usual session: on such a day it is never reached, or has passed at the open",
            "09:15 to 15:30, unless special sessions are meant",
        )


def _performance(block: Cursor) -> _Amounts:
    amounts = _Amounts()
    target = block.section("dailyPnLTarget")
    whole_on = block.get("enabled").flag(default=True)
    switched_on = whole_on and not block.get("enabled").blank
    target_on = target.get("enabled").flag(default=switched_on)
    if not whole_on:
        if target_on and target.given and target.get("enabled").given:
            _warn_inside(target)
        if block.section("lockAndTrail").get("enabled").flag():
            _warn_inside(block.get("lockAndTrail"))
        return amounts
    if target_on:
        _target_amount(target, amounts)
        _limits(target, target, amounts)
    elif not target.get("targetAmount").blank and not target.get("enabled").given:
        target.warn("a target that is not enabled does nothing", "enabled: true")
        target.settle()
    _limits(block, block if block.get("targetType").given else target, amounts)
    amounts.lock = _lock_and_trail(block.section("lockAndTrail"))
    if amounts.lock and "percentage" in (squeezed(str(place.get("targetType").value)) for place in (block, target)):
        block.get("lockAndTrail").warn("lockAndTrail is in rupees, whatever targetType says", "rupees")
    if switched_on and not (amounts.profit_targets or amounts.loss_limits or amounts.lock):
        block.warn("enabled without an amount: it does nothing", "dailyPnLTarget with a targetAmount")
    return amounts


def _warn_inside(block: Cursor) -> None:
    block.warn("enabled inside a block that is not: it does nothing", "performanceBasedExit.enabled: true")


def _lock_and_trail(block: Cursor) -> LockAndTrail | None:
    if not is_switched_on(block, "lockAndTrail"):
        return None
    when, lock = read_amount(block.get("whenProfit")), read_amount(block.get("lockProfit"), default=Decimal(0))
    every, by = block.get("forEvery"), block.get("trailBy")
    if every.blank != by.blank:
        (by if by.blank else every).error("a floor that trails needs forEvery and trailBy", "both of them, or neither")
        return None
    amounts = (Decimal(0), Decimal(0)) if every.blank else (read_amount(every), read_amount(by))
    if when is None or lock is None or amounts[0] is None or amounts[1] is None:
        return None
    if lock >= when:
        block.get("lockProfit").error(f"a profit of {lock} to lock before {when} is reached", "a smaller one")
        return None
    return LockAndTrail(when, lock, amounts[0], amounts[1])


def _target_amount(target: Cursor, amounts: _Amounts) -> None:
    place = target.get("targetAmount")
    amount = place.number()
    if not amount:
        if target.given and (place.blank or amount is not None):
            place.warn("a target without an amount does nothing", "rupees or percent: above 0 profit, below 0 loss")
        return
    rupees = _rupees(amount, target)
    if rupees is not None:
        (amounts.profit_targets if rupees > 0 else amounts.loss_limits).append(rupees)


def _limits(block: Cursor, terms: Cursor, amounts: _Amounts) -> None:
    """``profitTarget`` and ``lossLimit``: numbers, the limit with or without its minus sign."""
    for name, found in (("profitTarget", amounts.profit_targets), ("lossLimit", amounts.loss_limits)):
        place = block.get(name)
        amount = place.number()
        if amount is None:
            continue
        if amount == 0:
            place.warn(f"{name} 0 does nothing", "an amount")
        elif name == "profitTarget" and amount < 0:
            place.error("a profit target below 0", "an amount above 0, or lossLimit")
        elif (rupees := _rupees(abs(amount), terms)) is not None:
            found.append(rupees if name == "profitTarget" else -rupees)


def _rupees(amount: Decimal, terms: Cursor) -> Decimal | None:
    kind = terms.get("targetType")
    if kind.blank:
        return amount
    chosen = kind.choice("targetType", _KINDS)
    if chosen != "percentage":
        return None if chosen is None else amount
    capital_place = terms.get("initialCapital")
    capital = capital_place.number()
    if capital is None or capital <= 0:
        capital_place.error("a percentage without the capital it is of", "initialCapital above 0, in rupees")
        return None
    return amount * capital / 100


def _times(block: Cursor) -> tuple[int | None, int | None]:
    if not block.given or not block.get("enabled").flag(default=True):
        return None, None
    time_place, minutes_place = block.get("exitTime"), block.get("minutesBeforeClose")
    exit_time_s = read_time(time_place)
    if exit_time_s is not None:
        warn_unusual_time(time_place, exit_time_s)
    elif time_place.value == "":
        time_place.warn('exitTime "" does nothing', "HH:MM, or without exitTime")
    at_close = block.get("exitAtMarketClose").flag()
    minutes = minutes_place.number()
    if minutes is not None and (minutes < 0 or (minutes * 60) % 1 != 0):
        minutes_place.error(f"{minutes} minutes before the close", "0 or more minutes")
        minutes = None
    if not at_close and minutes:
        minutes_place.warn("minutesBeforeClose without exitAtMarketClose does nothing", "exitAtMarketClose: true")
    before_close_s = int((minutes or 0) * 60) if at_close else None
    if before_close_s is not None and before_close_s >= USUAL_CLOSE_S - USUAL_OPEN_S:
        minutes_place.warn("as long before the close as the usual session lasts: it acts at the open", "fewer minutes")
    if before_close_s is None and exit_time_s is None and not block.get("enabled").blank:
        block.warn("enabled without a time: it does nothing", "exitTime, or exitAtMarketClose: true")
    return exit_time_s, before_close_s
