"""``strikebook compare``: results beside each other, and where each first went another way than the first."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from strikebook.cli.settings_reader import DEFAULT_RESULTS, Results
from strikebook.cli.statistics_command import statistic_value
from strikebook.cli.texts import make_console, profit, rupees_text
from strikebook.errors import UsageError

Document = Mapping[str, Any]
_SHOWN: Final = 20
_BLOCKS: Final = "▁▂▃▄▅▆▇█"
_WIDEST: Final = 60


def compare(
    results_named: Annotated[
        list[str],
        typer.Argument(
            metavar="USER/STRATEGY...", help="Two to ten results; the first is the base.", show_default=False
        ),
    ],
    results: Results = DEFAULT_RESULTS,
    json: Annotated[bool, typer.Option("--json", help="Print the whole answer.")] = False,  # noqa: FBT002
) -> None:
    """Show stored results side by side: what they were run with, statistics, the days that differ, and for each the
    first divergence from the first one, with the condition and both values. Nothing that is stored changes.

    \b
    strikebook compare me/5708424d-5962-4629-978c-05b3a174e104 me/rsi-28
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    from strikebook.service.compare import compare as compared  # noqa: PLC0415
    from strikebook.service.here_executor import HereExecutor  # noqa: PLC0415
    from strikebook.service.stored_days import as_documented  # noqa: PLC0415 — only what this command needs
    from strikebook.storage.codec import encode_metadata  # noqa: PLC0415
    from strikebook.storage.folder_storage import FolderStorage  # noqa: PLC0415
    from strikebook.storage.layout import RunKey  # noqa: PLC0415

    keys = [RunKey(*_parts(each)) for each in results_named]
    storage = FolderStorage(results)
    with as_documented(str(storage.place)):
        document = compared(HereExecutor(), storage, keys)
    if json:
        sys.stdout.buffer.write(encode_metadata(document))
    else:
        _print(make_console(), document)


def _parts(text: str) -> tuple[str, str]:
    user, slash, strategy = text.partition("/")
    if not slash:
        raise UsageError(f"{text[:80]!r} is no result", where="compare", right="USER/STRATEGY, such as me/my-strategy")
    return user, strategy


def _print(console: Console, document: Document) -> None:
    results = document["results"]
    _print_results(console, results)
    if document["settings"]:
        table = Table("not run alike", *_numbers(results))
        for row in document["settings"]:
            table.add_row(row["name"], *("–" if value is None else value[:24] for value in row["values"]))
        console.print(table)
    else:
        console.print("run alike: the same strategy, options, market and days")
    _print_statistics(console, document["statistics"], results)
    _print_days(console, document)
    for each in document["divergences"]:
        _print_divergence(console, each, results[0]["result"])


def _print_results(console: Console, results: Sequence[Document]) -> None:
    table = Table("", "result", "strategy", "days", "gross", "charges", "net", title="Results side by side")
    table.columns[1].overflow = "fold"
    for column in table.columns[4:]:
        column.justify = "right"
    for number, each in zip(_numbers(results), results, strict=True):
        made_up = " — synthetic prices" if each["synthetic"] else ""
        failed = f", {each['failed_days']} failed" if each["failed_days"] else ""
        state = "" if each["status"] == "completed" else f", {each['status']}"
        table.add_row(
            number,
            each["result"],
            f"{each['strategy_name']}{made_up}",
            f"{each['start_date']} to {each['end_date']}: {each['days']}{failed}{state}",
            profit(each["total_pnl"]),
            rupees_text(each["charges"]),
            profit(each["net_pnl"]),
        )
    console.print(table)
    console.print("running net profit, over one axis of days:")
    known = [value for each in results for value in each["net"] if value is not None]
    least, most = min(known, default=0.0), max(known, default=0.0)
    for number, each in zip(_numbers(results), results, strict=True):
        console.print(f"  {number:<8} {sparkline(each['net'], least, most)}")


def _numbers(results: Sequence[Document]) -> list[str]:
    return ["1 (base)", *(str(number) for number in range(2, len(results) + 1))]


def sparkline(values: Sequence[float | None], least: float, most: float) -> str:
    """Values as blocks of eight heights between two limits, a space where there is none; at most 60 wide."""
    width = min(len(values), _WIDEST)
    blocks = ""
    for at in range(width):
        part = values[at * len(values) // width : (at + 1) * len(values) // width]
        last = next((value for value in reversed(part) if value is not None), None)
        blocks += " " if last is None else _BLOCKS[round((last - least) / (most - least) * 7) if most > least else 0]
    return blocks


def _print_statistics(console: Console, statistics: Sequence[Document], results: Sequence[Document]) -> None:
    table = Table("on net profit", "≠", *_numbers(results))
    for column in table.columns[2:]:
        column.justify = "right"
    for row in statistics:
        values = (statistic_value({"value": value, "unit": row["unit"]}) for value in row["values"])
        table.add_row(row["title"], "≠" if row["differs"] else "", *values)
    console.print(table)


def _print_days(console: Console, document: Document) -> None:
    differing = document["differing"]
    if not differing:
        console.print(f"no day differs: {document['days_compared']} days are in all of them")
        return
    more = [row for row in differing if any(kind != "reasons" for each in row["results"] for kind in each["differs"])]
    of_days = f"{len(differing)} of {len(document['dates'])} days differ"
    console.print(f"{of_days}, {len(differing) - len(more)} of them only in reasons")
    if more:
        table = Table("day", *_numbers(document["results"]))
        for row in more[:_SHOWN]:
            table.add_row(row["date"], *map(_day, row["results"]))
        console.print(table)
    if len(more) > _SHOWN:
        console.print(f"and {len(more) - _SHOWN} more; --json has them all")


def _day(each: Document) -> Text:
    text = Text(each["status"]) if each["pnl"] is None else profit(each["pnl"])
    return text + Text(f" {', '.join(each['differs'])}") if each["differs"] else text


def _print_divergence(console: Console, each: Document, base: str) -> None:
    console.print()
    found = each["divergence"]
    if found is None:
        console.print(f"{each['result']}: the same as {base} on every day that both have", style="bold")
        return
    what = {"terms": "only terms differ", "reasons": "only reasons differ"}.get(found["kind"], "first divergence")
    console.print(f"{each['result']} from {base}: {what}, {found['date']}", style="bold")
    for sentence in found["told"]:
        console.print(f"  {sentence}")
