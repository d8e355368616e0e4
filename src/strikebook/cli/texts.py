"""How amounts, shares and results are written: Indian grouping, a sign that needs no colour.

Names, symbols and paths come from others. What a terminal would act on (colours, the cursor, the direction of
writing, a line's end) is printed as its escape: ``inert``, which every text that a console prints goes through.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from strikebook.money.amounts import grouped as grouped  # noqa: PLC0414 — texts of this package too
from strikebook.money.amounts import rupees_text as rupees_text  # noqa: PLC0414 — texts of this package too
from strikebook.money.amounts import short_rupees_text as short_rupees_text  # noqa: PLC0414 — texts of this package too

_WIDTH_WITHOUT_TERMINAL = 160
_UNLIMITED = 10_000
_JOINERS = "\u200c\u200d"  # they shape letters, of Hindi and others, and do nothing else


def inert(text: str) -> str:
    """The text with each character that does not print (control, direction, line end) as its escape code."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or char in _JOINERS else char.encode("unicode_escape").decode() for char in text
    )


class InertConsole(Console):
    """A console that shows all of what it is given, and lets none of it act on the terminal."""

    def render_str(self, text: str, **options: Any) -> Text:  # noqa: ANN401 — rich's own options, handed on
        """A text that does nothing but be read."""
        return super().render_str(inert(text), **options)

    def print(self, *objects: Any, **options: Any) -> None:  # noqa: ANN401 — rich's own options, handed on
        """Print, tables whole."""
        for table in objects:
            if isinstance(table, Table):
                self._make_whole(table)
        super().print(*objects, **options)

    def _make_whole(self, table: Table) -> None:
        """Let a table that is too wide go without its lines, and break what is still too long: half an amount or half
        a contract's name would be read as another one.
        """
        for column in table.columns:
            column.overflow = "fold"
        if self.least_width_of(table) > self.width:
            table.box, table.padding = box.SIMPLE, (0, 1, 0, 0)

    def least_width_of(self, table: Table) -> int:
        """How many columns of the terminal a table needs without breaking a word."""
        return self.measure(table, options=self.options.update(max_width=_UNLIMITED)).minimum


def make_console(*, stderr: bool = False) -> InertConsole:
    """A console that prints what it is given: no markup, no highlighting; wide where there is no terminal.

    Texts are made inert; a ``rich.text.Text`` of somebody else's words has to be made of ``inert`` ones.
    """
    console = InertConsole(stderr=stderr, markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console = InertConsole(stderr=stderr, markup=False, highlight=False, emoji=False, width=_WIDTH_WITHOUT_TERMINAL)
    return console


def price_text(price: object) -> str:
    """A price as it is quoted: two decimals; a dash where there is none."""
    return f"{price:.2f}" if isinstance(price, int | float) else "–"


def clock_of(stamp: object) -> str:
    """The time of a stamp ``2024-10-01T09:16:59``; a dash where there is none."""
    return stamp.partition("T")[2] if isinstance(stamp, str) else "–"


def profit(amount: float, text: str | None = None) -> Text:
    """An amount, green for a profit and red for a loss, its sign in the text."""
    style = "green" if amount > 0 else "red" if amount < 0 else ""
    return Text(rupees_text(amount, sign=True) if text is None else text, style=style, justify="right")


def net(record: Mapping[str, Any]) -> Text:
    """What stands after a gross profit: its charges, and what is left of it."""
    return Text(f" gross, charges {rupees_text(record['charges'])}, net ") + profit(record["net_pnl"])


def value_text(value: object) -> str:
    """A recorded value: numbers without needless decimals, a pair as ``a and b``."""
    if value is None:
        return "no value"
    if isinstance(value, list):
        return " and ".join(map(value_text, value))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:.6f}".rstrip("0").rstrip(".")
