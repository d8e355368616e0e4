"""Protective exits at work: how their orders fill, what they close besides, and what follows."""

from __future__ import annotations

from tests.worked_days.making import (
    ALWAYS,
    after,
    end_conditions,
    entry,
    entry_signal,
    exit_order,
    exit_signal,
    leg,
    make_strategy,
    protected,
    protected_legs,
    re_entry_signal,
    rule,
)
from tests.worked_days.making_market import C25000, P25000, Bar, Held, make_day
from tests.worked_days.worked_day import EOD, Armed, Outcome, firings, row, worked_day


@worked_day
def a_complete_stop_closes_every_leg():
    """With ``squareOff: complete`` every open leg is closed for that reason, the one that triggered first.

    Call and put of a sold at 100, another call of b bought at 100. 09:15:40: the put is at 120, its stop. Put -20 x 75
    = -1,500; then, in order of opening, a's call at 90 (750) and b's at 90 (-750). One event. The day goes on.
    """
    document = make_strategy(
        [
            entry_signal("go", after("09:15:10")),
            entry(
                "a", leg("sell", "CE"), protected(leg("sell", "PE"), stopLoss=rule(stopPoints=20, squareOff="complete"))
            ),
            entry("b", leg("buy", "CE")),
            entry_signal("later", after("09:16:00")),
            entry("c", leg("buy", "CE")),
        ],
        ["start > go > a", "go > b", "start > later > c"],
    )
    prices = {C25000: Held({0: 100, "09:15:40": 90}), P25000: Held({0: 100, "09:15:40": 120})}
    return (
        document,
        make_day(traded=prices),
        Outcome(
            (
                row("a-pos2-r0", P25000, "SELL", 75, ("09:15:10", 100), ("09:15:40", 120), -1500, "stop_loss"),
                row("a-pos1-r0", C25000, "SELL", 75, ("09:15:10", 100), ("09:15:40", 90), 750, "stop_loss"),
                row("b-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:15:40", 90), -750, "stop_loss"),
                row("c-pos1-r0", C25000, "BUY", 75, ("09:16:00", 90), ("09:20:00", 90), 0, EOD),
            ),
            events=firings("09:15:00 start 09:15:10 go a b 09:15:40 a 09:16:00 later c"),
        ),
    )


@worked_day
def a_stop_comes_before_a_target_on_one_step():
    """On one step the stop comes before the target, whichever stands first in the document.

    Bought at 100: target 10 points of NIFTY, stop 5 of the price. 09:15:40: NIFTY is 10 higher and the call 5 lower: it
    is a stop, -5 x 75 = -375.
    """
    document = protected_legs(
        protected(
            leg("buy", "CE"), takeProfit=rule(targetPoints=10, appliesTo="underlying"), stopLoss=rule(stopPoints=5)
        )
    )
    raw = make_day(spot=Held({0: 25010, "09:15:40": 25020}), traded={C25000: Held({0: 100, "09:15:40": 95})})
    return (
        document,
        raw,
        Outcome((row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:15:40", 95), -375, "stop_loss"),)),
    )


@worked_day
def a_stop_that_waits_for_its_price_fills_at_its_limit():
    """With ``waitForMarket`` a stop is a limit order at its level, worse by the buffer, and fills there when the price
    is back.

    Bought at 100, stop 10 percent: level 90, 1 percent worse is 89.10. 09:15:40: the price is 85, so the order rests.
    89.05 at 09:15:50 is below the limit; 89.50 at 09:16:00 is above it: filled at 89.10, -10.90 x 75 = -817.50.
    """
    stop = rule("percentage", stopPercentage=10, waitForMarket=True, limitBuffer=1, waitTime=1, waitTimeUnit="minutes")
    call = {"09:15:10": 100, "09:15:40": 85, "09:15:50": 89.05, "09:16:00": 89.50, "09:16:10": 100}
    return (
        protected_legs(protected(leg("buy", "CE"), stopLoss=stop)),
        make_day(traded={C25000: call}),
        Outcome(
            (row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:16:00", 89.10), -817.5, "stop_loss"),),
            ages={"a-pos1-r0": 0},
        ),
    )


@worked_day
def a_stop_that_waited_long_enough_goes_at_market():
    """A limit order that has not filled when its wait is over becomes a market order on that step.

    Sold at 100, stop 10 points, limit 110, 20 seconds. 09:15:40: the price is 112, and never below again. At 09:16:00
    it buys at the last price, 115 of 09:15:58: -15 x 75 = -1,125.
    """
    stop = rule(stopPoints=10, waitForMarket=True, waitTime=20)
    call = {"09:15:10": 100, "09:15:40": 112, "09:15:58": 115, "09:16:05": 100}
    return (
        protected_legs(protected(leg("sell", "CE"), stopLoss=stop)),
        make_day(traded={C25000: call}),
        Outcome(
            (row("a-pos1-r0", C25000, "SELL", 75, ("09:15:10", 100), ("09:16:00", 115), -1125, "stop_loss"),),
            ages={"a-pos1-r0": 2},
        ),
    )


@worked_day
def a_rule_of_an_exit_counts_as_that_exit():
    """A rule of an exit node counts as that node executed: what hangs below it becomes active, other exits are
    disarmed.

    Bought at 100; ``out`` carries a stop of 10 points, though its own signal would only fire at 09:19. 09:15:40: 90,
    -750, event of ``out``; ``again`` fires in the same step and the call is opened at 09:15:41, 92. ``other`` was armed
    10-39 = 30 steps, is disarmed, and armed again by the second life from 41 to 60, when it fires: 95, 3 x 75 = 225.
    """
    document = make_strategy(
        [
            entry_signal("go", after("09:15:10")),
            entry("a", leg("buy", "CE")),
            exit_signal("late", after("09:19:00")),
            protected(exit_order("out", "a-pos1"), stopLoss=rule(stopPoints=10)),
            re_entry_signal("again", ALWAYS, limit=1),
            exit_signal("other", after("09:16:00")),
            exit_order("out2", "a-pos1"),
        ],
        ["start > go > a > late > out > again > a", "a > other > out2"],
    )
    call = Held({0: 100, "09:15:40": 90, "09:15:41": 92, "09:16:00": 95})
    return (
        document,
        make_day(traded={C25000: call}),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:15:40", 90), -750, "stop_loss"),
                row("a-pos1-r1", C25000, "BUY", 75, ("09:15:41", 92), ("09:16:00", 95), 225),
            ),
            events=firings("09:15:00 start 09:15:10 go a 09:15:40 out again 09:15:41 a 09:16:00 other out2"),
            armed={("other", "base"): Armed(50), ("again", "base"): Armed(1)},
        ),
    )


@worked_day
def after_a_rule_of_a_leg_nothing_becomes_active():
    """After a rule of a leg nothing becomes active; the exits that guarded it are disarmed.

    Bought at 100, stopped at 09:15:40, 90: -750. ``out`` has a re-entry signal below it: never armed. ``stop`` was
    armed 10-39 = 30 steps, and would have fired at 09:16:00.
    """
    document = make_strategy(
        [
            entry_signal("go", after("09:15:10")),
            entry("a", protected(leg("buy", "CE"), stopLoss=rule(stopPoints=10))),
            exit_signal("stop", after("09:16:00")),
            exit_order("out", "a-pos1"),
            re_entry_signal("again", ALWAYS, limit=9),
        ],
        ["start > go > a > stop > out > again > a"],
    )
    return (
        document,
        make_day(traded={C25000: Held({0: 100, "09:15:40": 90})}),
        Outcome(
            (row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:15:40", 90), -750, "stop_loss"),),
            events=firings("09:15:00 start 09:15:10 go a 09:15:40 a"),
            armed={("stop", "base"): Armed(30), ("again", "base"): Armed(0)},
        ),
    )


@worked_day
def a_stop_without_a_fresh_price_is_tried_again():
    """A stop looks at a price of any age, but fills only at one that is fresh: it is refused once and tried every step.

    Bought at 100, stop 20 points of NIFTY. At 09:16:20 NIFTY has fallen by 20; the call's last trade is 70 s old:
    refused. It sells with the next trade, 88 at 09:17:00: -12 x 75 = -900.
    """
    document = protected_legs(protected(leg("buy", "CE"), stopLoss=rule(stopPoints=20, appliesTo="underlying")))
    raw = make_day(
        spot=Held({0: 25010, "09:16:20": 24990}),
        traded={C25000: {"09:15:10": 100, "09:17:00": 88}},
    )
    return (
        document,
        raw,
        Outcome(
            (row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:17:00", 88), -900, "stop_loss"),),
            refused=(("a-pos1", "exit", "stale_price", "09:16:20"),),
            events=firings("09:15:00 start 09:15:10 go a 09:16:20 a"),
        ),
    )


@worked_day
def the_order_of_a_bars_extremes_decides():
    """A bar's extremes are met in their documented order, the one nearer to the open first; so is what they trigger.

    Both bought at the close of the first bar, 100 at 09:15:59; stop 5, target 10. The second bar opens at 100. The
    call's goes down to 94 (6 away) and up to 112 (12 away): the low is met first, at 09:16:20, a stop at 94: -450. The
    put's goes up to 111 (11 away) and down to 85 (15 away): the high is met first, a target at 111: 825.
    """
    document = make_strategy(
        [
            entry_signal("go", after("09:15:59")),
            protected(
                entry("a", leg("buy", "CE"), leg("buy", "PE")),
                stopLoss=rule(stopPoints=5),
                takeProfit=rule(targetPoints=10),
            ),
        ],
        ["start > go > a"],
    )
    first = Bar(100, 100, 100, 100)
    raw = make_day(
        traded={
            C25000: {"09:15:00": first, "09:16:00": Bar(100, 100, 112, 94)},
            P25000: {"09:15:00": first, "09:16:00": Bar(100, 100, 111, 85)},
        }
    )
    return (
        document,
        raw,
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:59", 100), ("09:16:20", 94), -450, "stop_loss"),
                row("a-pos2-r0", P25000, "BUY", 75, ("09:15:59", 100), ("09:16:20", 111), 825, "target"),
            )
        ),
    )


@worked_day
def a_stop_comes_before_the_square_off_of_its_step():
    """Protective exits come before the square-off of a step, which closes what is left.

    Sold at 100 each. 09:16:00 is the square-off; the call is at 110, its stop: -750 as a stop. The put is closed by the
    square-off at 90: 750.
    """
    document = make_strategy(
        [
            entry_signal("go", after("09:15:10")),
            entry("a", protected(leg("sell", "CE"), stopLoss=rule(stopPoints=10)), leg("sell", "PE")),
        ],
        ["start > go > a"],
        ends=end_conditions(at="09:16"),
    )
    prices = {C25000: Held({0: 100, "09:16:00": 110}), P25000: Held({0: 100, "09:16:00": 90})}
    return (
        document,
        make_day(traded=prices),
        Outcome(
            (
                row("a-pos1-r0", C25000, "SELL", 75, ("09:15:10", 100), ("09:16:00", 110), -750, "stop_loss"),
                row("a-pos2-r0", P25000, "SELL", 75, ("09:15:10", 100), ("09:16:00", 90), 750, "square_off_time"),
            ),
            events=firings("09:15:00 start 09:15:10 go a 09:16:00 a start"),
        ),
    )


@worked_day
def a_stop_acts_on_the_last_step():
    """A rule acts on the last step too, before the close of the day.

    Bought at 100; 90 trades at 09:20:00: a stop of 10 points, -750.
    """
    return (
        protected_legs(protected(leg("buy", "CE"), stopLoss=rule(stopPoints=10))),
        make_day(traded={C25000: Held({0: 100, "09:20:00": 90})}),
        Outcome((row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:20:00", 90), -750, "stop_loss"),)),
    )
