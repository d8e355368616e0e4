"""Candles, the session they are anchored to, and RSI."""

from __future__ import annotations

from tests.worked_days.making import (
    after,
    candle,
    entry,
    entry_signal,
    exit_order,
    exit_signal,
    indicator,
    leaf,
    leg,
    live,
    make_strategy,
    number,
    square_off,
)
from tests.worked_days.making_market import C25000, P25000, Sized, make_day
from tests.worked_days.worked_day import EOD, Armed, Outcome, firings, row, worked_day

RSI2 = {"rsi_2": {"indicator_name": "rsi", "display_name": "rsi(2,close)", "length": 2, "price_field": "close"}}


def _in_and_out(signal, *, out=None, **kwargs):
    """Buy the call when ``signal`` fires; sell it when ``out`` holds."""
    nodes, path = [signal, entry("a", leg("buy", "CE"))], "start > go > a"
    if out is not None:
        nodes += [exit_signal("stop", out), exit_order("out", "a-pos1")]
        path += " > stop > out"
    return make_strategy(nodes, [path], **kwargs)


@worked_day
def the_forming_candle_has_no_value_before_its_first_trade():
    """Until the first trade of its minute the forming candle has no value: it is not the last price carried
    on.

    Leaf 0: time >= 09:16:00. Leaf 1: forming close > 25000. Spot 25010 trades every ten seconds to 09:15:50,
    then 25012 at 09:16:20. Steps 0-59: leaf 1 true, leaf 0 not: a near miss of leaf 0. Steps 60-79: leaf 0
    true, the candle of 09:16 has no trade yet: a near miss of leaf 1. Step 80 fires: 25000 CE at 130.80.
    Armed 0-80 = 81 steps; leaf 0 true 60-80 = 21; leaf 1 true 0-59 and 80 = 61. 2.20 x 75 = 165 at the close.
    """
    signal = entry_signal("go", after("09:16:00"), leaf(candle("Close", 0), ">", number(25000)))
    spot = dict.fromkeys(range(0, 60, 10), 25010) | {"09:16:20": 25012}
    raw = make_day(spot=spot, coded=[C25000])
    return (
        _in_and_out(signal),
        raw,
        Outcome(
            (row("a-pos1-r0", C25000, "BUY", 75, ("09:16:20", 130.80), ("09:20:00", 133.00), 165, EOD),),
            armed={("go", "base"): Armed(81, {0: (21, "09:16:20"), 1: (61, "09:16:20")})},
            misses={
                "go": (("09:15:00", "09:15:59", "base", 0), ("09:16:00", "09:16:19", "base", 1)),
            },
        ),
    )


@worked_day
def a_candle_is_complete_at_its_end_step():
    """At 13:00:00 the last completed candle is that of 12:59, and a trade of 13:00:00 belongs to the next
    one.

    Session 12:58:00-13:03:00. 12:59:59 trades 25020: the close of 12:59, seen first at 13:00:00 (step 120:
    131.20). 13:00:00 trades 25008, the only trade of its minute: its close is seen at 13:01:00 (step 180:
    131.80). 0.60 x 75 = 45.00.
    """
    signal = entry_signal("go", leaf(candle("Close", -1), "==", number(25020)))
    document = _in_and_out(signal, out=leaf(candle("Close", -1), "==", number(25008)))
    raw = make_day(
        spot={"12:58:30": 25005, "12:59:59": 25020, "13:00:00": 25008, "13:01:00": 25011},
        coded=[C25000],
        opens="12:58:00",
        closes="13:03:00",
    )
    expected = row("a-pos1-r0", C25000, "BUY", 75, ("13:00:00", 131.20), ("13:01:00", 131.80), 45)
    return document, raw, Outcome((expected,), armed={("go", "base"): Armed(121)})


@worked_day
def offsets_count_candles_that_exist():
    """A minute without a trade makes no candle, and offsets count the candles there are.

    Closes: 09:15 25001, 09:16 25002, 09:17 none, 09:18 25004. At 09:18:00 the last completed candle is still
    that of 09:16: the put is bought at step 180, 231.80. At 09:19:00: -1 is 25004, -2 is 25002, -3 is 25001:
    the call is bought at step 240, 132.40. Close: put 1.20 x 75 = 90, call 0.60 x 75 = 45.
    """
    gap = entry_signal(
        "gap",
        after("09:18:00"),
        leaf(candle("Close", -1), "==", number(25002)),
    )
    three = entry_signal(
        "three",
        leaf(candle("Close", -1), "==", number(25004)),
        leaf(candle("Close", -2), "==", number(25002)),
        leaf(candle("Close", -3), "==", number(25001)),
    )
    document = make_strategy(
        [gap, entry("a", leg("buy", "PE")), three, entry("b", leg("buy", "CE"))],
        ["start > gap > a", "start > three > b"],
    )
    raw = make_day(
        spot={
            "09:15:30": 25001,
            "09:16:30": 25002,
            "09:18:00": 25003,
            "09:18:30": 25004,
            "09:19:00": 25005,
        },
        coded=[C25000, P25000],
    )
    return (
        document,
        raw,
        Outcome(
            (
                row("a-pos1-r0", P25000, "BUY", 75, ("09:18:00", 231.80), ("09:20:00", 233.00), 90, EOD),
                row("b-pos1-r0", C25000, "BUY", 75, ("09:19:00", 132.40), ("09:20:00", 133.00), 45, EOD),
            )
        ),
    )


@worked_day
def yesterdays_candles_and_todays_are_one_series():
    """Offsets run on from today's candles into the history before them.

    History closes ... 24998, 24999. Before 09:16:00 -1 is 24999. At 09:16:00 -1 is today's 25001 and -2 is
    24999: bought at step 60, 130.60. At 09:17:00 -3 is 24999: sold at step 120, 131.20. 0.60 x 75 = 45.
    """
    signal = entry_signal("go", leaf(candle("Close", -2), "==", number(24999)))
    document = _in_and_out(signal, out=leaf(candle("Close", -3), "==", number(24999)))
    raw = make_day(spot={"09:15:30": 25001, "09:16:30": 25002}, coded=[C25000], history=[24997, 24998, 24999])
    expected = row("a-pos1-r0", C25000, "BUY", 75, ("09:16:00", 130.60), ("09:17:00", 131.20), 45)
    return document, raw, Outcome((expected,))


@worked_day
def candles_are_anchored_at_the_open_of_a_short_session():
    """In a session of three minutes from 18:00:30 the first minute's candle is complete at 18:01:30.

    The candle of 18:00:30-18:01:29 is seen at 18:01:30, step 60: bought at 130.60. The square-off one minute
    before the close (18:03:30) acts at 18:02:30, step 120: 131.20. 0.60 x 75 = 45.
    """
    document = make_strategy(
        [
            entry_signal("go", leaf(candle("Close", -1), ">", number(0))),
            entry("a", leg("buy", "CE")),
            square_off("off", minutes_before_close=1),
        ],
        ["start > go > a", "start > off"],
    )
    raw = make_day(coded=[C25000], opens="18:00:30", closes="18:03:30")
    expected = row("a-pos1-r0", C25000, "BUY", 75, ("18:01:30", 130.60), ("18:02:30", 131.20), 45, "square_off_time")
    return document, raw, Outcome((expected,), events=firings("18:00:30 start 18:01:30 go a 18:02:30 off"))


@worked_day
def volume_is_counted_from_the_open():
    """``live_data.volume`` sums quantities since the open, ``oi`` is the last one known; a candle's volume is
    that of its trades.

    Spot quantities: 40 at step 5, 60 at step 10 (sum 100, open interest 700), 30 at step 50. Leaf: volume >=
    100 and oi == 700: step 10, 130.10. The candle of 09:15 has volume 130, seen at step 60: 130.60. 0.50 x 75
    = 37.50.
    """
    signal = entry_signal("go", leaf(live("volume"), ">=", number(100)), leaf(live("oi"), "==", number(700)))
    document = _in_and_out(signal, out=leaf(candle("Volume", -1), "==", number(130)))
    raw = make_day(
        spot={5: Sized(25010, 40, 600), 10: Sized(25010, 60, 700), 50: Sized(25010, 30, 710)},
        coded=[C25000],
    )
    expected = row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 130.10), ("09:16:00", 130.60), 37.5)
    return document, raw, Outcome((expected,))


@worked_day
def rsi_of_length_two_by_hand():
    """RSI is Wilder's, seeded with the mean of the first changes of the history.

    History 25000, 25010, 25006: gains 10, 0, losses 0, 4: mean gain 5, mean loss 2: RSI 71.43 up to 09:15:59.
    09:15 closes 25000 (loss 6): gain (5 + 0)/2 = 2.5, loss (2 + 6)/2 = 4: RSI 250/6.5 = 38.4615, seen at
    09:16:00. 09:16 closes 25009 (gain 9): gain (2.5 + 9)/2 = 5.75, loss 4/2 = 2: RSI 575/7.75 = 74.1935, seen
    at 09:17:00. Bought at step 60, 130.60; sold at step 120, 131.20: 45.00.
    """
    rsi = indicator("rsi_2")
    signal = entry_signal("go", leaf(rsi, "between", number(38.461538), number(38.461539)))
    out = leaf(rsi, "between", number(74.193548), number(74.193549))
    document = _in_and_out(signal, out=out, indicators=RSI2)
    raw = make_day(spot={"09:15:30": 25000, "09:16:30": 25009}, coded=[C25000], history=[25000, 25010, 25006])
    expected = row("a-pos1-r0", C25000, "BUY", 75, ("09:16:00", 130.60), ("09:17:00", 131.20), 45)
    return document, raw, Outcome((expected,))


@worked_day
def rsi_without_movement_has_no_value():
    """Where nothing has moved RSI has no value, so it is not below 30 (TA-Lib alone would say 0).

    History and the candle of 09:15 all close at 25010: no value up to 09:16:59. 09:16 closes 25009: mean gain
    0, mean loss 0.5: RSI 0, below 30, seen at 09:17:00. Bought at step 120, 131.20; close 133.00: 1.80 x 75 =
    135. Armed at steps 0 to 120; the leaf was true once.
    """
    signal = entry_signal("go", leaf(indicator("rsi_2"), "<", number(30)))
    document = _in_and_out(signal, indicators=RSI2)
    raw = make_day(spot={"09:15:30": 25010, "09:16:30": 25009}, coded=[C25000], history=[25010, 25010, 25010])
    return (
        document,
        raw,
        Outcome(
            (row("a-pos1-r0", C25000, "BUY", 75, ("09:17:00", 131.20), ("09:20:00", 133.00), 135, EOD),),
            armed={("go", "base"): Armed(121, {0: (1, "09:17:00")})},
        ),
    )
