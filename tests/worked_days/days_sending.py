"""How legs are sent: relative strikes, days to expiry, priorities, stop-limit orders; groups and candle closes of
re-entries.
"""

from __future__ import annotations

from tests.worked_days.making import after, again, entry, entry_signal, leg, make_strategy, protected, rule
from tests.worked_days.making_market import (
    C25000,
    C25050,
    C25100,
    MONTH,
    NEAR,
    NEXT,
    P25000,
    Held,
    call,
    make_day,
    put,
)
from tests.worked_days.worked_day import EOD, Outcome, row, worked_day

OPENED, CLOSED = "09:15:10", "09:20:00"
STOP = rule(stopPoints=10)
AT_CANDLES = {"checkAt": "candleClose", "timeframe": "1m"}


def _opened(*legs):
    """Legs a-pos1 … from 09:15:10 on."""
    return make_strategy([entry_signal("go", after(OPENED)), entry("a", *legs)], ["start > go > a"])


def _beside(one_leg, other, steps):
    """The leg at a strike so many steps out of the money from that of another leg."""
    details = one_leg["optionDetails"] | {"strikeType": "relative", "strikeLeg": other, "strikeSteps": steps}
    return one_leg | {"optionDetails": details}


def _stop_limit(one_leg, trigger, limit, **members):
    return one_leg | {"orderType": "stopLimit", "triggerPrice": trigger, "limitPrice": limit, **members}


def _stopped(trade, contract, at):
    """Bought at 100 at 09:15:10, stopped 10 lower."""
    return row(trade, contract, "BUY", 75, (OPENED, 100), (at, 90), -750, "stop_loss")


@worked_day
def a_relative_strike_is_counted_from_the_other_legs():
    """``relative`` is so many listed strikes out of the money from the other leg's: up for a call, down for a put;
    negative: in.

    The call of 25000 is sold: 130.10 to 133.00, -217.50. Two further out is 25100: 150.10 to 153.00, 217.50. For a put
    one in the money is up, 25050: 240.10 to 243.00, 217.50. 25150 is not listed: no_strike.
    """
    document = _opened(
        leg("sell", "CE"),
        _beside(leg("buy", "CE"), "a-pos1", 2),
        _beside(leg("buy", "PE"), "a-pos1", -1),
        _beside(leg("buy", "CE"), "a-pos1", 3),
    )
    higher_put = put(25050)
    return (
        document,
        make_day(coded=[C25000, C25050, C25100, P25000, higher_put]),
        Outcome(
            (
                row("a-pos1-r0", C25000, "SELL", 75, (OPENED, 130.10), (CLOSED, 133), -217.5, EOD),
                row("a-pos2-r0", C25100, "BUY", 75, (OPENED, 150.10), (CLOSED, 153), 217.5, EOD),
                row("a-pos3-r0", higher_put, "BUY", 75, (OPENED, 240.10), (CLOSED, 243), 217.5, EOD),
            ),
            refused=(("a-pos4", "entry", "no_strike", OPENED),),
        ),
    )


@worked_day
def legs_are_sent_by_priority():
    """The smaller ``priority`` is sent first, and a relative strike sees only what was chosen before it.

    Leg 2 (1) comes before leg 1 (2): the call of 25000 is sold, 130.10 to 133.00, -217.50, and one strike further out
    is 25050: 140.10 to 143.00, 217.50. Leg 3 (3) is counted from leg 4 (4), which has no strike yet: no_strike. Leg 4:
    the put is sold, 230.10 to 233.00, -217.50.
    """
    document = _opened(
        _beside(leg("buy", "CE"), "a-pos2", 1) | {"priority": 2},
        leg("sell", "CE") | {"priority": 1},
        _beside(leg("buy", "PE"), "a-pos4", 0) | {"priority": 3},
        leg("sell", "PE") | {"priority": 4},
    )
    return (
        document,
        make_day(coded=[C25000, C25050, P25000]),
        Outcome(
            (
                row("a-pos2-r0", C25000, "SELL", 75, (OPENED, 130.10), (CLOSED, 133), -217.5, EOD),
                row("a-pos1-r0", C25050, "BUY", 75, (OPENED, 140.10), (CLOSED, 143), 217.5, EOD),
                row("a-pos4-r0", P25000, "SELL", 75, (OPENED, 230.10), (CLOSED, 233), -217.5, EOD),
            ),
            refused=(("a-pos3", "entry", "no_strike", OPENED),),
        ),
    )


@worked_day
def an_expiry_so_many_days_away():
    """``Da-b`` is the nearest listed expiry that is a to b calendar days away, both included.

    From 2024-10-01, expiries are 2 (10-03), 9 (10-10) and 30 days (10-31) away. D2-9 is the first, D3-40 the second,
    D30-30 the third; D10-29 is none. 2.90 x 75 = 217.50 each.
    """
    document = _opened(*(leg("buy", "CE", expiry=code) for code in ("D2-9", "D3-40", "D30-30", "D10-29")))
    second, third = call(25000, NEXT), call(25000, MONTH)
    return (
        document,
        make_day(coded=[call(25000, NEAR), second, third]),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, (OPENED, 130.10), (CLOSED, 133), 217.5, EOD),
                row("a-pos2-r0", second, "BUY", 75, (OPENED, 430.10), (CLOSED, 433), 217.5, EOD),
                row("a-pos3-r0", third, "BUY", 75, (OPENED, 730.10), (CLOSED, 733), 217.5, EOD),
            ),
            refused=(("a-pos4", "entry", "no_expiry", OPENED),),
        ),
    )


@worked_day
def a_stop_limit_order_is_a_limit_order_from_its_trigger_on():
    """A stop-limit order waits for its trigger, at or above it to buy, at or below it to sell, and is then a limit
    order; it is looked at from the step after its sending.

    The call is bought at 105, its trigger, at 09:15:30 (limit 106); close 107: 150. The put falls through its trigger
    of 95 at 09:15:40, to 93, below the limit of 94: it is sold at 09:15:50, at 94; close 90: 300. The call of 25050 is
    above its trigger of 50 when it is sent: bought at 09:15:11, 60; close 60: 0.
    """
    document = _opened(
        _stop_limit(leg("buy", "CE"), 105, 106),
        _stop_limit(leg("sell", "PE"), 95, 94),
        _stop_limit(leg("buy", "CE", "OTM1"), 50, 60),
    )
    prices = {
        C25000: Held({0: 100, "09:15:20": 104.95, "09:15:30": 105, "09:16:00": 107}),
        P25000: Held({0: 100, "09:15:40": 93, "09:15:50": 94, "09:16:00": 90}),
        C25050: 60,
    }
    return (
        document,
        make_day(traded=prices),
        Outcome(
            (
                row("a-pos3-r0", C25050, "BUY", 75, ("09:15:11", 60), (CLOSED, 60), 0, EOD),
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:30", 105), (CLOSED, 107), 150, EOD),
                row("a-pos2-r0", P25000, "SELL", 75, ("09:15:50", 94), (CLOSED, 90), 300, EOD),
            )
        ),
    )


@worked_day
def the_time_of_a_stop_limit_order_runs_from_its_trigger():
    """``waitTime`` of a stop-limit order counts from its trigger; one that is not triggered is cancelled at the close.

    The call is at its trigger of 105 at 09:16:00, above its limit of 104, and is given up ten seconds later. The put
    never rises to 120.
    """
    document = _opened(
        _stop_limit(leg("buy", "CE"), 105, 104, waitTime=10),
        _stop_limit(leg("buy", "PE"), 120, 121, waitTime=10),
    )
    return (
        document,
        make_day(traded={C25000: Held({0: 100, "09:16:00": 105}), P25000: 100}),
        Outcome(
            refused=(("a-pos1", "entry", "limit_not_reached", "09:16:10"),),
            cancelled=(("a-pos2", "entry"),),
        ),
    )


@worked_day
def re_entries_of_one_group_share_a_count():
    """Re-entries of one entry with the same ``groupNumber`` share one count.

    Three legs bought at 100 and stopped at 90 (-750 each), one re-entry to a group. The call (group 1) is opened again
    at 09:15:31, 90; the put (group 1), stopped at 09:15:40, is not; the call of 25050 (group 2) is, at 09:15:51, 90.
    Close 90: 0.
    """
    first, second = again(groupNumber=1), again(groupNumber=2)
    document = _opened(
        protected(leg("buy", "CE"), stopLoss=STOP, reEntryConfig=first),
        protected(leg("buy", "PE"), stopLoss=STOP, reEntryConfig=first),
        protected(leg("buy", "CE", "OTM1"), stopLoss=STOP, reEntryConfig=second),
    )
    prices = {
        C25000: Held({0: 100, "09:15:30": 90}),
        P25000: Held({0: 100, "09:15:40": 90}),
        C25050: Held({0: 100, "09:15:50": 90}),
    }
    return (
        document,
        make_day(traded=prices),
        Outcome(
            (
                _stopped("a-pos1-r0", C25000, "09:15:30"),
                _stopped("a-pos2-r0", P25000, "09:15:40"),
                _stopped("a-pos3-r0", C25050, "09:15:50"),
                row("a-pos1-r1", C25000, "BUY", 75, ("09:15:31", 90), (CLOSED, 90), 0, EOD),
                row("a-pos3-r1", C25050, "BUY", 75, ("09:15:51", 90), (CLOSED, 90), 0, EOD),
            )
        ),
    )


@worked_day
def a_re_entry_looks_at_the_closes_of_candles():
    """With ``checkAt: candleClose`` a re-entry is looked at only when a candle completes, and ``cost`` sees its close.

    Both are stopped at 09:15:40, 90 (-750 each). ``asap`` goes in at 09:16:00, 88; close 91: 225. The put is back at
    its cost of 100 at 09:16:10 but not at the minute's close; the candle that ends at 09:17:59 closes at 100: 09:18:00
    buys at the price of that step, 97. Close 97: 0.
    """
    document = _opened(
        protected(leg("buy", "CE"), stopLoss=STOP, reEntryConfig=again(**AT_CANDLES)),
        protected(leg("buy", "PE"), stopLoss=STOP, reEntryConfig=again(type="cost", **AT_CANDLES)),
    )
    prices = {
        C25000: Held({0: 100, "09:15:40": 90, "09:16:00": 88, "09:17:00": 91}),
        P25000: Held({0: 100, "09:15:40": 90, "09:16:10": 100, "09:16:59": 95, "09:17:59": 100, "09:18:00": 97}),
    }
    return (
        document,
        make_day(traded=prices),
        Outcome(
            (
                _stopped("a-pos1-r0", C25000, "09:15:40"),
                _stopped("a-pos2-r0", P25000, "09:15:40"),
                row("a-pos1-r1", C25000, "BUY", 75, ("09:16:00", 88), (CLOSED, 91), 225, EOD),
                row("a-pos2-r1", P25000, "BUY", 75, ("09:18:00", 97), (CLOSED, 97), 0, EOD),
            )
        ),
    )


@worked_day
def momentum_moves_by_the_closes_of_candles():
    """Of ``momentum`` with ``checkAt: candleClose`` the candles after its sending count, by their closes.

    Stopped at 09:15:40, 90: -750. Sent at 09:16:00, at 90, it waits for 95. 96 at 09:16:30 is no close; the candle that
    ends at 09:17:59 closes at 95: 09:18:00 buys at 93. Close 94: 75.
    """
    config = again(type="momentum", momentumType="pointsUp", momentumValue=5, **AT_CANDLES)
    prices = {
        0: 100,
        "09:15:40": 90,
        "09:16:30": 96,
        "09:16:59": 94,
        "09:17:59": 95,
        "09:18:00": 93,
        "09:19:00": 94,
    }
    return (
        _opened(protected(leg("buy", "CE"), stopLoss=STOP, reEntryConfig=config)),
        make_day(traded={C25000: Held(prices)}),
        Outcome(
            (
                _stopped("a-pos1-r0", C25000, "09:15:40"),
                row("a-pos1-r1", C25000, "BUY", 75, ("09:18:00", 93), (CLOSED, 94), 75, EOD),
            )
        ),
    )


@worked_day
def a_strike_is_chosen_before_the_lots_are_counted():
    """A strike counts as chosen once the leg has passed ``no_strike``, though it is refused for its quantity.

    The lot size of the first leg is not known: no_quantity. One strike further out than its 25000 is 25050: 140.10 to
    143.00, 217.50.
    """
    document = _opened(leg("sell", "CE", lot_size=None), _beside(leg("buy", "CE"), "a-pos1", 1))
    return (
        document,
        make_day(coded=[C25000, C25050]),
        Outcome(
            (row("a-pos2-r0", C25050, "BUY", 75, (OPENED, 140.10), (CLOSED, 143), 217.5, EOD),),
            refused=(("a-pos1", "entry", "no_quantity", OPENED),),
        ),
    )


@worked_day
def a_re_entry_that_its_candle_comes_too_late_for_counts_in_its_group():
    """A re-entry whose ``until`` passes before a candle completes was made all the same, and counts in its group.

    The call is stopped at 09:15:20, 90 (-750): its re-entry would go in at 09:16:00, its ``until`` is 09:15:50. The put
    is stopped at 09:16:10, 90 (-750): the one re-entry of the group was made.
    """
    document = _opened(
        protected(leg("buy", "CE"), stopLoss=STOP, reEntryConfig=again(groupNumber=1, until="09:15:50", **AT_CANDLES)),
        protected(leg("buy", "PE"), stopLoss=STOP, reEntryConfig=again(groupNumber=1)),
    )
    prices = {C25000: Held({0: 100, "09:15:20": 90}), P25000: Held({0: 100, "09:16:10": 90})}
    return (
        document,
        make_day(traded=prices),
        Outcome((_stopped("a-pos1-r0", C25000, "09:15:20"), _stopped("a-pos2-r0", P25000, "09:16:10"))),
    )
