"""Limit orders of legs and exits: where their limit is, when they fill and at what price, and what follows if not."""

from __future__ import annotations

from decimal import Decimal

from strikebook.model.options import RunOptions, Slippage
from tests.worked_days.making import (
    after,
    entry,
    entry_signal,
    exit_order,
    exit_signal,
    leg,
    make_strategy,
    number,
    position,
)
from tests.worked_days.making import leaf as compared
from tests.worked_days.making_market import C25000, P25000, Held, make_day
from tests.worked_days.making_terms import limit
from tests.worked_days.worked_day import EOD, Armed, Outcome, firings, row, worked_day


def _opened(*legs):
    """Legs a-pos1 … from 09:15:10 on."""
    return make_strategy([entry_signal("go", after("09:15:10")), entry("a", *legs)], ["start > go > a"])


def _left(**terms):
    """A bought call of 09:15:10, and the limit order of 09:15:40 that closes it."""
    nodes = [
        entry_signal("go", after("09:15:10")),
        entry("a", leg("buy", "CE")),
        exit_signal("stop", after("09:15:40")),
        limit(exit_order("out", "a-pos1"), **terms),
    ]
    return make_strategy(nodes, ["start > go > a > stop > out"])


@worked_day
def an_entry_rests_and_fills_at_its_limit():
    """A limit order to buy below the price rests, and fills at its limit where a price at it or below trades.

    Limit 95; the call is at 100, at 95.05 from 09:15:40 (not enough), at 94 from 09:16:00: bought at 95, not at 94.
    Close 94: -1 x 75 = -75. The entry's event is that of 09:15:10, when it acted.
    """
    return (
        _opened(limit(leg("buy", "CE"), limitPrice=95)),
        make_day(traded={C25000: Held({0: 100, "09:15:40": 95.05, "09:16:00": 94})}),
        Outcome(
            (row("a-pos1-r0", C25000, "BUY", 75, ("09:16:00", 95), ("09:20:00", 94), -75, EOD),),
            events=firings("09:15:00 start 09:15:10 go a"),
        ),
    )


@worked_day
def slippage_never_goes_beyond_the_limit():
    """A limit that the price meets already fills at once at the price with slippage, but never beyond the limit.

    Slippage 3. Call at 100, buffer 2: limit 102, and 103 would be beyond: bought at 102. Put at 200, sold with a buffer
    of 5: limit 195, sold at 197. Close with slippage: call 97, -5 x 75 = -375; put 203, -6 x 75 = -450.
    """
    return (
        _opened(limit(leg("buy", "CE"), limitBuffer=2), limit(leg("sell", "PE"), limitBuffer=5)),
        make_day(traded={C25000: Held({0: 100}), P25000: Held({0: 200})}),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 102), ("09:20:00", 97), -375, EOD),
                row("a-pos2-r0", P25000, "SELL", 75, ("09:15:10", 197), ("09:20:00", 203), -450, EOD),
            )
        ),
        RunOptions(slippage=Slippage("points", Decimal(3))),
    )


@worked_day
def a_buffer_in_percent_is_rounded_to_whole_paise():
    """A buffer is of the last price when the order is sent, negative: better; the limit is whole paise, half up.

    2.5 percent better. Call at 100.10: 97.5975, so 97.60 is paid when 97.60 trades at 09:16:00. Put at 200.20, sold:
    205.205, so 205.21: 205.20 at 09:16:00 is not enough, 206 at 09:16:10 is. Close: call 97.60, 0; put 206: -0.79 x 75
    = -59.25.
    """
    terms = {"limitBuffer": -2.5, "limitBufferType": "percentage"}
    prices = {
        C25000: Held({0: 100.10, "09:15:40": 97.65, "09:16:00": 97.60}),
        P25000: Held({0: 200.20, "09:16:00": 205.20, "09:16:10": 206}),
    }
    return (
        _opened(limit(leg("buy", "CE"), **terms), limit(leg("sell", "PE"), **terms)),
        make_day(traded=prices),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:16:00", 97.60), ("09:20:00", 97.60), 0, EOD),
                row("a-pos2-r0", P25000, "SELL", 75, ("09:16:10", 205.21), ("09:20:00", 206), -59.25, EOD),
            )
        ),
    )


@worked_day
def through_fills_only_beyond_the_limit():
    """With ``limit_fill: through`` a price at it does not fill a resting limit order; one beyond it does, at its limit.

    Limit 95: 95 from 09:15:40 is at it, 94.95 at 09:16:00 is beyond. Bought at 95; close 96: 75.
    """
    return (
        _opened(limit(leg("buy", "CE"), limitPrice=95)),
        make_day(traded={C25000: Held({0: 100, "09:15:40": 95, "09:16:00": 94.95, "09:16:10": 96})}),
        Outcome((row("a-pos1-r0", C25000, "BUY", 75, ("09:16:00", 95), ("09:20:00", 96), 75, EOD),)),
        RunOptions(limit_fill="through"),
    )


@worked_day
def an_entry_that_is_not_reached_is_given_up():
    """Without ``afterWait`` an entry is rejected at the end of its wait; asked again, it is a new order.

    Limit 95 for a minute: refused at 09:16:10. 94 at 09:16:30 comes too late. ``again`` asks at 09:17:00: 94 is better
    than the limit, so it is bought at 94. Close 96: 2 x 75 = 150.
    """
    nodes = [
        entry_signal("go", after("09:15:10")),
        entry_signal("again", after("09:17:00")),
        entry("a", limit(leg("buy", "CE"), limitPrice=95, waitTime=1, waitTimeUnit="minutes")),
    ]
    return (
        make_strategy(nodes, ["start > go > a", "start > again > a"]),
        make_day(traded={C25000: Held({0: 100, "09:16:30": 94, "09:18:00": 96})}),
        Outcome(
            (row("a-pos1-r0", C25000, "BUY", 75, ("09:17:00", 94), ("09:20:00", 96), 150, EOD),),
            refused=(("a-pos1", "entry", "limit_not_reached", "09:16:10"),),
            events=firings("09:15:00 start 09:15:10 go a 09:17:00 again a"),
        ),
    )


@worked_day
def a_price_on_the_second_of_the_deadline_is_in_time():
    """At its deadline a limit order is tried once more before it is given up.

    30 seconds from 09:15:10: both deadlines are 09:15:40. The call is at 95 there: bought at 95. The put is at 189.95 a
    second later: refused. Close: call 97, 2 x 75 = 150.
    """
    prices = {C25000: Held({0: 100, "09:15:40": 95, "09:16:00": 97}), P25000: Held({0: 200, "09:15:41": 189.95})}
    return (
        _opened(
            limit(leg("buy", "CE"), limitPrice=95, waitTime=30),
            limit(leg("buy", "PE"), limitPrice=190, waitTime=30, afterWait="cancel"),
        ),
        make_day(traded=prices),
        Outcome(
            (row("a-pos1-r0", C25000, "BUY", 75, ("09:15:40", 95), ("09:20:00", 97), 150, EOD),),
            refused=(("a-pos2", "entry", "limit_not_reached", "09:15:40"),),
        ),
    )


@worked_day
def after_its_wait_an_entry_goes_at_market_as_if_sent_then():
    """``afterWait: market`` makes it a market order at its deadline: the last price if that is fresh, else the next
    trade.

    The call trades at 09:15:10 (100) and 09:17:00 (104). One leg waits 50 s: 09:16:00, the price is 50 s old: bought at
    100. One waits 61 s: 09:16:11, 61 s old, so it waits for 104 at 09:17:00. Close 104: 4 x 75 = 300, and 0.
    """
    return (
        _opened(
            limit(leg("buy", "CE"), limitPrice=95, waitTime=50, afterWait="market"),
            limit(leg("buy", "CE"), limitPrice=95, waitTime=61, afterWait="market"),
        ),
        make_day(traded={C25000: {"09:15:10": 100, "09:17:00": 104}}),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:16:00", 100), ("09:20:00", 104), 300, EOD),
                row("a-pos2-r0", C25000, "BUY", 75, ("09:17:00", 104), ("09:20:00", 104), 0, EOD),
            ),
            ages={"a-pos1-r0": 180},
        ),
    )


@worked_day
def with_next_a_limit_order_always_rests():
    """With ``fill: next`` nothing fills at the step it was sent; the first later trade within the limit fills at the
    limit.

    The call is at 100 at 09:15:10, below the limit of 105. It trades at 103 at 09:15:40: bought at 105. The close takes
    103: -2 x 75 = -150.
    """
    return (
        _opened(limit(leg("buy", "CE"), limitPrice=105)),
        make_day(traded={C25000: {"09:15:10": 100, "09:15:40": 103}}),
        Outcome((row("a-pos1-r0", C25000, "BUY", 75, ("09:15:40", 105), ("09:20:00", 103), -150, EOD),)),
        RunOptions(fill="next"),
    )


@worked_day
def a_buffer_needs_a_fresh_price_to_start_from():
    """With a buffer the order is rejected at once where the price is missing or too old; a limit of its own needs none.

    The call has not traded by 09:15:10; nor has the put, whose limit is given: its first trade, 190 at 09:16:00, is
    better: bought at its limit of 200. Close 190: -10 x 75 = -750.
    """
    return (
        _opened(limit(leg("buy", "CE"), limitBuffer=1), limit(leg("buy", "PE"), limitPrice=200)),
        make_day(traded={C25000: {"09:15:11": 100}, P25000: {"09:16:00": 190}}),
        Outcome(
            (row("a-pos2-r0", P25000, "BUY", 75, ("09:16:00", 200), ("09:20:00", 190), -750, EOD),),
            refused=(("a-pos1", "entry", "no_price", "09:15:10"),),
        ),
    )


@worked_day
def a_late_leg_arms_only_what_guards_it():
    """A limit leg that fills after the other leg arms its own exit signal, from its fill on; until then nothing does.

    The put is bought at 200 at 09:15:10. The call rests at 95 and fills at 09:16:00 (step 60). ``stop`` (the call) is
    armed at steps 60-90: 31; its price was below 96 at 60-89, above at 90 (97, 09:16:30): 2 x 75 = 150. ``off`` (the
    put) is armed from step 10 to the close: 291. The put closes at 200, 0.
    """
    nodes = [
        entry_signal("go", after("09:15:10")),
        entry("a", limit(leg("buy", "CE"), limitPrice=95), leg("buy", "PE")),
        exit_signal("stop", compared(position("a-pos1", "currentPrice"), ">=", number(96))),
        exit_order("out", "a-pos1"),
        exit_signal("off", compared(position("a-pos2", "currentPrice"), ">=", number(999))),
        exit_order("off-out", "a-pos2"),
    ]
    prices = {C25000: Held({0: 100, "09:16:00": 95, "09:16:30": 97}), P25000: Held({0: 200})}
    return (
        make_strategy(nodes, ["start > go > a > stop > out", "a > off > off-out"]),
        make_day(traded=prices),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:16:00", 95), ("09:16:30", 97), 150),
                row("a-pos2-r0", P25000, "BUY", 75, ("09:15:10", 200), ("09:20:00", 200), 0, EOD),
            ),
            armed={("stop", "base"): Armed(31), ("off", "base"): Armed(291)},
        ),
    )


@worked_day
def an_entry_that_rests_all_day_is_cancelled_at_the_close():
    """Without ``waitTime`` it rests for the day; on the last step it is not tried any more.

    Limit 95; 94 trades at 09:20:00 only: no fill. While it rests its leg is not flat, so the signal ``more`` above it
    is evaluated at steps 0-10 only (at step 10 it comes before ``go``): 11.
    """
    nodes = [
        entry_signal("more", after("09:15:30")),
        entry_signal("go", after("09:15:10")),
        entry("a", limit(leg("buy", "CE"), limitPrice=95)),
    ]
    return (
        make_strategy(nodes, ["start > more > a", "start > go > a"]),
        make_day(traded={C25000: Held({0: 100, "09:20:00": 94})}),
        Outcome(cancelled=(("a-pos1", "entry"),), armed={("more", "base"): Armed(11)}),
    )


@worked_day
def an_exit_rests_and_fills_at_its_limit():
    """A limit order that closes rests at its limit as one that opens does.

    Bought at 100. At 09:15:40 the call is at 98; 5 better is 103. 102.95 at 09:16:00 is not enough; 104 at 09:16:10 is:
    sold at 103: 3 x 75 = 225.
    """
    call = Held({0: 100, "09:15:40": 98, "09:16:00": 102.95, "09:16:10": 104})
    return (
        _left(limitBuffer=-5),
        make_day(traded={C25000: call}),
        Outcome(
            (row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:16:10", 103), 225),),
            events=firings("09:15:00 start 09:15:10 go a 09:15:40 stop out"),
            ages={"a-pos1-r0": 0},
        ),
    )


@worked_day
def an_exit_that_is_not_reached_is_dropped():
    """At the end of its wait an exit's limit order is rejected and dropped; the leg stays open.

    Limit 110 for 20 s from 09:15:40: rejected at 09:16:00. 111 at 09:17:00 does nothing. Close 99: -1 x 75 = -75.
    Nothing is left to cancel.
    """
    return (
        _left(limitPrice=110, waitTime=20),
        make_day(traded={C25000: Held({0: 100, "09:17:00": 111, "09:17:01": 99})}),
        Outcome(
            (row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:20:00", 99), -75, EOD),),
            refused=(("a-pos1", "exit", "limit_not_reached", "09:16:00"),),
        ),
    )


@worked_day
def after_its_wait_an_exit_goes_at_market():
    """With ``afterWait: market`` an exit's limit order sells at its deadline at the last price, with slippage.

    Limit 110 for 20 s from 09:15:40. At 09:16:00 the call is at 97: sold at 96.50, bought at 100.50 before: -4 x 75 =
    -300.
    """
    return (
        _left(limitPrice=110, waitTime=20, afterWait="market"),
        make_day(traded={C25000: Held({0: 100, "09:16:00": 97})}),
        Outcome((row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100.5), ("09:16:00", 96.5), -300),)),
        RunOptions(slippage=Slippage("points", Decimal("0.5"))),
    )
