"""Positions over the close: left open, or settled on the day their contract expires."""

from __future__ import annotations

from decimal import Decimal

from strikebook.model.options import RunOptions, Slippage
from tests.worked_days.making import (
    after,
    again,
    end_conditions,
    entry,
    entry_signal,
    exit_order,
    exit_signal,
    leg,
    make_strategy,
    protected,
    rule,
)
from tests.worked_days.making_market import C25000, C25050, NEAR, NEXT, P25000, Held, call, make_day, put
from tests.worked_days.making_terms import carried
from tests.worked_days.worked_day import EOD, Outcome, left_open, row, worked_day

SETTLED = "Expiry settlement"


def _opened(*legs, **more):
    """Legs a-pos1 … from 09:15:10 on."""
    return make_strategy([entry_signal("go", after("09:15:10")), entry("a", *legs)], ["start > go > a"], **more)


@worked_day
def a_carried_leg_stays_open_at_its_last_price():
    """A ``carryForward`` leg is not closed by the close of the day: it has no row and is worth its last price.

    The call of 10-03 is bought at 100 on 10-01, and is at 104 at the close. The put is intraday: closed there at 201,
    75.
    """
    return (
        _opened(carried(leg("buy", "CE")), leg("buy", "PE")),
        make_day(traded={C25000: Held({0: 100, "09:18:00": 104}), P25000: Held({0: 200, "09:18:00": 201})}),
        Outcome(
            (row("a-pos2-r0", P25000, "BUY", 75, ("09:15:10", 200), ("09:20:00", 201), 75, EOD),),
            left_open=(left_open("a-pos1", C25000, "BUY", 75, 100, 104),),
        ),
    )


@worked_day
def on_its_expiry_day_it_is_settled_by_the_underlying():
    """On the contract's last day it is settled at what it is worth by the underlying's last price, without slippage.

    10-03: NIFTY ends at 25032.40 (09:19:50, ten seconds old). Slippage 1: call bought at 101, put sold at 199. Call:
    32.40: -68.60 x 75 = -5,145. Put of 25000: 0, though it traded at 5: 199 x 75 = 14,925.
    """
    prices = {C25000: Held({0: 100, "09:18:00": 40}), P25000: Held({0: 200, "09:18:00": 5})}
    return (
        _opened(carried(leg("buy", "CE")), carried(leg("sell", "PE"))),
        make_day(spot={"09:15:00": 25010, "09:19:50": 25032.40}, traded=prices, day=NEAR),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 101), ("09:20:00", 32.40), -5145, SETTLED),
                row("a-pos2-r0", P25000, "SELL", 75, ("09:15:10", 199), ("09:20:00", 0), 14925, SETTLED),
            ),
            ages={"a-pos1-r0": 10, "a-pos2-r0": 10},
        ),
        RunOptions(slippage=Slippage("points", Decimal(1))),
    )


@worked_day
def only_what_expires_is_settled_and_intraday_legs_are_closed():
    """On an expiry day legs of later expiries stay open, and intraday legs are closed at their last price.

    10-03, NIFTY 25060 at the end. Intraday call of 10-03: last price 55: -45 x 75 = -3,375. Carried put of 25100: 40:
    -60 x 75 = -4,500. Carried call of 10-10: at 150, still open.
    """
    later = call(25000, NEXT)
    prices = {
        C25000: Held({0: 100, "09:18:00": 55}),
        put(25100): Held({0: 100, "09:18:00": 41}),
        later: Held({0: 140, "09:18:00": 150}),
    }
    return (
        _opened(
            leg("buy", "CE"),
            carried(leg("buy", "PE", "ITM1")),
            carried(leg("buy", "CE", expiry="W1")),
        ),
        make_day(spot=Held({0: 25010, "09:18:00": 25060}), traded=prices, listed=[P25000], day=NEAR),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:20:00", 55), -3375, EOD),
                row("a-pos2-r0", put(25100), "BUY", 75, ("09:15:10", 100), ("09:20:00", 40), -4500, SETTLED),
            ),
            left_open=(left_open("a-pos3", later, "BUY", 75, 140, 150),),
        ),
    )


@worked_day
def a_square_off_closes_a_carried_leg():
    """Square-offs and exits close a carried leg at the market as any other, on its expiry day too.

    10-03. Square-off at 09:18:00: the call is at 55, though it would be worth 60: -45 x 75 = -3,375.
    """
    return (
        _opened(carried(leg("buy", "CE")), ends=end_conditions(at="09:18:00")),
        make_day(spot=Held({0: 25010, "09:17:00": 25060}), traded={C25000: Held({0: 100, "09:17:00": 55})}, day=NEAR),
        Outcome(
            (row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:18:00", 55), -3375, "square_off_time"),),
        ),
    )


@worked_day
def what_is_left_of_a_carried_leg_stays_open():
    """After a part was closed the rest of the leg is carried.

    Two lots bought at 100; half is sold at 110 at 09:16:00: 750. One lot is open at 112.
    """
    nodes = [
        entry_signal("go", after("09:15:10")),
        entry("a", carried(leg("buy", "CE", lots=2))),
        exit_signal("some", after("09:16:00")),
        exit_order("half", "a-pos1", percent=50),
    ]
    return (
        make_strategy(nodes, ["start > go > a > some > half"]),
        make_day(traded={C25000: Held({0: 100, "09:16:00": 110, "09:16:01": 112})}),
        Outcome(
            (row("a-pos1-r0-x1", C25000, "BUY", 75, ("09:15:10", 100), ("09:16:00", 110), 750),),
            left_open=(left_open("a-pos1", C25000, "BUY", 75, 100, 112),),
        ),
    )


@worked_day
def a_reversed_life_is_settled_by_its_own_side():
    """A life that was opened again on the other side is carried too, and settled by the side it has.

    10-03. Bought at 100, stopped at 09:15:40, 90: -750; sold at 09:15:41, 90. NIFTY ends at 25035: the call of 25000 is
    worth 35: 55 x 75 = 4,125.
    """
    stop = rule(stopPoints=10)
    return (
        _opened(protected(carried(leg("buy", "CE")), stopLoss=stop, reEntryConfig=again(reverse=True))),
        make_day(
            spot=Held({0: 25010, "09:19:00": 25035}),
            traded={C25000: Held({0: 100, "09:15:40": 90})},
            listed=[C25050],
            day=NEAR,
        ),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:15:40", 90), -750, "stop_loss"),
                row("a-pos1-r1", C25000, "SELL", 75, ("09:15:41", 90), ("09:20:00", 35), 4125, SETTLED),
            )
        ),
    )
