"""Arrow columns as numpy arrays, without pandas: Arrow's own ``to_numpy`` imports it, which costs a worker 200 ms
and 40 MB.
"""

from __future__ import annotations

from typing import Any, Final, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Number = TypeVar("Number", bound=np.generic)

_STORED: Final = {
    pa.int32().id: np.int32,
    pa.int64().id: np.int64,
    pa.float64().id: np.float64,
}


def numbers(column: Any, kind: type[Number], absent: int = -1) -> NDArray[Number]:  # noqa: ANN401 — pyarrow has no types
    """A number column as an array of ``kind``, nulls as ``absent``. Raises pa.ArrowInvalid where it is none."""
    if isinstance(column, pa.ChunkedArray):
        column = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
        if isinstance(column, pa.ChunkedArray):
            return np.concatenate([numbers(chunk, kind, absent) for chunk in column.chunks])
    if _STORED.get(column.type.id) is kind and not column.null_count:
        found: NDArray[Any] = np.from_dlpack(column)
        return found
    wanted = pa.float64() if kind is np.float64 else pa.int64()
    if column.type != wanted and (column.type != pa.int32() or kind is np.float64):
        column = column.cast(wanted)  # refuses what does not fit, such as 1.5 as a whole number
    if column.null_count:
        column = column.fill_null(absent)
    data = column.buffers()[1]
    if data is None:
        return np.empty(0, kind)
    stored = np.frombuffer(data, _STORED[column.type.id])[column.offset : column.offset + len(column)]
    return stored.astype(kind, copy=False)


def encoded(column: Any) -> tuple[NDArray[np.int32], Any]:  # noqa: ANN401 — pyarrow has no types
    """A text column as codes (-1 for a null) and the arrow array of the texts they stand for."""
    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.string()).dictionary_encode()
    joined = column.unify_dictionaries().combine_chunks()
    if isinstance(joined, pa.ChunkedArray):
        joined = joined.chunk(0) if joined.num_chunks else pa.array([], column.type)
    return numbers(joined.indices, np.int32), joined.dictionary.cast(pa.string())
