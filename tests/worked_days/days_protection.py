"""Stops, targets and trails: what triggers them, at which price they close, and what follows."""

from __future__ import annotations

from tests.worked_days.making import (
    after,
    entry,
    entry_signal,
    exit_order,
    exit_signal,
    leg,
    make_strategy,
    protected,
    protected_legs,
    rule,
)
from tests.worked_days.making_market import C25000, P25000, Held, make_day
from tests.worked_days.worked_day import EOD, Outcome, firings, row, worked_day


@worked_day
def a_sold_leg_is_stopped_when_its_price_has_risen_by_the_percentage():
    """A sold leg loses when its price rises: 25 percent of the entry fill above it, the amount included.

    Sold at 100; 124.95 at 09:15:40 is not enough, 125 at 09:16:00 is: -25 x 75 = -1,875.
    """
    call = Held({0: 100, "09:15:40": 124.95, "09:16:00": 125, "09:16:01": 100})
    return (
        protected_legs(protected(leg("sell", "CE"), stopLoss=rule("percentage", stopPercentage=25))),
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
        protected_legs(leg("buy", "CE"), leg("buy", "PE"), stopLoss=rule("percentage", stopPercentage=20)),
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
        protected_legs(leg("sell", "CE"), leg("buy", "PE"), stopLoss=rule("percentage", stopPercentage=25)),
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
        protected_legs(protected(leg("buy", "CE"), stopLoss=rule(stopPoints=5))),
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
        protected_legs(protected(leg("sell", "CE"), takeProfit=rule("percentage", targetPercentage=30))),
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
        protected_legs(protected(leg("buy", "CE"), trailingStop=rule(initialDistance=10, stepSize=5))),
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
        protected_legs(protected(leg("sell", "CE"), trailingStop=rule("percentage", initialDistance=8))),
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
        protected_legs(protected(leg("buy", "CE"), breakeven=rule(afterProfit=10, lockProfit=2))),
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
        protected_legs(
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
    document = protected_legs(
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
        protected_legs(protected(leg("buy", "CE"), stopLoss=stop)),
        make_day(traded={C25000: call}),
        Outcome((row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:18:00", 81), -1425, "stop_loss"),)),
    )
