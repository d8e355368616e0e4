"""Sweeps through the real server: the documented example, a point that is kept, whose they are, a kill, a cancel."""

from __future__ import annotations

import contextlib
import re
import signal
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from strikebook.server.keys import FILE_NAME, Keys
from tests.server.running import API, LONGEST_WAIT_S, RUN, STRATEGY, Running, ended, problem, running, submitted, until

DOCS = Path(__file__).parents[2] / "docs"
NOW = datetime(2024, 12, 2, 15, 30, 45)  # noqa: DTZ001 — exchange time
MOST = "$.nodes[bullish-entry].data.positions[0].maxEntries"
SWEEP: dict[str, Any] = {**RUN, "parameters": [{"name": "most", "path": MOST, "values": [1, 2, 10]}]}
MANY = [{"name": f"p{at}", "path": f"$.p{at}", "values": list(range(1000))} for at in range(8)]
"""More combinations than can be counted: of these no sample is drawn."""
LONG = {**SWEEP, "start_date": "2024-01-01", "end_date": "2024-12-31"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("sweeps"), workers=2) as found:
        yield found


def swept(client: httpx.Client, body: dict[str, Any], **more: Any) -> str:
    """The id of a sweep that was queued."""
    answer = client.post(f"{API}/sweep", json=body, **more)
    assert answer.status_code == 200, answer.text
    assert answer.json()["sweep_id"] == answer.json()["job_id"]
    return str(answer.json()["job_id"])


def test_the_example_of_the_page_is_run(server: Running) -> None:
    """docs/sweeps.md: its request is accepted, its nine points are ranked, its windows walked."""
    found = re.search(r"^```json request\n(.*?)^```", (DOCS / "sweeps.md").read_text("utf-8"), re.S | re.M)
    assert found is not None
    body = orjson.loads(found[1])
    sweep_id = swept(server.client, body)
    status = ended(server.client, sweep_id)
    assert (status["kind"], status["status"], status["progress"]["percentage"]) == ("sweep", "completed", 100.0)
    path = f"{API}/sweep/{body['user_id']}/{sweep_id}"
    sweep = server.client.get(path).json()
    assert [point["point"] for point in sweep["points"]] == list(range(1, 10))
    assert sorted(point["rank"] for point in sweep["points"])[0] == 1
    assert sweep["points"][0]["values"] == {"oversold": 25, "length": 9}
    assert [each["was"] for each in sweep["parameters"]] == [30, 14]
    best = next(point for point in sweep["points"] if point["rank"] == 1)
    assert best["net_pnl"] == max(point["net_pnl"] for point in sweep["points"])
    assert status["progress"]["pnl"] == max(point["total_pnl"] for point in sweep["points"])
    assert all(0 <= point["deflated_sharpe"] <= point["probabilistic_sharpe"] <= 1 for point in sweep["points"])
    walked = server.client.get(f"{path}/walk-forward").json()
    assert walked["windows_asked"] == {"train_days": 10, "test_days": 5, "anchored": False}
    days = sum(day["status"] == "run" for day in sweep["days"])
    assert (walked["out_of_sample"]["days"], len(walked["out_of_sample_days"])) == (days - 10, days - 10)
    other = server.client.get(f"{path}/walk-forward?train_days=4&test_days=2&anchored=true&objective=sharpe").json()
    assert (other["objective"], other["windows_asked"]["anchored"]) == ("sharpe", True)
    problem(server.client.get(f"{path}/walk-forward?train_days=4"), 422)
    problem(server.client.get(f"{path}/walk-forward?train_days=400&test_days=1"), 422)


def test_a_kept_point_runs_to_what_the_table_says(server: Running) -> None:
    """On the shelf of its user, under an id of its own; the run counts the points as trials, and says so."""
    body = {**SWEEP, "user_id": "keeper"}
    sweep_id = swept(server.client, body)
    ended(server.client, sweep_id)
    path = f"{API}/sweep/keeper/{sweep_id}"
    kept = server.client.post(f"{path}/keep", json={"point": 2}).json()
    assert kept["values"] == {"most": 2}
    assert server.client.post(f"{path}/keep", json={"point": 2}).json() == kept, "kept twice is kept once"
    assert kept["strategy_id"] in [
        each["strategy_id"] for each in server.client.get("/api/v1/strategies?user_id=keeper").json()["strategies"]
    ]
    taken = {"point": 1, "strategy_id": kept["strategy_id"]}
    assert "already" in problem(server.client.post(f"{path}/keep", json=taken), 409)["detail"]
    problem(server.client.post(f"{path}/keep", json={"point": 4}), 404)
    point = server.client.get(path).json()["points"][1]
    run = {**RUN, "user_id": "keeper", "strategy_id": kept["strategy_id"]}
    ended(server.client, submitted(server.client, run))
    metadata = server.client.get(f"{API}/metadata/keeper/{kept['strategy_id']}").json()
    assert metadata["overall_summary"]["total_pnl"] == point["total_pnl"]
    assert metadata["overall_summary"]["net_pnl"] == point["net_pnl"]
    assert metadata["trials_of_sweeps"] == 2, "it was chosen among three: the two others go with it"
    figures = metadata["statistics"]["figures"]
    assert figures["trials"] == 3
    assert figures["deflated_sharpe"] == point["deflated_sharpe"]
    ended(server.client, submitted(server.client, {**RUN, "user_id": "keeper"}))
    statistics = server.client.get(f"{API}/statistics/keeper/{STRATEGY}").json()
    trials = next(each["value"] for each in statistics["statistics"] if each["name"] == "trials")
    assert (statistics["trials_of_sweeps"], trials) == (3, 4)


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"parameters": [{"name": "a", "path": MOST + "x", "values": [1]}]}, 422, "maxEntries"),
        ({"parameters": [{"name": "a", "path": MOST, "values": [1, -1]}]}, 422, "point 2 (a -1): $.nodes[2]"),
        ({"parameters": []}, 422, "parameters"),
        ({"parameters": [{"name": "a", "path": MOST, "values": [[1]]}]}, 422, "parameters"),
        ({"parameters": [{"name": "a", "path": MOST, "values": [1], "more": 1}]}, 422, "more"),
        ({"strategy_id": "nobody"}, 404, "no strategy nobody"),
        ({"start_date": "2024-10-05"}, 422, "a run from"),
        ({"objective": "luck"}, 422, "objective"),
        ({"options": {"slippage": "a lot"}}, 422, "slippage"),
        ({"parameters": MANY, "sample": {"size": 5}}, 422, "combinations"),
    ],
)
def test_what_makes_no_sense_is_refused(server: Running, change: dict[str, Any], status: int, said: str) -> None:
    """With its place; nothing is queued."""
    answer = server.client.post(f"{API}/sweep", json={**SWEEP, "user_id": "wrong", **change})
    problem(answer, status)
    assert said in answer.text.replace("\\", "")
    assert server.client.get(f"{API}/jobs?user_id=wrong").json() == {"jobs": []}
    assert server.client.get(f"{API}/sweeps/wrong").json() == {"sweeps": []}


def test_a_sweep_is_the_one_job_of_its_user(server: Running) -> None:
    """A second one is refused with it; it is cancelled as a run is; clearing results leaves it; deleting ends it."""
    body = {**LONG, "user_id": "busy"}
    sweep_id = swept(server.client, body)
    refused = problem(server.client.post(f"{API}/sweep", json=body), 409)
    assert (refused["job"]["job_id"], "a sweep" in refused["detail"]) == (sweep_id, True)
    problem(server.client.post(f"{API}/run", json={**RUN, "user_id": "busy"}), 409)
    assert server.client.delete(f"{API}/clear/busy/{STRATEGY}").status_code == 200
    assert until(server.client, sweep_id, ("running",))["status"] == "running"
    path = f"{API}/sweep/busy/{sweep_id}"
    give_up = time.monotonic() + LONGEST_WAIT_S
    while not (sweep := server.client.get(path).json()).get("completed_days"):
        assert time.monotonic() < give_up
        time.sleep(0.1)
    assert sweep["status"] == "running"
    assert sweep["points"][0]["trades"] >= 0
    deleted = server.client.delete(path)
    assert deleted.status_code == 200, deleted.text
    assert ended(server.client, sweep_id)["status"] == "cancelled"
    problem(server.client.get(path), 404)
    problem(server.client.delete(path), 404)
    problem(server.client.post(f"{API}/jobs/{sweep_id}/resume"), 404)


def test_a_cancelled_sweep_is_resumed(server: Running) -> None:
    """From its first missing day, under its id."""
    sweep_id = swept(server.client, {**LONG, "user_id": "pause", "end_date": "2024-03-31"})
    until(server.client, sweep_id, ("running",))
    server.client.post(f"{API}/jobs/{sweep_id}/cancel")
    assert ended(server.client, sweep_id)["status"] == "cancelled"
    assert server.client.post(f"{API}/jobs/{sweep_id}/resume").status_code == 200
    status = ended(server.client, sweep_id)
    assert (status["status"], status["progress"]["failed_days"]) == ("completed", 0)


def test_a_quota_that_is_reached_stops_a_sweep_as_it_does_a_run(server: Running) -> None:
    """Its finished days stay, little more is stored than it may; another is refused; with room it goes on to the end,
    and comes to what it would have come to at once. Its points are tried once.
    """
    client, body = server.client, {**LONG, "user_id": "narrow"}
    client.put(f"{API}/limits/narrow", json={"quota_mb": 0.06})
    sweep_id = swept(client, body)
    status = ended(client, sweep_id)
    assert (status["status"], "narrow has used" in status["error"]) == ("failed", True)
    sweep = client.get(f"{API}/sweep/narrow/{sweep_id}").json()
    assert (sweep["status"], sweep["error"]) == ("failed", status["error"])
    done = sum(day["status"] == "run" for day in sweep["days"])
    assert 0 < done < sweep["total_days"]
    assert [point["rank"] for point in sweep["points"]] != [None] * 3, "they are told of the days that are done"
    folder = server.results / ".sweeps" / "narrow" / sweep_id
    sizes = [each.stat().st_size for each in folder.glob("*.json.gz")]
    assert len(sizes) == done
    told = client.get(f"{API}/usage/narrow").json()
    assert told["used_bytes"] == told["sweeps_bytes"]
    assert told["used_bytes"] <= told["quota_bytes"] + 4 * max(sizes) + 1_000, "days in work, and why it ended"
    for method, path in (("sweep", "sweep"), ("resume", f"jobs/{sweep_id}/resume")):
        refused = problem(client.post(f"{API}/{path}", json=body), 507)
        assert ("has used" in refused["detail"], "quota_mb" in refused["right"]) == (True, True), method
    problem(client.post(f"{API}/run", json={**RUN, "user_id": "narrow"}), 507)
    client.put(f"{API}/limits/narrow", json={"quota_mb": 100})
    assert client.post(f"{API}/jobs/{sweep_id}/resume").status_code == 200
    assert ended(client, sweep_id)["status"] == "completed"
    at_once = swept(client, {**body, "user_id": "wide"})
    ended(client, at_once)
    whole = client.get(f"{API}/sweep/narrow/{sweep_id}").json()
    assert whole["points"] == client.get(f"{API}/sweep/wide/{at_once}").json()["points"]
    ended(client, submitted(client, {**RUN, "user_id": "narrow"}))
    assert client.get(f"{API}/metadata/narrow/{STRATEGY}").json()["trials_of_sweeps"] == 3


def test_limits_move_when_sweeps_expire(server: Running) -> None:
    """In the answer of the change, as results of runs; a sweep is no run of its strategy, whose results are pinned."""
    client, user = server.client, "moved"
    ended(client, submitted(client, {**RUN, "user_id": user}))
    first = swept(client, {**SWEEP, "user_id": user})
    ended(client, first)
    second = swept(client, {**LONG, "user_id": user})
    until(client, second, ("running",))
    assert client.put(f"{API}/pin/{user}/{STRATEGY}").status_code == 200
    assert client.put(f"{API}/limits/{user}", json={"ttl_hours": 2}).json()["failed"] == []
    assert lives(client.get(f"{API}/sweep/{user}/{first}").json()) == timedelta(hours=2)
    assert ended(client, second)["status"] == "completed"
    assert lives(client.get(f"{API}/sweep/{user}/{second}").json()) == timedelta(hours=2)


def lives(sweep: dict[str, Any]) -> timedelta:
    """For how long a sweep is kept."""
    return datetime.fromisoformat(sweep["expires_at"]) - datetime.fromisoformat(sweep["created_at"])


def test_a_killed_server_goes_on_with_a_sweep(tmp_path: Path) -> None:
    """SIGKILL in the middle: what was finished stays as it is, and the table is that of a sweep nobody disturbed."""
    body = {**LONG, "user_id": "victim", "end_date": "2024-04-30"}
    folder = tmp_path / "killed"
    days: Path | None = None
    kept: dict[str, int] = {}
    sweep_id = ""
    with contextlib.suppress(AssertionError), running(folder, workers=2) as first:  # it does not say that it stopped
        sweep_id = swept(first.client, body)
        days = folder / "results" / ".sweeps" / "victim" / sweep_id
        give_up = time.monotonic() + LONGEST_WAIT_S
        while len(list(days.glob("*-2024.json.gz"))) < 3:
            assert time.monotonic() < give_up
            time.sleep(0.01)
        first.process.send_signal(signal.SIGKILL)
        first.process.wait()
        kept = {path.name: path.stat().st_ino for path in days.glob("*-2024.json.gz")}
    assert days is not None
    assert len(kept) >= 3
    with running(folder, workers=2) as second:
        assert ended(second.client, sweep_id)["status"] == "completed"
        table = second.client.get(f"{API}/sweep/victim/{sweep_id}").json()["points"]
        again = swept(second.client, body)
        ended(second.client, again)
        undisturbed = second.client.get(f"{API}/sweep/victim/{again}").json()["points"]
    assert {name: (days / name).stat().st_ino for name in kept} == kept
    assert [point["total_pnl"] for point in table] == [point["total_pnl"] for point in undisturbed]
    assert table == undisturbed
    other = days.parent / again
    assert {path.name: path.read_bytes() for path in days.glob("*.gz")} == {
        path.name: path.read_bytes() for path in other.glob("*.gz")
    }


def test_a_user_sees_only_their_own_sweeps(tmp_path: Path) -> None:
    """With keys: another's is 403, whatever is asked of it; sweeps expire and are cleaned up as runs are."""
    store = Keys(tmp_path / "results" / FILE_NAME)
    keys = {user: store.add(user, NOW) for user in ("ann", "bob")} | {"admin": store.add(None, NOW)}
    heads = {user: {"headers": {"X-API-Key": key}} for user, key in keys.items()}
    with running(tmp_path) as server:
        client = server.client
        sweep_id = swept(client, {**SWEEP, "user_id": "ann"}, **heads["ann"])
        ended(client, sweep_id, **heads["ann"])
        path = f"{API}/sweep/ann/{sweep_id}"
        problem(client.post(f"{API}/sweep", json={**SWEEP, "user_id": "ann"}, **heads["bob"]), 403)
        for method, where in (
            ("GET", path),
            ("GET", f"{path}/walk-forward?train_days=1&test_days=1"),
            ("POST", f"{path}/keep"),
            ("DELETE", path),
            ("GET", f"{API}/sweeps/ann"),
        ):
            body = {"json": {"point": 1}} if method == "POST" else {}
            problem(client.request(method, where, **body, **heads["bob"]), 403)
            problem(client.request(method, where, **body), 401)
        problem(client.get(path.replace("/ann/", "/bob/"), **heads["bob"]), 404)
        assert len(client.get(f"{API}/sweeps/ann", **heads["ann"]).json()["sweeps"]) == 1
        assert client.get(path, **heads["admin"]).status_code == 200
        done = client.post(f"{API}/cleanup/run?ttl_hours=0", **heads["admin"]).json()
        assert (done["deleted_sweeps"], done["failed"]) == (1, [])
        problem(client.get(path, **heads["ann"]), 404)
        assert not list((tmp_path / "results" / ".sweeps" / "ann").iterdir())
        assert (tmp_path / "results" / ".trials" / "ann" / f"{STRATEGY}.json").is_file()
