"""A fault of ours in one line, for the reason of a day that it ended."""

from __future__ import annotations

import traceback


def fault(error: Exception) -> str:
    """Its kind, its message, and the place in our code."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "strikebook" in frame.filename] or frames
    place = f" at {ours[-1].filename.rpartition('strikebook/')[2]}:{ours[-1].lineno}" if ours else ""
    return f"internal error: {type(error).__name__}: {error}{place}"
