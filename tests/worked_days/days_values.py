"""What a condition can read: variables, arithmetic, profit, positions, another instrument."""

from __future__ import annotations

from tests.worked_days.making import (
    LTP,
    after,
    calc,
    candle,
    entry,
    entry_signal,
    exit_order,
    exit_signal,
    leaf,
    leg,
    live,
    make_strategy,
    number,
    position,
    profit,
    round_trip,
    variable,
)
from tests.worked_days.making_market import C25000, C25050, P25000, Held, make_day
from tests.worked_days.worked_day import EOD, Armed, Outcome, firings, row, worked_day


def _call(go, stop=None, side="buy"):
    """One call, opened when ``go`` holds and closed when ``stop`` does."""
    nodes, path = [entry_signal("go", go), entry("a", leg(side, "CE"))], "start > go > a"
    if stop is not None:
        nodes += [exit_signal("stop", stop), exit_order("out", "a-pos1")]
        path += " > stop > out"
    return make_strategy(nodes, [path])


@worked_day
def a_variable_is_frozen_when_its_signal_fires():
    """A variable keeps its value from the firing; nodes visited later in that step see it at once, earlier
    ones on the next.

    ``go`` fires at 09:15:20 with Level = 25010 and buys the call at 130.20. ``early`` comes before it in edge
    order: at 09:15:20 it saw no Level, at 09:15:21 it does (25010 >= 25010): 25050 CE at 140.21. ``late``
    comes after it and fires at 09:15:20: put at 230.20. Exit at spot < Level - 5 = 25005: 25006 (step 50) is
    not, 25004 (step 60) is: 130.60, 0.40 x 75 = 30. Close: put 2.80 x 75 = 210, 25050 CE 2.79 x 75 = 209.25.
    """
    level = variable("go", "Level")
    document = make_strategy(
        [
            entry_signal("early", leaf(LTP, ">=", level)),
            entry("a", leg("buy", "CE", "OTM1")),
            entry_signal("go", after("09:15:20"), variables={"Level": LTP}),
            entry("b", leg("buy", "CE")),
            exit_signal("stop", leaf(LTP, "<", calc(level, "-", number(5)))),
            exit_order("out", "b-pos1"),
            entry_signal("late", leaf(LTP, ">=", level)),
            entry("c", leg("buy", "PE")),
        ],
        ["start > early > a", "start > go > b > stop > out", "start > late > c"],
    )
    raw = make_day(spot=Held({0: 25010, 40: 25030, 50: 25006, 60: 25004}), coded=[C25000, C25050, P25000])
    return (
        document,
        raw,
        Outcome(
            (
                row("b-pos1-r0", C25000, "BUY", 75, ("09:15:20", 130.20), ("09:16:00", 130.60), 30),
                row("c-pos1-r0", P25000, "BUY", 75, ("09:15:20", 230.20), ("09:20:00", 233.00), 210, EOD),
                row("a-pos1-r0", C25050, "BUY", 75, ("09:15:21", 140.21), ("09:20:00", 143.00), 209.25, EOD),
            ),
            events=firings("09:15:00 start 09:15:20 go b late c 09:15:21 early a 09:16:00 stop out"),
        ),
    )


@worked_day
def plus_percent_and_minus_percent():
    """``a +% b`` is a + a·b/100, reached exactly counts for >= and <=.

    Call bought at 100.00: exit at 100 +% 2 = 102.00, not at 101.95: 2.00 x 75 = 150.
    Put bought at 200.00: exit at 200 -% 1 = 198.00, not at 198.05: -2.00 x 75 = -150.
    """
    document = make_strategy(
        [
            entry_signal("go", after("09:15:10")),
            entry("a", leg("buy", "CE"), leg("buy", "PE")),
            exit_signal(
                "up",
                leaf(
                    position("a-pos1", "currentPrice"),
                    ">=",
                    calc(position("a-pos1", "entryPrice"), "+%", number(2)),
                ),
            ),
            exit_order("up-out", "a-pos1"),
            exit_signal(
                "down",
                leaf(
                    position("a-pos2", "currentPrice"),
                    "<=",
                    calc(position("a-pos2", "entryPrice"), "-%", number(1)),
                ),
            ),
            exit_order("down-out", "a-pos2"),
        ],
        ["start > go > a > up > up-out", "a > down > down-out"],
    )
    raw = make_day(
        traded={
            C25000: {10: 100, 20: 101.95, 30: 102, 31: 109},
            P25000: {10: 200, 40: 198.05, 50: 198, 51: 191},
        }
    )
    return (
        document,
        raw,
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:15:30", 102), 150),
                row("a-pos2-r0", P25000, "BUY", 75, ("09:15:10", 200), ("09:15:50", 198), -150),
            )
        ),
    )


@worked_day
def division_by_zero_has_no_value():
    """A side without a value makes its leaf false, whatever the operator, ``!=`` included.

    spot / (spot - 25010) != 0: at 25010 the division is by zero: false, not true. 09:16:00 spot is 25011:
    25011/1 is not 0: fires at step 60, 130.60; 2.40 x 75 = 180 at the close.
    """
    quotient = calc(LTP, "/", calc(LTP, "-", number(25010)))
    document = _call(leaf(quotient, "!=", number(0)))
    raw = make_day(spot=Held({0: 25010, "09:16:00": 25011}), coded=[C25000])
    expected = row("a-pos1-r0", C25000, "BUY", 75, ("09:16:00", 130.60), ("09:20:00", 133.00), 180, EOD)
    return document, raw, Outcome((expected,), armed={("go", "base"): Armed(61, {0: (1, "09:16:00")})})


@worked_day
def profit_of_the_strategy_so_far():
    """``pnl_data`` overall is realised plus unrealised profit of all positions, and sees the fills already
    made in the step.

    a: call at 130.10 (step 10), 0.75 a second more. b at overall total >= 15: (130.30 - 130.10) x 75 = 15.00
    at step 30: put at 230.30. a is sold at step 40, 130.40: realised 22.50; c, later in edge order, sees it
    at step 40: 25050 CE at 140.40. Close: b 2.70 x 75 = 202.50, c 2.60 x 75 = 195.
    """
    nodes, paths = round_trip("a", "09:15:10", leg("buy", "CE"), "09:15:40")
    document = make_strategy(
        [
            *nodes,
            entry_signal("b-go", leaf(profit("total"), ">=", number(15))),
            entry("b", leg("buy", "PE")),
            entry_signal(
                "c-go",
                leaf(profit("realized"), "==", number(22.5)),
                leaf(profit("total", "a-pos1"), "==", number(22.5)),
            ),
            entry("c", leg("buy", "CE", "OTM1")),
        ],
        [*paths, "start > b-go > b", "start > c-go > c"],
    )
    raw = make_day(coded=[C25000, C25050, P25000])
    return (
        document,
        raw,
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 130.10), ("09:15:40", 130.40), 22.5),
                row("b-pos1-r0", P25000, "BUY", 75, ("09:15:30", 230.30), ("09:20:00", 233.00), 202.5, EOD),
                row("c-pos1-r0", C25050, "BUY", 75, ("09:15:40", 140.40), ("09:20:00", 143.00), 195, EOD),
            ),
            armed={("b-go", "base"): Armed(31), ("c-go", "base"): Armed(41)},
        ),
    )


@worked_day
def the_best_price_of_a_sold_leg_is_its_lowest():
    """``trailingPositionPrice`` of a sold leg is the lowest price since its entry, the entry included.

    Sold at 100.00. 105 (best stays 100, level 110), 90 (best 90, level 90 +% 10 = 99), 95 (below 99), 99.05:
    exit. (100.00 - 99.05) x 75 = 71.25.
    """
    best = calc(position("a-pos1", "trailingPositionPrice"), "+%", number(10))
    document = _call(after("09:15:10"), leaf(position("a-pos1", "currentPrice"), ">=", best), side="sell")
    raw = make_day(traded={C25000: {10: 100, 15: 105, 20: 90, 30: 95, 40: 99.05, 41: 120}})
    expected = row("a-pos1-r0", C25000, "SELL", 75, ("09:15:10", 100), ("09:15:40", 99.05), 71.25)
    return document, raw, Outcome((expected,))


@worked_day
def the_supporting_instrument_has_its_own_prices():
    """TI and SI are two instruments: candles and last prices are those of the one that is named.

    BANKNIFTY closes 09:15 at 51990 and 09:16 at 52010: its candle is above 52000 first at 09:17:00 (step 120:
    131.20). Its price falls to 51995 at 09:18:00 (step 180: 131.80); NIFTY was below 52000 all day. 0.60 x 75
    = 45.
    """
    document = make_strategy(
        [
            entry_signal("go", leaf(candle("Close", -1, "SI"), ">", number(52000))),
            entry("a", leg("buy", "CE")),
            exit_signal("stop", leaf(live("ltp", "SI"), "<", number(52000))),
            exit_order("out", "a-pos1"),
        ],
        ["start > go > a > stop > out"],
        supporting="BANKNIFTY",
    )
    raw = make_day(
        coded=[C25000],
        other={"BANKNIFTY": {"09:15:30": 51990, "09:16:30": 52010, "09:17:30": 52020, "09:18:00": 51995}},
    )
    expected = row("a-pos1-r0", C25000, "BUY", 75, ("09:17:00", 131.20), ("09:18:00", 131.80), 45)
    return document, raw, Outcome((expected,))
