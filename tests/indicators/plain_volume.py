"""Volume and patterns of candles from the formulas, by loops."""

from __future__ import annotations

import math

from tests.indicators.plain import NAN, ago, change, each, ema, mean, median_price, ratio, sma, total, typical
from tests.indicators.plain_momentum import percentage


def _added_up(values):
    found, so_far = [], 0.0
    for value in values:
        so_far += 0.0 if math.isnan(value) else value
        found.append(so_far)
    return found


def obv(bars):
    signed = each(lambda v, m: v * ((m > 0) - (m < 0)), bars.volume, change(bars.close))
    return (_added_up([bars.volume[0], *signed[1:]]),)


def _money_flow(bars):
    return each(
        lambda h, low, c, v: 0.0 if h == low else v * ((c - low) - (h - c)) / (h - low),
        bars.high,
        bars.low,
        bars.close,
        bars.volume,
    )


def adosc(bars, fast, slow):
    ad = _added_up(_money_flow(bars))
    lines = []
    for length in (fast, slow):
        last = ad[0]
        line = []
        for value in ad:
            last += 2 / (length + 1) * (value - last)
            line.append(last)
        lines.append(line)
    first = max(fast, slow) - 1
    return ([NAN if at < first else a - b for at, (a, b) in enumerate(zip(*lines, strict=True))],)


def cmf(bars, length):
    return (ratio(total(_money_flow(bars), length), total(bars.volume, length)),)


def mfi(bars, length):
    flow = each(lambda p, v: p * v, typical(bars), bars.volume)
    moved = change(each(lambda h, low, c: float(round(100 * (h + low + c))), bars.high, bars.low, bars.close))
    up = total(each(lambda f, m: f if m > 0 else 0.0, flow, moved), length)
    down = total(each(lambda f, m: f if m < 0 else 0.0, flow, moved), length)
    return (each(lambda u, d: NAN if u + d == 0 else 100 * u / (u + d), up, down),)


def pvt(bars):
    return (_added_up(each(lambda v, m, b: v * m / b, bars.volume, change(bars.close), ago(bars.close, 1))),)


def vwap(bars):
    found = []
    for at, (day, _) in enumerate(zip(bars.day, bars.close, strict=True)):
        today = [i for i in range(at + 1) if bars.day[i] == day]
        traded = math.fsum(bars.volume[i] for i in today)
        paid = math.fsum((bars.high[i] + bars.low[i] + bars.close[i]) / 3 * bars.volume[i] for i in today)
        found.append(paid / traded if traded else NAN)
    return (found,)


def _volume_index(bars, counts):
    found = [1000.0]
    for at in range(1, len(bars)):
        change_ = bars.close[at] / bars.close[at - 1] if counts(bars.volume[at], bars.volume[at - 1]) else 1.0
        found.append(found[-1] * change_)
    return (found,)


def eom(bars, length, divisor):
    ease = each(
        lambda m, h, low, v: NAN if v == 0 else m / ((v / divisor) / (h - low)) if h > low else 0.0,
        change(median_price(bars)),
        bars.high,
        bars.low,
        bars.volume,
    )
    return (sma(ease, length),)


def heikin_ashi(bars):
    rows = []
    for o, h, low, c in zip(bars.open, bars.high, bars.low, bars.close, strict=True):
        close = (o + h + low + c) / 4
        opened = (rows[-1][0] + rows[-1][3]) / 2 if rows else (o + c) / 2
        rows.append((opened, max(h, opened, close), min(low, opened, close), close))
    return tuple(list(column) for column in zip(*rows, strict=True))


class Candles:
    """The words of TA-Lib's patterns: bodies, shadows, and averages of the candles before."""

    def __init__(self, bars) -> None:
        self.o, self.h, self.low, self.c = bars.open, bars.high, bars.low, bars.close

    def body(self, at):
        return abs(self.c[at] - self.o[at])

    def top(self, at):
        return max(self.c[at], self.o[at])

    def bottom(self, at):
        return min(self.c[at], self.o[at])

    def usual_range(self, at, count):
        return mean([self.h[i] - self.low[i] for i in range(at - count, at)])

    def usual_body(self, at):
        return mean([self.body(i) for i in range(at - 10, at)])

    def doji(self, at):
        return 100 if self.body(at) <= 0.1 * self.usual_range(at, 10) else 0

    def hammer(self, at):
        small = self.body(at) < self.usual_body(at)
        hanging = self.bottom(at) - self.low[at] > self.body(at)
        bare = self.h[at] - self.top(at) < 0.1 * self.usual_range(at, 10)
        low = self.bottom(at) <= self.low[at - 1] + 0.2 * self.usual_range(at - 1, 5)
        return 100 if small and hanging and bare and low else 0

    def shooting_star(self, at):
        small = self.body(at) < self.usual_body(at)
        pointing = self.h[at] - self.top(at) > self.body(at)
        bare = self.bottom(at) - self.low[at] < 0.1 * self.usual_range(at, 10)
        above = self.bottom(at) > self.top(at - 1)
        return -100 if small and pointing and bare and above else 0

    def engulfing(self, at):
        """100 or -100 where the body reaches over both ends of the other's, 80 where one end is the same."""
        up, before_up = self.c[at] >= self.o[at], self.c[at - 1] >= self.o[at - 1]
        over_top, over_bottom = self.top(at) - self.top(at - 1), self.bottom(at - 1) - self.bottom(at)
        if up == before_up or min(over_top, over_bottom) < 0 or max(over_top, over_bottom) == 0:
            return 0
        strength = 80 if min(over_top, over_bottom) == 0 else 100
        return strength if up else -strength


NEEDED = {"doji": 10, "hammer": 11, "shooting_star": 11, "engulfing": 2}


def pattern(bars, name):
    test = getattr(Candles(bars), name)
    return ([NAN if at < NEEDED[name] else float(test(at)) for at in range(len(bars))],)


FORMULAS = {
    "OBV": obv,
    "AD": lambda bars: (_added_up(_money_flow(bars)),),
    "ADOSC": adosc,
    "CMF": cmf,
    "MFI": mfi,
    "PVT": pvt,
    "VWAP": vwap,
    "PVO": lambda bars, fast, slow, signal: percentage(bars.volume, fast, slow, signal),
    "EFI": lambda bars, length: (ema(each(lambda m, v: m * v, change(bars.close), bars.volume), length),),
    "NVI": lambda bars: _volume_index(bars, lambda now, before: now < before),
    "PVI": lambda bars: _volume_index(bars, lambda now, before: now > before),
    "EOM": eom,
    "PVOL": lambda bars: (each(lambda c, v: c * v, bars.close, bars.volume),),
    "HA": heikin_ashi,
    "HEIKINASHI": heikin_ashi,
    "CDL_DOJI": lambda bars, length: pattern(bars, "doji") if length == 10 else (),
    "CDL_PATTERN": pattern,
}
