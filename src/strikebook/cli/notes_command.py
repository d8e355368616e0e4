"""``strikebook note`` and ``strikebook history``: what is said of results, and the runs of a strategy so far."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from strikebook.cli.settings_reader import DEFAULT_RESULTS, Results
from strikebook.cli.texts import inert, make_console
from strikebook.errors import UsageError

if TYPE_CHECKING:
    from strikebook.service.remembered import Remembered

_User = Annotated[str, typer.Argument(help="Whose results.", show_default=False)]
_Strategy = Annotated[str, typer.Argument(help="The strategy's id.", show_default=False)]
_Json = Annotated[bool, typer.Option("--json", help="Print the whole answer.")]


def note(
    user: _User,
    strategy: _Strategy,
    name: Annotated[str | None, typer.Option(help="A name of one's own; '' for none.", show_default=False)] = None,
    note: Annotated[str | None, typer.Option(help="A note; '' for none.", show_default=False)] = None,
    tag: Annotated[
        list[str] | None,
        typer.Option(help="A tag, or several times several, in place of those before.", show_default=False),
    ] = None,
    delete: Annotated[bool, typer.Option("--delete", help="Say nothing any more.")] = False,  # noqa: FBT002 — a switch
    results: Results = DEFAULT_RESULTS,
    json: _Json = False,  # noqa: FBT002 — a switch
) -> None:
    """Say something of a strategy's results, or see what is said. It outlives them; what is not given stays as it is.

    \b
    strikebook note me 5708424d-5962-4629-978c-05b3a174e104 --name "RSI 30" --tag rsi --tag october
    strikebook note me 5708424d-5962-4629-978c-05b3a174e104 --note "Loses on expiry days."
    strikebook note me 5708424d-5962-4629-978c-05b3a174e104
    strikebook note me 5708424d-5962-4629-978c-05b3a174e104 --delete
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    from strikebook.storage.codec import encode_metadata  # noqa: PLC0415 — only for this command
    from strikebook.storage.layout import RunKey  # noqa: PLC0415
    from strikebook.storage.notes import Notes, checked_notes  # noqa: PLC0415

    tags = None if tag is None else [each for each in tag if each.strip()]
    given = {part: value for part, value in (("name", name), ("note", note), ("tags", tags)) if value is not None}
    if delete and given:
        raise UsageError("both to say something and to delete it", where="--delete", right="one of them")
    checked_notes(given)
    key, remembered = RunKey(user, strategy), remembered_in(results)

    def changed(before: Notes) -> Notes:
        kept = {member: value for member, value in before.as_document().items() if member != "changed_at"}
        return Notes() if delete else checked_notes({**kept, **given})

    told = remembered.change_notes(key, changed) if given or delete else remembered.notes(key)
    if json:
        sys.stdout.buffer.write(encode_metadata(told))
    else:
        _print_notes(told)


def history(
    user: _User,
    strategy: Annotated[
        str | None, typer.Argument(help="The strategy's id; without it every strategy is named.", show_default=False)
    ] = None,
    delete: Annotated[bool, typer.Option("--delete", help="Delete it, and what is known of trials.")] = False,  # noqa: FBT002 — a switch
    results: Results = DEFAULT_RESULTS,
    json: _Json = False,  # noqa: FBT002 — a switch
) -> None:
    """List the runs of a strategy that have ended, the newest first, or all strategies of which one has; also those
    whose results are gone.

    \b
    strikebook history me
    strikebook history me 5708424d-5962-4629-978c-05b3a174e104
    strikebook history me 5708424d-5962-4629-978c-05b3a174e104 --json
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    from strikebook.storage.codec import encode_metadata  # noqa: PLC0415 — only for this command
    from strikebook.storage.layout import RunKey  # noqa: PLC0415

    remembered = remembered_in(results)
    if strategy is None:
        if delete:
            raise UsageError("--delete without a strategy", where="--delete", right="the strategy whose history it is")
        _print_histories(remembered.histories(user), json=json)
        return
    key = RunKey(user, strategy)
    if delete:
        typer.echo(f"{remembered.forget_history(key)['deleted_runs']} runs deleted from the history of {key}")
        return
    told = remembered.history(key)
    if json:
        sys.stdout.buffer.write(encode_metadata(told))
        return
    console = make_console()
    if not told["runs"]:
        console.print(f"no run of {key} has ended yet")
        return
    console.print(_table(told["runs"], str(key)))
    versions = len({run["strategy_hash"] for run in told["runs"]})
    console.print(f"runs: {told['total_runs']}, versions of the strategy: {versions}; the newest first")
    if told["damaged_lines"]:
        console.print(f"{told['damaged_lines']} lines of the history cannot be read", style="yellow")


def _print_histories(told: dict[str, Any], *, json: bool) -> None:
    """Every strategy that has a history, with its newest run."""
    from strikebook.storage.codec import encode_metadata  # noqa: PLC0415 — only for this command

    if json:
        sys.stdout.buffer.write(encode_metadata(told))
        return
    table = Table("strategy", "name", "runs", "last ended", "state", "net", "results", title=told["user_id"])
    table.title_justify = "left"
    table.columns[0].overflow = "fold"  # an id is to be copied: all of it is there
    for column in (table.columns[2], table.columns[5]):
        column.justify = "right"
    for each in told["strategies"]:
        last = each["last"] or {}
        cells = (
            each["strategy_id"],
            each["problem"] or each["name"] or last.get("strategy_name"),
            each["total_runs"],
            last.get("completed_at") or last.get("created_at"),
            last.get("status"),
            _number(last.get("net_pnl")),
            "there" if each["has_results"] else "gone",
        )
        table.add_row(*(Text(inert(_or_dash(cell))) for cell in cells))
    make_console().print(table if told["strategies"] else f"no run of {told['user_id']} has ended yet")


def remembered_in(results: Path) -> Remembered:
    """The use cases over what outlives the results in a folder."""
    from strikebook.jobs.folder_jobs import FolderJobs  # noqa: PLC0415 — only for these commands
    from strikebook.jobs.job_manager import JobManager  # noqa: PLC0415
    from strikebook.service.assemble import exchange_now  # noqa: PLC0415
    from strikebook.service.remembered import Remembered  # noqa: PLC0415
    from strikebook.storage.folder_storage import FolderStorage  # noqa: PLC0415

    folder = results.absolute()
    jobs = JobManager(FolderJobs(folder), exchange_now, 1, "command line")

    def is_active(job_id: str) -> bool:
        job = jobs.get(job_id)
        return job is not None and job.active

    return Remembered(FolderStorage(folder), exchange_now, is_active)


def _print_notes(told: dict[str, Any]) -> None:
    if told["changed_at"] is None:
        typer.echo(f"nothing is said of {told['user_id']}/{told['strategy_id']}")
        return
    if told["name"]:
        typer.echo(f"name  {inert(told['name'])}")
    if told["tags"]:
        typer.echo(f"tags  {', '.join(map(inert, told['tags']))}")
    for number, line in enumerate((told["note"] or "").splitlines()):
        typer.echo(f"{'      ' if number else 'note  '}{inert(line)}")


def _table(runs: list[dict[str, Any]], title: str) -> Table:
    columns = ("ended", "from", "to", "state", "days", "positions", "gross", "charges", "net", "won", "Sharpe")
    table = Table(*columns, "strategy", title=title)
    table.title_justify = "left"
    for column in table.columns[4:11]:
        column.justify = "right"
    for run in runs:
        days = f"{_or_dash(run['completed_days'])}/{_or_dash(run['total_days'])}"
        failed = f" ({run['failed_days']} failed)" if run["failed_days"] else ""
        cells = (
            run["completed_at"] or run["created_at"],
            run["start_date"],
            run["end_date"],
            run["status"],
            days + failed,
            run["total_positions"],
            *(_number(run[name]) for name in ("total_pnl", "charges", "net_pnl")),
            f"{_number(run['win_rate'])} %",
            _number(run["sharpe"]),
            str(run["strategy_hash"])[:8],
        )
        table.add_row(*(Text(inert(_or_dash(cell))) for cell in cells))
    return table


def _number(value: object) -> str:
    return f"{value:,.2f}" if isinstance(value, int | float) else "–"


def _or_dash(value: object) -> str:
    return "–" if value is None else str(value)
