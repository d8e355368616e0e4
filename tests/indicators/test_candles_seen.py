"""What an indicator sees: no later candle, no missing one, and never too few for an error."""

from __future__ import annotations

import numpy as np
import pytest

from strikebook.indicators.catalogue import CATALOGUE, compute, resolve
from tests.indicators.candle_series import SERIES, Bars, walk
from tests.indicators.test_formulas import settings

READ_VOLUME = [name for name, indicator in CATALOGUE.items() if "volume" in indicator.reads or name == "VWAP"]


def arrays(bars: Bars) -> list[np.ndarray]:
    return [np.array(column) for column in (bars.open, bars.high, bars.low, bars.close, bars.volume, bars.day)]


def outputs(name: str, columns: list, params: dict | None = None) -> dict:
    indicator = CATALOGUE[name]
    resolved = resolve(indicator, settings(name, "default") if params is None else params)
    assert resolved.problems == ()
    found = compute(indicator, resolved.parameters, *columns)
    assert tuple(found) == indicator.outputs
    for column in found.values():
        assert column.dtype == np.float64
        assert len(column) == len(columns[3])
    return found


@pytest.mark.parametrize("series", ["walk", "option", "gaps", "one jump"])
@pytest.mark.parametrize("name", CATALOGUE)
def test_no_value_uses_a_later_candle(name, series):
    """Without the candles after it, a value is the same."""
    columns = arrays(SERIES[series]())
    whole = outputs(name, columns)
    for count in (*range(1, 70, 3), 90, 91, 125, 150, 166, 199):
        for output, part in outputs(name, [column[:count] for column in columns]).items():
            np.testing.assert_allclose(part, whole[output][:count], rtol=1e-9, atol=1e-9, err_msg=f"{output} {count}")


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_missing_candle_ends_the_values(name):
    """Missing values at the start are passed over; from one in the middle on there is none, and no error."""
    columns = arrays(walk())
    whole = outputs(name, [column[7:] for column in columns])
    for column in columns[:5]:
        column[:7] = np.nan
    late = outputs(name, columns)
    for column in columns[:5]:
        column[200] = np.nan
    broken = outputs(name, columns)
    for output in whole:
        assert np.isnan(late[output][:7]).all()
        np.testing.assert_array_equal(late[output][7:], whole[output])
        np.testing.assert_array_equal(broken[output][:200], late[output][:200])
        assert np.isnan(broken[output][200]).all()
        assert name == "VWAP" or np.isnan(broken[output][200:]).all()


@pytest.mark.parametrize("name", CATALOGUE)
def test_without_volume(name):
    """An instrument without quantities has no value where volume counts, and every value where it does not."""
    columns = arrays(walk())
    whole = outputs(name, columns)
    none = outputs(name, [*columns[:4], None, columns[5]])
    missing = outputs(name, [*columns[:4], np.full(len(columns[3]), np.nan), columns[5]])
    for output in whole:
        np.testing.assert_array_equal(none[output], missing[output])
        if name in READ_VOLUME:
            assert np.isnan(none[output]).all()
        else:
            np.testing.assert_array_equal(none[output], whole[output])


@pytest.mark.parametrize("kind", ["default", "least", "most"])
@pytest.mark.parametrize("name", CATALOGUE)
def test_few_candles(name, kind):
    """No number of candles is an error at any limit of the parameters; too few are no values."""
    params = settings(name, "default" if kind == "most" else kind)
    if kind == "most":
        params |= {p.name: p.maximum for p in CATALOGUE[name].parameters if p.kind in ("integer", "number")}
    for count in (0, 1, 2, 3, 40):
        found = outputs(name, [column[:count] for column in arrays(walk())], params)
        longest = [p for p in CATALOGUE[name].parameters if p.maximum == 500]
        if kind == "most" and longest and name != "CTI":
            assert all(np.isnan(column).all() for column in found.values())


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_output_has_values(name):
    """On a long walk each output has a value, and none is infinite."""
    for output, column in outputs(name, arrays(walk(count=400))).items():
        assert np.isfinite(column).any(), output
        assert not np.isinf(column).any(), output


@pytest.mark.parametrize("name", CATALOGUE)
def test_inputs_are_left_alone(name):
    """The candles are the same afterwards."""
    columns = arrays(walk())
    outputs(name, columns)
    for before, after in zip(arrays(walk()), columns, strict=True):
        np.testing.assert_array_equal(before, after)


def test_ratios_of_nothing_have_no_value():
    """On candles that never move a ratio of movements has no value; averages and bands have theirs."""
    columns = arrays(SERIES["flat"]())
    averages = ("STOCH", "STOCHRSI", "UO", "KDJ", "TSI", "ADX", "VORTEX", "MASSI", "RVI", "MFI")
    ratios = ("RSI", "CMO", "CCI", "WILLR", "BOP", "CTI", "ER", "CHOP", "VHF", "ZSCORE")
    for name in averages + ratios:
        for output, column in outputs(name, columns).items():
            assert np.isnan(column).all(), output
    bands = outputs("BBANDS", columns)
    assert np.isnan(bands["BBP"]).all()
    assert bands["BBB"][-1] == 0
    assert bands["BBM"][-1] == pytest.approx(100.05)
    assert outputs("MACD", columns)["MACD"][-1] == pytest.approx(0, abs=1e-9)


def test_vwap_begins_anew_each_day():
    """At a day's first candle the average is that candle's typical price."""
    columns = arrays(walk())
    average = outputs("VWAP", columns)["VWAP"]
    for at in (0, 50, 100):
        assert average[at] == pytest.approx((columns[1][at] + columns[2][at] + columns[3][at]) / 3)


def test_vwap_needs_the_day():
    """Without days there is none; nor on a day that is numbered below zero, its first candles not being known."""
    columns = arrays(walk())
    assert np.isnan(outputs("VWAP", columns[:5])["VWAP"]).all()
    columns[5] = np.where(columns[5] == 0, -1, columns[5])
    average = outputs("VWAP", columns)["VWAP"]
    assert np.isnan(average[:50]).all()
    assert np.isfinite(average[50:]).all()


def test_vwap_after_a_gap_in_volume():
    """A candle without a volume leaves the rest of its day without a value, and no other day."""
    columns = arrays(walk())
    columns[4][60] = np.nan
    average = outputs("VWAP", columns)["VWAP"]
    assert np.isfinite(average[:60]).all()
    assert np.isnan(average[60:100]).all()
    assert np.isfinite(average[100:]).all()
