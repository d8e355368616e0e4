"""Charts: the values are those that the day files record, and what is none is refused with what would be right."""

import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

from strikebook.backtest_runner import RunRequest, run_backtest
from strikebook.engine.market_columns import MarketColumns
from strikebook.errors import NotFoundError, StrikebookError, UsageError
from strikebook.market.day_file import DayRows
from strikebook.market.memory import MemoryMarket
from strikebook.market.rows import InstrumentRows
from strikebook.market.source import MarketSource
from strikebook.market.synthetic import SyntheticMarket
from strikebook.service.chart import chart_document, day_chart
from strikebook.service.results import read_day
from strikebook.service.strategy_file import load_strategy
from strikebook.storage.layout import RunKey
from strikebook.storage.memory_storage import MemoryStorage
from tests.service.made_run import DAYS, EXPIRY, noon, small_day, small_market, small_strategy

ROOT = Path(__file__).parents[2]
DAY = date(2024, 10, 1)
CALL = f"NIFTY:{EXPIRY}:OPT:25000:CE"
Chart = dict[str, Any]


def of_example(name: str, timeframe: str | None = None, symbol: str | None = None) -> Chart:
    """The chart of an example strategy on 1 October 2024 of the synthetic market."""
    content = (ROOT / "examples" / name).read_bytes()
    return dict(orjson.loads(day_chart("synthetic", content, DAY.isoformat(), timeframe, symbol)))


def of_small(timeframe: str | None = None, symbol: str | None = None, market: MemoryMarket | None = None) -> Chart:
    """The chart of the small strategy on a day of five minutes."""
    strategy = load_strategy(orjson.dumps(small_strategy()))
    day = (market or small_market()).load_day("NIFTY", DAY)
    return dict(orjson.loads(orjson.dumps(chart_document(MarketColumns(strategy, day), timeframe, symbol))))


def stored_day(content: bytes, market: MarketSource) -> dict[str, Any]:
    """The day's file of a strategy that was run on a market."""
    storage = MemoryStorage()
    run_backtest(RunRequest("me", content, market, storage, DAY, DAY), lambda _: None, lambda: False, noon)
    return read_day(storage, RunKey("me", load_strategy(content).id), DAY)


def recorded(name: str) -> list[dict[str, Any]]:
    """The candle data of every event of an example's stored day, and that of its close."""
    content = (ROOT / "examples" / name).read_bytes()
    day = stored_day(content, SyntheticMarket())
    return [day["closing"]["candle_data"], *(event["diagnostic_data"]["candle_data"] for event in day["events"])]


@pytest.mark.parametrize("name", ["two_timeframes.json", "supertrend_follower.json", "bollinger_fade.json"])
def test_the_chart_has_the_values_that_the_day_recorded(name: str) -> None:
    """Every completed candle of the day in a stored day file, and its indicators, stand in the chart to the letter."""
    compared = 0
    for seen in recorded(name):
        for symbol, instrument in seen.items():
            for timeframe, frame in instrument["timeframes"].items():
                previous = frame["previous"]
                if previous is None or not previous["timestamp"].startswith(DAY.isoformat()):
                    continue  # of the day before: not in this day's chart
                chart = of_example(name, timeframe, symbol)
                at = [candle["timestamp"] for candle in chart["candles"]].index(previous["timestamp"])
                values = {label: column[at] for label, column in chart["indicators"].items()}
                assert chart["candles"][at] | {"indicators": values} == previous
                compared += 1
    assert compared > 3


def test_a_candle_that_the_close_cuts_off_is_the_recorded_one() -> None:
    """The last candle of two minutes in a day of five is what the engine saw forming at the close, without values."""
    strategy = small_strategy()
    frame = {"id": "2m", "unit": "minutes", "number": 2, "timeframe": "2m"}
    frame["indicators"] = {"mean": {"indicator_name": "SMA", "display_name": "SMA", "timeperiod": 2}}
    strategy["nodes"][0]["data"]["tradingInstrumentConfig"]["timeframes"] = [frame]
    stored = stored_day(orjson.dumps(strategy), small_market())
    market = MarketColumns(load_strategy(orjson.dumps(strategy)), small_market().load_day("NIFTY", DAY))
    chart: Chart = chart_document(market)
    assert chart["timeframe"] == "2m"
    assert chart["candles"][-1] == stored["closing"]["candle_data"]["NIFTY"]["current"]
    assert [candle["timestamp"][-8:] for candle in chart["candles"]] == ["09:15:00", "09:17:00", "09:19:00"]
    (values,) = chart["indicators"].values()
    assert values[-1] is None
    assert None not in values[:-1]


def test_without_parameters_it_is_the_spot_at_the_strategys_first_timeframe() -> None:
    """A chart of the small day: one candle a minute, the price at each minute's last second and at the close."""
    chart = of_small()
    assert (chart["date"], chart["symbol"], chart["timeframe"]) == ("01-10-2024", "NIFTY", "1m")
    assert chart["session"] == {"open": "2024-10-01T09:15:00", "close": "2024-10-01T09:20:00"}
    assert [candle["timestamp"] for candle in chart["candles"]] == [f"2024-10-01T09:{15 + n}:00" for n in range(5)]
    assert chart["candles"][1] == {
        "timestamp": "2024-10-01T09:16:00",
        "open": 25000.6,
        "high": 25001.19,
        "low": 25000.6,
        "close": 25001.19,
    }
    assert chart["prices"] == [25000.59, 25001.19, 25001.79, 25002.39, 25002.99, 25003.0]
    assert chart["indicators"] == {}
    assert chart["timeframes"] == ["1m", "3m", "5m", "10m", "15m", "30m", "1h", "1d"]


def test_an_option_has_candles_and_prices() -> None:
    """A contract, also with its strike in another spelling, is charted from its own trades, without indicators."""
    for symbol in (CALL, CALL.replace("25000", "25000.00")):
        chart = of_small("2m", symbol)
        assert chart["symbol"] == CALL
        assert [candle["close"] for candle in chart["candles"]] == [101.19, 102.39, 103.0]
        assert chart["prices"] == [100.59, 101.19, 101.79, 102.39, 102.99, 103.0]
        assert chart["indicators"] == {}


def test_a_contract_that_did_not_trade_has_no_candles() -> None:
    """An option that was listed and not traded: no candle, no price at any minute."""
    held = small_day(DAY)
    idle = f"NIFTY:{EXPIRY}:OPT:25100:CE"
    day = DayRows(held.underlying, held.session, {**held.rows, idle: InstrumentRows.none()})
    chart = of_small(symbol=idle, market=MemoryMarket({("NIFTY", DAY): day}))
    assert (chart["candles"], chart["prices"]) == ([], [None] * 6)


def test_prices_are_null_before_the_first_trade() -> None:
    """The minutes before a contract's first trade have no price, and no candle."""
    held = small_day(DAY)
    late = held.rows[CALL].take(np.arange(150, 301))
    day = DayRows(held.underlying, held.session, {**held.rows, CALL: late})
    chart = of_small(symbol=CALL, market=MemoryMarket({("NIFTY", DAY): day}))
    assert chart["prices"][:3] == [None, None, 101.79]
    assert chart["candles"][0]["timestamp"] == "2024-10-01T09:17:00"


def test_bars_give_only_multiples_of_their_length() -> None:
    """From bars of two minutes, a contract's chart of three minutes is refused, and two is what it begins with."""
    held = small_day(DAY)
    second = np.array([33_300, 33_420], np.int32)
    bars = InstrumentRows(second, np.full(2, 120, np.int32), np.array([100_00, 101_00], np.int64))
    market = MemoryMarket({("NIFTY", DAY): DayRows("NIFTY", held.session, {**held.rows, CALL: bars})})
    with pytest.raises(UsageError, match="cannot be made from bars of 120 s") as refused:
        of_small("3m", CALL, market)
    assert refused.value.where == "timeframe"
    chart = of_small(None, CALL, market)
    assert chart["timeframes"] == ["2m", "10m", "30m", "1h", "1d"]
    assert (chart["timeframe"], len(chart["candles"])) == ("2m", 2)


def test_the_longest_timeframes_are_one_candle() -> None:
    """A day, and anything longer than the session, is a single candle of it."""
    for timeframe in ("1d", "1439m", "23h"):
        (candle,) = of_small(timeframe)["candles"]
        assert (candle["open"], candle["close"]) == (25000.0, 25003.0)


@pytest.mark.parametrize(
    "timeframe",
    ["", "0m", "24h", "1440m", "2d", "9999d", "99999m", "9" * 4_000 + "m", "-1m", "1.5m", "5s", "1M", "５m", "\0", "m"],
)
def test_a_timeframe_that_is_none_is_refused(timeframe: str) -> None:
    """No number of minutes, hours or days that a strategy could have: UsageError with those that may be asked."""
    with pytest.raises(UsageError, match="not a timeframe") as refused:
        of_small(timeframe)
    assert refused.value.where == "timeframe"
    assert "1m, 3m" in refused.value.right
    assert len(str(refused.value)) < 250


@pytest.mark.parametrize(
    "symbol",
    [
        "",
        "nifty",
        "../../x",
        "..",
        "NIFTY/../..",
        "NIFTY\0",
        "NIFTY\n",
        "ＮＩＦＴＹ",
        "NIFTY:2024-02-30:OPT:25000:CE",
        "NIFTY:2024-10-10:OPT:25000:XX",
        "NIFTY:2024-10-10:OPT:२५०००:CE",
        "NIFTY:2024-10-10:OPT:" + "9" * 4_000 + ":CE",
        "A" * 4_000,
        "NIFTY:2024-10-31:FUT",
    ],
)
def test_a_symbol_that_is_none_is_refused(symbol: str) -> None:
    """What is no symbol of an underlying or an option: UsageError with what may be charted."""
    with pytest.raises(UsageError) as refused:
        of_small(symbol=symbol)
    assert refused.value.where == "symbol"
    assert "NIFTY, or an option such as NIFTY:2024-10-10:OPT:25000:CE" in refused.value.right
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize(
    ("symbol", "right"),
    [
        ("BANKNIFTY", "NIFTY, or an option such as"),
        (f"NIFTY:{EXPIRY}:OPT:25050:CE", "CE of 2024-10-10 at 25000"),
        (f"NIFTY:{EXPIRY}:OPT:999999999.99:CE", "CE of 2024-10-10 at 25000"),
        ("NIFTY:9999-12-31:OPT:25000:CE", "an expiry of 2024-10-10"),
        (f"BANKNIFTY:{EXPIRY}:OPT:25000:CE", "options of NIFTY"),
    ],
)
def test_an_instrument_that_is_not_there_is_not_found(symbol: str, right: str) -> None:
    """What the run did not read, or was not listed that day: NotFoundError with what comes nearest."""
    with pytest.raises(NotFoundError) as missing:
        of_small(symbol=symbol)
    assert missing.value.where == "symbol"
    assert right in missing.value.right


def test_a_day_without_options_still_says_what_is_right() -> None:
    """Where no option was listed, the error names the underlying alone."""
    strategy = load_strategy(orjson.dumps(small_strategy()))
    market = MarketColumns(strategy, small_market().load_day("NIFTY", DAYS[3]))
    for symbol, right in (("?", "NIFTY"), (CALL, "no option was listed that day")):
        with pytest.raises(StrikebookError) as refused:
            chart_document(market, None, symbol)
        assert refused.value.right == right


def test_the_example_of_the_page_is_what_its_command_prints() -> None:
    """The Python block of docs/chart.md, run in the project's folder, prints the JSON block below it."""
    page = (ROOT / "docs" / "chart.md").read_text("utf-8")
    (command,) = re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    (shown,) = re.findall(r"^```json\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    printed = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(printed.stdout) == json.loads(shown)
    named = set(re.findall(r"`([a-z_]+)`", page))
    assert set(json.loads(shown)) <= named
