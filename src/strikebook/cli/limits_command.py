"""``strikebook limits``: how long a user's results live, and how many bytes they may take."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import typer
from rich.table import Table

from strikebook.cli.results_command import megabytes, retained_in
from strikebook.cli.settings_reader import DEFAULT_RESULTS, Results
from strikebook.cli.texts import make_console
from strikebook.errors import UsageError

_HELP = """What an administrator says of a user: how long results live, how long a run may ask for, how many megabytes.

\b
Keep the results of one user for two days, and let a run ask for a week; half a gigabyte of them:
  strikebook limits set me --ttl-hours 48 --longest-ttl-hours 168
  strikebook limits set me --quota-mb 500

\b
See of whom something is said, and take it back:
  strikebook limits list
  strikebook limits remove me

It is kept in the results folder (--results, STRIKEBOOK_RESULTS); a running server goes by it at once.
"""

limits_app = typer.Typer(no_args_is_help=True, help=_HELP)

_User = Annotated[str, typer.Argument(help="Of whom.", show_default=False)]


@limits_app.command("set")
def set_limits(
    user: _User,
    ttl_hours: Annotated[
        float | None, typer.Option(help="Hours after which results expire that ask for none.", show_default=False)
    ] = None,
    longest_ttl_hours: Annotated[
        float | None, typer.Option(help="The most hours that a run may ask for.", show_default=False)
    ] = None,
    quota_mb: Annotated[
        float | None,
        typer.Option(help="Megabytes that all results may take; 0 for no limit.", show_default=False),
    ] = None,
    results: Results = DEFAULT_RESULTS,
) -> None:
    """Say something of a user; what is not given stays as it is. Stored results say at once when they expire now.

    \b
    strikebook limits set me --ttl-hours 48
    strikebook limits set me --quota-mb 500 --longest-ttl-hours 720
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    given = {"ttl_hours": ttl_hours, "longest_ttl_hours": longest_ttl_hours, "quota_mb": quota_mb}
    given = {name: value for name, value in given.items() if value is not None}
    if not given:
        raise UsageError("nothing is said", where="limits", right="--ttl-hours, --longest-ttl-hours or --quota-mb")
    from strikebook.storage.keeping import checked_limits  # noqa: PLC0415 — only for this command

    checked_limits(given)
    told = retained_in(results).change_limits(user, lambda said: checked_limits(replace(said, **given).as_document()))
    _say(told)


@limits_app.command("list")
def show(results: Results = DEFAULT_RESULTS) -> None:
    """List the users of whom something is said; a dash is what the server says.

    \b
    strikebook limits list
    strikebook limits list --results other_data
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    found = retained_in(results).all_limits()
    table = Table("user", "ttl_hours", "longest_ttl_hours", "quota_mb", "note")
    for told in found:
        if "problem" in told:
            table.add_row(told["user_id"], "", "", "", told["problem"])
            continue
        cells = ("–" if value is None else f"{value:g}" for value in told["limits"].values())
        table.add_row(told["user_id"], *cells, "")
    make_console().print(
        table if found else "nothing is said of any user: what the server's settings say holds for all"
    )


@limits_app.command("remove")
def remove(user: _User, results: Results = DEFAULT_RESULTS) -> None:
    """Say nothing of a user any more: what the server says holds.

    \b
    strikebook limits remove me
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    from strikebook.storage.keeping import UserLimits  # noqa: PLC0415 — only for this command

    _say(retained_in(results).change_limits(user, lambda _: UserLimits()))


def _say(told: dict[str, Any]) -> None:
    quota = "no quota" if told["quota_bytes"] is None else f"{megabytes(told['quota_bytes'])} in all"
    typer.echo(
        f"results of {told['user_id']} live {told['ttl_hours']:g} hours ({told['ttl_from']}'s), at most "
        f"{told['longest_ttl_hours']:g} where a run asks for it; {quota}"
    )
    for each in told["failed"]:
        typer.echo(f"not brought in line: {each['where']}: {each['what']}", err=True)
