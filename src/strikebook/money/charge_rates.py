"""The rates of charges by date, from the table ``strikebook/data/charge_rates.csv``."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from typing import Literal

from strikebook.errors import MarketDataError
from strikebook.model.options import Terms

Exchange = Literal["NSE", "BSE"]

SCALE = 10**7
"""A rate is a whole number of ten-millionths: 0.03553 % is 3553."""

_OF_BSE = ("SENSEX", "BANKEX", "SENSEX50")


@dataclass(frozen=True, slots=True)
class ChargeRates:
    """The rates of one exchange on one date, in ten-millionths. ``warnings`` name those that rest on a weak source."""

    stt: int
    stt_exercise: int
    exchange: int
    sebi: int
    stamp: int
    gst: int
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Row:
    begins: date
    rate: int
    weak: str


def exchange_of(underlying: str) -> Exchange:
    """Where an index's options are traded."""
    return "BSE" if underlying in _OF_BSE else "NSE"


@lru_cache(maxsize=4096)
def charge_rates(exchange: Exchange, day: date, terms: Terms = "as_was") -> ChargeRates:
    """The rates of a day: those in force on it (``as_was``), or the newest of the table (``today``).

    Raises MarketDataError for a day before the table begins.
    """
    on = date.max if terms == "today" else day
    rows = {item: _in_force(item, exchange, on) for item in ("stt", "stt_exercise", "exchange", "sebi", "stamp", "gst")}
    weak = tuple(f"charges: {row.weak}" for row in rows.values() if row.weak)
    return ChargeRates(**{item: row.rate for item, row in rows.items()}, warnings=weak)


def _in_force(item: str, exchange: Exchange, on: date) -> _Row:
    rows = _table().get((item, exchange)) or _table()[item, ""]
    in_force = [row for row in rows if row.begins <= on]
    if not in_force:
        raise MarketDataError(
            f"no {item} rate of {exchange} options is known for {on}",
            where="charge_rates.csv",
            right=f"a day from {rows[0].begins} on, or the option terms=today",
        )
    return in_force[-1]


@lru_cache(maxsize=1)
def _table() -> dict[tuple[str, str], tuple[_Row, ...]]:
    """The rows of each item and exchange, by date."""
    text = resources.files("strikebook.data").joinpath("charge_rates.csv").read_text("utf-8")
    table: dict[tuple[str, str], list[_Row]] = {}
    for row in csv.DictReader(text.splitlines()):
        rate = Decimal(row["percent"]) / 100 * SCALE
        if rate != int(rate):
            raise ValueError(f"charge_rates.csv: {row['percent']} % has more than five decimals")
        weak = row["source"] if row["weak"] else ""
        found = _Row(date.fromisoformat(row["from"]), int(rate), weak)
        table.setdefault((row["item"], row["exchange"]), []).append(found)
    return {key: tuple(sorted(rows, key=lambda row: row.begins)) for key, rows in table.items()}
