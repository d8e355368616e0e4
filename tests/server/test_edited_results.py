"""Results that somebody edited into another shape: every endpoint that opens them says so, and nothing breaks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from strikebook.storage.codec import decode_day, decode_metadata, encode_day, encode_metadata
from strikebook.storage.folder_storage import FolderStorage
from strikebook.storage.layout import RunKey, parse_day
from tests.server.running import API, DAY, RUN, STRATEGY, USER, Running, ended, problem, running, submitted

KEY = RunKey(USER, STRATEGY)
OTHER = RunKey("other", STRATEGY)
OPENED = [
    f"export/{KEY}?format=csv",
    f"export/{KEY}?format=xlsx",
    f"export/{KEY}?format=parquet",
    f"export/{KEY}?format=html",
    f"statistics/{KEY}",
    f"reprice/{KEY}",
    f"compare?result={KEY}&result={OTHER}",
    f"compare?result={OTHER}&result={KEY}",
]
SEEN = [f"verify/{KEY}", f"day/{KEY}/{DAY}/chart", f"day/{KEY}/{DAY}/why?node=bullish-signal"]
"""What looks at a day in other ways: as bytes, at its market, at one of its signals."""


@pytest.fixture(scope="module")
def two_results(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with the same run of two users."""
    with running(tmp_path_factory.mktemp("edited")) as server:
        for key in (KEY, OTHER):
            ended(server.client, submitted(server.client, {**RUN, "user_id": key.user_id}))
        yield server


def asked_with_an_edited_day(server: Running, path: str, edit: dict[str, Any]) -> httpx.Response:
    """What is answered while the day has other members; it is as it was afterwards."""
    storage = FolderStorage(server.results)
    stored = storage.day(KEY, parse_day(DAY)) or b""
    storage.put_day(KEY, parse_day(DAY), encode_day({**decode_day(stored), **edit}))
    try:
        return server.client.get(f"{API}/{path}")
    finally:
        storage.put_day(KEY, parse_day(DAY), stored)


@pytest.mark.parametrize("path", OPENED)
@pytest.mark.parametrize(
    "edit",
    [
        {"positions": "none"},
        {"positions": [1]},
        {"positions": [{"pnl": "a lot"}]},
        {"trades": None, "positions": None},
        {"summary": []},
        {"summary": {}},
    ],
    ids=str,
)
def test_a_day_of_another_shape_is_said(two_results: Running, path: str, edit: dict[str, Any]) -> None:
    """It says what would be right, and of two results which; with the day as it was, the answer is there again."""
    answer = asked_with_an_edited_day(two_results, path, edit)
    if path.startswith("reprice") and edit.keys() == {"summary"}:  # it adds up the trades itself
        assert answer.status_code == 200
    else:
        found = problem(answer, 500)
        assert "not a result of this version" in found["detail"]
        assert "run it again" in found["right"]
        assert str(KEY) in found["detail"] or not path.startswith("compare")
    assert "request broke" not in two_results.log()
    assert two_results.client.get(f"{API}/{path}").status_code == 200


@pytest.mark.parametrize(
    ("path", "edit", "status"),
    [
        (SEEN[0], {"positions": "none"}, 200),
        (SEEN[1], {"signals": None}, 200),
        (SEEN[2], {"signals": None}, 500),
        (SEEN[2], {"signals": [1]}, 500),
        (SEEN[2], {"events": [1]}, 500),
    ],
    ids=str,
)
def test_a_day_of_another_shape_is_seen_for_what_it_is(
    two_results: Running, path: str, edit: dict[str, Any], status: int
) -> None:
    """Who needs the member says so, and the log says why; a verification tells the day, a chart needs none of it."""
    answer = asked_with_an_edited_day(two_results, path, edit)
    assert answer.status_code == status, answer.text
    if status == 500:
        found = problem(answer, 500)
        assert "run it again" in found["right"]
        lines = [json.loads(line) for line in two_results.log().splitlines()]
        (told,) = [each for each in lines if each.get("request_id") == found["request_id"] and "traceback" in each]
        assert "Error" in told["traceback"]
    elif path == SEEN[0]:
        assert (answer.json()["verified"], answer.json()["counts"]["different"]) == (False, 1)


@pytest.mark.parametrize("path", OPENED + SEEN)
@pytest.mark.parametrize(
    "edit",
    [{"statistics": "good"}, {"statistics": {}}, {"overall_summary": {}}, {"options": {}}, {"market": {}}],
    ids=str,
)
def test_metadata_of_another_shape_breaks_nothing(two_results: Running, path: str, edit: dict[str, Any]) -> None:
    """What needs the member says so; what does not is answered."""
    storage = FolderStorage(two_results.results)
    stored = storage.metadata(KEY) or b""
    storage.put_metadata(KEY, encode_metadata({**decode_metadata(stored), **edit}))
    try:
        answer = two_results.client.get(f"{API}/{path}")
        if answer.status_code != 200:
            assert "run it again" in problem(answer, 500)["right"]
    finally:
        storage.put_metadata(KEY, stored)
    assert "request broke" not in two_results.log()
