"""Trend and volatility from the formulas, by loops."""

from __future__ import annotations

import math

from tests.indicators.plain import (
    NAN,
    ago,
    change,
    deviation,
    each,
    ema,
    highest,
    lowest,
    mean,
    median_price,
    minus,
    over,
    ratio,
    rma,
    sma,
    total,
    true_range,
    variance,
)


def _directions(bars):
    """Wilder's movement up and down of each candle: the larger one where it is positive."""
    up, down = change(bars.high), each(lambda m: -m, change(bars.low))
    plus = each(lambda u, d: u if u > d and u > 0 else 0.0, up, down)
    return plus, each(lambda u, d: d if d > u and d > 0 else 0.0, up, down)


def _wilder_sum(values, length):
    """Wilder's sum as TA-Lib seeds it: that of the first length - 1 values, at candle length - 1."""
    found = [NAN] * len(values)
    if length == 1:
        return list(values)
    if len(values) >= length:
        found[length - 1] = last = math.fsum(values[1:length])
        for at in range(length, len(values)):
            last = last - last / length + values[at]
            found[at] = last
    return found


def dm(bars, length):
    return tuple(_wilder_sum(values, length) for values in _directions(bars))


def adx(bars, length):
    """A candle without direction counts as 0 in the seed and is passed over afterwards; it has no value itself."""
    plus, minus_ = dm(bars, length)
    share = each(lambda p, m: NAN if p + m == 0 else 100 * abs(p - m) / (p + m), plus, minus_)
    ranged = [value > 0 for value in _wilder_sum(true_range(bars), length)]
    share = [value if known else NAN for value, known in zip(share, ranged, strict=True)]
    found = [NAN] * len(bars)
    first = 2 * length - 1
    if len(bars) <= first:
        return (found,)
    last = math.fsum(0.0 if math.isnan(v) else v for v in share[length : first + 1]) / length
    for at in range(first, len(bars)):
        if at > first and not math.isnan(share[at]):
            last = (last * (length - 1) + share[at]) / length
        found[at] = NAN if math.isnan(share[at]) else last
    return (found,)


def aroon(bars, length):
    def since(best):
        def ago_of(window):
            return max(at for at, value in enumerate(window) if value == best(window))

        return ago_of

    down = over(bars.low, length + 1, lambda w: 100 * since(min)(w) / length)
    up = over(bars.high, length + 1, lambda w: 100 * since(max)(w) / length)
    return down, up, minus(up, down)


def atr(bars, length):
    return rma(true_range(bars), length)


def supertrend(bars, length, multiplier):
    reach, middle = atr(bars, length), median_price(bars)
    line, direction = [NAN] * len(bars), [NAN] * len(bars)
    upper = lower = 0.0
    side = 1
    for at in range(length, len(bars)):
        top, bottom = middle[at] + multiplier * reach[at], middle[at] - multiplier * reach[at]
        before, close = bars.close[at - 1], bars.close[at]
        if at == length:
            upper, lower = top, bottom
        else:
            upper = top if top < upper or before > upper else upper
            lower = bottom if bottom > lower or before < lower else lower
            if side == 1 and close < lower:
                side = -1
            elif side == -1 and close > upper:
                side = 1
        line[at], direction[at] = (lower if side == 1 else upper), side
    long = [value if side == 1 else NAN for value, side in zip(line, direction, strict=True)]
    short = [value if side == -1 else NAN for value, side in zip(line, direction, strict=True)]
    return line, direction, long, short


def psar(bars, af0, af, max_af):
    """Wilder's stop, the short side as the long side of the mirrored market."""
    count = len(bars)
    long_line, short_line, factors, turns = ([NAN] * count for _ in range(4))
    if count < 2:
        return long_line, short_line, factors, turns
    fall, rise = bars.low[0] - bars.low[1], bars.high[1] - bars.high[0]
    sign = -1 if fall > 0 and rise < fall else 1

    def sides(at):
        return (bars.high[at], bars.low[at]) if sign == 1 else (-bars.low[at], -bars.high[at])

    acceleration = min(af0, max_af)
    extreme, stop = sides(1)[0], sides(0)[1]
    for at in range(1, count):
        best, worst = sides(at)
        turned = worst <= stop
        if turned:
            sign = -sign
            best, worst = sides(at)
            stop, acceleration = -extreme, min(af0, max_af)
            stop = min(stop, sides(max(at - 1, 1))[1], worst)
            shown, extreme = stop, best
        else:
            shown = stop
            if best > extreme:
                extreme, acceleration = best, min(acceleration + af, max_af)
        (long_line if sign == 1 else short_line)[at] = abs(shown)
        factors[at], turns[at] = acceleration, float(turned and at > 1)
        stop = min(stop + acceleration * (extreme - stop), sides(max(at - 1, 1))[1], worst)
    return long_line, short_line, factors, turns


def vortex(bars, length):
    ranges = total(true_range(bars), length)
    up = total(each(lambda h, b: abs(h - b), bars.high, ago(bars.low, 1)), length)
    down = total(each(lambda low, b: abs(low - b), bars.low, ago(bars.high, 1)), length)
    return ratio(up, ranges), ratio(down, ranges)


def chop(bars, length):
    span = minus(highest(bars.high, length), lowest(bars.low, length))
    path = total(true_range(bars), length)
    return (each(lambda p, s: NAN if s == 0 else 100 * math.log(p / s, length), path, span),)


def vhf(bars, length):
    span = over(bars.price, length, lambda w: max(w) - min(w))
    return (ratio(span, total(each(abs, change(bars.price)), length)),)


def dpo(bars, length):
    return (minus(ago(bars.price, length // 2 + 1), sma(bars.price, length)),)


def bbands(bars, length, std):
    middle, spread = sma(bars.price, length), deviation(bars.price, length)
    lower = each(lambda m, s: m - std * s, middle, spread)
    upper = each(lambda m, s: m + std * s, middle, spread)
    width = each(lambda s: 2 * std * s, spread)
    return lower, middle, upper, ratio(width, middle, 100), ratio(minus(bars.price, lower), width)


def keltner(bars, length, scalar):
    middle, reach = ema(bars.close, length), atr(bars, length)
    return each(lambda m, r: m - scalar * r, middle, reach), middle, each(lambda m, r: m + scalar * r, middle, reach)


def donchian(bars, lower_length, upper_length):
    lower, upper = lowest(bars.low, lower_length), highest(bars.high, upper_length)
    return lower, each(lambda a, b: (a + b) / 2, lower, upper), upper


def accbands(bars, length, c):
    lower = each(lambda h, low: low * (1 - c * (h - low) / (h + low)), bars.high, bars.low)
    upper = each(lambda h, low: h * (1 + c * (h - low) / (h + low)), bars.high, bars.low)
    return sma(lower, length), sma(bars.close, length), sma(upper, length)


def chandelier(bars, length, scalar):
    reach = atr(bars, length)
    long = each(lambda t, r: t - scalar * r, highest(bars.high, length), reach)
    return long, each(lambda b, r: b + scalar * r, lowest(bars.low, length), reach)


def massi(bars, fast, slow):
    once = ema(minus(bars.high, bars.low), fast)
    return (total(ratio(once, ema(once, fast)), slow),)


def rvi(bars, length):
    spread, moved = deviation(bars.price, 10), change(bars.price)
    up = rma(each(lambda s, m: s if m > 0 else 0.0, spread, moved), length)
    down = rma(each(lambda s, m: s if m < 0 else 0.0, spread, moved), length)
    return (ratio(up, each(lambda a, b: a + b, up, down), 100),)


def ulcer(bars, length):
    fallen = each(lambda p, t: 100 * (p - t) / t, bars.price, highest(bars.price, length))
    return (over(fallen, length, lambda w: math.sqrt(mean([v * v for v in w]))),)


FORMULAS = {
    "ADX": adx,
    "DM": dm,
    "SUPERTREND": supertrend,
    "AROON": aroon,
    "PSAR": psar,
    "VORTEX": vortex,
    "CHOP": chop,
    "DPO": dpo,
    "QSTICK": lambda bars, length: (sma(minus(bars.close, bars.open), length),),
    "VHF": vhf,
    "ATR": lambda bars, length: (atr(bars, length),),
    "NATR": lambda bars, length: (ratio(atr(bars, length), bars.close, 100),),
    "BBANDS": bbands,
    "KC": keltner,
    "DONCHIAN": donchian,
    "STDEV": lambda bars, length: (deviation(bars.price, length),),
    "VARIANCE": lambda bars, length: (over(bars.price, length, variance),),
    "ACCBANDS": accbands,
    "CHANDELIER_EXIT": chandelier,
    "MASSI": massi,
    "RVI": rvi,
    "TRUE_RANGE": lambda bars: (true_range(bars),),
    "UI": ulcer,
}
