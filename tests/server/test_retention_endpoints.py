"""What is kept, through a real server: levels, times to live, pins and quotas, and who may say so."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from strikebook.server.keys import FILE_NAME, Keys
from tests.server.running import (
    API,
    DAY,
    LONG_RUN,
    PROGRAM,
    RUN,
    STRATEGY,
    Running,
    ended,
    problem,
    running,
    submitted,
    until,
)

NOW = datetime(2024, 12, 2, 15, 30, 45)  # noqa: DTZ001 — exchange time


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("kept"), ttl_hours=10, longest_ttl_hours=100, compression_level=6) as made:
        yield made


def has_run(server: Running, user: str, **options: object) -> dict[str, Any]:
    """The metadata of a run that a user has made."""
    body = {**RUN, "user_id": user, **({"options": options} if options else {})}
    assert ended(server.client, submitted(server.client, body))["status"] == "completed"
    return of(server, user)


def of(server: Running, user: str) -> dict[str, Any]:
    return dict(server.client.get(f"{API}/metadata/{user}/{STRATEGY}").json())


def hours(metadata: dict[str, Any]) -> float:
    lives = datetime.fromisoformat(metadata["expires_at"]) - datetime.fromisoformat(metadata["created_at"])
    return lives / timedelta(hours=1)


def usage(server: Running, user: str) -> dict[str, Any]:
    answer = server.client.get(f"{API}/usage/{user}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_the_level_is_the_server_s_unless_the_run_asks_for_one(server: Running) -> None:
    """What is downloaded is plain gzip of the same document at each; the manifest says which, and verify agrees."""
    stored = {}
    for user, options in {"level": {}, "nine": {"compression_level": 9}, "one": {"compression_level": 1}}.items():
        manifest = has_run(server, user, **options)["manifest"]
        assert manifest["options"]["compression_level"] == options.get("compression_level", 6)
        assert manifest["encoder"].startswith("igzip" if user == "one" else "zlib")
        stored[user] = server.client.get(f"{API}/day/{user}/{STRATEGY}/{DAY}/download").content
        assert server.client.get(f"{API}/verify/{user}/{STRATEGY}").json()["verified"] is True
        assert server.client.get(f"{API}/day/{user}/{STRATEGY}/{DAY}").json()["date"] == DAY
    assert len({gzip.decompress(content) for content in stored.values()}) == 1
    assert len(stored["nine"]) < len(stored["level"]) < len(stored["one"])


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ({"compression_level": 10}, "compression_level"),
        ({"compression_level": "6"}, "compression_level"),
        ({"compression_level": -1}, "compression_level"),
        ({"ttl_hours": 0}, "ttl_hours"),
        ({"ttl_hours": "soon"}, "ttl_hours"),
        ({"ttl_hours": 101}, "ttl_hours"),
        ({"ttl_hours": "100.5"}, "ttl_hours"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(server: Running, options: dict[str, Any], where: str) -> None:
    """Nothing is queued."""
    told = problem(server.client.post(f"{API}/run", json={**RUN, "user_id": "wrong", "options": options}), 422)
    assert told["where"].endswith(where) or where in told["where"]
    assert told["right"]
    assert server.client.get(f"{API}/jobs", params={"user_id": "wrong"}).json() == {"jobs": []}


def test_a_time_to_live_moves_everywhere_it_is_shown(server: Running) -> None:
    """Run, then user, then server; what is changed is in metadata, results, usage and the status at once."""
    assert hours(has_run(server, "lives")) == 10
    told = server.client.put(f"{API}/limits/lives", json={"ttl_hours": 2}).json()
    assert (told["ttl_hours"], told["ttl_from"], told["failed"]) == (2, "user", [])
    moved = of(server, "lives")
    assert hours(moved) == 2
    assert server.client.get(f"{API}/results/lives").json()["results"][0]["expires_at"] == moved["expires_at"]
    (kept,) = usage(server, "lives")["results"]
    assert (kept["expires_at"], kept["ttl_hours"], kept["ttl_from"]) == (moved["expires_at"], 2, "user")
    following = server.client.get(f"{API}/cleanup/status").json()["next_expiry"]
    assert following == {"user_id": "lives", "strategy_id": STRATEGY, "expires_at": moved["expires_at"]}
    assert hours(has_run(server, "lives", ttl_hours=50.5)) == 50.5
    assert usage(server, "lives")["results"][0]["ttl_from"] == "run"
    server.client.put(f"{API}/limits/lives", json={"longest_ttl_hours": 24})
    assert hours(of(server, "lives")) == 24
    assert server.client.delete(f"{API}/limits/lives").json()["limits"]["longest_ttl_hours"] is None
    assert hours(of(server, "lives")) == 50.5


def test_results_live_as_long_as_is_said_of_them(server: Running) -> None:
    """Nothing but the time of their end changes; what is taken back leaves the same bytes as before."""
    client, ttl = server.client, f"{API}/ttl/said/{STRATEGY}"
    before = has_run(server, "said", ttl_hours=20)
    folder = server.results / "said" / STRATEGY
    files = {each.name: each.read_bytes() for each in folder.iterdir()}
    told = client.put(ttl, json={"ttl_hours": 48.5}).json()
    after = of(server, "said")
    assert {**after, "expires_at": before["expires_at"]} == {**before, "ttl_hours": 48.5}
    assert (hours(after), told["expires_at"]) == (48.5, after["expires_at"])
    assert (told["ttl_hours"], told["ttl_from"], told["pinned"], told["job_id"]) == (
        48.5,
        "run",
        False,
        before["job_id"],
    )
    assert {each.name: each.read_bytes() for each in folder.iterdir()} == {
        **files, "metadata.json": (folder / "metadata.json").read_bytes(),
    }  # fmt: skip
    (kept,) = usage(server, "said")["results"]
    assert (kept["ttl_hours"], kept["ttl_from"], kept["expires_at"]) == (48.5, "run", after["expires_at"])
    assert "longer than said may ask for" in problem(client.put(ttl, json={"ttl_hours": 101}), 422)["detail"]
    for odd in ({"ttl_hours": 0}, {"ttl_hours": "12"}, {"ttl_hours": True}, {"ttl": 1}, {}, []):
        problem(client.put(ttl, json=odd), 422)
    assert hours(of(server, "said")) == 48.5
    client.put(f"{API}/limits/said", json={"longest_ttl_hours": 30})
    assert hours(of(server, "said")) == 30
    client.delete(f"{API}/limits/said")
    assert client.put(ttl, json={"ttl_hours": None}).json()["ttl_hours"] == 20
    assert (folder / "metadata.json").read_bytes() == files["metadata.json"]
    problem(client.put(f"{API}/ttl/said/never-run", json={"ttl_hours": 1}), 404)


def test_what_is_said_of_pinned_results_holds_when_they_are_unpinned(server: Running) -> None:
    """Until then they stay; past its end the next cleanup takes them, and a new run begins without it."""
    client, ttl, pin = server.client, f"{API}/ttl/spin/{STRATEGY}", f"{API}/pin/spin/{STRATEGY}"
    has_run(server, "spin")
    client.put(pin)
    told = client.put(ttl, json={"ttl_hours": 0.000001}).json()
    assert (told["expires_at"], told["pinned"]) == (None, True)
    client.post(f"{API}/cleanup/run")
    assert client.delete(pin).json()["expires_at"] == of(server, "spin")["created_at"]
    client.post(f"{API}/cleanup/run")
    problem(client.get(f"{API}/metadata/spin/{STRATEGY}"), 404)
    assert hours(has_run(server, "spin")) == 10


def test_pinned_results_stay(server: Running) -> None:
    """Through a cleanup of everything; a run is refused, the day's bytes are the same, and unpinned they go."""
    before = has_run(server, "pins")
    day = server.client.get(f"{API}/day/pins/{STRATEGY}/{DAY}/download").content
    pin = f"{API}/pin/pins/{STRATEGY}"
    assert server.client.put(pin).json()["pinned"] is True
    assert server.client.put(pin).json()["expires_at"] is None
    assert (of(server, "pins")["pinned"], of(server, "pins")["expires_at"]) == (True, None)
    name = {"user_id": "pins", "strategy_id": STRATEGY}
    assert name in server.client.get(f"{API}/cleanup/status").json()["pinned"]
    assert name in server.client.post(f"{API}/cleanup/run", params={"ttl_hours": 0}).json()["kept_pinned"]
    assert server.client.get(f"{API}/day/pins/{STRATEGY}/{DAY}/download").content == day
    told = problem(server.client.post(f"{API}/run", json={**RUN, "user_id": "pins"}), 409)
    assert "pinned" in told["detail"]
    assert server.client.delete(pin).json()["expires_at"] == before["expires_at"]
    assert server.client.post(f"{API}/cleanup/run", params={"ttl_hours": 0}).json()["kept_pinned"] == []
    problem(server.client.put(pin), 404)
    problem(server.client.delete(pin), 404)


def test_clear_removes_what_is_pinned(server: Running) -> None:
    """It asks for these results by name."""
    has_run(server, "cleared")
    server.client.put(f"{API}/pin/cleared/{STRATEGY}")
    assert server.client.delete(f"{API}/clear/cleared/{STRATEGY}").json()["deleted_files"] == 3


def test_a_running_job_s_results_are_not_pinned(server: Running) -> None:
    """409, with what would be right."""
    job = submitted(server.client, {**LONG_RUN, "user_id": "busy"})
    until(server.client, job, ("running",))
    while server.client.get(f"{API}/metadata/busy/{STRATEGY}").status_code == 404:
        time.sleep(0.02)
    told = problem(server.client.put(f"{API}/pin/busy/{STRATEGY}"), 409)
    assert "when it has ended" in told["right"]
    problem(server.client.put(f"{API}/ttl/busy/{STRATEGY}", json={"ttl_hours": 5}), 409)
    server.client.post(f"{API}/jobs/{job}/cancel")
    ended(server.client, job)
    assert server.client.put(f"{API}/pin/busy/{STRATEGY}").json()["pinned"] is True


def test_a_quota_stops_a_run_and_refuses_the_next(server: Running) -> None:
    """Finished days stay and are read; the next run of another strategy is 507, and of a higher quota goes on."""
    client = server.client
    client.put(f"{API}/limits/full", json={"quota_mb": 0.3})
    job = submitted(client, {**LONG_RUN, "user_id": "full"})
    status = ended(client, job)
    assert (status["status"], "full has used" in status["error"]) == ("failed", True)
    days = [each for each in of(server, "full")["daily_summaries"] if each["has_data"]]
    assert days
    assert client.get(f"{API}/day/full/{STRATEGY}/{days[-1]['date']}").status_code == 200
    told = usage(server, "full")
    assert (told["used_bytes"] > told["quota_bytes"], told["quota_bytes"], told["free_bytes"]) == (True, 300_000, 0)
    assert told["results"][0]["stored_bytes"] == sum(
        each.stat().st_size for each in (server.results / "full" / STRATEGY).iterdir()
    )
    other = {**RUN, "user_id": "full", "strategy_id": "short-straddle"}
    assert "quota_mb" in problem(client.post(f"{API}/run", json=other), 507)["right"]
    assert "has used" in problem(client.post(f"{API}/jobs/{job}/resume"), 507)["detail"]
    client.put(f"{API}/limits/full", json={"quota_mb": 100})
    assert ended(client, submitted(client, other))["status"] == "completed"


def test_limits_outlive_a_server_and_damaged_ones_stop_nothing_else(tmp_path: Path) -> None:
    """The next server goes by them; a file that cannot be read is told, deletes nothing, and is mended by a new one."""
    with running(tmp_path, cleanup_every_s=1) as server:
        server.client.put(f"{API}/limits/ann", json={"ttl_hours": 40})
        has_run(server, "ann")
    with running(tmp_path, ttl_hours=0.000001, cleanup_every_s=1) as server:
        assert hours(of(server, "ann")) == 40
        (server.results / ".limits" / "ann.json").write_text("{")
        (failed,) = server.client.post(f"{API}/cleanup/run").json()["failed"]
        assert (failed["where"], "limits of ann" in failed["what"]) == (f"ann/{STRATEGY}", True)
        assert server.client.get(f"{API}/limits").json()["limits"][0]["user_id"] == "ann"
        assert "limits of ann" in problem(server.client.get(f"{API}/usage/ann"), 500)["detail"]
        problem(server.client.post(f"{API}/run", json={**RUN, "user_id": "ann"}), 500)
        assert of(server, "ann")["status"] == "completed"
        server.client.put(f"{API}/limits/ann", json={"ttl_hours": 30})
        assert hours(of(server, "ann")) == 30
        server.client.delete(f"{API}/limits/ann")
        give_up = time.monotonic() + 30
        while server.client.get(f"{API}/metadata/ann/{STRATEGY}").status_code != 404:
            assert time.monotonic() < give_up
            time.sleep(0.1)


def test_who_may(tmp_path: Path) -> None:
    """A user pins and sees what is theirs; limits are the administrator's to set, and the user's to see."""
    store = Keys(tmp_path / "results" / FILE_NAME)
    heads = {who: {"X-API-Key": store.add(None if who == "admin" else who, NOW)} for who in ("ann", "bob", "admin")}
    with running(tmp_path) as server:
        job = submitted(server.client, {**RUN, "user_id": "ann"}, headers=heads["ann"])
        ended(server.client, job, headers=heads["ann"])

        def ask(who: str, method: str, path: str, **more: Any) -> httpx.Response:
            return server.client.request(method, f"{API}/{path}", headers=heads[who], **more)

        pin, limits = f"pin/ann/{STRATEGY}", "limits/ann"
        for method, path in (("PUT", pin), ("DELETE", pin), ("GET", "usage/ann"), ("GET", limits)):
            problem(ask("bob", method, path), 403)
            assert ask("ann", method, path).status_code == ask("admin", method, path).status_code == 200
        ttl, said = f"ttl/ann/{STRATEGY}", {"json": {"ttl_hours": 5}}
        problem(ask("bob", "PUT", ttl, **said), 403)
        assert ask("ann", "PUT", ttl, **said).status_code == ask("admin", "PUT", ttl, **said).status_code == 200
        for method, path in (("PUT", limits), ("DELETE", limits), ("GET", "limits")):
            body = {"json": {"quota_mb": 5}} if method == "PUT" else {}
            problem(ask("ann", method, path, **body), 403)
            assert ask("admin", method, path, **body).status_code == 200
        ask("ann", "PUT", pin)
        assert ask("bob", "GET", "cleanup/status").json()["pinned"] == []
        assert ask("ann", "GET", "cleanup/status").json()["pinned"] != []


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"ttl_hours": 0}, "ttl_hours"),
        ({"ttl_hours": "12"}, "ttl_hours"),
        ({"quota_mb": -1}, "quota_mb"),
        ({"quota": 1}, "quota"),
        ({"ttl_hours": 10, "longest_ttl_hours": 5}, "ttl_hours"),
        ([], "body"),
    ],
)
def test_limits_that_make_no_sense_change_nothing(server: Running, body: Any, where: str) -> None:
    """422 with the name; what was said before holds."""
    server.client.put(f"{API}/limits/odd", json={"quota_mb": 7})
    assert where in problem(server.client.put(f"{API}/limits/odd", json=body), 422)["where"]
    assert server.client.get(f"{API}/limits/odd").json()["limits"]["quota_mb"] == 7
    twice = b'{"quota_mb": 1, "quota_mb": 2}'
    head = {"Content-Type": "application/json"}
    assert "twice" in problem(server.client.put(f"{API}/limits/odd", content=twice, headers=head), 422)["detail"]


def test_paths_that_are_no_ids_reach_nothing(server: Running) -> None:
    """Whatever stands where a user or a strategy would."""
    for path in ("pin/..%2f..%2fetc/x", "pin/me/..", "limits/..%2fann", "limits/.hidden", "usage/.locks"):
        answer = server.client.put(f"{API}/{path}") if "usage" not in path else server.client.get(f"{API}/{path}")
        assert answer.status_code in (404, 405, 422), path


def test_the_server_goes_by_what_a_command_says(server: Running) -> None:
    """Limits and pins of the command line hold at once in a server that is up."""
    import subprocess

    has_run(server, "command")
    for arguments in (("limits", "set", "command", "--ttl-hours", "77"), ("pin", "command", STRATEGY)):
        done = subprocess.run(
            [PROGRAM, *arguments, "--results", server.results], capture_output=True, text=True, check=True
        )
        assert done.stderr == ""
    assert usage(server, "command")["ttl_hours"] == 77
    assert of(server, "command")["pinned"] is True
    server.client.delete(f"{API}/pin/command/{STRATEGY}")
    assert hours(of(server, "command")) == 77
