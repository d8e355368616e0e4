"""Texts that a spreadsheet would take for a formula: names in a strategy are somebody's own words."""

from __future__ import annotations

import re
from typing import Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What begins a formula, or is stripped before one is looked for; the wide signs are the same to some programs."""
_UNSEEN: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]*")
"""Spaces, control characters and others that are not seen: a program may drop them before it looks."""


def harmless(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would run it; any other as it is."""
    first = text[:1]
    if first.isalnum():  # nearly every text there is
        return text
    runs = first in _FORMULA or _UNSEEN.sub("", text, count=1).startswith(_FORMULA)
    return f"'{text}" if runs else text
