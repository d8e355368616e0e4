"""A signal on a day: when it fired, how often each condition held while it was armed, and when only one was missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from strikebook.cli.texts import clock_of
from strikebook.errors import UsageError

_SHOWN_MISSES = 25


def print_why(console: Console, day: Mapping[str, Any], node: str) -> None:
    """Print a signal's report. Raises UsageError where the strategy has no such signal; it lists those it has."""
    signal = signal_of(day, node)
    console.print(f"{day['date']}  {node} {signal['label']}", style="bold")
    if signal["fired_at"]:
        console.print(f"fired {len(signal['fired_at'])}×: " + ", ".join(map(clock_of, signal["fired_at"])))
    else:
        console.print("did not fire")
    if signal["limit"]:
        console.print(f"at its limit from {clock_of(signal['limit_at'])}: {signal['limit']}")
    if not any(part["armed_steps"] for part in signal["sets"]):
        console.print("it was never armed: no node before it completed, or what it guards or opens was not in place")
    for part in signal["sets"]:
        _print_set(console, part)
    shown = sum(len(part["near_misses"]) for part in signal["sets"])
    if signal["near_misses_total"] > shown:
        console.print(f"{signal['near_misses_total']} such moments in all; the first {shown} are stored")


def signal_of(day: Mapping[str, Any], node: str) -> Mapping[str, Any]:
    """A signal's report. Raises UsageError where the strategy has no such signal; it lists those it has."""
    signals: Sequence[Mapping[str, Any]] = day["signals"]
    for signal in signals:
        if signal["node_id"] == node:
            return signal
    names = ", ".join(signal["node_id"] for signal in signals)
    raise UsageError(f"no signal {node!r} in this strategy", where="--why", right=f"one of {names}")


def _print_set(console: Console, part: Mapping[str, Any]) -> None:
    name = "re-entry conditions" if part["condition_set"] == "re_entry" else "conditions"
    console.print()
    console.print(f"{name}: {part['text']}")
    armed = part["armed_steps"]
    console.print(f"armed for {armed} seconds")
    if not armed:
        return
    table = Table("leaf", "condition", "held for", "of the time", "last held")
    for column in table.columns[2:4]:
        column.justify = "right"
    for leaf in part["leaves"]:
        steps = leaf["true_steps"]
        last = clock_of(leaf["last_true_at"]) if leaf["last_true_at"] else "never"
        table.add_row(str(leaf["leaf"]), leaf["text"], f"{steps} s", f"{100 * steps / armed:.1f} %", last)
    console.print(table)
    misses = part["near_misses"]
    if not misses:
        console.print("there was no moment at which only one of them was missing")
        return
    console.print(f"moments at which only one was missing ({len(misses)}):")
    texts = {leaf["leaf"]: leaf["text"] for leaf in part["leaves"]}
    for begin, end, leaf in misses[:_SHOWN_MISSES]:
        span = clock_of(begin) if begin == end else f"{clock_of(begin)} to {clock_of(end)}"
        console.print(f"    {span:<21} not: {texts.get(leaf, leaf)}")
    if len(misses) > _SHOWN_MISSES:
        console.print(f"    … and {len(misses) - _SHOWN_MISSES} more (--json has them)")
