"""Options of a run that the language has and this version has not."""

from __future__ import annotations

import pytest

from strikebook.errors import UsageError
from strikebook.model.options import parse_options


@pytest.mark.parametrize("name", ["limit_fill"])
def test_an_option_that_is_not_built_yet_says_so(name: str) -> None:
    """It is refused by name, not as an unknown one."""
    with pytest.raises(UsageError, match=f"the option {name} is not built yet"):
        parse_options({name: "zerodha"})


def test_an_unknown_option_is_unknown() -> None:
    """A typo is told what would be right."""
    with pytest.raises(UsageError, match=r"unknown option 'cost'.*scale"):
        parse_options({"cost": 1})
