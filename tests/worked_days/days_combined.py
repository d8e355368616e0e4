"""Combined rules of an entry, legs by capital, slippage of old prices, strikes by delta."""

from __future__ import annotations

from decimal import Decimal

from strikebook.model.options import RunOptions, Slippage
from tests.worked_days.making import after, entry, entry_signal, exit_order, exit_signal, leg, make_strategy, rule
from tests.worked_days.making_market import C25000, P25000, Held, call, make_day, put
from tests.worked_days.making_terms import leg_by
from tests.worked_days.worked_day import EOD, Outcome, firings, row, worked_day


def _together(*legs, **blocks):
    """Legs a-pos1 … from 09:15:10 on; ``blocks`` are combined rules."""
    node = entry("a", *legs)
    node["data"]["combinedConfig"] = blocks
    return make_strategy([entry_signal("go", after("09:15:10")), node], ["start > go > a"])


def _delta_range(option_type, low, high):
    return {"expiry": "W0", "strikeType": "deltaRange", "strikeRange": [low, high], "optionType": option_type}


@worked_day
def a_combined_stop_is_of_the_premium_of_both_legs():
    """A combined stop by percentage is of the premium of all legs, and closes what is open of them.

    Both sold at 100: the premium is 200 x 75 = 15,000, 25 percent of it 3,750. 09:15:40: 145 and 105 are -45 - 5 = -50
    x 75 = -3,750: closed there. At 09:15:30 144.95 and 105 were -3,746.25.
    """
    a_call = Held({0: 100, "09:15:30": 144.95, "09:15:40": 145})
    a_put = Held({0: 100, "09:15:30": 105})
    return (
        _together(leg("sell", "CE"), leg("sell", "PE"), stopLoss=rule("percentage", stopPercentage=25)),
        make_day(traded={C25000: a_call, P25000: a_put}),
        Outcome(
            (
                row("a-pos1-r0", C25000, "SELL", 75, ("09:15:10", 100), ("09:15:40", 145), -3375, "stop_loss"),
                row("a-pos2-r0", P25000, "SELL", 75, ("09:15:10", 100), ("09:15:40", 105), -375, "stop_loss"),
            ),
            events=firings("09:15:00 start 09:15:10 go a 09:15:40 a"),
        ),
    )


@worked_day
def a_combined_target_counts_what_a_leg_has_made_already():
    """The profit of a round holds the rows of its closed lives.

    Sold at 100; the put is closed by its exit at 09:15:20 at 90: 750. Target 1,500: the call at 90.05 at 09:15:30 is
    746.25, 90 at 09:15:40 is 750, together 1,500.
    """
    node = entry("a", leg("sell", "CE"), leg("sell", "PE"))
    node["data"]["combinedConfig"] = {"takeProfit": rule("pnl", targetPnl=1500)}
    document = make_strategy(
        [
            entry_signal("go", after("09:15:10")),
            node,
            exit_signal("stop", after("09:15:20")),
            exit_order("out", "a-pos2"),
        ],
        ["start > go > a > stop > out"],
    )
    a_call = Held({0: 100, "09:15:30": 90.05, "09:15:40": 90})
    return (
        document,
        make_day(traded={C25000: a_call, P25000: Held({0: 100, "09:15:20": 90})}),
        Outcome(
            (
                row("a-pos2-r0", P25000, "SELL", 75, ("09:15:10", 100), ("09:15:20", 90), 750),
                row("a-pos1-r0", C25000, "SELL", 75, ("09:15:10", 100), ("09:15:40", 90), 750, "target"),
            )
        ),
    )


@worked_day
def a_combined_trail_follows_the_best_profit():
    """A combined trail starts its distance behind 0 and follows the best profit of the round.

    One leg bought at 100, 600 behind. Best 112 at 09:15:30: 900, the trail at 300, which is 104. 104.05 at 09:15:40 is
    303.75; 104 at 09:15:50 closes: 300.
    """
    a_call = Held({0: 100, "09:15:30": 112, "09:15:40": 104.05, "09:15:50": 104})
    return (
        _together(leg("buy", "CE"), trailingStop=rule("pnl", initialDistance=600)),
        make_day(traded={C25000: a_call}),
        Outcome((row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:15:50", 104), 300, "trailing_stop"),)),
    )


@worked_day
def a_combined_breakeven_needs_an_earlier_look():
    """The profit that arms a combined breakeven is that of an earlier look.

    Bought at 100, after 750, lock 0: 110 at 09:15:20 arms it; 100.05 at 09:15:30 is above the lock, 100 at 09:15:40
    closes with 0.
    """
    a_call = Held({0: 100, "09:15:20": 110, "09:15:30": 100.05, "09:15:40": 100})
    return (
        _together(leg("buy", "CE"), breakeven=rule("pnl", afterProfit=750)),
        make_day(traded={C25000: a_call}),
        Outcome((row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:15:40", 100), 0, "stop_loss"),)),
    )


@worked_day
def the_rules_of_a_leg_come_before_the_combined_ones():
    """On one step a leg's own stop acts first; the combined one looks at the book as it is then.

    Sold at 100. At 09:15:30 the call is at 130: its own stop of 30 closes it, -2,250. The combined stop of 2,000 finds
    that profit, and closes the put, which is at 100.
    """
    a_call = leg("sell", "CE") | {"postExecutionConfig": {"stopLoss": rule("points", stopPoints=30)}}
    return (
        _together(a_call, leg("sell", "PE"), stopLoss=rule("pnl", stopPnl=2000)),
        make_day(traded={C25000: Held({0: 100, "09:15:30": 130}), P25000: Held({0: 100})}),
        Outcome(
            (
                row("a-pos1-r0", C25000, "SELL", 75, ("09:15:10", 100), ("09:15:30", 130), -2250, "stop_loss"),
                row("a-pos2-r0", P25000, "SELL", 75, ("09:15:10", 100), ("09:15:30", 100), 0, "stop_loss"),
            )
        ),
    )


@worked_day
def a_trail_remembers_its_best_over_a_part():
    """Closing a part does not make a trail forget: it never goes back.

    Two lots bought at 100, 10 behind. Best 120 at 09:15:20: the trail is at 110. Half is closed at 09:15:30 at 118: 18
    x 75 = 1,350. 110.05 at 09:15:40 is above, 110 at 09:15:50 closes the rest: 750.
    """
    a_call = leg("buy", "CE", lots=2) | {"postExecutionConfig": {"trailingStop": rule("points", initialDistance=10)}}
    document = make_strategy(
        [
            entry_signal("go", after("09:15:10")),
            entry("a", a_call),
            exit_signal("half", after("09:15:30")),
            exit_order("part", "a-pos1", percent=50),
        ],
        ["start > go > a > half > part"],
    )
    held = Held({0: 100, "09:15:20": 120, "09:15:30": 118, "09:15:40": 110.05, "09:15:50": 110})
    return (
        document,
        make_day(traded={C25000: held}),
        Outcome(
            (
                row("a-pos1-r0-x1", C25000, "BUY", 75, ("09:15:10", 100), ("09:15:30", 118), 1350),
                row("a-pos1-r0", C25000, "BUY", 75, ("09:15:10", 100), ("09:15:50", 110), 750, "trailing_stop"),
            )
        ),
    )


@worked_day
def capital_buys_whole_lots():
    """A leg by capital takes as many whole lots as the capital, times the run's scale, buys at the last price.

    40,000 x 0.5 = 20,000; a lot of 75 at 100 costs 7,500: two lots, 150 units.
    """
    a_call = leg("buy", "CE") | {"quantityType": "capital", "capital": 40_000}
    del a_call["quantity"]
    return (
        make_strategy([entry_signal("go", after("09:15:10")), entry("a", a_call)], ["start > go > a"]),
        make_day(traded={C25000: Held({0: 100})}),
        Outcome((row("a-pos1-r0", C25000, "BUY", 150, ("09:15:10", 100), ("09:20:00", 100), 0, EOD),)),
        RunOptions(scale=Decimal("0.5")),
    )


@worked_day
def capital_for_less_than_a_lot_is_no_quantity():
    """Less than one lot is rejected.

    7,499.99 rupees do not buy 75 units at 100.
    """
    a_call = leg("buy", "CE") | {"quantityType": "capital", "capital": 7499.99}
    return (
        make_strategy([entry_signal("go", after("09:15:10")), entry("a", a_call)], ["start > go > a"]),
        make_day(traded={C25000: Held({0: 100})}),
        Outcome((), refused=(("a-pos1", "entry", "no_quantity", "09:15:10"),)),
    )


@worked_day
def an_old_price_slips_once_more_for_every_ten_seconds():
    """``stale_slippage`` comes on top for every whole ten seconds of a price's age.

    The call trades at 100 at 09:15:00 and at 90 at 09:19:41. At 09:15:29 the price is 29 s old: 0.50 and twice 0.25 on
    top: bought at 101. At the close the price is 19 s old: 0.50 and 0.25 less than 90: 89.25. -11.75 x 75 = -881.25.
    """
    return (
        make_strategy(
            [entry_signal("go", after("09:15:29")), entry("a", leg("buy", "CE"))],
            ["start > go > a"],
        ),
        make_day(traded={C25000: {0: 100, "09:19:41": 90}}),
        Outcome((row("a-pos1-r0", C25000, "BUY", 75, ("09:15:29", 101), ("09:20:00", 89.25), -881.25, EOD),)),
        RunOptions(slippage=Slippage("points", Decimal("0.5")), stale_slippage=Slippage("points", Decimal("0.25"))),
    )


@worked_day
def a_delta_is_that_of_blacks_model():
    """``delta`` takes the candidate whose delta is nearest, by Black's model on the synthetic forward.

    25000: 95 and 85, so F = 25010. At 09:15:10 of 1 October the expiry of 3 October is 195,290 s away. By QuantLib the
    calls of 25000, 25050, 25100 at 95, 70, 50 have deltas of 0.5195, 0.4302 and 0.3428: 0.35 takes 25100; the puts of
    24950 and 25000 at 62 and 85 -0.3920 and -0.4805: the range from 0.2 to 0.45 takes 24950.
    """
    quotes = {call(25000): 95, call(25050): 70, call(25100): 50, put(24950): 62, put(25000): 85}
    legs = (
        leg_by("delta", 0.35, "buy", "CE"),
        leg("buy", "PE") | {"optionDetails": _delta_range("PE", 0.2, 0.45)},
    )
    return (
        make_strategy([entry_signal("go", after("09:15:10")), entry("a", *legs)], ["start > go > a"]),
        make_day(traded={contract: Held({0: price}) for contract, price in quotes.items()}),
        Outcome(
            (
                row("a-pos1-r0", call(25100), "BUY", 75, ("09:15:10", 50), ("09:20:00", 50), 0, EOD),
                row("a-pos2-r0", put(24950), "BUY", 75, ("09:15:10", 62), ("09:20:00", 62), 0, EOD),
            )
        ),
    )
