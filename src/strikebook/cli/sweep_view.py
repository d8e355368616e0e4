"""A sweep in the terminal: its best points, a heat map of two parameters, its walk-forward."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from strikebook.cli.settings_reader import DEFAULT_RESULTS
from strikebook.cli.texts import inert, profit, rupees_text, short_rupees_text, value_text

Document = dict[str, Any]
BEST: Final = 10
_MOST_COLUMNS: Final = 16
_MOST_ROWS: Final = 30
_SHADES: Final = (22, 28, 34), (52, 88, 124)
"""Of profits and of losses, from weak to strong, out of the 256 colours of a terminal; each cell has its number too."""
_NAMES: Final = {
    "net_pnl": "net profit",
    "total_pnl": "gross profit",
    "sharpe": "Sharpe ratio",
    "win_rate": "win rate",
    "return_over_drawdown": "return over drawdown",
    "max_drawdown": "max drawdown",
}


def print_sweep(
    console: Console, document: Document, results: Path, best: int = BEST, axes: tuple[str, str] | None = None
) -> None:
    """Print a sweep: heading, the best points, the heat map where it has two parameters or more, what to do next."""
    points = document["points"]
    ranked = sorted(
        (each for each in points if each["rank"] is not None), key=lambda each: (each["rank"], each["point"])
    )
    console.print(_heading(document), style="bold")
    names = [each["name"] for each in document["parameters"]]
    if ranked:
        console.print(_best_table(ranked[:best], names, f"Best by {_NAMES[document['objective']]}"))
    elif points and not any(day["status"] == "run" for day in document["days"]):
        console.print("no day was run yet")
    else:
        console.print("no point could be judged; the reasons are with --json")
    first, second = axes or (names[0], names[1] if len(names) > 1 else "")
    if second and ranked:
        _print_heat(console, document, ranked, first, second)
    if document["points_same"]:
        console.print(
            f"{document['points_same']} points mean the same as another: a parameter of theirs decides nothing there"
        )
    failed = [each for each in points if each["failed_days"]]
    if failed:
        console.print(
            f"{len(failed)} points could not be run on every day and are not ranked: {failed[0]['failed_reason']}"
        )
    where = "" if results == DEFAULT_RESULTS else f" --results {shlex.quote(str(results))}"
    whose = f"{document['sweep_id']} --user {document['user_id']}{where}"
    if document["status"] in ("cancelled", "failed"):
        if document["error"]:
            console.print(f"it has failed: {document['error']}")
        console.print(f"go on with it: strikebook jobs resume {document['sweep_id']}{where} --market MARKET")
    console.print(f"next: strikebook sweep keep {whose} POINT; strikebook sweep show {whose} --walk-forward 10/5")


def print_walk_forward(console: Console, document: Document) -> None:
    """Print the windows of a walk-forward, and what all test days came to."""
    asked = document["windows_asked"]
    kind = "anchored" if asked["anchored"] else "rolling"
    table = Table(
        "train",
        "point",
        "chosen",
        "net on train",
        "test",
        "net on test",
        title=f"Walk-forward, {asked['train_days']}/{asked['test_days']} days, {kind}, "
        f"chosen by {_NAMES[document['objective']]}",
        title_justify="left",
    )
    for window in document["windows"]:
        spans = [f"{window[part]['from']} to {window[part]['to']}" for part in ("train", "test")]
        if window["point"] is None:
            table.add_row(spans[0], "–", window["reason"], "", spans[1], "")
            continue
        table.add_row(
            spans[0],
            str(window["point"]),
            _told(window["values"]),
            profit(window["train_result"]["net_pnl"]),
            spans[1],
            profit(window["test_result"]["net_pnl"]),
        )
    console.print(table)
    outside = document["out_of_sample"]
    sharpe = "no Sharpe ratio" if outside["sharpe"] is None else f"Sharpe ratio {outside['sharpe']:.2f}"
    console.print(
        f"out of sample, {outside['days']} days, {outside['positions']} positions: net ",
        profit(outside["net_pnl"]),
        f", max drawdown {rupees_text(outside['max_drawdown'])}, {sharpe}",
        sep="",
    )


def print_list(console: Console, sweeps: Sequence[Document]) -> None:
    """Print the sweeps of a user."""
    table = Table("sweep", "strategy", "state", "days", "points", "parameters", "expires")
    for each in sweeps:
        if "problem" in each:
            table.add_row(each["sweep_id"], "", "damaged", "", "", each["problem"], "")
            continue
        names = ", ".join(parameter["name"] for parameter in each["parameters"])
        days = f"{each['completed_days']} of {each['total_days']}"
        cells = (each["sweep_id"], each["strategy_id"], each["status"], days, str(each["points_total"]), names)
        table.add_row(*cells, each["expires_at"])
    console.print(table if sweeps else "no sweeps")


def _heading(document: Document) -> str:
    made_up = " — synthetic prices" if document["synthetic"] else ""
    failed = f", {document['failed_days']} failed" if document["failed_days"] else ""
    return (
        f"{document['strategy_name']} on {document['market']['label']}{made_up}: {document['status']}, "
        f"{document['completed_days']} of {document['total_days']} days{failed}, {document['points_total']} points"
    )


def _best_table(points: Sequence[Document], names: Sequence[str], title: str) -> Table:
    table = Table("rank", "point", *names, "net", "gross", "trades", "won", "Sharpe", "deflated", "max drawdown")
    table.title, table.title_justify = title, "left"
    for column in table.columns:
        column.justify = "right"
    for each in points:
        table.add_row(
            str(each["rank"]),
            str(each["point"]),
            *[value_text(each["values"][name]) for name in names],
            profit(each["net_pnl"]),
            profit(each["total_pnl"]),
            str(each["trades"]),
            f"{each['win_rate']:.2f} %",
            _ratio(each["sharpe"]),
            _ratio(each["deflated_sharpe"]),
            rupees_text(each["max_drawdown"]),
        )
    return table


def _print_heat(console: Console, document: Document, ranked: Sequence[Document], across: str, down: str) -> None:
    """Net profit by two parameters; where others are swept too, of the best point of each cell."""
    parameters = {each["name"]: each for each in document["parameters"]}
    columns, rows = parameters[across]["values"], parameters[down]["values"]
    if len(columns) > _MOST_COLUMNS or len(rows) > _MOST_ROWS:
        console.print(f"{across} × {down} is too large to be drawn here; the page draws it")
        return
    best: dict[tuple[str, str], Document] = {}
    for each in ranked:
        best.setdefault((repr(each["values"][across]), repr(each["values"][down])), each)
    strongest = max((abs(each["net_pnl"]) for each in best.values()), default=0)
    several = ", the best point of each cell" if len(parameters) > 2 else ""
    table = Table(f"{down} ↓  {across} →", *map(value_text, columns), padding=(0, 0), pad_edge=True)
    table.title, table.title_justify = f"Net profit, rupees{several}", "left"
    for row in rows:
        cells = [_cell(best.get((repr(column), repr(row))), strongest) for column in columns]
        table.add_row(value_text(row), *cells)
    console.print(table)


def _cell(point: Document | None, strongest: float) -> Text:
    if point is None:
        return Text("–", justify="right")
    amount = point["net_pnl"]
    shades = _SHADES[0] if amount >= 0 else _SHADES[1]
    strength = 0 if not strongest else min(int(abs(amount) / strongest * len(shades)), len(shades) - 1)
    style = f"white on color({shades[strength]})" if amount else ""
    return Text(f" {short_rupees_text(amount)} ", style=style, justify="right")


def _ratio(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _told(values: Document) -> str:
    return inert(", ".join(f"{name} {value_text(value)}" for name, value in values.items()))
