"""How a day ends: by the clock, by its profit, by a signal, by the close."""

from __future__ import annotations

from tests.worked_days.making import (
    after,
    end_conditions,
    entry,
    entry_signal,
    exit_order,
    exit_signal,
    leg,
    make_strategy,
    round_trip,
    square_off,
    trips,
)
from tests.worked_days.making_market import C25000, C25050, C25100, P25000, make_day
from tests.worked_days.worked_day import EOD, Armed, Outcome, firings, row, worked_day


@worked_day
def of_two_times_the_earlier_counts():
    """A square-off with two times acts at the earlier one, cancels waiting orders and ends the day for the
    graph.

    Times: 09:18:00, and one minute before the close (09:19:00). The put sold at 230.10 is bought back at
    09:18:00, step 180: 231.80: -1.70 x 75 = -127.50. An order of 09:17:30 for a call that never trades still
    waits (to 09:18:30): cancelled. The signal for 09:18:00 itself comes after the square-off: armed at steps
    0-179 only.
    """
    nodes, paths = trips(
        round_trip("a", "09:15:10", leg("sell", "PE")),
        round_trip("b", "09:17:30", leg("buy", "CE", "OTM2")),
        round_trip("c", "09:18:00", leg("buy", "CE")),
    )
    off = square_off("off", at="09:18:00", minutes_before_close=1)
    document = make_strategy([*nodes, off], [*paths, "start > off"])
    raw = make_day(coded=[P25000, C25000], listed=[C25050, C25100])
    return (
        document,
        raw,
        Outcome(
            (
                row(
                    "a-pos1-r0",
                    P25000,
                    "SELL",
                    75,
                    ("09:15:10", 230.10),
                    ("09:18:00", 231.80),
                    -127.5,
                    "square_off_time",
                ),
            ),
            cancelled=(("b-pos1", "entry"),),
            events=firings("09:15:00 start 09:15:10 a-go a 09:17:30 b-go b 09:18:00 off"),
            armed={("c-go", "base"): Armed(180)},
        ),
    )


@worked_day
def a_profit_target_counts_what_is_realised_and_what_is_not():
    """A positive ``targetAmount`` is a profit target on realised plus unrealised profit, reached at ≥.

    Lots of 50, two each: 100 units. The call, 100.00 to 102.00 at 09:15:15, realises 200. The put of 200.00
    stands at 202.95 at 09:15:20 (200 + 295 = 495: not yet) and at 203.00 at 09:15:30 (500: reached): 300.
    """
    two = {"lots": 2, "lot_size": 50}
    nodes, paths = trips(
        round_trip("a", "09:15:10", leg("buy", "CE", **two), "09:15:15"),
        round_trip("b", "09:15:10", leg("buy", "PE", **two)),
    )
    document = make_strategy([*nodes, square_off("off", amount=500)], [*paths, "start > off"])
    raw = make_day(traded={C25000: {10: 100, 15: 102, 16: 109}, P25000: {10: 200, 20: 202.95, 30: 203, 31: 209}})
    return (
        document,
        raw,
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 100, ("09:15:10", 100), ("09:15:15", 102), 200),
                row(
                    "b-pos1-r0",
                    P25000,
                    "BUY",
                    100,
                    ("09:15:10", 200),
                    ("09:15:30", 203),
                    300,
                    "square_off_performance",
                ),
            )
        ),
    )


@worked_day
def a_loss_limit_of_the_start_node():
    """A negative ``targetAmount`` is a loss limit; the start node's own end conditions count like a
    square-off's.

    100 units sold at 100.00, limit -300. 102.95 at 09:15:20 is -295: not yet. 103.10 at 09:15:30 is -310:
    closed.
    """
    document = make_strategy(
        *round_trip("a", "09:15:10", leg("sell", "CE", lots=2, lot_size=50)), ends=end_conditions(amount=-300)
    )
    raw = make_day(traded={C25000: {10: 100, 20: 102.95, 30: 103.10, 31: 90}})
    expected = row(
        "a-pos1-r0",
        C25000,
        "SELL",
        100,
        ("09:15:10", 100),
        ("09:15:30", 103.10),
        -310,
        "square_off_performance",
    )
    return document, raw, Outcome((expected,))


@worked_day
def a_square_off_that_a_signal_asks_for_acts_on_the_next_step():
    """A square-off acts in its own phase, before the graph, so one that a signal activates acts a second
    later.

    ``panic`` fires at 09:15:40; everything is closed at 09:15:41, 130.41: 0.31 x 75 = 23.25. Signals later in
    the walk of 09:15:40 still act: b buys the put at 230.40, which is closed at 230.41: 0.75. Nothing happens
    after that.
    """
    nodes, paths = trips(
        round_trip("a", "09:15:10", leg("buy", "CE")),
        round_trip("b", "09:15:40", leg("buy", "PE")),
        round_trip("c", "09:15:41", leg("buy", "PE")),
    )
    document = make_strategy(
        [*nodes, exit_signal("panic", after("09:15:40")), square_off("off", immediate=True)],
        ["start > panic > off", *paths],
    )
    at = "square_off_immediate"
    return (
        document,
        make_day(coded=[C25000, P25000]),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 130.10), ("09:15:41", 130.41), 23.25, at),
                row("b-pos1-r0", P25000, "BUY", 75, ("09:15:40", 230.40), ("09:15:41", 230.41), 0.75, at),
            ),
            events=firings("09:15:00 start 09:15:10 a-go a 09:15:40 panic b-go b 09:15:41 off"),
        ),
    )


@worked_day
def the_last_step_opens_nothing():
    """On the last step no entry goes in; an exit signal still acts before the close, which closes the rest.

    a is asked for at 09:20:00: session_over. b was sent 09:19:30 for a call that trades first at 09:20:00: on
    the last step it is not tried: cancelled. c leaves by its own exit at 09:20:00 (133.00,
    exit_condition_met, 217.50), d by the close of the day (233.00, 217.50).
    """
    document = make_strategy(
        *trips(
            round_trip("a", "09:20:00", leg("buy", "CE")),
            round_trip("b", "09:19:30", leg("buy", "CE", "OTM1")),
            round_trip("c", "09:15:10", leg("buy", "CE"), "09:20:00"),
            round_trip("d", "09:15:10", leg("buy", "PE")),
        )
    )
    raw = make_day(coded=[C25000, P25000], traded={C25050: {"09:20:00": 143}})
    return (
        document,
        raw,
        Outcome(
            (
                row("c-pos1-r0", C25000, "BUY", 75, ("09:15:10", 130.10), ("09:20:00", 133.00), 217.5),
                row("d-pos1-r0", P25000, "BUY", 75, ("09:15:10", 230.10), ("09:20:00", 233.00), 217.5, EOD),
            ),
            refused=(("a-pos1", "entry", "session_over", "09:20:00"),),
            cancelled=(("b-pos1", "entry"),),
        ),
    )


@worked_day
def a_square_off_at_the_close_comes_before_the_close():
    """If a square-off and the close of the day would act on the last step, the square-off does.

    exitTime 09:20:00, the session's last second: 133.00, square_off_time; 2.90 x 75 = 217.50. An exit signal
    for that second is too late: the square-off comes before the graph.
    """
    nodes, paths = round_trip("a", "09:15:10", leg("buy", "CE"), "09:20:00")
    document = make_strategy([*nodes, square_off("off", at="09:20:00")], [*paths, "start > off"])
    expected = row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 130.10), ("09:20:00", 133.00), 217.5, "square_off_time")
    return document, make_day(coded=[C25000]), Outcome((expected,))


@worked_day
def profit_is_looked_at_before_the_time():
    """Profit is looked at before the time: where both hold on one step the reason is the profit; a square-off
    takes an old price too.

    Call at 130.00; 132.00 at 09:15:50 makes 2.00 x 75 = 150, the target, in the second the exitTime names.
    The put has no trade after 09:15:10: closed at 230.10, 40 s old.
    """
    nodes = [entry_signal("go", after("09:15:10")), entry("a", leg("buy", "CE"), leg("buy", "PE"))]
    off = square_off("off", amount=150, at="09:15:50")
    document = make_strategy([*nodes, off], ["start > go > a", "start > off"])
    raw = make_day(traded={C25000: {10: 130, 50: 132}, P25000: {10: 230.10}})
    at = "square_off_performance"
    return (
        document,
        raw,
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 130), ("09:15:50", 132), 150, at),
                row("a-pos2-r0", P25000, "BUY", 75, ("09:15:10", 230.10), ("09:15:50", 230.10), 0, at),
            ),
            ages={"a-pos2-r0": 40},
        ),
    )


@worked_day
def an_exit_of_the_last_but_one_second_is_tried_before_the_close():
    """A position is never closed on the step it was opened on, so the earliest exit is the next second, here
    the last.

    The call has no trade until 09:19:59: bought there at 131.00 (the order of 09:19:00 waited 59 s). Its exit
    signal fires at 09:19:59; the order is tried at 09:20:00, before the close: 132.00, exit_condition_met,
    75.00.
    """
    document = make_strategy(
        [
            entry_signal("go", after("09:19:00")),
            entry("a", leg("buy", "CE")),
            exit_signal("stop", after("09:19:30")),
            exit_order("out", "a-pos1"),
        ],
        ["start > go > a > stop > out"],
    )
    raw = make_day(traded={C25000: {"09:19:59": 131, "09:20:00": 132}})
    expected = row("a-pos1-r0", C25000, "BUY", 75, ("09:19:59", 131), ("09:20:00", 132), 75)
    return (
        document,
        raw,
        Outcome((expected,), events=firings("09:15:00 start 09:19:00 go a 09:19:59 stop out")),
    )
