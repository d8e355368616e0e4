"""Documents that can run: both wrappings, the traps of real exports, and what each part becomes."""

from __future__ import annotations

import json
import os
import pickle
from decimal import Decimal
from pathlib import Path

import pytest

from strikebook.errors import StrategyError
from strikebook.strategy.node import EndConditions, EntryNode, ExitNode, SignalNode, SquareOffNode, Strategy
from strikebook.strategy.parse import parse_strategy, require_strategy, unwrap
from tests.strategy import documents as d

SHARED = Path(os.environ.get("STRIKEBOOK_SHARED", Path(__file__).parents[3] / "shared")) / "data/strategies"


def real_exports() -> list[dict]:
    """The builder's own exports; where the shared folder is absent, the small strategy stands in."""
    if not SHARED.is_dir():
        return [d.small()]
    return [json.loads(path.read_text()) for path in sorted(SHARED.glob("*.json"))]


def signal(strategy: Strategy, identity: str) -> SignalNode:
    found = strategy.nodes[identity]
    assert isinstance(found, SignalNode)
    return found


def test_real_exports_parse():
    """Every export of the builder becomes a strategy that travels to a worker and back."""
    for document in real_exports():
        parsed = parse_strategy(document)
        assert parsed.errors == ()
        assert parsed.strategy is not None
        assert pickle.loads(pickle.dumps(parsed.strategy)) == parsed.strategy  # noqa: S301 — our own bytes


def test_small_is_clean():
    """The small strategy has neither errors nor warnings."""
    assert parse_strategy(d.small()).findings == ()


def test_flat_and_database_row():
    """Both wrappings, and the older key, mean the same strategy."""
    flat = d.small()
    graph = {"nodes": flat["nodes"], "edges": flat["edges"]}
    hashes = {require_strategy(flat).hash}
    for key in ("strategy", "config"):
        row = {"id": "s-1", "user_id": "user_demo", "name": "Small", key: graph}
        strategy = require_strategy(row)
        assert (strategy.id, strategy.user_id, strategy.name) == ("s-1", "user_demo", "Small")
        hashes.add(strategy.hash)
        assert require_strategy(unwrap({**row, key: json.dumps(graph)}, json.loads)).hash in hashes
    assert len(hashes) == 1


def test_paths_name_the_wrapping():
    """A finding in a database row has its path from the row."""
    row = {"id": "s", "config": d.small(enter=d.entry_signal("enter", {"operator": "<"}))}
    assert parse_strategy(row).errors[0].path == "$.config.nodes[1].data.conditions[0].conditions[0].lhs"


def test_unwrap_names_what_is_not_json():
    """A wrapped text that is no JSON is an error with its path."""
    with pytest.raises(StrategyError, match=r"\$\.strategy: not JSON"):
        unwrap({"strategy": "{"}, json.loads)


def test_require_lists_every_error():
    """The error's message has every finding with its path."""
    document = d.small(entry=d.entry("entry", d.leg(expiry="X9", strike="OTM")))
    with pytest.raises(StrategyError) as caught:
        require_strategy(document)
    assert "$.nodes[2].data.positions[0].optionDetails.expiry" in str(caught.value)
    assert "$.nodes[2].data.positions[0].optionDetails.strikeType" in str(caught.value)


@pytest.mark.parametrize(
    ("declared", "cited"),
    [("1m", "1m"), ("1m", "tf_1m"), ("tf_1m", "1m"), ("0b1c-uuid", "0b1c-uuid"), ("0b1c-uuid", "1m")],
)
def test_timeframe_ids(declared, cited):
    """A timeframe is cited by its id, whatever it looks like, or by its length."""
    enter = d.entry_signal("enter", d.leaf(d.indicator(timeframe_id=cited), "<", d.constant(30)))
    config = d.instrument("NIFTY", d.timeframe(declared))
    nodes = {
        name: make(name, d.leaf(d.indicator(timeframe_id=cited), "<", d.constant(30)))
        for name, make in (("leave", d.exit_signal), ("again", d.re_entry_signal))
    }
    strategy = require_strategy(d.small(start=d.start(tradingInstrumentConfig=config), enter=enter, **nodes))
    assert signal(strategy, "enter").conditions.text == "Previous[TI.1m.rsi(14,close)] < 30"


@pytest.mark.parametrize(("text", "seconds"), [("1m", 60), ("15m", 900), ("1h", 3600), ("1d", 86_400)])
def test_timeframe_lengths(text, seconds):
    """Minutes, hours and the day."""
    config = d.instrument("NIFTY", d.timeframe(), d.timeframe("slow", text, {}))
    strategy = require_strategy(d.small(start=d.start(tradingInstrumentConfig=config)))
    assert seconds in strategy.trading.timeframes


def test_any_case():
    """Sides, option types, codes, fields, operators and logic are read in any case."""
    leave = d.exit_signal(
        "leave",
        d.leaf(d.position("ENTRY_PRICE"), "Crosses_Above", d.candle("CLOSE")),
        d.leaf(d.position("Status"), "==", d.constant("OPEN")),
    )
    leave["data"]["conditions"][0]["groupLogic"] = "or"
    entry = d.entry("entry", d.leg(expiry="w0", strike="otm2", kind="pe", positionType="SELL"))
    strategy = require_strategy(d.small(leave=leave, entry=entry))
    assert (
        signal(strategy, "leave").conditions.text
        == 'Position[p1].entryPrice crosses_above Previous[TI.1m.Close] OR Position[p1].status == "OPEN"'
    )
    node = strategy.nodes["entry"]
    assert isinstance(node, EntryNode)
    assert (node.legs[0].side, node.legs[0].option.strike_code) == ("SELL", "OTM2")


def test_repeated_condition_ids_and_numbervalue():
    """Condition ids may repeat, and ``numberValue`` is noise."""
    twice = [d.leaf(d.indicator(), ">", d.constant(70, numberValue=0)) for _ in range(2)]
    strategy = require_strategy(d.small(leave=d.exit_signal("leave", *twice)))
    assert strategy.nodes["leave"].conditions.text.count("> 70") == 2


def test_market_data_is_candle_data():
    """The two names of a candle's field mean the same."""
    renamed = {**d.candle("High", 0), "type": "market_data"}
    strategy = require_strategy(d.with_condition(d.leaf(d.live(), ">", renamed)))
    assert signal(strategy, "leave").conditions.leaves[1].text == "TI.underlying_ltp > Current[TI.1m.High]"


@pytest.mark.parametrize(
    ("legs", "retry", "limit"),
    [
        ([d.leg(maxEntries=9), d.leg("p2", maxEntries=4), d.leg("p3")], 2, 4),
        ([d.leg()], 2, 2),
        ([d.leg()], None, None),
    ],
)
def test_max_entries(legs, retry, limit):
    """The smallest among the legs counts; without one, the re-entry signal's."""
    again = d.re_entry_signal("again", retryConfig={"maxReEntries": 3, "maxEntries": retry})
    strategy = require_strategy(d.small(entry=d.entry("entry", *legs), again=again))
    node = strategy.nodes["entry"]
    assert isinstance(node, EntryNode)
    assert node.max_entries == limit


def test_lot_size():
    """``multiplier`` is the lot size, ``lotSize`` its older name; without either the contract's counts."""
    legs = [d.leg(), d.leg("p2", multiplier=None, lotSize=25), d.leg("p3", multiplier=None)]
    node = require_strategy(d.small(entry=d.entry("entry", *legs, allOrNone=True))).nodes["entry"]
    assert isinstance(node, EntryNode)
    assert [leg.lot_size for leg in node.legs] == [75, 25, None]
    assert node.all_or_none


@pytest.mark.parametrize("target", [None, "", "_any", "_ANY"])
def test_exit_without_a_target(target):
    """It closes every leg of the nearest entries it hangs below, not of others."""
    legs = [d.leg("p1"), d.leg("p2")]
    document = d.small(
        d.entry_signal("enter2"),
        d.entry("entry2", d.leg("q1")),
        entry=d.entry("entry", *legs),
        exit=d.exit_node("exit", target),
        edges=[("start", "enter2"), ("enter2", "entry2")],
    )
    node = require_strategy(document).nodes["exit"]
    assert isinstance(node, ExitNode)
    assert node.targets == ("p1", "p2")


@pytest.mark.parametrize(
    ("order", "quantity", "amount"),
    [
        ({}, "all", 0),
        ({"quantity": "ALL"}, "all", 0),
        ({"quantity": "percentage", "partialQuantityPercentage": 50}, "percentage", 50),
        ({"quantity": "specific", "specificQuantity": "2"}, "specific", 2),
    ],
)
def test_exit_quantities(order, quantity, amount):
    """All, a percentage, or a number of lots."""
    node = require_strategy(d.small(exit=d.exit_node("exit", "p1", order))).nodes["exit"]
    assert isinstance(node, ExitNode)
    assert (node.quantity, node.amount) == (quantity, Decimal(amount))


def target(amount, **more):
    return {
        "performanceBasedExit": {"enabled": True, "dailyPnLTarget": {"enabled": True, "targetAmount": amount, **more}}
    }


@pytest.mark.parametrize(
    ("block", "end"),
    [
        ({"immediateExit": {"enabled": True}}, EndConditions(immediate=True)),
        (target(5000), EndConditions(profit_targets=(Decimal(5000),))),
        (target("-2500.5"), EndConditions(loss_limits=(Decimal("-2500.5"),))),
        (target(2, targetType="Percentage", initialCapital=100_000), EndConditions(profit_targets=(Decimal(2000),))),
        (target(100, lossLimit=50), EndConditions(profit_targets=(Decimal(100),), loss_limits=(Decimal(-50),))),
        (
            {"performanceBasedExit": {"profitTarget": 10, "lossLimit": -20}},
            EndConditions(profit_targets=(Decimal(10),), loss_limits=(Decimal(-20),)),
        ),
        (
            {"timeBasedExit": {"exitTime": "15:15", "exitAtMarketClose": True, "minutesBeforeClose": 5}},
            EndConditions(exit_time_s=54_900, before_close_s=300),
        ),
        ({"timeBasedExit": {"exitAtMarketClose": True}}, EndConditions(before_close_s=0)),
    ],
)
def test_end_conditions(block, end):
    """Each end condition, on a square-off and on the start node alike."""
    strategy = require_strategy(d.small(square=d.square_off("square", **block), start=d.start(endConditions=block)))
    square, start = strategy.nodes["square"], strategy.nodes["start"]
    assert isinstance(square, SquareOffNode)
    assert square.end == end == start.end


def test_variables_in_dependency_order():
    """A variable stands after those of its node that it reads."""
    double = d.arithmetic(d.variable_read("enter", "Low"), "*", d.constant(2))
    enter = d.entry_signal(variables=[d.variable_set("Twice", double), d.variable_set("Low")])
    strategy = require_strategy(d.small(enter=enter))
    assert [variable.name for variable in signal(strategy, "enter").variables] == ["Low", "Twice"]


def test_re_entry_set_counts_with_flag_and_leaf():
    """A re-entry set is kept only with its flag and a condition."""
    again = [d.group(d.leaf(d.indicator(), ">", d.constant(60)))]
    leave = d.exit_signal(hasReEntryExitConditions=True, reEntryExitConditions=again)
    enter = d.entry_signal(hasReEntryConditions=False, reEntryConditions=again)
    strategy = require_strategy(d.small(leave=leave, enter=enter))
    assert signal(strategy, "leave").re_entry_conditions is not None
    assert signal(strategy, "enter").re_entry_conditions is None


def test_ignored_nodes_are_left_out():
    """Ignored nodes and their edges are not part of the strategy."""
    document = d.small(
        d.node("overview", "strategyOverview"), d.node("bell", "alertNode"), edges=[("exit", "bell"), ("bell", "again")]
    )
    strategy = require_strategy(document)
    assert {"overview", "bell"}.isdisjoint(strategy.nodes)
    assert strategy.children["exit"] == ("again",)
    assert [finding.path for finding in strategy.warnings] == ["$.nodes[8].type"]


def test_hash_is_of_what_counts():
    """Labels, positions, keys, aliases and previews do not count; a threshold and the order of edges do."""
    plain = require_strategy(d.small()).hash
    key = "another_key"
    other = {
        name: make(name, d.leaf(d.indicator(key), sign, d.constant(value)), label="Other", conditionsPreview="stale")
        for name, make, sign, value in (
            ("enter", d.entry_signal, "<", 30.0),
            ("leave", d.exit_signal, ">", 70),
            ("again", d.re_entry_signal, "<", "30"),
        )
    }
    other["again"]["data"]["conditions"][0]["conditions"][0]["rhs"]["valueType"] = "number"
    config = d.instrument("nifty", d.timeframe("x", "1m", {key: d.indicator_declared("RSI", timeperiod="14")}))
    assert require_strategy(d.small(start=d.start(tradingInstrumentConfig=config), **other)).hash == plain
    assert (
        require_strategy(d.small(leave=d.exit_signal("leave", d.leaf(d.indicator(), ">", d.constant(71))))).hash
        != plain
    )
    turned = d.small()
    turned["edges"].reverse()
    assert require_strategy(turned).hash != plain
