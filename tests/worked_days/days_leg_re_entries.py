"""Re-entries of a leg without a condition: when it is opened again, with what, and how often."""

from __future__ import annotations

from tests.worked_days.making import (
    after,
    again,
    entry,
    entry_signal,
    exit_order,
    exit_signal,
    leg,
    make_strategy,
    protected,
    rule,
)
from tests.worked_days.making_market import C25000, C25050, P25000, Held, make_day
from tests.worked_days.worked_day import EOD, Outcome, firings, row, worked_day

STOP = rule(stopPoints=10)
TARGET = rule(targetPoints=10)


def _opened(*legs):
    """Legs a-pos1 … from 09:15:10 on."""
    return make_strategy([entry_signal("go", after("09:15:10")), entry("a", *legs)], ["start > go > a"])


@worked_day
def as_soon_as_possible_is_the_next_step_with_a_contract_chosen_anew():
    """``asap`` opens the leg again on the step after the stop, with the contract that is at the money then; once,
    unless told otherwise.

    The call of 25000 is bought at 100 and stopped at 09:15:40, 90: -750. NIFTY is at 25040 by then, so 09:15:41 buys
    the call of 25050 at 60; stopped at 09:16:00, 50: -750. No third life.
    """
    raw = make_day(
        spot=Held({0: 25010, "09:15:40": 25040}),
        traded={C25000: Held({0: 100, "09:15:40": 90}), C25050: Held({0: 60, "09:16:00": 50})},
    )
    return (
        _opened(protected(leg("buy", "CE"), stopLoss=STOP, reEntryConfig=again())),
        raw,
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:15:40", 90), -750, "stop_loss"),
                row("a-pos1-r1", C25050, "BUY", 75, ("09:15:41", 60), ("09:16:00", 50), -750, "stop_loss"),
            ),
            events=firings("09:15:00 start 09:15:10 go a 09:15:40 a 09:15:41 a 09:16:00 a"),
            lives={"a-pos1": 2},
        ),
    )


@worked_day
def a_stopped_leg_waits_below_its_cost():
    """``cost`` takes the same contract once its price is back at the entry fill: closed below it, at the first price
    not below.

    Bought at 100, stopped at 09:15:40, 90: -750. 99.95 at 09:16:00 is not back; 101 at 09:16:10 is, and is the new
    entry. NIFTY is at 25040 by then; the contract is still 25000. Close at 103: 2 x 75 = 150.
    """
    raw = make_day(
        spot=Held({0: 25010, "09:15:50": 25040}),
        traded={C25000: Held({0: 100, "09:15:40": 90, "09:16:00": 99.95, "09:16:10": 101, "09:16:20": 103})},
        coded=[C25050],
    )
    return (
        _opened(protected(leg("buy", "CE"), stopLoss=STOP, reEntryConfig=again(type="cost"))),
        raw,
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:15:40", 90), -750, "stop_loss"),
                row("a-pos1-r1", C25000, "BUY", 75, ("09:16:10", 101), ("09:20:00", 103), 150, EOD),
            )
        ),
    )


@worked_day
def a_leg_closed_above_its_cost_waits_for_a_fall():
    """Closed above the entry fill, ``cost`` waits for a price not above it; a sold leg's stop is one.

    Bought call: target 110 at 09:15:40, 750; 100.05 at 09:16:00 is not back, 100 at 09:16:10 is. Sold put: stopped at
    112 at 09:15:40, -900; 98 at 09:16:00 is back. Close: call 100, 0; put 98, 0.
    """
    document = _opened(
        protected(leg("buy", "CE"), takeProfit=TARGET, reEntryConfig=again(type="cost")),
        protected(leg("sell", "PE"), stopLoss=STOP, reEntryConfig=again(type="cost")),
    )
    prices = {
        C25000: Held({0: 100, "09:15:40": 110, "09:16:00": 100.05, "09:16:10": 100}),
        P25000: Held({0: 100, "09:15:40": 112, "09:16:00": 98}),
    }
    return (
        document,
        make_day(traded=prices),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:15:40", 110), 750, "target"),
                row("a-pos2-r0", P25000, "SELL", 75, ("09:15:10", 100), ("09:15:40", 112), -900, "stop_loss"),
                row("a-pos2-r1", P25000, "SELL", 75, ("09:16:00", 98), ("09:20:00", 98), 0, EOD),
                row("a-pos1-r1", C25000, "BUY", 75, ("09:16:10", 100), ("09:20:00", 100), 0, EOD),
            )
        ),
    )


@worked_day
def closed_at_its_cost_it_is_opened_at_once():
    """A leg that was closed at its entry fill is back at its cost at once: on the next step, at any price.

    Bought at 100; after a gain of 10 (09:15:30) it falls back to 100 at 09:15:40 and is closed with 0. 09:15:41 buys at
    97; close 98: 75.
    """
    call = Held({0: 100, "09:15:30": 110, "09:15:40": 100, "09:15:41": 97, "09:15:42": 98})
    return (
        _opened(protected(leg("buy", "CE"), breakeven=rule(afterProfit=10), reEntryConfig=again(type="cost"))),
        make_day(traded={C25000: call}),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:15:40", 100), 0, "stop_loss"),
                row("a-pos1-r1", C25000, "BUY", 75, ("09:15:41", 97), ("09:20:00", 98), 75, EOD),
            )
        ),
    )


@worked_day
def until_is_the_latest_time_at_which_it_goes_in():
    """``until`` is the latest time at which the leg is opened again, that second included.

    Call: stopped at 09:15:59, 90 (-750); opened at 09:16:00, 90. Put: stopped at 09:16:00, 90 (-750); 09:16:01 would be
    too late. A second call waits for its cost of 100, which is back at 09:16:01 only. Close: 90, 0.
    """
    late = again(until="09:16")
    document = _opened(
        protected(leg("buy", "CE"), stopLoss=STOP, reEntryConfig=late),
        protected(leg("buy", "PE"), stopLoss=STOP, reEntryConfig=late),
        protected(leg("buy", "CE", "OTM1"), stopLoss=STOP, reEntryConfig=again(type="cost", until="09:16")),
    )
    prices = {
        C25000: Held({0: 100, "09:15:59": 90}),
        P25000: Held({0: 100, "09:16:00": 90}),
        C25050: Held({0: 100, "09:15:30": 90, "09:16:01": 100}),
    }
    return (
        document,
        make_day(traded=prices),
        Outcome(
            (
                row("a-pos3-r0", C25050, "BUY", 75, ("09:15:10", 100), ("09:15:30", 90), -750, "stop_loss"),
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:15:59", 90), -750, "stop_loss"),
                row("a-pos2-r0", P25000, "BUY", 75, ("09:15:10", 100), ("09:16:00", 90), -750, "stop_loss"),
                row("a-pos1-r1", C25000, "BUY", 75, ("09:16:00", 90), ("09:20:00", 90), 0, EOD),
            )
        ),
    )


@worked_day
def so_often_and_no_more():
    """``maxReEntries`` counts the lives of the leg after its first; 0 is never.

    The call may be opened twice more: 100, 90, 80 at 09:15:10, 09:15:31, 09:15:41, each stopped 10 lower (-750 each);
    not after 70 at 09:15:50. The put may never: 100, stopped at 90, -750.
    """
    document = _opened(
        protected(leg("buy", "CE"), stopLoss=STOP, reEntryConfig=again(maxReEntries=2)),
        protected(leg("buy", "PE"), stopLoss=STOP, reEntryConfig=again(maxReEntries=0)),
    )
    prices = {
        C25000: Held({0: 100, "09:15:30": 90, "09:15:40": 80, "09:15:50": 70}),
        P25000: Held({0: 100, "09:15:30": 90}),
    }
    return (
        document,
        make_day(traded=prices),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:15:30", 90), -750, "stop_loss"),
                row("a-pos2-r0", P25000, "BUY", 75, ("09:15:10", 100), ("09:15:30", 90), -750, "stop_loss"),
                row("a-pos1-r1", C25000, "BUY", 75, ("09:15:31", 90), ("09:15:40", 80), -750, "stop_loss"),
                row("a-pos1-r2", C25000, "BUY", 75, ("09:15:41", 80), ("09:15:50", 70), -750, "stop_loss"),
            ),
            events=firings("09:15:00 start 09:15:10 go a 09:15:30 a a 09:15:31 a 09:15:40 a 09:15:41 a 09:15:50 a"),
        ),
    )


@worked_day
def reverse_trades_the_other_side():
    """``reverse`` trades the opposite side of the life that closed, and the leg's rules then protect that side.

    Bought at 100, stopped at 90 (-750); sold at 09:15:41, 90, stopped at 100 at 09:16:00 (-750); bought at 09:16:01,
    100; close 103: 225.
    """
    call = Held({0: 100, "09:15:40": 90, "09:16:00": 100, "09:17:00": 103})
    return (
        _opened(protected(leg("buy", "CE"), stopLoss=STOP, reEntryConfig=again(reverse=True, maxReEntries=2))),
        make_day(traded={C25000: call}),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:15:40", 90), -750, "stop_loss"),
                row("a-pos1-r1", C25000, "SELL", 75, ("09:15:41", 90), ("09:16:00", 100), -750, "stop_loss"),
                row("a-pos1-r2", C25000, "BUY", 75, ("09:16:01", 100), ("09:20:00", 103), 225, EOD),
            )
        ),
    )


@worked_day
def a_re_entry_follows_the_reasons_it_names():
    """``on`` names the reasons that a leg's re-entry follows; an exit order is none of them.

    The call follows targets: closed at 110 (750), opened at 09:15:41, 110, stopped at 100 (-750), which it does not
    follow. The put follows everything, but it is closed by an exit at 09:15:30: 100, 0.
    """
    document = make_strategy(
        [
            entry_signal("go", after("09:15:10")),
            entry(
                "a",
                protected(
                    leg("buy", "CE"),
                    stopLoss=STOP,
                    takeProfit=TARGET,
                    reEntryConfig=again(on=["target"], maxReEntries=5),
                ),
                protected(leg("buy", "PE"), stopLoss=STOP, reEntryConfig=again()),
            ),
            exit_signal("stop", after("09:15:30")),
            exit_order("out", "a-pos2"),
        ],
        ["start > go > a > stop > out"],
    )
    prices = {C25000: Held({0: 100, "09:15:40": 110, "09:16:00": 100}), P25000: Held({0: 100})}
    return (
        document,
        make_day(traded=prices),
        Outcome(
            (
                row("a-pos2-r0", P25000, "BUY", 75, ("09:15:10", 100), ("09:15:30", 100), 0),
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:15:40", 110), 750, "target"),
                row("a-pos1-r1", C25000, "BUY", 75, ("09:15:41", 110), ("09:16:00", 100), -750, "stop_loss"),
            )
        ),
    )


@worked_day
def an_exit_opens_its_target_again():
    """``reEntryConfig`` of an exit node opens each target again that the node closed whole; the leg's exits are armed
    again.

    Call and put bought at 09:15:10. 09:15:30: ``out`` closes the call, 130.30 (15.00). 09:15:31: the call alone is
    opened again, 130.31; ``stop`` is armed again and fires at once, but its order waits a step: 130.32 at 09:15:32
    (0.75). One re-entry was allowed. The put stays: 217.50.
    """
    document = make_strategy(
        [
            entry_signal("go", after("09:15:10")),
            entry("a", leg("buy", "CE"), leg("buy", "PE")),
            exit_signal("stop", after("09:15:30")),
            protected(exit_order("out", "a-pos1"), reEntryConfig=again()),
        ],
        ["start > go > a > stop > out"],
    )
    return (
        document,
        make_day(coded=[C25000, P25000]),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 130.10), ("09:15:30", 130.30), 15),
                row("a-pos1-r1", C25000, "BUY", 75, ("09:15:31", 130.31), ("09:15:32", 130.32), 0.75),
                row("a-pos2-r0", P25000, "BUY", 75, ("09:15:10", 230.10), ("09:20:00", 233), 217.5, EOD),
            ),
            events=firings("09:15:00 start 09:15:10 go a 09:15:30 stop out 09:15:31 a stop out"),
        ),
    )


@worked_day
def the_legs_own_re_entry_counts_before_the_exits():
    """Where the leg and the exit both have a re-entry for a close, the leg's counts.

    ``out`` carries a stop and reverses what it closes, once. The leg follows stops, as it was, once. 09:15:30: stopped
    at 90 (-750); bought again at 09:15:31, 90. 09:15:40: stopped at 80 (-750): the leg's one re-entry is used, and the
    exit's does not count.
    """
    document = make_strategy(
        [
            entry_signal("go", after("09:15:10")),
            entry("a", protected(leg("buy", "CE"), reEntryConfig=again(on=["stop_loss"]))),
            exit_signal("stop", after("09:19:00")),
            protected(exit_order("out", "a-pos1"), stopLoss=STOP, reEntryConfig=again(reverse=True, maxReEntries=5)),
        ],
        ["start > go > a > stop > out"],
    )
    return (
        document,
        make_day(traded={C25000: Held({0: 100, "09:15:30": 90, "09:15:40": 80})}),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:15:30", 90), -750, "stop_loss"),
                row("a-pos1-r1", C25000, "BUY", 75, ("09:15:31", 90), ("09:15:40", 80), -750, "stop_loss"),
            ),
            events=firings("09:15:00 start 09:15:10 go a 09:15:30 out 09:15:31 a 09:15:40 out"),
        ),
    )


@worked_day
def a_re_entry_counts_as_an_execution_of_its_entry():
    """A re-entry of a leg counts as an execution of its entry, and is refused at ``maxEntries``; then it is over.

    Two executions: 100 to 90 (-750), 09:15:31 at 90 to 80 (-750). 09:15:41 is refused; three re-entries would have been
    allowed.
    """
    one_leg = protected(leg("buy", "CE", max_entries=2), stopLoss=STOP, reEntryConfig=again(maxReEntries=3))
    return (
        _opened(one_leg),
        make_day(traded={C25000: Held({0: 100, "09:15:30": 90, "09:15:40": 80})}),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:15:30", 90), -750, "stop_loss"),
                row("a-pos1-r1", C25000, "BUY", 75, ("09:15:31", 90), ("09:15:40", 80), -750, "stop_loss"),
            ),
            refused=(("a-pos1", "entry", "max_entries", "09:15:41"),),
        ),
    )


@worked_day
def a_re_entry_that_still_waits_at_the_end_is_cancelled():
    """A re-entry that still waits at the end of the day is listed as a cancelled entry order.

    Bought at 100, stopped at 90 (-750); the price never comes back to 100.
    """
    return (
        _opened(protected(leg("buy", "CE"), stopLoss=STOP, reEntryConfig=again(type="cost"))),
        make_day(traded={C25000: Held({0: 100, "09:15:30": 90, "09:16:00": 99.95})}),
        Outcome(
            (row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:15:30", 90), -750, "stop_loss"),),
            cancelled=(("a-pos1", "entry"),),
        ),
    )
