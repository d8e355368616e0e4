"""Symbols as brokers and vendors spell them, turned into universal ones.

* ``universal``: as Strikebook writes them.
* ``coded``, as NSE trading symbols: ``NIFTY2161715600CE`` (weekly: year, month as 1–9, O, N, D, day) and
  ``NIFTY24NOV24250PE``, ``NIFTY24NOVFUT`` (monthly: the expiry must be given, for no rule knows it).
* ``dated``, as data vendors: ``NIFTY07NOV2424250PE.NFO``, ``NIFTY28NOV24FUT`` (day, month, year).

The last two cannot be told apart by their look (``NIFTY24NOV24250PE`` is either), so the mapping says which it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from strikebook.errors import MarketDataError
from strikebook.market.importing.mapping import SymbolRules
from strikebook.model.instrument import FutureContract, OptionContract, OptionType, parse_symbol

_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_MONTH: Final = "|".join(_MONTHS)
_STRIKE: Final = r"(?P<strike>\d+(?:\.\d{1,2})?)"
_SUFFIX: Final = r"(?:\.(?:NFO|BFO|NSE|BSE))?"
_WEEKLY: Final = re.compile(
    rf"(?P<underlying>[A-Z&\-]+)(?P<year>\d\d)(?P<month>[1-9OND])(?P<day>\d\d){_STRIKE}(?P<right>CE|PE){_SUFFIX}"
)
_MONTHLY: Final = re.compile(
    rf"(?P<underlying>[A-Z&\-]+?)(?P<code>\d\d(?:{_MONTH}))(?:{_STRIKE}(?P<right>CE|PE)|FUT){_SUFFIX}"
)
_DATED: Final = re.compile(
    rf"(?P<underlying>[A-Z&\-]+?)(?P<day>\d\d)(?P<month>{_MONTH})(?P<year>\d\d)"
    rf"(?:{_STRIKE}(?P<right>CE|PE)|FUT){_SUFFIX}"
)
_TICKER: Final = re.compile(rf"\d(?:CE|PE)$|(?:\d|{_MONTH})FUT$")
_RIGHTS: Final[Mapping[str, OptionType]] = {
    "CE": "CE", "C": "CE", "CALL": "CE", "PE": "PE", "P": "PE", "PUT": "PE",
}  # fmt: skip
_MONTH_CODES: Final = "123456789OND"


def universal_symbol(text: str, rules: SymbolRules) -> str:
    """The universal symbol of a symbol as the source spells it. Raises MarketDataError where it cannot be read."""
    name = rules.rename.get(text, text).strip().upper()
    if rules.spelling == "coded":
        name = _coded(name, rules)
    elif rules.spelling == "dated":
        name = _dated(name)
    if not name:
        raise MarketDataError("the symbol is empty", right="a symbol in every row")
    if parse_symbol(name) == name and _TICKER.search(name):
        raise MarketDataError(
            "looks like a ticker", where=name, right='spelling = "coded" or "dated" under [symbol] in a mapping'
        )
    return name


def symbol_of_terms(underlying: str, expiry: date, strike: str, right: str) -> str:
    """The universal symbol of an option given by its terms. Raises MarketDataError where a term makes no sense."""
    option_type = _RIGHTS.get(right.strip().upper())
    if option_type is None:
        raise MarketDataError(f"option type {right!r}", where=underlying, right="CE or PE")
    symbol = OptionContract(underlying, expiry, strike_paise(strike), option_type).symbol
    parse_symbol(symbol)
    return symbol


def strike_paise(text: str) -> int:
    """A strike in paise. Raises MarketDataError where it is no positive number of whole paise."""
    try:
        paise = Decimal(text.strip()) * 100
    except InvalidOperation:
        paise = Decimal(0)
    if not paise.is_finite() or paise <= 0 or paise != paise.to_integral_value():
        raise MarketDataError(f"strike {text!r}", right="a positive number of whole paise")
    return int(paise)


def _coded(name: str, rules: SymbolRules) -> str:
    if match := _WEEKLY.fullmatch(name):
        month = _MONTH_CODES.index(match["month"]) + 1
        expiry = _expiry(name, int(match["year"]), month, int(match["day"]))
        return symbol_of_terms(match["underlying"], expiry, match["strike"], match["right"])
    if match := _MONTHLY.fullmatch(name):
        known = rules.expiries.get(match["code"])
        if known is None:
            raise MarketDataError(
                f"the expiry of {match['code']} is not known",
                where=name,
                right=f'"{match["code"]}" = "YYYY-MM-DD" under [symbol.expiries] in the mapping',
            )
        return _contract(match, known)
    return name


def _dated(name: str) -> str:
    match = _DATED.fullmatch(name)
    if match is None:
        return name.partition(".")[0]
    month = _MONTHS.index(match["month"]) + 1
    return _contract(match, _expiry(name, int(match["year"]), month, int(match["day"])))


def _contract(match: re.Match[str], expiry: date) -> str:
    if match["right"] is None:
        return FutureContract(match["underlying"], expiry).symbol
    return symbol_of_terms(match["underlying"], expiry, match["strike"], match["right"])


def _expiry(name: str, year: int, month: int, day: int) -> date:
    try:
        return date(2000 + year, month, day)
    except ValueError:
        raise MarketDataError("its expiry is no date", where=name, right="an existing date") from None
