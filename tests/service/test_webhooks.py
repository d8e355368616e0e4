"""What a receiver is told of a job, and whose ends are told."""

from __future__ import annotations

from datetime import date, timedelta

import orjson

from strikebook.jobs.job import FailedDay
from strikebook.jobs.job_manager import JobManager
from strikebook.jobs.memory_jobs import MemoryJobs
from strikebook.service.webhooks import Webhooks, _told
from strikebook.settings import Settings
from tests.jobs.made_job import NOON, make_job


def test_a_long_list_of_failed_days_is_told_by_its_first() -> None:
    """Twenty of them, and how many there were; texts that are not UTF-8 as JSON can hold them."""
    days = tuple(FailedDay(date(2024, 1, 1) + timedelta(days=each), "no caf\udce9") for each in range(300))
    job = make_job(state="failed", completed_at=NOON, error="no \udce9", failed_days=days)
    told = orjson.loads(orjson.dumps(_told(job, lambda: NOON)))
    assert len(told["job"]["failed_days"]) == 20
    assert told["job"]["failed_days"][0] == {"date": "2024-01-01", "reason": "no caf\\udce9"}
    assert (told["job"]["error"], told["job"]["status"]) == ("no \\udce9", "failed")
    assert told["links"]["page"] == f"/r/{job.user_id}/{job.strategy_id}"


def test_an_end_that_was_overtaken_is_kept() -> None:
    """A job that was cancelled and resumed before anyone looked is told as cancelled, and once as completed."""
    store = MemoryJobs()
    webhooks = Webhooks(Settings(), JobManager(store, lambda: NOON, 10, "server"), lambda: NOON)
    cancelled = make_job(state="cancelled", completed_at=NOON)
    completed = make_job(state="completed", completed_at=NOON + timedelta(seconds=5))
    store.add(completed, b"{}")
    for job in (cancelled, completed):
        webhooks.ended(job)
    assert [(each.event, each.at) for each in webhooks._occurrences()] == [
        ("cancelled", NOON),
        ("completed", NOON + timedelta(seconds=5)),
    ]
