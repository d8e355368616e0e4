"""What is remembered of a request's headers, and for how long."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from strikebook.server.admission import _REMEMBERED, Admissions
from strikebook.server.keys import Keys
from strikebook.settings import Settings

AT = datetime.fromisoformat("2024-12-02T15:30:45")
HOST = (b"host", b"localhost:8000")


def asked(
    admissions: Admissions, *headers: tuple[bytes, bytes], method: str = "GET", path: str = "/api/v1/backtest/jobs"
) -> tuple[int | None, str | None]:
    """The status of the refusal, if any, and whose request it is."""
    found = admissions.of({"method": method, "path": path, "scheme": "http", "headers": [HOST, *headers]})
    refused = None if found.refusal is None else found.refusal.status
    return refused, None if found.caller is None else found.caller.user_id


def of_key(key: str) -> tuple[bytes, bytes]:
    return (b"authorization", f"Bearer {key}".encode())


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path / "keys.json")


def test_a_key_that_is_removed_is_refused_though_it_was_let_in(keys: Keys) -> None:
    """The same headers as a moment ago are looked at anew once the keys have changed."""
    key, other = keys.add("ann", AT), keys.add("bob", AT)
    admissions = Admissions(Settings(), keys)
    assert [asked(admissions, of_key(key)) for _ in range(3)] == [(None, "ann")] * 3
    keys.remove(key.split("_")[1])
    assert asked(admissions, of_key(key)) == (401, None)
    assert asked(admissions, of_key(other)) == (None, "bob")


def test_a_first_key_closes_what_was_open(keys: Keys) -> None:
    """Who was let in without a key is refused from the moment there is one."""
    admissions = Admissions(Settings(), keys)
    assert asked(admissions) == (None, None)
    keys.add("ann", AT)
    assert asked(admissions) == (401, None)


def test_what_a_read_was_allowed_no_change_is(keys: Keys) -> None:
    """Headers that a GET came in with do not let a POST of another site in."""
    admissions = Admissions(Settings(), keys)
    foreign = (b"origin", b"https://evil.example")
    assert asked(admissions, foreign) == (None, None)
    assert asked(admissions, foreign, method="POST") == (403, None)
    assert asked(admissions, foreign, method="OPTIONS") == (None, None)


def test_who_is_unknown_is_let_in_to_the_health_alone(keys: Keys) -> None:
    """Nothing is remembered of who came in because the path is open to all."""
    keys.add("ann", AT)
    admissions = Admissions(Settings(), keys)
    assert asked(admissions, path="/health") == (None, None)
    assert asked(admissions) == (401, None)


def test_memory_has_an_end(keys: Keys) -> None:
    """Many different headers, large ones and ids of requests are not kept for ever."""
    admissions = Admissions(Settings(), keys)
    for number in range(3 * _REMEMBERED):
        asked(admissions, (b"x-number", str(number).encode()))
        asked(admissions, (b"x-request-id", str(number).encode()))
        asked(admissions, (b"x-large", str(number).encode() * 2000))
        assert len(admissions._remembered) <= _REMEMBERED + 1
