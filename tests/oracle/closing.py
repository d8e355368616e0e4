"""The end of the day: square-off by its end conditions, or the close of the session."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from tests.oracle import exits, leg_re_entries
from tests.oracle.order_terms import clock_seconds, exact

if TYPE_CHECKING:
    from tests.oracle.day import Day


def square_off(day: Day) -> bool:
    """Phase 3: the first square-off that triggers closes everything. True if the day is over."""
    nodes = [day.graph.start]
    nodes += [node for node in day.graph.of_kind("square_off") if day.state[node] == "active"]
    profit = day.book.profit(None, "total")
    for node in nodes:
        day.best_profit[node] = max(profit, day.best_profit.get(node, profit))
    for node in nodes:
        reason = _reason(day, node)
        if reason:
            event = day.record_event(node)
            _cancel_orders(day)
            for life in day.book.open_lives():
                exits.close_at_last_price(day, life, reason, node, event)
            day.ended_step = day.step
            return True
    return False


def close_of_day(day: Day) -> None:
    """Phase 6 of the last step. A carry-forward leg stays open, or is settled if its contract expires today."""
    _cancel_orders(day)
    for life in day.book.open_lives():
        if life.leg["carry_forward"] and life.expiry == day.raw.day:
            exits.settle(day, life)
        elif not life.leg["carry_forward"]:
            exits.close_at_last_price(day, life, "EOD Square-off", None, None)
    day.ended_step = day.step


def _reason(day: Day, node: str) -> str | None:
    conditions = day.graph.data[node].get("endConditions") or {}
    if (conditions.get("immediateExit") or {}).get("enabled"):
        return "square_off_immediate"
    performance = conditions.get("performanceBasedExit") or {}
    if performance.get("enabled") and _amount_reached(day.book.profit(None, "total"), performance):
        return "square_off_performance"
    lock = performance.get("lockAndTrail") or {}
    if performance.get("enabled") and lock.get("enabled") and _is_back_at_the_floor(day, lock, day.best_profit[node]):
        return "square_off_performance"
    time = conditions.get("timeBasedExit") or {}
    if time.get("enabled") and _time_reached(day, time):
        return "square_off_time"
    return None


def _amount_reached(profit_paise: int, performance: dict) -> bool:
    amounts = []
    target = performance.get("dailyPnLTarget") or {}
    if target.get("enabled") and target.get("targetAmount") is not None:
        amount = Decimal(str(target["targetAmount"]))
        if str(target.get("targetType")).lower() == "percentage":
            amount = Decimal(str(target["initialCapital"])) * amount / 100
        amounts.append(amount)
    if performance.get("profitTarget"):
        amounts.append(abs(Decimal(str(performance["profitTarget"]))))
    if performance.get("lossLimit"):
        amounts.append(-abs(Decimal(str(performance["lossLimit"]))))
    for amount in amounts:
        if amount > 0 and profit_paise >= amount * 100:
            return True
        if amount < 0 and profit_paise <= amount * 100:
            return True
    return False


def _is_back_at_the_floor(day: Day, lock: dict, best: int) -> bool:
    """The best profit was at ``whenProfit``; the profit is at the floor that follows from it, or below (R18)."""
    above = Fraction(best) / 100 - exact(lock["whenProfit"])
    if above < 0:
        return False
    floor = exact(lock.get("lockProfit") or 0)
    if lock.get("forEvery"):
        floor += above // exact(lock["forEvery"]) * exact(lock["trailBy"])
    back = day.book.profit(None, "total") <= floor * 100
    if back:
        day.happened.add(f"lock {'that trails ' if lock.get('forEvery') else ''}triggered")
    return back


def _time_reached(day: Day, time: dict) -> bool:
    seconds = []
    if time.get("exitTime"):
        seconds.append(clock_seconds(time["exitTime"]))
    if time.get("exitAtMarketClose"):
        before_close_s = Decimal(str(time.get("minutesBeforeClose") or 0)) * 60
        seconds.append(day.raw.close_s - int(before_close_s))
    return bool(seconds) and day.market.second >= min(seconds)


def _cancel_orders(day: Day) -> None:
    """Every order that still waits is listed, in the order they were sent."""
    for order in day.resting:
        if order["kind"] in ("exit", "protective"):
            waiting = [(order["node"], order["life"].leg["vpi"], order["life"].symbol)]
        elif order["kind"] == "re_entry":
            waiting = leg_re_entries.as_cancelled(day, order)
        elif order["kind"] == "lazy":
            waiting = [(order["leg"]["entry"], order["leg"]["vpi"], None)]
        else:
            waiting = [(leg["entry"], leg["vpi"], choice["symbol"]) for leg, choice in order["legs"]]
        for node, vpi, symbol in waiting:
            day.cancellations.append(
                {
                    "step": day.step,
                    "sent_step": order["sent"],
                    "node_id": node,
                    "vpi": vpi,
                    "side": "exit" if order["kind"] in ("exit", "protective") else "entry",
                    "symbol": symbol,
                }
            )
    day.resting = []
