"""A point of a sweep as a strategy of its own: the swept strategy's document with its values, an id and a name."""

from __future__ import annotations

from typing import Any, Final

import orjson

from strikebook.errors import NotFoundError, StrategyError
from strikebook.service.sweep_planning import point_document, told
from strikebook.service.sweep_request import parse_sweep
from strikebook.service.sweep_table import Document, damage_told
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.codec import decode_metadata
from strikebook.storage.layout import RunKey, check_id
from strikebook.strategy.parse import parse_strategy, require_strategy

_WRAPPERS: Final = ("strategy", "config")
_IDS: Final = ("strategy_id", "id")
_NAMES: Final = ("strategy_name", "name")
_LONGEST_NAME: Final = 200
_LONGEST_BASE: Final = 90


def point_strategy(
    sweeps: BacktestStorage, key: RunKey, point: int, strategy_id: str | None, strategy_name: str | None
) -> tuple[str, str, bytes, Document]:
    """The id, the name, the document and the values of a point, which is numbered from 1.

    Without an id it is the strategy's with the sweep's mark and the point's number. Raises NotFoundError where there
    is no such sweep or point, UsageError for an id that is none, StrategyError where the document would not be read.
    """
    metadata, strategy = sweeps.metadata(key), sweeps.strategy(key)
    if metadata is None or strategy is None:
        raise NotFoundError(f"no sweep {key.strategy_id}", where="sweep_id", right="the sweeps of a user are listed")
    heading: dict[str, Any] = decode_metadata(metadata, str(key))
    with damage_told(str(key)):
        request = parse_sweep(heading["request"])
        swept = check_id(heading["strategy_id"], "strategy_id"), heading["strategy_name"]
    points = request.points()
    if not 1 <= point <= len(points):
        raise NotFoundError(f"no point {point}", where="point", right=f"1 to {len(points)}")
    names, paths = ([getattr(each, member) for each in request.parameters] for member in ("name", "path"))
    values = points[point - 1]
    mark = key.strategy_id.rpartition("_")[2]
    new_id = strategy_id or f"{swept[0][:_LONGEST_BASE]}-{mark}-p{point}"
    check_id(new_id, "strategy_id")
    name = (strategy_name or f"{swept[1]} ({told(names, values)})")[:_LONGEST_NAME]
    document = renamed(point_document(strategy, "strategy", paths, values), new_id, name)
    content = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    made = require_strategy(orjson.loads(content))
    if made.id != new_id:
        raise StrategyError(f"the document would be read as {made.id}", where="strategy_id", right="another document")
    return new_id, name, content, dict(zip(names, values, strict=True))


def renamed(document: object, strategy_id: str, name: str) -> object:
    """The document with another id and name, wherever it says them; at its top where it says none."""
    if not isinstance(document, dict):
        return document
    made = _renamed(document, strategy_id, name)
    for wrapper in _WRAPPERS:
        inner = made.get(wrapper)
        if made.get("nodes") is None and isinstance(inner, dict):
            made[wrapper] = _renamed(inner, strategy_id, name)
    parsed = parse_strategy(made).strategy
    if parsed is None or parsed.id != strategy_id:
        made["strategy_id"] = strategy_id
    if parsed is None or parsed.name != name:
        made["strategy_name"] = name
    return made


def _renamed(record: dict[str, Any], strategy_id: str, name: str) -> dict[str, Any]:
    values = {**dict.fromkeys(_IDS, strategy_id), **dict.fromkeys(_NAMES, name)}
    return {member: values.get(member, value) if value is not None else value for member, value in record.items()}
