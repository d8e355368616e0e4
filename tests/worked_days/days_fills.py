"""Bars as trades, the fill option, slippage, and groups of legs."""

from __future__ import annotations

from decimal import Decimal

from strikebook.model.options import RunOptions, Slippage
from tests.worked_days.making import after, entry, entry_signal, leg, make_strategy, round_trip, trips
from tests.worked_days.making_market import C25000, C25050, NEAR, P25000, Bar, make_day
from tests.worked_days.worked_day import EOD, Outcome, firings, row, worked_day


@worked_day
def bars_are_replayed_as_four_trades():
    """A bar is its open at +0, the extreme nearer to the open at a third (the low on a tie), the other at two
    thirds, its close last.

    09:15 bar, open 100, high 104, low 96: a tie, so low first: 96 at 09:15:20, 104 at 09:15:40. 09:16 bar,
    open 102, high 103, low 95: the high is nearer: 103 at 09:16:20, 95 at 09:16:40. a buys 96, sells 104: 8 x
    75 = 600. b buys 103, sells 95: -600.
    """
    document = make_strategy(
        *trips(
            round_trip("a", "09:15:20", leg("buy", "CE"), "09:15:40"),
            round_trip("b", "09:16:20", leg("buy", "CE"), "09:16:40"),
        )
    )
    raw = make_day(
        traded={
            C25000: {
                "09:15:00": Bar(open=100, high=104, low=96, close=102),
                "09:16:00": Bar(open=102, high=103, low=95, close=97),
            }
        }
    )
    return (
        document,
        raw,
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:20", 96), ("09:15:40", 104), 600),
                row("b-pos1-r0", C25000, "BUY", 75, ("09:16:20", 103), ("09:16:40", 95), -600),
            )
        ),
    )


@worked_day
def thirds_of_a_bar_are_rounded_down():
    """In a bar of ten seconds the extremes trade at +3 and +6; a bar with only a close is one trade at its
    last second.

    C25050, bar 09:17:00, open 50, high 53, low 48: low first, 48 at 09:17:03, 53 at 09:17:06: 5 x 75 = 375.
    P25000, close-only bars of 09:15 (207) and 09:19 (209): an order of 09:15:10 waits for 207 at 09:15:59;
    the close of the day takes 209 of 09:19:59, one second old: 2 x 75 = 150.
    """
    document = make_strategy(
        *trips(
            round_trip("a", "09:17:03", leg("buy", "CE", "OTM1"), "09:17:06"),
            round_trip("b", "09:15:10", leg("buy", "PE")),
        )
    )
    raw = make_day(
        listed=[C25000],
        traded={
            C25050: {"09:17:00": Bar(open=50, high=53, low=48, close=51, length_s=10)},
            P25000: {"09:15:00": Bar(207), "09:19:00": Bar(209)},
        },
    )
    return (
        document,
        raw,
        Outcome(
            (
                row("a-pos1-r0", C25050, "BUY", 75, ("09:17:03", 48), ("09:17:06", 53), 375),
                row("b-pos1-r0", P25000, "BUY", 75, ("09:15:59", 207), ("09:20:00", 209), 150, EOD),
            ),
            ages={"b-pos1-r0": 1},
        ),
    )


@worked_day
def fill_next_takes_the_first_trade_after_the_step():
    """With ``fill: next`` entry and exit take the first trade after their step, the first of its second; an
    entry waits 60 seconds.

    Call: sent 09:15:10, a trade of that very second does not count; 09:15:12 trades 131, then 132: bought at
    131. Exit sent 09:15:40 (133.00 does not count): 09:15:45 trades 134, then 135: sold at 134. 3 x 75 = 225.
    Put: sent 09:15:10, next trade 09:16:40: too late, rejected at 09:16:10; it did trade today: stale_price.
    """
    document = make_strategy(
        *trips(
            round_trip("a", "09:15:10", leg("buy", "CE"), "09:15:40"),
            round_trip("b", "09:15:10", leg("buy", "PE")),
        )
    )
    raw = make_day(
        traded={
            C25000: {"09:15:10": 130.1, "09:15:12": (131, 132), "09:15:40": 133, "09:15:45": (134, 135)},
            P25000: {"09:15:10": 230.1, "09:16:40": 231.4},
        }
    )
    return (
        document,
        raw,
        Outcome(
            (row("a-pos1-r0", C25000, "BUY", 75, ("09:15:12", 131), ("09:15:45", 134), 225),),
            refused=(("b-pos1", "entry", "stale_price", "09:16:10"),),
            events=firings("09:15:00 start 09:15:10 a-go a b-go b 09:15:40 a-stop a-out"),
        ),
        RunOptions(fill="next"),
    )


@worked_day
def slippage_in_points():
    """Slippage of half a point makes every order half a rupee worse.

    Bought: 100.00 + 0.50 = 100.50; sold: 110.00 - 0.50 = 109.50. 9.00 x 75 = 675.
    """
    document = make_strategy(*round_trip("a", "09:15:10", leg("buy", "CE"), "09:15:40"))
    raw = make_day(traded={C25000: {"09:15:10": 100, "09:15:40": 110}})
    expected = row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100.5), ("09:15:40", 109.5), 675)
    return document, raw, Outcome((expected,)), RunOptions(slippage=Slippage("points", Decimal("0.5")))


@worked_day
def slippage_in_percent_is_rounded_to_paise():
    """Slippage in percent is of the order's price; the fill is whole paise, half up.

    Bought: 105.00 + 0.105 = 105.105, so 105.11. Sold: 115.00 - 0.115 = 114.885, so 114.89. 9.78 x 75 =
    733.50.
    """
    document = make_strategy(*round_trip("a", "09:15:10", leg("buy", "CE"), "09:15:40"))
    raw = make_day(traded={C25000: {"09:15:10": 105, "09:15:40": 115}})
    expected = row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 105.11), ("09:15:40", 114.89), 733.5)
    return document, raw, Outcome((expected,)), RunOptions(slippage=Slippage("percent", Decimal("0.1")))


@worked_day
def slippage_in_ticks_never_goes_below_zero():
    """Two ticks are 0.10; they count at the close of the day too, and no fill is below 0.00.

    Put sold at 50.00 - 0.10 = 49.90, bought back 09:15:40 at 40.00 + 0.10 = 40.10: 9.80 x 75 = 735.
    Call bought at 1.00 + 0.10 = 1.10; the close sells at 0.05 - 0.10, which is 0.00: -1.10 x 75 = -82.50.
    """
    document = make_strategy(
        *trips(
            round_trip("a", "09:15:10", leg("sell", "PE"), "09:15:40"),
            round_trip("b", "09:15:10", leg("buy", "CE")),
        )
    )
    raw = make_day(traded={P25000: {"09:15:10": 50, "09:15:40": 40}, C25000: {"09:15:10": 1, "09:19:00": 0.05}})
    return (
        document,
        raw,
        Outcome(
            (
                row("a-pos1-r0", P25000, "SELL", 75, ("09:15:10", 49.9), ("09:15:40", 40.1), 735),
                row("b-pos1-r0", C25000, "BUY", 75, ("09:15:10", 1.1), ("09:20:00", 0), -82.5, EOD),
            )
        ),
        RunOptions(slippage=Slippage("ticks", Decimal(2))),
    )


@worked_day
def all_or_none_waits_as_a_group():
    """Legs under allOrNone fill together at the first second at which each has a fresh price, or not at all.

    a, sent 09:15:10: the put has not traded; both fill when it does, 09:15:30 (130.30 and 232.00). b, sent
    09:16:40: the put's price is 70 s old and stays the last: at 09:17:40 the put stands in the way and is
    rejected. c, sent 09:18:00: its put asks for an expiry that is not listed: rejected at once, the call is
    not sent. At the close the call is 133.00 (2.70 x 75 = 202.50), the put 232.00, 270 s old (0.00).
    """
    pair = (leg("buy", "CE"), leg("buy", "PE"))
    document = make_strategy(
        [
            entry_signal("a-go", after("09:15:10")),
            entry("a", *pair, all_or_none=True),
            entry_signal("b-go", after("09:16:40")),
            entry("b", *pair, all_or_none=True),
            entry_signal("c-go", after("09:18:00")),
            entry("c", leg("buy", "CE"), leg("buy", "PE", expiry="W1"), all_or_none=True),
        ],
        ["start > a-go > a", "start > b-go > b", "start > c-go > c"],
    )
    raw = make_day(coded=[C25000], traded={P25000: {"09:15:30": 232}})
    return (
        document,
        raw,
        Outcome(
            (
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:30", 130.30), ("09:20:00", 133.00), 202.5, EOD),
                row("a-pos2-r0", P25000, "BUY", 75, ("09:15:30", 232), ("09:20:00", 232), 0, EOD),
            ),
            refused=(
                ("b-pos2", "entry", "stale_price", "09:17:40"),
                ("c-pos2", "entry", "no_expiry", "09:18:00"),
            ),
            events=firings("09:15:00 start 09:15:10 a-go a 09:16:40 b-go b 09:18:00 c-go c"),
            ages={"a-pos2-r0": 270},
        ),
    )


@worked_day
def lots_come_from_the_leg_or_the_contract():
    """A leg without a lot size of its own takes the contract's dated one; where none is known there is no
    quantity.

    2 lots x 25 (the dated lot of 2024-10-03) = 50 units: 130.10 to 133.00, 2.90 x 50 = 145.00. The second
    expiry's lot is not known: no_quantity.
    """
    document = make_strategy(
        [
            entry_signal("go", after("09:15:10")),
            entry(
                "a",
                leg("buy", "CE", lots=2, lot_size=None),
                leg("buy", "CE", expiry="W1", lots=2, lot_size=None),
            ),
        ],
        ["start > go > a"],
    )
    far = (NEAR.replace(day=10), 25000, "CE")
    raw = make_day(coded=[C25000, far], lot_sizes={NEAR: 25})
    return (
        document,
        raw,
        Outcome(
            (row("a-pos1-r0", C25000, "BUY", 50, ("09:15:10", 130.10), ("09:20:00", 133.00), 145, EOD),),
            refused=(("a-pos2", "entry", "no_quantity", "09:15:10"),),
        ),
    )


@worked_day
def more_than_a_market_has_is_no_quantity():
    """More than ten thousand million units are rejected.

    1,000,000 lots of 20,000 are 2 x 10^10 units: `no_quantity`.
    """
    document = make_strategy(
        [entry_signal("go", after("09:15:10")), entry("a", leg("buy", "CE", lots=1_000_000, lot_size=20_000))],
        ["start > go > a"],
    )
    return document, make_day(coded=[C25000]), Outcome((), refused=(("a-pos1", "entry", "no_quantity", "09:15:10"),))
