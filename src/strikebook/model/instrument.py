"""Instruments and their universal symbols.

``NIFTY`` is an underlying (spot), ``NIFTY:2024-10-17:OPT:25050:CE`` an option contract,
``NIFTY:2024-11-28:FUT`` a future.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from strikebook.errors import MarketDataError

OptionType = Literal["CE", "PE"]

UNDERLYING_NAME = re.compile(r"[A-Z0-9][A-Z0-9&_\-]{0,31}")
_OPTION = re.compile(
    rf"({UNDERLYING_NAME.pattern}):(\d{{4}}-\d\d-\d\d):OPT:(\d{{1,9}}(?:\.\d{{1,2}})?):(CE|PE)", re.ASCII
)
_FUTURE = re.compile(rf"({UNDERLYING_NAME.pattern}):(\d{{4}}-\d\d-\d\d):FUT", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class OptionContract:
    """A listed option. ``strike_paise`` is the strike in paise (25050.00 is 2505000)."""

    underlying: str
    expiry: date
    strike_paise: int
    option_type: OptionType

    @property
    def symbol(self) -> str:
        """The universal symbol, such as ``NIFTY:2024-10-17:OPT:25050:CE``."""
        return option_symbol(self.underlying, self.expiry, self.strike_paise, self.option_type)


@lru_cache(maxsize=4096)
def option_symbol(underlying: str, expiry: date, strike_paise: int, option_type: OptionType) -> str:
    """The symbol of an option's terms: asked for again and again of the few contracts that a day trades."""
    return f"{underlying}:{expiry.isoformat()}:OPT:{strike_text(strike_paise)}:{option_type}"


@dataclass(frozen=True, slots=True, order=True)
class FutureContract:
    """A listed future."""

    underlying: str
    expiry: date

    @property
    def symbol(self) -> str:
        """The universal symbol, such as ``NIFTY:2024-11-28:FUT``."""
        return f"{self.underlying}:{self.expiry.isoformat()}:FUT"


def strike_text(strike_paise: int) -> str:
    """Return a strike as it stands in a symbol: ``25050``, or ``72.5`` where it has a fraction."""
    rupees, paise = divmod(strike_paise, 100)
    return str(rupees) if paise == 0 else f"{rupees}.{paise:02d}".rstrip("0")


def parse_symbol(symbol: str) -> str | OptionContract | FutureContract:
    """Read a universal symbol: the underlying's name, an option contract or a future.

    Raises MarketDataError for anything else, a date that does not exist included.
    """
    if match := _OPTION.fullmatch(symbol):
        rupees, _, fraction = match[3].partition(".")
        strike_paise = int(rupees) * 100 + int(fraction.ljust(2, "0") or 0)
        option_type: OptionType = "CE" if match[4] == "CE" else "PE"
        return OptionContract(match[1], _expiry(symbol, match[2]), strike_paise, option_type)
    if match := _FUTURE.fullmatch(symbol):
        return FutureContract(match[1], _expiry(symbol, match[2]))
    if UNDERLYING_NAME.fullmatch(symbol):
        return symbol
    raise MarketDataError(
        "not a symbol", where=symbol, right="NIFTY, NIFTY:2024-10-17:OPT:25050:CE or NIFTY:2024-11-28:FUT"
    )


def _expiry(symbol: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise MarketDataError("no such date", where=symbol, right="an expiry as YYYY-MM-DD") from None
