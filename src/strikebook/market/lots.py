"""Lot sizes by contract, from the dated table ``strikebook/data/lot_sizes.csv``."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class _LotRow:
    expiry_from: date
    expiry_to: date
    traded_until: date
    lot: int


def lot_sizes(underlying: str, expiries: Iterable[date], traded: date) -> dict[date, int]:
    """The lot size of each expiry's contracts as traded on that day; an expiry no source knows is left out.

    The first row of the table that covers the expiry and the day counts.
    """
    rows = _table().get(underlying, ())
    sizes = {}
    for expiry in expiries:
        for row in rows:
            if row.expiry_from <= expiry <= row.expiry_to and traded <= row.traded_until:
                sizes[expiry] = row.lot
                break
    return sizes


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[_LotRow, ...]]:
    text = resources.files("strikebook.data").joinpath("lot_sizes.csv").read_text("utf-8")
    table: dict[str, tuple[_LotRow, ...]] = {}
    for row in csv.DictReader(text.splitlines()):
        lot = _LotRow(
            date.fromisoformat(row["expiry_from"]),
            _last(row["expiry_to"]),
            _last(row["traded_until"]),
            int(row["lot"]),
        )
        table[row["underlying"]] = (*table.get(row["underlying"], ()), lot)
    return table


def _last(text: str) -> date:
    return date.fromisoformat(text) if text else date.max
