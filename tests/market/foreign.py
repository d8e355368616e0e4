"""A day file as a stranger with pandas writes it: from the table in docs/format-market.md alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from strikebook.market.day_file import DayRows

COLUMNS = ("bar_s", "price_paise", "open_paise", "high_paise", "low_paise", "volume", "oi")


def frame_of(day: DayRows) -> pd.DataFrame:
    """The long table of a day, absent values as nulls."""
    frames = []
    for symbol, rows in day.rows.items():
        columns: dict[str, Any] = {"symbol": symbol, "second": rows.second}
        for name in COLUMNS:
            values = getattr(rows, name)
            columns[name] = pd.array(
                [
                    pd.NA if values is None or v == -1 else int(v)
                    for v in (np.full(len(rows), -1) if values is None else values)
                ],
                "Int64",
            )
        frames.append(pd.DataFrame(columns))
    return pd.concat(frames, ignore_index=True)


def write_foreign(path: Path, day: DayRows) -> None:
    """Instruments interleaved by second, in row groups of 100 rows, without the columns that nobody has."""
    frame = frame_of(day).sort_values("second", kind="stable").dropna(axis=1, how="all")
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_parquet(path, index=False, row_group_size=100)
