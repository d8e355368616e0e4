"""Lines of a history: one record a run, what came before it, what was deleted, how long it gets, what is damaged."""

from __future__ import annotations

from typing import Any

import orjson

from strikebook.storage.run_history import (
    MOST_RUNS,
    forgotten_before,
    is_long,
    lines_of,
    read_history,
    record_of,
    shortened,
)


def metadata(number: int, sharpe: float | None = None, **more: Any) -> dict[str, Any]:
    """The metadata of a run that has ended: the end's second is its number."""
    return {
        "job_id": f"bt_{number}",
        "status": "completed",
        "completed_at": f"2024-12-02T15:30:{number}",
        "overall_summary": {"total_pnl": 1.5, "total_positions": 2, "win_rate": 50.0},
        "market": {"label": "synthetic:1"},
        "statistics": {"figures": {"sharpe": sharpe, "trials": 1}},
        **more,
    }


def noted(lines: bytes, document: dict[str, Any]) -> bytes:
    return lines + lines_of(record_of(document), document, read_history(lines))


def test_a_run_is_noted_once() -> None:
    """Its totals, its Sharpe ratio and its market stand in its record; an end that is known adds nothing."""
    lines = noted(b"", metadata(1, 0.5))
    assert noted(lines, metadata(1, 0.5)) == lines
    (run,) = read_history(lines).runs
    told = (run["job_id"], run["total_pnl"], run["sharpe"], run["market"], run["charges"])
    assert told == ("bt_1", 1.5, 0.5, "synthetic:1", None)


def test_the_last_end_of_a_job_counts() -> None:
    """One that was cancelled, resumed and completed is one run, in the place of its last end."""
    lines = noted(noted(b"", metadata(1, status="cancelled")), metadata(2, 0.25))
    lines = noted(lines, metadata(1, 0.75, completed_at="2024-12-02T16:00:00"))
    found = read_history(lines)
    assert [(run["job_id"], run["status"]) for run in found.runs] == [("bt_2", "completed"), ("bt_1", "completed")]
    assert found.trials() == [0.25, 0.75]
    assert found.trials(without="bt_1") == [0.25]


def test_trials_of_before_there_was_a_history_are_carried_over_once() -> None:
    """Those of sweeps are remembered by themselves: they are left out."""
    first = metadata(1, 0.5, trials=[9.0, 0.1, None], trials_of_sweeps=1)
    lines = noted(noted(b"", first), metadata(2, 0.7, trials=[9.0, 0.1, None, 0.5], trials_of_sweeps=1))
    assert read_history(lines).trials() == [0.1, None, 0.5, 0.7]
    assert read_history(shortened(read_history(lines))).trials() == [0.1, None, 0.5, 0.7]


def test_what_was_deleted_stays_deleted() -> None:
    """The run that was stored then is not noted again, and brings no trials back; the next one is noted."""
    lines = forgotten_before(metadata(1, 0.5))
    assert noted(lines, metadata(1, 0.5, trials=[0.1])) == lines
    lines = noted(lines, metadata(2, 0.7, trials=[0.1, 0.5]))
    assert read_history(lines).trials() == [0.7]
    assert read_history(shortened(read_history(lines))) == read_history(lines)


def test_a_long_history_loses_its_oldest_runs() -> None:
    """At most 1,000 are told, and kept when there are a hundred lines more."""
    lines = b"".join(noted(b"", metadata(number, float(number))) for number in range(MOST_RUNS + 100))
    found = read_history(lines)
    assert (len(found.runs), found.runs[0]["job_id"], is_long(found)) == (MOST_RUNS, "bt_100", True)
    kept = shortened(found)
    assert kept == lines[-len(kept) :]
    assert not is_long(read_history(kept))


def test_a_damaged_line_hides_no_other() -> None:
    """It is counted."""
    one, two = noted(b"", metadata(1)), noted(b"", metadata(2))
    for damage in (
        b"{\n",
        b"7\n",
        b"{}\n",
        b'{"kind": "run"}\n',
        b'{"kind": ["run"]}\n',
        b'{"kind":"carried"}\n',
        b"\xff\n",
    ):
        found = read_history(one + damage + two)
        assert ([run["job_id"] for run in found.runs], found.damaged) == (["bt_1", "bt_2"], 1)


def test_metadata_of_another_shape_is_noted_as_far_as_it_goes() -> None:
    """What it does not have is null; without a job there is nothing to note."""
    odd = {"job_id": "bt_1", "trials": 5, "overall_summary": [], "statistics": None, "trials_of_sweeps": True}
    (run,) = read_history(noted(b"", odd)).runs
    assert set(run.values()) == {"bt_1", None}
    assert noted(b"", {"status": "completed"}) == b""
    assert orjson.loads(noted(b"", odd))["kind"] == "run"
