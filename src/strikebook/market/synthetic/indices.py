"""The made-up indices: where each one is heading, how it moves with the market, and how its options are listed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

LAST_DAY: Final = date(2035, 12, 31)


@dataclass(frozen=True, slots=True)
class Index:
    """``first_day`` is the first day offered. ``levels``: rough levels the path stays near, one at each date.

    ``market_share``: the correlation of its moves with the common market's. ``volatility_ratio``: its volatility over
    the market's. ``liquidity``: how often its options trade, NIFTY's being 1.
    """

    name: str
    first_day: date
    strike_step_paise: int
    market_share: float
    volatility_ratio: float
    liquidity: float
    levels: tuple[tuple[date, float], ...]


_NEW_YEARS: Final = (*(date(year, 1, 1) for year in (2016, 2019, 2020, 2021, 2022, 2023, 2024)), date(2024, 10, 1))
_DATES: Final = (*_NEW_YEARS, date(2025, 3, 1), date(2026, 1, 1), date(2037, 1, 1))


def _index(
    name: str, first_day: date, step: int, moves: tuple[float, float, float], levels: tuple[float, ...]
) -> tuple[str, Index]:
    return name, Index(name, first_day, step * 100, *moves, levels=tuple(zip(_DATES, levels, strict=True)))


INDICES: Final = MappingProxyType(
    dict(
        (
            _index(
                "BANKNIFTY",
                date(2019, 1, 1),
                100,
                (0.86, 1.25, 0.7),
                (16_500, 27_200, 31_500, 31_500, 36_000, 43_000, 48_000, 52_500, 49_500, 59_000, 77_000),
            ),
            _index(
                "NIFTY",
                date(2019, 1, 1),
                50,
                (0.97, 1.0, 1.0),
                (7_900, 10_900, 12_200, 14_000, 17_400, 18_200, 21_700, 25_300, 22_800, 26_000, 34_000),
            ),
            _index(
                "SENSEX",
                date(2023, 5, 15),
                100,
                (0.97, 0.98, 0.6),
                (26_000, 36_100, 41_300, 47_800, 58_300, 61_000, 72_200, 83_500, 75_000, 85_000, 111_000),
            ),
        )
    )
)
