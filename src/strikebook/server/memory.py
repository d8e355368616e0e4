"""The memory of a process that lives for months, with many threads and one interpreter."""

from __future__ import annotations

import ctypes
import gc
from typing import Final

_M_ARENA_MAX: Final = -8
"""mallopt(3)'s number for how many heaps the C library makes."""
_HEAPS: Final = 2


def few_heaps() -> None:
    """Have the C library make few heaps; before there are threads, and without effect where it knows of no such thing.

    glibc gives threads heaps of their own so that they do not wait for each other. Python's threads do anyway, and each
    heap keeps the room of the most that a request ever took in it: a server grew by some 10 MB in ten minutes.
    """
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(_M_ARENA_MAX, _HEAPS)


def keep_what_is_loaded() -> None:
    """Leave what was made so far out of the search for garbage: it stays, and all requests wait for the search."""
    gc.collect()
    gc.freeze()
