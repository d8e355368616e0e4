"""A job as its log of events tells it, in the terminal: a line for each event, and a bar below them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from strikebook.cli.texts import make_console, rupees_text

if TYPE_CHECKING:
    from strikebook.jobs.job_manager import JobManager

_LOOK_EVERY_S: Final = 0.1
_EXITS: Final = {"completed": 0, "failed": 1, "cancelled": 130}


def watch_job(jobs: JobManager, job_id: str, after: int, *, as_json: bool) -> int:
    """Print a job's events after that number as they come, until it has ended; the exit status that it means.

    Raises KeyError where its record is removed meanwhile.
    """
    last = b""
    if as_json:
        for number, line in _events(jobs, job_id):
            last = line
            if number > after:
                typer.echo(line.decode())
        return _exit(last)
    console = make_console()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(job_id, total=None)
        for number, line in _events(jobs, job_id):
            last = line
            event = orjson.loads(line)
            progress = event["progress"]
            bar.update(task, completed=progress["completed_days"], total=progress["total_days"])
            if number > after:
                _tell(console, number, event)
    return _exit(last)


def _events(jobs: JobManager, job_id: str) -> Iterator[tuple[int, bytes]]:
    """The events with their numbers, until no more come."""
    offset = number = 0
    while True:
        lines, ended = jobs.events(job_id, offset)
        offset += len(lines)
        for line in lines.splitlines():
            number += 1
            yield number, line
        if ended:
            return
        time.sleep(_LOOK_EVERY_S)


def _exit(last: bytes) -> int:
    return _EXITS.get(orjson.loads(last)["event"], 1) if last else 1


def _tell(console: Console, number: int, event: Any) -> None:  # noqa: ANN401 — JSON
    progress, day = event["progress"], event["day"]
    far = f"{progress['completed_days']} of {progress['total_days']} days"
    words = {
        "queued": f"waiting: number {event['queue_position']} in the queue",
        "started": f"running: {far}",
        "day": "" if day is None else _day(day, progress),
    }
    ended = f"{event['event']}: {far}, profit {rupees_text(progress['pnl'], sign=True)}"
    reason = f", {event['error']}" if event["error"] else ""
    console.print(f"{number:>4}  {event['time'][11:]}  {words.get(event['event'], ended)}{reason}")


def _day(day: Any, progress: Any) -> str:  # noqa: ANN401 — JSON
    if day["status"] == "failed":
        return f"{day['date']}  FAILED: {day['reason']}"
    if day["status"] == "no_data":
        return f"{day['date']}  no data: {day['reason']}"
    figures = f"{day['positions']} positions, {rupees_text(day['pnl'], sign=True)}"
    return f"{day['date']}  {figures}; so far {rupees_text(progress['pnl'], sign=True)} ({progress['percentage']} %)"
