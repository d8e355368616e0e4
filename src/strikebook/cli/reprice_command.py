"""``strikebook reprice``: what a stored run would have cost under other terms."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from strikebook.cli.settings_reader import DEFAULT_RESULTS, Results
from strikebook.cli.texts import make_console, net, profit, rupees_text


def reprice(
    user: Annotated[str, typer.Argument(help="Whose run.", show_default=False)],
    strategy: Annotated[str, typer.Argument(help="The strategy's id.", show_default=False)],
    brokerage: Annotated[
        str | None,
        typer.Option(help="20 (rupees an order), 10 per lot, 0.05 percent, 0.05 percent max 20.", show_default=False),
    ] = None,
    terms: Annotated[
        str | None, typer.Option(help="as_was: the rates of each day; today: the newest.", show_default=False)
    ] = None,
    results: Results = DEFAULT_RESULTS,
    json: Annotated[bool, typer.Option("--json", help="Print the whole answer.")] = False,  # noqa: FBT002
) -> None:
    """Charge a stored run again under other terms, without running it again. Nothing that is stored changes.

    \b
    strikebook reprice me 5708424d-5962-4629-978c-05b3a174e104 --terms today
    strikebook reprice me 5708424d-5962-4629-978c-05b3a174e104 --brokerage "0.05 percent max 20"
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    from strikebook.service.here_executor import HereExecutor  # noqa: PLC0415
    from strikebook.service.reprice import reprice as priced  # noqa: PLC0415
    from strikebook.service.stored_days import as_documented  # noqa: PLC0415 — only what this command needs
    from strikebook.storage.codec import encode_metadata  # noqa: PLC0415
    from strikebook.storage.folder_storage import FolderStorage  # noqa: PLC0415
    from strikebook.storage.layout import RunKey  # noqa: PLC0415

    storage, key = FolderStorage(results), RunKey(user, strategy)
    with as_documented(f"{storage.place}: {key}"):
        document = priced(HereExecutor(), storage, key, brokerage, terms)
    if json:
        sys.stdout.buffer.write(encode_metadata(document))
    else:
        _print(make_console(), document)


def _print(console: Console, document: dict[str, Any]) -> None:
    made_up = " — synthetic prices" if document["synthetic"] else ""
    under = f"brokerage {document['brokerage']}, terms {document['terms']}"
    console.print(f"{document['strategy_name']}{made_up}: {under}", style="bold")
    table = Table("month", "profit", "charges", "net")
    for column in table.columns[1:]:
        column.justify = "right"
    for month in document["months"]:
        table.add_row(month["month"], profit(month["pnl"]), rupees_text(month["charges"]), profit(month["net_pnl"]))
    console.print(table)
    console.print("total ", profit(document["total_pnl"]), net(document), sep="")
    before = document["as_run"]
    console.print(
        f"as it was run (brokerage {before['brokerage']}, terms {before['terms']}): charges "
        f"{rupees_text(before['charges'])}, net ",
        profit(before["net_pnl"]),
        sep="",
    )
    for warning in document["warnings"]:
        console.print(f"warning: {warning}")
