"""Momentum from the formulas, by loops."""

from __future__ import annotations

import math

from tests.indicators.plain import (
    NAN,
    ago,
    change,
    each,
    ema,
    from_index,
    highest,
    line,
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
    typical,
    where_known,
    wma,
)


def _gains_and_losses(price, length):
    moved = change(price)
    return rma(each(lambda m: max(m, 0), moved), length), rma(each(lambda m: max(-m, 0), moved), length)


def rsi(price, length):
    gain, loss = _gains_and_losses(price, length)
    return ratio(gain, each(lambda a, b: a + b, gain, loss), 100)


def cmo(bars, length):
    gain, loss = _gains_and_losses(bars.price, length)
    return (ratio(minus(gain, loss), each(lambda a, b: a + b, gain, loss), 100),)


def two_averages(values, fast, slow):
    return ema(values, min(fast, slow)), ema(values, max(fast, slow))


def macd(bars, fast, slow, signal):
    """Both averages are seeded at the slow one's first value."""
    fast, slow = min(fast, slow), max(fast, slow)
    macd_line = minus(ema(bars.close, fast, slow - 1), ema(bars.close, slow))
    signal_line = ema(macd_line, signal)
    return where_known(macd_line, signal_line), minus(macd_line, signal_line), signal_line


def percentage(values, fast, slow, signal):
    fast_line, slow_line = two_averages(values, fast, slow)
    oscillator = ratio(minus(fast_line, slow_line), slow_line, 100)
    signal_line = ema(oscillator, signal)
    return oscillator, minus(oscillator, signal_line), signal_line


def place_in_range(high, low, close, length, least=0.0):
    top, bottom = highest(high, length), lowest(low, length)
    return each(lambda c, t, b: NAN if t - b <= least else 100 * (c - b) / (t - b), close, top, bottom)


def _smoothed_twice(raw, slow, signal, first):
    k = sma(raw, slow)
    return from_index(k, first), from_index(sma(k, signal), first)


def stoch(bars, k, d, smooth_k):
    raw = place_in_range(bars.high, bars.low, bars.close, k)
    return _smoothed_twice(raw, smooth_k, d, k + smooth_k + d - 3)


def stochrsi(bars, length, rsi_length, k, d):
    index = rsi(bars.close, rsi_length)
    begin = next((at for at, value in enumerate(index) if not math.isnan(value)), len(index))
    return _smoothed_twice(place_in_range(index, index, index, length, 1e-9), k, d, begin + length + k + d - 3)


def cci(bars, length):
    def index(window):
        middle = mean(window)
        spread = mean([abs(value - middle) for value in window])
        return NAN if max(window) - min(window) < 1e-9 else (window[-1] - middle) / (0.015 * spread)

    return (over(typical(bars), length, index),)


def willr(bars, length):
    return (each(lambda share: share - 100, place_in_range(bars.high, bars.low, bars.close, length)),)


def trix(bars, length):
    triple = ema(ema(ema(bars.price, length), length), length)
    return (ratio(change(triple), ago(triple, 1), 100),)


def uo(bars, fast, medium, slow):
    before = ago(bars.close, 1)
    pressure = each(lambda c, low, b: c - min(low, b), bars.close, bars.low, before)
    ranges = true_range(bars)
    short, middle, long = (ratio(total(pressure, n), total(ranges, n)) for n in sorted((fast, medium, slow)))
    return (each(lambda a, b, c: 100 * (4 * a + 2 * b + c) / 7, short, middle, long),)


def ao(bars, fast, slow):
    return (minus(*(sma(median_price(bars), n) for n in (fast, slow))),)


def roc(price, length):
    return ratio(change(price, length), ago(price, length), 100)


def kst(bars, roc1, roc2, roc3, roc4):
    rates = [sma(roc(bars.close, n), m) for n, m in ((roc1, 10), (roc2, 10), (roc3, 10), (roc4, 15))]
    know = each(lambda a, b, c, d: a + 2 * b + 3 * c + 4 * d, *rates)
    return know, sma(know, 9)


def coppock(bars, length, fast, slow):
    return (wma(each(lambda a, b: a + b, roc(bars.price, fast), roc(bars.price, slow)), length),)


def cti(bars, length):
    def correlation(window):
        if max(window) == min(window):
            return NAN
        middle, half = mean(window), (len(window) - 1) / 2
        together = math.fsum((value - middle) * (at - half) for at, value in enumerate(window))
        squares = math.fsum((value - middle) ** 2 for value in window)
        return together / math.sqrt(squares * math.fsum((at - half) ** 2 for at in range(len(window))))

    return (over(bars.price, length, correlation),)


def er(bars, length):
    path = total(each(abs, change(bars.price)), length)
    return (ratio(each(abs, change(bars.price, length)), path),)


def kdj(bars, length, signal):
    """The seed and the recursion count a candle without range as 0, as TA-Lib does; such a candle has no value."""
    place = place_in_range(bars.high, bars.low, bars.close, length)
    counted = [0.0 if at >= length - 1 and math.isnan(value) else value for at, value in enumerate(place)]
    k = rma(counted, signal)
    d = rma(k, signal)
    j = each(lambda a, b: 3 * a - 2 * b, k, d)
    return tuple(where_known(where_known(values, d), place) for values in (k, d, j))


def tsi(bars, fast, slow, signal):
    moved = change(bars.price)
    twice = [ema(ema(values, slow), fast) for values in (moved, each(abs, moved))]
    strength = ratio(*twice, 100)
    return strength, ema(strength, signal)


FORMULAS = {
    "RSI": lambda bars, length: (rsi(bars.price, length),),
    "MACD": macd,
    "STOCH": stoch,
    "STOCHRSI": stochrsi,
    "CCI": cci,
    "CMO": cmo,
    "ROC": lambda bars, length: (roc(bars.price, length),),
    "MOM": lambda bars, length: (change(bars.price, length),),
    "WILLR": willr,
    "PPO": lambda bars, fast, slow, signal: percentage(bars.close, fast, slow, signal),
    "TRIX": trix,
    "UO": uo,
    "AO": ao,
    "BOP": lambda bars: (ratio(minus(bars.close, bars.open), minus(bars.high, bars.low)),),
    "KST": kst,
    "APO": lambda bars, fast, slow: (minus(*two_averages(bars.price, fast, slow)),),
    "COPPOCK": coppock,
    "CTI": cti,
    "ER": er,
    "KDJ": kdj,
    "PSL": lambda bars, length: (over(change(bars.price), length, lambda w: 100 * mean([m > 0 for m in w])),),
    "TSI": tsi,
    "SLOPE": lambda bars, length: (over(bars.price, length, lambda w: line(w)[1]),),
}
