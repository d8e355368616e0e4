"""Strikes chosen by their distance, by the price of their contract, by the price of the straddle."""

from __future__ import annotations

from strikebook.model.options import RunOptions
from tests.worked_days.making import after, entry, entry_signal, make_strategy
from tests.worked_days.making_market import C25000, C25050, C25100, P25000, Bar, Held, call, make_day, put
from tests.worked_days.making_terms import leg_by
from tests.worked_days.worked_day import EOD, Outcome, row, worked_day

OPENED, CLOSED = "09:15:10", "09:20:00"
# Calls and puts of 24900 … 25100 at these prices all day; the straddle of 25000 costs 95 + 85 = 180.
CALLS = {24900: 160, 24950: 125, 25000: 95, 25050: 70, 25100: 50}
PUTS = {24900: 45, 24950: 62, 25000: 85, 25050: 110, 25100: 145}
CHAIN = {call(strike): Held({0: price}) for strike, price in CALLS.items()}
CHAIN |= {put(strike): Held({0: price}) for strike, price in PUTS.items()}


def _opened(*legs):
    """Legs a-pos1 … from 09:15:10 on."""
    return make_strategy([entry_signal("go", after(OPENED)), entry("a", *legs)], ["start > go > a"])


def _held(number, contract, price):
    """A bought leg whose price does not move."""
    return row(f"a-pos{number}-r0", contract, "BUY", 75, (OPENED, price), (CLOSED, price), 0, EOD)


@worked_day
def exact_is_the_strike_itself():
    """``exact`` takes the strike of that number if it is listed for the type, and no neighbour.

    25050 is listed: its call at 70. 25025 is not: refused.
    """
    return (
        _opened(leg_by("exact", 25050, "buy", "CE"), leg_by("exact", 25025, "buy", "CE")),
        make_day(traded=CHAIN),
        Outcome((_held(1, C25050, 70),), refused=(("a-pos2", "entry", "no_strike", OPENED),)),
    )


@worked_day
def a_percentage_is_of_the_spot_and_out_of_the_money():
    """``percentage`` is away from spot: up for a call, down for a put; a negative one is in the money; the nearest.

    Spot 25010. 0.3 percent is 75.03: call 25085.03, nearest 25100 (50); put 24934.97, nearest 24950 (62). -0.3 percent
    of a call is 24934.97: 24950 (125). 0.06 percent of a call: 25025.006, nearest 25050 (70).
    """
    legs = [leg_by("percentage", value, "buy", kind) for value, kind in ((0.3, "CE"), (0.3, "PE"))]
    legs += [leg_by("percentage", value, "buy", "CE") for value in (-0.3, 0.06)]
    return (
        _opened(*legs),
        make_day(traded=CHAIN),
        Outcome((_held(1, C25100, 50), _held(2, put(24950), 62), _held(3, call(24950), 125), _held(4, C25050, 70))),
    )


@worked_day
def a_percentage_between_two_strikes_takes_the_higher():
    """On a tie the higher strike is taken, for a put too.

    Spot 25000, 0.1 percent is 25: call 25025, between 25000 and 25050: 25050 (70). Put 24975: 25000 (85).
    """
    return (
        _opened(leg_by("percentage", 0.1, "buy", "CE"), leg_by("percentage", 0.1, "buy", "PE")),
        make_day(spot=25000, traded=CHAIN),
        Outcome((_held(1, C25050, 70), _held(2, P25000, 85))),
    )


@worked_day
def a_premium_takes_the_nearest_price():
    """``premium`` takes the contract whose price is nearest; on a tie the cheaper one.

    Call for 80: 70 is 10 away, 95 is 15: 25050. Call for 82.50: both are 12.50 away: the cheaper, 25050. Put for 100:
    110 is 10 away, 85 is 15: 25050.
    """
    legs = [leg_by("premium", value, "buy", kind) for value, kind in ((80, "CE"), (82.5, "CE"), (100, "PE"))]
    return (
        _opened(*legs),
        make_day(traded=CHAIN),
        Outcome((_held(1, C25050, 70), _held(2, C25050, 70), _held(3, put(25050), 110))),
    )


@worked_day
def at_least_is_the_cheapest_and_at_most_the_dearest():
    """``premiumAtLeast`` takes the cheapest contract of at least the value, ``premiumAtMost`` the dearest of at most.

    Calls: at least 95 is 95 itself (25000), at least 95.05 is 125 (24950), at most 94.95 is 70 (25050). At least 161 is
    none, at most 49.95 is none.
    """
    wanted = [("AtLeast", 95), ("AtLeast", 95.05), ("AtMost", 94.95), ("AtLeast", 161), ("AtMost", 49.95)]
    return (
        _opened(*[leg_by(f"premium{name}", value, "buy", "CE") for name, value in wanted]),
        make_day(traded=CHAIN),
        Outcome(
            (_held(1, C25000, 95), _held(2, call(24950), 125), _held(3, C25050, 70)),
            refused=(("a-pos4", "entry", "no_strike", OPENED), ("a-pos5", "entry", "no_strike", OPENED)),
        ),
    )


@worked_day
def a_range_takes_the_dearest_within_it():
    """``premiumRange`` takes the dearest within, both ends included.

    Puts: [45, 85] holds 45, 62, 85: 25000. [62, 84.95] holds 62: 24950. [86, 109] holds none.
    """
    ranges = ([45, 85], [62, 84.95], [86, 109])
    return (
        _opened(*[leg_by("premiumRange", ends, "buy", "PE") for ends in ranges]),
        make_day(traded=CHAIN),
        Outcome(
            (_held(1, P25000, 85), _held(2, put(24950), 62)),
            refused=(("a-pos3", "entry", "no_strike", OPENED),),
        ),
    )


@worked_day
def of_equal_premiums_the_lower_strike_counts():
    """Where two contracts cost the same the lower strike is taken, whether the cheapest or the dearest is sought.

    The calls of 25050 and 25100 cost 60. Nearest to 61, at least 55, at most 65: each time 25050.
    """
    prices = {C25000: Held({0: 95}), C25050: Held({0: 60}), C25100: Held({0: 60})}
    wanted = [("premium", 61), ("premiumAtLeast", 55), ("premiumAtMost", 65)]
    return (
        _opened(*[leg_by(name, value, "buy", "CE") for name, value in wanted]),
        make_day(traded=prices),
        Outcome(tuple(_held(number, C25050, 60) for number in (1, 2, 3))),
    )


@worked_day
def an_old_price_is_no_candidate():
    """A contract whose last price is older than ``max_price_age_s``, or that never traded, is not chosen by its price.

    Nearest to 70 would be the call of 25050 at 70, last traded at 09:15:00, ten seconds old; at most 9 are allowed. Of
    the others 95 is 25 away and 50 is 20: 25100. ``exact`` asks for no price: the call of 25050 is sent, and waits for
    its next trade, at 09:15:20: 71. Close 71.
    """
    prices = {C25000: Held({0: 95}), C25050: {0: 70, "09:15:20": 71}, C25100: Held({0: 50})}
    return (
        _opened(leg_by("premium", 70, "buy", "CE"), leg_by("exact", 25050, "buy", "CE")),
        make_day(traded=prices, listed=[call(25150)]),
        Outcome(
            (
                _held(1, C25100, 50),
                row("a-pos2-r0", C25050, "BUY", 75, ("09:15:20", 71), (CLOSED, 71), 0, EOD),
            )
        ),
        RunOptions(max_price_age_s=9),
    )


@worked_day
def the_width_of_the_straddle_is_counted_from_the_money():
    """``straddleWidth`` goes so many times the straddle's price out of the money, from the strike at the money.

    Spot 25010: 25000, straddle 180. Half of it is 90: call 25090, nearest 25100 (50); put 24910, nearest 24900 (45). A
    negative value goes into the money: -0.3 is -54, a call at 24946: 24950 (125).
    """
    legs = [leg_by("straddleWidth", 0.5, "buy", "CE"), leg_by("straddleWidth", 0.5, "buy", "PE")]
    return (
        _opened(*legs, leg_by("straddleWidth", -0.3, "buy", "CE")),
        make_day(traded=CHAIN),
        Outcome((_held(1, C25100, 50), _held(2, put(24900), 45), _held(3, call(24950), 125))),
    )


@worked_day
def a_part_of_the_straddle_is_a_premium():
    """``straddlePremium`` takes the price nearest to so many percent of the straddle's price.

    40 percent of 180 is 72: call 70 (25050). 30 percent is 54: put, 45 is 9 away and 62 is 8: 24950.
    """
    return (
        _opened(leg_by("straddlePremium", 40, "buy", "CE"), leg_by("straddlePremium", 30, "buy", "PE")),
        make_day(traded=CHAIN),
        Outcome((_held(1, C25050, 70), _held(2, put(24950), 62))),
    )


@worked_day
def a_straddle_needs_both_of_its_contracts():
    """Where the strike at the money has no call or no put, or one of them has no fresh price, there is no strike.

    Spot 25010. For a call the strike at the money is 25000, which has no put: refused. For a put it is 25050, whose
    call has not traded yet: refused.
    """
    prices = {C25000: Held({0: 95}), put(25050): Held({0: 110})}
    return (
        _opened(leg_by("straddleWidth", 0.5, "buy", "CE"), leg_by("straddlePremium", 50, "buy", "PE")),
        make_day(traded=prices, listed=[C25050]),
        Outcome(
            refused=(("a-pos1", "entry", "no_strike", OPENED), ("a-pos2", "entry", "no_strike", OPENED)),
        ),
    )


@worked_day
def a_choice_by_price_is_made_when_the_entry_acts():
    """The contract is the one whose price fits when the entry acts, not before or later.

    Nearest to 100: until 09:15:09 the call of 25050 costs 100, at 09:15:10 that of 25000 does (from bars: its open).
    """
    prices = {
        C25000: {"09:15:10": Bar(open=100, high=100, low=100, close=100, length_s=10)},
        C25050: Held({0: 100, "09:15:10": 70}),
    }
    return (
        _opened(leg_by("premium", 100, "buy", "CE")),
        make_day(traded=prices),
        Outcome((_held(1, C25000, 100),)),
    )
