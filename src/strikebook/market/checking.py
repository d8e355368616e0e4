"""Check a catalogue: per day and instrument, what is missing and what looks wrong.

Nothing is repaired and nothing raised for a bad file: it is listed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np

from strikebook.errors import MarketDataError
from strikebook.market import calendar
from strikebook.market.catalogue import Catalogue
from strikebook.market.chain import chain_path, read_chain
from strikebook.market.day_file import OpenDay, open_day
from strikebook.market.foreign_day import ForeignDay
from strikebook.market.history import FILE_NAME as HISTORY_NAME
from strikebook.market.history import minute_candles, read_history
from strikebook.market.instrument_check import InstrumentCheck, check_instrument
from strikebook.market.rows import InstrumentRows
from strikebook.model.prices import Ticks
from strikebook.model.session import SECONDS_PER_DAY, naive_epoch

_COUNTS: Final = {
    "duplicates": "rows repeat the one before",
    "zero_prices": "prices are zero",
    "negative_prices": "prices are negative",
    "inconsistent_bars": "bars have a high or low that does not hold them",
    "overlapping_bars": "bars begin before the bar before them has ended",
    "jumps": "prices jump",
    "below_intrinsic": "trades below intrinsic value",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to know about a day: an ``error`` keeps it from running, a ``warning`` may distort a result."""

    severity: Literal["error", "warning"]
    symbol: str
    what: str


@dataclass(frozen=True, slots=True)
class DayCheck:
    """A day of an underlying: its instruments, spot first, and what was found. ``coverage`` is the spot's; None
    where the day has no spot.
    """

    underlying: str
    date: date
    instruments: tuple[InstrumentCheck, ...]
    findings: tuple[Finding, ...]

    @property
    def rows(self) -> int:
        """Rows of all instruments."""
        return sum(check.rows for check in self.instruments)

    @property
    def coverage(self) -> float | None:
        """The spot's coverage."""
        return next((check.coverage for check in self.instruments if check.symbol == self.underlying), None)

    @property
    def contract_coverage(self) -> float | None:
        """The median coverage of the day's contracts; None where it has none."""
        shares = [check.coverage for check in self.instruments if check.symbol != self.underlying]
        return round(float(np.median(shares)), 4) if shares else None

    @property
    def sound(self) -> bool:
        """No finding is an error."""
        return not any(finding.severity == "error" for finding in self.findings)


@dataclass(frozen=True, slots=True)
class CheckReport:
    """All days, by underlying and date. ``missing``: underlying -> sessions of the calendar between its first and
    last day that the catalogue does not have.
    """

    days: tuple[DayCheck, ...]
    missing: dict[str, tuple[date, ...]]

    @property
    def sound(self) -> bool:
        """Every day can be run on."""
        return all(day.sound for day in self.days)

    def as_document(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {
            "sound": self.sound,
            "days": [
                {
                    "underlying": day.underlying,
                    "date": day.date.isoformat(),
                    "sound": day.sound,
                    "rows": day.rows,
                    "coverage": day.coverage,
                    "contract_coverage": day.contract_coverage,
                    "findings": [
                        {"severity": found.severity, "symbol": found.symbol, "what": found.what}
                        for found in day.findings
                    ],
                    "instruments": [check.as_document() for check in day.instruments],
                }
                for day in self.days
            ],
            "missing": {name: [day.isoformat() for day in days] for name, days in self.missing.items()},
        }


def check(folder: Path, progress: Callable[[int, int, str], None] | None = None) -> CheckReport:
    """Check every day of a catalogue. ``progress`` is told days done, days in all, and the day's name."""
    catalogue = Catalogue(folder)
    days = [(name, day) for name in catalogue.underlyings() for day in catalogue.days(name, date.min, date.max)]
    checks = []
    for number, (underlying, day) in enumerate(days, start=1):
        checks.append(_check_day(folder, underlying, day))
        if progress is not None:
            progress(number, len(days), f"{underlying} {day.isoformat()}")
    missing: dict[str, tuple[date, ...]] = {}
    for name in catalogue.underlyings():
        own = [day for underlying, day in days if underlying == name]
        planned = calendar.planned_sessions(own[0], own[-1])
        missing[name] = tuple(day for day in planned if day not in set(own))
    return CheckReport(tuple(checks), missing)


def _check_day(folder: Path, underlying: str, day: date) -> DayCheck:
    try:
        opened = open_day(folder, underlying, day)
        session = opened.index.session
        spot_rows = opened.rows_of(underlying)
        spot = Ticks.none() if spot_rows is None else spot_rows.ticks(session)
        instruments = tuple(
            check_instrument(symbol, opened.rows_of(symbol) or InstrumentRows.none(), session, spot)
            for symbol in opened.index
        )
        findings = [*_findings_of_file(opened), *_findings_of_derived(folder, opened, spot_rows)]
    except MarketDataError as error:
        return DayCheck(underlying, day, (), (Finding("error", underlying, str(error)),))
    for instrument in instruments:
        findings += _findings_of_instrument(instrument)
    return DayCheck(underlying, day, instruments, tuple(findings))


def _findings_of_instrument(found: InstrumentCheck) -> list[Finding]:
    if not found.rows:
        return [Finding("warning", found.symbol, "listed and not traded")]
    findings = [
        Finding("error" if name == "negative_prices" else "warning", found.symbol, f"{count:,} {what}")
        for name, what in _COUNTS.items()
        if (count := getattr(found, name))
    ]
    if found.gaps:
        findings.append(Finding("warning", found.symbol, _spells("gap", "gaps", found.gaps, found.longest_gap_s)))
    if found.flat_stretches:
        one, more = "stretch at one price", "stretches at one price"
        what = _spells(one, more, found.flat_stretches, found.longest_flat_s)
        findings.append(Finding("warning", found.symbol, what))
    return findings


def _spells(one: str, more: str, count: int, longest_s: int) -> str:
    return f"a {one} of {longest_s:,} s" if count == 1 else f"{count:,} {more}, the longest of {longest_s:,} s"


def _findings_of_file(opened: OpenDay) -> list[Finding]:
    index = opened.index
    findings = []
    if isinstance(opened, ForeignDay):
        try:
            opened.refuse_unusable()
        except MarketDataError as error:
            findings.append(Finding("error", index.underlying, str(error)))
    if index.entry(index.underlying) is None:
        findings.append(Finding("warning", index.underlying, "no spot prices: no strike can be chosen"))
    one_sided = [
        expiry
        for expiry in sorted({expiry for expiry, _ in index.strikes_paise})
        if index.strikes_paise.get((expiry, "CE")) != index.strikes_paise.get((expiry, "PE"))
    ]
    findings += [
        Finding("warning", index.underlying, f"calls and puts of {expiry.isoformat()} have different strikes")
        for expiry in one_sided
    ]
    outside = sum(entry.outside for symbol in index if (entry := index.entry(symbol)) is not None)
    if outside:
        findings.append(Finding("warning", index.underlying, f"{outside:,} rows of the source lay outside the session"))
    return findings


def _findings_of_derived(folder: Path, opened: OpenDay, spot: InstrumentRows | None) -> list[Finding]:
    """Do the files derived from the day still agree with it?"""
    index = opened.index
    findings = []
    if index.strikes_paise and not isinstance(opened, ForeignDay):
        stored = read_chain(chain_path(opened.path), index.fingerprint)
        if stored is None:
            findings.append(Finding("warning", index.underlying, "its chain snapshot is missing or of other data"))
    if spot is not None:
        start = naive_epoch(index.session.date)
        bars = read_history(folder / index.underlying / HISTORY_NAME).bars
        begin, end = np.searchsorted(bars.start, [start, start + SECONDS_PER_DAY])
        expected = minute_candles(spot, index.session)
        same = np.array_equal(expected.start, bars.start[begin:end]) and np.array_equal(
            expected.close_paise, bars.close_paise[begin:end]
        )
        if not same:
            findings.append(Finding("warning", index.underlying, f"{HISTORY_NAME} does not have the day as it is"))
    return findings
