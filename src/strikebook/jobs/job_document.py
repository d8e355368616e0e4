"""A job's record as JSON, and back. ``docs/format-jobs.md`` lists its fields."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import cast

import orjson

from strikebook.errors import StorageError
from strikebook.jobs.job import (
    MOVES,
    FailedDay,
    Job,
    JobKind,
    JobState,
    Owner,
    Progress,
    is_job_id,
    is_safe_name,
    shared_options,
)


def encode_job(job: Job) -> bytes:
    """A record as plain, indented JSON."""
    progress = job.progress
    document = {
        "job_id": job.job_id,
        "kind": job.kind,
        "user_id": job.user_id,
        "strategy_id": job.strategy_id,
        "status": job.state,
        "start_date": job.first,
        "end_date": job.last,
        "options": dict(job.options),
        "market": job.market,
        "owner": job.owner,
        "order": job.order,
        "submitted_at": job.submitted_at,
        "started_at": job.started_at,
        "completed_at": job.completed_at,
        "error": None if job.error is None else _printable(job.error),
        "progress": {
            "total_days": progress.total_days,
            "completed_days": progress.completed_days,
            "failed_days": progress.failed_days,
            "current_date": progress.current_day,
            "pnl_paise": progress.pnl_paise,
        },
        "failed_days": [{"date": each.day, "reason": _printable(each.reason)} for each in job.failed_days],
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def decode_job(content: bytes, where: str) -> Job:
    """Read a record. Raises StorageError where it is none."""
    try:
        return _job(orjson.loads(content))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StorageError(
            f"the job record is damaged: {type(error).__name__}: {error}", where=where, right="remove it by hand"
        ) from None


def _job(document: Mapping[str, object]) -> Job:
    state, job_id = _text(document, "status"), _text(document, "job_id")
    if state not in MOVES:
        raise ValueError(f"status {state!r}")
    if not is_job_id(job_id):
        raise ValueError(f"job_id {job_id[:60]!r}")
    kind = cast("JobKind", document.get("kind", "run"))  # records of versions that knew no sweeps have none
    if kind not in ("run", "sweep"):
        raise ValueError(f"kind {str(kind)[:60]!r}")
    owner = _text(document, "owner")
    if owner not in ("server", "command line"):
        raise ValueError(f"owner {owner[:60]!r}")
    progress = cast("Mapping[str, object]", document["progress"])
    options = cast("Mapping[str, str | int]", document["options"])
    if any(type(value) not in (str, int) for value in options.values()):
        raise TypeError("options are texts and whole numbers")
    failed = cast("list[Mapping[str, object]]", document["failed_days"])
    current = progress["current_date"]
    error = document["error"]
    return Job(
        job_id=job_id,
        user_id=_name(document, "user_id"),
        strategy_id=_name(document, "strategy_id"),
        first=date.fromisoformat(_text(document, "start_date")),
        last=date.fromisoformat(_text(document, "end_date")),
        options=shared_options(options),
        market=_text(document, "market"),
        owner=cast("Owner", owner),
        order=_number(document, "order"),
        submitted_at=_time(_text(document, "submitted_at")),
        state=cast("JobState", state),
        started_at=_moment(document["started_at"]),
        completed_at=_moment(document["completed_at"]),
        error=None if error is None else str(error),
        progress=Progress(
            total_days=_number(progress, "total_days"),
            completed_days=_number(progress, "completed_days"),
            failed_days=_number(progress, "failed_days"),
            current_day=None if current is None else date.fromisoformat(str(current)),
            pnl_paise=_number(progress, "pnl_paise"),
        ),
        failed_days=tuple(FailedDay(date.fromisoformat(_text(each, "date")), _text(each, "reason")) for each in failed),
        kind=kind,
    )


def _text(document: Mapping[str, object], name: str) -> str:
    value = document[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} is no text")
    return value


def _number(document: Mapping[str, object], name: str) -> int:
    value = document[name]
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} is no whole number")
    return value


def _name(document: Mapping[str, object], name: str) -> str:
    text = _text(document, name)
    if not is_safe_name(text):
        raise ValueError(f"{name} {text[:60]!r} is no id")
    return text


def _moment(value: object) -> datetime | None:
    return None if value is None else _time(str(value))


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        raise ValueError(f"{text} has an offset; times are exchange time without one")
    return moment


def _printable(text: str) -> str:
    """A text as JSON can hold it: a path that is not UTF-8 may be part of a message."""
    return text.encode("utf-8", "backslashreplace").decode()
