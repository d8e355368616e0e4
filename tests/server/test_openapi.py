"""The OpenAPI document: it says what the server does (schemathesis), has the brief's examples, and is shown offline."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from strikebook.server.keys import FILE_NAME, Keys
from tests.server.running import (
    API,
    LONGEST_WAIT_S,
    PROGRAM,
    RUN,
    STRATEGY,
    USER,
    Running,
    ended,
    problem,
    running,
    submitted,
)
from tests.server.test_brief_shapes import BRIEF_CLEANED, BRIEF_CLEANUP, BRIEF_CLEARED, BRIEF_STATUS
from tests.storage.shapes import BRIEF_DAY, BRIEF_METADATA, assert_same_shape

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
NOW = datetime(2024, 12, 2, 15, 30, 45)  # noqa: DTZ001 — exchange time
# All checks are on. Some operations may refuse (422) what their schema allows, because no schema can say it: that the
# last day of a run is not before its first and there is data in between, that a strategy (and each point of a sweep)
# can run, that there are enough days for a window, how many events a job has, that a workbook has no table, and that no
# time to live is longer than the longest. What is asked for notes and histories that are deleted says that there is
# nothing, with no 404.
CONFIG = """
[[operations]]
include-name = "POST /api/v1/backtest/run"
checks.positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 404, 409, 422, 503]

[[operations]]
include-name = "GET /api/v1/backtest/status/{job_id}/events"
checks.positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 404, 422, 503]

[[operations]]
include-name = "GET /api/v1/backtest/export/{user_id}/{strategy_id}"
checks.positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 404, 409, 422, 503]

[[operations]]
include-name = "POST /api/v1/backtest/sweep"
checks.positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 404, 409, 422, 503]

[[operations]]
include-name = "GET /api/v1/backtest/sweep/{user_id}/{sweep_id}/walk-forward"
checks.positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 404, 422]

[[operations]]
include-name = "PUT /api/v1/strategies/{strategy_id}"
checks.positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 422]

[[operations]]
include-name = "PUT /api/v1/backtest/notes/{user_id}/{strategy_id}"
checks.positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 404, 422]

[[operations]]
include-name = "GET /api/v1/backtest/notes/{user_id}/{strategy_id}"
checks.use_after_free.enabled = false

[[operations]]
include-name = "GET /api/v1/backtest/history/{user_id}/{strategy_id}"
checks.use_after_free.enabled = false

[[operations]]
include-name = "GET /api/v1/backtest/history/{user_id}"
checks.use_after_free.enabled = false

[[operations]]
include-name = "PUT /api/v1/backtest/ttl/{user_id}/{strategy_id}"
checks.positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 404, 409, 422]

[[operations]]
include-name = "PUT /api/v1/backtest/limits/{user_id}"
checks.positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 422]
"""
BRIEF_RUN = {**RUN, "start_date": "2024-02-01", "end_date": "2024-12-31"}
BRIEF_QUEUED = {"job_id": "bt_20241202_153045_abc123", "status": "queued", "message": "Backtest queued successfully"}


@pytest.fixture(scope="module")
def document(served: Running) -> dict[str, Any]:
    return dict(served.client.get("/openapi.json").json())


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """Method and path -> the operation."""
    return {(m.upper(), path): found for path, each in document["paths"].items() for m, found in each.items()}


def resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """A schema, or the one it refers to."""
    name = schema.get("$ref", "").rpartition("/")[2]
    return dict(document["components"]["schemas"][name]) if name else schema


# That it is true.


@pytest.fixture(scope="module")
def three_days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A market of three days: the many runs of all the questions are short then."""
    market = tmp_path_factory.mktemp("three_days") / "market"
    written = [PROGRAM, "data", "demo", "--from", RUN["start_date"], "--days", "3", "--to", market]
    subprocess.run(written, capture_output=True, check=True, timeout=LONGEST_WAIT_S)
    return market


def fuzzed(server: Running, folder: Path, *more: str) -> None:
    """Let schemathesis ask everything the document allows, and what it does not; no check may fail."""
    (folder / "schemathesis.toml").write_text(CONFIG)
    command = [SCHEMATHESIS, "--config-file", "schemathesis.toml", "run", f"{server.url}/openapi.json", "--no-color"]
    command += ["--checks", "all", "--max-examples", "12", "--seed", "1", "--generation-database", "none"]
    command += ["--request-timeout", "60", *more]  # a verification takes as long as a run
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stdout[-8_000:]
    assert re.search(r"Tested: \d\d", done.stdout)
    assert "request broke" not in server.log()


def test_the_document_is_true(tmp_path: Path, three_days: Path) -> None:
    """Without keys: what it allows is accepted, what it does not is refused, and every answer is as it says."""
    with running(tmp_path / "open", market=three_days) as server:
        ended(server.client, submitted(server.client, RUN))
        fuzzed(server, tmp_path)


def test_the_document_is_true_with_keys(tmp_path: Path, three_days: Path) -> None:
    """With a user's key: the same, and without the key nothing is answered."""
    key = Keys(tmp_path / "locked" / "results" / FILE_NAME).add(USER, NOW)
    head = {"headers": {"X-API-Key": key}}
    with running(tmp_path / "locked", market=three_days) as server:
        ended(server.client, submitted(server.client, RUN, **head), **head)
        fuzzed(server, tmp_path, "-H", f"X-API-Key: {key}")


# What it says.


def test_every_example_of_the_brief_is_filled_in(document: dict[str, Any]) -> None:
    """The requests and answers of the brief stand in it as examples, each with every field that the brief shows."""
    all_operations = operations(document)
    run = all_operations["POST", f"{API}/run"]
    body = resolved(document, run["requestBody"]["content"]["application/json"]["schema"])
    assert body["example"] == BRIEF_RUN
    for method, path, brief in (
        ("POST", "run", BRIEF_QUEUED),
        ("GET", "status/{job_id}", BRIEF_STATUS),
        ("GET", "metadata/{user_id}/{strategy_id}", BRIEF_METADATA),
        ("DELETE", "clear/{user_id}/{strategy_id}", BRIEF_CLEARED),
        ("GET", "cleanup/status", BRIEF_CLEANUP),
        ("POST", "cleanup/run", BRIEF_CLEANED),
    ):
        answer = all_operations[method, f"{API}/{path}"]["responses"]["200"]["content"]["application/json"]["schema"]
        example = resolved(document, answer)["example"]
        assert_same_shape(brief, example)
        same = {name for name in brief if name not in ("message", "progress")}
        assert {name: example[name] for name in same if not isinstance(example[name], dict | list)} == {
            name: brief[name] for name in same if not isinstance(brief[name], dict | list)
        }


def test_the_briefs_day_is_filled_in(document: dict[str, Any]) -> None:
    """The example of a day has the brief's fields with the brief's numbers."""
    found = operations(document)["GET", f"{API}/day/{{user_id}}/{{strategy_id}}/{{date}}"]["responses"]["200"]
    example = resolved(document, found["content"]["application/json"]["schema"])["example"]
    assert {name: example["summary"][name] for name in BRIEF_DAY["summary"]} == BRIEF_DAY["summary"]
    (ours,), (briefs,) = example["positions"], BRIEF_DAY["positions"]
    plain = {name: value for name, value in briefs.items() if not isinstance(value, dict)}
    assert {name: ours[name] for name in plain} == plain
    assert_same_shape(briefs["diagnostic_data"], ours["diagnostic_data"])
    assert briefs.keys() <= ours.keys()


def test_every_parameter_of_a_path_has_an_example(document: dict[str, Any]) -> None:
    """Whoever tries an endpoint on the page has its fields filled in."""
    without = [
        (method, path, parameter["name"])
        for (method, path), operation in operations(document).items()
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "path"
        and not (parameter.get("examples") or parameter.get("example") or parameter["schema"].get("examples"))
    ]
    assert without == []


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    """Each has a sentence, an id of its own, and the shape of a problem for every error."""
    all_operations = operations(document)
    assert len(all_operations) >= 20
    assert all(operation["description"].endswith(".") for operation in all_operations.values())
    ids = [operation["operationId"] for operation in all_operations.values()]
    assert len(set(ids)) == len(ids)
    for operation in all_operations.values():
        errors = {status: each for status, each in operation["responses"].items() if status >= "400"}
        assert {"401", "403", "422", "500"} <= errors.keys()
        for each in errors.values():
            shape = each["content"]["application/problem+json"]["schema"]
            assert shape == {"$ref": "#/components/schemas/Problem"}


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    """No schema refers to one that is not there."""
    known = document["components"]["schemas"].keys()
    referred = set(re.findall(r'"#/components/schemas/(\w+)"', httpx.Response(200, json=document).text))
    assert referred
    assert referred <= known


def test_what_it_says_of_keys(tmp_path: Path, document: dict[str, Any]) -> None:
    """Keys are optional where there are none; where there are, everything but health needs one."""
    assert document["security"] == [{}, {"bearer": []}, {"header": []}]
    key = Keys(tmp_path / "results" / FILE_NAME).add(None, NOW)
    with running(tmp_path) as server:
        problem(server.client.get("/openapi.json"), 401)
        locked = server.client.get("/openapi.json", headers={"X-API-Key": key}).json()
    assert locked["security"] == [{"bearer": []}, {"header": []}]
    assert locked["paths"]["/health"]["get"]["security"] == [{}]
    assert {**locked, "security": document["security"]} == document


# The page that shows it.


def test_the_page_needs_no_other_host(served: Running) -> None:
    """/docs and all it loads come from this server; nothing in it names another, and a browser would not ask one."""
    page = served.client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "//" not in page.text
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(loaded) == 4
    for path in loaded:
        answer = served.client.get(path)
        assert (answer.status_code, answer.headers["x-content-type-options"]) == (200, "nosniff"), path
        assert int(answer.headers["content-length"]) > 100
    assert "/openapi.json" in served.client.get("/docs/begin.js").text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert not re.search(r"url\((?!['\"]?data:)", served.client.get("/docs/swagger-ui.css").text)


def test_the_page_of_a_strategy_id_is_not_a_file(served: Running) -> None:
    """Only the page's own files are under /docs."""
    for name in ("../app.py", "app.py", STRATEGY, "swagger-ui-bundle.js.map", "redoc.standalone.js"):
        problem(served.client.get(f"/docs/{name}"), 404)
