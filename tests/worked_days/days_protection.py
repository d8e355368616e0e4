"""Stops, targets and trails: what triggers them, at which price they close, and what follows."""

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
    re_entry_signal,
    rule,
)
from tests.worked_days.making_market import C25000, P25000, Bar, Held, make_day
from tests.worked_days.worked_day import EOD, Armed, Outcome, firings, row, worked_day


def _opened(*legs, **blocks):
    """Legs a-pos1 … from 09:15:10 on; ``blocks`` protect each of them."""
    return make_strategy(
        [entry_signal("go", after("09:15:10")), protected(entry("a", *legs), **blocks)], ["start > go > a"]
    )


@worked_day
def a_sold_leg_is_stopped_when_its_price_has_risen_by_the_percentage():
    """A sold leg loses when its price rises: 25 percent of the entry fill above it, the amount included.

    Sold at 100; 124.95 at 09:15:40 is not enough, 125 at 09:16:00 is: -25 x 75 = -1,875.
    """
    call = Held({0: 100, "09:15:40": 124.95, "09:16:00": 125, "09:16:01": 100})
    return (
        _opened(protected(leg("sell", "CE"), stopLoss=rule("percentage", stopPercentage=25))),
        make_day(traded={C25000: call}),
        Outcome(
            (row("a-pos1-r0", C25000, "SELL", 75, ("09:15:10", 100), ("09:16:00", 125), -1875, "stop_loss"),),
            events=firings("09:15:00 start 09:15:10 go a 09:16:00 a"),
        ),
    )


@worked_day
def a_bought_leg_is_stopped_when_its_price_has_fallen_by_the_percentage():
    """A bought leg loses when its price falls; a rule that stands in the entry node protects each of its legs.

    Bought at 100 (call) and 50 (put), 20 percent: levels 80 and 40. The call is at 80 at 09:15:40: -20 x 75 = -1,500.
    The put is at 40.05 and stays: -9.95 x 75 = -746.25 at the close.
    """
    prices = {C25000: Held({0: 100, "09:15:40": 80}), P25000: Held({0: 50, "09:15:40": 40.05})}
    return (
        _opened(leg("buy", "CE"), leg("buy", "PE"), stopLoss=rule("percentage", stopPercentage=20)),
        make_day(traded=prices),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:15:40", 80), -1500, "stop_loss"),
                row("a-pos2-r0", P25000, "BUY", 75, ("09:15:10", 50), ("09:20:00", 40.05), -746.25, EOD),
            )
        ),
    )


@worked_day
def a_level_between_two_paise_is_not_rounded():
    """A percentage is exact: 25 percent of 100.05 is 25.0125, so a loss of 25.01 is too little and one of 25.02 is not.

    Sold call: 125.06 at 09:15:40, 125.07 at 09:16:00: -25.02 x 75 = -1,876.50. Bought put: 75.04 at 09:15:40, 75.03 at
    09:16:10: -25.02 x 75 = -1,876.50.
    """
    prices = {
        C25000: Held({0: 100.05, "09:15:40": 125.06, "09:16:00": 125.07}),
        P25000: Held({0: 100.05, "09:15:40": 75.04, "09:16:10": 75.03}),
    }
    return (
        _opened(leg("sell", "CE"), leg("buy", "PE"), stopLoss=rule("percentage", stopPercentage=25)),
        make_day(traded=prices),
        Outcome(
            (
                row("a-pos1-r0", C25000, "SELL", 75, ("09:15:10", 100.05), ("09:16:00", 125.07), -1876.5, "stop_loss"),
                row("a-pos2-r0", P25000, "BUY", 75, ("09:15:10", 100.05), ("09:16:10", 75.03), -1876.5, "stop_loss"),
            )
        ),
    )


@worked_day
def a_stop_fills_at_a_price_that_traded():
    """A stop closes at the last trade, however far beyond its level, and not at a price within the second of the fill.

    Bought at 100 at 09:15:10, although 90 traded earlier in that second; stop 5 points. 96 at 09:15:40; the next trade,
    09:16:00, is 91: -9 x 75 = -675.
    """
    call = {"09:15:10": (90, 100), "09:15:40": 96, "09:16:00": 91}
    return (
        _opened(protected(leg("buy", "CE"), stopLoss=rule(stopPoints=5))),
        make_day(traded={C25000: call}),
        Outcome((row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:16:00", 91), -675, "stop_loss"),)),
    )


@worked_day
def a_stop_in_rupees_counts_parts_that_were_closed():
    """``pnl`` is the profit of the life: of the open units, and of the parts that were closed already.

    Two lots bought at 100; one sold at 110 at 09:15:20: 750. Stop at -500: 750 + 75 x (P - 100) <= -500 means P <=
    83.3333. 83.34 at 09:15:40 is -499.50; 83.33 at 09:16:00 is -500.25: -16.67 x 75 = -1,250.25.
    """
    document = make_strategy(
        [
            entry_signal("go", after("09:15:10")),
            entry("a", protected(leg("buy", "CE", lots=2), stopLoss=rule("pnl", stopPnl=500))),
            exit_signal("some", after("09:15:20")),
            exit_order("half", "a-pos1", percent=50),
        ],
        ["start > go > a > some > half"],
    )
    call = Held({0: 100, "09:15:20": 110, "09:15:40": 83.34, "09:16:00": 83.33})
    return (
        document,
        make_day(traded={C25000: call}),
        Outcome(
            (
                row("a-pos1-r0-x1", C25000, "BUY", 75, ("09:15:10", 100), ("09:15:20", 110), 750),
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:16:00", 83.33), -1250.25, "stop_loss"),
            )
        ),
    )


@worked_day
def a_target_closes_with_the_gain():
    """A target closes the leg when the gain has reached the amount, the amount included.

    Sold at 100, target 30 percent: 70.05 at 09:15:40 is not enough, 70 at 09:16:00 is: 30 x 75 = 2,250.
    """
    return (
        _opened(protected(leg("sell", "CE"), takeProfit=rule("percentage", targetPercentage=30))),
        make_day(traded={C25000: Held({0: 100, "09:15:40": 70.05, "09:16:00": 70})}),
        Outcome((row("a-pos1-r0", C25000, "SELL", 75, ("09:15:10", 100), ("09:16:00", 70), 2250, "target"),)),
    )


@worked_day
def a_trail_moves_by_whole_steps_and_never_back():
    """A trail starts its distance behind the fill; every whole step gained moves it by one, and it stays there.

    Bought at 100; 10 behind, steps of 5. 109.95 is one step: the trail is at 95, and 95.05 does not meet it. 112 is
    two: 100. 104 at 09:16:10 takes nothing back: 100 at 09:16:20 closes with 0.
    """
    call = Held({0: 100, "09:15:20": 109.95, "09:15:30": 95.05, "09:16:00": 112, "09:16:10": 104, "09:16:20": 100})
    return (
        _opened(protected(leg("buy", "CE"), trailingStop=rule(initialDistance=10, stepSize=5))),
        make_day(traded={C25000: call}),
        Outcome((row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:16:20", 100), 0, "trailing_stop"),)),
    )


@worked_day
def a_trail_without_steps_follows_the_best_price():
    """Without ``stepSize`` the trail follows the best price continuously.

    Sold at 100, 8 percent of it is 8. Best 80 at 09:15:40, so the trail is at 88: 87.95 at 09:16:00 is not there, 88 at
    09:16:10 is: 12 x 75 = 900.
    """
    call = Held({0: 100, "09:15:40": 80, "09:16:00": 87.95, "09:16:10": 88})
    return (
        _opened(protected(leg("sell", "CE"), trailingStop=rule("percentage", initialDistance=8))),
        make_day(traded={C25000: call}),
        Outcome((row("a-pos1-r0", C25000, "SELL", 75, ("09:15:10", 100), ("09:16:10", 88), 900, "trailing_stop"),)),
    )


@worked_day
def break_even_locks_a_part_of_the_gain():
    """Once the gain has reached ``afterProfit``, falling back to ``lockProfit`` closes the leg.

    Bought at 100; after 10, lock 2. 109.95 does not arm it, so 101 at 09:15:30 is nothing. 110 at 09:15:40 does. 102.05
    at 09:16:00 is above the lock, 102 at 09:16:10 closes: 2 x 75 = 150.
    """
    call = Held({0: 100, "09:15:20": 109.95, "09:15:30": 101, "09:15:40": 110, "09:16:00": 102.05, "09:16:10": 102})
    return (
        _opened(protected(leg("buy", "CE"), breakeven=rule(afterProfit=10, lockProfit=2))),
        make_day(traded={C25000: call}),
        Outcome((row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:16:10", 102), 150, "stop_loss"),)),
    )


@worked_day
def the_leg_that_is_left_moves_to_cost():
    """After one leg of a straddle was stopped the other one is held at its cost, from the next step on.

    Both sold at 100. The put is above its cost at 09:15:20 (110): nothing was stopped yet. 09:15:40: the call is at 125
    and is stopped, -1,875; the put is at 80. 09:16:10: the put is back at 100 and is closed with 0.
    """
    prices = {
        C25000: Held({0: 100, "09:15:40": 125}),
        P25000: Held({0: 100, "09:15:20": 110, "09:15:40": 80, "09:16:10": 100}),
    }
    return (
        _opened(
            leg("sell", "CE"),
            leg("sell", "PE"),
            stopLoss=rule("percentage", stopPercentage=25),
            moveToCost={"enabled": True},
        ),
        make_day(traded=prices),
        Outcome(
            (
                row("a-pos1-r0", C25000, "SELL", 75, ("09:15:10", 100), ("09:15:40", 125), -1875, "stop_loss"),
                row("a-pos2-r0", P25000, "SELL", 75, ("09:15:10", 100), ("09:16:10", 100), 0, "stop_loss"),
            ),
            events=firings("09:15:00 start 09:15:10 go a 09:15:40 a 09:16:10 a"),
        ),
    )


@worked_day
def a_stop_may_be_of_the_underlying():
    """Of the underlying a rise is against a bought put and a sold call; the leg closes at its own price.

    NIFTY is 25010 at the fill and 25030 at 09:15:40: the put with a stop of 20 points closes at 95, -5 x 75 = -375; the
    sold call with a stop of 0.1 percent (25.01 points) does at 09:16:00, when NIFTY is 25035.01: 100 to 104, -300.
    """
    document = _opened(
        protected(leg("buy", "PE"), stopLoss=rule(stopPoints=20, appliesTo="underlying")),
        protected(leg("sell", "CE"), stopLoss=rule("percentage", stopPercentage=0.1, appliesTo="underlying")),
    )
    spot = Held({0: 25010, "09:15:30": 25029.95, "09:15:40": 25030, "09:15:50": 25035, "09:16:00": 25035.01})
    prices = {P25000: Held({0: 100, "09:15:20": 60, "09:15:40": 95}), C25000: Held({0: 100, "09:15:40": 104})}
    return (
        document,
        make_day(spot=spot, traded=prices),
        Outcome(
            (
                row("a-pos1-r0", P25000, "BUY", 75, ("09:15:10", 100), ("09:15:40", 95), -375, "stop_loss"),
                row("a-pos2-r0", C25000, "SELL", 75, ("09:15:10", 100), ("09:16:00", 104), -300, "stop_loss"),
            )
        ),
    )


@worked_day
def a_rule_of_candle_closes_sees_only_the_closes():
    """With ``candleClose`` only the last price of each candle counts; the order goes in as the candle completes.

    Bought at 100, stop 20 points. 70 within the minute to 09:17 is not its close (90 at 09:16:59). At 09:17:59 the
    price is 79: at 09:18:00 the leg closes at the price then, 81: -19 x 75 = -1,425.
    """
    call = Held(
        {0: 100, "09:16:20": 70, "09:16:59": 90, "09:17:00": 75, "09:17:20": 95, "09:17:59": 79, "09:18:00": 81}
    )
    stop = rule(stopPoints=20, checkAt="candleClose", timeframe="1m")
    return (
        _opened(protected(leg("buy", "CE"), stopLoss=stop)),
        make_day(traded={C25000: call}),
        Outcome((row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:18:00", 81), -1425, "stop_loss"),)),
    )


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
    document = _opened(
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
        _opened(protected(leg("buy", "CE"), stopLoss=stop)),
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
        _opened(protected(leg("sell", "CE"), stopLoss=stop)),
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
    document = _opened(protected(leg("buy", "CE"), stopLoss=rule(stopPoints=20, appliesTo="underlying")))
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
        _opened(protected(leg("buy", "CE"), stopLoss=rule(stopPoints=10))),
        make_day(traded={C25000: Held({0: 100, "09:20:00": 90})}),
        Outcome((row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:20:00", 90), -750, "stop_loss"),)),
    )
