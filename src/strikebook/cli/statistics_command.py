"""``strikebook statistics``: what a stored run's days and round trips amount to."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from strikebook.cli.settings_reader import DEFAULT_RESULTS, Results
from strikebook.cli.texts import make_console, profit, rupees_text

_TITLES = {
    "month": "month",
    "weekday": "weekday",
    "entry_hour": "hour of entry",
    "days_to_expiry": "days to expiry",
    "option_type": "type",
    "exit_reason": "closed by",
    "re_entry": "re-entry",
}


def statistics(
    user: Annotated[str, typer.Argument(help="Whose run.", show_default=False)],
    strategy: Annotated[str, typer.Argument(help="The strategy's id.", show_default=False)],
    capital: Annotated[str | None, typer.Option(help="Rupees, for what is a share of it.", show_default=False)] = None,
    results: Results = DEFAULT_RESULTS,
    json: Annotated[bool, typer.Option("--json", help="Print the whole answer.")] = False,  # noqa: FBT002
) -> None:
    """Show a stored run's statistics on net profit, each with its definition, and its round trips by their properties.

    \b
    strikebook statistics me 5708424d-5962-4629-978c-05b3a174e104 --capital 150000
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    from strikebook.service.here_executor import HereExecutor  # noqa: PLC0415
    from strikebook.service.statistics import statistics as worked_out  # noqa: PLC0415
    from strikebook.service.stored_days import as_documented  # noqa: PLC0415 — only what this command needs
    from strikebook.storage.codec import encode_metadata  # noqa: PLC0415
    from strikebook.storage.folder_storage import FolderStorage  # noqa: PLC0415
    from strikebook.storage.layout import RunKey  # noqa: PLC0415

    storage, key = FolderStorage(results), RunKey(user, strategy)
    with as_documented(f"{storage.place}: {key}"):
        document = worked_out(HereExecutor(), storage, key, capital)
    if json:
        sys.stdout.buffer.write(encode_metadata(document))
    else:
        _print(make_console(), document)


def _print(console: Console, document: dict[str, Any]) -> None:
    made_up = " — synthetic prices" if document["synthetic"] else ""
    failed = f", without {document['failed_days']} days that failed" if document["failed_days"] else ""
    console.print(f"{document['strategy_name']}{made_up}: on net profit{failed}", style="bold")
    table = Table("", "", "what it is")
    table.columns[1].justify = "right"
    for each in document["statistics"]:
        told = each["definition"] if each["reason"] is None else f"{each['definition']} ({each['reason']})"
        table.add_row(each["title"], statistic_value(each), told)
    console.print(table)
    if document["trials_of_sweeps"]:
        whose = "of this strategy or of the one it was kept from"
        console.print(f"{document['trials_of_sweeps']} of the trials are points of sweeps, {whose}")
    for by, rows in document["breakdowns"].items():
        table = Table(_TITLES[by], "round trips", "won", "gross", "charges", "net")
        for column in table.columns[1:]:
            column.justify = "right"
        for row in rows:
            table.add_row(
                row["key"],
                str(row["round_trips"]),
                str(row["won"]),
                profit(row["gross"]),
                rupees_text(row["charges"]),
                profit(row["net"]),
            )
        console.print(table)


def statistic_value(each: dict[str, Any]) -> Text:
    """A statistic's value by its unit; a dash where it has none."""
    value, unit = each["value"], each["unit"]
    if value is None:
        return Text("–", "dim")
    if unit == "profit":
        return profit(value)
    if unit == "rupees":
        return Text(rupees_text(value))
    if unit == "percent":
        return Text(f"{value:.2f} %")
    if unit == "ratio":
        return Text(f"{value:.2f}")
    return Text(f"{value:g} s" if unit == "seconds" else f"{value} days" if unit == "days" else str(value))
