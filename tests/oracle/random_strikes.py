"""Random strikes that are chosen otherwise than by steps, with values that mostly hit one of the day's contracts."""

from __future__ import annotations

from random import Random

from tests.oracle.random_day import DayPlan
from tests.raw_day import RawDay

SORTS = (
    "exact",
    "percentage",
    "premium",
    "premiumAtLeast",
    "premiumAtMost",
    "premiumRange",
    "premiumRange",
    "straddleWidth",
    "straddlePremium",
)


def choose_strike(option_type: str, plan: DayPlan, raw: RawDay, rng: Random) -> dict:
    """``strikeType`` with its ``strikeValue`` or ``strikeRange``, for a leg of that option type."""
    sort = rng.choice(SORTS)
    strikes = sorted({strike / 100 for _, strike, kind in raw.listed if kind == option_type}) or [plan.spot]
    strike = rng.choice(strikes)
    outward = strike - plan.spot if option_type == "CE" else plan.spot - strike
    if sort == "exact":
        return {"strikeType": sort, "strikeValue": strike if rng.random() < 0.9 else strike + 0.5}
    if sort == "percentage":
        value = outward / plan.spot * 100 + rng.choice([0, 0, rng.uniform(-1, 1)]) * plan.band / plan.spot * 100
        return {"strikeType": sort, "strikeValue": round(value, 4)}
    if sort == "straddleWidth":
        value = outward / (2 * plan.option) * rng.uniform(0.5, 1.5)
        return {"strikeType": sort, "strikeValue": round(max(min(value, 50), -50), 4)}
    if sort == "straddlePremium":
        return {"strikeType": sort, "strikeValue": rng.choice([5, 25, 33.3, 40, 50, 50, 60, 100, 150])}
    premium = max(round(plan.option * rng.choice([0.5, 1, 1, 2]) * rng.uniform(0.8, 1.2) * 20) / 20, 0.05)
    if rng.random() < 0.1:
        premium = round(premium * rng.choice([0.1, 10]), 4)
    if sort != "premiumRange":
        return {"strikeType": sort, "strikeValue": premium}
    low = round(premium * rng.choice([0, 0.5, 0.9, 1]), 4)
    return {"strikeType": sort, "strikeRange": [low, round(premium * rng.choice([1, 1.05, 1.2]), 4)]}
