"""``strikebook verify``: a stored run made again, and compared byte by byte."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from strikebook.cli.run_command import Market
from strikebook.cli.settings_reader import DEFAULT_RESULTS, Results
from strikebook.cli.texts import make_console

_SHOWN = 20
_SAID = {
    "same": "the same bytes",
    "different": "other bytes, though the data of that day is the same (warm-up candles come from days before)",
    "data_changed": "the market's data has changed since",
    "missing": "the stored file is gone",
    "failed": "could not be run again",
}


def verify(
    user: Annotated[str, typer.Argument(help="Whose run.", show_default=False)],
    strategy: Annotated[str, typer.Argument(help="The strategy's id.", show_default=False)],
    market: Market,
    results: Results = DEFAULT_RESULTS,
    json: Annotated[bool, typer.Option("--json", help="Print the whole answer.")] = False,  # noqa: FBT002
) -> None:
    """Run every stored day of a run again and demand the same bytes. Nothing that is stored changes.

    Exit status 0 where every day's file is the same, 1 where one is not.

    \b
    strikebook verify me 5708424d-5962-4629-978c-05b3a174e104 --market synthetic
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    from strikebook.service.here_executor import HereExecutor  # noqa: PLC0415
    from strikebook.service.market_choice import open_market  # noqa: PLC0415
    from strikebook.service.stored_days import as_documented  # noqa: PLC0415 — only what this command needs
    from strikebook.service.verify import verify as verified  # noqa: PLC0415
    from strikebook.storage.codec import encode_metadata  # noqa: PLC0415
    from strikebook.storage.folder_storage import FolderStorage  # noqa: PLC0415
    from strikebook.storage.layout import RunKey  # noqa: PLC0415

    storage, key, source = FolderStorage(results), RunKey(user, strategy), open_market(market)
    console = make_console(stderr=True)
    columns = (TextColumn("running again"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with (
        as_documented(f"{storage.place}: {key}"),
        Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar,
    ):
        task = bar.add_task("", total=None)
        document = verified(
            HereExecutor(), storage, source, key, lambda done, total: bar.update(task, completed=done, total=total)
        )
    if json:
        sys.stdout.buffer.write(encode_metadata(document))
    else:
        _print(make_console(), document)
    if not document["verified"]:
        raise typer.Exit(1)


def _print(console: Console, document: dict[str, Any]) -> None:
    made_up = " — synthetic prices" if document["synthetic"] else ""
    console.print(f"{document['strategy_name']}{made_up}: run again on {document['market']}", style="bold")
    for verdict, count in document["counts"].items():
        if count:
            console.print(f"{count} of {document['days_compared']} days: {_SAID[verdict]}")
    if not document["days_compared"]:
        console.print("there is no day to compare")
    for name in document["tables_changed"]:
        console.print(f"the table {name} is not what it was when this was run")
    if document["differing"]:
        table = Table("day", "what", "where it differs first", title="Not the same")
        for day in document["differing"][:_SHOWN]:
            table.add_row(day["date"], day["verdict"], day["reason"])
        console.print(table)
        if len(document["differing"]) > _SHOWN:
            console.print(f"and {len(document['differing']) - _SHOWN} more; --json has them all")
