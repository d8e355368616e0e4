"""``strikebook sweep``: a strategy with many values of its parameters, each day read once."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, cast

import orjson
import typer
from typer.core import TyperGroup

from strikebook.cli.run_command import Market, Workers, option_pairs, run_and_leave, warmed_up
from strikebook.cli.settings_reader import DEFAULT_RESULTS, Results, read_settings
from strikebook.cli.sweep_texts import parameter_of, windows_of_text
from strikebook.cli.texts import make_console
from strikebook.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from strikebook.service.sweep_request import SweepRequest
    from strikebook.service.sweeps import Sweeps

_RUN: Final = "run"


class _RunUnlessNamed(TyperGroup):
    """A group whose first argument is a strategy, unless it is one of its commands."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 — typer brings its own click
        if args and args[0] not in self.commands and args[0] not in ("-h", "--help"):
            args = [_RUN, *args]
        return super().parse_args(ctx, args)


sweep_app = typer.Typer(cls=_RunUnlessNamed, no_args_is_help=True)

_User = Annotated[str, typer.Option(help="Whose sweep it is; one job per user at a time.")]
_SweepId = Annotated[str, typer.Argument(help="The sweep's id, as `strikebook sweep list` has it.", show_default=False)]
_Json = Annotated[bool, typer.Option("--json", help="Print the document, and nothing else.")]
_Best = Annotated[int, typer.Option(min=1, max=1000, help="How many of the best points are printed.")]
_WalkForward = Annotated[
    str | None,
    typer.Option(help="Train days/test days, such as 10/5 or 10/5/anchored.", show_default=False),
]
_Objective = Annotated[
    str | None,
    typer.Option(
        help="What points are ranked by: net_pnl, total_pnl, sharpe, win_rate, return_over_drawdown, max_drawdown.",
        show_default="net_pnl",
    ),
]
_Heat = Annotated[
    str | None, typer.Option(help="Two parameters for the heat map: across,down.", show_default="the first two")
]


@sweep_app.callback()
def about() -> None:
    """Run a strategy once for each combination of values of its parameters, as one job.

    \b
    strikebook sweep my_strategy.json --market synthetic --from 2024-10-01 --to 2024-10-31 \\
        --set 'length=$.nodes[0].data.tradingInstrumentConfig.timeframes[0].indicators.rsi_14.length:9,14,21' \\
        --set 'maximum=$.nodes[bullish-entry].data.positions[0].maxEntries:1..5' --walk-forward 10/5

    A path is a JSON path as `strikebook strategy check` names it; an element of a list can be named by its id. Each day
    is read once for all points. Results are in the results folder, as those of a run, and expire with them.
    """  # noqa: D301 — \b is the mark of lines to be left as they are


@sweep_app.command(_RUN)
def run(  # noqa: PLR0913, PLR0917 — the command line has that many options
    file: Annotated[Path, typer.Argument(help="The strategy, as the builder exports it (JSON).", show_default=False)],
    market: Market,
    first: Annotated[str, typer.Option("--from", help="The first day, YYYY-MM-DD.", show_default=False)],
    last: Annotated[str, typer.Option("--to", help="The last day, included.", show_default=False)],
    values: Annotated[
        list[str],
        typer.Option(
            "--set",
            help="A parameter as name=PATH:values, again for each: values with commas between them, or "
            "first..last..step.",
            show_default=False,
        ),
    ],
    user: _User = "local",
    sample: Annotated[
        int | None, typer.Option(min=1, max=1000, help="Only so many of all combinations, drawn by the seed.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="The seed of the sample.")] = 1,
    objective: _Objective = None,
    walk_forward: _WalkForward = None,
    best: _Best = 10,
    heat: _Heat = None,
    results: Results = DEFAULT_RESULTS,
    workers: Workers = None,
    option: Annotated[
        list[str] | None, typer.Option(help="An option of the run as key=value, again for each.", show_default=False)
    ] = None,
    json: _Json = False,  # noqa: FBT002 — a switch
) -> None:
    """Sweep a strategy. `run` may be left out: `strikebook sweep my_strategy.json …`.

    Ctrl-C stops and keeps the finished days; `strikebook jobs resume` goes on from there. Exit status as of `run`.
    """
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
    asked = _asked(values, (sample, seed), objective, walk_forward)
    axes = _axes(heat, [each.name for each in asked.parameters])
    document, storage = read_document(file), FolderStorage(results)
    from strikebook.backtest_runner import run_sweep  # noqa: PLC0415

    request = RunRequest(user, document, open_market(market), storage, *days, options, count, str(file))

    def show_it(found: dict[str, Any]) -> None:
        _print(found, results, best, axes)
        if walk_forward is not None:
            _print_windows(results, user, str(found["sweep_id"]), walk_forward, objective)

    run_and_leave(lambda *how: run_sweep(request, asked, *how), results, json=json, show=show_it)


@sweep_app.command("list")
def list_sweeps(user: _User = "local", results: Results = DEFAULT_RESULTS) -> None:
    """List the sweeps of a user, the newest first.

    \b
    strikebook sweep list --user me
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    from strikebook.cli.sweep_view import print_list  # noqa: PLC0415 — only for this command

    print_list(make_console(), _sweeps(results).list(user))


@sweep_app.command("show")
def show(
    sweep: _SweepId,
    user: _User = "local",
    walk_forward: _WalkForward = None,
    objective: _Objective = None,
    best: _Best = 10,
    heat: _Heat = None,
    results: Results = DEFAULT_RESULTS,
    json: _Json = False,  # noqa: FBT002 — a switch
) -> None:
    """Show a sweep: its best points and a heat map; or its walk-forward, chosen by any objective.

    \b
    strikebook sweep show bt_20241202_153045_abc123 --user me --walk-forward 10/5/anchored --objective sharpe
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    if walk_forward is not None:
        _print_windows(results, user, sweep, walk_forward, objective, json=json)
        return
    if objective is not None:
        right = "beside --walk-forward: the ranks of a sweep are those it was asked for"
        raise UsageError(f"--objective {objective[:40]!r}", where="--objective", right=right)
    document = _sweeps(results).read(_key(user, sweep))
    axes = _axes(heat, [each["name"] for each in document["parameters"]])
    if json:
        sys.stdout.buffer.write(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    else:
        _print(document, results, best, axes)


@sweep_app.command("keep")
def keep(
    sweep: _SweepId,
    point: Annotated[int, typer.Argument(min=1, help="The point's number in the table.", show_default=False)],
    user: _User = "local",
    strategy_id: Annotated[
        str | None, typer.Option("--id", help="The id it is to have.", show_default="made from the strategy's")
    ] = None,
    name: Annotated[str | None, typer.Option(help="The name it is to have.", show_default="with its values")] = None,
    results: Results = DEFAULT_RESULTS,
) -> None:
    """Put the strategy of a point on its user's shelf, in the strategies folder: it is run as any other.

    \b
    strikebook sweep keep bt_20241202_153045_abc123 7 --user me
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    kept = _sweeps(results).keep(_key(user, sweep), point, strategy_id, name)
    folder = read_settings({}).strategies
    console = make_console()
    console.print(f"{kept['strategy_name']} is {kept['strategy_id']}")
    console.print(f"next: strikebook run {folder / user / kept['strategy_id']}.json --market MARKET --user {user}")


@sweep_app.command("delete")
def delete(sweep: _SweepId, user: _User = "local", results: Results = DEFAULT_RESULTS) -> None:
    """Delete a sweep; one that a server runs is cancelled first. That its points were tried is remembered.

    \b
    strikebook sweep delete bt_20241202_153045_abc123 --user me
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    cleared = _sweeps(results).delete(_key(user, sweep))
    typer.echo(f"deleted {sweep}: {cleared.day_files} days")


def _print(document: dict[str, Any], results: Path, best: int, axes: tuple[str, str] | None) -> None:
    from strikebook.cli.sweep_view import print_sweep  # noqa: PLC0415 — only what prints it

    print_sweep(make_console(), document, results, best, axes)


def _print_windows(
    results: Path, user: str, sweep: str, windows: str, objective: str | None, *, json: bool = False
) -> None:
    from strikebook.cli.sweep_view import print_walk_forward  # noqa: PLC0415 — only what prints it
    from strikebook.service.sweep_request import objective_of, windows_of  # noqa: PLC0415

    asked = windows_of(**windows_of_text(windows))
    chosen = None if objective is None else objective_of(objective)
    content = _sweeps(results).walk_forward(_key(user, sweep), asked, chosen)
    if json:
        sys.stdout.buffer.write(content + b"\n")
    else:
        print_walk_forward(make_console(), orjson.loads(content))


def _key(user: str, sweep: str) -> Any:  # noqa: ANN401 — a RunKey, whose module is loaded only here
    from strikebook.jobs.job import is_job_id  # noqa: PLC0415 — only for this command
    from strikebook.storage.layout import RunKey  # noqa: PLC0415

    if not is_job_id(sweep):
        raise NotFoundError(
            f"no sweep {sweep[:60]}", where="sweep", right="`strikebook sweep list` lists those there are"
        )
    return RunKey(user, sweep)


def _sweeps(results: Path) -> Sweeps:
    from strikebook.jobs.folder_jobs import FolderJobs  # noqa: PLC0415 — only for this command
    from strikebook.jobs.job_manager import JobManager  # noqa: PLC0415
    from strikebook.service.assemble import exchange_now, limits_of  # noqa: PLC0415
    from strikebook.service.here_executor import HereExecutor  # noqa: PLC0415
    from strikebook.service.market_choice import NamedMarket  # noqa: PLC0415
    from strikebook.service.run import RunPlace  # noqa: PLC0415
    from strikebook.service.strategy_shelf import StrategyShelf  # noqa: PLC0415
    from strikebook.service.sweeps import Sweeps  # noqa: PLC0415
    from strikebook.storage.folder_storage import FolderStorage  # noqa: PLC0415

    settings = read_settings({})
    folder = results.absolute()
    jobs = JobManager(FolderJobs(folder), exchange_now, 1, "command line")
    market = NamedMarket(settings.market)
    place = RunPlace(market, FolderStorage(folder), jobs, HereExecutor(), exchange_now, limits_of(settings))
    return Sweeps(place, StrategyShelf(settings.strategies.absolute()), settings)


def _asked(
    values: list[str], sample: tuple[int | None, int], objective: str | None, windows: str | None
) -> SweepRequest:
    from strikebook.service.sweep_request import parse_sweep  # noqa: PLC0415 — only for this command

    size, seed = sample
    return parse_sweep(
        {
            "parameters": [parameter_of(text) for text in values],
            "sample": None if size is None else {"size": size, "seed": seed},
            "objective": objective,
            "walk_forward": None if windows is None else windows_of_text(windows),
        }
    )


def _axes(text: str | None, names: list[str]) -> tuple[str, str] | None:
    if text is None:
        return None
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 2 or len(set(parts)) != 2 or not set(parts) <= set(names):
        raise UsageError(
            f"{text[:60]!r}", where="--heat", right=f"two of {', '.join(names)}, with a comma between them"
        )
    return cast("tuple[str, str]", tuple(parts))
