"""What a broker takes for an executed order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from strikebook.errors import UsageError

_FORM = re.compile(
    r"(?:₹|rs\.?)?\s*(\d{1,7}(?:\.\d{1,4})?)\s*(per order|per lot|percent|%)?"
    r"(?:\s+max\s+(?:₹|rs\.?)?\s*(\d{1,7}(?:\.\d{1,2})?))?"
)
_RIGHT = '"20" (rupees an order), "10 per lot", "0.05 percent" or "0.05 percent max 20"'


@dataclass(frozen=True, slots=True)
class Brokerage:
    """A plan: rupees per order, rupees per lot, or percent of the premium, with a most per order where given."""

    kind: Literal["per order", "per lot", "percent"] = "per order"
    amount: Decimal = Decimal(20)
    most: Decimal | None = None

    def __str__(self) -> str:
        most = "" if self.most is None else f" max {self.most}"
        return f"{self.amount} {self.kind}{most}"


def parse_brokerage(value: object) -> Brokerage:
    """Read a plan from its text or its number. Raises UsageError where it is none."""
    found = _FORM.fullmatch(str(value).strip().lower())
    kind: Literal["per order", "per lot", "percent"] = "per order"
    if found is not None and found[2] == "per lot":
        kind = "per lot"
    elif found is not None and found[2] in ("percent", "%"):
        kind = "percent"
    if found is None or (kind == "per order" and found[3] is not None):
        raise UsageError(f"brokerage {str(value)[:40]!r}", where="brokerage", right=_RIGHT)
    amount = Decimal(found[1])
    if amount > (100 if kind == "percent" else 10_000):
        right = "at most 100 percent" if kind == "percent" else "at most 10000 rupees"
        raise UsageError(f"brokerage {str(value)[:40]!r}", where="brokerage", right=right)
    return Brokerage(kind, amount, None if found[3] is None else Decimal(found[3]))
