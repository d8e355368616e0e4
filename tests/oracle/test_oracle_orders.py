"""Orders: waiting, refused, retried, partial, slipped, grouped."""

from __future__ import annotations

from decimal import Decimal

from strikebook.model.options import RunOptions, Slippage
from tests.oracle import documents as d
from tests.oracle import run_oracle

SPOT = d.trades(*[(second, 150) for second in range(0, 301, 30)])


def in_and_out(legs, exits=(), enter=20, leave=100, **entry_data):
    edges = "start>in in>buy" + "".join(f" buy>out{n} out{n}>{node['id']}" for n, node in enumerate(exits))
    signals = [d.signal("exit", f"out{n}", d.at_second(leave + 10 * n)) for n in range(len(exits))]
    return d.strategy(
        edges,
        d.start(),
        d.signal("entry", "in", d.at_second(enter)),
        d.entry("buy", *legs, **entry_data),
        *signals,
        *exits,
    )


def refusals(day) -> list[tuple]:
    return [(r["step"], r["vpi"], r["side"], r["reason"]) for r in day.rejections]


def test_an_order_waits_for_the_contracts_next_trade() -> None:
    """Sent at 20 without any trade before, filled by the trade at 50, at that step's last price."""
    day = run_oracle(in_and_out([d.leg("p")]), d.tiny_day(SPOT, {"150CE": d.trades((50, 10), (50, 11))}), RunOptions())
    (trade,) = day.trades
    assert (trade["entry_sent_step"], trade["entry_step"], trade["entry_price"]) == (20, 50, 1100)


def test_an_order_is_refused_at_its_deadline() -> None:
    """``no_price`` without a trade in the session so far, ``stale_price`` with an old one."""
    options = RunOptions(max_price_age_s=5)
    late = d.tiny_day(d.trades((0, 150), (20, 150)), {"150CE": d.trades((81, 10)), "150PE": d.trades((0, 10))})
    day = run_oracle(in_and_out([d.leg("c"), d.leg("p", option="W0 ATM PE")]), late, options)
    assert refusals(day) == [(80, "c", "entry", "no_price"), (80, "p", "entry", "stale_price")]
    assert day.lives == []


def test_the_first_reason_that_applies_counts() -> None:
    """Expiry before spot before strike before quantity."""
    legs = [
        d.leg("a", option="W1 ATM CE"),
        d.leg("b", option="W0 OTM2 CE"),
        d.leg("c", lots=0.5),
    ]
    day = run_oracle(in_and_out(legs), d.tiny_day(SPOT, {}), RunOptions())
    assert refusals(day) == [
        (20, "a", "entry", "no_expiry"),
        (20, "b", "entry", "no_strike"),
        (20, "c", "entry", "no_quantity"),
    ]
    old = run_oracle(in_and_out(legs[1:]), d.tiny_day(SPOT[:1], {}), RunOptions(max_price_age_s=19))
    assert [reason[3] for reason in refusals(old)] == ["stale_spot", "stale_spot"]


def test_no_entry_goes_in_on_the_last_step() -> None:
    """Every leg is refused ``session_over``."""
    day = run_oracle(in_and_out([d.leg("p")], enter=300), d.tiny_day(SPOT, {}), RunOptions())
    assert refusals(day) == [(300, "p", "entry", "session_over")]


def test_fill_next_takes_the_first_trade_after_the_step() -> None:
    """Entry and exit both fill at the first of several trades in the next second with one."""
    call = d.trades((20, 10), (35, 11), (35, 12), (100, 13), (130, 14), (130, 15))
    day = run_oracle(
        in_and_out([d.leg("p")], [d.exit_node("sell", "p")]),
        d.tiny_day(SPOT, {"150CE": call}),
        RunOptions(fill="next"),
    )
    (trade,) = day.trades
    assert (trade["entry_step"], trade["entry_price"], trade["entry_age_s"]) == (35, 1100, 0)
    assert (trade["exit_sent_step"], trade["exit_step"], trade["exit_price"]) == (100, 130, 1400)


def test_an_exit_without_a_fresh_price_is_tried_every_step() -> None:
    """One rejection is recorded at 100; the order fills with the trade at 160."""
    call = d.trades((20, 10), (160, 12))
    day = run_oracle(
        in_and_out([d.leg("p")], [d.exit_node("sell", "p")]), d.tiny_day(SPOT, {"150CE": call}), RunOptions()
    )
    assert refusals(day) == [(100, "p", "exit", "stale_price")]
    assert day.rejections[0]["retried"]
    assert [(trade["exit_sent_step"], trade["exit_step"]) for trade in day.trades] == [(100, 160)]


def test_an_exit_that_still_waits_at_the_end_is_cancelled() -> None:
    """The close of the day takes the last trade whatever its age."""
    call = d.trades((20, 10))
    day = run_oracle(
        in_and_out([d.leg("p")], [d.exit_node("sell", "p")]), d.tiny_day(SPOT, {"150CE": call}), RunOptions()
    )
    assert [(c["side"], c["sent_step"], c["step"]) for c in day.cancellations] == [("exit", 100, 300)]
    assert [(t["exit_reason"], t["exit_age_s"]) for t in day.trades] == [("EOD Square-off", 280)]


def test_parts_are_rows_of_the_life_and_the_closing_row_is_plain() -> None:
    """Half of five is two, then two lots, then the close of the day takes the last."""
    call = d.trades(*[(second, 10 + second / 100) for second in range(0, 301, 10)])
    exits = [
        d.exit_node("half", "p", quantity="percentage", partialQuantityPercentage=50),
        d.exit_node("two", "p", quantity="specific", specificQuantity=2),
    ]
    day = run_oracle(in_and_out([d.leg("p", "sell", lots=5)], exits), d.tiny_day(SPOT, {"150CE": call}), RunOptions())
    assert [(t["trade_id"], t["part"], t["lots"], t["pnl"]) for t in day.trades] == [
        ("p-r0-x1", 1, 2, -1600),
        ("p-r0-x2", 2, 2, -1800),
        ("p-r0", None, 1, -2800),
    ]


def test_slippage_goes_against_the_order_in_whole_paise_half_up() -> None:
    """0.25 % of 10.20 is 2.55 paise: bought at 1023 (1022.55), sold at 11.00 less 2.75 at 1097 (1097.25)."""
    call = d.trades((20, 10.2), (100, 11))
    day = run_oracle(
        in_and_out([d.leg("p")], [d.exit_node("sell", "p")]),
        d.tiny_day(SPOT, {"150CE": call}),
        RunOptions(slippage=Slippage("percent", Decimal("0.25"))),
    )
    assert [(t["entry_price"], t["exit_price"]) for t in day.trades] == [(1023, 1097)]


def test_all_or_none_waits_as_a_group_and_lists_the_legs_in_the_way() -> None:
    """The call is fresh, the put never trades: at the deadline only the put is refused, nothing was opened."""
    legs = [d.leg("c"), d.leg("p", option="W0 ATM PE")]
    call = d.trades(*[(second, 10) for second in range(0, 301, 10)])
    document = in_and_out(legs, allOrNone=True)
    day = run_oracle(document, d.tiny_day(SPOT, {"150CE": call}), RunOptions())
    assert refusals(day) == [(80, "p", "entry", "no_price")]
    both = d.tiny_day(SPOT, {"150CE": call, "150PE": d.trades((45, 7))})
    assert [life["entry_step"] for life in run_oracle(document, both, RunOptions()).lives] == [45, 45]


def test_a_leg_that_waited_wakes_only_what_guards_it() -> None:
    """The call fills at 20 and its exit signal arms; the put fills at 45 and its exit signal arms then."""
    legs = [d.leg("c"), d.leg("p", option="W0 ATM PE")]
    exits = [d.exit_node("sell_c", "c"), d.exit_node("sell_p", "p")]
    call = d.trades(*[(second, 10) for second in range(0, 301, 10)])
    day = run_oracle(
        in_and_out(legs, exits), d.tiny_day(SPOT, {"150CE": call, "150PE": d.trades((45, 7), (110, 8))}), RunOptions()
    )
    armed = [day.signals[node]["sets"]["base"]["armed_steps"] for node in ("out0", "out1")]
    assert armed == [81, 66]
    assert [(t["vpi"], t["exit_step"]) for t in day.trades] == [("c", 100), ("p", 110)]


def test_scale_works_on_exact_lots_and_the_atm_tie_takes_the_higher_strike() -> None:
    """1.5 × 2 is 3 lots; a spot of 125 lies between 100 and 150 and takes 150."""
    call = d.trades((20, 10))
    day = run_oracle(
        in_and_out([d.leg("p", lots=2)]),
        d.tiny_day(d.trades((0, 125)), {"150CE": call}),
        RunOptions(scale=Decimal("1.5")),
    )
    assert [(life["lots"], life["symbol"]) for life in day.lives] == [(3, "NIFTY:2024-10-01:OPT:150:CE")]
