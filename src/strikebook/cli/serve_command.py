"""``strikebook serve``: the server, announced in the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from strikebook.cli.settings_reader import read_settings

_Host = Annotated[str | None, typer.Option(help="The address to listen on.", show_default="127.0.0.1")]
_Port = Annotated[
    int | None,
    typer.Option(min=0, max=65535, help="The port to listen on; 0 takes a free one.", show_default="8000"),
]
_Market = Annotated[
    str | None, typer.Option(help="A folder of market data, or synthetic, or synthetic:SEED.", show_default="synthetic")
]
_Strategies = Annotated[Path | None, typer.Option(help="The folder of strategies.", show_default="strategies")]
_Results = Annotated[
    Path | None, typer.Option(help="The folder of results, job records and keys.", show_default="backtest_data")
]
_Examples = Annotated[
    Path | None,
    typer.Option(
        help="A folder of strategies that are copied into the strategies folder where that is not there.",
        show_default=False,
    ),
]
_Workers = Annotated[
    int | None, typer.Option(min=0, max=256, help="Processes that run days; 0 is one per processor.", show_default="0")
]
_Ttl = Annotated[float | None, typer.Option(help="Hours after which results expire.", show_default="12")]
_Log = Annotated[
    str | None,
    typer.Option(
        help="Where the log goes: a file, or - for stderr, or off for none. "
        "Without it: .logs/server.jsonl in the results folder.",
        show_default=False,
    ),
]
_Open = Annotated[
    bool,
    typer.Option(
        "--open-to-network", help="Listen on an address that is not loopback although no keys are configured."
    ),
]
_First = Annotated[
    bool, typer.Option("--first-backtest", help="Run a demo strategy once it is up, where it has no results yet.")
]


def serve(  # noqa: PLR0913, PLR0917 — the command line has that many options
    host: _Host = None,
    port: _Port = None,
    market: _Market = None,
    strategies: _Strategies = None,
    results: _Results = None,
    examples: _Examples = None,
    workers: _Workers = None,
    ttl_hours: _Ttl = None,
    log: _Log = None,
    open_to_network: _Open = False,  # noqa: FBT002 — a switch
    first_backtest: _First = False,  # noqa: FBT002 — a switch
) -> None:
    """Serve the API: start runs, watch them, read their days. It needs no market data: without it prices are made up.

    \b
    Try it, on made-up prices (then open http://localhost:8000/docs):
      strikebook serve --examples examples --first-backtest

    \b
    Serve your own data, on another port:
      strikebook serve --market market_data --port 8001

    \b
    Let others in, with a key for each:
      strikebook keys add --user me
      strikebook serve --host 0.0.0.0

    \b
    Every option is also a variable, and there are more settings: docs/settings.md.
      STRIKEBOOK_PORT=8001 strikebook serve

    Ctrl-C and SIGTERM finish the days that are being run; jobs that are not done go on at the next start.
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    from strikebook.server.serve import serve as serve_until_stopped  # noqa: PLC0415 — the server, only for this command
    from strikebook.service.strategy_shelf import StrategyShelf  # noqa: PLC0415

    given = {
        "host": host,
        "port": port,
        "market": market,
        "strategies": strategies,
        "results": results,
        "examples": examples,
        "workers": workers,
        "ttl_hours": ttl_hours,
        "log": log,
        "open_to_network": open_to_network or None,
    }
    settings = read_settings(given)
    if settings.examples is not None:
        StrategyShelf(settings.strategies).seed(settings.examples)

    def on_ready(url: str) -> None:
        from strikebook.cli.first_backtest import run_first_backtest  # noqa: PLC0415 — only where it is asked for

        run_first_backtest(url, settings.log_target, typer.echo)

    raise typer.Exit(serve_until_stopped(settings, typer.echo, on_ready if first_backtest else None))
