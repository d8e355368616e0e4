"""``strikebook jobs``: what runs and waits on a folder of results, and how to stop it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from strikebook.cli.job_watch import watch_job
from strikebook.cli.run_command import Json, Market, Workers, run_and_leave, warmed_up
from strikebook.cli.settings_reader import DEFAULT_RESULTS, Results
from strikebook.cli.texts import make_console
from strikebook.errors import NotFoundError

if TYPE_CHECKING:
    from strikebook.jobs.job_manager import JobManager

jobs_app = typer.Typer(invoke_without_command=True)

_User = Annotated[str | None, typer.Option(help="Only this user's.", show_default=False)]


@jobs_app.callback()
def show(context: typer.Context, user: _User = None, results: Results = DEFAULT_RESULTS) -> None:
    """List the jobs of a results folder, the newest first: those of its server, and of `strikebook run`.

    \b
    strikebook jobs
    strikebook jobs --user me
    strikebook jobs --results other_data
    strikebook jobs watch bt_20241202_153045_abc123
    strikebook jobs cancel bt_20241202_153045_abc123
    strikebook jobs resume bt_20241202_153045_abc123 --market synthetic

    It needs no server: the records are in the results folder. `watch` tells what happens to a job; `cancel` stops one,
    whoever runs it; `resume` goes on with one that was cancelled or has failed.
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    if context.invoked_subcommand is not None:
        return
    manager, console = _manager(results), make_console()
    jobs = list(reversed(manager.jobs(user)))
    table = Table("job", "user", "strategy", "state", "days", "from", "to", "note")
    for job in jobs:
        days = f"{job.progress.completed_days} of {job.progress.total_days}"
        cells = (job.job_id, job.user_id, job.strategy_id, job.state, days, str(job.first), str(job.last))
        table.add_row(*cells, job.error or "")
    console.print(table if jobs else f"no jobs in {results}")
    for name in manager.damaged():
        console.print(f"damaged: {name}", style="yellow")


@jobs_app.command("cancel")
def cancel(
    context: typer.Context,
    job_id: Annotated[str, typer.Argument(help="The job's id, as `strikebook jobs` lists it.", show_default=False)],
    results: Annotated[
        Path | None, typer.Option(help="The results folder.", show_default="that of `strikebook jobs`")
    ] = None,
) -> None:
    """Cancel a job: one that waits at once, one that runs after the days it is at. Finished days are kept.

    \b
    strikebook jobs cancel bt_20241202_153045_abc123
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    folder = _folder(context, results)
    try:
        job = _manager(folder).cancel(job_id)
    except KeyError:
        raise _no_job(job_id, folder) from None
    typer.echo(f"{job.job_id} is {job.state}" if not job.active else f"{job.job_id} was asked to stop")


@jobs_app.command("watch")
def watch(
    context: typer.Context,
    job_id: Annotated[str, typer.Argument(help="The job's id, as `strikebook jobs` lists it.", show_default=False)],
    results: Annotated[
        Path | None, typer.Option(help="The results folder.", show_default="that of `strikebook jobs`")
    ] = None,
    after: Annotated[int, typer.Option(min=0, help="Only what came after the event of that number.")] = 0,
    json: Json = False,  # noqa: FBT002 — a switch
) -> None:
    """Tell what happens to a job, whoever runs it: its place in the queue, each day with its profit, its end.

    \b
    strikebook jobs watch bt_20241202_153045_abc123
    strikebook jobs watch bt_20241202_153045_abc123 --json --after 12

    It reads the job's stored log of events, from its beginning, and ends with the job. --json prints the events as
    they are stored, a line each. Exit status 0 for a job that has completed, 1 for one that has failed, 130 for one
    that was cancelled.
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    folder = _folder(context, results)
    jobs = _manager(folder)
    if jobs.get(job_id) is None:
        raise _no_job(job_id, folder)
    raise typer.Exit(watch_job(jobs, job_id, after, as_json=json))


@jobs_app.command("resume")
def resume(
    context: typer.Context,
    job_id: Annotated[str, typer.Argument(help="The job's id, as `strikebook jobs` lists it.", show_default=False)],
    market: Market,
    workers: Workers = None,
    results: Annotated[
        Path | None, typer.Option(help="The results folder.", show_default="that of `strikebook jobs`")
    ] = None,
    json: Json = False,  # noqa: FBT002 — a switch
) -> None:
    """Go on with a job that was cancelled or has failed, from its first missing day, here and now.

    \b
    strikebook jobs resume bt_20241202_153045_abc123 --market synthetic

    Finished days whose file is whole and whose data is the same are kept. Exit status as of `strikebook run`.
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    count = warmed_up(workers)
    from strikebook.backtest_runner import resume_backtest  # noqa: PLC0415 — the engine, only for this command
    from strikebook.service.market_choice import open_market  # noqa: PLC0415
    from strikebook.storage.folder_storage import FolderStorage  # noqa: PLC0415

    folder = _folder(context, results)
    source, storage = open_market(market), FolderStorage(folder)
    run_and_leave(lambda *how: resume_backtest(job_id, source, storage, count, *how), folder, json=json)


def _no_job(job_id: str, folder: Path) -> NotFoundError:
    right = "`strikebook jobs` lists those there are; --results says where"
    return NotFoundError(f"no job {job_id[:60]}", where=str(folder), right=right)


def _folder(context: typer.Context, results: Path | None) -> Path:
    of_group: Path = DEFAULT_RESULTS if context.parent is None else context.parent.params["results"]
    return of_group if results is None else results


def _manager(results: Path) -> JobManager:
    from strikebook.jobs.folder_jobs import FolderJobs  # noqa: PLC0415 — only for this command
    from strikebook.jobs.job_manager import JobManager  # noqa: PLC0415
    from strikebook.service.assemble import exchange_now  # noqa: PLC0415

    return JobManager(FolderJobs(results.absolute()), exchange_now, 1, "command line")
