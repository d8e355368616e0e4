"""``strikebook keys``: who may use the server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from strikebook.cli.settings_reader import DEFAULT_RESULTS, Results
from strikebook.cli.texts import make_console
from strikebook.errors import UsageError

if TYPE_CHECKING:
    from strikebook.server.keys import Keys

_HELP = """Keys to the server: with the first one, every request needs a key.

\b
Make one for a user, and one that opens everything:
  strikebook keys add --user me --note "my laptop"
  strikebook keys add --admin

\b
See which there are, and take one back:
  strikebook keys list
  strikebook keys remove 1a2b3c4d

Keys belong to a results folder (--results, STRIKEBOOK_RESULTS); only their hashes are kept there.

A running server sees a change within a second.
"""

keys_app = typer.Typer(
    no_args_is_help=True,
    help=_HELP,
)


@keys_app.command("add")
def add(
    user: Annotated[
        str | None, typer.Option(help="Whose key: it opens what is this user's.", show_default=False)
    ] = None,
    admin: Annotated[bool, typer.Option("--admin", help="A key that opens everything.")] = False,  # noqa: FBT002
    note: Annotated[str, typer.Option(help="What it is for.", show_default=False)] = "",
    results: Results = DEFAULT_RESULTS,
) -> None:
    """Make a key and show it, this once: on the standard output, alone, so that a script can take it.

    \b
    strikebook keys add --user me --note "my laptop"
    strikebook keys add --admin
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    if (user is None) == (not admin):
        raise UsageError("whose key it is to be", where="--user or --admin", right="one of them")
    from strikebook.service.assemble import exchange_now  # noqa: PLC0415 — only for this command

    key = _keys(results).add(user, exchange_now(), note)
    typer.echo(key)
    typer.echo("Send it with every request; it cannot be shown again:", err=True)
    typer.echo(f'  curl -H "Authorization: Bearer {key}" http://localhost:8000/api/v1/backtest/jobs', err=True)


@keys_app.command("list")
def show(results: Results = DEFAULT_RESULTS) -> None:
    """List the keys: their ids, whose they are, since when. The keys themselves are stored nowhere.

    \b
    strikebook keys list
    strikebook keys list --results other_data
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    table = Table("id", "whose", "made", "note")
    known = _keys(results).known()
    for key in known:
        table.add_row(key.key_id, key.user_id or "admin", key.created_at, key.note)
    console = make_console()
    console.print(table if known else "no keys: the server is open to this machine. `strikebook keys add` makes one")


@keys_app.command("remove")
def remove(
    key_id: Annotated[str, typer.Argument(help="The key's id, as the list has it.", show_default=False)],
    results: Results = DEFAULT_RESULTS,
) -> None:
    """Take a key back; a running server refuses it within a second.

    \b
    strikebook keys list
    strikebook keys remove 1a2b3c4d
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    removed = _keys(results).remove(key_id)
    typer.echo(f"removed the key {removed.key_id} of {removed.user_id or 'an admin'}")


def _keys(results: Path) -> Keys:
    from strikebook.server.keys import FILE_NAME, Keys  # noqa: PLC0415 — only for this command

    return Keys(results.absolute() / FILE_NAME)
