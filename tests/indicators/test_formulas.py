"""Every indicator against its formula, written out as loops; neither TA-Lib nor the catalogue's code is used there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from strikebook.indicators.catalogue import CATALOGUE, compute, resolve
from tests.indicators import plain_averages, plain_momentum, plain_trend, plain_volume
from tests.indicators.candle_series import SERIES, Bars

FORMULAS = {
    **plain_averages.FORMULAS,
    **plain_momentum.FORMULAS,
    **plain_trend.FORMULAS,
    **plain_volume.FORMULAS,
}
SWAPPED = {name: {"fast": 9, "slow": 4} for name in ("MACD", "PPO", "PVO", "APO", "AO", "TSI", "COPPOCK", "ADOSC")}


def settings(name: str, kind: str) -> dict:
    """Parameters to try: the defaults, others, the least, fast and slow the other way round."""
    found = {}
    for parameter in CATALOGUE[name].parameters:
        value = parameter.default
        if parameter.required:
            value = parameter.options[["default", "other", "least", "swapped"].index(kind)]
        elif kind == "other" and parameter.kind == "choice":
            value = "high"
        elif kind == "other" and parameter.minimum != parameter.maximum:
            value = value // 2 + 2 if parameter.kind == "integer" else value * 0.75
        elif kind == "least" and parameter.kind != "choice":
            value = parameter.minimum
        found[parameter.name] = value
    return found | (SWAPPED.get(name, {}) if kind == "swapped" else {})


def computed(name: str, bars: Bars, params: dict) -> dict:
    indicator = CATALOGUE[name]
    resolved = resolve(indicator, params)
    assert resolved.problems == ()
    columns = [np.array(column) for column in (bars.open, bars.high, bars.low, bars.close, bars.volume)]
    return compute(indicator, resolved.parameters, *columns, np.array(bars.day))


def expected(name: str, bars: Bars, params: dict) -> tuple:
    field = params.get("price_field", "close")
    rest = {key: value for key, value in params.items() if key != "price_field"}
    return FORMULAS[name](replace(bars, price=getattr(bars, field)), **rest)


def test_every_indicator_has_a_formula():
    """No indicator goes unchecked."""
    assert set(FORMULAS) == set(CATALOGUE)


@pytest.mark.parametrize("kind", ["default", "other", "least", "swapped"])
@pytest.mark.parametrize("name", CATALOGUE)
def test_formula(name, kind):
    """Each output is the formula's on every series, with values and gaps at the same candles."""
    params = settings(name, kind)
    if kind == "swapped" and params == settings(name, "default"):
        return
    for title, make in SERIES.items():
        bars = make()
        found = computed(name, bars, params)
        columns = expected(name, bars, params)
        assert len(columns) == len(found)
        for (output, column), wanted in zip(found.items(), columns, strict=True):
            scale = max(1.0, *(abs(v) for v in wanted if v == v)) if any(v == v for v in wanted) else 1.0  # noqa: PLR0124
            np.testing.assert_allclose(
                column, wanted, rtol=1e-9, atol=1e-10 * scale, err_msg=f"{name} {params} {output} on {title}"
            )
