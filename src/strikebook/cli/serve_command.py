"""``strikebook serve``: the server, announced in the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from strikebook.cli.settings_reader import read_settings

_Host = Annotated[str | None, typer.Option(help="The address to listen on.", show_default="127.0.0.1")]
_Port = Annotated[int | None, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.", show_default="8000")]
_Market = Annotated[
    str | None, typer.Option(help="A folder of market data, or synthetic, or synthetic:SEED.", show_default="synthetic")
]
_Strategies = Annotated[Path | None, typer.Option(help="The folder of strategies.", show_default="strategies")]
_Results = Annotated[Path | None, typer.Option(help="Where results and job records go.", show_default="backtest_data")]
_Examples = Annotated[
    Path | None,
    typer.Option(help="Strategies to copy into the strategies folder where that is not there.", show_default=False),
]
_Workers = Annotated[
    int | None, typer.Option(min=0, max=256, help="Processes that run days.", show_default="one per processor")
]
_Ttl = Annotated[float | None, typer.Option(help="Hours after which results expire.", show_default="12")]
_Log = Annotated[
    str | None, typer.Option(help="The log: a file, or - for stderr.", show_default="backtest_data/.logs/server.jsonl")
]
_Open = Annotated[
    bool, typer.Option("--open-to-network", help="Listen on an address that is not loopback without keys.")
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
    """Serve the API: start runs, watch them, read their days.

    \b
    strikebook serve
    strikebook serve --market market_data --port 8001
    strikebook keys add --user me && strikebook serve --host 0.0.0.0

    Every option is also a setting, such as STRIKEBOOK_PORT, and there are more (docs/settings.md). Ctrl-C and SIGTERM
    finish the days that are being run; jobs that are not done go on at the next start.
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
    raise typer.Exit(serve_until_stopped(settings, typer.echo, _first_backtest if first_backtest else None))


def _first_backtest(url: str) -> None:
    from strikebook.cli.first_backtest import run_first_backtest  # noqa: PLC0415 — only where it is asked for

    run_first_backtest(url, typer.echo)
