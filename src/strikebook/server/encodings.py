"""Which coding of a stored document a client wants (RFC 9110, 12.5.3), and which copies of it the client has."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

Coding = Literal["gzip", "identity"]


@lru_cache(maxsize=256)
def wanted_coding(accept_encoding: bytes | None) -> Coding | None:
    """Say gzip for a client that takes it at least as gladly as plain bytes; None for one that takes neither.

    A client that says nothing gets plain bytes.
    """
    if accept_encoding is None:
        return "identity"
    weights: dict[str, float] = {}
    for part in accept_encoding.decode("latin-1").lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        weights[name] = _weight(parameters)
    gzip = max(weights.get("gzip", weights.get("*", 0.0)), weights.get("x-gzip", 0.0))
    identity = weights.get("identity")
    if gzip > 0 and gzip >= (identity or 0.0):
        return "gzip"
    refused = identity == 0.0 or (identity is None and weights.get("*") == 0.0)
    return None if refused else "identity"


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                weight = float(value)
            except ValueError:
                return 0.0
            return weight if 0.0 <= weight <= 1.0 else 0.0
    return 1.0


@lru_cache(maxsize=256)
def has_copy(if_none_match: bytes, etag: bytes) -> bool:
    """Whether a client's ``If-None-Match`` names that entity tag (compared weakly, as GET and HEAD do)."""
    tags = [tag.strip().removeprefix(b"W/") for tag in if_none_match.split(b",")]
    return b"*" in tags or etag in tags
