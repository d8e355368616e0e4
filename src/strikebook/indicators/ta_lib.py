"""TA-Lib, which is imported here and nowhere else."""

from __future__ import annotations

from strikebook.frames import left_out

with left_out():
    import talib

__all__ = ["talib"]
