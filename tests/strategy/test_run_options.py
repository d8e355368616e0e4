"""Options of a run that make no sense."""

from __future__ import annotations

import pytest

from strikebook.errors import UsageError
from strikebook.model.options import parse_options


def test_a_limit_order_fills_at_a_touch_or_through() -> None:
    """Another word is told what would be right."""
    assert parse_options({"limit_fill": "Through"}).limit_fill == "through"
    with pytest.raises(UsageError, match=r"limit_fill 'near'.*touch or through"):
        parse_options({"limit_fill": "near"})


def test_an_unknown_option_is_unknown() -> None:
    """A typo is told what would be right."""
    with pytest.raises(UsageError, match=r"unknown option 'cost'.*scale"):
        parse_options({"cost": 1})
