"""``strikebook indicators``: what a strategy may use."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from strikebook.cli.texts import make_console
from strikebook.errors import UsageError


def list_indicators(
    name: Annotated[str | None, typer.Argument(help="Only this one.", show_default=False)] = None,
) -> None:
    """List the indicators, with their parameters and outputs.

    \b
    strikebook indicators
    strikebook indicators macd
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    from strikebook.indicators.catalogue import CATALOGUE, find  # noqa: PLC0415 — TA-Lib, only for this command

    chosen = list(CATALOGUE.values())
    if name is not None:
        found = find(name)
        if found is None:
            raise UsageError(f"no indicator {name!r}", right="a name of `strikebook indicators`")
        chosen = [found]
    table = Table("name", "parameters (default)", "outputs")
    for indicator in chosen:
        parameters = ", ".join(f"{item.name} ({item.default})" for item in indicator.parameters)
        table.add_row(indicator.name.lower(), parameters or "none", ", ".join(indicator.outputs))
    make_console().print(table)
