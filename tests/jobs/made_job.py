"""A job to record."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from strikebook.jobs.job import FailedDay, Job, Progress

NOON = datetime(2024, 12, 2, 12, 0, 0)  # noqa: DTZ001 — exchange time


def make_job(number: int = 1, user_id: str = "user_123", **changes: object) -> Job:
    """The ``number``-th job, submitted that many seconds after noon."""
    at = NOON + timedelta(seconds=number)
    job = Job(
        job_id=f"bt_20241202_1200{number:02d}_abc123",
        user_id=user_id,
        strategy_id="strategy-1",
        first=date(2024, 10, 1),
        last=date(2024, 10, 31),
        options={"scale": "1", "max_price_age_s": 60},
        market="synthetic:1",
        owner="server",
        order=number,
        submitted_at=at,
        progress=Progress(22, 3, 1, date(2024, 10, 3), -1_050),
        failed_days=(FailedDay(date(2024, 10, 2), "damaged"),),
    )
    return replace(job, **changes)
