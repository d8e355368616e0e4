"""The options of a run: the same names on the command line, in files and over the API."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Literal, TypeAlias

from strikebook.errors import UsageError
from strikebook.model.brokerage import Brokerage, parse_brokerage

Terms: TypeAlias = Literal["as_was", "today"]

TICK_PAISE = 5
STALE_EVERY_S = 10
DEFAULT_LEVEL = 1
HIGHEST_LEVEL = 9
LONGEST_TTL_HOURS = 87_600
AS_CONFIGURED = "default"
"""What ``ttl_hours`` says where a run asks for no time of its own."""
_LARGEST_SLIPPAGE = 10_000
_OF_KEEPING = ("compression_level", "ttl_hours")


@dataclass(frozen=True, slots=True)
class Slippage:
    """How much worse than the price a fill is: ``amount`` points, ticks of 0.05, or percent of the price."""

    kind: Literal["points", "ticks", "percent"] = "points"
    amount: Decimal = Decimal(0)

    def of(self, price_paise: int) -> Decimal:
        """How much of a price it is, in paise."""
        if self.kind == "percent":
            return Decimal(price_paise) * self.amount / 100
        return self.amount * (100 if self.kind == "points" else TICK_PAISE)

    def __str__(self) -> str:
        return f"{self.amount} {self.kind}"


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a run may vary: ``scale`` of all quantities, price rules, slippage, and what trading costs.

    ``limit_fill``: a limit order that rests fills where a price is at its limit (``touch``), or beyond (``through``).

    ``terms``: the rates of charges of each day (``as_was``), or the newest ones known for all days (``today``).

    ``compression_level`` (0 to 9, ``storage.codec``) and ``ttl_hours`` (None: as user and server say) are of how a run
    is kept: no number of it follows from them.
    """

    scale: Decimal = Decimal(1)
    max_price_age_s: int = 60
    wait_for_trade_s: int = 60
    fill: Literal["last", "next"] = "last"
    slippage: Slippage = Slippage()
    stale_slippage: Slippage = Slippage()
    limit_fill: Literal["touch", "through"] = "touch"
    brokerage: Brokerage = field(default_factory=Brokerage)
    terms: Terms = "as_was"
    compression_level: int = DEFAULT_LEVEL
    ttl_hours: Decimal | None = None

    def filled_paise(self, price_paise: int, age_s: int, *, buying: bool) -> int:
        """The fill for a price: a buyer pays more, a seller gets less, never below zero; whole paise, half up.

        ``stale_slippage`` comes on top, once for every whole ten seconds of the price's age.
        """
        times = age_s // STALE_EVERY_S
        if not (self.slippage.amount or (times and self.stale_slippage.amount)):
            return price_paise
        slip = self.slippage.of(price_paise) + times * self.stale_slippage.of(price_paise)
        filled = price_paise + slip if buying else price_paise - slip
        return max(int(filled.quantize(Decimal(1), ROUND_HALF_UP)), 0)

    def as_document(self) -> dict[str, str | int]:
        """The options as stored with a run, every one of them stated."""
        return {
            "scale": str(self.scale),
            "max_price_age_s": self.max_price_age_s,
            "wait_for_trade_s": self.wait_for_trade_s,
            "fill": self.fill,
            "slippage": str(self.slippage),
            "stale_slippage": str(self.stale_slippage),
            "limit_fill": self.limit_fill,
            "brokerage": str(self.brokerage),
            "terms": self.terms,
            "compression_level": self.compression_level,
            "ttl_hours": AS_CONFIGURED if self.ttl_hours is None else f"{self.ttl_hours.normalize():f}",
        }

    def of_a_day(self) -> dict[str, str | int]:
        """The options that a day's numbers follow from: those that its file states."""
        return {name: value for name, value in self.as_document().items() if name not in _OF_KEEPING}


def parse_options(values: dict[str, object]) -> RunOptions:
    """Read options by name.

    Raises UsageError naming a key that is unknown, or a value that makes no sense.
    """
    known = {option.name for option in fields(RunOptions)}
    for key in values:
        if key not in known:
            raise UsageError(f"unknown option {key!r}", where=key, right="one of " + ", ".join(sorted(known)))
    defaults = RunOptions()
    fill = str(values.get("fill", defaults.fill)).strip().lower()
    if fill not in ("last", "next"):
        raise UsageError(f"fill {fill!r}", where="fill", right="last or next")
    return RunOptions(
        scale=_scale(values.get("scale", defaults.scale)),
        max_price_age_s=_seconds("max_price_age_s", values.get("max_price_age_s", defaults.max_price_age_s)),
        wait_for_trade_s=_seconds("wait_for_trade_s", values.get("wait_for_trade_s", defaults.wait_for_trade_s)),
        fill="next" if fill == "next" else "last",
        slippage=_slippage("slippage", values.get("slippage", "0")),
        stale_slippage=_slippage("stale_slippage", values.get("stale_slippage", "0")),
        limit_fill=_limit_fill(values.get("limit_fill", defaults.limit_fill)),
        brokerage=parse_brokerage(values.get("brokerage", "20")),
        terms=parse_terms(values.get("terms", defaults.terms)),
        compression_level=_level(values.get("compression_level", defaults.compression_level)),
        ttl_hours=_hours(values.get("ttl_hours", AS_CONFIGURED)),
    )


def _level(value: object) -> int:
    text = str(value).strip()
    if not (text.isascii() and text.isdigit() and len(text) == 1):
        right = f"a whole number from 0 to {HIGHEST_LEVEL}"
        raise UsageError(f"compression_level {text[:40]!r}", where="compression_level", right=right)
    return int(text)


def _hours(value: object) -> Decimal | None:
    text = str(value).strip().lower()
    if text == AS_CONFIGURED:
        return None
    hours = _decimal("ttl_hours", text[:40])
    if not 0 < hours <= LONGEST_TTL_HOURS or hours != round(hours, 6):
        right = f"hours above 0, at most {LONGEST_TTL_HOURS}, with at most six decimals; or {AS_CONFIGURED}"
        raise UsageError(f"ttl_hours {text[:40]}", where="ttl_hours", right=right)
    return hours


def _limit_fill(value: object) -> Literal["touch", "through"]:
    text = str(value).strip().lower()
    if text == "through":
        return "through"
    if text != "touch":
        raise UsageError(f"limit_fill {text[:40]!r}", where="limit_fill", right="touch or through")
    return "touch"


def parse_terms(value: object) -> Terms:
    """Read the terms by name. Raises UsageError for another name."""
    text = str(value).strip().lower()
    if text == "today":
        return "today"
    if text != "as_was":
        raise UsageError(f"terms {text[:40]!r}", where="terms", right="as_was or today")
    return "as_was"


def _scale(value: object) -> Decimal:
    scale = _decimal("scale", value)
    if not 0 < scale <= 10_000:
        raise UsageError(f"scale {value}", where="scale", right="a number above 0, at most 10000")
    return scale


def _seconds(name: str, value: object) -> int:
    number = _decimal(name, value)
    if number != number.to_integral_value() or not 0 <= number <= 86_400:
        raise UsageError(f"{name} {value}", where=name, right="whole seconds from 0 to 86400")
    return int(number)


def _decimal(name: str, value: object) -> Decimal:
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise UsageError(f"{name} {value!r} is not a number", where=name, right="a number") from None
    if not number.is_finite():
        raise UsageError(f"{name} {value!r} is not a finite number", where=name, right="a number")
    return number


def _slippage(name: str, value: object) -> Slippage:
    text = str(value).strip().lower()
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(points?|pts?|ticks?|percent|%)?", text)
    if match is None:
        raise UsageError(f"{name} {value!r}", where=name, right='"0.5 points", "2 ticks" or "0.1 percent"')
    unit = match[2] or "points"
    kind: Literal["points", "ticks", "percent"] = "points"
    if unit.startswith("tick"):
        kind = "ticks"
    elif unit in ("percent", "%"):
        kind = "percent"
    amount = Decimal(match[1])
    if amount > _LARGEST_SLIPPAGE:
        raise UsageError(f"{name} {text[:40]}", where=name, right=f"at most {_LARGEST_SLIPPAGE} {kind}")
    return Slippage(kind, amount)
