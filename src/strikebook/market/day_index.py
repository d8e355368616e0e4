"""The index in a day file's footer: what the day has, without reading a price."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np
import orjson

from strikebook.errors import MarketDataError, SessionMismatchError, UsageError
from strikebook.market.rows import ABSENT, OPTIONAL_COLUMNS, InstrumentRows
from strikebook.model.instrument import FutureContract, OptionContract, OptionType, parse_symbol
from strikebook.model.session import Session

FORMAT: Final = 1
INDEX_KEY: Final = b"strikebook"

TOLERATED_OUTSIDE: Final = 0.01
STRAYS: Final = 5
STRAY_SHARE: Final = 0.1

Strikes = dict[tuple[date, OptionType], tuple[int, ...]]


class InstrumentEntry(NamedTuple):
    """An instrument of a day. ``row_group`` is None for a contract that was listed and has no rows.

    ``bars`` of its ``rows`` are bars. ``bar_s`` is the length that every row has (0: all are trades), None where
    rows differ. ``columns`` are the optional columns that have values. ``outside`` rows of its source lay outside the
    session and were left out. ``digest`` is the hash of its rows.
    """

    row_group: int | None
    rows: int
    bars: int
    bar_s: int | None
    columns: tuple[str, ...]
    outside: int
    digest: str


@dataclass(frozen=True, slots=True)
class DayIndex:
    """What a day file says about itself. ``origin`` is empty for real prices, else such as ``synthetic:7``.

    ``strikes_paise``: the listed contracts, (expiry, option type) -> strikes, ascending. ``stated``: symbol -> entry as
    it stands in the file, in the file's order.
    """

    underlying: str
    session: Session
    origin: str
    fingerprint: str
    strikes_paise: Mapping[tuple[date, OptionType], tuple[int, ...]] = field(compare=False)
    stated: Mapping[str, Mapping[str, Any]]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the symbols: spot, futures, options by expiry, strike and type."""
        return iter(self.stated)

    def __len__(self) -> int:
        return len(self.stated)

    def entry(self, symbol: str) -> InstrumentEntry | None:
        """What the day has of an instrument; None where it does not list it."""
        stated = self.stated.get(symbol)
        return None if stated is None else InstrumentEntry(**{**stated, "columns": tuple(stated["columns"])})

    def refuse_session_mismatch(self, where: str) -> None:
        """Raise SessionMismatchError where too many of the day's rows lay outside its session."""
        outside = sum([entry["outside"] for entry in self.stated.values()])
        if not outside:
            return
        total = outside + sum(entry["rows"] for entry in self.stated.values())
        if too_many_outside(outside, total):
            raise session_mismatch(outside, total, where)


def too_many_outside(outside: int, total: int) -> bool:
    """True for more than 1 % of the rows; up to five strays are let pass where they are at most a tenth."""
    strays = outside <= STRAYS and outside <= STRAY_SHARE * total
    return outside > TOLERATED_OUTSIDE * total and not strays


def session_mismatch(outside: int, total: int, where: str) -> SessionMismatchError:
    """The error of a day that cannot be trusted because its stamps do not fit its session."""
    return SessionMismatchError(
        f"session_mismatch: {outside / total:.1%} of the day's rows lie outside its session",
        where=where,
        right="stamps in exchange time, within the day's session; for a special one import it with --session",
    )


def index_of(
    underlying: str, session: Session, rows: Mapping[str, InstrumentRows], outside: Mapping[str, int], origin: str
) -> DayIndex:
    """The index of a day with those rows; row groups count in the order of ``in_file_order``."""
    stated: dict[str, dict[str, Any]] = {}
    hasher = hashlib.blake2b(digest_size=12)
    hasher.update(f"{underlying} {session.date} {session.open_s} {session.close_s} {origin}".encode())
    row_group = 0
    for symbol in in_file_order(rows):
        own = rows[symbol]
        digest = own.digest()
        hasher.update(f"\n{symbol} {digest}".encode())
        stated[symbol] = {
            "row_group": row_group if len(own) else None,
            "rows": len(own),
            "bars": int(np.count_nonzero(own.bar_s)),
            "bar_s": _common_length(own),
            "columns": [name for name in OPTIONAL_COLUMNS if _has(own, name)],
            "outside": outside.get(symbol, 0),
            "digest": digest,
        }
        row_group += len(own) > 0
    return DayIndex(underlying, session, origin, hasher.hexdigest(), listed_strikes(rows), stated)


def index_text(index: DayIndex) -> bytes:
    """The index as it is stored: JSON."""
    contracts: dict[str, dict[str, list[int]]] = {}
    for (expiry, option_type), strikes in sorted(index.strikes_paise.items()):
        contracts.setdefault(expiry.isoformat(), {})[option_type] = list(strikes)
    return orjson.dumps(
        {
            "format": FORMAT,
            "underlying": index.underlying,
            "date": index.session.date.isoformat(),
            "session": [index.session.open_s, index.session.close_s],
            "origin": index.origin,
            "fingerprint": index.fingerprint,
            "contracts": contracts,
            "instruments": index.stated,
        }
    )


def parse_index(text: bytes, where: str) -> DayIndex:
    """Read a stored index. Raises MarketDataError where it cannot be read or is of another format."""
    try:
        document = orjson.loads(text)
        if document["format"] != FORMAT:
            raise MarketDataError(
                f"day file format {document['format']}", where=where, right=f"format {FORMAT}: import the day again"
            )
        strikes: Strikes = {}
        for expiry, by_type in document["contracts"].items():
            for option_type, listed in by_type.items():
                strikes[date.fromisoformat(expiry), option_type] = tuple(listed)
        return DayIndex(
            document["underlying"],
            Session(date.fromisoformat(document["date"]), *document["session"]),
            document["origin"],
            document["fingerprint"],
            strikes,
            document["instruments"],
        )
    except (ValueError, KeyError, TypeError, AttributeError, UsageError) as error:
        raise MarketDataError(
            f"its index cannot be read: {error}", where=where, right="import the day again"
        ) from error


def in_file_order(symbols: Iterable[str]) -> list[str]:
    """Symbols as a day file orders them: spot, futures by expiry, options by expiry, strike and type."""

    def place(symbol: str) -> tuple[int, date, int, str]:
        parsed = parse_symbol(symbol)
        if isinstance(parsed, OptionContract):
            return (2, parsed.expiry, parsed.strike_paise, parsed.option_type)
        if isinstance(parsed, FutureContract):
            return (1, parsed.expiry, 0, "")
        return (0, date.min, 0, symbol)

    return sorted(symbols, key=place)


def listed_strikes(symbols: Iterable[str]) -> Strikes:
    """The option contracts among symbols: (expiry, option type) -> strikes in paise, ascending."""
    strikes: dict[tuple[date, OptionType], list[int]] = {}
    for symbol in symbols:
        parsed = parse_symbol(symbol)
        if isinstance(parsed, OptionContract):
            strikes.setdefault((parsed.expiry, parsed.option_type), []).append(parsed.strike_paise)
    return {key: tuple(sorted(values)) for key, values in strikes.items()}


def _common_length(rows: InstrumentRows) -> int | None:
    if not len(rows):
        return 0
    first = int(rows.bar_s[0])
    return first if bool(np.all(rows.bar_s == first)) else None


def _has(rows: InstrumentRows, name: str) -> bool:
    values = getattr(rows, name)
    return values is not None and bool(np.any(values != ABSENT))
