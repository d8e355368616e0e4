"""The history of a strategy's runs, as lines of JSON that outlive the results: what each line says, and how it is read.

kind        it says
run         a run has ended: what it was asked, and what it came to. Of a job that was resumed the last line counts
carried     the Sharpe ratios of runs before the first line, from the metadata of a version that kept no history
forgotten   the user deleted what stood before; it names the run that was stored then, which is not noted again

At most 1,000 runs are kept: the oldest go when there are a hundred more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

Document = dict[str, Any]
Ratio = float | None
MOST_RUNS: Final = 1_000
ENDED: Final = frozenset({"completed", "failed", "cancelled"})
_SLACK: Final = 100
_TAKEN: Final = (
    "job_id",
    "status",
    "error",
    "created_at",
    "completed_at",
    "start_date",
    "end_date",
    "total_days",
    "completed_days",
    "failed_days",
    "strategy_name",
    "strategy_hash",
    "engine_version",
    "synthetic",
    "options",
)
_SUMMARY: Final = ("total_positions", "closed_positions", "total_pnl", "charges", "net_pnl", "win_rate", "max_drawdown")
_FIGURES: Final = ("sharpe", "trials", "deflated_sharpe")


@dataclass(frozen=True, slots=True)
class History:
    """The runs that have ended, a record each, the oldest first; the ratios carried over from before the first of
    them; the run that was stored when the history was deleted; how many lines there are, and how many make no sense.
    """

    runs: tuple[Document, ...] = ()
    carried: tuple[Ratio, ...] = ()
    forgotten: tuple[object, object] | None = None
    lines: int = 0
    damaged: int = 0

    def knows(self, record: Document) -> bool:
        """Whether this end of that run needs no line: it has one, or its line was deleted."""
        same = ("job_id", "completed_at", "status")
        if self.forgotten == (record["job_id"], record["completed_at"]):
            return True
        return any(all(run.get(name) == record[name] for name in same) for run in self.runs)

    def trials(self, without: str | None = None) -> list[Ratio]:
        """The Sharpe ratios of all runs, but for that job's, the oldest first; None for a run without one."""
        runs = [_ratio(run.get("sharpe")) for run in self.runs if run["job_id"] != without]
        return [*self.carried, *runs]


def read_history(lines: bytes | None) -> History:
    """What whole lines say. One that makes no sense hides no other, and is counted."""
    runs: dict[str, Document] = {}
    carried: tuple[Ratio, ...] = ()
    forgotten = None
    damaged = 0
    texts = (lines or b"").splitlines()
    for text in texts:
        line = _line(text)
        if line["kind"] == "run":
            runs.pop(line["job_id"], None)  # the last line counts, in its place
            runs[line["job_id"]] = {name: value for name, value in line.items() if name != "kind"}
        elif line["kind"] == "carried":
            carried = tuple(map(_ratio, line["trials"]))
        elif line["kind"] == "forgotten":
            forgotten = (line.get("job_id"), line.get("completed_at"))
        else:
            damaged += 1
    return History(tuple(runs.values())[-MOST_RUNS:], carried, forgotten, len(texts), damaged)


def record_of(metadata: Mapping[str, Any]) -> Document:
    """The record of a run, from its metadata as it ended."""
    summary = _object(metadata.get("overall_summary"))
    figures = _object(_object(metadata.get("statistics")).get("figures"))
    return {
        **{name: metadata.get(name) for name in _TAKEN},
        "market": _object(metadata.get("market")).get("label"),
        **{name: summary.get(name) for name in _SUMMARY},
        **{name: figures.get(name) for name in _FIGURES},
    }


def lines_of(record: Document, metadata: Mapping[str, Any], history: History) -> bytes:
    """The lines that note a run in a history; nothing where it is noted, or cannot be told from another."""
    if not isinstance(record["job_id"], str) or history.knows(record):
        return b""
    told = metadata.get("trials")
    before: list[Any] = told if isinstance(told, list) and history.lines == 0 else []
    before = before[_count(metadata.get("trials_of_sweeps")) :]  # those of sweeps are remembered by themselves
    carried = _encode([{"kind": "carried", "trials": list(map(_ratio, before))}] if before else [])
    return carried + _encode([{"kind": "run", **record}])


def is_long(history: History) -> bool:
    """Whether there are so many lines that the oldest should go."""
    return history.lines >= MOST_RUNS + _SLACK


def shortened(history: History) -> bytes:
    """The lines of a history without those that count no more."""
    there = [] if history.forgotten is None else [_forgotten(*history.forgotten)]
    carried = [{"kind": "carried", "trials": list(history.carried)}] if history.carried else []
    return _encode([*there, *carried, *({"kind": "run", **run} for run in history.runs)])


def forgotten_before(metadata: Mapping[str, Any] | None) -> bytes:
    """The line of a history that its user has deleted, given the run that is stored."""
    stored = {} if metadata is None else metadata
    return _encode([_forgotten(stored.get("job_id"), stored.get("completed_at"))])


def _forgotten(job_id: object, completed_at: object) -> Document:
    return {"kind": "forgotten", "job_id": job_id, "completed_at": completed_at}


def _encode(lines: Iterable[Document]) -> bytes:
    return b"".join(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE) for line in lines)


def _line(text: bytes) -> Document:
    try:
        line = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {"kind": None}
    if not isinstance(line, dict):
        return {"kind": None}
    whole = {"run": isinstance(line.get("job_id"), str), "carried": isinstance(line.get("trials"), list)}
    kind = line.get("kind")
    return line if kind == "forgotten" or (isinstance(kind, str) and whole.get(kind)) else {"kind": None}


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _ratio(value: object) -> Ratio:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
