"""What a contract and a size were found by stands on the position, with the numbers of the moment."""

from __future__ import annotations

import pytest

from strikebook.engine.day import run_day
from strikebook.strategy.parse import require_strategy
from tests.raw_day import market_day
from tests.worked_days.test_worked_days import DAYS

WORKED = {day.name: day for day in DAYS}


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("a_tie_takes_the_higher_strike_and_puts_are_mirrored", "spot 25025.00: 25050 is at the money"),
        ("exact_is_the_strike_itself", "listed"),
        ("a_percentage_is_of_the_spot_and_out_of_the_money", "spot 25010.00: nearest to 24934.97"),
        ("a_premium_takes_the_nearest_price", "price 110.00, of 5 with a fresh price"),
        ("a_range_takes_the_dearest_within_it", "price 85.00, of 5 with a fresh price"),
        ("at_least_is_the_cheapest_and_at_most_the_dearest", "price 125.00, of 5 with a fresh price"),
        (
            "the_width_of_the_straddle_is_counted_from_the_money",
            "the straddle at 25000 costs 180.00: nearest to 24910.00",
        ),
        ("a_part_of_the_straddle_is_a_premium", "price 70.00, nearest to 72.00: the straddle at 25000 costs 180.00"),
        ("a_delta_is_that_of_blacks_model", "delta 0.3428 at a forward of 25010.00"),
        ("a_relative_strike_is_counted_from_the_other_legs", "counted from 25000 of a-pos1"),
        ("a_stopped_leg_waits_below_its_cost", "as number 1 had it"),
        (
            "capital_buys_whole_lots",
            "spot 25010.00: 25000 is at the money; 2 lots at 100.00 for 40000 rupees × 0.5",
        ),
    ],
)
def test_a_position_tells_what_its_contract_was_found_by(day, told):
    """Each way of choosing on a day that was worked out by hand, whose page has the numbers."""
    worked = WORKED[day]
    result = run_day(require_strategy(worked.document), market_day(worked.raw), worked.options)
    assert told in {life.chosen for life in result.lives}
