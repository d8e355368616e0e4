"""Randomness without a state: every draw is a function of the seed and of what it is for.

A stream is PCG64's raw output for ``SeedSequence([version, seed, purpose, …])``, both fixed by numpy for good (its
distributions are not, so they are made here, from integers). Nothing depends on what was drawn before.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

GENERATOR_VERSION: Final = 1

Bits: TypeAlias = NDArray[np.uint64]
Floats: TypeAlias = NDArray[np.float64]

_PIECE: Final = np.uint64(0xFFFF)
_PIECES_MEAN: Final = 4 * 65_535 / 2
_PIECES_DEVIATION: Final = (4 * (65_536**2 - 1) / 12) ** 0.5


class Purpose(IntEnum):
    """What a stream is for; the numbers are part of the generator's version."""

    DAILY = 1
    VOLATILITY = 2
    SECONDS = 3
    SPELLS = 4
    TRADES = 5
    OPEN_INTEREST = 6


def bits(seed: int, purpose: Purpose, name: str, *parts: int, count: int) -> Bits:
    """``count`` random 64-bit integers of the stream named by the other arguments (whole numbers from 0 on)."""
    code = int.from_bytes(name.encode(), "big")
    return np.random.PCG64(np.random.SeedSequence([GENERATOR_VERSION, seed, purpose, code, *parts])).random_raw(count)


def uniforms(drawn: Bits) -> Floats:
    """Random bits as numbers from 0 up to, not including, 1."""
    return (drawn >> np.uint64(11)).astype(np.float64) * 2.0**-53


def normals(drawn: Bits) -> Floats:
    """Random bits as nearly normal numbers of deviation 1, at most 3.46 from 0: the sum of their four 16-bit pieces."""
    pieces = drawn & _PIECE
    pieces += (drawn >> np.uint64(16)) & _PIECE
    pieces += (drawn >> np.uint64(32)) & _PIECE
    pieces += drawn >> np.uint64(48)
    deviates = pieces.astype(np.float64)
    deviates -= _PIECES_MEAN
    deviates *= 1 / _PIECES_DEVIATION
    return deviates
