"""``strikebook run``: a strategy over a range of days, with a bar while it goes and a table when it is done."""

from __future__ import annotations

import os
import re
import shlex
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from strikebook.cli.settings_reader import DEFAULT_RESULTS, Results, read_settings
from strikebook.cli.texts import make_console, net, profit, rupees_text
from strikebook.errors import BusyError, UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from strikebook.service.run import Progress as RunProgress
    from strikebook.service.run import RunLimits

    Runner = Callable[
        [Callable[[RunProgress], None], Callable[[], bool], Callable[[], datetime], RunLimits], dict[str, object]
    ]

_STOPPED = 130


_File = Annotated[Path, typer.Argument(help="The strategy, as the builder exports it (JSON).", show_default=False)]
Market = Annotated[
    str,
    typer.Option(
        envvar="STRIKEBOOK_MARKET", help="A folder of market data, or synthetic, or synthetic:SEED.", show_default=False
    ),
]
_First = Annotated[str, typer.Option("--from", help="The first day, YYYY-MM-DD.", show_default=False)]
_Last = Annotated[str, typer.Option("--to", help="The last day, included.", show_default=False)]
_User = Annotated[str, typer.Option(help="Whose run it is; one run per user at a time.")]
Workers = Annotated[
    int | None,
    typer.Option(
        envvar="STRIKEBOOK_WORKERS",
        min=0,
        max=256,
        help="Processes that run days; 0 is one per processor.",
        show_default="one per processor",
    ),
]
_Options = Annotated[
    list[str] | None,
    typer.Option(
        help="An option of the run as key=value, again for each: scale, max_price_age_s, wait_for_trade_s, "
        "fill (last or next), slippage, stale_slippage, limit_fill (touch or through), brokerage, terms (as_was or "
        "today), compression_level (0 to 9), ttl_hours.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print metadata.json, and nothing else.")]


def run(  # noqa: PLR0913, PLR0917 — the command line has that many options
    file: _File,
    market: Market,
    first: _First,
    last: _Last,
    user: _User = "local",
    results: Results = DEFAULT_RESULTS,
    workers: Workers = None,
    option: _Options = None,
    json: Json = False,  # noqa: FBT002 — a switch
) -> None:
    """Run a strategy over a range of days.

    \b
    strikebook run my_strategy.json --market market_data --user me \\
        --from 2022-06-01 --to 2022-06-30
    strikebook run my_strategy.json --market synthetic:7 --user me \\
        --from 2024-10-01 --to 2024-10-31 \\
        --option "slippage=2 ticks" --option scale=2 --json

    The results replace those of an earlier run of the same user and strategy. Ctrl-C stops and keeps the finished days;
    `strikebook jobs resume` goes on from there.

    Exit status: 0 all well, 1 failed, 2 usage, 3 some days failed, 130 stopped.
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    count = warmed_up(workers)
    from strikebook.model.options import parse_options  # noqa: PLC0415 — numpy and others, only for this command
    from strikebook.service.market_choice import open_market  # noqa: PLC0415
    from strikebook.service.planning import RunRequest  # noqa: PLC0415
    from strikebook.service.strategy_file import read_document  # noqa: PLC0415
    from strikebook.storage.folder_storage import FolderStorage  # noqa: PLC0415
    from strikebook.storage.layout import parse_day  # noqa: PLC0415

    level = read_settings({}).compression_level
    options = parse_options({"compression_level": level, **option_pairs(option or [])})
    days = (parse_day(first), parse_day(last))
    document, storage = read_document(file), FolderStorage(results)
    from strikebook.backtest_runner import run_backtest  # noqa: PLC0415

    request = RunRequest(user, document, open_market(market), storage, *days, options, count, str(file))
    run_and_leave(lambda *how: run_backtest(request, *how), results, json=json)


def warmed_up(workers: int | None) -> int:
    """How many workers there are to be; where there are several, their common start is under way."""
    count = workers or os.cpu_count() or 1
    if count > 1:
        from strikebook.service.worker import warm_up  # noqa: PLC0415 — first of all: it takes a second

        warm_up()
    return count


def run_and_leave(
    run_it: Runner, results: Path, *, json: bool, show: Callable[[dict[str, object]], None] | None = None
) -> NoReturn:
    """Carry a run (or a sweep) out with a bar, print what it came to, and leave with its status.

    ``show`` prints it, where not as runs and sweeps are printed.
    """
    from strikebook.service.assemble import exchange_now, limits_of  # noqa: PLC0415 — only for those who run
    from strikebook.storage.codec import encode_metadata  # noqa: PLC0415

    limits = limits_of(read_settings({}))
    with _busy_as_a_command(results), _stopped_by_signals() as stop, _progress_bar() as on_progress:
        metadata = run_it(on_progress, stop, exchange_now, limits)
    if json:
        sys.stdout.buffer.write(encode_metadata(metadata))
    elif show is not None:
        show(metadata)
    elif "sweep_id" in metadata:
        from strikebook.cli.sweep_view import print_sweep  # noqa: PLC0415 — a sweep that was resumed

        print_sweep(make_console(), metadata, results)
    else:
        _print(metadata, results)
    raise typer.Exit(_status(metadata))


@contextmanager
def _busy_as_a_command(results: Path) -> Iterator[None]:
    """Name the results in the command that a BusyError advises: it may be given elsewhere, or without our setting."""
    try:
        yield
    except BusyError as error:
        where = f" --results {shlex.quote(str(results))}"
        right = re.sub(r"strikebook jobs cancel [\w.@-]+", lambda found: found[0] + where, error.right)
        raise BusyError(error.what, where=error.where, right=right) from None


def _status(metadata: dict[str, object]) -> int:
    status = metadata["status"]
    if metadata["error"]:
        make_console(stderr=True).print(f"strikebook: {metadata['error']}")
    if status == "completed":
        return 3 if metadata["failed_days"] else 0
    return _STOPPED if status == "cancelled" else 1


def option_pairs(options: list[str]) -> dict[str, object]:
    """The options of a run by name, from ``key=value`` each. Raises UsageError."""
    pairs: dict[str, object] = {}
    for text in options:
        key, sign, value = text.partition("=")
        key = key.strip()
        if not sign or not key:
            raise UsageError(f"{text!r}", where="--option", right="key=value, such as fill=next")
        if key in pairs:
            raise UsageError(f"{key} is given twice", where="--option", right="each option once")
        pairs[key] = value.strip()
    return pairs


@contextmanager
def _stopped_by_signals() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C or SIGTERM came: the first one stops the run in good order, a second Ctrl-C at once."""
    stopped = threading.Event()

    def on_signal(number: int, _frame: FrameType | None) -> None:
        if stopped.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        stopped.set()

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _progress_bar() -> Iterator[Callable[[RunProgress], None]]:
    """A bar on the error channel, where that is a terminal: the day, profit so far, time left."""
    console = make_console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    columns = (
        TextColumn("{task.fields[day]}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[pnl]}"),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None, day="planning", pnl="")

        def on_progress(progress: RunProgress) -> None:
            bar.update(
                task,
                completed=progress.completed_days,
                total=progress.total_days,
                day="starting" if progress.day is None else progress.day.strftime("%d-%m-%Y"),
                pnl=rupees_text(progress.pnl_paise / 100, sign=True),
            )

        yield on_progress


def _print(metadata: dict[str, object], results: Path) -> None:
    console = make_console()
    summaries = metadata["daily_summaries"]
    overall = metadata["overall_summary"]
    assert isinstance(summaries, list)  # noqa: S101 — for the type checker
    assert isinstance(overall, dict)  # noqa: S101 — for the type checker
    table = Table(
        "day",
        "positions",
        "won",
        "lost",
        "profit",
        "charges",
        "net",
        "note",
        title=_title(metadata),
        title_justify="left",
    )
    for column in table.columns[1:7]:
        column.justify = "right"
    for day in summaries:
        ran = day["has_data"]
        note = "" if day["status"] == "traded" else str(day["status"]).replace("_", " ")
        note += f": {day['reason']}" if day["reason"] else ""
        table.add_row(
            day["date"],
            str(day["positions"]) if ran else "",
            str(day["winning_trades"]) if ran else "",
            str(day["losing_trades"]) if ran else "",
            profit(day["pnl"]) if ran else "",
            rupees_text(day["charges"]) if ran else "",
            profit(day["net_pnl"]) if ran else "",
            note,
        )
    console.print(table)
    console.print(
        f"{overall['total_positions']} positions, {overall['win_rate']:.2f} % won, "
        f"{overall['total_winning_trades']} won, {overall['total_losing_trades']} lost; total ",
        profit(overall["total_pnl"]),
        net(overall),
        sep="",
    )
    for warning in metadata["warnings"] if isinstance(metadata["warnings"], list) else ():
        console.print(f"warning: {warning['path']}: {warning['what']}")
    for text, days in warnings_of_days(summaries).items():
        console.print(f"warning: {text} ({days} {'day' if days == 1 else 'days'})")
    where = "" if results == DEFAULT_RESULTS else f" --results {shlex.quote(str(results))}"
    if metadata["status"] in ("cancelled", "failed"):
        console.print(f"go on with it: strikebook jobs resume {metadata['job_id']}{where} --market MARKET")
    console.print(f"next: strikebook show {metadata['user_id']} {metadata['strategy_id']}{where}")


def warnings_of_days(summaries: Iterable[dict[str, object]]) -> dict[str, int]:
    """Each different warning of the days, the first one first, and how many days have it."""
    found: dict[str, int] = {}
    for day in summaries:
        warnings = day.get("warnings")
        for text in dict.fromkeys(warnings if isinstance(warnings, list) else ()):
            found[text] = found.get(text, 0) + 1
    return found


def _title(metadata: dict[str, object]) -> str:
    market = metadata["market"]
    label = market["label"] if isinstance(market, dict) else ""
    made_up = " — synthetic prices" if metadata["synthetic"] else ""
    failed = f", {metadata['failed_days']} failed" if metadata["failed_days"] else ""
    return (
        f"{metadata['strategy_name']} on {label}{made_up}: {metadata['status']}, "
        f"{metadata['completed_days']} of {metadata['total_days']} days{failed}"
    )
