"""The clock and the walk: what happens in which step."""

from __future__ import annotations

from strikebook.model.options import RunOptions
from tests.oracle import documents as d
from tests.oracle import run_oracle

SPOT = d.trades((0, 150))
CALL = d.trades(*[(second, 10 + second / 100) for second in range(0, 301, 10)])
DAY = d.tiny_day(SPOT, {"150CE": CALL})


def in_and_out(*conditions, extra_edges: str = "", extra: tuple = ()):
    return d.strategy(
        f"start>in in>buy buy>out out>sell {extra_edges}",
        d.start(),
        d.signal("entry", "in", d.at_second(20)),
        d.entry("buy", d.leg("p")),
        d.signal("exit", "out", *(conditions or [d.leaf(d.ltp(), ">", d.constant(0))])),
        d.exit_node("sell", "p"),
        *extra,
    )


def acts(day) -> list[tuple[str, int]]:
    return [(event["node_id"], event["step"]) for event in day.events]


def test_a_chain_fires_in_one_step_and_the_exit_waits_for_the_next() -> None:
    """Signal, entry and exit signal act at step 20; the exit's order rests until step 21."""
    day = run_oracle(in_and_out(), DAY, RunOptions())
    assert acts(day) == [("start", 0), ("in", 20), ("buy", 20), ("out", 20), ("sell", 20)]
    (trade,) = day.trades
    assert (trade["entry_step"], trade["exit_sent_step"], trade["exit_step"]) == (20, 20, 21)
    assert (trade["entry_price"], trade["exit_price"], trade["exit_age_s"], trade["pnl"]) == (1020, 1020, 1, 0)
    assert day.events[2]["parent_execution_id"] == "exec_in_20241001_091520_1"


def test_a_re_entry_signal_fires_in_the_exits_step_and_its_order_goes_in_on_the_next() -> None:
    """The exit fills at step 41, the re-entry signal fires there, the entry acts at step 42."""
    again = d.signal("reEntry", "again", d.leaf(d.ltp(), ">", d.constant(0)), retryConfig={"maxReEntries": 1})
    document = in_and_out(d.at_second(40), extra_edges="sell>again again>buy", extra=(again,))
    day = run_oracle(document, DAY, RunOptions())
    assert acts(day)[3:] == [("out", 40), ("sell", 40), ("again", 40), ("buy", 41)]
    assert [(life["position_num"], life["entry_step"]) for life in day.lives] == [(1, 20), (2, 41)]
    assert day.trades[1]["exit_reason"] == "EOD Square-off"
    assert (day.trades[1]["exit_step"], day.trades[1]["trade_id"]) == (300, "p-r1")


def test_a_signal_at_its_limit_is_done_and_says_so() -> None:
    """With one re-entry allowed, the re-entry signal is not armed again after the second exit."""
    again = d.signal("reEntry", "again", d.leaf(d.ltp(), ">", d.constant(0)), retryConfig={"maxReEntries": 1})
    document = in_and_out(extra_edges="sell>again again>buy", extra=(again,))
    report = run_oracle(document, DAY, RunOptions()).signals["again"]
    assert (report["fired_steps"], report["limit"], report["limit_step"]) == ([21], "maxReEntries", 23)


def test_an_exit_straight_into_its_entry_goes_in_on_the_next_step() -> None:
    """An entry whose leg was closed in this step waits, also without a re-entry signal."""
    day = run_oracle(in_and_out(d.at_second(40), extra_edges="sell>buy"), DAY, RunOptions())
    assert [life["entry_step"] for life in day.lives] == [20, 41]


def test_the_walk_is_depth_first_in_edge_order() -> None:
    """The first child's whole branch acts before the second child, whatever the document's order."""
    document = d.strategy(
        "start>b start>a b>second a>first",
        d.start(),
        d.signal("entry", "a", d.at_second(5)),
        d.signal("entry", "b", d.at_second(5)),
        d.entry("first", d.leg("p")),
        d.entry("second", d.leg("q", "sell")),
    )
    day = run_oracle(document, DAY, RunOptions())
    assert acts(day) == [("start", 0), ("b", 5), ("second", 5), ("a", 5), ("first", 5)]


def test_the_close_of_one_exit_disarms_the_other() -> None:
    """After the exit at step 40 the second exit signal is no longer armed."""
    extra = (
        d.signal("exit", "other", d.leaf(d.ltp(), "<", d.constant(0))),
        d.exit_node("sell2", "p"),
    )
    document = in_and_out(d.at_second(40), extra_edges="buy>other other>sell2", extra=extra)
    day = run_oracle(document, DAY, RunOptions())
    assert day.signals["other"]["sets"]["base"]["armed_steps"] == 20
    assert day.signals["out"]["sets"]["base"]["armed_steps"] == 21


def test_a_square_off_activated_by_a_signal_acts_on_the_next_step_and_ends_the_day() -> None:
    """The signal fires at step 50, everything is closed at step 51, nothing happens after."""
    extra = (
        d.signal("entry", "panic", d.at_second(50)),
        d.square_off("off", immediateExit={"enabled": True}),
    )
    document = in_and_out(d.at_second(90), extra_edges="start>panic panic>off", extra=extra)
    day = run_oracle(document, DAY, RunOptions())
    (trade,) = day.trades
    assert (trade["exit_step"], trade["exit_reason"], trade["exit_node_id"]) == (51, "square_off_immediate", "off")
    assert trade["exit_event_id"] == "exec_off_20241001_091551_1"
    assert day.events[-1]["parent_execution_id"] == "exec_panic_20241001_091550_1"
    assert day.ended_step == 51


def test_the_start_ends_the_day_at_its_profit_target() -> None:
    """One lot of ten bought at 10.20 has made 10 rupees when the call trades at 11.20, at step 120."""
    document = in_and_out(d.at_second(299))
    target = {"enabled": True, "targetType": "absolute", "targetAmount": 10}
    document["nodes"][0]["data"]["endConditions"] = {
        "performanceBasedExit": {"enabled": True, "dailyPnLTarget": target}
    }
    day = run_oracle(document, DAY, RunOptions())
    assert (day.ended_step, day.trades[0]["pnl"], day.trades[0]["exit_reason"]) == (
        120,
        1000,
        "square_off_performance",
    )
    assert day.events[-1]["execution_id"] == "exec_start_20241001_091700_2"
