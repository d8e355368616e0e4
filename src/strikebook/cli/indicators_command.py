"""``strikebook indicators``: what a strategy may use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from strikebook.cli.texts import make_console
from strikebook.errors import UsageError

if TYPE_CHECKING:
    from strikebook.indicators.indicator import Indicator


def list_indicators(
    name: Annotated[str | None, typer.Argument(help="Only this one.", show_default=False)] = None,
) -> None:
    """List the indicators, with their parameters and outputs.

    \b
    strikebook indicators
    strikebook indicators macd
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    from strikebook.indicators.catalogue import (  # noqa: PLC0415 — TA-Lib, only for this command
        CATALOGUE,
        NOT_OFFERED,
        find,
        why_not_offered,
    )

    console = make_console()
    if name is not None:
        found = find(name)
        if found is None:
            reason = why_not_offered(name)
            raise UsageError(
                f"no indicator {name!r}" + (f": {reason}" if reason else ""), right="a name of `strikebook indicators`"
            )
        console.print(_one(found))
        return
    table = Table("name", "what it is", "parameters (default)", "outputs")
    category = ""
    for indicator in CATALOGUE.values():
        if category not in ("", indicator.category):
            table.add_section()
        category = indicator.category
        table.add_row(
            indicator.name.lower(), indicator.description, _parameters(indicator), ", ".join(indicator.outputs)
        )
    console.print(table)
    console.print(f"{len(CATALOGUE)} indicators; one of them: strikebook indicators NAME")
    left_out = ", ".join(sorted(NOT_OFFERED)).lower()
    console.print(f"not offered ({len(NOT_OFFERED)}, `strikebook indicators NAME` says why): {left_out}")


def _parameters(indicator: Indicator) -> str:
    items = (f"{item.name} ({'required' if item.required else item.default})" for item in indicator.parameters)
    return ", ".join(items) or "none"


def _one(indicator: Indicator) -> Table:
    table = Table(indicator.name.lower(), indicator.description)
    table.add_row("category", indicator.category)
    table.add_row("outputs", ", ".join(indicator.outputs))
    table.add_row("formula", indicator.source)
    for item in indicator.parameters:
        allowed = " or ".join(item.options) if item.options else f"{item.minimum} to {item.maximum}"
        table.add_row(item.name, f"{'required' if item.required else item.default}; {allowed}")
    return table
