"""Crossings, ranges, texts and groups."""

from __future__ import annotations

from tests.worked_days.making import (
    LTP,
    after,
    any_of,
    entry,
    entry_signal,
    exit_order,
    exit_signal,
    leaf,
    leg,
    make_strategy,
    number,
    position,
    round_trip,
    text,
    trips,
)
from tests.worked_days.making_market import C25000, P25000, Held, make_day
from tests.worked_days.worked_day import EOD, Armed, Outcome, firings, row, worked_day


def _call(go, stop=None, side="buy"):
    """One call, opened when ``go`` holds and closed when ``stop`` does."""
    nodes, path = [entry_signal("go", go), entry("a", leg(side, "CE"))], "start > go > a"
    if stop is not None:
        nodes += [exit_signal("stop", stop), exit_order("out", "a-pos1")]
        path += " > stop > out"
    return make_strategy(nodes, [path])


@worked_day
def equality_is_neither_above_nor_below():
    """A crossing needs an earlier step on which the relation was not true; being equal is not above and not
    below.

    Spot 25020 from the open: above 25010, but nothing crosses on the first step. 09:15:10 is 25010, equal:
    not above. 09:15:20 is 25015: crosses above, bought at 130.20. 09:15:30 is 25010, equal: not below.
    09:15:40 is 25009: crosses below, sold at 130.40. 0.20 x 75 = 15.00.
    """
    document = _call(leaf(LTP, "crosses_above", number(25010)), leaf(LTP, "crosses_below", number(25010)))
    spot = Held({0: 25020, "09:15:10": 25010, "09:15:20": 25015, "09:15:30": 25010, "09:15:40": 25009})
    raw = make_day(spot=spot, coded=[C25000])
    expected = row("a-pos1-r0", C25000, "BUY", 75, ("09:15:20", 130.20), ("09:15:40", 130.40), 15)
    return document, raw, Outcome((expected,), armed={("go", "base"): Armed(21, {0: (1, "09:15:20")})})


@worked_day
def a_crossing_is_seen_by_a_node_that_wakes_on_that_step():
    """A crossing compares with the step before, whether or not the node was active then; an exit order never
    goes in on the entry's step.

    09:15:20: spot 25009 to 25015 crosses above 25010 (entry, 130.20) and above 25012, which the exit signal,
    active since this very step, sees too. It fires at 09:15:20; its order goes in at 09:15:21: 130.21. 0.01 x
    75 = 0.75.
    """
    document = _call(leaf(LTP, "crosses_above", number(25010)), leaf(LTP, "crosses_above", number(25012)))
    raw = make_day(spot=Held({0: 25009, "09:15:20": 25015}), coded=[C25000])
    return (
        document,
        raw,
        Outcome(
            (row("a-pos1-r0", C25000, "BUY", 75, ("09:15:20", 130.20), ("09:15:21", 130.21), 0.75),),
            events=firings("09:15:00 start 09:15:20 go a stop out"),
        ),
    )


@worked_day
def between_includes_both_ends():
    """``between`` takes a pair and includes both ends.

    Between 25010 and 25020: 25009.95 is not, 25010.00 at 09:15:10 is: 130.10. Between 25020 and 25030:
    25019.95 at 09:15:20 is not, 25030.00 at 09:15:30 is: 130.30. 0.20 x 75 = 15.00.
    """
    document = _call(
        leaf(LTP, "between", number(25010), number(25020)), leaf(LTP, "between", number(25020), number(25030))
    )
    raw = make_day(spot=Held({0: 25009.95, "09:15:10": 25010, "09:15:20": 25019.95, "09:15:30": 25030}), coded=[C25000])
    expected = row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 130.10), ("09:15:30", 130.30), 15)
    return document, raw, Outcome((expected,))


@worked_day
def a_status_is_compared_as_text_without_case():
    """A position's status compares as text, in any case; before its first life a leg has none.

    The call lives from 09:15:10 (130.10) to 09:15:40 (130.40): 22.50. The second signal comes later in edge
    order, so at 09:15:40 it already sees ``closed`` and buys the put at 230.40: 2.60 x 75 = 195 at the close.
    Armed 0-40; true once (a leg that never lived is not "not open" either: it has no value).
    """
    nodes, paths = trips(round_trip("a", "09:15:10", leg("buy", "CE"), "09:15:40"))
    second = entry_signal(
        "second",
        leaf(position("a-pos1", "status"), "==", text("CLOSED")),
        leaf(position("a-pos1", "status"), "!=", text("Open")),
    )
    document = make_strategy([*nodes, second, entry("b", leg("buy", "PE"))], [*paths, "start > second > b"])
    raw = make_day(coded=[C25000, P25000])
    return (
        document,
        raw,
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 130.10), ("09:15:40", 130.40), 22.5),
                row("b-pos1-r0", P25000, "BUY", 75, ("09:15:40", 230.40), ("09:20:00", 233.00), 195, EOD),
            ),
            armed={("second", "base"): Armed(41, {0: (1, "09:15:40"), 1: (1, "09:15:40")})},
        ),
    )


@worked_day
def a_group_of_alternatives_and_its_near_misses():
    """A near miss is a step at which one leaf alone would have made the condition true.

    Time >= 09:15:20 (leaf 0) and (spot > 25020 (leaf 1) or spot < 25000 (leaf 2)). Steps 10-14, spot 25030:
    only the time is missing. Steps 20-29, spot 25010: leaf 1 alone, or leaf 2 alone, would do. Steps 0-9 and
    15-19 lack two. Step 30, spot 24990: fires; ATM is 25000: 130.30; 2.70 x 75 = 202.50 at the close.
    """
    go = entry_signal(
        "go",
        after("09:15:20"),
        any_of(leaf(LTP, ">", number(25020)), leaf(LTP, "<", number(25000))),
    )
    document = make_strategy([go, entry("a", leg("buy", "CE"))], ["start > go > a"])
    raw = make_day(spot=Held({0: 25010, 10: 25030, 15: 25010, 30: 24990}), coded=[C25000])
    return (
        document,
        raw,
        Outcome(
            (row("a-pos1-r0", C25000, "BUY", 75, ("09:15:30", 130.30), ("09:20:00", 133.00), 202.5, EOD),),
            armed={("go", "base"): Armed(31, {0: (11, "09:15:30"), 1: (5, "09:15:14"), 2: (1, "09:15:30")})},
            misses={
                "go": (
                    ("09:15:10", "09:15:14", "base", 0),
                    ("09:15:20", "09:15:29", "base", 1),
                    ("09:15:20", "09:15:29", "base", 2),
                )
            },
        ),
    )
