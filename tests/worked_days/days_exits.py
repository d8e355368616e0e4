"""Parts of a position, exits of several legs, and exits that find nothing to close."""

from __future__ import annotations

from decimal import Decimal

from strikebook.model.options import RunOptions
from tests.worked_days.making import (
    ALWAYS,
    after,
    entry,
    entry_signal,
    exit_order,
    exit_signal,
    leaf,
    leg,
    make_strategy,
    number,
    position,
    re_entry_signal,
)
from tests.worked_days.making_market import C25000, P25000, make_day
from tests.worked_days.worked_day import EOD, Armed, Outcome, firings, row, worked_day


@worked_day
def half_of_three_lots_is_one():
    """A percentage is of the lots open now, rounded down, at least one; re-entry follows only the exit that
    closes.

    3 lots at 130.10. 09:15:20: 50 % of 3 is 1.5, 1 lot at 130.20: row x1, 7.50. 09:15:30: 25 % of 2 is 0.5,
    at least 1 lot at 130.30: row x2, 15.00. 09:15:40: 50 % of 1 is 1 lot at 130.40 and all that is left: the
    plain row, 22.50. Below the first part hangs a re-entry signal: it is never armed.
    """
    document = make_strategy(
        [
            entry_signal("go", after("09:15:10")),
            entry("a", leg("buy", "CE", lots=3)),
            exit_signal("stop1", after("09:15:20")),
            exit_order("half", "a-pos1", percent=50),
            re_entry_signal("again", ALWAYS, limit=9),
            exit_signal("stop2", after("09:15:30")),
            exit_order("quarter", "a-pos1", percent=25),
            exit_signal("stop3", leaf(position("a-pos1", "quantity"), "==", number(1)), after("09:15:40")),
            exit_order("rest", "a-pos1", percent=50),
        ],
        ["start > go > a > stop1 > half > again > a", "a > stop2 > quarter", "a > stop3 > rest"],
    )
    return (
        document,
        make_day(coded=[C25000]),
        Outcome(
            (
                row("a-pos1-r0-x1", C25000, "BUY", 75, ("09:15:10", 130.10), ("09:15:20", 130.20), 7.5),
                row("a-pos1-r0-x2", C25000, "BUY", 75, ("09:15:10", 130.10), ("09:15:30", 130.30), 15),
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 130.10), ("09:15:40", 130.40), 22.5),
            ),
            events=firings(
                "09:15:00 start 09:15:10 go a 09:15:20 stop1 half 09:15:30 stop2 quarter 09:15:40 stop3 rest"
            ),
            armed={("again", "base"): Armed(0)},
            lives={"a-pos1": 1},
        ),
    )


@worked_day
def a_part_and_then_the_rest():
    """After a part the other exits stay armed; the closing row is the plain one.

    3 lots sold at 230.10. 09:15:20: half of 3, 1 lot, bought back at 230.20: -7.50. 09:15:40: all, 2 lots, at
    230.40: -0.30 x 150 = -45.00. One life, so one loss.
    """
    document = make_strategy(
        [
            entry_signal("go", after("09:15:10")),
            entry("a", leg("sell", "PE", lots=3)),
            exit_signal("stop1", after("09:15:20")),
            exit_order("half", "a-pos1", percent=50),
            exit_signal("stop2", after("09:15:40")),
            exit_order("rest", "a-pos1"),
        ],
        ["start > go > a > stop1 > half", "a > stop2 > rest"],
    )
    return (
        document,
        make_day(coded=[P25000]),
        Outcome(
            (
                row("a-pos1-r0-x1", P25000, "SELL", 75, ("09:15:10", 230.10), ("09:15:20", 230.20), -7.5),
                row("a-pos1-r0", P25000, "SELL", 150, ("09:15:10", 230.10), ("09:15:40", 230.40), -45),
            ),
            lives={"a-pos1": 1},
        ),
    )


@worked_day
def specific_lots_grow_with_the_run():
    """``specific`` lots are multiplied by the run's scale and never more than the lots open.

    Scale 2: 5 lots become 10. 09:15:20: 2 become 4 lots (300 units) at 130.20: 30.00. 09:15:40: 4 become 8,
    but 6 are open (450 units): 130.40, 135.00.
    """
    document = make_strategy(
        [
            entry_signal("go", after("09:15:10")),
            entry("a", leg("buy", "CE", lots=5)),
            exit_signal("stop1", after("09:15:20")),
            exit_order("some", "a-pos1", lots=2),
            exit_signal("stop2", after("09:15:40")),
            exit_order("more", "a-pos1", lots=4),
        ],
        ["start > go > a > stop1 > some", "a > stop2 > more"],
    )
    return (
        document,
        make_day(coded=[C25000]),
        Outcome(
            (
                row("a-pos1-r0-x1", C25000, "BUY", 300, ("09:15:10", 130.10), ("09:15:20", 130.20), 30),
                row("a-pos1-r0", C25000, "BUY", 450, ("09:15:10", 130.10), ("09:15:40", 130.40), 135),
            )
        ),
        RunOptions(scale=Decimal(2)),
    )


@worked_day
def any_closes_every_open_leg_of_the_entries_above():
    """An exit of ``_any`` closes every open leg of the entries it hangs below, and none of another entry.

    a buys a call and sells a put at 09:15:10, b buys a put. 09:15:40: the exit below a closes a's two legs,
    0.30 x 75 = 22.50 and -22.50; b stays to the close: 2.90 x 75 = 217.50.
    """
    document = make_strategy(
        [
            entry_signal("go", after("09:15:10")),
            entry("a", leg("buy", "CE"), leg("sell", "PE")),
            exit_signal("stop", after("09:15:40")),
            exit_order("out", "_any"),
            entry("b", leg("buy", "PE")),
        ],
        ["start > go > a > stop > out", "go > b"],
    )
    return (
        document,
        make_day(coded=[C25000, P25000]),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 130.10), ("09:15:40", 130.40), 22.5),
                row("a-pos2-r0", P25000, "SELL", 75, ("09:15:10", 230.10), ("09:15:40", 230.40), -22.5),
                row("b-pos1-r0", P25000, "BUY", 75, ("09:15:10", 230.10), ("09:20:00", 233.00), 217.5, EOD),
            )
        ),
    )


@worked_day
def a_late_leg_wakes_only_its_own_exits():
    """When a leg of an execution fills later, only the exit signals and exits that guard it become active,
    and its exit waits a step too.

    The call opens at 09:15:10 and is closed at 09:15:20, 130.20 (7.50). The put has no trade until 09:15:40,
    232.00. Its exit signal, not armed before, fires at 09:15:40; the order goes in at 09:15:41: 233.00
    (75.00). ``stop1`` guards the call only and is armed for 10-20 = 11 steps, ``stop2`` for one.
    """
    document = make_strategy(
        [
            entry_signal("go", after("09:15:10")),
            entry("a", leg("buy", "CE"), leg("buy", "PE")),
            exit_signal("stop1", after("09:15:20")),
            exit_order("out1", "a-pos1"),
            exit_signal("stop2", after("09:15:20")),
            exit_order("out2", "a-pos2"),
        ],
        ["start > go > a > stop1 > out1", "a > stop2 > out2"],
    )
    raw = make_day(coded=[C25000], traded={P25000: {"09:15:40": 232, "09:15:41": 233}})
    return (
        document,
        raw,
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 130.10), ("09:15:20", 130.20), 7.5),
                row("a-pos2-r0", P25000, "BUY", 75, ("09:15:40", 232), ("09:15:41", 233), 75),
            ),
            events=firings("09:15:00 start 09:15:10 go a 09:15:20 stop1 out1 09:15:40 stop2 out2"),
            armed={("stop1", "base"): Armed(11), ("stop2", "base"): Armed(1)},
        ),
    )


@worked_day
def of_two_exits_the_slower_one_activates_nothing():
    """When the last position it guards closes, every other exit is disarmed; one whose order was overtaken
    activates nothing.

    09:15:30: both signals would be true; the first closes the call (130.30, 15.00) and disarms the second.
    ``again1`` fires, 09:15:31: 130.31. Both exit signals are armed again and both fire on this step; their
    orders wait for the next. 09:15:32: the first sent fills (130.32, 0.75), the other is dropped: ``again2``
    never fires.
    """
    document = make_strategy(
        [
            entry_signal("go", after("09:15:10")),
            entry("a", leg("buy", "CE")),
            exit_signal("stop1", after("09:15:30")),
            exit_order("out1", "a-pos1"),
            re_entry_signal("again1", ALWAYS, limit=1),
            exit_signal("stop2", after("09:15:30")),
            exit_order("out2", "a-pos1"),
            re_entry_signal("again2", ALWAYS, limit=9),
        ],
        ["start > go > a > stop1 > out1 > again1 > a", "a > stop2 > out2 > again2 > a"],
    )
    return (
        document,
        make_day(coded=[C25000]),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 130.10), ("09:15:30", 130.30), 15),
                row("a-pos1-r1", C25000, "BUY", 75, ("09:15:31", 130.31), ("09:15:32", 130.32), 0.75),
            ),
            events=firings("09:15:00 start 09:15:10 go a 09:15:30 stop1 out1 again1 09:15:31 a stop1 out1 stop2 out2"),
            armed={("stop2", "base"): Armed(21), ("again2", "base"): Armed(0)},
        ),
    )


@worked_day
def an_exit_with_nothing_to_close_activates_nothing():
    """An exit whose position is already closed is done without an event, and what hangs below it stays
    asleep.

    09:15:30: ``out`` closes the call (130.30, 15.00) and activates ``tidy``, which finds it closed: no event,
    and ``again`` is not armed.
    """
    document = make_strategy(
        [
            entry_signal("go", after("09:15:10")),
            entry("a", leg("buy", "CE")),
            exit_signal("stop", after("09:15:30")),
            exit_order("out", "a-pos1"),
            exit_order("tidy", "a-pos1"),
            re_entry_signal("again", ALWAYS, limit=9),
        ],
        ["start > go > a > stop > out > tidy > again > a"],
    )
    return (
        document,
        make_day(coded=[C25000]),
        Outcome(
            (row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 130.10), ("09:15:30", 130.30), 15),),
            events=firings("09:15:00 start 09:15:10 go a 09:15:30 stop out"),
            armed={("again", "base"): Armed(0)},
        ),
    )


@worked_day
def after_a_part_another_entry_may_follow():
    """A part completes its exit like any other, only nothing opens its own entry again.

    09:15:20: 2 of 4 lots are sold at 130.20 (0.10 x 150 = 15.00). ``hedge`` below it fires at once and buys the put at
    230.20; ``more``, which leads to a, is never armed. Close: the put 2.80 x 75 = 210, the other two lots 2.90 x 150
    = 435.
    """
    document = make_strategy(
        [
            entry_signal("go", after("09:15:10")),
            entry("a", leg("buy", "CE", lots=4)),
            exit_signal("stop", after("09:15:20")),
            exit_order("half", "a-pos1", percent=50),
            entry_signal("hedge", ALWAYS),
            entry("b", leg("buy", "PE")),
            entry_signal("more", ALWAYS),
        ],
        ["start > go > a > stop > half > hedge > b", "half > more > a"],
    )
    return (
        document,
        make_day(coded=[C25000, P25000]),
        Outcome(
            (
                row("a-pos1-r0-x1", C25000, "BUY", 150, ("09:15:10", 130.10), ("09:15:20", 130.20), 15),
                row("a-pos1-r0", C25000, "BUY", 150, ("09:15:10", 130.10), ("09:20:00", 133.00), 435, EOD),
                row("b-pos1-r0", P25000, "BUY", 75, ("09:15:20", 230.20), ("09:20:00", 233.00), 210, EOD),
            ),
            events=firings("09:15:00 start 09:15:10 go a 09:15:20 stop half hedge b"),
            armed={("more", "base"): Armed(0)},
        ),
    )
