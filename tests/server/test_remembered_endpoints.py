"""Notes and histories through a real server: over runs, clearing, expiry, kills and restarts; and whose they are."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from strikebook.server.keys import FILE_NAME, Keys
from tests.server.running import API, DAY, LONG_RUN, PROGRAM, RUN, STRATEGY, Running, ended, problem, running, submitted

NOW = datetime(2024, 12, 2, 15, 30, 45)  # noqa: DTZ001 — exchange time
SAID = {"name": "RSI 30, first try", "note": "Loses on expiry days.\nSee October.", "tags": ["rsi", "october"]}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("remembered")) as made:
        yield made


def has_run(server: Running, user: str, **more: Any) -> dict[str, Any]:
    """The metadata of a run that a user has made."""
    assert ended(server.client, submitted(server.client, {**RUN, "user_id": user, **more}))["status"] == "completed"
    return dict(server.client.get(f"{API}/metadata/{user}/{STRATEGY}").json())


def history(server: Running, user: str, limit: int = 1000) -> dict[str, Any]:
    return dict(server.client.get(f"{API}/history/{user}/{STRATEGY}", params={"limit": limit}).json())


def test_notes_outlive_results(server: Running) -> None:
    """Written, listed, read, changed; a new run, a clearing and a cleanup leave them, and the metadata has none."""
    client, notes = server.client, f"{API}/notes/ann/{STRATEGY}"
    metadata = has_run(server, "ann")
    assert client.get(notes).json()["changed_at"] is None
    assert client.get(f"{API}/results/ann").json()["results"][0]["notes"] is None
    told = client.put(notes, json=SAID).json()
    assert {name: told[name] for name in SAID} == SAID
    (listed,) = client.get(f"{API}/results/ann").json()["results"]
    assert listed["notes"] == {**SAID, "changed_at": told["changed_at"]}
    assert client.get(f"{API}/metadata/ann/{STRATEGY}").json() == metadata
    has_run(server, "ann")
    client.delete(f"{API}/clear/ann/{STRATEGY}")
    assert client.get(notes).json() == told
    assert client.put(notes, json={"tags": ["kept"]}).json()["name"] is None
    client.post(f"{API}/cleanup/run", params={"ttl_hours": 0})
    assert client.get(notes).json()["tags"] == ["kept"]
    for _ in range(2):
        assert client.delete(notes).json()["tags"] == []
    assert client.put(notes, json={}).json()["changed_at"] is None


def test_the_history_outlives_results(server: Running) -> None:
    """Two runs and a cancelled one, the newest first; they outlive all results, and the next run counts them."""
    client = server.client
    first = has_run(server, "bob")
    second = has_run(server, "bob", options={"scale": 2})
    client.delete(f"{API}/clear/bob/{STRATEGY}")
    job = submitted(client, {**LONG_RUN, "user_id": "bob"})
    while client.get(f"{API}/metadata/bob/{STRATEGY}").status_code == 404:
        time.sleep(0.02)
    client.post(f"{API}/jobs/{job}/cancel")
    ended(client, job)
    client.post(f"{API}/cleanup/run", params={"ttl_hours": 0})
    assert client.get(f"{API}/results/bob").json() == {"results": []}
    found = history(server, "bob")
    assert [run["job_id"] for run in found["runs"]] == [job, second["job_id"], first["job_id"]]
    assert [run["status"] for run in found["runs"]] == ["cancelled", "completed", "completed"]
    assert found["runs"][1]["options"]["scale"] == second["options"]["scale"]
    assert found["runs"][2]["net_pnl"] == first["overall_summary"]["net_pnl"]
    assert (found["total_runs"], len(found["trials"]), len(history(server, "bob", 1)["runs"])) == (3, 3, 1)
    assert len(has_run(server, "bob")["trials"]) == 3
    assert client.delete(f"{API}/history/bob/{STRATEGY}").json()["deleted_runs"] == 4
    assert history(server, "bob")["runs"] == []
    client.post(f"{API}/cleanup/run")
    assert history(server, "bob")["runs"] == []
    assert has_run(server, "bob")["trials"] == []


def test_every_strategy_that_has_a_history_is_named(server: Running) -> None:
    """Its results there or gone; not one that nothing ran of, nor one whose history was deleted."""
    client, list_of = server.client, f"{API}/history/lister"
    assert client.get(list_of).json() == {"user_id": "lister", "strategies": []}
    first = has_run(server, "lister")
    client.put(f"{API}/notes/lister/{STRATEGY}", json={"name": "Mine"})
    ended(client, submitted(client, {**RUN, "user_id": "lister", "strategy_id": "short-straddle"}))
    client.delete(f"{API}/clear/lister/{STRATEGY}")
    second = has_run(server, "lister")
    client.delete(f"{API}/clear/lister/{STRATEGY}")
    gone, there = client.get(list_of).json()["strategies"]
    assert (gone["strategy_id"], gone["name"], gone["total_runs"], gone["has_results"]) == (STRATEGY, "Mine", 2, False)
    assert gone["last"] == history(server, "lister")["runs"][0]
    assert gone["last"]["job_id"] == second["job_id"] != first["job_id"]
    assert (there["strategy_id"], there["name"], there["has_results"], there["problem"]) == (
        "short-straddle", None, True, None,
    )  # fmt: skip
    folder = server.results / ".history" / "lister"
    with (folder / "short-straddle.jsonl").open("ab") as file:
        file.write(b"nonsense\n")
    (folder / "..jsonl").write_bytes(b"")
    (folder / "linked.jsonl").symlink_to(folder / f"{STRATEGY}.jsonl")
    client.delete(f"{API}/history/lister/{STRATEGY}")
    (left,) = client.get(list_of).json()["strategies"]
    assert (left["strategy_id"], left["problem"]) == ("short-straddle", "lines that cannot be read: 1")
    problem(client.get(f"{API}/history/.locks"), 422)


def test_a_job_that_never_began_is_no_run(server: Running) -> None:
    """Cancelled while it waited: it has come to nothing."""
    assert history(server, "nobody") == {
        "user_id": "nobody",
        "strategy_id": STRATEGY,
        "total_runs": 0,
        "runs": [],
        "trials": [],
        "damaged_lines": 0,
    }


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"name": "x" * 121}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"note": "\x00"}, "note"),
        ({"name": "\u202egnorw"}, "name"),
        ({"tags": ["a,b"]}, "tags"),
        ({"tags": ["rsi", "RSI"]}, "tags"),
        ({"tags": [str(number) for number in range(21)]}, "tags"),
        ({"colour": "red"}, "colour"),
        ({"name": 7}, "name"),
        ([], "body"),
    ],
)
def test_notes_that_make_no_sense_change_nothing(server: Running, body: Any, where: str) -> None:
    """422 with the name; what was said before holds."""
    notes = f"{API}/notes/odd/{STRATEGY}"
    if not server.client.get(f"{API}/results/odd").json()["results"]:
        has_run(server, "odd")
    server.client.put(notes, json={"name": "before"}).raise_for_status()
    assert where in problem(server.client.put(notes, json=body), 422)["where"]
    assert server.client.get(notes).json()["name"] == "before"


def test_odd_bodies_and_paths_are_refused(server: Running) -> None:
    """A member twice, a lone surrogate, too many bytes, ids that are none, a strategy that was never run."""
    notes, head = f"{API}/notes/odd/{STRATEGY}", {"Content-Type": "application/json"}
    client = server.client
    for content in (b'{"name": "a", "name": "b"}', b'{"name": "\\ud800"}', b"{"):
        problem(client.put(notes, content=content, headers=head), 422)
    problem(client.put(notes, content=b'{"name": "\xff"}', headers=head), 400)
    problem(client.put(notes, content=b'{"note": "' + b"x" * 5_000_000 + b'"}', headers=head), 413)
    problem(client.put(f"{API}/notes/odd/never-run", json=SAID), 404)
    assert not (server.results / ".notes" / "odd" / "never-run.json").exists()
    for path in ("notes/.history/x", "notes/me/..%2f..%2fx", "history/.notes/x", "history/me/.locks"):
        assert client.get(f"{API}/{path}").status_code in (404, 422), path
    for limit in ("0", "1001", "all"):
        problem(client.get(f"{API}/history/odd/{STRATEGY}", params={"limit": limit}), 422)


def test_whose_they_are(tmp_path: Path) -> None:
    """A user's own, and the administrator's."""
    store = Keys(tmp_path / "results" / FILE_NAME)
    heads = {who: {"X-API-Key": store.add(None if who == "admin" else who, NOW)} for who in ("ann", "bob", "admin")}
    with running(tmp_path) as server:
        job = submitted(server.client, {**RUN, "user_id": "ann"}, headers=heads["ann"])
        ended(server.client, job, headers=heads["ann"])

        def ask(who: str, method: str, kind: str) -> httpx.Response:
            body = {"json": SAID} if method == "PUT" else {}
            return server.client.request(method, f"{API}/{kind}/ann/{STRATEGY}", headers=heads[who], **body)

        asked = (("PUT", "notes"), ("GET", "notes"), ("DELETE", "notes"), ("GET", "history"), ("DELETE", "history"))
        for method, kind in asked:
            problem(ask("bob", method, kind), 403)
            assert ask("ann", method, kind).status_code == ask("admin", method, kind).status_code == 200
        listed = {who: server.client.get(f"{API}/history/ann", headers=heads[who]).status_code for who in heads}
        assert listed == {"ann": 200, "bob": 403, "admin": 200}


def test_a_server_that_was_killed_has_every_run_once(tmp_path: Path) -> None:
    """Also the one whose line was lost; a job that goes on after the kill is one run."""
    with running(tmp_path) as server:
        first = has_run(server, "ann")
        job = submitted(server.client, {**LONG_RUN, "user_id": "bob", "start_date": "2023-01-01"})
        while server.client.get(f"{API}/status/{job}").json()["progress"]["completed_days"] < 5:
            time.sleep(0.02)
        os.kill(server.process.pid, signal.SIGSTOP)
        copy = tmp_path / "after"
        subprocess.run(["cp", "-a", server.results, copy], check=True)  # what a kill at this moment leaves
        os.kill(server.process.pid, signal.SIGCONT)
        server.client.post(f"{API}/jobs/{job}/cancel")
        ended(server.client, job)
    log = copy / ".history" / "ann" / f"{STRATEGY}.jsonl"
    log.write_bytes(log.read_bytes()[:-30])
    with running(tmp_path / "again", results=copy) as server:
        assert [run["job_id"] for run in history(server, "ann")["runs"]] == [first["job_id"]]
        assert history(server, "bob")["runs"] == []
        server.client.post(f"{API}/jobs/{job}/cancel")
        ended(server.client, job)
        assert [(run["job_id"], run["status"]) for run in history(server, "bob")["runs"]] == [(job, "cancelled")]
        assert server.client.get(f"{API}/day/ann/{STRATEGY}/{DAY}").status_code == 200


def test_the_server_and_the_command_line_see_the_same(server: Running) -> None:
    """Notes of the one are those of the other, at once."""
    has_run(server, "both")
    notes = f"{API}/notes/both/{STRATEGY}"
    server.client.put(notes, json=SAID)
    command = [PROGRAM, "note", "both", STRATEGY, "--tag", "cli", "--results", server.results]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (done.stderr, "tags  cli" in done.stdout) == ("", True)
    told = server.client.get(notes).json()
    assert (told["name"], told["tags"]) == (SAID["name"], ["cli"])
