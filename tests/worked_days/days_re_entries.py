"""What follows an exit: re-entries, their limits, and who is disarmed."""

from __future__ import annotations

from tests.worked_days.making import (
    ALWAYS,
    after,
    entry,
    entry_signal,
    exit_order,
    exit_signal,
    leg,
    make_strategy,
    re_entry_signal,
)
from tests.worked_days.making_market import C25000, C25050, P25000, make_day
from tests.worked_days.worked_day import EOD, Armed, Outcome, firings, row, worked_day


def _with_re_entry(limit):
    """A call from 09:15:10; out after 09:15:30, in a second life after 09:16:00; again at once."""
    return make_strategy(
        [
            entry_signal("go", after("09:15:10")),
            entry("a", leg("buy", "CE")),
            exit_signal("stop", after("09:15:30"), again=after("09:16:00")),
            exit_order("out", "a-pos1"),
            re_entry_signal("again", ALWAYS, limit=limit),
        ],
        ["start > go > a > stop > out > again > a"],
    )


@worked_day
def a_re_entry_signal_fires_with_the_exit_its_order_goes_in_next():
    """After an exit its re-entry signal may fire in the same step; the order goes in on the next, and a
    second life has its own exit set.

    09:15:30: sold at 130.30 (15.00), ``again`` fires. 09:15:31: bought at 130.31. ``stop`` now looks at its
    re-entry set, 09:16:00: 130.60 (0.29 x 75 = 21.75). One re-entry was allowed: ``again`` is not armed any
    more. ``stop`` was armed for 10-30 = 21 steps (base) and 31-60 = 30 steps (re-entry).
    """
    return (
        _with_re_entry(1),
        make_day(coded=[C25000]),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 130.10), ("09:15:30", 130.30), 15),
                row("a-pos1-r1", C25000, "BUY", 75, ("09:15:31", 130.31), ("09:16:00", 130.60), 21.75),
            ),
            events=firings("09:15:00 start 09:15:10 go a 09:15:30 stop out again 09:15:31 a 09:16:00 stop out"),
            armed={
                ("stop", "base"): Armed(21),
                ("stop", "re_entry"): Armed(30),
                ("again", "base"): Armed(1),
            },
        ),
    )


@worked_day
def no_re_entries_means_none():
    """``maxReEntries`` 0 is never: the signal is at its limit before it could be armed.

    Sold at 09:15:30, 130.30: 15.00. Nothing follows.
    """
    return (
        _with_re_entry(0),
        make_day(coded=[C25000]),
        Outcome(
            (row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 130.10), ("09:15:30", 130.30), 15),),
            events=firings("09:15:00 start 09:15:10 go a 09:15:30 stop out"),
            armed={("again", "base"): Armed(0)},
        ),
    )


@worked_day
def the_smallest_max_entries_of_the_legs_limits_the_entry():
    """An entry may be executed as often as the smallest ``maxEntries`` of its legs says; an exit of ``_any``
    closes both legs.

    Limits 3 and 2: two executions. 09:15:10 in (130.10, 230.10), 09:15:20 out (130.20, 230.20), 09:15:21 in,
    09:15:40 out (130.40, 230.40). Ten re-entries are allowed, but the entry is at its limit. First lives 0.10
    x 75 = 7.50 each, second 0.19 x 75 = 14.25 each.
    """
    document = make_strategy(
        [
            entry_signal("go", after("09:15:10")),
            entry("a", leg("buy", "CE", max_entries=3), leg("buy", "PE", max_entries=2)),
            exit_signal("stop", after("09:15:20"), again=after("09:15:40")),
            exit_order("out", "_any"),
            re_entry_signal("again", ALWAYS, limit=10),
        ],
        ["start > go > a > stop > out > again > a"],
    )
    return (
        document,
        make_day(coded=[C25000, P25000]),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 130.10), ("09:15:20", 130.20), 7.5),
                row("a-pos2-r0", P25000, "BUY", 75, ("09:15:10", 230.10), ("09:15:20", 230.20), 7.5),
                row("a-pos1-r1", C25000, "BUY", 75, ("09:15:21", 130.21), ("09:15:40", 130.40), 14.25),
                row("a-pos2-r1", P25000, "BUY", 75, ("09:15:21", 230.21), ("09:15:40", 230.40), 14.25),
            ),
            events=firings("09:15:00 start 09:15:10 go a 09:15:20 stop out again 09:15:21 a 09:15:40 stop out"),
        ),
    )


@worked_day
def an_entry_waits_the_second_in_which_its_leg_was_closed():
    """An entry order never goes in on the step in which a leg of that entry was closed, whoever asks for it.

    09:15:30: sold at 130.30 (15.00); below the exit an *entry* signal fires in the same step and asks for the
    entry, which waits: bought at 09:15:31, 130.31. 09:16:00: sold at 130.60 (21.75). ``maxEntries`` 2 is
    reached: the entry signal is not armed again.
    """
    document = make_strategy(
        [
            entry_signal("go", after("09:15:10")),
            entry("a", leg("buy", "CE", max_entries=2)),
            exit_signal("stop", after("09:15:30"), again=after("09:16:00")),
            exit_order("out", "a-pos1"),
            entry_signal("more", ALWAYS),
        ],
        ["start > go > a > stop > out > more > a"],
    )
    return (
        document,
        make_day(coded=[C25000]),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 130.10), ("09:15:30", 130.30), 15),
                row("a-pos1-r1", C25000, "BUY", 75, ("09:15:31", 130.31), ("09:16:00", 130.60), 21.75),
            ),
            events=firings("09:15:00 start 09:15:10 go a 09:15:30 stop out more 09:15:31 a 09:16:00 stop out"),
        ),
    )


@worked_day
def edge_order_decides_who_gets_the_shared_step():
    """Of two signals true in the same step the first in edge order acts; the other is not evaluated while the
    leg is open.

    Edges: ``second`` before ``first``. 09:15:10: ``second`` fires and the call opens at 130.10, so ``first``
    is not evaluated. 09:15:30: the call closes at 130.30 (15.00); ``first``, later in the same walk, is
    evaluated now and fires; the entry, closed in this step, waits for 09:15:31 (130.31). 09:16:00: 130.60
    (21.75). ``first`` was armed at steps 0-9 and at 30 = 11, ``second`` at 0-10 = 11.
    """
    document = make_strategy(
        [
            entry_signal("first", after("09:15:10")),
            entry_signal("second", after("09:15:10")),
            entry("a", leg("buy", "CE")),
            exit_signal("stop", after("09:15:30"), again=after("09:16:00")),
            exit_order("out", "a-pos1"),
        ],
        ["start > second > a > stop > out", "start > first > a"],
    )
    return (
        document,
        make_day(coded=[C25000]),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 130.10), ("09:15:30", 130.30), 15),
                row("a-pos1-r1", C25000, "BUY", 75, ("09:15:31", 130.31), ("09:16:00", 130.60), 21.75),
            ),
            events=firings("09:15:00 start 09:15:10 second a 09:15:30 stop out first 09:15:31 a 09:16:00 stop out"),
            armed={("first", "base"): Armed(11), ("second", "base"): Armed(11)},
        ),
    )


@worked_day
def a_re_entry_opens_only_the_flat_leg():
    """An entry opens those of its legs that are flat; the lives of a leg are counted per leg.

    Call and put open at 09:15:10. 09:15:30: the call alone is closed (130.30, 15.00), 09:15:31 opened again
    (130.31) beside the put of the first life. 09:16:00: the call again (130.60, 21.75). Put at the close:
    217.50.
    """
    document = make_strategy(
        [
            entry_signal("go", after("09:15:10")),
            entry("a", leg("buy", "CE"), leg("buy", "PE")),
            exit_signal("stop", after("09:15:30"), again=after("09:16:00")),
            exit_order("out", "a-pos1"),
            re_entry_signal("again", ALWAYS, limit=1),
        ],
        ["start > go > a > stop > out > again > a"],
    )
    return (
        document,
        make_day(coded=[C25000, P25000]),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 130.10), ("09:15:30", 130.30), 15),
                row("a-pos1-r1", C25000, "BUY", 75, ("09:15:31", 130.31), ("09:16:00", 130.60), 21.75),
                row("a-pos2-r0", P25000, "BUY", 75, ("09:15:10", 230.10), ("09:20:00", 233.00), 217.5, EOD),
            )
        ),
    )


@worked_day
def an_entry_that_may_not_is_refused():
    """An entry asked after its last allowed execution, or while its leg is open, is refused; its neighbours are not.

    a may be executed once. 09:15:20: ``both`` asks for a (open, but max_entries is the first reason that applies) and
    b (put at 230.20). 09:15:30: a is sold at 130.30, 15.00. 09:15:40: ``all`` asks for a (max_entries), b (open:
    already_open) and c (25050 CE at 140.40). Close: b 2.80 x 75 = 210, c 2.60 x 75 = 195.
    """
    document = make_strategy(
        [
            entry_signal("go", after("09:15:10")),
            entry("a", leg("buy", "CE", max_entries=1)),
            exit_signal("stop", after("09:15:30")),
            exit_order("out", "a-pos1"),
            entry_signal("both", after("09:15:20")),
            entry("b", leg("buy", "PE")),
            entry_signal("all", after("09:15:40")),
            entry("c", leg("buy", "CE", "OTM1")),
        ],
        [
            "start > go > a > stop > out",
            "start > both > a",
            "both > b",
            "start > all > a",
            "all > b",
            "all > c",
        ],
    )
    return (
        document,
        make_day(coded=[C25000, C25050, P25000]),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 130.10), ("09:15:30", 130.30), 15),
                row("b-pos1-r0", P25000, "BUY", 75, ("09:15:20", 230.20), ("09:20:00", 233.00), 210, EOD),
                row("c-pos1-r0", C25050, "BUY", 75, ("09:15:40", 140.40), ("09:20:00", 143.00), 195, EOD),
            ),
            refused=(
                ("a-pos1", "entry", "max_entries", "09:15:20"),
                ("a-pos1", "entry", "max_entries", "09:15:40"),
                ("b-pos1", "entry", "already_open", "09:15:40"),
            ),
            events=firings("09:15:00 start 09:15:10 go a 09:15:20 both a b 09:15:30 stop out 09:15:40 all a b c"),
        ),
    )


@worked_day
def each_target_of_a_re_entry_signal_has_its_own_re_entries():
    """``maxReEntries`` limits the re-entries of each target entry: an entry that has had them is not asked again.

    ``again`` allows one and leads to a and b. 09:15:30: a is sold at 130.30 (15.00) and ``again`` asks both:
    09:15:31 a at 130.31, b is open already. 09:15:40: a is sold at 130.40 (6.75); a is used up and b open, so
    ``again`` is not armed. 09:16:00: b is sold at 230.60 (37.50) and ``again`` asks b alone: 230.61, sold at
    09:17:00, 231.20 (44.25).
    """
    document = make_strategy(
        [
            entry_signal("go", after("09:15:10")),
            entry("a", leg("buy", "CE")),
            exit_signal("stop-a", after("09:15:30"), again=after("09:15:40")),
            exit_order("out-a", "a-pos1"),
            re_entry_signal("again", ALWAYS, limit=1),
            entry("b", leg("buy", "PE")),
            exit_signal("stop-b", after("09:16:00"), again=after("09:17:00")),
            exit_order("out-b", "b-pos1"),
        ],
        [
            "start > go > a > stop-a > out-a > again > a",
            "again > b",
            "go > b > stop-b > out-b > again",
        ],
    )
    return (
        document,
        make_day(coded=[C25000, P25000]),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 130.10), ("09:15:30", 130.30), 15),
                row("a-pos1-r1", C25000, "BUY", 75, ("09:15:31", 130.31), ("09:15:40", 130.40), 6.75),
                row("b-pos1-r0", P25000, "BUY", 75, ("09:15:10", 230.10), ("09:16:00", 230.60), 37.5),
                row("b-pos1-r1", P25000, "BUY", 75, ("09:16:01", 230.61), ("09:17:00", 231.20), 44.25),
            ),
            refused=(("b-pos1", "entry", "already_open", "09:15:31"),),
            events=firings(
                "09:15:00 start 09:15:10 go a b 09:15:30 stop-a out-a again 09:15:31 a b 09:15:40 stop-a out-a "
                "09:16:00 stop-b out-b again 09:16:01 b 09:17:00 stop-b out-b"
            ),
            armed={("again", "base"): Armed(2)},
        ),
    )
