"""A place in a JSON document that knows its path, and the findings made on the way.

Reading never raises: what is not as it should be becomes a finding and reads as absent. JSON null is absent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Literal, TypeVar

from strikebook.strategy.node import Finding

Choice = TypeVar("Choice")

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_FLAGS = {"true": True, "false": False}
_LARGEST = Decimal(10) ** 15


@dataclass(slots=True)
class Report:
    """The findings so far, in the order they were made, and the paths of what was ``read`` or ``settled``."""

    findings: list[Finding] = field(default_factory=list)
    read: set[str] = field(default_factory=set)
    settled: set[str] = field(default_factory=set)

    @property
    def has_errors(self) -> bool:
        """True where at least one finding is an error."""
        return any(finding.severity == "error" for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A value of the document, its path from ``$``, and the node it belongs to ("" outside the nodes)."""

    value: object
    path: str
    report: Report
    node_id: str = ""

    def error(self, what: str, right: str = "") -> None:
        """Note an error here."""
        self._note("error", what, right)

    def warn(self, what: str, right: str = "") -> None:
        """Note a warning here."""
        self._note("warning", what, right)

    def _note(self, severity: Literal["error", "warning"], what: str, right: str) -> None:
        self.report.findings.append(Finding(severity, self.path, what, right, self.node_id))

    def within(self, node_id: str) -> Cursor:
        """The same place, as part of that node."""
        return replace(self, node_id=node_id)

    @property
    def given(self) -> bool:
        """True unless absent or null."""
        return self.value is not None

    @property
    def blank(self) -> bool:
        """True where absent, null, or a text without a letter."""
        return self.value is None or (isinstance(self.value, str) and not self.value.strip())

    def members(self) -> tuple[str, ...]:
        """The names of an object's members; none where this is not an object."""
        return tuple(key for key in self.value if isinstance(key, str)) if isinstance(self.value, dict) else ()

    def get(self, *names: str) -> Cursor:
        """The first of these members that is given; where none is, the absent place of the first name.

        It counts as read, and so do those of the others that say the same.
        """
        record = self.value if isinstance(self.value, dict) else {}
        name = next((name for name in names if record.get(name) is not None), names[0])
        member = Cursor(record.get(name), self.path + _step(name), self.report, self.node_id)
        self.report.read.add(member.path)
        for other in names:
            if other != name and _plain(record.get(other)) == _plain(member.value):
                self.report.read.add(self.path + _step(other))
        return member

    def peek(self, name: str) -> Cursor:
        """A member, without reading it."""
        value = self.value.get(name) if isinstance(self.value, dict) else None
        return Cursor(value, self.path + _step(name), self.report, self.node_id)

    def settle(self) -> None:
        """Note that all has been said of what is in here, whatever of it was read."""
        self.report.settled.add(self.path)

    def section(self, *names: str) -> Cursor:
        """A member that is an object, or absent."""
        member = self.get(*names)
        if member.given and not isinstance(member.value, dict):
            member.error(f"{shown(member.value)} where an object belongs", "an object {…}")
            return replace(member, value=None)
        return member

    def items(self, *names: str) -> tuple[Cursor, ...]:
        """The elements of a member that is a list; none where it is absent."""
        member = self.get(*names)
        if not member.given:
            return ()
        if not isinstance(member.value, list):
            member.error(f"{shown(member.value)} where a list belongs", "a list […]")
            return ()
        return member.elements()

    def elements(self) -> tuple[Cursor, ...]:
        """The elements of a list; none where this is none."""
        return tuple(
            Cursor(value, f"{self.path}[{index}]", self.report, self.node_id)
            for index, value in enumerate(self.value if isinstance(self.value, list) else ())
        )

    def text(self) -> str:
        """The text here, stripped; "" where absent."""
        if self.value is None:
            return ""
        if not isinstance(self.value, str):
            self.error(f"{shown(self.value)} where a text belongs", 'a text "…"')
            return ""
        return self.value.strip()

    def identity(self) -> str:
        """An id here: a text, or a whole number read as one; "" where absent."""
        if isinstance(self.value, int) and not isinstance(self.value, bool) and abs(self.value) < _LARGEST:
            return str(self.value)
        return self.text()

    def flag(self, *, default: bool = False) -> bool:
        """True or false; ``default`` where absent."""
        if self.blank:
            return default
        known = as_flag(self.value)
        if known is None:
            self.error(f"{shown(self.value)} is neither true nor false", "true or false")
            return default
        return known

    def number(self) -> Decimal | None:
        """A finite number below 10¹⁵, also one written as text; None where absent or not a number."""
        if self.blank:
            return None
        number = as_number(self.value)
        if number is None:
            self.error(f"{shown(self.value)} is not a number", "a finite number")
        return number

    def whole(self, minimum: int, maximum: int | None = None) -> int | None:
        """A whole number within limits, both included; None where absent or none."""
        number = self.number()
        if number is None:
            return None
        if number != number.to_integral_value() or number < minimum or (maximum is not None and number > maximum):
            limits = f"from {minimum} to {maximum}" if maximum is not None else f"of at least {minimum}"
            self.error(f"{shown(self.value)} is no whole number {limits}", f"a whole number {limits}")
            return None
        return int(number)

    def choice(self, what: str, options: Mapping[str, Choice]) -> Choice | None:
        """One of ``options`` by its spelling without case, spaces, ``_`` and ``-``; None where absent or none."""
        text = self.text()
        if not text:
            return None
        found = options.get(squeezed(text))
        if found is None:
            right = "one of " + ", ".join(dict.fromkeys(str(option) for option in options.values()))
            self.error(f"unknown {what} {shown(text)}", right)
        return found

    def required(self, what: str) -> bool:
        """True where something is given; else an error that ``what`` is missing."""
        if self.blank:
            self.error(f"{what} is missing", f"{what} is needed")
            return False
        return True


def squeezed(text: str) -> str:
    """A spelling without case, spaces, ``_`` and ``-``."""
    return re.sub(r"[\s_\-]", "", text).lower()


def spellings(*names: str) -> dict[str, str]:
    """Names by their squeezed spelling, for ``Cursor.choice``."""
    return {squeezed(name): name for name in names}


def as_flag(value: object) -> bool | None:
    """True or false, also written as text; None for anything else. The one rule for every switch."""
    if isinstance(value, str):
        return _FLAGS.get(value.strip().lower())
    return value if isinstance(value, bool) else None


def as_number(value: object) -> Decimal | None:
    """A finite number below 10¹⁵ from a JSON number or a text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    except (InvalidOperation, ValueError):
        return None
    if not number.is_finite() or abs(number) >= _LARGEST:
        return None
    return number


def shown(value: object) -> str:
    """A value as a message shows it, short whatever it is."""
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:57] + "…")
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= _LARGEST:
        return "a huge number"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    return repr(value)[:60]


def _plain(value: object) -> object:
    return squeezed(value) if isinstance(value, str) else value


def _step(name: str) -> str:
    return f".{name}" if _PLAIN_KEY.fullmatch(name) else f"[{name[:60]!r}]"
