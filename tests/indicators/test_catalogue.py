"""The catalogue: names, parameters and values."""

from __future__ import annotations

import numpy as np
import pytest

from strikebook.indicators.catalogue import compute, display_name, find, resolve

PRICES = np.array([10.0, 11, 10.5, 12, 11, 13, 12.5, 14, 13, 15])


def values(name, prices=PRICES, **raw):
    indicator = find(name)
    assert indicator is not None
    resolved = resolve(indicator, raw)
    assert resolved.problems == ()
    return compute(indicator, resolved.parameters, prices, prices + 1, prices - 1, prices, None)


def test_find_in_any_case():
    """A name is found in any case, an unknown one is None."""
    assert find("rsi") is find("RSI") is find(" Rsi ")
    assert find("rzi") is None


@pytest.mark.parametrize(
    ("raw", "parameters"),
    [
        ({}, {"length": 14, "price_field": "close"}),
        ({"length": 10.0}, {"length": 10, "price_field": "close"}),
        ({"timeperiod": "7", "field": "High"}, {"length": 7, "price_field": "high"}),
        ({"period": 5, "length": 5, "price_field": None}, {"length": 5, "price_field": "close"}),
        ({"indicator_name": "rsi", "display_name": "rsi(9)", "length": 9}, {"length": 9, "price_field": "close"}),
    ],
)
def test_resolve(raw, parameters):
    """Defaults are filled in and aliases read."""
    resolved = resolve(find("rsi"), raw)
    assert (dict(resolved.parameters), resolved.problems) == (parameters, ())


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        ({"lenght": 10}, "lenght"),
        ({"length": 1}, "length"),
        ({"length": 501}, "length"),
        ({"length": 14.5}, "length"),
        ({"length": True}, "length"),
        ({"length": float("nan")}, "length"),
        ({"length": [14]}, "length"),
        ({"price_field": "hlc3"}, "price_field"),
        ({"length": 10, "period": 12}, "period"),
    ],
)
def test_resolve_reports(raw, key):
    """An unknown name, a value out of range or of the wrong kind, and a contradiction are reported by key."""
    assert [problem.key for problem in resolve(find("rsi"), raw).problems] == [key]


def test_display_name():
    """As the builder writes it."""
    indicator = find("rsi")
    assert display_name(indicator, resolve(indicator, {"length": 10}).parameters) == "rsi(10,close)"


def test_sma_and_ema():
    """By hand; both begin at the candle that completes their length, the EMA with the simple average."""
    sma = values("sma", length=3)["SMA"]
    ema = values("ema", length=3)["EMA"]
    assert np.isnan(sma[:2]).all()
    assert np.isnan(ema[:2]).all()
    assert sma[2:] == pytest.approx([PRICES[at - 2 : at + 1].mean() for at in range(2, 10)])
    expected = [PRICES[:3].mean()]
    for price in PRICES[3:]:
        expected.append((price + expected[-1]) / 2)
    assert ema[2:] == pytest.approx(expected)


def test_rsi():
    """Wilder's index by hand: seeded with the mean of the first changes, then smoothed."""
    changes = np.diff(PRICES)
    up, down = np.maximum(changes, 0), np.maximum(-changes, 0)
    gain, loss = up[:3].mean(), down[:3].mean()
    expected = [100 * gain / (gain + loss)]
    for rise, fall in zip(up[3:], down[3:], strict=True):
        gain, loss = (gain * 2 + rise) / 3, (loss * 2 + fall) / 3
        expected.append(100 * gain / (gain + loss))
    found = values("rsi", length=3)["RSI"]
    assert np.isnan(found[:3]).all()
    assert found[3:] == pytest.approx(expected)


def test_rsi_without_movement():
    """No movement is no value; only losses is 0, only gains 100."""
    flat = np.full(8, 100.0)
    assert np.isnan(values("rsi", flat, length=3)["RSI"]).all()
    assert values("rsi", 100 - np.arange(8.0), length=3)["RSI"][3:] == pytest.approx(0)
    assert values("rsi", 100 + np.arange(8.0), length=3)["RSI"][3:] == pytest.approx(100)
    moved = values("rsi", np.r_[flat, 101.0], length=3)["RSI"]
    assert np.isnan(moved[:-1]).all()
    assert moved[-1] == 100


def test_price_field():
    """The named column is used."""
    assert values("sma", length=1, price_field="high")["SMA"] == pytest.approx(PRICES + 1)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_candles(count):
    """Fewer candles than needed are no values, not an error."""
    for name in ("rsi", "sma", "ema"):
        for column in values(name, PRICES[:count]).values():
            assert len(column) == count
            assert np.isnan(column).all()
