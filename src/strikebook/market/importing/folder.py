"""Import as a whole: from paths to a catalogue, with a report of what was taken, skipped and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final, Literal

from strikebook.errors import NoDataError
from strikebook.market import calendar
from strikebook.market.catalogue_writer import day_start, put_day, put_history, writing
from strikebook.market.day_file import DayRows, open_day
from strikebook.market.day_index import session_mismatch, too_many_outside
from strikebook.market.importing.bar_length import bar_lengths
from strikebook.market.importing.days import DayKey, SortedDays, sort_into_days
from strikebook.market.importing.mapping import ImportMapping
from strikebook.market.importing.quotes import Quotes, quotes_of
from strikebook.market.importing.session_fit import PlacedQuotes, place_in_sessions
from strikebook.market.importing.source_table import read_source
from strikebook.market.rows import InstrumentRows
from strikebook.model.prices import Bars
from strikebook.model.session import Session

_BATCH_ROWS: Final = 6_000_000


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is: ``done`` of ``total`` files read (of the paths given) or days written (of a batch)."""

    stage: Literal["reading", "writing"]
    done: int
    total: int
    name: str


@dataclass(frozen=True, slots=True)
class FileReport:
    """A file: its rows, how many were taken, and reason -> how many were not."""

    path: str
    rows: int
    taken: int
    skipped: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class DayReport:
    """A day of the catalogue after the import, and whether the import changed it.

    ``replaced``: instruments the day had from an earlier import with other prices; the new ones count.
    """

    underlying: str
    date: date
    status: Literal["written", "unchanged"]
    instruments: int
    rows: int
    replaced: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did. ``ignored``: file -> why it was not read."""

    files: tuple[FileReport, ...]
    days: tuple[DayReport, ...]
    ignored: Mapping[str, str]

    @property
    def rows(self) -> int:
        """Rows taken."""
        return sum(file.taken for file in self.files)

    @property
    def skipped(self) -> dict[str, int]:
        """Reason -> rows not taken, over all files."""
        total: dict[str, int] = {}
        for file in self.files:
            for reason, count in file.skipped.items():
                total[reason] = total.get(reason, 0) + count
        return total

    def as_document(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {
            "rows": self.rows,
            "skipped": self.skipped,
            "files": [
                {"path": file.path, "rows": file.rows, "taken": file.taken, "skipped": dict(file.skipped)}
                for file in self.files
            ],
            "days": [
                {
                    "underlying": day.underlying,
                    "date": day.date.isoformat(),
                    "status": day.status,
                    "instruments": day.instruments,
                    "rows": day.rows,
                    "replaced": list(day.replaced),
                }
                for day in self.days
            ],
            "ignored": dict(self.ignored),
        }


def import_paths(
    paths: Sequence[Path],
    to: Path,
    mapping: ImportMapping | None = None,
    session: tuple[int, int] | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> ImportReport:
    """Import files, and the files in folders, into the catalogue ``to``.

    ``session``: (open, close) in seconds since midnight, in place of the calendar's for every day of this import.
    Days that the catalogue has are merged with: an instrument imported again is replaced for that day, others stay.
    Importing the same again changes no byte. A day is written whole or not at all, after the files it is made from
    were read and found good.

    Raises MarketDataError (SessionMismatchError, NoDataError) for files that cannot be trusted, StorageError where
    the catalogue cannot be written, BusyError while another import writes it.
    """
    job = _Import(to, mapping or ImportMapping(), session, progress or (lambda _: None))
    files, ignored = _walk(paths, job.mapping)
    if not files:
        raise NoDataError(
            "no file to import",
            where=", ".join(map(str, paths)),
            right="files named " + ", ".join(job.mapping.take),
        )
    with writing(to):
        try:
            job.read(files)
        finally:  # also where a later file is refused or the disk is full: the days that were written count
            for underlying, days in job.candles.items():
                put_history(to, underlying, days)
    return ImportReport(tuple(job.files), tuple(job.days[key] for key in sorted(job.days)), ignored)


class _Import:
    """One call's state: what it has written so far."""

    def __init__(
        self,
        to: Path,
        mapping: ImportMapping,
        session: tuple[int, int] | None,
        progress: Callable[[Progress], None],
    ) -> None:
        self.to = to
        self.mapping = mapping
        self.session = session
        self.progress = progress
        self.files: list[FileReport] = []
        self.days: dict[DayKey, DayReport] = {}
        self.written: dict[DayKey, set[str]] = {}
        self.candles: dict[str, dict[int, tuple[int, Bars]]] = {}

    def session_of(self, day: date) -> Session:
        if self.session is not None:
            return Session(day, *self.session)
        return calendar.session_of(day)

    def read(self, files: Sequence[Path]) -> None:
        """Read the files and write them, a batch at a time."""
        batch: list[Quotes] = []
        for number, path in enumerate(files, start=1):
            batch.append(quotes_of(read_source(path, self.mapping), self.mapping))
            self.progress(Progress("reading", number, len(files), path.name))
            if sum(map(len, batch)) >= _BATCH_ROWS:
                self.flush(batch)
                batch = []
        self.flush(batch)

    def flush(self, batch: list[Quotes]) -> None:
        """Place, sort and write a batch of files."""
        if not batch:
            return
        lengths = bar_lengths(batch, self.mapping)
        placed = [
            place_in_sessions(quotes, length, self.mapping, self.session_of)
            for quotes, length in zip(batch, lengths, strict=True)
        ]
        sorted_days = sort_into_days(placed, self.mapping)
        _refuse_mismatched_days(sorted_days, batch)
        self.files += _file_reports(placed, sorted_days)
        for number, (key, rows) in enumerate(sorted(sorted_days.rows.items()), start=1):
            underlying, day = key
            outside = dict(sorted_days.outside.get(key, {}))
            ours = set(self.written.get(key, ()))
            record = DayRows(underlying, self.session_of(day), self._with_earlier(key, rows), outside)
            written = put_day(self.to, record)
            before = self.days.get(key)
            status = "written" if before is not None and before.status == "written" else written.status
            replaced = tuple(symbol for symbol in written.replaced if symbol not in ours)
            replaced = (*(before.replaced if before else ()), *replaced)
            self.days[key] = DayReport(underlying, day, status, written.instruments, written.rows, replaced)
            if written.candles is not None:
                days = self.candles.setdefault(underlying, {})
                days[day_start(record)] = (written.open_s, written.candles)
            self.progress(Progress("writing", number, len(sorted_days.rows), f"{underlying} {day.isoformat()}"))

    def _with_earlier(self, key: DayKey, rows: Mapping[str, InstrumentRows]) -> dict[str, InstrumentRows]:
        """The rows, joined with those of the same instrument that an earlier batch of this import wrote."""
        seen = self.written.setdefault(key, set())
        joined = dict(rows)
        if not seen.isdisjoint(rows):
            file = open_day(self.to, *key)
            for symbol in seen.intersection(rows):
                earlier = file.rows_of(symbol)
                if earlier is not None:
                    joined[symbol] = earlier.followed_by(rows[symbol])
        seen.update(rows)
        return joined


def _refuse_mismatched_days(sorted_days: SortedDays, batch: Sequence[Quotes]) -> None:
    """Refuse a batch in which a day's rows do not fit that day's session, however few they are among all rows."""
    for (underlying, day), rows in sorted(sorted_days.rows.items()):
        out = sum(sorted_days.outside.get((underlying, day), {}).values())
        total = out + sum(map(len, rows.values()))
        if too_many_outside(out, total):
            names = ", ".join(sorted({str(quotes.path) for quotes in batch})[:3])
            raise session_mismatch(out, total, f"{underlying} on {day} in {names}")


def _walk(paths: Sequence[Path], mapping: ImportMapping) -> tuple[list[Path], dict[str, str]]:
    """The files to read, in order, and those that are not, with the reason."""
    files: list[Path] = []
    ignored: dict[str, str] = {}
    for path in paths:
        if not path.exists():
            raise NoDataError("there is no such file or folder", where=str(path), right="an existing path")
        for found in _below(path):
            if _fits(found.name, mapping.ignore):
                ignored[str(found)] = "ignored by the mapping"
            elif path.is_dir() and not _fits(found.name, mapping.take):
                ignored[str(found)] = "its name is none of " + ", ".join(mapping.take)
            else:
                files.append(found)
    return list(dict.fromkeys(files)), ignored


def _fits(name: str, patterns: Sequence[str]) -> bool:
    """Does a file's name fit one of the patterns, in any case?"""
    return any(fnmatchcase(name.lower(), pattern.lower()) for pattern in patterns)


def _below(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from sorted(found for found in path.rglob("*") if found.is_file())
    else:
        yield path


def _file_reports(files: Sequence[PlacedQuotes], days: SortedDays) -> list[FileReport]:
    reports = []
    for placed in files:
        quotes = placed.quotes
        skipped = dict(quotes.skipped)
        rows = len(quotes) + sum(skipped.values())
        for (path, reason), count in days.dropped.items():
            if path == quotes.path:
                skipped[reason] = skipped.get(reason, 0) + count
        skipped = {reason: count for reason, count in skipped.items() if count}
        reports.append(FileReport(str(quotes.path), rows, rows - sum(skipped.values()), skipped))
    return reports
