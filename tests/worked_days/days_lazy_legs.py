"""Lazy legs: what arms them, when and how they go in, and what they are to their entry."""

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
from tests.worked_days.making_market import C25000, C25050, C25100, P25000, Held, call, make_day
from tests.worked_days.worked_day import EOD, Outcome, firings, row, worked_day

STOP = rule(stopPoints=10)
TARGET = rule(targetPoints=10)


def _opened(*legs):
    """Legs a-pos1 … from 09:15:10 on."""
    return make_strategy([entry_signal("go", after("09:15:10")), entry("a", *legs)], ["start > go > a"])


def _lazy(one_leg, armed_by="a-pos1", **members):
    return one_leg | {"lazyLeg": {"enabled": True, "armedBy": armed_by, **members}}


@worked_day
def a_lazy_leg_opens_on_the_step_after_the_stop_that_arms_it():
    """A lazy leg is not sent with its entry, but on the step after a protective exit closed the leg that arms it.

    The call is sold at 100 and stopped at 09:15:40, 110: -750. 09:15:41: the put is bought at 50; close 53: 225.
    """
    return (
        _opened(protected(leg("sell", "CE"), stopLoss=STOP), _lazy(leg("buy", "PE"))),
        make_day(traded={C25000: Held({0: 100, "09:15:40": 110}), P25000: Held({0: 50, "09:16:00": 53})}),
        Outcome(
            (
                row("a-pos1-r0", C25000, "SELL", 75, ("09:15:10", 100), ("09:15:40", 110), -750, "stop_loss"),
                row("a-pos2-r0", P25000, "BUY", 75, ("09:15:41", 50), ("09:20:00", 53), 225, EOD),
            ),
            events=firings("09:15:00 start 09:15:10 go a 09:15:40 a 09:15:41 a"),
        ),
    )


@worked_day
def only_the_reasons_it_names_arm_it_and_an_exit_order_is_none():
    """``on`` names the reasons that arm a lazy leg; an exit order arms none.

    a's call reaches its target at 09:15:40: 100 to 110, 750. That arms the put that follows targets (50 at 09:15:41;
    close 50, 0), not the one that follows stops. b's call is closed by an exit order at 09:15:30, 100, 0: the put that
    it would arm stays away.
    """
    document = make_strategy(
        [
            entry_signal("go", after("09:15:10")),
            entry(
                "a",
                protected(leg("buy", "CE"), takeProfit=TARGET),
                _lazy(leg("buy", "PE"), on=["stop_loss", "trailing_stop"]),
                _lazy(leg("buy", "PE"), on=["target"]),
            ),
            entry("b", protected(leg("buy", "CE"), stopLoss=STOP), _lazy(leg("buy", "PE"), "b-pos1")),
            exit_signal("stop", after("09:15:30")),
            exit_order("out", "b-pos1"),
        ],
        ["start > go > a", "go > b > stop > out"],
    )
    return (
        document,
        make_day(traded={C25000: Held({0: 100, "09:15:40": 110}), P25000: 50}),
        Outcome(
            (
                row("b-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:15:30", 100), 0),
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:15:40", 110), 750, "target"),
                row("a-pos3-r0", P25000, "BUY", 75, ("09:15:41", 50), ("09:20:00", 50), 0, EOD),
            )
        ),
    )


@worked_day
def every_close_arms_again_but_not_a_leg_that_is_open():
    """Every such close arms the lazy leg, unless it is open; the closed leg's own re-entry goes in first.

    The call, bought at 100, 90 and 80, is stopped at 09:15:30, 09:15:40 and 09:15:50 (-750 each). The put is bought at
    09:15:31, 50, and reaches its target at 09:15:35, 60: 750. It is armed again at 09:15:40 and bought at 09:15:41, 60.
    At 09:15:50 it is open: nothing. Close 62: 150.
    """
    document = _opened(
        protected(leg("buy", "CE"), stopLoss=STOP, reEntryConfig=again(maxReEntries=2)),
        _lazy(protected(leg("buy", "PE"), takeProfit=TARGET)),
    )
    prices = {
        C25000: Held({0: 100, "09:15:30": 90, "09:15:40": 80, "09:15:50": 70}),
        P25000: Held({0: 50, "09:15:35": 60, "09:16:00": 62}),
    }
    return (
        document,
        make_day(traded=prices),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:15:30", 90), -750, "stop_loss"),
                row("a-pos2-r0", P25000, "BUY", 75, ("09:15:31", 50), ("09:15:35", 60), 750, "target"),
                row("a-pos1-r1", C25000, "BUY", 75, ("09:15:31", 90), ("09:15:40", 80), -750, "stop_loss"),
                row("a-pos1-r2", C25000, "BUY", 75, ("09:15:41", 80), ("09:15:50", 70), -750, "stop_loss"),
                row("a-pos2-r1", P25000, "BUY", 75, ("09:15:41", 60), ("09:20:00", 62), 150, EOD),
            ),
            events=firings(
                "09:15:00 start 09:15:10 go a 09:15:30 a 09:15:31 a a 09:15:35 a 09:15:40 a 09:15:41 a a 09:15:50 a"
            ),
        ),
    )


@worked_day
def a_lazy_leg_waits_for_its_price_and_keeps_its_limit():
    """What a lazy leg's price has to do, and its limit, count as for a leg that its entry sends.

    The call is stopped at 09:15:30: 100 to 90, -750. The put waits from 09:15:31, at 50, for 5 points more: 56 at
    09:16:00, bought; close 57: 75. The call of 25050 has a limit of 60 and costs 62: it rests until 09:16:10, 60; close
    60: 0.
    """
    document = _opened(
        protected(leg("buy", "CE"), stopLoss=STOP),
        _lazy(leg("buy", "PE") | {"waitAndTrade": {"enabled": True, "type": "pointsUp", "value": 5}}),
        _lazy(leg("buy", "CE", "OTM1") | {"orderType": "limit", "limitPrice": 60}),
    )
    prices = {
        C25000: Held({0: 100, "09:15:30": 90}),
        P25000: Held({0: 50, "09:15:50": 54, "09:16:00": 56, "09:17:00": 57}),
        C25050: Held({0: 62, "09:16:10": 60}),
    }
    return (
        document,
        make_day(traded=prices),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:15:30", 90), -750, "stop_loss"),
                row("a-pos2-r0", P25000, "BUY", 75, ("09:16:00", 56), ("09:20:00", 57), 75, EOD),
                row("a-pos3-r0", C25050, "BUY", 75, ("09:16:10", 60), ("09:20:00", 60), 0, EOD),
            )
        ),
    )


@worked_day
def a_lazy_leg_armed_at_the_last_step_is_cancelled():
    """A lazy leg that is armed at the last step is listed as a cancelled entry order.

    The call is stopped at 09:20:00, the close: 100 to 90, -750. There is no step after that.
    """
    return (
        _opened(protected(leg("buy", "CE"), stopLoss=STOP), _lazy(leg("buy", "PE"))),
        make_day(traded={C25000: Held({0: 100, "09:20:00": 90}), P25000: 50}),
        Outcome(
            (row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:20:00", 90), -750, "stop_loss"),),
            cancelled=(("a-pos2", "entry"),),
        ),
    )


@worked_day
def a_lazy_leg_is_an_execution_of_its_entry():
    """A lazy leg that opens counts as an execution of its entry, and is refused at ``maxEntries``.

    The entry may execute twice. The call of a is stopped at 09:15:30 (100 to 90, -750): the put is the second
    execution, 50 at 09:15:31, and stopped at 09:15:40, 40: -750. That arms the call of 25050, which would be the third.
    """
    document = _opened(
        protected(leg("buy", "CE", max_entries=2), stopLoss=STOP),
        _lazy(protected(leg("buy", "PE"), stopLoss=STOP)),
        _lazy(leg("buy", "CE", "OTM1"), "a-pos2"),
    )
    prices = {C25000: Held({0: 100, "09:15:30": 90}), P25000: Held({0: 50, "09:15:40": 40}), C25050: 60}
    return (
        document,
        make_day(traded=prices),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:15:30", 90), -750, "stop_loss"),
                row("a-pos2-r0", P25000, "BUY", 75, ("09:15:31", 50), ("09:15:40", 40), -750, "stop_loss"),
            ),
            refused=(("a-pos3", "entry", "max_entries", "09:15:41"),),
        ),
    )


@worked_day
def an_entry_of_which_only_lazy_legs_are_flat_does_nothing():
    """An entry all of whose flat legs are lazy records its event and does nothing else.

    The call is bought at 09:15:10, 130.10. 09:16:00: ``later`` fires, for the put is flat, and a acts; nothing is sent
    or refused. Close 133.00: 2.90 x 75 = 217.50.
    """
    document = make_strategy(
        [
            entry_signal("go", after("09:15:10")),
            entry("a", leg("buy", "CE"), _lazy(leg("buy", "PE"))),
            entry_signal("later", after("09:16:00")),
        ],
        ["start > go > a", "start > later > a"],
    )
    return (
        document,
        make_day(coded=[C25000, P25000]),
        Outcome(
            (row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 130.10), ("09:20:00", 133), 217.5, EOD),),
            events=firings("09:15:00 start 09:15:10 go a 09:16:00 later a"),
        ),
    )


@worked_day
def a_lazy_leg_beside_the_strike_that_was_chosen_last():
    """A relative strike is counted from the strike that was last chosen for the other leg, here by its re-entry.

    The call of 25000 is bought at 100 and stopped at 09:15:40, 90: -750. NIFTY is at 25040 by then: 09:15:41 buys the
    call of 25050 at 60, then the lazy leg one strike further out, 25100, at 30. Close 60 and 30: 0.
    """
    beside = leg("buy", "CE", "relative")
    beside["optionDetails"] |= {"strikeLeg": "a-pos1", "strikeSteps": 1}
    document = _opened(protected(leg("buy", "CE"), stopLoss=STOP, reEntryConfig=again()), _lazy(beside))
    raw = make_day(
        spot=Held({0: 25010, "09:15:40": 25040}),
        traded={C25000: Held({0: 100, "09:15:40": 90}), C25050: 60, C25100: 30},
    )
    return (
        document,
        raw,
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:15:40", 90), -750, "stop_loss"),
                row("a-pos1-r1", C25050, "BUY", 75, ("09:15:41", 60), ("09:20:00", 60), 0, EOD),
                row("a-pos2-r0", C25100, "BUY", 75, ("09:15:41", 30), ("09:20:00", 30), 0, EOD),
            )
        ),
    )


@worked_day
def an_armed_lazy_leg_that_is_opened_otherwise_is_armed_no_more():
    """An armed lazy leg that its own re-entry opens before its turn has had it.

    The call is stopped at 09:15:30, 90, and 09:15:50, 80 (-750 each); opened again at 09:15:31, 90, and 09:15:51, 80;
    close 80: 0. The put is bought at 09:15:31, 50, and stopped at 09:15:35, 40 (-750): it waits for its cost. 09:15:50:
    the call's stop arms it; on the same step it is back at 50 and bought. 09:15:51: stopped at 40 (-750), and not
    opened a third time.
    """
    document = _opened(
        protected(leg("buy", "CE"), stopLoss=STOP, reEntryConfig=again(maxReEntries=2)),
        _lazy(protected(leg("buy", "PE"), stopLoss=STOP, reEntryConfig=again(type="cost"))),
    )
    prices = {
        C25000: Held({0: 100, "09:15:30": 90, "09:15:50": 80}),
        P25000: Held({0: 50, "09:15:35": 40, "09:15:50": 50, "09:15:51": 40}),
    }
    return (
        document,
        make_day(traded=prices),
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:15:30", 90), -750, "stop_loss"),
                row("a-pos2-r0", P25000, "BUY", 75, ("09:15:31", 50), ("09:15:35", 40), -750, "stop_loss"),
                row("a-pos1-r1", C25000, "BUY", 75, ("09:15:31", 90), ("09:15:50", 80), -750, "stop_loss"),
                row("a-pos2-r1", P25000, "BUY", 75, ("09:15:50", 50), ("09:15:51", 40), -750, "stop_loss"),
                row("a-pos1-r2", C25000, "BUY", 75, ("09:15:51", 80), ("09:20:00", 80), 0, EOD),
            )
        ),
    )


@worked_day
def a_re_entry_at_cost_chooses_no_strike():
    """The strike last chosen for a leg is not that of a re-entry at cost, which keeps its contract.

    The call of 25000 is bought at 100 and stopped at 09:15:20, 90: -750. 09:15:30: NIFTY is at 25090, ``later`` chooses
    25100 for it, which never trades: no_price at 09:16:30. 09:17:00: back at its cost, 100, bought; 09:17:30: its
    target, 110: 750. That arms the lazy leg: one strike out from 25100 is 25150, 20 at 09:17:31; close 20: 0.
    """
    beside = leg("buy", "CE", "relative")
    beside["optionDetails"] |= {"strikeLeg": "a-pos1", "strikeSteps": 1}
    re_entry = again(type="cost", on=["stop_loss"])
    document = make_strategy(
        [
            entry_signal("go", after("09:15:10")),
            entry(
                "a",
                protected(leg("buy", "CE"), stopLoss=STOP, takeProfit=TARGET, reEntryConfig=re_entry),
                _lazy(beside, on=["target"]),
            ),
            entry_signal("later", after("09:15:30")),
        ],
        ["start > go > a", "start > later > a"],
    )
    far = call(25150)
    raw = make_day(
        spot=Held({0: 25010, "09:15:30": 25090}),
        traded={C25000: Held({0: 100, "09:15:20": 90, "09:17:00": 100, "09:17:30": 110}), C25050: 60, far: 20},
        listed=[C25100],
    )
    return (
        document,
        raw,
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:15:20", 90), -750, "stop_loss"),
                row("a-pos1-r1", C25000, "BUY", 75, ("09:17:00", 100), ("09:17:30", 110), 750, "target"),
                row("a-pos2-r0", far, "BUY", 75, ("09:17:31", 20), ("09:20:00", 20), 0, EOD),
            ),
            refused=(("a-pos1", "entry", "no_price", "09:16:30"),),
        ),
    )
