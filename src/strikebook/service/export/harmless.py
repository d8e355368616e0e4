"""Texts that a spreadsheet would take for a formula: names in a strategy are somebody's own words."""

from __future__ import annotations

from typing import Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What begins a formula, or is stripped before one is looked for; the wide signs are the same to some programs."""


def harmless(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would run it; any other as it is."""
    first = text[:1]
    if first.isalnum():  # nearly every text there is
        return text
    return f"'{text}" if first in _FORMULA or text.lstrip().startswith(_FORMULA) else text
