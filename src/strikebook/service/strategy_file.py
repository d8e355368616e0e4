"""Strategy documents as they come in: JSON text to a checked strategy, every refusal with its place."""

from __future__ import annotations

import json
from pathlib import Path

import orjson

from strikebook.errors import StrategyError
from strikebook.strategy.node import Strategy
from strikebook.strategy.parse import Parsed, parse_strategy, require_strategy, unwrap

LARGEST_DOCUMENT_BYTES = 4 * 1024 * 1024


def read_document(path: Path) -> bytes:
    """Read a strategy file. Raises StrategyError where it cannot be read or is larger than 4 MB."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_DOCUMENT_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StrategyError(f"cannot read: {reason}", where=str(path), right="a strategy as JSON") from error
    if len(content) > LARGEST_DOCUMENT_BYTES:
        raise StrategyError("a strategy of more than 4 MB", where=str(path), right="at most 4 MB")
    return content


def decode_document(content: bytes, where: str = "strategy") -> object:
    """Read strategy JSON, also the JSON inside a database row.

    Raises StrategyError with line and column where it is no JSON, and where an object has a member twice: one of the
    two would be ignored.
    """
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        what = error.msg.partition(": line")[0]
        raise StrategyError(f"not JSON: {what} at {place}", where=where, right="a JSON object") from None
    _refuse_repeated_members(content, where)
    return unwrap(document, orjson.loads)


def _refuse_repeated_members(content: bytes, where: str) -> None:
    def once(members: list[tuple[str, object]]) -> None:
        seen: set[str] = set()
        for name, _ in members:
            if name in seen:
                raise StrategyError(
                    f"an object has the member {name[:80]!r} twice", where=where, right="each member once"
                )
            seen.add(name)

    try:
        json.loads(content, object_pairs_hook=once)
    except RecursionError:
        raise StrategyError("nested too deeply", where=where, right="at most some hundred levels") from None


def parse_document(content: bytes, where: str = "strategy") -> Parsed:
    """Check a strategy: everything that was found, and the strategy where none of it is an error."""
    return parse_strategy(decode_document(content, where))


def load_strategy(content: bytes, where: str = "strategy") -> Strategy:
    """Read a strategy that must be able to run. Raises StrategyError with all that is wrong."""
    return require_strategy(decode_document(content, where))
