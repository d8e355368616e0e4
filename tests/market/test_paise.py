from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strikebook.market.importing.paise import to_paise


@given(st.lists(st.decimals(0, 200_000, allow_nan=False, places=2), min_size=1, max_size=50))
def test_every_price_of_two_decimals_comes_through_exactly(prices: list[Decimal]):
    """A text such as 16446.35 is 1644635 paise, never 1644634."""
    assert to_paise(np.array([float(p) for p in prices])).tolist() == [int(p * 100) for p in prices]


@given(st.integers(0, 9), st.data())
def test_a_part_of_a_paisa_rounds_half_up(places: int, data: st.DataObject):
    """Rounding follows the decimal text, whatever its length."""
    price = data.draw(st.decimals(0, 90_000, allow_nan=False, places=places))
    exact = int((price * 100).to_integral_value(ROUND_HALF_UP))
    assert to_paise(np.array([float(price)])).tolist() == [exact]


@pytest.mark.parametrize(("text", "paise"), [("1.005", 101), ("0.125", 13), ("2.675", 268), ("0.0049999999", 0)])
def test_texts_that_binary_rounding_gets_wrong(text: str, paise: int):
    """The classical traps of float × 100."""
    assert to_paise(np.array([float(text)])).tolist() == [paise]


def test_a_missing_price_is_absent():
    """NaN becomes -1."""
    assert to_paise(np.array([np.nan, 1.0])).tolist() == [-1, 100]
