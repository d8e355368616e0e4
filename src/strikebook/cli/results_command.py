"""``strikebook results``, ``pin``, ``unpin`` and ``ttl``: what is stored, what it takes, how long it is kept."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from strikebook.cli.notes_command import remembered_in
from strikebook.cli.settings_reader import DEFAULT_RESULTS, Results, read_settings
from strikebook.cli.texts import inert, make_console
from strikebook.errors import StorageError, UsageError

if TYPE_CHECKING:
    from strikebook.service.retained import Retained

Json = Annotated[bool, typer.Option("--json", help="Print the whole answer.")]
_User = Annotated[str, typer.Argument(help="Whose results.", show_default=False)]
_Strategy = Annotated[str, typer.Argument(help="The strategy's id.", show_default=False)]
_BYTES_A_MEGABYTE = 1_000_000


def results(
    user: Annotated[str | None, typer.Argument(help="Whose; without it those of everyone.", show_default=False)] = None,
    results: Results = DEFAULT_RESULTS,
    json: Json = False,  # noqa: FBT002 — a switch
) -> None:
    """List stored results: what each takes, when it expires, whether it is pinned; and what is left of the quota.

    \b
    strikebook results me
    strikebook results --results other_data

    It needs no server. What the server's settings say is read from the same variables (STRIKEBOOK_TTL_HOURS …).
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    from strikebook.storage.codec import encode_metadata  # noqa: PLC0415 — only for this command
    from strikebook.storage.folder_storage import FolderStorage  # noqa: PLC0415
    from strikebook.storage.layout import RunKey  # noqa: PLC0415

    retained = retained_in(results)
    storage = FolderStorage(results.absolute())
    users = sorted({key.user_id for key in storage.folders()}) if user is None else []
    found = [retained.usage(user)] if user is not None else [_usage(retained, each) for each in users]
    remembered = remembered_in(results)
    for usage in found:
        for run in usage.get("results", []):
            run["notes"] = remembered.notes_or_none(RunKey(usage["user_id"], run["strategy_id"]))
    if json:
        sys.stdout.buffer.write(encode_metadata({"users": found}))
        return
    console = make_console()
    for usage in found:
        _print(console, usage)
    if not found:
        console.print(f"no results in {results}")


def pin(user: _User, strategy: _Strategy, results: Results = DEFAULT_RESULTS) -> None:
    """Keep results: they expire no more, and no run replaces them, until they are unpinned or cleared.

    \b
    strikebook pin me 5708424d-5962-4629-978c-05b3a174e104
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    _pin(user, strategy, results, pinned=True)


def unpin(user: _User, strategy: _Strategy, results: Results = DEFAULT_RESULTS) -> None:
    """Let results expire again, at the time they would have without the pin: the next cleanup takes what is past it.

    \b
    strikebook unpin me 5708424d-5962-4629-978c-05b3a174e104
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    _pin(user, strategy, results, pinned=False)


def ttl(
    user: _User,
    strategy: _Strategy,
    hours: Annotated[
        float | None, typer.Argument(help="Hours, from when the run was made.", show_default=False)
    ] = None,
    as_asked: Annotated[bool, typer.Option("--as-asked", help="As long as the run asked for.")] = False,  # noqa: FBT002 — a switch
    results: Results = DEFAULT_RESULTS,
) -> None:
    """Say how long results live, and change nothing else about them: when they expire moves at once.

    \b
    strikebook ttl me 5708424d-5962-4629-978c-05b3a174e104 48
    strikebook ttl me 5708424d-5962-4629-978c-05b3a174e104 --as-asked
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    if as_asked == (hours is not None):
        raise UsageError("hours or --as-asked", where="ttl", right="one of them: strikebook ttl me STRATEGY 48")
    from strikebook.storage.keeping import checked_hours  # noqa: PLC0415 — only for this command
    from strikebook.storage.layout import RunKey  # noqa: PLC0415

    told = retained_in(results).live(RunKey(user, strategy), None if hours is None else checked_hours(hours))
    lives = f"{told['ttl_hours']:g} hours ({told['ttl_from']}'s)"
    until = f"is pinned; without the pin it lives {lives}" if told["pinned"] else f"is kept until {told['expires_at']}"
    typer.echo(f"{user}/{strategy} {until}{'' if told['pinned'] else f': {lives}'}")


def retained_in(results: Path) -> Retained:
    """The use cases over what is kept in a folder, with the settings of this process."""
    from strikebook.jobs.folder_jobs import FolderJobs  # noqa: PLC0415 — only for these commands
    from strikebook.jobs.job_manager import JobManager  # noqa: PLC0415
    from strikebook.service.assemble import exchange_now, limits_of  # noqa: PLC0415
    from strikebook.service.retained import Retained  # noqa: PLC0415
    from strikebook.storage.folder_storage import FolderStorage  # noqa: PLC0415

    folder = results.absolute()
    jobs = JobManager(FolderJobs(folder), exchange_now, 1, "command line")
    return Retained(FolderStorage(folder), jobs, limits_of(read_settings({})).keeping)


def megabytes(size: int) -> str:
    """Bytes as a person reads them."""
    return f"{size / _BYTES_A_MEGABYTE:.2f} MB"


def _pin(user: str, strategy: str, results: Path, *, pinned: bool) -> None:
    from strikebook.storage.layout import RunKey  # noqa: PLC0415 — only for these commands

    told = retained_in(results).pin(RunKey(user, strategy), pinned=pinned)
    until = "until it is unpinned or cleared" if pinned else f"until {told['expires_at']}"
    typer.echo(f"{user}/{strategy} is kept {until}")


def _usage(retained: Retained, user: str) -> dict[str, Any]:
    """The usage of one of several users: limits that cannot be read hide no other user."""
    try:
        return retained.usage(user)
    except StorageError as error:
        return {"user_id": user, "problem": error.what}


def _print(console: Console, usage: dict[str, Any]) -> None:
    if "problem" in usage:
        console.print(f"{usage['user_id']}: {usage['problem']}", style="yellow")
        return
    table = Table("strategy", "name", "tags", "state", "days", "size", "made", "expires", "for", title=usage["user_id"])
    table.title_justify = "left"
    table.columns[0].overflow = "fold"  # an id is to be copied: all of it is there
    for column in table.columns[4:6]:
        column.justify = "right"
    for run in usage["results"]:
        hours = "" if run["ttl_hours"] is None else f"{run['ttl_hours']:g} h ({run['ttl_from']}'s)"
        expires = "pinned" if run["pinned"] else run["expires_at"] or ""
        name = f"cannot be read: {run['problem']}" if run["problem"] else run["strategy_name"] or ""
        notes = run["notes"] or {"name": None, "tags": []}
        told = [run["strategy_id"], notes["name"] or name, ", ".join(notes["tags"])]
        cells = (*(Text(inert(each)) for each in told), run["status"] or "", str(run["days"]))
        table.add_row(*cells, megabytes(run["stored_bytes"]), run["created_at"] or "", expires, hours)
    console.print(table if usage["results"] else f"{usage['user_id']} has no results")
    quota = "no quota" if usage["quota_bytes"] is None else f"of {megabytes(usage['quota_bytes'])}"
    pinned = f", {megabytes(usage['pinned_bytes'])} pinned" if usage["pinned_bytes"] else ""
    console.print(f"{megabytes(usage['used_bytes'])} used ({quota}){pinned}")
