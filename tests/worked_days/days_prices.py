"""Which price an order gets, and what happens when there is none."""

from __future__ import annotations

from tests.worked_days.making import (
    after,
    entry,
    entry_signal,
    exit_order,
    exit_signal,
    leg,
    make_strategy,
    re_entry_signal,
    round_trip,
    trips,
)
from tests.worked_days.making_market import C25000, C25050, P25000, Held, make_day
from tests.worked_days.worked_day import EOD, Outcome, firings, row, worked_day


@worked_day
def two_trades_in_one_second():
    """An order takes the last trade of its second, also where the second has several.

    09:15:10 trades 131.00, then 132.00: bought at 132.00 (not 131.00, not the 130.00 of 09:15:05).
    09:15:40 trades 133.00: sold there. (133.00 - 132.00) x 75 = 75.00.
    """
    document = make_strategy(*round_trip("a", "09:15:10", leg("buy", "CE"), "09:15:40"))
    raw = make_day(traded={C25000: {"09:15:05": 130, "09:15:10": (131, 132), "09:15:40": 133, "09:15:41": 139}})
    return (
        document,
        raw,
        Outcome(
            (row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 132), ("09:15:40", 133), 75),),
            events=firings("09:15:00 start 09:15:10 a-go a 09:15:40 a-stop a-out"),
        ),
    )


@worked_day
def a_price_of_sixty_seconds_still_counts():
    """A price exactly 60 seconds old is good for an order.

    The only trade before 09:16:00 is that of 09:15:00 (age 60): bought at 130.00 there.
    At 09:16:30 the last trade is 131.00 of 09:16:01 (age 29). (131 - 130) x 75 = 75.00.
    """
    document = make_strategy(*round_trip("a", "09:16:00", leg("buy", "CE"), "09:16:30"))
    raw = make_day(traded={C25000: {"09:15:00": 130, "09:16:01": 131, "09:16:31": 139}})
    expected = row("a-pos1-r0", C25000, "BUY", 75, ("09:16:00", 130), ("09:16:30", 131), 75)
    return document, raw, Outcome((expected,), ages={"a-pos1-r0": 29})


@worked_day
def a_stale_price_waits_and_keeps_its_strike():
    """An order whose price is too old waits for the contract's next trade; the strike stays the one chosen
    when it was sent.

    Sent 09:16:01, spot 25010, so 25000 CE; its last trade is 61 s old: it waits. By 09:16:20 spot is 25060,
    which would be 25050 CE (140.xx), but the order stands: filled by the next trade, 134.00 at 09:16:40. The
    exit is not armed before that. 09:17:30 sells at 135.50: 1.50 x 75 = 112.50.
    """
    document = make_strategy(*round_trip("a", "09:16:01", leg("buy", "CE"), "09:17:30"))
    raw = make_day(
        spot=Held({0: 25010, "09:16:20": 25060}),
        coded=[C25050],
        traded={C25000: {"09:15:00": 130, "09:16:40": 134, "09:17:30": 135.5}},
    )
    return (
        document,
        raw,
        Outcome(
            (row("a-pos1-r0", C25000, "BUY", 75, ("09:16:40", 134), ("09:17:30", 135.5), 112.5),),
            events=firings("09:15:00 start 09:16:01 a-go a 09:17:30 a-stop a-out"),
        ),
    )


@worked_day
def the_sixtieth_second_of_waiting_is_still_tried():
    """An order waits 60 seconds, the sixtieth included.

    Sent 09:15:10, the contract's first trade of the day comes at 09:16:10: filled there at 137.00.
    09:17:00 sells at 138.00 (its own trade): 1.00 x 75 = 75.00.
    """
    document = make_strategy(*round_trip("a", "09:15:10", leg("buy", "CE"), "09:17:00"))
    raw = make_day(traded={C25000: {"09:16:10": 137, "09:17:00": 138}})
    expected = row("a-pos1-r0", C25000, "BUY", 75, ("09:16:10", 137), ("09:17:00", 138), 75)
    return document, raw, Outcome((expected,))


@worked_day
def waiting_in_vain_is_rejected_with_its_reason():
    """A wait without a trade ends in a rejection: no_price where the contract never traded, stale_price where
    it did.

    Both legs are sent at 09:16:10. The call trades first at 09:17:11, one second after the wait is over. The
    put's only trade is that of 09:15:00 (70 s old when sent). Both are rejected at 09:17:10; the later trades
    change nothing.
    """
    document = make_strategy(
        [entry_signal("go", after("09:16:10")), entry("a", leg("buy", "CE"), leg("sell", "PE"))],
        ["start > go > a"],
    )
    raw = make_day(traded={C25000: {"09:17:11": 132}, P25000: {"09:15:00": 230, "09:17:11": 232}})
    return (
        document,
        raw,
        Outcome(
            refused=(
                ("a-pos1", "entry", "no_price", "09:17:10"),
                ("a-pos2", "entry", "stale_price", "09:17:10"),
            ),
            events=firings("09:15:00 start 09:16:10 go a"),
        ),
    )


@worked_day
def no_strike_from_a_missing_or_old_spot():
    """A strike is chosen only from a spot at most 60 seconds old; the expiry is looked at first.

    Spot trades once, 25010 at 09:15:30. 09:15:10: leg 1 no_spot; leg 2 asks for the ninth expiry: no_expiry
    comes before the spot. 09:16:30: age 60, still good: 25000 CE at step 90, 130.90. 09:16:31: age 61,
    stale_spot. The one position closes at the last step, 300: 133.00. (133.00 - 130.90) x 75 = 157.50.
    """
    nodes, paths = trips(round_trip("b", "09:16:30", leg("buy", "CE")), round_trip("c", "09:16:31", leg("buy", "CE")))
    early = [
        entry_signal("early", after("09:15:10")),
        entry("a", leg("buy", "CE"), leg("buy", "CE", expiry="W8")),
    ]
    document = make_strategy([*early, *nodes], ["start > early > a", *paths])
    raw = make_day(spot={"09:15:30": 25010}, coded=[C25000])
    return (
        document,
        raw,
        Outcome(
            (row("b-pos1-r0", C25000, "BUY", 75, ("09:16:30", 130.90), ("09:20:00", 133.00), 157.5, EOD),),
            refused=(
                ("a-pos1", "entry", "no_spot", "09:15:10"),
                ("a-pos2", "entry", "no_expiry", "09:15:10"),
                ("c-pos1", "entry", "stale_spot", "09:16:31"),
            ),
        ),
    )


@worked_day
def an_exit_waits_for_its_contracts_next_trade():
    """An exit without a fresh price is sent again every second until it fills; its exit is done at the last
    fill.

    Both legs open at 09:15:10 (130.10 and 230.10). 09:16:20: the call closes at 130.80; the put's price is 70
    s old: stale_price, tried again, filled by its next trade, 231.20 at 09:17:00. Only then is the exit done:
    the re-entry fires at 09:17:00 and its order goes in at 09:17:01 (131.21; the put's price is one second
    old). Second lives: 09:19:00 closes the call at 132.40; the put, 120 s old, is refused and waits. It never
    trades again: its exit order is cancelled at the close, which takes 231.20, 180 s old.
    """
    document = make_strategy(
        [
            entry_signal("go", after("09:15:10")),
            entry("a", leg("buy", "CE"), leg("buy", "PE")),
            exit_signal("stop", after("09:16:20"), again=after("09:19:00")),
            exit_order("out", "_any"),
            re_entry_signal("again", after("09:15:00"), limit=1),
        ],
        ["start > go > a > stop > out > again > a"],
    )
    raw = make_day(coded=[C25000], traded={P25000: {"09:15:10": 230.10, "09:17:00": 231.20}})
    return (
        document,
        raw,
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 130.10), ("09:16:20", 130.80), 52.5),
                row("a-pos2-r0", P25000, "BUY", 75, ("09:15:10", 230.10), ("09:17:00", 231.20), 82.5),
                row("a-pos1-r1", C25000, "BUY", 75, ("09:17:01", 131.21), ("09:19:00", 132.40), 89.25),
                row("a-pos2-r1", P25000, "BUY", 75, ("09:17:01", 231.20), ("09:20:00", 231.20), 0, EOD),
            ),
            refused=(
                ("a-pos2", "exit", "stale_price", "09:16:20"),
                ("a-pos2", "exit", "stale_price", "09:19:00"),
            ),
            cancelled=(("a-pos2", "exit"),),
            events=firings(
                "09:15:00 start 09:15:10 go a 09:16:20 stop out 09:17:00 again 09:17:01 a 09:19:00 stop out"
            ),
            ages={"a-pos2-r0": 0, "a-pos2-r1": 180},
        ),
    )


@worked_day
def the_close_takes_an_old_price_and_says_how_old():
    """The close of the day takes the contract's last trade, whatever its age, and records the age.

    Bought 09:15:10 at 130.10. The last trade is 131.60 at 09:16:00, 240 s before the close.
    (131.60 - 130.10) x 75 = 112.50.
    """
    document = make_strategy(*round_trip("a", "09:15:10", leg("buy", "CE")))
    raw = make_day(traded={C25000: {"09:15:10": 130.10, "09:16:00": 131.60}})
    expected = row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 130.10), ("09:20:00", 131.60), 112.5, EOD)
    return document, raw, Outcome((expected,), ages={"a-pos1-r0": 240})


@worked_day
def zero_is_a_price():
    """An option that trades at 0.00 is sold, and bought back, at 0.00.

    Call bought at 0.05, sold at 0.00: -0.05 x 75 = -3.75. Put sold at 0.10, bought back at 0.00: +7.50.
    """
    document = make_strategy(
        *trips(
            round_trip("a", "09:15:10", leg("buy", "CE"), "09:15:40"),
            round_trip("b", "09:15:10", leg("sell", "PE"), "09:15:41"),
        )
    )
    raw = make_day(
        traded={
            C25000: {"09:15:10": 0.05, "09:15:40": 0, "09:15:42": 9},
            P25000: {"09:15:10": 0.10, "09:15:41": 0},
        }
    )
    return (
        document,
        raw,
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 0.05), ("09:15:40", 0), -3.75),
                row("b-pos1-r0", P25000, "SELL", 75, ("09:15:10", 0.10), ("09:15:41", 0), 7.5),
            )
        ),
    )
