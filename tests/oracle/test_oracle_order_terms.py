"""Limit orders, strikes by price, waits and breakouts, lock and trail, positions over the close."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from strikebook.model.options import RunOptions, Slippage
from tests.oracle import documents as d
from tests.oracle import run_oracle

SPOT = d.trades(*[(second, 150) for second in range(0, 301, 30)])
LAST = RunOptions()


def limit(**members: Any) -> dict:
    """Terms of a limit order."""
    return {"orderType": "limit", **members}


def opened(*legs: dict, extra: str = "", nodes: tuple = (), ends: dict | None = None) -> dict:
    """A strategy that opens the legs at step 20, with more edges and nodes."""
    start = d.start() if ends is None else d.start(endConditions=ends)
    signal = d.signal("entry", "in", d.at_second(20))
    return d.strategy(f"start>in in>buy {extra}", start, signal, d.entry("buy", *legs), *nodes)


def left(**order: Any) -> dict:
    """What ``opened`` takes for an exit at step 40 of leg p."""
    nodes = (d.signal("exit", "out", d.at_second(40)), d.exit_node("sell", "p", **order))
    return {"extra": "buy>out out>sell", "nodes": nodes}


def day_of(document: dict, call: list, options: RunOptions = LAST, spot: list = SPOT, **others: list) -> Any:
    """The day of a call of the strike at the money, and of other contracts by name such as ``C200``."""
    more = {f"{name[1:]}{name[0]}E": rows for name, rows in others.items()}
    return run_oracle(document, d.tiny_day(spot, {"150CE": call, **more}), options)


def entered(day: Any) -> list[tuple]:
    return [(row["vpi"], row["entry_sent_step"], row["entry_step"], row["entry_price"]) for row in day.trades]


def closings(day: Any) -> list[tuple]:
    return [(row["exit_sent_step"], row["exit_step"], row["exit_price"], row["exit_reason"]) for row in day.trades]


def refusals(day: Any) -> list[tuple]:
    return [(r["sent_step"], r["step"], r["side"], r["reason"], r["retried"]) for r in day.rejections]


def test_a_limit_entry_fills_at_once_where_the_price_is_better() -> None:
    """Bought at the last price of 10, not at the limit of 11."""
    assert entered(day_of(opened(d.leg("p", **limit(limitPrice=11))), d.trades((20, 10)))) == [("p", 20, 20, 1000)]


def test_slippage_never_goes_beyond_the_limit() -> None:
    """A slippage of 0.50 makes 10 a price of 10.50; the limit of 10.20 holds it."""
    options = RunOptions(slippage=Slippage("points", Decimal("0.5")))
    day = day_of(opened(d.leg("p", **limit(limitPrice=10.2))), d.trades((20, 10)), options)
    assert entered(day) == [("p", 20, 20, 1020)]


def test_a_limit_entry_rests_and_fills_at_its_limit() -> None:
    """Half a rupee better than 10; 9.60 is not enough, 9 at 60 is more than enough: bought at 9.50, age 0."""
    day = day_of(opened(d.leg("p", **limit(limitBuffer=-0.5))), d.trades((20, 10), (40, 9.6), (60, 9)))
    assert entered(day) == [("p", 20, 60, 950)]
    assert day.trades[0]["entry_age_s"] == 0


def test_a_percentage_of_a_buffer_is_of_the_last_price() -> None:
    """A sale 2.5 % better than 10.10 is 10.3525, in whole paise 10.35: the trade there fills it."""
    leg = d.leg("p", "sell", **limit(limitBuffer=-2.5, limitBufferType="percentage"))
    assert entered(day_of(opened(leg), d.trades((20, 10.1), (40, 10.34), (50, 10.35)))) == [("p", 20, 50, 1035)]


def test_through_needs_a_price_beyond_the_limit() -> None:
    """A trade at 9.50 does not fill it, one at 9.45 does, at 9.50."""
    options = RunOptions(limit_fill="through")
    day = day_of(opened(d.leg("p", **limit(limitBuffer=-0.5))), d.trades((20, 10), (40, 9.5), (60, 9.45)), options)
    assert entered(day) == [("p", 20, 60, 950)]


def test_a_limit_entry_with_next_always_rests() -> None:
    """10 is below the limit of 11 at 20; the first later trade fills it, at the limit."""
    day = day_of(
        opened(d.leg("p", **limit(limitPrice=11))), d.trades((20, 10), (50, 10.5)), options=RunOptions(fill="next")
    )
    assert entered(day) == [("p", 20, 50, 1100)]


def test_a_limit_entry_that_is_not_reached_is_given_up() -> None:
    """Sent at 20 for 30 seconds: rejected at 50, though 49 would have been a price later."""
    day = day_of(opened(d.leg("p", **limit(limitBuffer=-0.5, waitTime=30))), d.trades((20, 10), (51, 9)))
    assert refusals(day) == [(20, 50, "entry", "limit_not_reached", False)]
    assert day.lives == []


def test_a_price_on_the_step_of_the_deadline_still_fills() -> None:
    """9.50 at 50 is in time."""
    day = day_of(opened(d.leg("p", **limit(limitBuffer=-0.5, waitTime=30))), d.trades((20, 10), (50, 9.5)))
    assert entered(day) == [("p", 20, 50, 950)]


def test_a_limit_entry_goes_at_market_after_its_wait() -> None:
    """At 50 it takes the last price of 10.40, ten seconds old; its sending step stays 20."""
    leg = d.leg("p", **limit(limitBuffer=-0.5, waitTime=30, afterWait="market"))
    day = day_of(opened(leg), d.trades((20, 10), (40, 10.4)))
    assert entered(day) == [("p", 20, 50, 1040)]
    assert day.trades[0]["entry_age_s"] == 10


def test_at_market_it_waits_for_a_trade_from_there() -> None:
    """One minute after 20 the price is too old; refused a minute later, at 140, as sent at 20."""
    leg = d.leg("p", **limit(limitBuffer=-0.5, waitTime=1, waitTimeUnit="minutes", afterWait="market"))
    day = day_of(opened(leg), d.trades((20, 10)), RunOptions(max_price_age_s=59))
    assert refusals(day) == [(20, 140, "entry", "stale_price", False)]


def test_a_buffer_needs_a_fresh_price() -> None:
    """Without a price there is nothing to be better than; a price of its own needs none."""
    legs = [d.leg("p", **limit(limitBuffer=0.5)), d.leg("q", option="W0 OTM1 CE", **limit(limitBuffer=0.5))]
    legs.append(d.leg("r", option="W0 OTM1 CE", **limit(limitPrice=5)))
    day = day_of(
        opened(*legs),
        d.trades((0, 10)),
        RunOptions(max_price_age_s=19),
        C200=d.trades((30, 4)),
        spot=d.trades((20, 150)),
    )
    assert [(r["vpi"], r["step"], r["reason"]) for r in day.rejections] == [
        ("p", 20, "stale_price"),
        ("q", 20, "no_price"),
    ]
    assert entered(day) == [("r", 20, 30, 500)]


def test_a_resting_limit_entry_is_cancelled_at_the_end_and_its_leg_is_not_flat() -> None:
    """The signal that leads to it is not evaluated while it rests; at the close it is listed."""
    document = opened(
        d.leg("p", **limit(limitPrice=5)),
        extra="start>in2 in2>buy",
        nodes=(d.signal("entry", "in2", d.leaf(d.now(), ">", d.constant(d.OPEN_S + 20))),),
    )
    day = day_of(document, d.trades((20, 10)))
    assert [(c["side"], c["vpi"], c["sent_step"], c["step"]) for c in day.cancellations] == [("entry", "p", 20, 300)]
    assert day.signals["in2"]["sets"]["base"]["armed_steps"] == 20


def test_a_late_limit_leg_wakes_what_guards_it() -> None:
    """The signal below the entry is armed from the fill at 60 on."""
    nodes = (d.signal("exit", "out", d.at_second(70)), d.exit_node("sell", "p"))
    document = opened(d.leg("p", **limit(limitBuffer=-0.5)), extra="buy>out out>sell", nodes=nodes)
    day = day_of(document, d.trades((20, 10), (60, 9.5), (70, 9)))
    assert day.signals["out"]["sets"]["base"]["armed_steps"] == 11
    assert closings(day) == [(70, 70, 900, "exit_condition_met")]


def test_a_limit_exit_rests_and_fills_at_its_limit() -> None:
    """A rupee better than 9: sold at 10 when 10.50 trades."""
    day = day_of(opened(d.leg("p"), **left(**limit(limitBuffer=-1))), d.trades((20, 10), (40, 9), (60, 10.5)))
    assert closings(day) == [(40, 60, 1000, "exit_condition_met")]


def test_a_limit_exit_that_is_not_reached_is_dropped_and_disarmed() -> None:
    """Refused at 70 and not retried; the leg stays open to the close."""
    day = day_of(opened(d.leg("p"), **left(**limit(limitBuffer=-1, waitTime=30))), d.trades((20, 10), (40, 9)))
    assert refusals(day) == [(40, 70, "exit", "limit_not_reached", False)]
    assert (closings(day), day.cancellations) == ([(300, 300, 900, "EOD Square-off")], [])


def test_a_limit_exit_goes_at_market_after_its_wait() -> None:
    """At 70 it sells at the last price, 8.50."""
    order = limit(limitBuffer=-1, waitTime=30, afterWait="market")
    day = day_of(opened(d.leg("p"), **left(**order)), d.trades((20, 10), (40, 9), (65, 8.5)))
    assert closings(day) == [(40, 70, 850, "exit_condition_met")]


def test_a_limit_exit_of_a_leg_opened_in_this_step_is_tried_on_the_next() -> None:
    """Its limit is that of step 20; on the next step 10.20 is better than 10, and sold at."""
    nodes = (d.exit_node("sell", "p", **limit(limitBuffer=0)),)
    day = day_of(opened(d.leg("p"), extra="buy>sell", nodes=nodes), d.trades((20, 10), (21, 10.2)))
    assert closings(day) == [(20, 21, 1020, "exit_condition_met")]


STRIKES = {
    "exact": [({"strikeValue": 200}, "200"), ({"strikeValue": 201}, None)],
    "percentage": [({"strikeValue": 20}, "200"), ({"strikeValue": -30}, "100"), ({"strikeValue": 16.6666}, "150")],
    "premium": [({"strikeValue": 8}, "200"), ({"strikeValue": 25.5}, "150"), ({"strikeValue": 8.5}, "200")],
    "premiumAtLeast": [({"strikeValue": 10}, "150"), ({"strikeValue": 10.01}, "100"), ({"strikeValue": 42}, None)],
    "premiumAtMost": [({"strikeValue": 40}, "150"), ({"strikeValue": 41}, "100"), ({"strikeValue": 6.99}, None)],
    "premiumRange": [({"strikeRange": [7, 10]}, "150"), ({"strikeRange": [11, 40]}, None)],
    "straddleWidth": [({"strikeValue": 1}, "150"), ({"strikeValue": 1.25}, "200"), ({"strikeValue": -1.3}, "100")],
    "straddlePremium": [({"strikeValue": 35}, "200"), ({"strikeValue": 200}, "100")],
}


@pytest.mark.parametrize("code", STRIKES)
def test_a_strike_is_chosen_by_its_code(code: str) -> None:
    """Calls of 100, 150 and 200 at 41, 10 and 7, the put of 150 at 10, spot 150: the straddle is 20 (W)."""
    for values, wanted in STRIKES[code]:
        leg = d.leg("p", option=f"W0 {code} CE")
        leg["optionDetails"] |= values
        day = day_of(
            opened(leg), d.trades((20, 10)), C100=d.trades((20, 41)), C200=d.trades((20, 7)), P150=d.trades((20, 10))
        )
        found = [life["symbol"].split(":")[3] for life in day.lives]
        assert found == ([] if wanted is None else [wanted]), values
        assert [r["reason"] for r in day.rejections] == ([] if wanted else ["no_strike"])


def test_old_prices_are_no_candidates() -> None:
    """The nearest to 8 is 7, 16 seconds old; of the fresh ones only 10 is left."""
    leg = d.leg("p", option="W0 premium CE")
    leg["optionDetails"]["strikeValue"] = 8
    options = RunOptions(max_price_age_s=15)
    day = day_of(opened(leg), d.trades((20, 10)), options, C200=d.trades((4, 7)), spot=d.trades((20, 150)))
    assert [life["symbol"].split(":")[3] for life in day.lives] == ["150"]


def test_equal_premiums_take_the_lower_strike() -> None:
    """Both calls cost 10: the lower of them, also as the dearest of at most 12."""
    for code in ("premium", "premiumAtMost", "premiumAtLeast"):
        leg = d.leg("p", option=f"W0 {code} CE")
        leg["optionDetails"]["strikeValue"] = 12 if code != "premiumAtLeast" else 9
        day = day_of(opened(leg), d.trades((20, 10)), C200=d.trades((20, 10)))
        assert [life["symbol"].split(":")[3] for life in day.lives] == ["150"]


def test_a_choice_by_price_makes_the_day_one_of_bars() -> None:
    """The put that is bought trades; another one that was looked at is replayed from bars."""
    leg = d.leg("p", option="W0 premium CE")
    leg["optionDetails"]["strikeValue"] = 10
    bars = [d.bar(0, 10, 3, 3, 3, 3)]
    assert day_of(opened(leg), d.trades((20, 10)), C200=bars).replayed_bars
    assert not day_of(opened(d.leg("p")), d.trades((20, 10)), C200=bars).replayed_bars


def waiting(kind: str, value: float) -> dict:
    return {"waitAndTrade": {"enabled": True, "type": kind, "value": value}}


@pytest.mark.parametrize(
    ("kind", "value", "step", "paise"),
    [("pointsUp", 1, 60, 1110), ("percentUp", 5, 50, 1050), ("pointsDown", 1, 80, 900), ("percentDown", 20, 90, 800)],
)
def test_a_leg_waits_for_its_move(kind: str, value: float, step: int, paise: int) -> None:
    """From 10 at 20; it goes in at the last price of the step at which its level is met."""
    call = d.trades((20, 10), (40, 10.4), (50, 10.5), (60, 11.1), (80, 9), (90, 8))
    assert entered(day_of(opened(d.leg("p", **waiting(kind, value))), call)) == [("p", 20, step, paise)]


def test_a_leg_that_waits_needs_a_price_to_wait_from() -> None:
    """Without one it is refused at once."""
    day = day_of(opened(d.leg("p", **waiting("pointsUp", 1))), d.trades((30, 10)))
    assert refusals(day) == [(20, 20, "entry", "no_price", False)]


def test_a_limit_leg_gets_its_limit_when_its_wait_is_over() -> None:
    """It waits to 40; then a buffer of -0.50 from 11 is a limit of 10.50, for ten seconds from 40."""
    terms = waiting("pointsUp", 1) | limit(limitBuffer=-0.5, waitTime=10)
    day = day_of(opened(d.leg("p", **terms)), d.trades((20, 10), (40, 11), (50, 10.5)))
    assert entered(day) == [("p", 20, 50, 1050)]
    late = day_of(opened(d.leg("p", **terms)), d.trades((20, 10), (40, 11), (51, 10.5)))
    assert refusals(late) == [(20, 50, "entry", "limit_not_reached", False)]


def breakout(side: str, **more: Any) -> dict:
    return {"rangeBreakout": {"enabled": True, "from": "09:15:30", "to": "09:16:00", "side": side, **more}}


def test_a_leg_waits_for_a_breakout_of_the_underlying() -> None:
    """The window is 30 to 60: its high is 152 (of 40), so 152 at 70 is not above it, 152.05 at 80 is."""
    spot = d.trades((0, 150), (10, 160), (20, 150), (40, 152), (61, 151), (70, 152), (80, 152.05))
    call = d.trades(*[(second, 10) for second in range(0, 301, 10)])
    assert entered(day_of(opened(d.leg("p", **breakout("high"))), call, spot=spot)) == [("p", 20, 80, 1000)]


def test_a_leg_waits_for_a_breakout_of_its_premium() -> None:
    """The low of the window is 9, the price that stood at its beginning; 8.95 at 90 is below it."""
    call = d.trades((20, 9), (40, 12), (60, 11), (80, 9), (90, 8.95))
    assert entered(day_of(opened(d.leg("p", **breakout("low", of="premium"))), call)) == [("p", 20, 90, 895)]


def test_a_window_without_a_price_is_never_left() -> None:
    """The contract trades after the window only: the order waits to the end and is listed."""
    day = day_of(opened(d.leg("p", **breakout("high", of="premium"))), d.trades((70, 9), (80, 12)))
    assert (day.lives, [(c["sent_step"], c["side"]) for c in day.cancellations]) == ([], [(20, "entry")])


def test_a_momentum_re_entry_waits_for_the_move() -> None:
    """Stopped at 40; at 41 its order is sent and waits from 9 for 9.50, which comes at 60."""
    config = {"enabled": True, "type": "momentum", "momentumType": "pointsUp", "momentumValue": 0.5}
    stop = {"enabled": True, "triggerType": "points", "stopPoints": 1}
    day = day_of(
        opened(d.leg("p", stopLoss=stop, reEntryConfig=config)), d.trades((20, 10), (40, 9), (50, 9.4), (60, 9.6))
    )
    assert entered(day) == [("p", 20, 20, 1000), ("p", 41, 60, 960)]
    assert [event["step"] for event in day.events if event["node_id"] == "buy"] == [20, 40, 41]


def test_a_re_entry_as_soon_as_possible_neither_waits_nor_has_a_limit() -> None:
    """The leg's own terms are for its entry; opened again at 61 it takes the last price."""
    stop = {"enabled": True, "triggerType": "points", "stopPoints": 1}
    terms = waiting("pointsUp", 1) | limit(limitBuffer=-0.5) | {"stopLoss": stop, "reEntryConfig": {"enabled": True}}
    day = day_of(opened(d.leg("p", **terms)), d.trades((20, 10), (40, 11), (50, 10.5), (60, 9.5)))
    assert entered(day) == [("p", 20, 50, 1050), ("p", 61, 61, 950)]


def lock(**members: Any) -> dict:
    return {"performanceBasedExit": {"enabled": True, "lockAndTrail": {"enabled": True, **members}}}


def test_a_locked_profit_closes_everything() -> None:
    """Ten units: 20 is reached at 40; 11 at 50 is above the floor of 10, 10 at 60 is not."""
    document = opened(d.leg("p"), ends=lock(whenProfit=20, lockProfit=10))
    day = day_of(document, d.trades((20, 10), (30, 11), (40, 12), (50, 11.1), (60, 11)))
    assert closings(day) == [(60, 60, 1100, "square_off_performance")]


def test_a_floor_moves_by_whole_steps() -> None:
    """10 at 20, and 5 more for every 10 above: 39 is one step (15), so 15 closes and 15.10 does not."""
    document = opened(d.leg("p"), ends=lock(whenProfit=20, lockProfit=10, forEvery=10, trailBy=5))
    day = day_of(document, d.trades((20, 10), (40, 13.9), (50, 11.51), (60, 11.5)))
    assert closings(day) == [(60, 60, 1150, "square_off_performance")]


def test_a_lock_counts_from_when_its_node_was_active() -> None:
    """The square-off node becomes active at 50, after the best profit: 20 at 40 is not seen."""
    nodes = (d.signal("entry", "late", d.at_second(50)), d.square_off("off", **lock(whenProfit=20)))
    document = opened(d.leg("p"), extra="start>late late>off", nodes=nodes)
    day = day_of(document, d.trades((20, 10), (40, 12), (50, 11), (60, 9)))
    assert [reason for *_, reason in closings(day)] == ["EOD Square-off"]


def test_a_carried_leg_is_settled_on_its_expiry_day() -> None:
    """Spot 160.50: the call of 150 is worth 10.50, the put nothing; slippage is not taken."""
    carried = {"productType": "carryForward"}
    legs = [d.leg("c", **carried), d.leg("p", "sell", option="W0 ATM PE", **carried)]
    spot = d.trades((0, 150), (290, 160.5))
    options = RunOptions(slippage=Slippage("points", Decimal(1)))
    day = day_of(opened(*legs), d.trades((20, 10)), options, spot=spot, P150=d.trades((20, 8)))
    assert [(row["exit_price"], row["exit_age_s"], row["exit_sent_step"], row["pnl"]) for row in day.trades] == [
        (1050, 10, 300, -500),
        (0, 10, 300, 7000),
    ]
    assert {(row["exit_reason"], row["exit_node_id"], row["exit_event_id"]) for row in day.trades} == {
        ("Expiry settlement", None, None)
    }


def test_a_carried_leg_that_does_not_expire_stays_open() -> None:
    """No row, and its life is open; a square-off closes it as any other."""
    raw = d.tiny_day(SPOT, {})
    later = d.DAY + timedelta(days=7)
    object.__setattr__(raw, "listed", [(later, strike, kind) for _, strike, kind in raw.listed])
    raw.rows[f"NIFTY:{later}:OPT:150:CE"] = d.trades((20, 10), (100, 12))
    leg = d.leg("p", productType="carryForward")
    day = run_oracle(opened(leg), raw, LAST)
    assert (day.trades, [life["closed"] for life in day.lives], day.ended_step) == ([], [False], 300)
    ends = {"timeBasedExit": {"enabled": True, "exitTime": "09:17:00"}}
    closed = run_oracle(opened(leg, ends=ends), raw, LAST)
    assert closings(closed) == [(120, 120, 1200, "square_off_time")]
