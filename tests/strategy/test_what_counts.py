"""Nothing is accepted and ignored: each key of a real export counts, is warned of, or is known not to count."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from strikebook.strategy.parse import parse_strategy, unwrap
from strikebook.strategy.unread import SILENT
from tests.strategy import documents as d
from tests.strategy.test_parse import real_exports

PAGE = Path(__file__).parents[2] / "docs" / "strategy-language.md"

# Outside ``data``, by the path's last part (of a whole node or edge: its own key): drawing, and facts about the file.
OUTSIDE = {
    "node": (
        "position",
        "measured",
        "style",
        "selected",
        "dragging",
        "hidden",
        "draggable",
        "deletable",
        "selectable",
        "parents",
        "children",
    ),
    "edge": ("id", "type", "style", "animated", "selected"),
    "document": (
        "description",
        "strategy_description",
        "strategy_status",
        "strategy_version",
        "created_at",
        "updated_at",
        "metadata",
    ),
}
# A timeframe is found by its length as well as by its id.
NAMES = ("timeframes[].id",)
# Blocks that say ``enabled: false``: all in them is off.
OFF_BLOCKS = ("stopLoss", "takeProfit", "trailingStop", "reEntryConfig")

Place = tuple[str | int, ...]


def scalars(value: Any, at: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every value of a document that holds no others, with its place."""
    if isinstance(value, dict | list):
        for key, member in value.items() if isinstance(value, dict) else enumerate(value):
            yield from scalars(member, (*at, key))
    else:
        yield at, value


def changed(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int | float) else f"{value or ''}x"


def outcome(document: Any) -> tuple[object, ...]:
    """All that a document decides: what runs, whose it is, and what the check has to say."""
    parsed = parse_strategy(document)
    strategy = parsed.strategy
    who = (strategy.hash, strategy.id, strategy.user_id, strategy.name) if strategy else ()
    return (*who, parsed.findings)


def node_at(document: Any, place: Place) -> Any:
    """The node that holds the value at this place."""
    at = place.index("nodes")
    return (document[place[0]] if at else document)["nodes"][place[at + 1]]


def does_not_count(document: Any, place: Place) -> bool:
    """Whether the language says that the value at this place changes nothing."""
    if "nodes" not in place:
        if "edges" in place:
            return place[place.index("edges") + 2] in OUTSIDE["edge"]
        return (
            place[-1] in OUTSIDE["document"]
            or "metadata" in place
            or (place == ("name",) and "strategy_name" in document)
        )
    at = place.index("nodes")
    node = node_at(document, place)
    if node["type"] == "strategyOverview":
        return place[at + 2] != "type"
    if place[at + 2] != "data":
        return place[at + 2] in OUTSIDE["node"]
    inside = place[at + 3 :]
    is_off = any(name in inside[:-1] and inside[-1] != "enabled" for name in OFF_BLOCKS)
    if inside == ("supportingInstrumentConfig", "type"):
        is_off = not node["data"]["supportingInstrumentEnabled"]
    return is_off or inside[-1] in SILENT or json_path(place).endswith(NAMES)


def json_path(place: Place, *, numbered: bool = False) -> str:
    """A place as the findings write it; without the numbers of the elements unless told otherwise."""
    return "$" + "".join(f".{part}" if isinstance(part, str) else f"[{part if numbered else ''}]" for part in place)


def decoded(document: Any) -> Any:
    """A document whose graph is no text any more."""
    return unwrap(document, json.loads)


def everything() -> Any:
    """A document with every member the language names that the real exports have not."""
    bands = d.indicator_declared("bbands", length=20)
    supporting = d.instrument("INDIAVIX", d.timeframe("tf_5m", "5m", {"b": bands})) | {"type": "index"}
    read = [
        d.leaf(d.indicator("b", -2, "tf_5m", "SI", parameter="BBU"), "crosses_above", d.live("ltp", "SI")),
        d.leaf(d.candle("Open", 0), "between", [d.live("oi"), d.arithmetic(d.live(), "+%", d.constant(1))]),
        d.leaf(d.position("status"), "==", d.constant("open", valueType="text")),
        d.leaf(d.profit("realized", "position", vpi="p2"), "<", d.profit("total")),
        d.leaf(d.now(), "<", d.at("15:00:30")),
        d.leaf(d.candle(), ">", d.variable_read("again", "Low")),
    ]
    target = {"enabled": True, "targetType": "percentage", "targetAmount": 2, "initialCapital": 100_000}
    performance = {"enabled": True, "dailyPnLTarget": target, "profitTarget": 5000, "lossLimit": -4000}
    times = {"enabled": True, "exitAtMarketClose": True, "minutesBeforeClose": 5, "exitTime": "15:20"}
    ends = {"immediateExit": {"enabled": False}, "performanceBasedExit": performance, "timeBasedExit": times}
    part = {"quantity": "percentage", "partialQuantityPercentage": 50}
    first, second = d.leg("p1"), d.leg("p2", "M1", "OTM2", "CE", positionType="buy", lotSize=75)
    again = d.re_entry_signal("again", variables=[d.variable_set("Low", nodeId="again")])
    return d.small(
        d.exit_node("lots", "p2", {"quantity": "specific", "specificQuantity": 1}),
        d.exit_node("all", "_any"),
        start=d.start(supportingInstrumentEnabled=True, supportingInstrumentConfig=supporting, endConditions=ends),
        enter=d.entry_signal(hasReEntryConditions=True, reEntryConditions=[d.after()]),
        entry=d.entry("entry", first, second, allOrNone=True, maxEntries=9),
        leave=d.exit_signal("leave", d.group(*read, logic="OR")),
        exit=d.exit_node("exit", "p1", part),
        again=again,
        square=d.square_off(**ends),
        edges=[("leave", "lots"), ("leave", "all")],
    )


def to_try() -> list[tuple[Any, list[tuple[Place, Any]]]]:
    """Documents, each with the values to change in it: of equal values at one path in nodes of one type, the first."""
    seen = set()
    chosen = []
    for document in (*map(decoded, real_exports()), d.small(), everything()):
        places = []
        for place, value in scalars(document):
            kind = node_at(document, place)["type"] if "nodes" in place else ""
            if (mark := (kind, json_path(place), repr(value))) not in seen:
                seen.add(mark)
                places.append((place, value))
        if places:
            chosen.append((document, places))
    return chosen


@pytest.mark.parametrize(("document", "places"), to_try())
def test_every_key_counts_or_is_known_not_to(document: Any, places: list[tuple[Place, Any]]) -> None:
    """Another value changes the strategy or a finding, or is warned of, except exactly where it is known not to."""
    before = outcome(document)
    warned = {finding.path for finding in parse_strategy(document).findings}
    ignored = []
    for place, value in places:
        holder = mutated = copy.deepcopy(document)
        for part in place[:-1]:
            holder = holder[part]
        holder[place[-1]] = changed(value)
        counts = outcome(mutated) != before or json_path(place, numbered=True) in warned
        if counts == does_not_count(document, place):
            ignored.append((place, value))
    assert ignored == []


def test_what_does_not_count_is_documented() -> None:
    """The page lists every key that does not count."""
    text = PAGE.read_text(encoding="utf-8")
    section = text[text.index("### What does not count") :]
    written = set(re.findall(r"`([^`\n]+)`", section[: section.index("\n## ")]))
    known = {name for names in OUTSIDE.values() for name in names} | set(SILENT) | set(OFF_BLOCKS)
    assert known <= written


DOES_NOTHING = {
    "a typo in a leg": ("entry", {"maxEntry": 3}, "positions[0].maxEntry"),
    "a limit price": ("entry", {"limitPrice": 120}, "positions[0].limitPrice"),
    "another lot size": ("entry", {"multiplier": 75, "lotSize": 50}, "positions[0].lotSize"),
    "a block that does not say": ("entry", {"timeStop": {"minutes": 5}}, "positions[0].timeStop"),
}


@pytest.mark.parametrize(("node", "more", "path"), DOES_NOTHING.values(), ids=DOES_NOTHING.keys())
def test_an_unread_setting_is_a_warning(node: str, more: dict[str, Any], path: str) -> None:
    """A setting of a leg that nothing reads is warned of, and the document can run."""
    parsed = parse_strategy(d.small(entry=d.entry(node, d.leg(**more))))
    assert [(found.severity, found.path) for found in parsed.findings] == [("warning", f"$.nodes[2].data.{path}")]
    assert parsed.findings[0].what.endswith("does nothing here")


SILENT_MEMBERS = [
    {"limitPrice": 0},
    {"limitPrice": None},
    {"timeStop": {}},
    {"enabled": True},
    {"disabled": "false"},
    {"timeStop": {"minutes": 0}},
    {"timeStop": {"enabled": False, "minutes": 5}},
    {"timeStop": {"enabled": "false", "minutes": 5}},
    {"multiplier": 75, "lotSize": 75},
    {"stopLoss": {"enabled": False, "stopPercentage": 2, "whatever": 1}},
    {"postExecutionConfig": {"enabled": False, "stopLoss": {"enabled": True}}},
]


@pytest.mark.parametrize("more", SILENT_MEMBERS, ids=str)
def test_an_empty_setting_or_one_that_is_off_is_silent(more: dict[str, Any]) -> None:
    """What says nothing, says the same as what counts, or is switched off, is no finding."""
    assert parse_strategy(d.small(entry=d.entry("entry", d.leg(**more)))).findings == ()


@pytest.mark.parametrize("on", [True, "true", " TRUE "])
@pytest.mark.parametrize("block", [lambda on: {"enabled": on}, lambda on: {"inner": [{"enabled": on}]}])
def test_an_unknown_switch_is_an_error_however_written(on: Any, block: Any) -> None:
    """An unknown block that is on is refused, also with its flag as text, and wherever in ``data`` it stands."""
    for document, where in (
        (d.small(entry=d.entry("entry", d.leg(moonStop=block(on)))), "$.nodes[2].data.positions[0].moonStop"),
        (d.small(leave=d.exit_signal(moonStop=block(on))), "$.nodes[3].data.moonStop"),
        (d.small(exit=d.exit_node("exit", "p1", {"moonStop": block(on)})), "orderConfig.moonStop"),
    ):
        (error,) = parse_strategy(document).errors
        assert error.path.endswith(where)
        assert error.what == "the setting 'moonStop' is unknown and enabled"


@pytest.mark.parametrize("switch", [{"enabled": False}, {"enabled": "false"}, {"active": False}, {"disabled": True}])
def test_what_cannot_be_switched_off_is_not_run_as_if_it_were_on(switch: dict[str, Any]) -> None:
    """A leg, a condition or a node that someone switched off is an error: it would trade."""
    condition = d.leaf(d.indicator(), ">", d.constant(70))
    for document in (
        d.small(entry=d.entry("entry", d.leg(**switch))),
        d.small(leave=d.exit_signal("leave", {**condition, **switch})),
        d.small(exit=d.exit_node("exit") | {"data": {**d.exit_node("exit")["data"], **switch}}),
    ):
        (error,) = parse_strategy(document).errors
        assert error.what == "this cannot be switched off"


@pytest.mark.parametrize("name", ["stopLoss", "takeProfit", "trailingStop"])
@pytest.mark.parametrize("enabled", [{}, {"enabled": None}, {"enabled": ""}])
def test_a_protection_that_does_not_say_whether_it_is_on(name: str, enabled: dict[str, Any]) -> None:
    """Amounts without a flag are one warning, on a leg, an entry and an exit."""
    config = {"postExecutionConfig": {name: {**enabled, "triggerType": "percentage", "stopPercentage": 2}}}
    for document in (
        d.small(entry=d.entry("entry", d.leg(**config))),
        d.small(entry=d.entry("entry", d.leg(), **config)),
        d.small(exit=d.exit_node("exit", **config)),
    ):
        (warning,) = parse_strategy(document).findings
        assert warning.path.endswith(f"postExecutionConfig.{name}")
        assert warning.what.endswith("without enabled does nothing")


def test_an_error_explains_what_was_not_read_beside_it() -> None:
    """Where the type of an expression is unknown, its other members are not warned of as well."""
    bad = {"type": "candel", "field": "High", "offset": -1, "timeframeId": "1m"}
    (finding,) = parse_strategy(d.with_condition(d.leaf(bad, ">", d.constant(1)))).findings
    assert finding.severity == "error"
