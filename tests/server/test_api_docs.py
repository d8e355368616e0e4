"""docs/api.md and docs/security.md against the server: every endpoint and its parts are there, examples are true."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import BaseModel, RootModel

from strikebook.server.admission import OPEN_PATHS
from strikebook.server.routing import _ALWAYS
from strikebook.server.wire import comparison, jobs, problems, retention, strategies, sweeps, webhooks
from strikebook.server.wire.days import Day
from strikebook.server.wire.events import JobEvent
from strikebook.server.wire.examples import ANSWERS, RUN
from strikebook.server.wire.reasons import Why
from strikebook.server.wire.runs import Metadata, Options, RunBody
from strikebook.server.wire.shape import Answer
from strikebook.settings import Settings
from tests.server.every_endpoint import Answers, ask_everything
from tests.server.running import API, STRATEGY, USER, Running, ended, problem, submitted
from tests.server.running import RUN as RUN_OF_TESTS

EXAMPLES = [path.read_bytes() for path in sorted((Path(__file__).parents[2] / "examples").glob("*.json"))]
DOCS = Path(__file__).parents[2] / "docs"
WITHOUT_EXAMPLE = {
    f"{API}/day/{{user_id}}/{{strategy_id}}/{{date}}/download",
    f"{API}/export/{{user_id}}/{{strategy_id}}",
    f"{API}/status/{{job_id}}/events",
    "/api/v1/strategies/{strategy_id}",
    "/metrics",
}
"""Answers that are a file, a stream or a text: they are no JSON."""


@cache
def page(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


def sections() -> dict[tuple[str, str], str]:
    """Method and path of each heading -> what stands below it."""
    parts = re.split(
        r"^### (GET|POST|PUT|DELETE) (\S+)$", re.sub(r"^## .*$", "", page("api.md"), flags=re.M), flags=re.M
    )
    return {(parts[n], parts[n + 1]): parts[n + 2] for n in range(1, len(parts), 3)}


def blocks(text: str, label: str) -> list[Any]:
    return [orjson.loads(found) for found in re.findall(rf"^```json {label}\n(.*?)^```", text, re.S | re.M)]


def words(text: str) -> set[str]:
    """All words set as code, and all words of the examples."""
    code = re.findall(r"`([^`\n]+)`", text) + re.findall(r"^```json.*?^```", text, re.S | re.M)
    return {word for span in code for word in re.findall(r"[\w.]+", span)}


@pytest.fixture(scope="module")
def document(served: Running) -> dict[str, Any]:
    return dict(served.client.get("/openapi.json").json())


@pytest.fixture(scope="module")
def answers(served: Running) -> Answers:
    return ask_everything(served)


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(m.upper(), path): found for path, each in document["paths"].items() for m, found in each.items()}


def test_every_endpoint_is_documented(document: dict[str, Any]) -> None:
    """The page has a section for each endpoint of the OpenAPI document, and for no other."""
    assert sections().keys() == operations(document).keys()


def test_every_part_of_an_endpoint_is_documented(document: dict[str, Any]) -> None:
    """Each section names every query parameter, every member of the body and of the answer, and every status."""
    missing = []
    for (method, path), operation in operations(document).items():
        asked = {each["name"] for each in operation.get("parameters", []) if each["in"] == "query"}
        shapes = [operation["responses"]["200"], operation.get("requestBody", {})]
        for shape in shapes:
            schema = shape.get("content", {}).get("application/json", {}).get("schema", {})
            name = schema.get("$ref", "").rpartition("/")[2]
            asked |= document["components"]["schemas"].get(name, {}).get("properties", {}).keys()
            if name in ("Metadata", "Day"):  # the section leads to the page of the files
                asked -= words(page("format-results.md"))
            if name == "Status":  # cancel answers what status does
                asked -= words(sections()["GET", f"{API}/status/{{job_id}}"])
        asked |= {status for status in operation["responses"] if int(status) not in {200, *_ALWAYS}}
        missing += [(method, path, each) for each in sorted(asked) if each not in words(sections()[method, path])]
    assert missing == []


def test_every_option_of_a_run_is_documented() -> None:
    """The section of run names each option."""
    assert Options.model_fields.keys() <= words(sections()["POST", f"{API}/run"])


def test_every_endpoint_has_an_example() -> None:
    """Each section shows an answer, unless that is a file; the run shows its request."""
    without = {key for key, text in sections().items() if not blocks(text, "answer")}
    assert {path for _, path in without} == WITHOUT_EXAMPLE
    assert len(without) == len(WITHOUT_EXAMPLE)
    (body,) = blocks(sections()["POST", f"{API}/run"], "request")
    RunBody.model_validate(body)


def test_every_example_is_one_of_the_document(document: dict[str, Any]) -> None:
    """Where the OpenAPI document has an example of an answer, the page shows that, or a part of it."""
    for key, operation in operations(document).items():
        schema = operation["responses"]["200"]["content"].get("application/json", {}).get("schema", {})
        example = document["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], {}).get("example")
        for shown in blocks(sections()[key], "answer") if example and not key[1].endswith(("cancel", "resume")) else ():
            assert is_part_of(shown, example), key


def is_part_of(shown: object, whole: object) -> bool:
    """Whether everything that is shown stands in the whole, at its place and with its value."""
    if isinstance(shown, dict) and isinstance(whole, dict):
        return all(name in whole and is_part_of(value, whole[name]) for name, value in shown.items())
    if isinstance(shown, list) and isinstance(whole, list):
        return len(shown) == len(whole) and all(map(is_part_of, shown, whole))
    return shown == whole


def test_every_example_has_the_members_of_a_real_answer(answers: Answers) -> None:
    """Whatever an example shows, the server answers, with the same types; what is null may have a value."""
    assert sections().keys() == answers.keys()
    for key, text in sections().items():
        for shown in blocks(text, "answer"):
            assert answers[key].is_success, key
            assert_said(shown, answers[key].json(), f"{key[0]} {key[1]}: $")


def assert_said(shown: object, real: object, path: str) -> None:
    if isinstance(shown, dict) and isinstance(real, dict):
        for name, value in shown.items():
            if path.endswith((".months", ".node_variables")):
                continue  # their names are data
            assert name in real, f"{path}.{name}"
            assert_said(value, real[name], f"{path}.{name}")
    elif isinstance(shown, list) and isinstance(real, list):
        for item in real[:1] if shown else ():
            assert_said(shown[0], item, f"{path}[]")
    elif shown is not None and real is not None and not path.endswith(("lhs_value", "rhs_value")):
        numbers = isinstance(shown, int | float) and isinstance(real, int | float)
        assert numbers or type(shown) is type(real), f"{path}: {shown!r}, {real!r}"


def test_the_example_of_an_event_is_of_its_shape(answers: Answers) -> None:
    """It has every member that the events of a real job have, and so has each of these."""
    (shown,) = blocks(page("api.md"), "event")
    assert said_beside(JobEvent.model_validate(shown)) == []
    lines = answers["GET", f"{API}/status/{{job_id}}/events"].text.splitlines()
    events = [JobEvent.model_validate_json(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
    assert {event.event for event in events} == {"queued", "started", "day", "completed"}
    assert [said_beside(event) for event in events] == [[]] * len(events)
    assert {each for each in JobEvent.model_fields if each not in shown} == set()


def test_the_examples_of_errors_are_true(served: Running) -> None:
    """They are what the server answers to such requests, but for the request's id, and Python's own name of 422."""
    missing, unknown = blocks(page("api.md"), "problem")
    found = problem(served.client.get(f"{API}/day/{USER}/{STRATEGY}/02-10-2024"), 404)
    assert {**found, "request_id": missing["request_id"]} == missing
    found = problem(served.client.get(f"{API}/reprice/{USER}/{STRATEGY}?brokrage=10"), 422)
    assert {**found, "request_id": unknown["request_id"], "title": unknown["title"]} == unknown


def test_every_example_of_the_document_has_its_own_shape() -> None:
    """The examples have every member of their shape, and no other."""
    shapes = all_shapes()
    for name, example in ANSWERS.items():
        assert said_beside(shapes[name].model_validate(example)) == []
    assert len(ANSWERS) >= 7
    RunBody.model_validate(RUN)


def all_shapes() -> dict[str, type[BaseModel]]:
    """Every answer by the name of its shape."""
    assert all(
        (comparison, jobs, problems, retention, strategies, sweeps, webhooks)
    )  # loaded, so that their shapes are known
    return {each.__name__: each for each in (*Answer.__subclasses__(), Why)}


def said_beside(found: object, path: str = "$") -> list[str]:
    """The members that a shape does not know, at any depth."""
    if isinstance(found, RootModel):
        return said_beside(found.root, path)
    if isinstance(found, BaseModel):
        beside = [f"{path}.{name}" for name in found.model_extra or {}]
        return beside + [each for name, value in found for each in said_beside(value, f"{path}.{name}")]
    if isinstance(found, dict):
        return [each for name, value in found.items() for each in said_beside(value, f"{path}.{name}")]
    if isinstance(found, list | tuple):
        return [each for number, value in enumerate(found) for each in said_beside(value, f"{path}[{number}]")]
    return []


def test_every_answer_has_exactly_its_shape(document: dict[str, Any], answers: Answers) -> None:
    """What the server answers has each member of the shape that the document names, and none beside them."""
    shapes, seen = all_shapes(), set()
    for key, operation in operations(document).items():
        schema = operation["responses"]["200"]["content"].get("application/json", {}).get("schema", {})
        name = schema.get("$ref", "").rpartition("/")[2]
        if name:
            seen.add(name)
            found = shapes[name].model_validate_json(answers[key].content)
            assert said_beside(found) == [], key
    assert seen | {"Problem", "JobEvent"} >= set(shapes)


@pytest.mark.parametrize("strategy", [each["strategy_id"] for each in map(orjson.loads, EXAMPLES)])
def test_every_day_has_exactly_its_shape(served: Running, strategy: str) -> None:
    """Days of every example strategy, with parts, rejections, crossings and re-entries among them, have it too."""
    run = {**RUN_OF_TESTS, "user_id": f"shape-{strategy}", "strategy_id": strategy}
    ended(served.client, submitted(served.client, run))
    metadata = served.client.get(f"{API}/metadata/{run['user_id']}/{strategy}").content
    assert said_beside(Metadata.model_validate_json(metadata)) == []
    for day in orjson.loads(metadata)["daily_summaries"]:
        document = served.client.get(f"{API}/day/{run['user_id']}/{strategy}/{day['date']}").content
        assert said_beside(Day.model_validate_json(document)) == []
        for signal in orjson.loads(document)["signals"]:
            why = served.client.get(f"{API}/day/{run['user_id']}/{strategy}/{day['date']}/why?node={signal['node_id']}")
            assert said_beside(Why.model_validate_json(why.content)) == []


def test_who_may_do_what_is_documented_for_every_endpoint(document: dict[str, Any]) -> None:
    """Each path stands in the table of docs/security.md, by its first part that has a name."""
    text = page("security.md")
    for _, path in operations(document):
        name = path.removeprefix("/api/v1/").removeprefix("backtest/").strip("/").partition("/{")[0]
        assert f"`{name}" in text or f" {name}" in text, path
    assert all(path in text for path in OPEN_PATHS)


def test_every_setting_of_access_is_documented() -> None:
    """docs/security.md names the settings that let others in or bound what they send."""
    named = ("host", "allowed_hosts", "allowed_origins", "open_to_network", "largest_body_bytes", "log", "log_mb")
    assert set(named) <= Settings.model_fields.keys()
    assert [name for name in named if f"`{name}`" not in page("security.md")] == []
