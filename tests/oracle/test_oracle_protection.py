"""Protective exits, their limit orders, and re-entries of a leg."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from strikebook.model.options import RunOptions
from tests.oracle import documents as d
from tests.oracle import run_oracle

SPOT = d.trades(*[(second, 150) for second in range(0, 301, 30)])
LAST = RunOptions()


@dataclass(frozen=True, slots=True)
class Through(RunOptions):
    """Options of a run whose limit orders need a price beyond the limit."""

    limit_fill: str = "through"


def on(**members: Any) -> dict:
    """A block that is on, in rupees of the option's price unless told otherwise."""
    return {"enabled": True, "triggerType": "points", **members}


def opened(*legs: dict, extra: str = "", nodes: tuple = (), **entry_data: Any) -> dict:
    """A strategy that opens the legs at step 20, with more edges and nodes."""
    entry = d.entry("buy", *legs, **entry_data)
    return d.strategy(f"start>in in>buy {extra}", d.start(), d.signal("entry", "in", d.at_second(20)), entry, *nodes)


def guarding_exit(node: str, target: str | None, **settings: Any) -> dict:
    """An exit node with rules or a re-entry."""
    document = d.exit_node(node, target)
    document["data"]["exitNodeData"] |= settings
    return document


def day_of(document: dict, call: list, put: list = (), options: RunOptions = LAST, last_step: int = 300) -> Any:
    """The day of a call (and a put) of the strike at the money."""
    return run_oracle(document, d.tiny_day(SPOT, {"150CE": call, "150PE": list(put)}, last_step), options)


def closings(day: Any) -> list[tuple]:
    return [(row["trade_id"], row["exit_step"], row["exit_price"], row["exit_reason"]) for row in day.trades]


def openings(day: Any) -> list[tuple]:
    return [(row["trade_id"], row["side"], row["entry_step"], row["entry_price"]) for row in day.trades]


def firings(day: Any) -> list[tuple]:
    return [(event["step"], event["node_id"]) for event in day.events if event["step"]]


def test_a_stop_is_looked_at_from_the_step_after_the_fill() -> None:
    """The fall within the second of the fill is not seen, the next trade is; the event hangs below the life's."""
    leg = d.leg("p", stopLoss=on(stopPoints=1))
    day = day_of(opened(leg), d.trades((19, 12), (20, 10), (40, 9)))
    assert closings(day) == [("p-r0", 40, 900, "stop_loss")]
    entered, stopped = day.events[-2:]
    assert (stopped["node_id"], stopped["parent_execution_id"]) == ("buy", entered["execution_id"])
    assert (day.trades[0]["exit_node_id"], day.trades[0]["exit_event_id"]) == ("buy", stopped["execution_id"])


def test_a_percentage_is_exact() -> None:
    """25 % of 10.05 is 2.5125: a fall to 7.54 is not enough, one to 7.53 is."""
    leg = d.leg("p", postExecutionConfig={"stopLoss": {"enabled": True, "stopPercentage": 25}})
    day = day_of(opened(leg), d.trades((20, 10.05), (40, 7.54), (50, 7.53)))
    assert closings(day) == [("p-r0", 50, 753, "stop_loss")]


def test_a_block_that_is_off_does_nothing() -> None:
    """Without ``enabled`` a block is off."""
    leg = d.leg("p", stopLoss={"triggerType": "points", "stopPoints": 1}, takeProfit=on(enabled=False, value=1))
    day = day_of(opened(leg), d.trades((20, 10), (40, 5), (50, 20)))
    assert [reason for *_, reason in closings(day)] == ["EOD Square-off"]


def test_kinds_come_before_places() -> None:
    """On one step the entry's stop acts before the leg's own target, though both triggered."""
    leg = d.leg("p", takeProfit=on(value=0.5, appliesTo="underlying"))
    spot = d.trades((0, 150), (40, 151))
    raw = d.tiny_day(spot, {"150CE": d.trades((20, 10), (40, 9))})
    day = run_oracle(opened(leg, stopLoss=on(stopPoints=1)), raw, LAST)
    assert closings(day) == [("p-r0", 40, 900, "stop_loss")]


def test_an_order_without_a_fresh_price_is_retried() -> None:
    """The underlying moves at 100, the call is 80 s old: one rejection, filled by the trade at 130."""
    leg = d.leg("p", stopLoss=on(stopPoints=1, appliesTo="underlying"))
    raw = d.tiny_day(d.trades((0, 150), (100, 149)), {"150CE": d.trades((20, 10), (130, 11))})
    day = run_oracle(opened(leg), raw, LAST)
    assert [(r["step"], r["node_id"], r["reason"], r["retried"]) for r in day.rejections] == [
        (100, "buy", "stale_price", True)
    ]
    assert [(row["exit_sent_step"], row["exit_step"], row["exit_price"]) for row in day.trades] == [(100, 130, 1100)]


def test_fill_next_takes_the_trade_after_the_look() -> None:
    """The stop is seen at 40 and fills at the first trade of a later second."""
    leg = d.leg("p", stopLoss=on(stopPoints=1))
    call = d.trades((21, 10), (40, 9), (40, 8), (50, 7), (50, 6))
    day = day_of(opened(leg), call, options=RunOptions(fill="next"))
    assert closings(day) == [("p-r0", 50, 700, "stop_loss")]


def test_a_candle_close_does_not_see_the_second_of_its_own_step() -> None:
    """The close of the minute to 60 is the trade of 59, not that of 60; the extreme at 30 is not seen."""
    leg = d.leg("p", stopLoss=on(stopPoints=1, checkAt="candleClose", timeframe="1m"))
    day = day_of(opened(leg), d.trades((20, 10), (30, 5), (59, 9.5), (60, 8), (100, 9.8), (119, 9)))
    assert closings(day) == [("p-r0", 120, 900, "stop_loss")]


def test_a_trail_counts_whole_steps_only() -> None:
    """1 behind, in steps of 2: a gain of 3.9 moves it to +1, which the price meets at 11."""
    leg = d.leg("p", trailingStop=on(initialDistance=1, stepSize=2))
    day = day_of(opened(leg), d.trades((20, 10), (30, 13.9), (40, 11.01), (50, 11)))
    assert closings(day) == [("p-r0", 50, 1100, "trailing_stop")]


def test_a_break_even_needs_an_earlier_look() -> None:
    """The look that first sees the gain does not close; the one that finds it back at the locked part does."""
    leg = d.leg("p", breakeven=on(afterProfit=1, lockProfit=0.5))
    day = day_of(opened(leg), d.trades((20, 10), (30, 10.5), (40, 11), (50, 10.5)))
    assert closings(day) == [("p-r0", 50, 1050, "stop_loss")]


def test_profit_counts_parts_that_were_closed() -> None:
    """Half closed 10 in profit, the other half 15 down: 5 down is not 6, 6 down is."""
    leg = d.leg("p", lots=2, stopLoss=on(triggerType="pnl", stopPnl=6))
    half = d.exit_node("half", "p", quantity="percentage", partialQuantityPercentage=50)
    document = opened(leg, extra="buy>out out>half", nodes=(d.signal("exit", "out", d.at_second(30)), half))
    day = day_of(document, d.trades((20, 10), (30, 11), (40, 8.5), (50, 8.4)))
    assert closings(day) == [("p-r0-x1", 30, 1100, "exit_condition_met"), ("p-r0", 50, 840, "stop_loss")]


def test_a_leg_moves_to_cost_after_another_was_stopped() -> None:
    """The put's stop at 40 arms the call's rule for the steps after it; the call is back at its cost at 60."""
    call = d.leg("c", moveToCost=on())
    put = d.leg("p", option="W0 ATM PE", stopLoss=on(stopPoints=1))
    day = day_of(
        opened(call, put), d.trades((20, 10), (39, 9), (41, 10.5), (60, 9.9)), d.trades((20, 10), (40, 9), (60, 9))
    )
    assert closings(day) == [("p-r0", 40, 900, "stop_loss"), ("c-r0", 60, 990, "stop_loss")]


def test_complete_closes_every_leg_the_triggering_one_first() -> None:
    """The second leg's target closes both, in one event."""
    put = d.leg("p", option="W0 ATM PE", takeProfit=on(targetPoints=1, squareOff="complete"))
    day = day_of(opened(d.leg("c"), put), d.trades((20, 10), (40, 10)), d.trades((20, 10), (40, 11)))
    assert closings(day) == [("p-r0", 40, 1100, "target"), ("c-r0", 40, 1000, "target")]
    assert firings(day) == [(20, "in"), (20, "buy"), (40, "buy")]


def test_a_rule_of_an_exit_node_completes_it_and_disarms_the_others() -> None:
    """The re-entry below it fires in the same step and opens on the next; the other exit signal is inactive."""
    rule = guarding_exit("sell", "p", stopLoss=on(stopPoints=1))
    nodes = (
        d.signal("exit", "out", d.at_second(40)),
        rule,
        d.signal("reEntry", "again", d.leaf(d.now(), ">", d.constant(0)), retryConfig={"maxReEntries": 1}),
        d.signal("exit", "other", d.at_second(40)),
        d.exit_node("sell2", "p"),
    )
    document = opened(d.leg("p"), extra="buy>out out>sell sell>again again>buy buy>other other>sell2", nodes=nodes)
    day = day_of(document, d.trades((20, 10), (40, 9), (41, 9)))
    assert firings(day) == [(20, "in"), (20, "buy"), (40, "sell"), (40, "again"), (41, "buy")]
    assert [(row["trade_id"], row["exit_reason"]) for row in day.trades] == [
        ("p-r0", "stop_loss"),
        ("p-r1", "EOD Square-off"),
    ]


def limit(**members: Any) -> dict:
    return on(waitForMarket=True, waitTime=30, **members)


def test_a_limit_order_fills_at_its_limit_when_the_price_comes_back() -> None:
    """Stop at 9 with a buffer of 0.50: the price falls to 8, rests, and 8.60 at 50 fills at 8.50, age 0."""
    leg = d.leg("p", stopLoss=limit(stopPoints=1, limitBuffer=0.5))
    day = day_of(opened(leg), d.trades((20, 10), (40, 8), (45, 8.4), (50, 8.6)))
    assert closings(day) == [("p-r0", 50, 850, "stop_loss")]
    assert (day.trades[0]["exit_age_s"], day.rejections) == (0, [])


def test_a_limit_order_that_is_marketable_fills_at_once() -> None:
    """8.70 is above the limit of 8.50: sold at 8.70 on the step of the look."""
    leg = d.leg("p", stopLoss=limit(stopPoints=1, limitBuffer=0.5))
    assert closings(day_of(opened(leg), d.trades((20, 10), (40, 8.7)))) == [("p-r0", 40, 870, "stop_loss")]


def test_a_limit_order_goes_at_market_after_its_wait() -> None:
    """It rests at 40, and at 70 it sells at the last price."""
    leg = d.leg("p", stopLoss=limit(stopPoints=1))
    day = day_of(opened(leg), d.trades((20, 10), (40, 8), (65, 7)))
    assert [(row["exit_sent_step"], row["exit_step"], row["exit_price"]) for row in day.trades] == [(40, 70, 700)]


def test_through_needs_a_price_beyond_the_limit() -> None:
    """A trade at the limit of 9 fills with ``touch`` and not with ``through``, one at 9.05 does."""
    leg = d.leg("p", stopLoss=limit(stopPoints=1))
    call = d.trades((20, 10), (40, 8), (50, 9), (60, 9.05))
    assert closings(day_of(opened(leg), call))[0][1:3] == (50, 900)
    assert closings(day_of(opened(leg), call, options=Through()))[0][1:3] == (60, 900)


def test_a_leg_opens_again_on_the_next_step() -> None:
    """``asap``: stopped at 40, opened at 41; a second stop finds its one re-entry used."""
    leg = d.leg("p", stopLoss=on(stopPoints=1), reEntryConfig={"enabled": True})
    day = day_of(opened(leg), d.trades((20, 10), (40, 9), (41, 9.2), (60, 8), (61, 8)))
    assert openings(day) == [("p-r0", "BUY", 20, 1000), ("p-r1", "BUY", 41, 920)]
    assert firings(day)[2:] == [(40, "buy"), (41, "buy"), (60, "buy")]
    assert day.events[-2]["parent_execution_id"] == day.events[-3]["execution_id"]


def test_cost_waits_for_the_entry_price_with_the_same_contract() -> None:
    """Stopped below its cost of 10, opened again at the first price of at least 10, though another strike is nearer."""
    leg = d.leg("p", stopLoss=on(stopPoints=1), reEntryConfig={"enabled": True, "type": "cost"})
    raw = d.tiny_day(
        d.trades((0, 150), (50, 200)),
        {"150CE": d.trades((20, 10), (40, 9), (60, 9.9), (70, 10.5)), "200CE": d.trades((70, 3))},
    )
    day = run_oracle(opened(leg), raw, LAST)
    assert [(life["entry_step"], ":150:" in life["symbol"]) for life in day.lives] == [(20, True), (70, True)]


def test_a_reversed_life_has_its_own_side() -> None:
    """Sold after a stop, it loses when the price rises: its stop is above its entry."""
    leg = d.leg("p", stopLoss=on(stopPoints=1), reEntryConfig={"enabled": True, "reverse": True})
    day = day_of(opened(leg), d.trades((20, 10), (40, 9), (60, 10)))
    assert [(row["side"], row["exit_step"], row["pnl"]) for row in day.trades] == [
        ("BUY", 40, -1000),
        ("SELL", 60, -1000),
    ]


def test_a_re_entry_follows_only_the_reasons_it_names() -> None:
    """A target is not followed by what follows stops; an exit's own order is not followed at all."""
    config = {"enabled": True, "on": ["stop_loss"], "maxReEntries": 3}
    leg = d.leg("p", stopLoss=on(stopPoints=1), takeProfit=on(targetPoints=2), reEntryConfig=config)
    day = day_of(opened(leg), d.trades((20, 10), (40, 9), (41, 9), (60, 11), (61, 11)))
    assert [(row["trade_id"], row["exit_reason"]) for row in day.trades] == [("p-r0", "stop_loss"), ("p-r1", "target")]


def test_a_re_entry_that_waits_is_cancelled_at_the_end() -> None:
    """At cost with its contract, as an entry order sent at the closing fill; not after its latest time."""
    config = {"enabled": True, "type": "cost"}
    leg = d.leg("p", stopLoss=on(stopPoints=1), reEntryConfig=config)
    call = d.trades((20, 10), (40, 9))
    day = day_of(opened(leg), call)
    assert [(c["side"], c["node_id"], c["vpi"], c["sent_step"], c["step"]) for c in day.cancellations] == [
        ("entry", "buy", "p", 40, 300)
    ]
    assert day.cancellations[0]["symbol"] == day.lives[0]["symbol"]
    leg["reEntryConfig"] = config | {"until": "09:19"}
    assert day_of(opened(leg), call).cancellations == []


def test_until_is_the_latest_time_it_goes_in() -> None:
    """At 09:16:00 it still goes in; a step later it does not."""
    leg = d.leg("p", stopLoss=on(stopPoints=1), reEntryConfig={"enabled": True, "until": "09:16"})
    assert len(day_of(opened(leg), d.trades((20, 10), (59, 9))).lives) == 2
    assert len(day_of(opened(leg), d.trades((20, 10), (60, 9))).lives) == 1


def test_an_exit_nodes_re_entry_follows_its_own_order() -> None:
    """Closed whole at 40 by its order, the leg is opened at 41 and its exits are armed again."""
    leaving = guarding_exit("sell", "p", reEntryConfig={"enabled": True, "maxReEntries": 1})
    out = d.signal("exit", "out", d.leaf(d.now(), ">=", d.constant(d.OPEN_S + 40)))
    day = day_of(
        opened(d.leg("p"), extra="buy>out out>sell", nodes=(out, leaving)), d.trades((20, 10), (40, 9), (42, 9))
    )
    assert firings(day)[2:] == [(40, "out"), (40, "sell"), (41, "buy"), (41, "out"), (41, "sell")]
    assert [row["exit_step"] for row in day.trades] == [40, 42]


def test_a_re_entry_that_is_refused_is_over() -> None:
    """The entry has had its one execution: refused ``max_entries`` at 41, and never tried again."""
    leg = d.leg("p", stopLoss=on(stopPoints=1), reEntryConfig={"enabled": True, "maxReEntries": 3}, maxEntries=1)
    day = day_of(opened(leg), d.trades((20, 10), (40, 9)))
    assert [(r["step"], r["vpi"], r["reason"]) for r in day.rejections] == [(41, "p", "max_entries")]
    assert (len(day.lives), day.cancellations) == (1, [])


def test_a_re_entry_ends_when_the_leg_is_opened_otherwise() -> None:
    """It waits for the cost; a signal opens the leg at 50, and when the price is back nothing happens."""
    leg = d.leg("p", stopLoss=on(stopPoints=2), reEntryConfig={"enabled": True, "type": "cost"})
    nodes = (d.signal("entry", "in2", d.at_second(50)),)
    day = day_of(opened(leg, extra="start>in2 in2>buy", nodes=nodes), d.trades((20, 10), (40, 8), (50, 8), (60, 10)))
    assert [row["entry_step"] for row in day.trades] == [20, 50]
    assert day.cancellations == []
