"""The stored reasons are the reasons: from the recorded values alone, every decision can be taken again."""

from datetime import date
from itertools import pairwise
from typing import Any

import orjson
import pytest

from strikebook.backtest_runner import RunRequest, run_backtest
from strikebook.market.synthetic import SyntheticMarket
from strikebook.service.results import read_day
from strikebook.storage.layout import RunKey
from strikebook.storage.memory_storage import MemoryStorage
from tests.service.made_run import noon
from tests.worked_days.making import (
    LTP,
    Json,
    after,
    any_of,
    calc,
    candle,
    entry,
    entry_signal,
    exit_order,
    exit_signal,
    leaf,
    leg,
    make_strategy,
    number,
    position,
    re_entry_signal,
)

KEY = RunKey("me", "worked-day")


def lively_strategy() -> Json:
    """Opens on crossings and ranges, in AND and OR; closes on profit or loss; opens again five times."""
    crosses = leaf(LTP, "crosses_above", candle("High", -1))
    near = leaf(LTP, "between", calc(candle("Low", -1), "-", number(5)), candle("High", -1))
    rises = leaf(candle("Close", -1), ">=", candle("Close", -2))
    pnl = position("in-pos1", "pnl")
    done = any_of(leaf(pnl, ">", number(300)), leaf(pnl, "<=", number(-200)), leaf(pnl, "==", number(0.123)))
    nodes = [
        entry_signal("go", after("09:20"), any_of(crosses, near), rises),
        entry("in", leg("sell", "PE")),
        exit_signal("stop", done),
        exit_order("out", "in-pos1"),
        re_entry_signal("again", leaf(LTP, "crosses_below", candle("Low", -1)), limit=5),
    ]
    return make_strategy(nodes, ["start > go > in > stop > out > again > in"])


@pytest.fixture(scope="module")
def days() -> list[dict[str, Any]]:
    storage = MemoryStorage()
    request = RunRequest(
        "me",
        orjson.dumps(lively_strategy()),
        SyntheticMarket(7),
        storage,
        date(2024, 10, 1),
        date(2024, 10, 4),
    )
    assert run_backtest(request, lambda _: None, lambda: False, noon)["status"] == "completed"
    return [read_day(storage, KEY, day) for day in storage.days(KEY)]


def compared(record: dict[str, Any]) -> bool:
    """A leaf's result from its recorded values."""
    lhs, rhs = record["lhs_value"], record["rhs_value"]
    if lhs is None or rhs is None:
        return False
    before = (record.get("lhs_previous"), record.get("rhs_previous"))
    match record["operator"]:
        case "between":
            return rhs[0] <= lhs <= rhs[1]
        case "crosses_above":
            return None not in before and lhs > rhs and not before[0] > before[1]
        case "crosses_below":
            return None not in before and lhs < rhs and not before[0] < before[1]
        case operator:
            return {
                ">": lhs > rhs,
                ">=": lhs >= rhs,
                "<": lhs < rhs,
                "<=": lhs <= rhs,
                "==": lhs == rhs,
            }[operator]


def decided(tree: int | dict[str, Any], results: list[bool]) -> bool:
    """The condition's result from the tree and the leaves' results."""
    if isinstance(tree, int):
        return results[tree]
    parts = [decided(item, results) for item in tree["items"]]
    return all(parts) if tree["logic"] == "AND" else any(parts)


def test_every_leaf_follows_from_its_values(days: list[dict[str, Any]]) -> None:
    """Each recorded leaf, compared again, gives its recorded result; every operator of the strategy occurs."""
    records = [
        record for day in days for event in day["events"] for record in event["diagnostic_data"]["conditions_evaluated"]
    ]
    assert {record["operator"] for record in records} == {
        ">", ">=", "<=", "==", "between", "crosses_above", "crosses_below",
    }  # fmt: skip
    for record in records:
        assert compared(record) == record["result"], record


def test_every_trade_follows_from_its_conditions(days: list[dict[str, Any]]) -> None:
    """The conditions under which each position was opened and closed hold, taken from its own record."""
    positions = [position for day in days for position in day["positions"]]
    assert len(positions) >= 10
    assert any(position["re_entry_num"] > 0 for position in positions)
    for made in positions:
        closed_by_node = made["exit_node_id"] is not None
        for reasons in (made["diagnostic_data"], made["exit_diagnostic_data"])[: 1 + closed_by_node]:
            results = [compared(record) for record in reasons["conditions_evaluated"]]
            assert decided(reasons["condition_tree"], results)


def test_every_flow_leads_from_the_start_to_the_order(days: list[dict[str, Any]]) -> None:
    """Entry and exit flows are events of the day, from the start to the order, each the child of the one before."""
    for day in days:
        parents = {event["execution_id"]: event["parent_execution_id"] for event in day["events"]}
        for made in day["positions"]:
            for flow in (made["entry_flow_ids"], made["exit_flow_ids"]):
                assert all(parents[child] == parent for parent, child in pairwise(flow))
                assert not flow or parents[flow[0]] is None
