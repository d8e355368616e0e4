"""Results side by side: the figures are each result's own, and the first divergence is the one worked out by hand.

The call of 25000 costs 100 rupees at 09:15:00 and a paisa more every second; NIFTY is 25000 then and does the same.
"""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import orjson
import pytest

from strikebook.backtest_runner import run_backtest
from strikebook.errors import NotFoundError, StorageError, UsageError
from strikebook.market.memory import MemoryMarket
from strikebook.market.rows import rows_of_ticks
from strikebook.market.source import MarketSource
from strikebook.model.options import parse_options
from strikebook.model.prices import Ticks
from strikebook.service.compare import compare
from strikebook.service.here_executor import HereExecutor
from strikebook.service.statistics import statistics
from strikebook.storage.codec import decode_day, encode_day
from strikebook.storage.layout import RunKey
from strikebook.storage.memory_storage import MemoryStorage
from tests.service.made_run import DAYS, EXPIRY, Trouble, noon, small_day, small_market, small_request
from tests.worked_days.making import (
    LTP,
    Json,
    after,
    any_of,
    calc,
    entry,
    entry_signal,
    exit_order,
    exit_signal,
    leaf,
    leg,
    make_strategy,
    number,
    protected,
    re_entry_signal,
    rule,
    square_off,
    variable,
)

Document = dict[str, Any]
USER = "user_123"
PATHS = ("start > go > a > leave > out",)


class Desk:
    """A storage to which runs are added, and what is asked of it."""

    def __init__(self) -> None:
        self.storage = MemoryStorage()

    def run(
        self,
        name: str,
        document: Json,
        market: MarketSource | None = None,
        first: date = DAYS[0],
        last: date = DAYS[-1],
        **options: str,
    ) -> RunKey:
        """Run a strategy under an id of its own."""
        request = small_request(self.storage, market, document=document | {"strategy_id": name, "strategy_name": name})
        request = replace(request, first=first, last=last, options=parse_options(dict(options)))
        run_backtest(request, lambda _: None, lambda: False, noon)
        return RunKey(USER, name)

    def compare(self, *keys: RunKey) -> Document:
        """Compare in this process."""
        return compare(HereExecutor(), self.storage, keys)

    def divergence(self, *keys: RunKey) -> Document:
        """Where the second of two first diverges from the first."""
        (found,) = self.compare(*keys)["divergences"]
        assert found["result"] == str(keys[1])
        return dict(found["divergence"])


@pytest.fixture
def desk() -> Desk:
    return Desk()


def above(level: float, *, one: Json | None = None, leaves: Json | None = None, **more: Json) -> Json:
    """Buys the call when NIFTY is at the level or above, from 09:15:10 on; sells it at 09:18:00."""
    return make_strategy(
        [
            entry_signal("go", after("09:15:10"), leaf(LTP, ">=", number(level))),
            entry("a", leg("buy", "CE") if one is None else one),
            exit_signal("leave", after("09:18:00") if leaves is None else leaves),
            exit_order("out", "a-pos1"),
        ],
        PATHS,
        **more,
    )


def test_the_first_divergence_is_the_one_worked_out_by_hand(desk: Desk) -> None:
    """At 60 seconds NIFTY is 25000.60: one buys for 100.60, the other waits for 25000.90 and buys for 100.90."""
    keys = desk.run("base", above(25_000.6)), desk.run("later", above(25_000.9))
    found = desk.divergence(*keys)
    assert (found["kind"], found["date"], found["time"]) == ("trades", "30-09-2024", "2024-09-30T09:16:00")
    assert (found["node_id"], found["vpi"], found["end"], found["acted"]) == ("go", "a-pos1", "entry", "base")
    assert [each["node_id"] for each in found["base"]["did"]] == ["go", "a"]
    assert found["other"]["did"] == []
    bought = [(found[side]["position"]["entry_time"][11:], found[side]["position"]["entry_price"]) for side in SIDES]
    assert bought == [("09:16:00", 100.6), ("09:16:30", 100.9)]
    clock, price = found["conditions"]
    assert (clock["differs"], clock["other"]["source"], clock["other"]["result"]) == (False, "worked_out", True)
    assert clock["other"]["lhs_value"] == 9 * 3600 + 16 * 60
    assert price["differs"]
    values = [tuple(price[side][name] for name in ("lhs_value", "rhs_value", "result", "source")) for side in SIDES]
    assert values == [(25_000.6, 25_000.6, True, "recorded"), (25_000.6, 25_000.9, False, "reported")]
    assert (found["not_fired"], found["fired_later_at"]) == ("condition", "2024-09-30T09:16:30")
    assert found["same_data"]
    told = " ".join(found["told"])
    assert (
        "On 30-09-2024 at 09:16:00 user_123/base fired go (go), then a: a-pos1 filled; user_123/later did not" in told
    )
    assert "TI.underlying_ltp >= 25000.9 was 25000.6 >= 25000.9: did not hold" in told


SIDES = ("base", "other")


def test_the_same_is_told_from_the_other_side(desk: Desk) -> None:
    """With the later one as the base it is the other that acts, and the base whose condition did not hold."""
    keys = desk.run("later", above(25_000.9)), desk.run("first", above(25_000.6))
    found = desk.divergence(*keys)
    assert (found["time"], found["acted"]) == ("2024-09-30T09:16:00", "other")
    assert [found["conditions"][1][side]["result"] for side in SIDES] == [False, True]
    assert [found["conditions"][1][side]["source"] for side in SIDES] == ["reported", "recorded"]


def test_figures_are_each_results_own_and_a_day_that_one_lacks_is_no_zero(desk: Desk) -> None:
    """Days of 90.00 and 67.50 gross; the third run begins a day later; on the fourth day no option is listed."""
    keys = (
        desk.run("base", above(25_000.6)),
        desk.run("later", above(25_000.9)),
        desk.run("shorter", above(25_000.6), first=DAYS[1]),
    )
    found = desk.compare(*keys)
    assert found["dates"] == ["30-09-2024", "01-10-2024", "03-10-2024", "04-10-2024"]
    assert [each["gross"] for each in found["results"]] == [
        [90.0, 180.0, 270.0, 270.0],
        [67.5, 135.0, 202.5, 202.5],
        [None, 90.0, 180.0, 180.0],
    ]
    for key, result in zip(keys, found["results"], strict=True):
        assert result["net"][-1] == result["net_pnl"]
        own = statistics(HereExecutor(), desk.storage, key, None)["statistics"]
        at = found["results"].index(result)
        assert [row["values"][at] for row in found["statistics"]] == [each["value"] for each in own]
        assert [row["reasons"][at] for row in found["statistics"]] == [each["reason"] for each in own]
    net = next(row for row in found["statistics"] if row["name"] == "net")
    assert (net["differs"], found["days_compared"]) == (True, 3)
    settings = {row["name"]: row["values"] for row in found["settings"]}
    assert settings["start_date"] == ["2024-09-30", "2024-09-30", "2024-10-01"]
    assert settings["strategy_hash"][0] == settings["strategy_hash"][2] != settings["strategy_hash"][1]
    assert settings.keys() == {"start_date", "strategy_hash"}
    first = found["differing"][0]
    assert first["date"] == "30-09-2024"
    assert [(each["status"], each["pnl"], each["differs"]) for each in first["results"]] == [
        ("traded", 90.0, []),
        ("traded", 67.5, ["trades"]),
        ("absent", None, ["absent"]),
    ]
    assert found["divergences"][1] == {"result": "user_123/shorter", "divergence": None}


def test_the_same_strategy_under_two_ids_is_the_same(desk: Desk) -> None:
    """No setting, no statistic and no day differs."""
    found = desk.compare(desk.run("one", above(25_000.6)), desk.run("two", above(25_000.6)))
    assert (found["settings"], found["differing"], found["days_differing"]) == ([], [], 0)
    assert not any(row["differs"] for row in found["statistics"])
    assert found["divergences"] == [{"result": "user_123/two", "divergence": None}]


@pytest.mark.parametrize(
    ("one", "options", "fields"),
    [
        (None, {"brokerage": "0"}, {"charges"}),
        (leg("buy", "CE", lots=2), {}, {"quantity", "lots", "charges"}),
        (leg("buy", "CE", lot_size=50), {}, {"quantity", "lot_size", "charges"}),
    ],
    ids=["charges", "lots", "lot size"],
)
def test_where_nothing_but_the_terms_differ_that_is_said(
    desk: Desk, one: Json | None, options: dict[str, str], fields: set[str]
) -> None:
    """The same fills at the same prices and times, in other quantities or at other charges."""
    found = desk.divergence(desk.run("base", above(25_000.6)), desk.run("other", above(25_000.6, one=one), **options))
    assert (found["kind"], found["time"]) == ("terms", "2024-09-30T09:16:00")
    assert {field["name"] for field in found["fields"]} == fields
    assert "only quantities or charges differ" in found["told"][0]


def test_another_slippage_is_other_prices_with_both(desk: Desk) -> None:
    """The same order at the same second, half a rupee dearer."""
    keys = desk.run("base", above(25_000.6)), desk.run("slipped", above(25_000.6), slippage="0.5 points")
    found = desk.divergence(*keys)
    assert (found["kind"], found["time"], found["vpi"], found["end"]) == (
        "prices",
        "2024-09-30T09:16:00",
        "a-pos1",
        "entry",
    )
    assert found["fields"] == [{"name": "entry_price", "base": 100.6, "other": 101.1}]
    assert "slippage" in {row["name"] for row in desk.compare(*keys)["settings"]}


def test_another_contract_is_a_fill_that_differs(desk: Desk) -> None:
    """Both fire at the same second; one buys the call for 100.60, the other the put for 200.60."""
    found = desk.divergence(desk.run("base", above(25_000.6)), desk.run("put", above(25_000.6, one=leg("buy", "PE"))))
    assert (found["kind"], found["time"], found["acted"]) == ("trades", "2024-09-30T09:16:00", "both")
    assert found["fields"] == [
        {"name": "symbol", "base": f"NIFTY:{EXPIRY}:OPT:25000:CE", "other": f"NIFTY:{EXPIRY}:OPT:25000:PE"},
        {"name": "entry_price", "base": 100.6, "other": 200.6},
    ]


def test_values_that_differ_without_another_trade_are_only_reasons(desk: Desk) -> None:
    """Levels of 24000 and 24001, both far below: the same trades for another reason, with both values."""
    found = desk.divergence(desk.run("base", above(24_000)), desk.run("other", above(24_001)))
    assert (found["kind"], found["time"], found["node_id"]) == ("reasons", "2024-09-30T09:15:10", "go")
    assert [found["conditions"][1][side]["rhs_value"] for side in SIDES] == [24_000, 24_001]
    assert [pair["differs"] for pair in found["conditions"]] == [False, True]
    assert "only reasons differ" in found["told"][0]


def test_an_order_that_fills_in_one_and_is_rejected_in_the_other(desk: Desk) -> None:
    """A strike that is not listed: both came to the entry at 09:16:00, and what each did is told."""
    keys = desk.run("base", above(25_000.6)), desk.run("far", above(25_000.6, one=leg("buy", "CE", "OTM5")))
    found = desk.divergence(*keys)
    assert (found["time"], found["node_id"], found["acted"]) == ("2024-09-30T09:16:00", "a", "both")
    assert [[each["rejected"] for each in found[side]["did"]] for side in SIDES] == [[None], ["no_strike"]]
    assert found["other"]["position"] is None
    said = "user_123/base: a: a-pos1 filled. user_123/far: a: a-pos1 rejected: no_strike."
    assert found["told"][0] == f"On 30-09-2024 at 09:16:00 both came to a (a), a-pos1 entry. {said}"
    backwards = desk.divergence(*reversed(keys))
    assert (backwards["vpi"], backwards["end"], backwards["base"]["position"]) == ("a-pos1", "entry", None)


def test_a_signal_at_its_limit_is_said_to_be(desk: Desk) -> None:
    """In again at most twice in one, at most once in the other, which is at its limit from its first re-entry on."""

    def again(limit: int) -> Json:
        nodes = [
            entry_signal("go", after("09:15:10")),
            entry("a", leg("buy", "CE", max_entries=9)),
            exit_signal("leave", after("09:15:20")),
            exit_order("out", "a-pos1"),
            re_entry_signal("back", after("09:15:30"), limit=limit),
        ]
        return make_strategy(nodes, ["start > go > a > leave > out > back > a"])

    found = desk.divergence(desk.run("twice", again(2)), desk.run("once", again(1)))
    assert (found["node_id"], found["acted"], found["not_fired"]) == ("back", "base", "at_its_limit")
    assert found["base"]["position"]["position_num"] == 3
    assert "user_123/once: that signal was at its limit." in found["told"]


def test_of_two_ways_in_the_group_is_what_counts(desk: Desk) -> None:
    """Either of two levels: neither had been reached at 09:16:00."""
    later = above(25_000.6)
    either = any_of(leaf(LTP, ">=", number(25_000.8)), leaf(LTP, ">=", number(25_000.9)))
    later["nodes"][1] = entry_signal("go", after("09:15:10"), either)
    found = desk.divergence(desk.run("base", above(25_000.6)), desk.run("other", later))
    assert (found["not_fired"], found["fired_later_at"]) == ("condition", "2024-09-30T09:16:20")
    assert [pair["other"]["result"] for pair in found["conditions"]] == [True, False, False]


def test_a_square_off_that_only_one_has(desk: Desk) -> None:
    """It closes the call at 09:17:30 for 101.50, before the other's exit at 09:18:00."""
    nodes = [*above(25_000.6)["nodes"][1:], square_off("off", at="09:17:30")]
    keys = desk.run("base", above(25_000.6)), desk.run("off", make_strategy(nodes, [*PATHS, "start > off"]))
    found = desk.divergence(*keys)
    assert (found["time"], found["acted"], found["end"], found["vpi"]) == (
        "2024-09-30T09:17:30",
        "other",
        "exit",
        "a-pos1",
    )
    (pair,) = found["conditions"]
    assert (pair["base"], pair["other"]["text"]) == (None, "Current Time >= 09:17:30 (the time of the square-off)")
    assert found["not_fired"] is None
    assert "user_123/off fired off (off): square_off_time; user_123/base did not" in found["told"][0]
    assert [found[side]["position"]["exit_price"] for side in SIDES] == [101.8, 101.5]


def test_an_exit_by_a_target_that_the_other_does_not_have(desk: Desk) -> None:
    """A target of 20 points is never reached, one of half a rupee is: 100.60 becomes 101.10 at 09:16:50."""
    closing = above(25_000.6, one=protected(leg("buy", "CE"), takeProfit=rule("points", targetPoints=0.5)))
    found = desk.divergence(desk.run("base", closing), desk.run("without", above(25_000.6)))
    assert (found["time"], found["end"], found["acted"]) == ("2024-09-30T09:16:50", "exit", "base")
    (pair,) = found["conditions"]
    assert (pair["base"]["lhs_value"], pair["base"]["rhs_value"], pair["other"]) == (101.1, 101.1, None)
    positions = [found[side]["position"] for side in SIDES]
    assert [life["exit_reason"] for life in positions] == ["target", "exit_condition_met"]
    assert [life["exit_time"][11:] for life in positions] == ["09:16:50", "09:18:00"]


def test_what_a_variable_of_the_other_was_is_said_not_to_be_known(desk: Desk) -> None:
    """A level above a frozen price: its value in the result that did not fire is nowhere recorded."""

    def leaving(rupees: float) -> Json:
        level = calc(variable("go", "Start"), "+", number(rupees))
        nodes = above(25_000.6, leaves=leaf(LTP, ">=", level))["nodes"][1:]
        nodes[0] = entry_signal("go", after("09:15:10"), leaf(LTP, ">=", number(25_000.6)), variables={"Start": LTP})
        return make_strategy(nodes, PATHS)

    found = desk.divergence(desk.run("base", leaving(0.3)), desk.run("other", leaving(0.5)))
    assert (found["time"], found["node_id"], found["end"]) == ("2024-09-30T09:16:30", "leave", "exit")
    (pair,) = found["conditions"]
    assert (pair["base"]["lhs_value"], pair["base"]["rhs_value"]) == (25_000.9, 25_000.9)
    assert (pair["other"]["lhs_value"], pair["other"]["rhs_value"]) == (25_000.9, None)
    assert (pair["other"]["result"], pair["other"]["source"]) == (False, "reported")  # it alone was missing
    assert found["fired_later_at"] == "2024-09-30T09:16:50"


def test_where_two_conditions_were_missing_each_is_worked_out_of_what_is_known(desk: Desk) -> None:
    """No report names them then; prices and constants are known from what the base recorded on the same data."""
    later = above(25_000.6)
    levels = (leaf(LTP, ">=", number(level)) for level in (25_000.8, 25_000.9))
    later["nodes"][1] = entry_signal("go", after("09:15:10"), *levels)
    found = desk.divergence(desk.run("base", above(25_000.6)), desk.run("other", later))
    assert found["time"] == "2024-09-30T09:16:00"
    _, price, more = found["conditions"]
    values = [(pair["other"]["lhs_value"], pair["other"]["rhs_value"]) for pair in (price, more)]
    assert values == [(25_000.6, 25_000.8), (25_000.6, 25_000.9)]
    assert [(pair["other"]["result"], pair["other"]["source"]) for pair in (price, more)] == [(False, "worked_out")] * 2
    assert (more["base"], found["not_fired"]) == (None, "condition")


def test_another_strategy_altogether_has_no_such_signal(desk: Desk) -> None:
    """Nodes of other ids: what the base did first, and that the other knows no such signal."""
    nodes = [
        entry_signal("else", after("09:16:10")),
        entry("b", leg("buy", "PE")),
        exit_signal("end", after("09:17:00")),
        exit_order("gone", "b-pos1"),
    ]
    other = make_strategy(nodes, ["start > else > b > end > gone"])
    found = desk.divergence(desk.run("base", above(25_000.6)), desk.run("other", other))
    assert (found["node_id"], found["time"], found["not_fired"]) == ("go", "2024-09-30T09:16:00", "no_such_signal")
    assert found["other"]["position"] is None
    assert "has no signal of that id" in " ".join(found["told"])


def test_other_prices_of_the_market_are_said_to_be_other_data(desk: Desk) -> None:
    """On 1 October the call costs a rupee more in one of the markets; the day before is the same."""
    dearer = small_day(DAYS[1])
    seconds = np.arange(dearer.session.open_s, dearer.session.close_s + 1, dtype=np.int32)
    rows = {**dearer.rows, f"NIFTY:{EXPIRY}:OPT:25000:CE": rows_of_ticks(Ticks(seconds, np.full(len(seconds), 101_00)))}
    market = MemoryMarket(
        {("NIFTY", day): replace(dearer, rows=rows) if day == DAYS[1] else small_day(day) for day in DAYS}
    )
    found = desk.divergence(desk.run("base", above(25_000.6)), desk.run("other", above(25_000.6), market))
    assert (found["date"], found["kind"], found["same_data"]) == ("01-10-2024", "prices", False)
    assert "data of that day is not the same" in found["told"][-1]


def test_a_day_that_failed_in_one_is_no_divergence_and_is_listed(desk: Desk) -> None:
    """1 October is damaged in one market; the days beside it are the same."""
    keys = desk.run("base", above(25_000.6)), desk.run("hurt", above(25_000.6), Trouble(small_market(), "raise"))
    found = desk.compare(*keys)
    (day,) = found["differing"]
    assert [(each["status"], each["pnl"], each["differs"]) for each in day["results"]] == [
        ("traded", 90.0, []),
        ("failed", None, ["failed"]),
    ]
    assert found["results"][1]["gross"] == [90.0, None, 180.0, 180.0]
    assert found["divergences"][0]["divergence"] is None


def test_what_cannot_be_compared_is_refused_by_name(desk: Desk) -> None:
    """One, eleven, the same twice, one that is not there, one of another version, one whose day is damaged."""
    key, other = desk.run("base", above(25_000.6)), desk.run("other", above(25_000.9))
    with pytest.raises(UsageError, match="1 results"):
        desk.compare(key)
    with pytest.raises(UsageError, match="11 results"):
        desk.compare(*(RunKey(USER, f"s{number}") for number in range(11)))
    with pytest.raises(UsageError, match="user_123/base is there twice"):
        desk.compare(key, other, key)
    with pytest.raises(NotFoundError, match="no results of user_123/nothing"):
        desk.compare(key, RunKey(USER, "nothing"))
    desk.storage.put_day(other, DAYS[1], b"torn")
    with pytest.raises(StorageError, match="user_123/other: the day file is damaged"):
        desk.compare(key, other)
    older = (desk.storage.metadata(other) or b"").replace(b'"engine_version": "', b'"engine_version": "9')
    desk.storage.put_metadata(other, older)
    with pytest.raises(StorageError, match="user_123/other: these results were made by version 9"):
        desk.compare(key, other)


def test_an_order_that_was_refused_in_one_is_told(desk: Desk) -> None:
    """A day's file in which the entry was refused for another reason: only reasons differ, and both are shown."""
    key, other = (desk.run(name, above(25_000.6), first=DAYS[-1]) for name in ("base", "other"))
    document: Document = decode_day(desk.storage.day(other, DAYS[-1]) or b"")
    assert document["rejections"]
    document["rejections"][0]["reason"] = "no_price"
    desk.storage.put_day(other, DAYS[-1], encode_day(document))
    found = desk.divergence(key, other)
    assert found["kind"] == "reasons"
    (field,) = found["fields"]
    assert (field["name"], field["other"]) == ("rejections.reason", "no_price")


def test_nothing_that_is_stored_changes_and_the_same_question_has_the_same_answer(desk: Desk) -> None:
    """Two answers are the same bytes, and the files are as they were."""
    keys = desk.run("base", above(25_000.6)), desk.run("later", above(25_000.9))
    files = [
        [desk.storage.metadata(key), *(desk.storage.day(key, day) for day in desk.storage.days(key))] for key in keys
    ]
    first, second = (orjson.dumps(desk.compare(*keys)) for _ in range(2))
    assert first == second
    assert files == [
        [desk.storage.metadata(key), *(desk.storage.day(key, day) for day in desk.storage.days(key))] for key in keys
    ]
