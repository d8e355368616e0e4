"""Random short days: an underlying, perhaps a supporting instrument, a few contracts, with every sort of hole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from tests.raw_day import RawBar, RawCandle, RawDay, RawTrade, option_symbol

UNDERLYING, SUPPORT = "NIFTY", "BANKNIFTY"
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class DayPlan:
    """What a strategy is drawn against: the levels prices move about, in rupees, and the clock."""

    open_s: int
    close_s: int
    spot: float
    support: float | None
    option: float
    band: float
    timeframes: dict[str, tuple[str, ...]]  # role -> timeframes such as 3m
    units_known: bool  # dated lot sizes are known

    @property
    def steps(self) -> int:
        """Steps of the session."""
        return self.close_s - self.open_s + 1


@dataclass
class Walk:
    """How an instrument trades: its level and band in paise, seconds between trades, holes, columns."""

    level: int
    band: int
    gap_s: int
    biggest_move: int
    first: int = 0
    still: bool = False
    hole: tuple[int, int] = (-1, -1)
    quantities: bool = True
    open_interest: bool = False


def plan_day(rng: Random) -> DayPlan:
    """Draw the clock and the price levels."""
    open_s = rng.choice([9 * 3600 + 15 * 60] * 4 + [18 * 3600, 9 * 3600 + 20 * 60 + 7])
    minutes = rng.choice([5, 5, 6, 7, 8, 10, 10, 12, 15, 20, 25])
    length = minutes * 60 - (rng.randrange(60) if rng.random() < 0.3 else 0)
    spot = rng.choice([200.0, 1000.0, 25000.0])
    roles = ["TI", "SI"] if rng.random() < 0.3 else ["TI"]
    frames = {role: tuple(sorted(rng.sample(["1m", "1m", "2m", "3m", "5m"], rng.choice([1, 2, 2])))) for role in roles}
    return DayPlan(
        open_s,
        open_s + length,
        spot,
        500.0 if "SI" in roles else None,
        rng.choice([2.0, 20.0, 20.0, 120.0]),
        rng.choice([1.0, 3.0, 8.0]),
        {role: tuple(dict.fromkeys(chosen)) for role, chosen in frames.items()},
        rng.random() < 0.9,
    )


def random_day(rng: Random, plan: DayPlan) -> RawDay:
    """Draw the rows, the listing and the history."""
    day = date(2024, 10, 1) + timedelta(days=rng.randrange(120))
    rows: dict[str, list] = {}
    spot_walk = _spot_walk(rng, plan)
    rows[UNDERLYING] = _rows(rng, plan, spot_walk)
    if plan.support is not None:
        walk = Walk(int(plan.support * 100), 300, rng.choice([1, 3, 10]), rng.choice([10, 50]))
        walk.quantities, walk.open_interest = rng.random() < 0.5, rng.random() < 0.3
        rows[SUPPORT] = _rows(rng, plan, walk) if rng.random() < 0.93 else []
    listed = _listing(rng, plan, day)
    for expiry, strike, kind in listed:
        if rng.random() < 0.96:
            rows[option_symbol_of(day, expiry, strike, kind)] = _rows(rng, plan, _option_walk(rng, plan))
    sizes = {expiry: rng.choice([10, 25, 75]) for expiry, _, _ in listed} if plan.units_known else {}
    history = _histories(rng, plan, day, spot_walk.quantities)
    return RawDay(UNDERLYING, day, rows, listed, sizes, history, open_s=plan.open_s, close_s=plan.close_s)


def option_symbol_of(day: date, expiry: date, strike: int, kind: str) -> str:
    """A contract's symbol before there is a day."""
    return option_symbol(RawDay(UNDERLYING, day, {}), expiry, strike, kind)


def _spot_walk(rng: Random, plan: DayPlan) -> Walk:
    walk = Walk(int(plan.spot * 100), int(plan.band * 100), rng.choice([1, 1, 2, 5, 12]), rng.choice([5, 25, 100]))
    walk.quantities, walk.open_interest = rng.random() < 0.6, rng.random() < 0.4
    if rng.random() < 0.05:
        walk.first = rng.randrange(plan.steps // 2)
    if rng.random() < 0.15:
        begin = rng.randrange(plan.steps)
        walk.hole = (begin, begin + rng.randrange(30, 200))
    walk.still = rng.random() < 0.02
    return walk


def _option_walk(rng: Random, plan: DayPlan) -> Walk:
    level = int(plan.option * 100 * rng.choice([0.5, 1, 1, 2])) // 5 * 5
    walk = Walk(level, max(level // 5, 50), rng.choice([1, 1, 2, 3, 5, 5, 10, 15, 30, 90]), rng.choice([5, 25, 100]))
    walk.quantities, walk.open_interest = rng.random() < 0.5, rng.random() < 0.3
    if rng.random() < 0.06:
        walk.first = rng.randrange(plan.steps)
    if rng.random() < 0.2:
        begin = rng.randrange(plan.steps)
        walk.hole = (begin, begin + rng.randrange(20, 400))
    if rng.random() < 0.03:
        walk.level, walk.band = 10, 20
    walk.still = rng.random() < 0.05
    return walk


def _rows(rng: Random, plan: DayPlan, walk: Walk) -> list[RawTrade | RawBar]:
    """Trades, or in a quarter of the cases bars."""
    if rng.random() < 0.25:
        return _bars(rng, plan, walk)
    rows, price, second = [], walk.level, plan.open_s + walk.first
    if rng.random() < 0.03:
        rows.append(_trade(rng, walk, plan.open_s - 5, price))
    while second <= plan.close_s:
        if not walk.hole[0] <= second - plan.open_s < walk.hole[1]:
            for _ in range(rng.choice([1, 1, 1, 1, 2, 3])):
                price = _moved(rng, walk, price)
                rows.append(_trade(rng, walk, second, price))
        second += rng.randrange(1, 2 * walk.gap_s + 1) if walk.gap_s > 1 else 1
    if rng.random() < 0.03:
        rows.append(_trade(rng, walk, plan.close_s + 3, price))
    return rows


def _bars(rng: Random, plan: DayPlan, walk: Walk) -> list[RawTrade | RawBar]:
    length = rng.choice([60, 60, 30, 20, 10, 10])
    only_close, missing = rng.random() < 0.15, rng.choice([0, 0, 0.1, 0.3])
    rows, price, second = [], walk.level, plan.open_s
    while second + length - 1 <= plan.close_s:
        inside = second - plan.open_s
        if inside >= walk.first and not walk.hole[0] <= inside < walk.hole[1] and rng.random() >= missing:
            path = []
            for _ in range(4):
                price = _moved(rng, walk, price)
                path.append(price)
            prices = (None, None, None) if only_close else (path[0], max(path), min(path))
            volume = rng.randrange(500) if walk.quantities else None
            oi = rng.randrange(1000, 2000) if walk.open_interest and rng.random() < 0.7 else None
            rows.append(RawBar(second, length, *prices, path[3], volume, oi))
        second += length
    return rows


def _trade(rng: Random, walk: Walk, second: int, price: int) -> RawTrade:
    quantity = rng.randrange(1, 100) if walk.quantities and rng.random() < 0.95 else None
    oi = rng.randrange(1000, 2000) if walk.open_interest and rng.random() < 0.5 else None
    return RawTrade(second, price, quantity, oi)


def _moved(rng: Random, walk: Walk, price: int) -> int:
    """A step of the walk: often none at all, never out of its band, never below zero."""
    if walk.still or rng.random() < 0.3:
        return price
    price += rng.choice([-1, 1]) * rng.randrange(5, walk.biggest_move + 5, 5)
    return max(min(price, walk.level + walk.band), walk.level - walk.band, 0)


def _listing(rng: Random, plan: DayPlan, day: date) -> list[tuple]:
    """Six to sixteen contracts of one to three expiries about the spot; some strikes on one side only."""
    first = day if rng.random() < 0.35 else day + timedelta(days=rng.randrange(1, 7))
    expiries = [first]
    if rng.random() < 0.4:
        expiries.append(first + timedelta(days=7))
    if rng.random() < 0.3:
        expiries.append(first + timedelta(days=rng.choice([35, 70, 120])))
    grid = rng.choice({1.0: [50, 100, 250], 3.0: [250, 500], 8.0: [500, 1000]}[plan.band])
    level = int(plan.spot * 100)
    around = [level // grid * grid + grid * k for k in range(-3, 5)]
    listed = []
    for expiry in expiries:
        count = rng.choice([4, 5, 6]) if len(expiries) == 1 else rng.choice([3, 3, 2])
        begin = max(3 - count // 2 + rng.choice([-1, 0, 0, 1]), 0)
        for strike in around[begin : begin + count]:
            listed += [(expiry, strike, kind) for kind in ("CE", "PE") if rng.random() < 0.97]
    if rng.random() < 0.1:
        listed.append((day - timedelta(days=3), level, "CE"))
    rng.shuffle(listed)
    return listed


def _histories(rng: Random, plan: DayPlan, day: date, quantities: bool) -> dict:
    full = rng.random() < 0.06
    found = {}
    for role, frames in plan.timeframes.items():
        symbol, level = (UNDERLYING, plan.spot) if role == "TI" else (SUPPORT, plan.support)
        for text in frames:
            count = rng.choice([500, 503]) if full else rng.choice([0, 0, 1, 2, 5, 12, 30, 30, 60, 499])
            if count:
                found[symbol, int(text[:-1]) * 60] = _history(
                    rng, (int(level * 100), int(plan.band * 100)), int(text[:-1]) * 60, count, day, quantities
                )
    return found


def _history(
    rng: Random, levels: tuple[int, int], seconds: int, count: int, day: date, quantities: bool
) -> list[RawCandle]:
    walk, price = Walk(levels[0], levels[1], 1, 100, still=rng.random() < 0.05), levels[0]
    midnight = (day - EPOCH).days * 86400
    candles = []
    for number in range(count):
        path = []
        for _ in range(4):
            price = _moved(rng, walk, price)
            path.append(price)
        begin = midnight - 30000 - (count - number) * seconds
        volume = rng.randrange(1000) if quantities else None
        candles.append(RawCandle(begin, path[0], max(path), min(path), path[3], volume))
    return candles
