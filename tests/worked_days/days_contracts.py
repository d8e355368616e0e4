"""Which contract a leg takes, and how many lots of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from strikebook.model.options import RunOptions
from tests.worked_days.making import after, entry, entry_signal, leg, make_strategy
from tests.worked_days.making_market import (
    C25000,
    C25050,
    C25100,
    MONTH,
    NEXT,
    NEXT_MONTH,
    P25000,
    QUARTER,
    call,
    make_day,
    put,
)
from tests.worked_days.worked_day import EOD, Outcome, row, worked_day

OPENED = "09:15:10"
CLOSED = "09:20:00"


def _one_entry(*legs):
    return make_strategy([entry_signal("go", after(OPENED)), entry("a", *legs)], ["start > go > a"])


def _held(trade, contract, side, units, prices, pnl):
    """A position from 09:15:10 (step 10) to the close (step 300)."""
    return row(trade, contract, side, units, (OPENED, prices[0]), (CLOSED, prices[1]), pnl, EOD)


@worked_day
def an_expiry_or_strike_that_is_not_listed_is_refused():
    """Only what is listed is traded: W1 with one expiry listed, or a strike beyond the grid, is rejected at
    once.

    Spot 25010, ATM 25000. OTM3 of a call would be 25150: no_strike. OTM2 is 25100: 150.10 to 153.00, 2.90 x
    75 = 217.50.
    """
    document = _one_entry(leg("buy", "CE", expiry="W1"), leg("buy", "CE", "OTM3"), leg("buy", "CE", "OTM2"))
    raw = make_day(coded=[C25000, C25050, C25100])
    return (
        document,
        raw,
        Outcome(
            (_held("a-pos3-r0", C25100, "BUY", 75, (150.10, 153.00), 217.5),),
            refused=(
                ("a-pos1", "entry", "no_expiry", OPENED),
                ("a-pos2", "entry", "no_strike", OPENED),
            ),
        ),
    )


@worked_day
def a_tie_takes_the_higher_strike_and_puts_are_mirrored():
    """ATM is the nearest listed strike, the higher one on a tie; OTM goes up for a call and down for a put.

    Spot 25025.00 lies between 25000 and 25050: ATM is 25050. Call OTM1 25100, call ITM2 24950; put OTM1
    25000, put ITM1 25100. Every price gains 2.90 from step 10 to step 300: 217.50 bought, -217.50 sold.
    """
    document = _one_entry(
        leg("buy", "CE"),
        leg("sell", "CE", "OTM1"),
        leg("buy", "CE", "ITM2"),
        leg("buy", "PE", "OTM1"),
        leg("sell", "PE", "ITM1"),
    )
    grid = (24900, 24950, 25000, 25050, 25100)
    raw = make_day(spot=25025, coded=[*map(call, grid), *map(put, grid)])
    return (
        document,
        raw,
        Outcome(
            (
                _held("a-pos1-r0", C25050, "BUY", 75, (140.10, 143.00), 217.5),
                _held("a-pos2-r0", C25100, "SELL", 75, (150.10, 153.00), -217.5),
                _held("a-pos3-r0", call(24950), "BUY", 75, (120.10, 123.00), 217.5),
                _held("a-pos4-r0", P25000, "BUY", 75, (230.10, 233.00), 217.5),
                _held("a-pos5-r0", put(25100), "SELL", 75, (250.10, 253.00), -217.5),
            )
        ),
    )


@worked_day
def strikes_are_those_listed_for_the_type():
    """A strike is chosen among those listed for that expiry and type, traded or not; never a neighbour that
    happens to trade.

    Spot 25040. Calls every 50: ATM 25050, which is listed but never trades: no_price at 09:16:10. Puts every
    100: 25000 is 40 away, 25100 is 60: ATM 25000 (230.10); OTM1 is the next listed put down, 24900 (210.10).
    """
    document = _one_entry(leg("buy", "CE"), leg("buy", "PE"), leg("buy", "PE", "OTM1"))
    raw = make_day(spot=25040, coded=[C25000, C25100, put(24900), P25000, put(25100)], listed=[C25050])
    return (
        document,
        raw,
        Outcome(
            (
                _held("a-pos2-r0", P25000, "BUY", 75, (230.10, 233.00), 217.5),
                _held("a-pos3-r0", put(24900), "BUY", 75, (210.10, 213.00), 217.5),
            ),
            refused=(("a-pos1", "entry", "no_price", "09:16:10"),),
        ),
    )


@worked_day
def weeks_months_and_quarters_are_counted_in_the_list():
    """W0 is the nearest listed expiry, today's included; M0, M1 and Q0 are the last listed of the first
    month, the second, the first quarter.

    The day is 2024-10-03. Listed: 09-26 (past, not counted), 10-03, 10-10, 10-31, 11-28, 12-26. W0 = 10-03
    (130.xx), W1 = 10-10 (430), M0 = 10-31 (730), M1 = 11-28 (1030), Q0 = 12-26 (1330), W5 does not exist.
    """
    codes = ("W0", "W1", "M0", "M1", "Q0", "W5")
    document = _one_entry(*[leg("buy", "CE", expiry=code) for code in codes])
    chain = [C25000, *[call(25000, expiry) for expiry in (NEXT, MONTH, NEXT_MONTH, QUARTER)]]
    raw = make_day(day=date(2024, 10, 3), coded=chain, listed=[call(25000, date(2024, 9, 26))])
    return (
        document,
        raw,
        Outcome(
            (
                _held("a-pos1-r0", C25000, "BUY", 75, (130.10, 133.00), 217.5),
                _held("a-pos2-r0", call(25000, NEXT), "BUY", 75, (430.10, 433.00), 217.5),
                _held("a-pos3-r0", call(25000, MONTH), "BUY", 75, (730.10, 733.00), 217.5),
                _held("a-pos4-r0", call(25000, NEXT_MONTH), "BUY", 75, (1030.10, 1033.00), 217.5),
                _held("a-pos5-r0", call(25000, QUARTER), "BUY", 75, (1330.10, 1333.00), 217.5),
            ),
            refused=(("a-pos6", "entry", "no_expiry", OPENED),),
        ),
    )


@worked_day
def half_the_size_leaves_no_whole_lot_of_one():
    """Units are rounded down to whole lots; less than one lot is rejected.

    Scale 0.5: 1 lot is 0.5, no_quantity; 3 lots are 1.5, so 1 lot of 75: 2.90 x 75 = 217.50.
    """
    document = _one_entry(leg("buy", "CE"), leg("buy", "PE", lots=3))
    raw = make_day(coded=[C25000, P25000])
    return (
        document,
        raw,
        Outcome(
            (_held("a-pos2-r0", P25000, "BUY", 75, (230.10, 233.00), 217.5),),
            refused=(("a-pos1", "entry", "no_quantity", OPENED),),
        ),
        RunOptions(scale=Decimal("0.5")),
    )


@worked_day
def two_and_a_half_times_the_size():
    """A scale multiplies the lots of each leg, rounded down.

    Scale 2.5: 1 lot becomes 2 (150 units, 2.90 x 150 = 435), 3 lots become 7 (525 units, 2.90 x 525 =
    1522.50).
    """
    document = _one_entry(leg("buy", "CE"), leg("sell", "PE", lots=3))
    raw = make_day(coded=[C25000, P25000])
    return (
        document,
        raw,
        Outcome(
            (
                _held("a-pos1-r0", C25000, "BUY", 150, (130.10, 133.00), 435),
                _held("a-pos2-r0", P25000, "SELL", 525, (230.10, 233.00), -1522.5),
            )
        ),
        RunOptions(scale=Decimal("2.5")),
    )
