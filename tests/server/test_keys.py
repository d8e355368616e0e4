"""Keys: who is let in, whose things a user sees and changes, what an admin may do; and the file they are kept in."""

from __future__ import annotations

import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from strikebook.errors import NotFoundError, StorageError, UsageError
from strikebook.server.keys import FILE_NAME, OPEN, Keys
from tests.server.running import (
    API,
    DAY,
    LONG_RUN,
    RUN,
    STRATEGY,
    Running,
    ended,
    problem,
    running,
    submitted,
)

NOW = datetime(2024, 12, 2, 15, 30, 45)  # noqa: DTZ001 — exchange time
SHELF = "/api/v1/strategies"


@dataclass
class Locked:
    """A server with keys: the headers of each caller; ann and bob have a finished run each."""

    server: Running
    keys: dict[str, str]
    jobs: dict[str, str]

    def ask(self, caller: str, method: str, path: str, **more: Any) -> httpx.Response:
        """Ask as that caller."""
        return self.server.client.request(
            method, path, headers={"Authorization": f"Bearer {self.keys[caller]}"}, **more
        )


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Locked]:
    folder = tmp_path_factory.mktemp("locked")
    store = Keys(folder / "results" / FILE_NAME)
    keys = {user: store.add(user, NOW) for user in ("ann", "bob", "cy")} | {"admin": store.add(None, NOW)}
    with running(folder, host="0.0.0.0") as server:  # noqa: S104
        made = Locked(server, keys, {})
        for user in ("ann", "bob"):
            head = {"headers": {"X-API-Key": keys[user]}}
            made.jobs[user] = submitted(server.client, {**RUN, "user_id": user}, **head)
            assert ended(server.client, made.jobs[user], **head)["status"] == "completed"
        yield made


def of_user(user: str, job_id: str) -> list[tuple[str, str]]:
    """Every request that is about a user's things."""
    own, day = f"{user}/{STRATEGY}", f"{API}/day/{user}/{STRATEGY}/{DAY}"
    return [
        ("GET", f"{API}/metadata/{own}"),
        ("HEAD", f"{API}/metadata/{own}"),
        ("GET", day),
        ("GET", f"{day}/download"),
        ("GET", f"{day}/chart"),
        ("GET", f"{day}/why?node=start"),
        ("GET", f"{API}/results/{user}"),
        ("GET", f"{API}/jobs?user_id={user}"),
        ("GET", f"{API}/status/{job_id}"),
        ("POST", f"{API}/jobs/{job_id}/cancel"),
        ("POST", f"{API}/run"),
        ("DELETE", f"{API}/clear/{own}"),
        ("GET", f"{SHELF}?user_id={user}"),
        ("GET", f"{SHELF}/{STRATEGY}?user_id={user}"),
        ("PUT", f"{SHELF}/{STRATEGY}?user_id={user}"),
        ("DELETE", f"{SHELF}/{STRATEGY}?user_id={user}"),
    ]


OTHERS = [("GET", "/docs"), ("GET", "/openapi.json"), ("GET", "/docs/begin.js"), ("GET", "/api/v1/market")]
OTHERS += [("GET", SHELF), ("POST", f"{SHELF}/validate"), ("GET", f"{API}/jobs"), ("GET", f"{API}/cleanup/status")]
OTHERS += [("POST", f"{API}/cleanup/run"), ("GET", "/nothing"), ("OPTIONS", "/health/x"), ("GET", "/health/")]
EVERYTHING = [*of_user("ann", "bt_20241202_153045_abc123"), *OTHERS]


# Who is let in.


@pytest.mark.parametrize(("method", "path"), EVERYTHING)
def test_without_a_key_nothing_is_answered(locked: Locked, method: str, path: str) -> None:
    """Every request but that for the server's health is 401, and says how to present a key."""
    answer = locked.server.client.request(method, path)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    if method != "HEAD":
        assert "strikebook keys add" in problem(answer, 401)["right"]


def test_wrong_keys(locked: Locked) -> None:
    """Another secret, another id, half a key, another scheme, and a right key beside a wrong one, are all 401."""
    good = locked.keys["ann"]
    other_secret = good[:-43] + locked.keys["bob"][-43:]
    other_id = good.replace(good.split("_")[1], "00000000", 1)
    presented = [other_secret, other_id, good[:-1], good + "A", good.upper(), good[4:], good[-43:], "sbk__", "x" * 9999]
    sent = [{"Authorization": f"Bearer {key}"} for key in presented] + [{"X-API-Key": key} for key in [*presented, ""]]
    sent += [{"Authorization": "Bearer"}, {"Authorization": ""}]
    sent += [{"Authorization": good}, {"Authorization": f"Basic {good}"}, {"Authorization": f"Token {good}"}]
    sent += [{"Authorization": "Bearer x", "X-API-Key": good}, {"Cookie": f"key={good}"}]
    for headers in sent:
        problem(locked.server.client.get(f"{API}/jobs", headers=headers), 401)
    problem(locked.server.client.get(f"{API}/jobs?key={good}&api_key={good}"), 401)
    twice = [("Authorization", f"Bearer {good}"), ("Authorization", "Bearer x")]
    problem(locked.server.client.get(f"{API}/jobs", headers=twice), 400)


def test_both_ways_to_present_a_key(locked: Locked) -> None:
    """A bearer token, whose scheme may be written in any case, or a header of its own."""
    key = locked.keys["ann"]
    for headers in ({"Authorization": f"Bearer {key}"}, {"Authorization": f"bearer  {key}"}, {"X-API-Key": key}):
        assert locked.server.client.get(f"{API}/jobs", headers=headers).status_code == 200


def test_a_preflight_needs_no_key(locked: Locked) -> None:
    """Browsers send none with it."""
    headers = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "GET"}
    assert locked.server.client.options(f"{API}/jobs", headers=headers).status_code == 204


def test_health_without_a_key_says_only_that_it_is_there(locked: Locked) -> None:
    """What runs and waits is the admin's to know."""
    assert locked.server.client.get("/health").json() == {"status": "ok"}
    assert locked.ask("ann", "GET", "/health").json() == {"status": "ok"}
    assert "running_jobs" in locked.ask("admin", "GET", "/health").json()


# Whose things.


def test_a_user_reads_and_changes_their_own(locked: Locked) -> None:
    """Whatever a user asks about their own things is answered, the user's name given or not."""
    for method, path in of_user("ann", locked.jobs["ann"]):
        if method in ("GET", "HEAD"):
            assert locked.ask("ann", method, path).status_code == 200, path
    jobs = locked.ask("ann", "GET", f"{API}/jobs").json()["jobs"]
    assert {job["user_id"] for job in jobs} == {"ann"}
    assert locked.ask("ann", "POST", f"{API}/jobs/{locked.jobs['ann']}/cancel").json()["status"] == "completed"


@pytest.mark.parametrize("number", range(len(of_user("", ""))))
def test_a_user_gets_nothing_of_another(locked: Locked, number: int) -> None:
    """Another user's things are 403; another user's job is as if it were not there."""
    method, path = of_user("bob", locked.jobs["bob"])[number]
    before = tree(locked.server.folder)
    body = {"json": {**RUN, "user_id": "bob"}} if method == "POST" else {}
    answer = locked.ask("ann", method, path, **body)
    if locked.jobs["bob"] in path:
        assert problem(answer, 404)["detail"] == f"no job {locked.jobs['bob']}"
    elif method == "HEAD":
        assert (answer.status_code, answer.content) == (403, b"")
    else:
        assert problem(answer, 403)["where"] == "user_id"
    assert tree(locked.server.folder) == before


def tree(folder: Path) -> dict[str, bytes]:
    """Every file of results and strategies but the log."""
    files = (path for part in ("results", "strategies") for path in (folder / part).rglob("*") if path.is_file())
    return {str(path): path.read_bytes() for path in files}


def test_a_job_of_another_is_like_one_that_never_was(locked: Locked) -> None:
    """The two answers differ in nothing but the id that was asked for."""
    unknown = "bt_20241202_153045_abc123"
    there, nowhere = (
        problem(locked.ask("ann", "GET", f"{API}/status/{job_id}"), 404) for job_id in (locked.jobs["bob"], unknown)
    )
    assert there["detail"].replace(locked.jobs["bob"], unknown) == nowhere["detail"]
    assert {**there, "detail": "", "request_id": ""} == {**nowhere, "detail": "", "request_id": ""}


def test_an_admin_reads_and_changes_everyones(locked: Locked) -> None:
    """The admin sees all jobs, reads anyone's results, runs and clears for anyone, and cleans up."""
    jobs = locked.ask("admin", "GET", f"{API}/jobs").json()["jobs"]
    assert {job["user_id"] for job in jobs} >= {"ann", "bob"}
    for method, path in of_user("bob", locked.jobs["bob"]):
        if method in ("GET", "HEAD"):
            assert locked.ask("admin", method, path).status_code == 200, path
    head = {"headers": {"X-API-Key": locked.keys["admin"]}}
    job_id = submitted(locked.server.client, {**RUN, "user_id": "dora"}, **head)
    assert ended(locked.server.client, job_id, **head)["user_id"] == "dora"
    assert locked.ask("admin", "DELETE", f"{API}/clear/dora/{STRATEGY}").json()["deleted_files"] == 3


def test_cleaning_up_is_the_admins(locked: Locked) -> None:
    """A user's cleanup is 403 and clears nothing; the admin's is answered."""
    problem(locked.ask("ann", "POST", f"{API}/cleanup/run?ttl_hours=0"), 403)
    assert locked.ask("ann", "GET", f"{API}/metadata/ann/{STRATEGY}").status_code == 200
    assert locked.ask("admin", "POST", f"{API}/cleanup/run?ttl_hours=12").status_code == 200


def test_what_expires_next_is_told_to_whose_it_is(locked: Locked) -> None:
    """The cleanup's status names no other user's results."""
    for caller in ("ann", "bob", "cy"):
        found = locked.ask(caller, "GET", f"{API}/cleanup/status").json()["next_expiry"]
        assert found is None or found["user_id"] == caller
    assert locked.ask("admin", "GET", f"{API}/cleanup/status").json()["next_expiry"]["user_id"] in ("ann", "bob")


def test_a_documents_own_user_counts_for_nothing(locked: Locked) -> None:
    """A strategy that names another user runs as the caller's, and is stored as the caller's."""
    shared = locked.ask("cy", "GET", f"{SHELF}/{STRATEGY}").content
    document = {**orjson.loads(shared), "user_id": "bob"}
    assert locked.ask("cy", "PUT", f"{SHELF}/{STRATEGY}", json=document).status_code == 200
    assert (locked.server.strategies / "cy" / f"{STRATEGY}.json").exists()
    assert not (locked.server.strategies / "bob").exists()
    head = {"headers": {"X-API-Key": locked.keys["cy"]}}
    before = locked.ask("bob", "GET", f"{API}/metadata/bob/{STRATEGY}").content
    ended(locked.server.client, submitted(locked.server.client, {**RUN, "user_id": "cy"}, **head), **head)
    assert locked.ask("cy", "GET", f"{API}/metadata/cy/{STRATEGY}").json()["user_id"] == "cy"
    assert locked.ask("bob", "GET", f"{API}/metadata/bob/{STRATEGY}").content == before


def test_shared_strategies_are_read_only(locked: Locked) -> None:
    """A user who stores or deletes one of that id touches their own alone; an admin must say whose it is."""
    shared = (locked.server.strategies / f"{STRATEGY}.json").read_bytes()
    assert locked.ask("ann", "PUT", f"{SHELF}/{STRATEGY}", content=shared.replace(b"Two-sided", b"My own")).is_success
    assert b"My own" in locked.ask("ann", "GET", f"{SHELF}/{STRATEGY}").content
    assert locked.ask("bob", "GET", f"{SHELF}/{STRATEGY}").content == shared
    assert locked.ask("ann", "DELETE", f"{SHELF}/{STRATEGY}").status_code == 200
    problem(locked.ask("ann", "DELETE", f"{SHELF}/{STRATEGY}"), 404)
    problem(locked.ask("admin", "DELETE", f"{SHELF}/{STRATEGY}"), 403)
    assert (locked.server.strategies / f"{STRATEGY}.json").read_bytes() == shared


def test_a_user_is_busy_alone(locked: Locked) -> None:
    """One user's job stands in nobody else's way, and nobody else may stop it."""
    heads = {user: {"headers": {"X-API-Key": locked.keys[user]}} for user in ("ann", "bob")}
    job_id = submitted(locked.server.client, {**LONG_RUN, "user_id": "ann"}, **heads["ann"])
    other = submitted(locked.server.client, {**RUN, "user_id": "bob"}, **heads["bob"])
    assert ended(locked.server.client, other, **heads["bob"])["status"] == "completed"
    problem(locked.ask("bob", "POST", f"{API}/jobs/{job_id}/cancel"), 404)
    assert locked.ask("ann", "POST", f"{API}/jobs/{job_id}/cancel").status_code == 200
    assert ended(locked.server.client, job_id, **heads["ann"])["status"] == "cancelled"


# The keys themselves.


def test_a_key_that_is_taken_back_is_of_no_use(locked: Locked) -> None:
    """It is 401 within a second, without a restart; one that is added is taken as soon."""
    store = Keys(locked.server.results / FILE_NAME)
    key = store.add("eve", NOW)
    wait_for(locked, key, 200)
    store.remove(key.split("_")[1])
    wait_for(locked, key, 401)


def wait_for(locked: Locked, key: str, status: int) -> None:
    give_up = time.monotonic() + 2
    while locked.server.client.get(f"{API}/jobs", headers={"X-API-Key": key}).status_code != status:
        assert time.monotonic() < give_up
        time.sleep(0.02)


def test_a_file_that_vanishes_opens_nothing(locked: Locked) -> None:
    """Without its keys the server lets nobody in, and with them again those who have one."""
    file = locked.server.results / FILE_NAME
    aside = file.rename(file.with_name(".keys.aside"))
    wait_for(locked, locked.keys["ann"], 401)
    problem(locked.server.client.get(f"{API}/jobs"), 401)
    aside.rename(file)
    wait_for(locked, locked.keys["ann"], 200)


def test_a_damaged_file_lets_nobody_in(locked: Locked) -> None:
    """A file that cannot be read is an error of the server for everyone, and nothing is answered."""
    file = locked.server.results / FILE_NAME
    whole = file.read_bytes()
    file.write_bytes(b"[{}]")
    wait_for(locked, locked.keys["ann"], 500)
    found = problem(locked.server.client.get(f"{API}/jobs", headers={"X-API-Key": locked.keys["ann"]}), 500)
    assert str(file) not in str(found)
    file.write_bytes(whole)
    wait_for(locked, locked.keys["ann"], 200)


def test_no_key_is_in_the_log(locked: Locked) -> None:
    """Wherever a client puts its key, no part of its secret is logged, nor its hash."""
    key = locked.keys["ann"]
    client = locked.server.client
    client.get(f"{API}/jobs", headers={"Authorization": f"Bearer {key}"})
    client.get(f"/{key}", headers={"X-API-Key": key, "X-Request-ID": key})
    client.get(f"{API}/status/{key}?key={key}", headers={"X-API-Key": key})
    client.post(f"{API}/run", json={**RUN, "user_id": key}, headers={"X-API-Key": key})
    log = locked.server.log() + (locked.server.folder / "stderr.txt").read_text()
    for kept in Keys(locked.server.results / FILE_NAME).known():
        assert kept.sha256 not in log
    for each in locked.keys.values():
        assert each[-43:] not in log
    assert '"user_id":"ann"' in log


def test_a_key_is_shown_once(tmp_path: Path) -> None:
    """The file has the hash of its secret, which only the owner of the file may read, and not the secret."""
    store = Keys(tmp_path / "results" / FILE_NAME)
    key = store.add("ann", NOW, "laptop")
    content = store.path.read_text()
    assert key.split("_", 2)[2] not in content
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    (known,) = store.known()
    assert (known.user_id, known.role, known.note, known.created_at) == ("ann", "user", "laptop", "2024-12-02T15:30:45")


def test_without_keys_everyone_may_do_everything(tmp_path: Path) -> None:
    """A store without a file is open; with a first key it is closed, and stays closed when the last one goes."""
    store = Keys(tmp_path / FILE_NAME)
    assert store.caller(None) == OPEN
    assert store.caller("anything") == OPEN
    key = store.add(None, NOW)
    assert store.caller(None) is None
    assert store.caller(key) is not None
    store.remove(key.split("_")[1])
    assert store.caller(None) is None
    assert store.caller(key) is None


def test_keys_that_cannot_be(tmp_path: Path) -> None:
    """A user that is no id, and a key that is not there, are refused; a damaged file is not taken for an empty one."""
    store = Keys(tmp_path / FILE_NAME)
    with pytest.raises(UsageError, match="cannot be an id"):
        store.add("../up", NOW)
    with pytest.raises(NotFoundError, match="no key"):
        store.remove("00000000")
    for content in (b"", b"{", b"[{}]", b'{"a": 1}', b'[{"key_id": "a", "role": "user", "user_id": null}]'):
        store.path.write_bytes(content)
        with pytest.raises(StorageError, match="cannot be read"):
            Keys(store.path).known()


def test_what_a_caller_may(tmp_path: Path) -> None:
    """A user may act for themselves alone, an admin for anyone."""
    store = Keys(tmp_path / FILE_NAME)
    keys = [store.add("ann", NOW), store.add(None, NOW)]
    ann, admin = (store.caller(key) for key in keys)
    assert ann is not None
    assert admin is not None
    assert [ann.may_act_for(user) for user in ("ann", "bob", "Ann", "")] == [True, False, False, False]
    assert all(admin.may_act_for(user) for user in ("ann", "bob"))
