"""``strikebook export``: a stored run as a file for other programs, or as a report."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from strikebook.cli.settings_reader import DEFAULT_RESULTS, Results
from strikebook.cli.texts import grouped, make_console
from strikebook.errors import UsageError

if TYPE_CHECKING:
    from strikebook.service.export.wanted import Wanted, Written
    from strikebook.storage.folder_storage import FolderStorage
    from strikebook.storage.layout import RunKey

_STDOUT = Path("-")


def export(  # noqa: PLR0913, PLR0917 — an option each
    user: Annotated[str, typer.Argument(help="Whose run.", show_default=False)],
    strategy: Annotated[str, typer.Argument(help="The strategy's id.", show_default=False)],
    out: Annotated[Path, typer.Option(help="The file to write; - is standard output, for csv.", show_default=False)],
    format_name: Annotated[
        str | None,
        typer.Option("--format", help="csv, xlsx, parquet or html; else what the file's name ends in."),
    ] = None,
    table: Annotated[str | None, typer.Option(help="Of csv and parquet: trades, or days.")] = None,
    first: Annotated[str | None, typer.Option("--from", help="The first day, DD-MM-YYYY or YYYY-MM-DD.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="The last day, included.")] = None,
    leg: Annotated[str | None, typer.Option(help="Only trades of this leg.")] = None,
    symbol: Annotated[str | None, typer.Option(help="Only of this contract.")] = None,
    exit_reason: Annotated[str | None, typer.Option(help="Only closed for this reason.")] = None,
    exit_node: Annotated[str | None, typer.Option(help="Only closed by this node.")] = None,
    result: Annotated[
        str | None, typer.Option(help="Only positions that were winners, losers or flat, before charges.")
    ] = None,
    side: Annotated[str | None, typer.Option(help="Only BUY or SELL, to open.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file where it is there.")] = False,  # noqa: FBT002
    results: Results = DEFAULT_RESULTS,
) -> None:
    """Export a stored run, a range of its days or one day: CSV, Excel, Parquet, or an HTML report in one file.

    \b
    strikebook export me 5708424d-5962-4629-978c-05b3a174e104 --out run.xlsx
    strikebook export me 5708424d-5962-4629-978c-05b3a174e104 --out report.html --from 01-10-2024 --to 31-10-2024
    strikebook export me 5708424d-5962-4629-978c-05b3a174e104 --format csv --result losers --out -
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    from strikebook.service.export.wanted import wanted_of  # noqa: PLC0415 — only what this command needs
    from strikebook.storage.folder_storage import FolderStorage  # noqa: PLC0415
    from strikebook.storage.layout import RunKey, parse_day  # noqa: PLC0415

    filters = {"leg": leg, "symbol": symbol, "exit_reason": exit_reason, "exit_node": exit_node}
    days = [None if each is None else parse_day(each) for each in (first, last)]
    kind = format_name or _ending(out)
    wanted = wanted_of(kind, table, days[0], days[1], {**filters, "result": result, "side": side})
    storage, key = FolderStorage(results), RunKey(user, strategy)
    if out == _STDOUT:
        if wanted.format != "csv":
            raise UsageError(f"{wanted.format} on standard output", where="--out", right="a file; csv alone goes to -")
        _write_out(storage, key, wanted)
        return
    _refuse_to_replace(out, force=force)
    written = _write_file(storage, key, wanted, out)
    console = make_console(stderr=True)
    console.print(
        f"{out}: {grouped(written.trades)} trades of {grouped(written.days)} days, "
        f"{grouped(out.stat().st_size)} bytes"
        + (", PARTIAL: the run is not complete" if "_partial." in written.name else "")
    )
    if not written.trades and wanted.filters.given():
        console.print("no trade passes the filters")


def _ending(out: Path) -> str:
    """The format that a file's name ends in."""
    if out == _STDOUT:
        return "csv"
    if not out.suffix:
        raise UsageError("no format", where="--format", right="csv, xlsx, parquet or html, or a file named so")
    return out.suffix[1:].lower()


def _refuse_to_replace(out: Path, *, force: bool) -> None:
    if out.is_dir():
        raise UsageError(f"{out} is a folder", where="--out", right="the name of a file")
    if not force and (out.exists() or out.is_symlink()):
        raise UsageError(f"{out} is there already", where="--out", right="another name, or --force to replace it")


def _write_file(storage: FolderStorage, key: RunKey, wanted: Wanted, out: Path) -> Written:
    """Write a file, whole or not at all."""
    from strikebook.atomic_file import replace_file  # noqa: PLC0415 — only what this command needs
    from strikebook.service.export.write import write_export  # noqa: PLC0415
    from strikebook.service.stored_days import as_documented  # noqa: PLC0415 — only what this command needs

    found: list[Written] = []

    def write(temporary: Path) -> None:
        with tempfile.TemporaryDirectory() as scratch, temporary.open("xb") as file, _progress() as on_days:
            found.append(write_export(storage, key, wanted, file, Path(scratch), on_days))

    with as_documented(f"{storage.place}: {key}"):
        replace_file(out, write)
    return found[0]


def _write_out(storage: FolderStorage, key: RunKey, wanted: Wanted) -> None:
    """Write to standard output as the days are read."""
    from strikebook.service.export.write import write_export  # noqa: PLC0415
    from strikebook.service.stored_days import as_documented  # noqa: PLC0415 — only what this command needs

    with as_documented(f"{storage.place}: {key}"):
        write_export(storage, key, wanted, sys.stdout.buffer, Path())
    sys.stdout.buffer.flush()


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar of days on the terminal, where there is one."""
    console = make_console(stderr=True)
    columns = (TextColumn("exporting"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
