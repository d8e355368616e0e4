"""The demo strategies: they check clean, they trade on the synthetic market, and the page about them is true."""

from __future__ import annotations

import json
import re
from datetime import date
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

from strikebook.engine.day import run_day
from strikebook.market.synthetic import SyntheticMarket
from strikebook.model.day_result import DayResult, Life
from strikebook.model.options import RunOptions
from strikebook.service.strategy_file import load_strategy, parse_document

EXAMPLES = Path(__file__).parents[2] / "examples"
FILES = sorted(path.name for path in EXAMPLES.glob("*.json"))
MARKET = SyntheticMarket()
DAYS = (date(2024, 10, 3), date(2024, 10, 16), date(2024, 11, 6), date(2024, 11, 21))
MUHURAT = date(2024, 11, 1)

# File -> the fewest positions on each of DAYS, and the orders it may open with.
EXPECTED = {
    "two_sided_rsi.json": (10, {"SELL CE", "SELL PE"}),
    "short_straddle.json": (2, {"SELL CE", "SELL PE"}),
    "opening_range_breakout.json": (3, {"BUY CE", "BUY PE"}),
    "supertrend_follower.json": (5, {"BUY CE", "BUY PE"}),
    "iron_condor.json": (4, {"SELL CE", "SELL PE", "BUY CE", "BUY PE"}),
    "two_timeframes.json": (4, {"BUY CE", "BUY PE"}),
    "straddle_with_stops.json": (2, {"SELL CE", "SELL PE"}),
    "premium_strangle.json": (2, {"SELL CE", "SELL PE"}),
    "bollinger_fade.json": (3, {"SELL CE", "SELL PE"}),
}
FEATURES = (
    *("crosses_above", "crosses_below", "between", "==", '"OR"', '"+%"', '"-%"', '"/"'),
    *("live_data", "candle_data", "indicator", "node_variable", "position_data", "pnl_data", "expression"),
    *("hasReEntryConditions", "hasReEntryExitConditions", "reEntrySignalNode", "maxReEntries", "maxEntries"),
    *('"percentage"', '"specific"', "allOrNone", '"_any"', '"SI"', "trailingPositionPrice", "underlyingPriceOnEntry"),
    *("exitTime", "minutesBeforeClose", "profitTarget", "lossLimit", "lockAndTrail"),
    *("stopLoss", "trailingStop", "moveToCost", "waitForMarket", "reEntryConfig", "momentum", '"cost"'),
    *('"limit"', "limitBuffer", '"premium"'),
)


@cache
def result_of(name: str, day: date) -> DayResult:
    """A day of an example on the synthetic market."""
    strategy = load_strategy((EXAMPLES / name).read_bytes())
    return run_day(strategy, MARKET.load_day(strategy.trading.symbol, day), RunOptions())


def lives_of(name: str) -> list[Life]:
    """The positions of an example on the fixed days."""
    return [life for day in DAYS for life in result_of(name, day).lives]


def document_of(name: str) -> dict:
    """An example as JSON."""
    return json.loads((EXAMPLES / name).read_bytes())


def test_every_example_is_expected_and_listed() -> None:
    """The folder, the table of this test and the table of the page name the same files."""
    listed = re.findall(r"^\| \[`(\w+\.json)`\]\(\1\)", (EXAMPLES / "README.md").read_text(), re.MULTILINE)
    assert FILES == sorted(EXPECTED) == sorted(listed)


@pytest.mark.parametrize("name", FILES)
def test_an_example_checks_clean(name: str) -> None:
    """The check finds nothing: no error, no warning."""
    parsed = parse_document((EXAMPLES / name).read_bytes(), name)
    assert parsed.strategy is not None
    assert [str(finding) for finding in parsed.findings] == []


@pytest.mark.parametrize("name", FILES)
def test_an_example_is_drawn(name: str) -> None:
    """Every node has a label and a place of its own; the file is flat JSON with an indent of one."""
    document = document_of(name)
    assert (EXAMPLES / name).read_text() == json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    assert {"strategy_id", "user_id", "strategy_name", "strategy_description", "nodes", "edges"} == set(document)
    for node in document["nodes"]:
        assert node["data"]["label"]
    for one, other in combinations([node["position"] for node in document["nodes"]], 2):
        assert abs(one["x"] - other["x"]) >= 220 or abs(one["y"] - other["y"]) >= 180


def test_together_they_show_the_language() -> None:
    """Each listed feature of the language is in at least one example."""
    everything = "".join((EXAMPLES / name).read_text() for name in FILES)
    assert [feature for feature in FEATURES if feature not in everything] == []


@pytest.mark.parametrize("name", FILES)
def test_an_example_trades_and_closes(name: str) -> None:
    """On each fixed day it opens at least what is expected, only such orders, and closes everything the same day."""
    fewest, orders = EXPECTED[name]
    for day in DAYS:
        result = result_of(name, day)
        assert len(result.lives) >= fewest
        assert result.synthetic
        for life in result.lives:
            assert life.closed
            assert life.entry.step < life.trades[-1].exit.step <= result.session.last_step
            assert sum(row.lots for row in life.trades) == life.lots
    opened = {f"{life.side} {life.contract.option_type}" for life in lives_of(name)}
    assert opened == orders


@pytest.mark.parametrize("name", sorted(set(FILES) - {"two_sided_rsi.json"}))
def test_the_muhurat_hour_is_left_alone(name: str) -> None:
    """Where the times of a strategy are those of a usual day, the evening hour of 1 November 2024 sees no trade."""
    assert result_of(name, MUHURAT).lives == ()


def test_the_page_tells_the_result_of_october() -> None:
    """Positions and profit of October 2024 in the page's table are what a run gives."""
    stated = re.findall(
        r"^\| \[`(\w+\.json)`\].*\| ([0-9,]+) \| (-?)₹([0-9,]+\.[0-9]{2}) \|$",
        (EXAMPLES / "README.md").read_text(),
        re.MULTILINE,
    )
    october = MARKET.days("NIFTY", date(2024, 10, 1), date(2024, 10, 31))
    found = []
    for name, *_ in stated:
        lives = [life for day in october for life in result_of(name, day).lives]
        paise = sum(life.pnl_paise for life in lives)
        found.append((name, f"{len(lives):,}", "-" if paise < 0 else "", f"{abs(paise) / 100:,.2f}"))
    assert found == stated
    assert len(stated) == len(FILES)


def test_the_rsi_strategy_is_the_briefs() -> None:
    """It has the brief's id, the lots of the contracts' dates, and goes in again on both sides."""
    assert document_of("two_sided_rsi.json")["strategy_id"] == "5708424d-5962-4629-978c-05b3a174e104"
    lives = lives_of("two_sided_rsi.json")
    assert {life.lot_size for life in lives} == {25}
    again = {life.vpi for life in lives if life.re_entry_num > 0}
    assert again == {"bullish-entry-pos1", "bearish-entry-pos1"}


def test_the_straddle_keeps_its_times_and_stops() -> None:
    """Both legs go in at 09:20:00; a stopped leg lost 30 % (20 % in its second life); no leg has a third."""
    for day in DAYS:
        first = [life for life in result_of("short_straddle.json", day).lives if life.re_entry_num == 0]
        assert [life.entry.step for life in first] == [5 * 60, 5 * 60]
    lives = lives_of("short_straddle.json")
    assert {life.position_num for life in lives} == {1, 2}
    for life in lives:
        (row,) = life.trades
        lost = 20 if life.re_entry_num else 30
        if row.exit_reason == "exit_condition_met":
            assert row.exit.price_paise * 100 >= row.entry.price_paise * (100 + lost)
        else:
            assert row.exit_reason == "square_off_time"
            assert row.exit.step == 6 * 3600


def test_the_breakout_buys_beyond_the_range_and_sells_half() -> None:
    """Calls are bought above the first quarter hour's high, puts below its low; some are sold in two halves."""
    halves = 0
    for day in DAYS:
        market_day = MARKET.load_day("NIFTY", day)
        ticks = market_day.ticks_of("NIFTY")
        opening = ticks.price_paise[ticks.second < market_day.session.open_s + 15 * 60]
        assert len(opening) > 800
        for life in result_of("opening_range_breakout.json", day).lives:
            spot = life.entry.underlying_paise
            if life.re_entry_num == 0 and life.contract.option_type == "CE":
                assert spot > opening.max()
            if life.re_entry_num == 0 and life.contract.option_type == "PE":
                assert spot < opening.min()
            halves += len(life.trades) == 2
            assert {row.lots for row in life.trades} in ({2}, {1})
    assert halves >= 3


def test_the_condor_goes_in_and_out_as_one() -> None:
    """Its four legs always fill in the same step and close in the same step, wings outside the short strikes."""
    for day in DAYS:
        lives = result_of("iron_condor.json", day).lives
        for number in {life.position_num for life in lives}:
            legs = {life.vpi: life for life in lives if life.position_num == number}
            assert len(legs) == 4
            assert len({life.entry.step for life in legs.values()}) == 1
            assert len({life.trades[-1].exit.step for life in legs.values()}) == 1
            strikes = [legs[leg].contract.strike_paise for leg in ("long-put", "short-put", "short-call", "long-call")]
            assert strikes == sorted(set(strikes))


def test_the_condors_days_end_in_every_way() -> None:
    """Over October some days end at the profit target, some at the loss limit, some at 15:00."""
    ends = set()
    for day in MARKET.days("NIFTY", date(2024, 10, 1), date(2024, 10, 31)):
        result = result_of("iron_condor.json", day)
        reason = result.trades[-1].exit_reason
        ends.add((reason, sum(row.pnl_paise for row in result.trades) > 0) if "performance" in reason else reason)
    assert {("square_off_performance", True), ("square_off_performance", False), "square_off_time"} <= ends


def test_the_follower_goes_with_the_trend() -> None:
    """Whenever a signal opens a call the supertrend's direction is 1, for a put -1."""
    directions = {"trend-up": 1, "up-again": 1, "trend-down": -1, "down-again": -1}
    fired = 0
    for day in DAYS:
        for event in result_of("supertrend_follower.json", day).events:
            if event.node_id in directions:
                (view,) = event.snapshot.candles
                assert view.indicators["supertrend(10,3).SUPERTd"] == directions[event.node_id]
                fired += 1
    assert fired >= len(lives_of("supertrend_follower.json"))


def test_the_fade_takes_one_lot_off() -> None:
    """Of three lots of the month's expiry, one is sometimes bought back first."""
    lives = lives_of("bollinger_fade.json")
    assert {life.contract.underlying for life in lives} == {"BANKNIFTY"}
    assert {tuple(row.lots for row in life.trades) for life in lives} >= {(1, 2), (3,)}


def test_the_two_timeframes_read_the_other_index() -> None:
    """Every entry was decided with BANKNIFTY's candles in sight, and no leg went in more than five times."""
    for day in DAYS:
        result = result_of("two_timeframes.json", day)
        for event in result.events:
            if event.node_type == "entrySignalNode":
                assert "BANKNIFTY" in {view.symbol for view in event.snapshot.candles}
    assert max(life.position_num for life in lives_of("two_timeframes.json")) <= 5
