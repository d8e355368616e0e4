"""A job as the API shows it: the brief's status document, and beside its fields what else is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from strikebook.jobs.job import Job

Document = dict[str, object]


@dataclass(frozen=True, slots=True)
class Pace:
    """From when, and from how many finished days, the rate of a job is measured."""

    since: datetime
    days: int


def status_document(job: Job, position: int | None, now: datetime, pace: Pace | None) -> Document:
    """The status of a job. ``position`` in the queue counts from 1; times are exchange time without offset."""
    return {
        "job_id": job.job_id,
        "kind": job.kind,
        "user_id": job.user_id,
        "strategy_id": job.strategy_id,
        "status": job.state,
        "progress": job.progress.document(),
        "submitted_at": _stamp(job.submitted_at),
        "started_at": _stamp(job.started_at),
        "completed_at": _stamp(job.completed_at),
        "estimated_completion": _stamp(_estimate(job, now, pace)),
        "queue_position": position,
        "error": job.error,
        "failed_days": [{"date": each.day.isoformat(), "reason": each.reason} for each in job.failed_days],
        "start_date": job.first.isoformat(),
        "end_date": job.last.isoformat(),
        "options": dict(job.options),
        "market": job.market,
        "owner": job.owner,
    }


def _estimate(job: Job, now: datetime, pace: Pace | None) -> datetime | None:
    """When the last day will be done at the rate so far; None before the first day, and for a job that has ended."""
    if job.state != "running" or pace is None:
        return None
    done = job.progress.completed_days - pace.days
    left = job.progress.total_days - job.progress.completed_days
    if done <= 0:
        return None
    return now + timedelta(seconds=(now - pace.since).total_seconds() * left / done)


def _stamp(moment: datetime | None) -> str | None:
    return None if moment is None else moment.replace(microsecond=0).isoformat()
