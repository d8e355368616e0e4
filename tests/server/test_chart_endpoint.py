"""The chart over HTTP: what it shows is what the day's file records, and never the chart of other data."""

from __future__ import annotations

import re
from pathlib import Path

import orjson
import pytest

from strikebook.market.catalogue_writer import put_day
from tests.cli.program import make_place
from tests.server.running import API, DAY, STRATEGY, USER, Running, ended, problem, running, submitted
from tests.service.made_run import DAYS, STRATEGY_ID, small_day, small_strategy

CHART = f"{API}/day/{USER}/{STRATEGY}/{DAY}/chart"


def test_the_chart_of_a_day(served: Running) -> None:
    """Without parameters it is the strategy's first timeframe of what it trades, with a value for each candle."""
    answer = served.client.get(CHART)
    assert answer.headers["content-type"] == "application/json"
    chart = answer.json()
    assert (chart["date"], chart["symbol"], chart["timeframe"]) == (DAY, "NIFTY", "1m")
    assert len(chart["candles"]) == 375
    assert chart["candles"][0].keys() >= {"timestamp", "open", "high", "low", "close"}
    assert {len(values) for values in chart["indicators"].values()} == {375}
    assert chart["session"] == {"open": "2024-10-01T09:15:00", "close": "2024-10-01T15:30:00"}
    assert served.client.get(CHART).content == answer.content


def test_a_chart_shows_what_the_day_records(served: Running) -> None:
    """The candle and the indicators that a position was opened by stand in the chart, digit for digit."""
    chart = served.client.get(CHART).json()
    at = {candle["timestamp"]: number for number, candle in enumerate(chart["candles"])}
    compared = 0
    for position in served.client.get(CHART.removesuffix("/chart")).json()["positions"]:
        recorded = position["diagnostic_data"]["candle_data"]["NIFTY"]["previous"]
        if recorded["timestamp"] in at:
            number, expected = at[recorded["timestamp"]], recorded["indicators"]
            assert chart["candles"][number].items() <= recorded.items()
            assert {name: chart["indicators"][name][number] for name in expected} == expected
            compared += 1
    assert compared > 10


def test_other_timeframes_and_symbols(served: Running) -> None:
    """Any whole minutes may be asked for, and any option of that day."""
    five = served.client.get(CHART, params={"timeframe": "5m"}).json()
    assert (five["timeframe"], len(five["candles"])) == ("5m", 75)
    first = served.client.get(CHART.removesuffix("/chart")).json()["positions"][0]
    option = served.client.get(CHART, params={"symbol": first["symbol"]}).json()
    assert option["symbol"] == first["symbol"]
    assert any(candle["low"] <= first["entry_market_price"] <= candle["high"] for candle in option["candles"])


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"symbol": "BANKNIFTY"}, 404),
        ({"symbol": "NIFTY:2024-10-03:OPT:1:CE"}, 404),
        ({"symbol": "NIFTY:2024-13-03:OPT:25000:CE"}, 422),
        ({"symbol": "NIFTY:2024-10-31:FUT"}, 422),
        ({"symbol": "nifty"}, 422),
        ({"timeframe": "0m"}, 422),
        ({"timeframe": "1440m"}, 422),
        ({"timeframe": "2d"}, 422),
        ({"timeframe": "5M"}, 422),
    ],
    ids=str,
)
def test_a_chart_of_what_is_not_there(served: Running, asked: dict[str, str], status: int) -> None:
    """A symbol the day has not is 404, and what is no symbol or timeframe is 422; both say what would be right."""
    found = problem(served.client.get(CHART, params=asked), status)
    assert next(iter(asked)) in found["where"]
    assert re.search(r"NIFTY|5m|CE of 2024-10-03 at", found["right"])


def test_a_chart_of_other_data_is_refused(tmp_path: Path) -> None:
    """Once the market's data of a day is not what the run was made from, its chart is 409; the day can be read."""
    make_place(tmp_path)
    (tmp_path / "strategies").mkdir()
    (tmp_path / "strategies" / f"{STRATEGY_ID}.json").write_bytes(orjson.dumps(small_strategy()))
    body = {"user_id": "me", "strategy_id": STRATEGY_ID, "start_date": "2024-09-30", "end_date": "2024-10-03"}
    day = f"{API}/day/me/{STRATEGY_ID}/{DAY}"
    with running(tmp_path, market="market") as server:
        assert ended(server.client, submitted(server.client, body))["status"] == "completed"
        assert server.client.get(f"{day}/chart").status_code == 200
        changed = small_day(DAYS[1])
        changed.rows["NIFTY"] = changed.rows["NIFTY:2024-10-10:OPT:25000:PE"]
        put_day(tmp_path / "market", changed)
        found = problem(server.client.get(f"{day}/chart?timeframe=2m"), 409)
        assert "not what this run was made from" in found["detail"]
        assert "run it again" in found["right"]
        assert server.client.get(day).status_code == 200
