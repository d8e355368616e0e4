"""The start node's instruments: symbols, timeframes and indicators."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from strikebook.errors import MarketDataError
from strikebook.indicators import catalogue
from strikebook.model.instrument import parse_symbol
from strikebook.strategy.cursor import Cursor, as_number, shown, squeezed
from strikebook.strategy.expression import InstrumentRole
from strikebook.strategy.node import IndicatorUse, InstrumentUse, ParameterValue, Timeframe
from strikebook.strategy.refused import NOT_BUILT

_LISTED = "a name that `strikebook indicators` lists"
_TIMEFRAME = re.compile(r"(\d{1,4})\s*(m|min|mins|minutes?|[hH]|hours?|[dD]|days?)")
_TIMEFRAME_RIGHT = "whole minutes or hours, or 1d, such as 1m, 15m, 1h"
_SECONDS = {"m": 60, "h": 3600, "d": 86_400}


@dataclass(frozen=True, slots=True)
class DeclaredInstrument:
    """An instrument and the names its timeframes may be cited by (``ids``: id as written -> seconds)."""

    use: InstrumentUse
    ids: Mapping[str, int]
    places: Mapping[tuple[int, str], Cursor]

    def seconds_of(self, cited: str) -> int | None:
        """The declared timeframe that an id means: an id of the start node, ``1m`` or ``tf_1m``."""
        if cited in self.ids:
            return self.ids[cited]
        seconds = timeframe_seconds(cited.removeprefix("tf_").removeprefix("tf-"))
        return seconds if seconds in self.use.timeframes else None


def timeframe_seconds(text: str) -> int | None:
    """Seconds of ``1m``, ``2h``, ``1d``; None for anything else. A capital M would be a month and is none."""
    match = _TIMEFRAME.fullmatch(text.strip())
    if match is None:
        return None
    seconds = int(match[1]) * _SECONDS[match[2][0].lower()]
    whole_day = match[2][0].lower() == "d"
    return seconds if 0 < seconds < 86_400 or (whole_day and seconds == 86_400) else None


def read_instrument(config: Cursor, role: InstrumentRole) -> DeclaredInstrument:
    """Read ``tradingInstrumentConfig`` (TI) or ``supportingInstrumentConfig`` (SI)."""
    symbol = _symbol(config.get("symbol"), role)
    timeframes: dict[int, Timeframe] = {}
    ids: dict[str, int] = {}
    places: dict[tuple[int, str], Cursor] = {}
    for place in config.items("timeframes"):
        if not isinstance(place.value, dict):
            place.error(f"{shown(place.value)} where a timeframe belongs", "an object {…}")
            continue
        seconds = _seconds(place)
        uses = _indicators(place.section("indicators"))
        if seconds is None:
            continue
        identity = place.get("id").identity()
        if ids.setdefault(identity, seconds) != seconds:
            place.get("id").error(f"timeframe id {shown(identity)} is used twice", "an id of its own")
        before = timeframes.get(seconds)
        merged = dict(before.indicators) if before else {}
        for key, (use, where) in uses.items():
            if merged.setdefault(key, use) != use:
                where.error(f"indicator key {shown(key)} is used twice", "a key of its own")
            places[seconds, key] = where
        timeframes[seconds] = Timeframe(before.id if before else identity, seconds, merged)
    ids.pop("", None)
    instrument = InstrumentUse(role, symbol, timeframes)
    return DeclaredInstrument(instrument, ids, places)


def _symbol(place: Cursor, role: InstrumentRole) -> str:
    if not place.required("a symbol"):
        return ""
    symbol = place.text().upper()
    try:
        parsed = parse_symbol(symbol) if symbol else ""
    except MarketDataError:
        place.error(f"{shown(symbol)} is not a symbol", "an underlying such as NIFTY")
        return symbol
    if not isinstance(parsed, str):
        what = "the trading" if role == "TI" else "a supporting"
        place.error(f"{symbol} is a contract: as {what} instrument it is {NOT_BUILT}", "an underlying such as NIFTY")
    return symbol


def _seconds(place: Cursor) -> int | None:
    written = place.get("timeframe")
    counted = _counted(place)
    if written.blank:
        if counted is None:
            written.error("a timeframe is missing", _TIMEFRAME_RIGHT)
        return counted
    text = written.text()
    seconds = timeframe_seconds(text)
    if seconds is None:
        if text:
            written.error(f"unknown timeframe {shown(text)}", _TIMEFRAME_RIGHT)
    elif counted != seconds and not (place.get("number").blank or place.get("unit").blank):
        written.warn(f"timeframe {text} counts; unit and number say something else", "the same in all three")
    return seconds


def _counted(place: Cursor) -> int | None:
    """Seconds from ``number`` and ``unit``; None where they give none."""
    number, unit = as_number(place.get("number").value), place.get("unit").value
    if number is not None and isinstance(unit, str) and 0 < number < 10_000:
        return timeframe_seconds(f"{number}{unit if len(unit) == 1 else squeezed(unit)}")
    return None


def _indicators(section: Cursor) -> dict[str, tuple[IndicatorUse, Cursor]]:
    uses: dict[str, tuple[IndicatorUse, Cursor]] = {}
    for key in section.members():
        place = section.section(key)
        use = _indicator(place, key)
        if use is not None:
            uses[key] = (use, place)
    return uses


def _indicator(place: Cursor, key: str) -> IndicatorUse | None:
    if not place.given:
        return None
    named = place.get("indicator_name")
    if not named.required("an indicator's name"):
        return None
    name = named.text()
    found = catalogue.find(name)
    if found is None:
        reason = catalogue.why_not_offered(name)
        if reason is not None:
            named.error(f"the indicator {shown(name)} is known but not offered: {reason}", _LISTED)
        elif name:
            named.error(f"unknown indicator {shown(name)}", _LISTED)
        return None
    record: dict[str, object] = {item: place.get(item).value for item in place.members()}
    resolved = catalogue.resolve(found, record)
    for problem in resolved.problems:
        place.get(problem.key).error(problem.what, problem.right)
    parameters: Mapping[str, ParameterValue] = dict(resolved.parameters)
    return IndicatorUse(key, found.name, parameters, catalogue.display_name(found, parameters))
