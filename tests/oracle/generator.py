"""Random cases for the comparison of the two engines: a valid strategy, a short day, and the run's options."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from strikebook.model.options import RunOptions, Slippage
from tests.oracle.random_combined import add_combined, with_old_prices
from tests.oracle.random_day import plan_day, random_day
from tests.oracle.random_lazy_legs import add_lazy_legs
from tests.oracle.random_order_terms import add_order_terms
from tests.oracle.random_protection import protect, with_limit_fill
from tests.oracle.random_strategy import Builder
from tests.raw_day import RawDay


def random_case(seed: int) -> tuple[dict, RawDay, RunOptions]:
    """The case of that seed: the same one every time."""
    rng = Random(seed)
    plan = plan_day(rng)
    raw = random_day(rng, plan)
    document, options = Builder(rng, plan).build(), random_options(rng)
    own = Random(f"protection of {seed}")
    protect(document, plan, own)
    add_order_terms(document, plan, raw, Random(f"order terms of {seed}"))
    add_lazy_legs(document, plan, Random(f"lazy legs of {seed}"))
    last = Random(f"combined of {seed}")
    add_combined(document, last)
    return document, raw, with_old_prices(with_limit_fill(options, own), last)


def random_options(rng: Random) -> RunOptions:
    """Options of a run, the usual ones most often."""
    slippage = Slippage()
    if rng.random() < 0.4:
        kind = rng.choice(["points", "ticks", "percent"])
        slippage = Slippage(kind, Decimal(rng.choice(["0.5", "1", "0.05", "0.333"])))
    return RunOptions(
        scale=Decimal(rng.choice(["1"] * 16 + ["2"] * 6 + ["1.5"] * 6 + ["0.7", "0.3"])),
        max_price_age_s=rng.choice([60] * 10 + [20] * 5 + [600] * 3 + [5, 5, 0]),
        wait_for_trade_s=rng.choice([60] * 10 + [20] * 5 + [300] * 3 + [5, 5, 0]),
        fill="next" if rng.random() < 0.3 else "last",
        slippage=slippage,
    )
