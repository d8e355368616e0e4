"""Whether TA-Lib is to take columns of pandas and of polars in this process.

Where one of them is installed TA-Lib imports it and looks for its columns in every call: 0.7 s and 40 MB that no
process of our own has a use for, which gives it arrays alone. Such a process says so before the indicators are
imported. In anybody else's TA-Lib stays as its user knows it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

_left_out: set[str] = set()
"""The packages that TA-Lib is to do without: none in a process that is not ours."""


def arrays_alone() -> None:
    """Say that this process is our own, and gives TA-Lib arrays alone."""
    _left_out.update(("pandas", "polars"))


@contextmanager
def left_out() -> Iterator[None]:
    """Let what is imported here find none of what this process does without; what it has loaded already stays."""
    hidden = [name for name in _left_out if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment] # what Python takes for "there is none"
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
