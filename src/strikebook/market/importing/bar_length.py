"""How long are a file's bars? The distance between two of them, by far the most frequent one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np

from strikebook.errors import MarketDataError
from strikebook.market.importing.mapping import ImportMapping
from strikebook.market.importing.quotes import Quotes
from strikebook.market.importing.stamps import MICROSECONDS
from strikebook.model.session import SECONDS_PER_DAY

_ENOUGH: Final = 20


def bar_lengths(files: Sequence[Quotes], mapping: ImportMapping) -> list[int]:
    """The length in seconds of each file's bars, 0 for a file of trades.

    The mapping's length counts; else the most frequent distance between a file's bars, if half of them have it; a
    file with too few bars takes the length that the other files have. Raises MarketDataError where none can be told.
    """
    distances = [_distances(quotes) if quotes.is_bars and not mapping.time.bar_s else Counter() for quotes in files]
    together: Counter[int] = sum(distances, Counter())
    lengths = []
    for quotes, own in zip(files, distances, strict=True):
        if not quotes.is_bars:
            lengths.append(0)
            continue
        counted = own if own.total() >= _ENOUGH else together
        length, votes = counted.most_common(1)[0] if counted else (0, 0)
        if mapping.time.bar_s:
            length = mapping.time.bar_s
        elif not votes or 2 * votes < counted.total():
            raise MarketDataError(
                "the length of its bars cannot be told from their distances",
                where=str(quotes.path),
                right='bar = "1m" (or their length) under [time] in a mapping',
            )
        lengths.append(length)
    return lengths


def _distances(quotes: Quotes) -> Counter[int]:
    """Distance in seconds -> how often two neighbouring bars of an instrument and day have it."""
    stamp = quotes.stamp_us // MICROSECONDS
    order = np.lexsort((stamp, quotes.code))
    code, stamp = quotes.code[order], stamp[order]
    distance = np.diff(stamp)
    same = (np.diff(code) == 0) & (distance > 0) & (np.diff(stamp // SECONDS_PER_DAY) == 0)
    values, counts = np.unique(distance[same], return_counts=True)
    return Counter(dict(zip(values.tolist(), counts.tolist(), strict=True)))
