"""Protective exits: stops, targets and trails, looked at in phase 2, and the limit orders they may send (R13, R14).

Every amount, gain and level is an exact Fraction of paise. A rule is a dict of ``Graph.rules``. Its order is one like
an exit's (see ``exits``) of ``kind`` 'protective', with ``triggering`` (its life is the one whose rule it was),
``limit`` (its price, None once it is a market order), ``deadline`` and ``market_since`` (the step at which it was sent
to the market).
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from tests.oracle import exits, limit_orders
from tests.oracle.book import Life

if TYPE_CHECKING:
    from tests.oracle.day import Day

REASONS = {
    "stopLoss": "stop_loss",
    "breakeven": "stop_loss",
    "moveToCost": "stop_loss",
    "takeProfit": "target",
    "trailingStop": "trailing_stop",
}
STOPPED = ("stop_loss", "trailing_stop")


def look_at_lives(day: Day) -> None:
    """Phase 2: the open lives in order of opening, each one's rules in their order, until one of them triggers."""
    for life in day.book.open_lives():
        if life.closed or life.triggered:
            continue
        for rule in day.graph.rules_of_leg[life.leg["vpi"]]:
            if not is_look(day, life, rule):
                continue
            now = gain(day, life, rule)
            level = level_of_gain(day, life, rule, now)
            if level is not None and reaches(rule, now, level):
                life.triggered = True
                act(day, life, rule, level)
                break


def is_look(day: Day, life: Life, rule: dict) -> bool:
    """Every step after the fill's, or those of them at which a candle completes, counted from the open."""
    if day.step <= life.entry_step:
        return False
    return rule["candle_s"] is None or day.step % rule["candle_s"] == 0


def gain(day: Day, life: Life, rule: dict) -> Fraction:
    """How far the life has moved in its favour, in paise: at this second's prices, or at the candle's close."""
    seen = day.market.price if rule["candle_s"] is None else day.market.price_before.__getitem__
    if rule["trigger"] == "pnl":
        open_part = life.sign * (seen(life.symbol) - life.entry_price) * life.open_units
        return Fraction(open_part + day.book.realized(life))
    if rule["underlying"]:
        return Fraction(direction(life) * (seen(day.raw.underlying) - life.entry_underlying))
    return Fraction(life.sign * (seen(life.symbol) - life.entry_price))


def direction(life: Life) -> int:
    """+1 for a bought call or a sold put, -1 for a bought put or a sold call."""
    return life.sign if life.leg["option_type"] == "CE" else -life.sign


def in_paise(life: Life, rule: dict, amount: Fraction) -> Fraction:
    """An amount of the rule as a gain: percent of the entry price (or of the underlying's then), or rupees."""
    if rule["trigger"] == "percentage":
        return amount * (life.entry_underlying if rule["underlying"] else life.entry_price) / 100
    return amount * 100


def level_of_gain(day: Day, life: Life, rule: dict, now: Fraction) -> Fraction | None:
    """The gain at which the rule would trigger at this look; None while it cannot. Remembers this look's gain."""
    before = life.best_gains.get(rule["number"])
    best = now if before is None else max(before, now)
    life.best_gains[rule["number"]] = best
    if rule["kind"] == "stopLoss":
        return -in_paise(life, rule, rule["amount"])
    if rule["kind"] == "takeProfit":
        return in_paise(life, rule, rule["amount"])
    if rule["kind"] == "breakeven":
        earned = before is not None and before >= in_paise(life, rule, rule["after"])
        return in_paise(life, rule, rule["lock"]) if earned else None
    if rule["kind"] == "moveToCost":
        return Fraction(0) if another_was_stopped(day, life, rule) else None
    most, step = max(Fraction(0), best), in_paise(life, rule, rule["step"])
    moved = most // step * step if step else most
    return moved - in_paise(life, rule, rule["distance"])


def another_was_stopped(day: Day, life: Life, rule: dict) -> bool:
    """A leg it names was closed by a stop or a trail at an earlier step, not before this life was filled."""
    return any(
        row["vpi"] in rule["named"]
        and row["part"] is None
        and row["exit_reason"] in STOPPED
        and life.entry_step <= row["exit_step"] < day.step
        for row in day.book.rows
    )


def reaches(rule: dict, now: Fraction, level: Fraction) -> bool:
    """A target triggers at its level or above, everything else at its level or below."""
    return now >= level if rule["kind"] == "takeProfit" else now <= level


def act(day: Day, life: Life, rule: dict, level: Fraction) -> None:
    """One event; an order for the life, and with ``complete`` for every other whose own rule has not triggered."""
    day.happened |= in_words(day, rule)
    event = day.record_event(rule["node"], parent=life.entry_event)
    lives = [life]
    if rule["complete"]:
        lives += [other for other in day.book.open_lives() if other is not life and not other.triggered]
    limit = None
    if rule["limit_buffer"] is not None:
        limit = {"limit": limit_price(day, life, rule, level), "deadline": day.step + rule["wait_s"]}
    send(day, lives, rule["node"], event, REASONS[rule["kind"]], triggering=life, limit=limit)


def send(
    day: Day,
    lives: list[Life],
    node: str,
    event: str,
    reason: str,
    *,
    triggering: Life | None,
    limit: dict | None = None,
) -> None:
    """An order for each life: at the market, but for the triggering one where it has a limit."""
    orders = [
        {
            "kind": "protective",
            "node": node,
            "event": event,
            "life": ordered,
            "triggering": ordered is triggering,
            "reason": reason,
            "sent": day.step,
            "limit": None,
            "market_since": day.step,
            "noted": None,
            "refused": False,
        }
        for ordered in lives
    ]
    if limit is not None:
        orders[0] |= {**limit, "market_since": None}
    for ordered in lives:
        ordered.triggered = True
    day.resting.extend(orders)
    for order in orders:
        if order["limit"] is None:
            try_at_market(day, order)
        else:
            try_limit_at_once(day, order)


def in_words(day: Day, rule: dict) -> set[str]:
    """What the census says of a rule that triggered."""
    found = {f"rule {rule['kind']} {rule['trigger']}{' of the underlying' if rule['underlying'] else ''}"}
    found.add(f"rule at {'every second' if rule['candle_s'] is None else 'a candle close'}")
    found.add(f"rule closes {'every leg' if rule['complete'] else 'its leg'}")
    return found | {f"rule of a node {day.graph.kind[rule['node']]}"}


def limit_price(day: Day, life: Life, rule: dict, level: Fraction) -> int:
    """The price at which the gain is the level, made worse by the buffer: whole paise half up, never below 0."""
    if rule["trigger"] == "pnl":
        price = life.entry_price + life.sign * (level - day.book.realized(life)) / life.open_units
    else:
        price = life.entry_price + life.sign * level
    buffer = price * rule["limit_buffer"] / 100 if rule["trigger"] == "percentage" else rule["limit_buffer"] * 100
    worse = price - life.sign * buffer
    return limit_orders.whole_paise(worse)


def try_waiting(day: Day, order: dict) -> None:
    """Phase 4: a limit order fills, or becomes a market order at its deadline; a market order is tried again."""
    if order["limit"] is not None:
        if try_resting_limit(day, order) or day.step < order["deadline"]:
            return
        order |= {"limit": None, "market_since": day.step}
        day.happened.add("limit order gone to market")
        try_at_market(day, order)
    elif order["market_since"] < day.step:
        try_at_market(day, order)


def try_at_market(day: Day, order: dict) -> None:
    """Like an exit's order; its exit node completes if that closed the life whose rule it was."""
    if exits.try_at_market(day, order):
        _complete(day, order)


def try_limit_at_once(day: Day, order: dict) -> None:
    """At the step it was sent, with ``fill: last``: at the last price with slippage, never beyond the limit."""
    if exits.fill_limit_at_once(day, order):
        day.happened.add("limit order filled at once")
        _complete(day, order)


def try_resting_limit(day: Day, order: dict) -> bool:
    """At a later step by which the contract has traded again: at the limit, if the price is there, or beyond it."""
    if not exits.fill_resting_limit(day, order):
        return False
    through = day.options.limit_fill == "through"
    day.happened.add("limit order filled at its limit" + (", through" if through else ""))
    _complete(day, order)
    return True


def _complete(day: Day, order: dict) -> None:
    """The triggering life was closed: the exit node of the rule is done, and all its children become active."""
    node = order["node"]
    if order["triggering"] and day.graph.kind[node] == "exit":
        day.state[node] = "done"
        day.activate_children(node, order["event"])
