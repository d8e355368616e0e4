"""``strikebook strategy``: what is wrong with a strategy, and what it says."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from strikebook.cli.texts import make_console

strategy_app = typer.Typer(no_args_is_help=True, help="Check a strategy, or read it in sentences.")

_File = Annotated[Path, typer.Argument(help="The strategy, as the builder exports it (JSON).", show_default=False)]


@strategy_app.command("check")
def check(
    file: _File,
    json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,  # noqa: FBT002
) -> None:
    """List everything that is wrong with a strategy, each with its place in the document.

    \b
    strikebook strategy check my_strategy.json

    Exit status: 0 it can run (there may be warnings), 1 it cannot.
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    from strikebook.service.strategy_file import parse_document, read_document  # noqa: PLC0415 — heavy

    parsed = parse_document(read_document(file), str(file))
    if json:
        import orjson  # noqa: PLC0415

        document = {"can_run": parsed.strategy is not None, "findings": parsed.findings}
        sys.stdout.buffer.write(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    else:
        console = make_console()
        if parsed.findings:
            table = Table("", "where", "what", "what would be right")
            for found in parsed.findings:
                severity = Text(found.severity, "red" if found.severity == "error" else "yellow")
                table.add_row(severity, found.path, found.what, found.right)
            console.print(table)
        counts = f"{len(parsed.errors)} errors, {len(parsed.warnings)} warnings"
        console.print(f"{'it can run' if parsed.strategy is not None else 'it cannot run'}: {counts}")
    raise typer.Exit(0 if parsed.strategy is not None else 1)


@strategy_app.command("show")
def show_strategy(file: _File) -> None:
    """Print a strategy's graph, each condition as a sentence.

    \b
    strikebook strategy show my_strategy.json
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    from strikebook.service.strategy_file import load_strategy, read_document  # noqa: PLC0415 — heavy
    from strikebook.strategy.describe import describe_lines  # noqa: PLC0415

    console = make_console()
    for line in describe_lines(load_strategy(read_document(file), str(file))):
        console.print(line, soft_wrap=True)
