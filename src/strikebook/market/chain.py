"""The chain snapshot: the last price of every listed option at the end of every minute of a day.

It is derived from the day file and lies beside it as ``{YYYY-MM-DD}.chain.parquet``, so that a choice by premium or
delta reads one small file instead of every contract.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from strikebook.atomic_file import replace_file
from strikebook.errors import MarketDataError
from strikebook.market.arrow_columns import encoded, numbers
from strikebook.market.rows import ABSENT, InstrumentRows
from strikebook.model.prices import Int32s, Int64s
from strikebook.model.session import Session

FINGERPRINT_KEY: Final = b"strikebook_day"
SCHEMA: Final = pa.schema(
    [
        pa.field("symbol", pa.dictionary(pa.int32(), pa.string()), nullable=False),
        pa.field("second", pa.int32(), nullable=False),
        pa.field("price_paise", pa.int64()),
        pa.field("traded_second", pa.int32()),
    ]
)


@dataclass(frozen=True, slots=True)
class ChainSnapshot:
    """``second``: int32[m], the last second of every minute and the close. ``symbols``: the listed options.

    ``price_paise``: int64[len(symbols), m], the last trade's price at that second, -1 before the first.
    ``traded_second``: int32[len(symbols), m], when that trade was, -1 before the first.
    """

    second: Int32s
    symbols: tuple[str, ...]
    price_paise: Int64s
    traded_second: Int32s


def chain_path(day_path: Path) -> Path:
    """Where the snapshot of a day file lies."""
    return day_path.with_suffix(".chain.parquet")


def chain_of(rows: Mapping[str, InstrumentRows], session: Session) -> ChainSnapshot:
    """The snapshot of a day's options; ``rows``: every instrument's, futures and the underlying are passed over."""
    second = np.arange(session.open_s + 59, session.close_s, 60, dtype=np.int32)
    second = np.append(second, np.int32(session.close_s)).astype(np.int32)
    symbols = tuple(symbol for symbol in rows if ":OPT:" in symbol)
    price = np.full((len(symbols), len(second)), ABSENT, np.int64)
    traded = np.full((len(symbols), len(second)), ABSENT, np.int32)
    for at, symbol in enumerate(symbols):
        ticks = rows[symbol].ticks(session)
        last = np.searchsorted(ticks.second, second, "right") - 1
        known = last >= 0
        price[at, known] = ticks.price_paise[last[known]]
        traded[at, known] = ticks.second[last[known]]
    return ChainSnapshot(second, symbols, price, traded)


def write_chain(path: Path, chain: ChainSnapshot, fingerprint: str) -> None:
    """Write a snapshot as derived from the day file of that fingerprint. Raises StorageError."""
    minutes = len(chain.second)
    code = np.repeat(np.arange(len(chain.symbols), dtype=np.int32), minutes)
    price = chain.price_paise.ravel()
    traded = chain.traded_second.ravel()
    table = pa.table(
        [
            pa.DictionaryArray.from_arrays(pa.array(code), pa.array(chain.symbols, pa.string())),
            pa.array(np.tile(chain.second, len(chain.symbols))),
            pa.array(price, mask=price == ABSENT),
            pa.array(traded, mask=traded == ABSENT),
        ],
        schema=SCHEMA.with_metadata({FINGERPRINT_KEY: fingerprint.encode()}),
    )
    replace_file(
        path,
        lambda target: pq.write_table(
            table, target, compression="snappy", write_statistics=False, row_group_size=max(len(table), 1)
        ),
    )


def read_chain(path: Path, fingerprint: str) -> ChainSnapshot | None:
    """The stored snapshot; None where there is none, or one that was derived from other data.

    Raises MarketDataError where the file is damaged.
    """
    if not path.is_file():
        return None
    try:
        file: Any = pq.ParquetFile(path, memory_map=True)
        if (file.metadata.metadata or {}).get(FINGERPRINT_KEY) != fingerprint.encode():
            return None
        table = file.read(use_threads=False)
        _, symbols = encoded(table.column("symbol"))
        shape = (len(symbols), len(table) // max(len(symbols), 1))
        second = numbers(table.column("second"), np.int32).reshape(shape)
        price = numbers(table.column("price_paise"), np.int64, ABSENT).reshape(shape)
        traded = numbers(table.column("traded_second"), np.int32, ABSENT).reshape(shape)
    except (pa.ArrowException, OSError, KeyError, ValueError) as error:
        raise MarketDataError(
            f"not a readable chain snapshot: {error}", where=str(path), right="delete it, or import the day again"
        ) from error
    return ChainSnapshot(
        second[0] if len(symbols) else np.empty(0, np.int32), tuple(symbols.to_pylist()), price, traded
    )
