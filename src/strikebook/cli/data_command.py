"""``strikebook data``: bring market data in, look at it, check it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from strikebook.cli.texts import grouped, inert, make_console
from strikebook.errors import UsageError

if TYPE_CHECKING:
    from strikebook.market.checking import CheckReport
    from strikebook.market.importing.folder import ImportReport

data_app = typer.Typer(no_args_is_help=True, help="Bring market data in, look at it, check it.")

_Json = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]
_Folder = Annotated[Path, typer.Argument(help="The folder of market data.", show_default=False)]


@data_app.command("import")
def import_data(
    paths: Annotated[
        list[Path], typer.Argument(help="Files, or folders of files: CSV(.gz) or Parquet.", show_default=False)
    ],
    to: Annotated[Path, typer.Option(help="The folder of market data to add to.", show_default=False)],
    mapping: Annotated[
        Path | None,
        typer.Option(help="How to read files of another shape (a small file, see the docs).", show_default=False),
    ] = None,
    session: Annotated[
        str | None,
        typer.Option(metavar="HH:MM-HH:MM", help="The session, in place of the calendar's.", show_default=False),
    ] = None,
    json: _Json = False,  # noqa: FBT002
) -> None:
    """Import price files. Importing the same again changes nothing.

    \b
    strikebook data import ticks.csv.gz --to market_data
    strikebook data import downloads/ --to market_data --mapping broker.toml
    strikebook data import muhurat.csv --to market_data --session 18:00-19:00
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    from strikebook.market.importing.folder import Progress as ImportProgress  # noqa: PLC0415 — pyarrow
    from strikebook.market.importing.folder import import_paths  # noqa: PLC0415
    from strikebook.market.importing.mapping import read_mapping  # noqa: PLC0415

    hours = None if session is None else _session(session)
    rules = None if mapping is None else read_mapping(mapping)
    with _bar() as bar:
        task = bar.add_task("looking", total=None, name="")

        def on_progress(progress: ImportProgress) -> None:
            name = inert(progress.name)
            bar.update(task, description=progress.stage, completed=progress.done, total=progress.total, name=name)

        report = import_paths(paths, to, rules, hours, on_progress)
    if json:
        _print_json(report.as_document())
    else:
        _print_report(report, to)


@data_app.command("check")
def check_data(
    folder: _Folder,
    json: _Json = False,  # noqa: FBT002
) -> None:
    """Check every day: coverage, gaps, doubtful prices, options below their worth.

    \b
    strikebook data check market_data

    Exit status: 0 every day can be run on (there may be warnings), 1 one cannot.
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    from strikebook.market.checking import check  # noqa: PLC0415 — pyarrow

    _require_market_data(folder)
    with _bar() as bar:
        task = bar.add_task("checking", total=None, name="")
        report = check(folder, lambda done, total, name: bar.update(task, completed=done, total=total, name=name))
    if json:
        _print_json(report.as_document())
    else:
        _print_check(report)
    raise typer.Exit(0 if report.sound else 1)


@data_app.command("info")
def show_info(
    folder: _Folder,
    json: _Json = False,  # noqa: FBT002
) -> None:
    """Say what a folder of market data holds.

    \b
    strikebook data info market_data
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    from strikebook.market.info import info  # noqa: PLC0415 — pyarrow

    _require_market_data(folder)
    report = info(folder)
    if json:
        _print_json(report.as_document())
        return
    table = Table("underlying", "from", "to", "days", "with options", "contracts", "ticks", "bars", "MB", "prices")
    for column in table.columns[3:9]:
        column.justify = "right"
    for each in report.underlyings:
        counts = (each.days, each.days_with_contracts, each.contracts, each.tick_rows, each.bar_rows)
        table.add_row(
            each.underlying,
            f"{each.first:%d-%m-%Y}",
            f"{each.last:%d-%m-%Y}",
            *map(grouped, counts),
            f"{each.bytes / 1e6:.1f}",
            f"made up ({each.origin})" if each.origin else "real",
        )
    make_console().print(table)


@data_app.command("demo")
def write_demo_market(
    first: Annotated[str, typer.Option("--from", help="The first day, YYYY-MM-DD, 2019 or later.", show_default=False)],
    days: Annotated[int, typer.Option(min=1, help="How many trading days.", show_default=False)],
    to: Annotated[Path, typer.Option(help="The folder of market data to write.", show_default=False)],
    seed: Annotated[int, typer.Option(min=0, help="Another seed is another market.")] = 1,
    underlying: Annotated[str, typer.Option(help="The index.")] = "NIFTY",
) -> None:
    """Write days of the synthetic market as market data, to look at or to try things on.

    \b
    strikebook data demo --from 2024-10-01 --days 20 --to demo_data
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    from strikebook.market.synthetic import SyntheticMarket  # noqa: PLC0415 — numpy and others
    from strikebook.market.synthetic.demo import write_demo  # noqa: PLC0415
    from strikebook.storage.layout import parse_day  # noqa: PLC0415

    market, begin = SyntheticMarket(seed), parse_day(first)
    with _bar() as bar:
        task = bar.add_task("writing", total=days, name="")
        written = write_demo(
            market, underlying, begin, days, to, lambda done, _, day: bar.update(task, completed=done, name=str(day))
        )
    _print_days((day.underlying, day.date, day.status, day.instruments, day.rows) for day in written)
    make_console().print(f"{len(written)} days of synthetic prices ({market.label}) in {to}")


def _bar() -> Progress:
    console = make_console(stderr=True)
    name = TextColumn("{task.fields[name]}", markup=False)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), name)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _require_market_data(folder: Path) -> None:
    from strikebook.service.market_choice import open_market  # noqa: PLC0415 — pyarrow

    open_market(str(folder))


def _session(text: str) -> tuple[int, int]:
    from strikebook.model.session import parse_clock  # noqa: PLC0415

    begin, sign, end = text.partition("-")
    if not sign:
        raise UsageError(f"session {text!r}", where="--session", right="HH:MM-HH:MM, such as 18:00-19:00")
    return parse_clock(begin), parse_clock(end)


def _print_days(days: Iterable[tuple[str, date, str, int, int]]) -> None:
    """A table of days that were written or found unchanged: underlying, day, status, instruments, rows."""
    table = Table("underlying", "day", "", "instruments", "rows")
    for column in table.columns[3:]:
        column.justify = "right"
    for underlying, day, status, instruments, rows in days:
        table.add_row(underlying, f"{day:%d-%m-%Y}", status, str(instruments), grouped(rows))
    make_console().print(table)


def _print_report(report: ImportReport, to: Path) -> None:
    console = make_console()
    _print_days((day.underlying, day.date, day.status, day.instruments, day.rows) for day in report.days)
    console.print(f"{grouped(report.rows)} rows from {len(report.files)} files into {to}")
    for reason, count in report.skipped.items():
        console.print(f"skipped {grouped(count)} rows: {reason}")
    for name, reason in report.ignored.items():
        console.print(f"ignored {name}: {reason}")
    for day in report.days:
        if day.replaced:
            names = ", ".join(day.replaced[:3]) + (
                f" and {len(day.replaced) - 3} more" if len(day.replaced) > 3 else ""
            )
            console.print(f"replaced on {day.date:%d-%m-%Y}: {names} had other prices from an earlier import")


def _print_check(report: CheckReport) -> None:
    console = make_console()
    table = Table("underlying", "day", "instruments", "rows", "index covered", "contracts covered", "found")
    for column in table.columns[2:6]:
        column.justify = "right"
    for day in report.days:
        errors = sum(found.severity == "error" for found in day.findings)
        found = f"{errors} errors, {len(day.findings) - errors} warnings" if day.findings else "nothing"
        table.add_row(
            day.underlying,
            f"{day.date:%d-%m-%Y}",
            str(len(day.instruments)),
            grouped(day.rows),
            _share(day.coverage),
            _share(day.contract_coverage),
            Text(found, "red" if errors else ""),
        )
    console.print(table)
    for day in report.days:
        for finding in day.findings:
            console.print(f"{day.date:%d-%m-%Y} {finding.symbol}: {finding.severity}: {finding.what}", soft_wrap=True)
    for underlying, days in report.missing.items():
        if days:
            console.print(f"{underlying}: no data on " + ", ".join(f"{day:%d-%m-%Y}" for day in days))
    console.print("every day can be run on" if report.sound else "some days cannot be run on")


def _share(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


def _print_json(document: object) -> None:
    import orjson  # noqa: PLC0415

    sys.stdout.buffer.write(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
