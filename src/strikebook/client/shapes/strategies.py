"""Strategies: what can be run, what is wrong with one, its graph in sentences; and what data there is."""

# Written by `python -m tests.client.make_shapes` from strikebook.server.wire.strategies; a test holds them together.

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict


class ListedStrategy(TypedDict):
    """A strategy of the shelf; ``owner`` is ``shared``, or the user whose it is."""

    strategy_id: str
    strategy_name: str
    owner: str
    bytes: int
    modified_at: str
    problem: str


class Strategies(TypedDict):
    """Strategies that can be run."""

    strategies: list[ListedStrategy]


class Finding(TypedDict):
    """What the check found: an error, or a warning."""

    severity: Literal["error", "warning"]
    path: str
    what: str
    right: str
    node_id: str | None


class StrategySummary(TypedDict):
    """What a strategy trades."""

    strategy_hash: str
    underlying: str
    supporting: str | None
    timeframes_s: list[int]
    nodes: int


class GraphNode(TypedDict):
    """A node as it is drawn; without sentences where the strategy cannot run."""

    id: str
    type: str
    kind: Literal["start", "entry_signal", "exit_signal", "re_entry_signal", "entry", "exit", "square_off", "other"]
    label: str
    x: float | None
    y: float | None
    sentences: list[str]


class GraphEdge(TypedDict):
    """From a node to one that it makes active."""

    source: str
    target: str


class Graph(TypedDict):
    """A strategy as it is drawn."""

    nodes: list[GraphNode]
    edges: list[GraphEdge]


class Findings(TypedDict):
    """What the check of a strategy found."""

    runnable: bool
    strategy_id: str | None
    strategy_name: str | None
    findings: list[Finding]
    findings_total: int
    summary: StrategySummary | None
    graph: Graph


class Deleted(TypedDict):
    """A strategy that was deleted."""

    message: str


class UnderlyingData(TypedDict):
    """What data there is of an underlying; what stands last is of stored data."""

    underlying: str
    first: str
    last: str
    days: int
    months: dict[str, list[int]]
    contracts: NotRequired[int]
    """Of stored data."""
    expiries: NotRequired[list[str]]
    """Of stored data."""
    tick_rows: NotRequired[int]
    """Of stored data."""
    bar_rows: NotRequired[int]
    """Of stored data."""
    bytes: NotRequired[int]
    """Of stored data."""
    problem: NotRequired[str]
    """Why the files cannot be read."""


class Market(TypedDict):
    """What data there is."""

    market: str
    synthetic: bool
    underlyings: list[UnderlyingData]
