"""``GET /api/v1/backtest/compare`` of a real server: what it answers, who may ask, and what is refused by name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from strikebook.server.keys import FILE_NAME, Keys
from tests.server.running import API, RUN, STRATEGY, Running, ended, problem, running, submitted

NOW = datetime(2024, 12, 2, 15, 30, 45)  # noqa: DTZ001 — exchange time
SHELF = "/api/v1/strategies"


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, dict[str, dict[str, str]]]]:
    """A server with keys; ann has two results, bob one."""
    folder: Path = tmp_path_factory.mktemp("compared")
    store = Keys(folder / "results" / FILE_NAME)
    keys = {user: {"X-API-Key": store.add(user, NOW)} for user in ("ann", "bob")}
    keys["admin"] = {"X-API-Key": store.add(None, NOW)}
    with running(folder) as server:
        client = server.client
        document = client.get(f"{SHELF}/{STRATEGY}", headers=keys["ann"]).content
        other = document.replace(STRATEGY.encode(), b"rsi-28").replace(b'"value": 30', b'"value": 28', 1)
        client.put(f"{SHELF}/rsi-28", content=other, headers=keys["ann"]).raise_for_status()
        for user, strategy in (("ann", STRATEGY), ("ann", "rsi-28"), ("bob", STRATEGY)):
            body = {**RUN, "user_id": user, "strategy_id": strategy}
            ended(client, submitted(client, body, headers=keys[user]), headers=keys[user])
        yield server, keys


def ask(server: Running, keys: dict[str, str], *results: str) -> Any:
    return server.client.get(f"{API}/compare", params=[("result", each) for each in results], headers=keys)


def test_the_answer_is_that_of_each_result_and_names_where_they_part(locked: Any) -> None:
    """RSI stood at 29.65 at 09:41:18 of 1 October: below 30 and not below 28. Figures are those of the metadata."""
    server, keys = locked
    answer = ask(server, keys["ann"], f"ann/{STRATEGY}", "ann/rsi-28")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    for result in found["results"]:
        metadata = server.client.get(f"{API}/metadata/{result['result']}", headers=keys["ann"]).json()
        assert [result["total_pnl"], result["net_pnl"]] == [
            metadata["overall_summary"][name] for name in ("total_pnl", "net_pnl")
        ]
        assert result["gross"] == [day["cumulative_pnl"] for day in metadata["daily_summaries"]]
        figures = metadata["statistics"]["figures"]
        at = found["results"].index(result)
        own = {row["name"]: row["values"][at] for row in found["statistics"]}
        assert {name: own[name] for name in figures if figures[name] is not None} == {
            name: value for name, value in figures.items() if value is not None
        }
    divergence = found["divergences"][0]["divergence"]
    assert divergence["time"] == "2024-10-01T09:41:18"
    (pair,) = [each for each in divergence["conditions"] if each["differs"]]
    assert [(pair[side]["lhs_value"], pair[side]["rhs_value"], pair[side]["result"]) for side in ("base", "other")] == [
        (29.649589, 30, True),
        (29.649589, 28, False),
    ]
    day = server.client.get(f"{API}/day/ann/{STRATEGY}/01-10-2024", headers=keys["ann"]).json()
    assert divergence["base"]["position"]["trade_id"] in {life["trade_id"] for life in day["positions"]}


def test_another_users_result_is_refused_by_name_whether_it_is_there_or_not(locked: Any) -> None:
    """An administrator may compare across users; without a key nobody may."""
    server, keys = locked
    for other in (f"bob/{STRATEGY}", "bob/nothing"):
        found = problem(ask(server, keys["ann"], f"ann/{STRATEGY}", other), 403)
        assert found["detail"].startswith(f"{other}: ")
    problem(ask(server, {}, f"ann/{STRATEGY}", "ann/rsi-28"), 401)
    across = ask(server, keys["admin"], f"ann/{STRATEGY}", f"bob/{STRATEGY}").json()
    assert across["divergences"] == [{"result": f"bob/{STRATEGY}", "divergence": None}]


@pytest.mark.parametrize(
    ("results", "status", "said"),
    [
        ((), 422, "result"),
        ((f"ann/{STRATEGY}",), 422, "1 results"),
        (tuple(f"ann/s{number}" for number in range(11)), 422, "11 results"),
        ((f"ann/{STRATEGY}", f"ann/{STRATEGY}"), 422, "is there twice"),
        ((f"ann/{STRATEGY}", "ann/nothing"), 404, "no results of ann/nothing"),
        ((f"ann/{STRATEGY}", "ann"), 422, "'ann'"),
        ((f"ann/{STRATEGY}", "ann/rsi-28/01-10-2024"), 422, "'ann/rsi-28/01-10-2024'"),
        ((f"ann/{STRATEGY}", "ann/../bob"), 422, "'ann/../bob'"),
        ((f"ann/{STRATEGY}", "ann/.keys.json"), 422, "'ann/.keys.json'"),
        ((f"ann/{STRATEGY}", f"ann/{'x' * 129}"), 422, "is not right here"),
        ((f"ann/{STRATEGY}", "ann/a\x00b"), 422, "is not right here"),
        ((f"ann/{STRATEGY}", "ann/rsi-28\n"), 422, "is not right here"),
    ],
    ids=lambda value: None if isinstance(value, int) else str(len(value)),
)
def test_what_cannot_be_compared_is_refused_by_name(
    locked: Any, results: tuple[str, ...], status: int, said: str
) -> None:
    """Too few, too many, the same twice, one that is not there, and what is no result."""
    server, keys = locked
    found = problem(ask(server, keys["ann"], *results), status)
    assert said in orjson.dumps(found).decode()


def test_a_damaged_day_is_said_to_be_of_which_result_and_where_it_lies_is_not(locked: Any) -> None:
    """The file of one day is torn: 500, as for every damaged file; the other result's are whole."""
    server, keys = locked
    file = server.results / "ann" / "rsi-28" / "01-10-2024.json.gz"
    before = file.read_bytes()
    file.write_bytes(before[:-40])
    try:
        found = problem(ask(server, keys["ann"], f"ann/{STRATEGY}", "ann/rsi-28"), 500)
        assert "ann/rsi-28: the day file is" in found["detail"]
        assert str(server.folder) not in orjson.dumps(found).decode()
    finally:
        file.write_bytes(before)
    assert ask(server, keys["ann"], f"ann/{STRATEGY}", "ann/rsi-28").status_code == 200
