"""The program ``strikebook``: its commands, and what becomes of an error.

Exit status: 0 all well, 1 failed, 2 usage, 3 some days of a run failed, 130 stopped.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from io import TextIOWrapper
from typing import Annotated, NoReturn

import typer

from strikebook import __version__
from strikebook.cli.compare_command import compare
from strikebook.cli.data_command import data_app
from strikebook.cli.export_command import export
from strikebook.cli.indicators_command import list_indicators
from strikebook.cli.jobs_command import jobs_app
from strikebook.cli.keys_command import keys_app
from strikebook.cli.limits_command import limits_app
from strikebook.cli.notes_command import history, note
from strikebook.cli.openapi_command import openapi
from strikebook.cli.reprice_command import reprice
from strikebook.cli.results_command import pin, results, ttl, unpin
from strikebook.cli.run_command import run
from strikebook.cli.serve_command import serve
from strikebook.cli.settings_reader import unknown_variables
from strikebook.cli.show_command import show
from strikebook.cli.statistics_command import statistics
from strikebook.cli.strategy_command import strategy_app
from strikebook.cli.sweep_command import sweep_app
from strikebook.cli.texts import inert
from strikebook.cli.verify_command import verify
from strikebook.cli.webhooks_command import webhooks_app
from strikebook.errors import StrikebookError, UsageError

_HELP = """Run options strategies over past trading days, and see for every trade why it was made.

\b
What is there, and is my strategy right?
  strikebook data info market_data
  strikebook strategy check my_strategy.json

\b
Run it over a month:
  strikebook run my_strategy.json --market synthetic --user me \\
      --from 2024-10-01 --to 2024-10-31

\b
Serve it to others, and to pages:
  strikebook serve --market synthetic
  strikebook jobs

\b
A calendar of profit, a day, a position with its reasons, a silent signal:
  strikebook show me STRATEGY_ID
  strikebook show me STRATEGY_ID 01-10-2024
  strikebook show me STRATEGY_ID 01-10-2024 --position 1
  strikebook show me STRATEGY_ID 01-10-2024 --why entry-condition-1

\b
What a run's days and positions amount to:
  strikebook statistics me STRATEGY_ID --capital 150000

\b
The same run under another broker's charges:
  strikebook reprice me STRATEGY_ID --brokerage "0.05 percent max 20"

\b
With many values of its parameters, each day read once:
  strikebook sweep my_strategy.json --market synthetic --from 2024-10-01 --to 2024-10-31 \\
      --set 'length=$.nodes[0].data.tradingInstrumentConfig.timeframes[0].indicators.rsi_14.length:9,14,21'

\b
Two results side by side, and where they first part:
  strikebook compare me/STRATEGY_ID me/OTHER_ID

\b
What is stored, what it takes, when it expires; and keep a result:
  strikebook results me
  strikebook pin me STRATEGY_ID
  strikebook ttl me STRATEGY_ID 48

\b
As a file for other programs, or as a report:
  strikebook export me STRATEGY_ID --out run.xlsx

\b
Name it and note something; and the runs of a strategy so far:
  strikebook note me STRATEGY_ID --name "first try" --tag rsi
  strikebook history me STRATEGY_ID

\b
Run it again, and demand the same bytes:
  strikebook verify me STRATEGY_ID --market synthetic

Exit status: 0 all well, 1 failed, 2 usage, 3 some days of a run failed, 130 stopped.
"""


def _print_version(wanted: bool) -> None:  # noqa: FBT001 — typer calls it
    if wanted:
        typer.echo(f"strikebook {__version__}")
        raise typer.Exit


_Version = Annotated[
    bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Say which version this is.")
]


def _root(version: _Version = False) -> None:  # noqa: ARG001, FBT002 — a switch that acts in its callback
    """Take the options before a command, and warn of a variable that only looks like a setting."""
    for sentence in unknown_variables():
        typer.echo(f"strikebook: warning: {inert(sentence)}", err=True)


def build_app() -> typer.Typer:
    """Put the commands together."""
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(help=_HELP)(_root)
    app.command("run")(run)
    app.command("show")(show)
    app.command("statistics")(statistics)
    app.command("reprice")(reprice)
    app.command("verify")(verify)
    app.command("compare")(compare)
    app.command("results")(results)
    app.command("pin")(pin)
    app.command("unpin")(unpin)
    app.command("ttl")(ttl)
    app.command("export")(export)
    app.command("note")(note)
    app.command("history")(history)
    app.command("serve")(serve)
    app.add_typer(sweep_app, name="sweep")
    app.add_typer(jobs_app, name="jobs")
    app.add_typer(keys_app, name="keys")
    app.add_typer(limits_app, name="limits")
    app.add_typer(webhooks_app, name="webhooks")
    app.add_typer(strategy_app, name="strategy")
    app.add_typer(data_app, name="data")
    app.command("indicators")(list_indicators)
    app.command("openapi")(openapi)
    return app


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the program ``strikebook``."""
    run_program(lambda: build_app()(arguments, prog_name="strikebook"))


def run_program(program: Callable[[], object]) -> NoReturn:
    """Run a program and leave with its status; every error on purpose is one message, without a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a channel that cannot write ₹ is no reason to fail
    try:
        program()
    except StrikebookError as error:
        what = "\n".join(map(inert, error.what.splitlines()))
        _say(StrikebookError(what, where=inert(error.where), right=inert(error.right)))
        sys.exit(2 if isinstance(error, UsageError) else 1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:  # the last handler: a path that no command looked at closely enough
        where = inert(str(error.filename or "the output"))
        _say(StrikebookError(f"cannot be used: {(error.strerror or str(error)).lower()}", where=where))
        sys.exit(1)
    sys.exit(0)


def _say(error: StrikebookError) -> None:
    if sys.stderr is not None:  # it is None where the caller closed it
        print(f"strikebook: {error}", file=sys.stderr)  # noqa: T201 — the program's own voice
