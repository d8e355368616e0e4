"""Read an expression: JSON to a typed value, or None with a finding that says why not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from strikebook.errors import UsageError
from strikebook.indicators import catalogue
from strikebook.model.session import parse_clock
from strikebook.strategy.cursor import Cursor, as_flag, as_number, shown, spellings, squeezed
from strikebook.strategy.expression import (
    Arithmetic,
    CandleField,
    Constant,
    CurrentTime,
    Expression,
    IndicatorValue,
    InstrumentRole,
    LiveValue,
    NodeVariable,
    PositionField,
    PositionFieldName,
    ProfitValue,
    TimeOfDay,
)
from strikebook.strategy.instruments import DeclaredInstrument

DEEPEST = 50
FARTHEST = 500

CandleFieldName = Literal["open", "high", "low", "close", "volume"]
LiveFieldName = Literal["ltp", "volume", "oi"]
ProfitKind = Literal["realized", "unrealized", "total"]
Operation = Literal["+", "-", "*", "/", "+%", "-%"]

_CANDLE_FIELDS: dict[str, CandleFieldName] = {name: name for name in get_args(CandleFieldName)}
_LIVE_FIELDS: dict[str, LiveFieldName] = {
    "ltp": "ltp",
    "underlyingltp": "ltp",
    "volume": "volume",
    "oi": "oi",
}
_POSITION_FIELDS: dict[str, PositionFieldName] = {squeezed(name): name for name in get_args(PositionFieldName)}
_PROFIT_KINDS: dict[str, ProfitKind] = {"realized": "realized", "unrealized": "unrealized", "total": "total"}
_SCOPES = spellings("position", "overall")
_OPERATIONS: dict[str, Operation] = {"+": "+", "-": "-", "*": "*", "/": "/", "+%": "+%", "-%": "-%"}
_ROLES: dict[str, InstrumentRole] = {"ti": "TI", "si": "SI"}


@dataclass(slots=True)
class Names:
    """What expressions may refer to, and what they did: places are kept to check names once all are known."""

    instruments: Mapping[InstrumentRole, DeclaredInstrument]
    variables_set: set[tuple[str, str]] = field(default_factory=set)
    variables_read: list[tuple[NodeVariable, Cursor]] = field(default_factory=list)
    positions_read: list[tuple[str, Cursor]] = field(default_factory=list)
    indicators_read: set[tuple[InstrumentRole, int, str]] = field(default_factory=set)
    instruments_read: set[InstrumentRole] = field(default_factory=set)


def read_expression(place: Cursor, names: Names, depth: int = 0) -> Expression | None:
    """Read the expression at ``place``; None where it has an error, which is noted."""
    if not isinstance(place.value, dict):
        found = f"{shown(place.value)} where an expression belongs" if place.given else "an expression is missing"
        place.error(found, 'an object with a "type"')
        return None
    if depth > DEEPEST:
        place.error(f"an expression nested more than {DEEPEST} deep", "a flatter one")
        return None
    kind = place.get("type")
    if not kind.required("an expression's type"):
        return None
    text = kind.text()
    if text.lower() == "expression":
        return _arithmetic(place, names, depth)
    reader = _READERS.get(text.lower())
    if reader is None:
        if text:
            kind.error(f"unknown expression type {shown(text)}", "one of expression, " + ", ".join(_READERS))
        return None
    return reader(place, names)


def _constant(place: Cursor, _names: Names) -> Expression | None:
    value = place.get("value")
    if not value.given:
        value.error("a constant without a value", "a number, true, false or a text")
        return None
    written = place.get("valueType")
    kind = squeezed(written.text())
    found = value.value
    if isinstance(found, str) and kind not in ("number", "boolean"):
        _check_value_type(written, kind, "text")
        return Constant(found.strip())
    if isinstance(found, bool) or (kind == "boolean" and as_flag(found) is not None):
        _check_value_type(written, kind, "boolean")
        return Constant(float(as_flag(found) or False))
    number = as_number(found)
    if number is None:
        value.error(f"{shown(found)} is no constant", "a number, true, false or a text")
        return None
    _check_value_type(written, kind, "boolean" if kind == "boolean" and number in (0, 1) else "number")
    return Constant(float(number))


def _check_value_type(place: Cursor, kind: str, read: str) -> None:
    if kind not in ("", read) and (kind, read) != ("string", "text"):
        place.warn(f"valueType {shown(place.value)} does nothing: the value is a {read}", read)


def _current_time(_place: Cursor, _names: Names) -> Expression | None:
    return CurrentTime()


def _time_of_day(place: Cursor, _names: Names) -> Expression | None:
    value = place.get("timeValue")
    if not value.required("a time"):
        return None
    return None if (second := read_time(value)) is None else TimeOfDay(second)


def read_time(place: Cursor) -> int | None:
    """Seconds of the day of ``HH:MM`` or ``HH:MM:SS``; None, with an error, for anything else."""
    text = place.text()
    try:
        return parse_clock(text) if text else None
    except UsageError:
        place.error(f"{shown(text)} is not a time of day", "HH:MM or HH:MM:SS")
        return None


def _candle_field(place: Cursor, names: Names) -> Expression | None:
    role, seconds = _timeframe(place, names)
    named = place.get("field", "dataField")
    field_name = named.choice("candle field", _CANDLE_FIELDS) if named.required("a candle's field") else None
    offset = _offset(place, latest=0)
    if role is None or seconds is None or field_name is None or offset is None:
        return None
    return CandleField(role, seconds, field_name, offset)


def _indicator(place: Cursor, names: Names) -> Expression | None:
    role, seconds = _timeframe(place, names)
    offset = _offset(place, latest=-1)
    named = place.get("name")
    if not named.required("an indicator's key") or role is None or seconds is None:
        return None
    key = named.text()
    declared = names.instruments[role].use.timeframes[seconds].indicators
    if key not in declared:
        # A declaration with an error is reported where it stands; here the key is only unknown.
        right = "one of " + ", ".join(declared) if declared else "an indicator declared in the start node"
        named.error(f"no indicator {shown(key)} is declared at this timeframe of {role}", right)
        return None
    names.indicators_read.add((role, seconds, key))
    found = catalogue.find(declared[key].name)
    output = _output(place.get("parameter"), declared[key].name, found.outputs if found else ())
    return None if output is None or offset is None else IndicatorValue(role, seconds, key, output, offset)


def _output(place: Cursor, name: str, outputs: tuple[str, ...]) -> str | None:
    text = place.text()
    if not text:
        if len(outputs) == 1:
            return outputs[0]
        place.error(f"{name} has several outputs and none is named", "one of " + ", ".join(outputs))
        return None
    # Outputs that differ in case only (STOCHk, STOCHK) are told apart where the case fits exactly.
    matches = [output for output in outputs if output == text] or [
        output for output in outputs if output.lower() == text.lower()
    ]
    if len(matches) != 1:
        place.error(f"{name} has no output {shown(text)}", "one of " + ", ".join(outputs))
        return None
    return matches[0]


def _live_value(place: Cursor, names: Names) -> Expression | None:
    role = _role(place, names)
    named = place.get("field", "dataField")
    field_name = named.choice("live field", _LIVE_FIELDS) if named.required("a live field") else None
    return None if role is None or field_name is None else LiveValue(role, field_name)


def _node_variable(place: Cursor, names: Names) -> Expression | None:
    node_id, name = place.get("nodeId"), place.get("variableName", "name")
    if not (node_id.required("the variable's node") & name.required("the variable's name")):
        return None
    variable = NodeVariable(node_id.identity(), name.text())
    if not variable.node_id or not variable.name:
        return None
    names.variables_read.append((variable, place))
    return variable


def _vpi(place: Cursor, names: Names) -> str:
    named = place.get("vpi", "positionVpi", "targetPositionVpi", "positionId")
    vpi = named.text() if named.required("a position (vpi)") else ""
    if vpi:
        names.positions_read.append((vpi, named))
    return vpi


def _position_field(place: Cursor, names: Names) -> Expression | None:
    vpi = _vpi(place, names)
    named = place.get("field", "dataField")
    field_name = named.choice("position field", _POSITION_FIELDS) if named.required("a position's field") else None
    return PositionField(vpi, field_name) if vpi and field_name else None


def _profit(place: Cursor, names: Names) -> Expression | None:
    scope, kind = place.get("scope"), place.get("pnlType")
    complete = scope.required("a scope") & kind.required("a pnlType")
    scope_name, kind_name = scope.choice("scope", _SCOPES), kind.choice("pnlType", _PROFIT_KINDS)
    if scope_name is None or kind_name is None or not complete:
        return None
    vpi = _vpi(place, names) if scope_name == "position" else None
    return None if vpi == "" else ProfitValue(vpi, kind_name)


def _arithmetic(place: Cursor, names: Names, depth: int) -> Expression | None:
    named = place.get("operation")
    text = named.text().replace(" ", "") if named.required("an operation") else ""
    operation = _OPERATIONS.get(text)
    if text and operation is None:
        named.error(f"unknown operation {shown(text)}", "one of " + "  ".join(_OPERATIONS))
    left = read_expression(place.get("left"), names, depth + 1)
    right = read_expression(place.get("right"), names, depth + 1)
    if operation is None or left is None or right is None:
        return None
    return Arithmetic(operation, left, right)


def _role(place: Cursor, names: Names) -> InstrumentRole | None:
    named = place.get("instrumentType")
    role = named.choice("instrumentType", _ROLES) if not named.blank else "TI"
    if role is not None and role not in names.instruments:
        named.error("the start node has no supporting instrument", "TI, or enable the supporting instrument")
        return None
    if role is not None:
        names.instruments_read.add(role)
    return role


def _timeframe(place: Cursor, names: Names) -> tuple[InstrumentRole | None, int | None]:
    role = _role(place, names)
    cited = place.get("timeframeId", "timeframe")
    if not cited.required("a timeframe") or role is None:
        return role, None
    text = cited.identity()
    seconds = names.instruments[role].seconds_of(text)
    if seconds is None and text:
        ids = ", ".join(names.instruments[role].ids)
        cited.error(
            f"the start node declares no timeframe {shown(text)} for {role}",
            f"one of {ids}" if ids else "declare it in the start node",
        )
    return role, seconds


def _offset(place: Cursor, latest: int) -> int | None:
    written = place.get("offset")
    if written.blank:
        return -1
    return written.whole(-FARTHEST, latest)


_READERS: dict[str, Callable[[Cursor, Names], Expression | None]] = {
    "constant": _constant,
    "current_time": _current_time,
    "time_function": _time_of_day,
    "candle_data": _candle_field,
    "market_data": _candle_field,
    "indicator": _indicator,
    "live_data": _live_value,
    "node_variable": _node_variable,
    "position_data": _position_field,
    "pnl_data": _profit,
}
