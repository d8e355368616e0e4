"""Orders that wait for a move or a breakout, re-entries of momentum, and the locked profit of the day."""

from __future__ import annotations

from strikebook.model.options import RunOptions
from tests.worked_days.making import (
    after,
    again,
    entry,
    entry_signal,
    leg,
    make_strategy,
    protected,
    rule,
    square_off,
)
from tests.worked_days.making_market import C25000, C25050, P25000, Held, make_day
from tests.worked_days.making_terms import breaking_out, limit, locked, waiting
from tests.worked_days.worked_day import EOD, Armed, Outcome, firings, row, worked_day

LOCKED = "square_off_performance"


def _opened(*legs, **more):
    """Legs a-pos1 … from 09:15:10 on."""
    return make_strategy([entry_signal("go", after("09:15:10")), entry("a", *legs)], ["start > go > a"], **more)


@worked_day
def a_leg_goes_in_once_its_price_has_moved_by_points():
    """A leg that waits is sent when its price has moved by so many points from where it was when the entry acted.

    At 09:15:10 both are at 100. Call, 5 points up: 104.95 at 09:15:40 is not enough, 106 at 09:16:00 is: bought at 106.
    Put, 5 points down: 95 at 09:15:40. Close: call 108, 2 x 75 = 150; put 95, 0. One event, at 09:15:10.
    """
    prices = {
        C25000: Held({0: 99, "09:15:10": 100, "09:15:40": 104.95, "09:16:00": 106, "09:17:00": 108}),
        P25000: Held({0: 100, "09:15:40": 95}),
    }
    return (
        _opened(waiting(leg("buy", "CE"), "pointsUp", 5), waiting(leg("buy", "PE"), "pointsDown", 5)),
        make_day(traded=prices),
        Outcome(
            (
                row("a-pos2-r0", P25000, "BUY", 75, ("09:15:40", 95), ("09:20:00", 95), 0, EOD),
                row("a-pos1-r0", C25000, "BUY", 75, ("09:16:00", 106), ("09:20:00", 108), 150, EOD),
            ),
            events=firings("09:15:00 start 09:15:10 go a"),
        ),
    )


@worked_day
def a_move_in_percent_is_exact():
    """A level in percent is not rounded.

    Call at 100.05, 5 percent up: 105.0525. 105.05 at 09:15:40 is below it; 105.10 at 09:16:00 is not. Put at 100.05, 5
    percent down: 95.0475: 95.05 at 09:15:40 is above it, 95 at 09:16:10 is not. Close unchanged: 0 and 0.
    """
    prices = {
        C25000: Held({0: 100.05, "09:15:40": 105.05, "09:16:00": 105.10}),
        P25000: Held({0: 100.05, "09:15:40": 95.05, "09:16:10": 95}),
    }
    return (
        _opened(waiting(leg("buy", "CE"), "percentUp", 5), waiting(leg("sell", "PE"), "percentDown", 5)),
        make_day(traded=prices),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:16:00", 105.10), ("09:20:00", 105.10), 0, EOD),
                row("a-pos2-r0", P25000, "SELL", 75, ("09:16:10", 95), ("09:20:00", 95), 0, EOD),
            )
        ),
    )


@worked_day
def a_leg_without_a_fresh_price_has_nothing_to_wait_from():
    """The price that a move is counted from must be at most ``max_price_age_s`` old; else the leg is refused at once.

    The call last traded at 09:15:00, ten seconds before, and nine are allowed; the put has not traded.
    """
    return (
        _opened(waiting(leg("buy", "CE"), "pointsUp", 5), waiting(leg("buy", "PE"), "pointsUp", 5)),
        make_day(traded={C25000: {0: 100, "09:15:20": 120}, P25000: {"09:15:20": 100, "09:15:30": 120}}),
        Outcome(
            refused=(("a-pos1", "entry", "stale_price", "09:15:10"), ("a-pos2", "entry", "no_price", "09:15:10")),
        ),
        RunOptions(max_price_age_s=9),
    )


@worked_day
def a_limit_leg_gets_its_limit_when_its_wait_is_over():
    """A leg that waits and has a limit is a limit order from the step at which its wait is over; its buffer is of the
    price there, and its own waiting time begins there.

    100 at 09:15:10; 110 at 09:16:00: the limit is 108, for 30 s. 108 at 09:16:30 is in time: bought at 108. Close 109:
    75.
    """
    one = limit(waiting(leg("buy", "CE"), "pointsUp", 10), limitBuffer=-2, waitTime=30)
    return (
        _opened(one),
        make_day(traded={C25000: Held({0: 100, "09:16:00": 110, "09:16:30": 108, "09:16:31": 109})}),
        Outcome((row("a-pos1-r0", C25000, "BUY", 75, ("09:16:30", 108), ("09:20:00", 109), 75, EOD),)),
    )


@worked_day
def with_next_it_takes_the_trade_after_its_move():
    """With ``fill: next`` the order that has waited takes the first trade after the step of its level.

    100 at 09:15:10, 5 points up: 106 at 09:16:00 sends it; 103 at 09:16:20 fills it. Close 103: 0.
    """
    return (
        _opened(waiting(leg("buy", "CE"), "pointsUp", 5)),
        make_day(traded={C25000: {"09:15:10": 100, "09:16:00": 106, "09:16:20": 103}}),
        Outcome((row("a-pos1-r0", C25000, "BUY", 75, ("09:16:20", 103), ("09:20:00", 103), 0, EOD),)),
        RunOptions(fill="next"),
    )


@worked_day
def a_leg_waits_for_the_underlying_to_leave_its_range():
    """A breakout is a price beyond the window's high or low, after the window has ended.

    Window 09:15:30 to 09:16:00, NIFTY 25010 to 25020 in it. The 25030 of 09:15:20 is before it. High: 25020 at 09:16:10
    is not above; 25020.05 at 09:16:20 is: the call that was chosen at 09:15:10 is bought at 100. Low: 25009.95 at
    09:16:30 is below 25010: the put at 200. Close unchanged.
    """
    spot = {0: 25010, "09:15:20": 25030, "09:15:30": 25010, "09:15:50": 25020, "09:16:01": 25015, "09:16:10": 25020}
    spot |= {"09:16:20": 25020.05, "09:16:30": 25009.95}
    window = ("09:15:30", "09:16:00")
    return (
        _opened(
            breaking_out(leg("buy", "CE"), "high", *window),
            breaking_out(leg("buy", "PE"), "low", *window, of="underlying"),
        ),
        make_day(spot=Held(spot), traded={C25000: Held({0: 100}), P25000: Held({0: 200})}, listed=[C25050]),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:16:20", 100), ("09:20:00", 100), 0, EOD),
                row("a-pos2-r0", P25000, "BUY", 75, ("09:16:30", 200), ("09:20:00", 200), 0, EOD),
            )
        ),
    )


@worked_day
def a_leg_waits_for_its_premium_to_leave_its_range():
    """``of: premium`` is the range of the contract's own last prices: at every step of the window, traded then or not.

    The call trades at 100 at 09:15:05 and at 90 at 09:15:40. Window 09:15:20 to 09:15:50: high 100 (standing since
    09:15:05), low 90. 100 at 09:16:00 is no breakout; 101 at 09:16:10 is, and bought. Close 101: 0.
    """
    call = {"09:15:05": 100, "09:15:40": 90, "09:16:00": 100, "09:16:10": 101}
    return (
        _opened(breaking_out(leg("buy", "CE"), "high", "09:15:20", "09:15:50", of="premium")),
        make_day(traded={C25000: call}),
        Outcome((row("a-pos1-r0", C25000, "BUY", 75, ("09:16:10", 101), ("09:20:00", 101), 0, EOD),)),
    )


@worked_day
def a_window_that_has_passed_counts_and_one_without_a_price_never_does():
    """The window may lie before the entry acts; without a price in it the leg never goes in.

    The entry acts at 09:15:10. Window 09:15:00 to 09:15:05: the call is at 100 and 102 there. 103 at 09:15:10 is the
    sending step: not looked at; 103 at 09:15:11 is above: bought. The put first trades at 09:16:00: nothing to leave;
    its order is cancelled at the close. Close 103: 0.
    """
    prices = {
        C25000: Held({0: 100, "09:15:03": 102, "09:15:06": 101, "09:15:10": 103}),
        P25000: {"09:16:00": 200, "09:16:10": 250, "09:16:20": 150},
    }
    window = ("09:15:00", "09:15:05")
    return (
        _opened(
            breaking_out(leg("buy", "CE"), "high", *window, of="premium"),
            breaking_out(leg("buy", "PE"), "high", *window, of="premium"),
        ),
        make_day(traded=prices),
        Outcome(
            (row("a-pos1-r0", C25000, "BUY", 75, ("09:15:11", 103), ("09:20:00", 103), 0, EOD),),
            cancelled=(("a-pos2", "entry"),),
        ),
    )


@worked_day
def a_leg_that_waits_is_not_flat_and_is_cancelled_at_the_close():
    """While a leg waits its signals are not evaluated; what still waits at the end of the day is cancelled.

    From 100 it would take 150. ``more`` is evaluated at steps 0-10: 11. 150 at the last step is too late.
    """
    nodes = [
        entry_signal("more", after("09:15:30")),
        entry_signal("go", after("09:15:10")),
        entry("a", waiting(leg("buy", "CE"), "pointsUp", 50)),
    ]
    return (
        make_strategy(nodes, ["start > more > a", "start > go > a"]),
        make_day(traded={C25000: Held({0: 100, "09:20:00": 150})}),
        Outcome(cancelled=(("a-pos1", "entry"),), armed={("more", "base"): Armed(11)}),
    )


@worked_day
def a_re_entry_of_momentum_waits_for_its_contract_to_move():
    """``momentum`` chooses the contract anew on the next step, and goes in once its price has moved from there.

    Bought at 100, stopped at 09:15:40, 90: -750. 09:15:41: the entry acts; from 90, ten percent up is 99. 98.95 at
    09:16:00 is not enough, 99 at 09:16:10 is. Close 101: 2 x 75 = 150.
    """
    config = again(type="momentum", momentumType="percentUp", momentumValue=10)
    call = Held({0: 100, "09:15:40": 90, "09:16:00": 98.95, "09:16:10": 99, "09:16:20": 101})
    return (
        _opened(protected(leg("buy", "CE"), stopLoss=rule(stopPoints=10), reEntryConfig=config)),
        make_day(traded={C25000: call}),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:15:40", 90), -750, "stop_loss"),
                row("a-pos1-r1", C25000, "BUY", 75, ("09:16:10", 99), ("09:20:00", 101), 150, EOD),
            ),
            events=firings("09:15:00 start 09:15:10 go a 09:15:40 a 09:15:41 a"),
        ),
    )


@worked_day
def a_re_entry_does_not_wait_as_its_leg_did():
    """An ``asap`` re-entry goes in at the market on the next step, though its leg waits for a move and has a limit.

    From 100 the leg waits for 105: 105 at 09:15:30, limit 104: 104 at 09:15:35. Stopped at 09:15:40, 94: -10 x 75 =
    -750. 09:15:41: bought at 94. Close 94: 0.
    """
    one = limit(waiting(leg("buy", "CE"), "pointsUp", 5), limitBuffer=-1)
    call = Held({0: 100, "09:15:30": 105, "09:15:35": 104, "09:15:40": 94})
    return (
        _opened(protected(one, stopLoss=rule(stopPoints=10), reEntryConfig=again())),
        make_day(traded={C25000: call}),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:35", 104), ("09:15:40", 94), -750, "stop_loss"),
                row("a-pos1-r1", C25000, "BUY", 75, ("09:15:41", 94), ("09:20:00", 94), 0, EOD),
            )
        ),
    )


@worked_day
def a_locked_profit_is_the_floor_of_the_day():
    """Once the day's profit was at ``whenProfit``, falling back to ``lockProfit`` closes everything and ends the day.

    75 units bought at 100. Lock 300 when 750: 109.95 is 746.25, so 103 at 09:15:30 is nothing. 110 at 09:15:40 is 750.
    104.05 at 09:16:00 is 303.75, 104 at 09:16:10 is 300: closed.
    """
    call = {0: 100, "09:15:20": 109.95, "09:15:30": 103, "09:15:40": 110, "09:16:00": 104.05, "09:16:10": 104}
    return (
        _opened(leg("buy", "CE"), ends=locked(whenProfit=750, lockProfit=300)),
        make_day(traded={C25000: Held(call)}),
        Outcome(
            (row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:16:10", 104), 300, LOCKED),),
            events=firings("09:15:00 start 09:15:10 go a 09:16:10 start"),
        ),
    )


@worked_day
def a_floor_trails_by_whole_steps():
    """For every ``forEvery`` above ``whenProfit`` the floor is ``trailBy`` higher, and it never comes down.

    Lock 0 when 750, and 150 for every 300 above it. 120 at 09:15:40 is 1,500: 750 above, two whole steps: the floor is
    300. 104.05 at 09:16:00 is 303.75; 104 at 09:16:10 is 300: closed.
    """
    call = {0: 100, "09:15:40": 120, "09:16:00": 104.05, "09:16:10": 104}
    return (
        _opened(leg("buy", "CE"), ends=locked(whenProfit=750, forEvery=300, trailBy=150)),
        make_day(traded={C25000: Held(call)}),
        Outcome((row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:16:10", 104), 300, LOCKED),)),
    )


@worked_day
def a_lock_sees_only_what_came_while_its_node_was_active():
    """The best profit counts from when the square-off node became active.

    110 at 09:15:40 (750) was before ``off`` became active at 09:16:00; 103 from 09:15:50 stays. 111 at 09:17:00 (825)
    counts; 100 at 09:18:00 is at the floor of 0: closed with 0.
    """
    off = square_off("off")
    off["data"]["endConditions"] = locked(whenProfit=750)
    nodes = [
        entry_signal("go", after("09:15:10")),
        entry("a", leg("buy", "CE")),
        entry_signal("late", after("09:16:00")),
    ]
    call = {0: 100, "09:15:40": 110, "09:15:50": 99, "09:16:10": 103, "09:17:00": 111, "09:18:00": 100}
    return (
        make_strategy([*nodes, off], ["start > go > a", "start > late > off"]),
        make_day(traded={C25000: Held(call)}),
        Outcome((row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:18:00", 100), 0, LOCKED),)),
    )
