"""The client's shapes are those of the server, and its calls come to them."""

from __future__ import annotations

import functools
import importlib
import inspect
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from pydantic import BaseModel, RootModel

from strikebook.client import Client, Result, Sweep, rows, tables
from strikebook.client.api import Calls
from strikebook.client.endpoint import Endpoint, Feed
from strikebook.client.jobs import JobCalls
from strikebook.client.results import ResultCalls
from strikebook.client.shapes.sweeps import ParameterBody
from strikebook.client.sweeps import SweepCalls
from strikebook.server.wire.shape import Asked
from tests.client.make_shapes import MODULES, SHAPES, modules, shapes_of
from tests.server.running import DAY, EXAMPLES, STRATEGY, USER, WEBHOOK_HOST
from tests.server.test_api_docs import said_beside


@pytest.mark.parametrize("name", modules())
def test_the_shapes_are_written_from_those_of_the_server(name: str) -> None:
    """A module of shapes is what ``python -m tests.client.make_shapes`` makes of its namesake."""
    assert (SHAPES / f"{name}.py").read_text("utf-8") == shapes_of(name), "run python -m tests.client.make_shapes"


def models(name: str) -> list[type[BaseModel]]:
    """The answers of a module of the server, and their parts."""
    module = importlib.import_module(f"strikebook.server.wire.{name}")
    found = [each for each in vars(module).values() if isinstance(each, type) and each.__module__ == module.__name__]
    return [each for each in found if issubclass(each, BaseModel) and not issubclass(each, RootModel)]


@pytest.mark.parametrize("name", [each for each in modules() if each != "shape"])
def test_every_member_of_an_answer_is_in_its_shape(name: str) -> None:
    """Names and what may be left out are those of pydantic's own reading of the server's shapes."""
    module = importlib.import_module(f"strikebook.client.shapes.{name}")
    compared = 0
    for model in models(name):
        shape = vars(module).get(model.__name__)
        if shape is None:
            assert issubclass(model, Asked)
            continue
        compared += 1
        fields = {field.alias or each: field.is_required() for each, field in model.model_fields.items()}
        hints = {each: str(hint) for each, hint in shape.__annotations__.items()}
        assert {each: "NotRequired" not in hint for each, hint in hints.items()} == fields, model.__name__
    assert compared > 0


def test_every_module_of_answers_is_mirrored() -> None:
    """A module of the server that a call of the client answers with is among those that are written."""
    assert {path.stem for path in SHAPES.glob("*.py")} == {*modules(), "__init__"}
    assert set(modules()) <= set(MODULES)


def _other(client: Client) -> tuple[str, str]:
    """Another result than that of the tests."""
    client.run("other", STRATEGY, DAY, DAY).wait()
    return "other", STRATEGY


@functools.cache
def _swept(client: Client) -> Sweep:
    """A sweep that has ended."""
    path = "$.nodes[bullish-entry].data.positions[0].maxEntries"
    parameters: list[ParameterBody] = [{"name": "most", "path": path, "values": [1, 10]}]
    sweep = client.run_sweep("shaped", STRATEGY, DAY, "04-10-2024", parameters)
    sweep.wait()
    return sweep


def _hook(client: Client) -> str:
    """The webhook of the tests."""
    found = client.webhooks("shaped")["webhooks"]
    return found[0]["webhook_id"] if found else client.add_webhook("shaped", WEBHOOK_HOST)["webhook_id"]


def calls() -> dict[str, Callable[[Client, Result], Any]]:
    """Each call that answers with a document, by the name of the server's shape for that."""
    document = (EXAMPLES / "two_sided_rsi.json").read_bytes()
    return {
        "jobs.Health": lambda client, _: client.health(),
        "jobs.Me": lambda client, _: client.me(),
        "strategies.Market": lambda client, _: client.market(),
        "strategies.Strategies": lambda client, _: {"strategies": client.strategies()},
        "strategies.Findings": lambda client, _: client.strategy_graph(STRATEGY),
        "strategies.Findings ": lambda client, _: client.validate_strategy(document),
        "strategies.Findings  ": lambda client, _: client.put_strategy(STRATEGY, document, USER),
        "strategies.Deleted": lambda client, _: client.delete_strategy(STRATEGY, USER),
        "jobs.Jobs": lambda client, _: {"jobs": client.jobs(USER)},
        "jobs.Status": lambda client, _: client.job(client.jobs(USER)[0]["job_id"]).status(),
        "jobs.Status ": lambda client, _: client.job(client.jobs(USER)[0]["job_id"]).cancel(),
        "runs.Results": lambda client, _: {"results": client.results(USER)},
        "runs.Metadata": lambda _, result: result.metadata,
        "days.Day": lambda _, result: result.day(DAY),
        "days.Chart": lambda _, result: result.chart(DAY, timeframe="5m"),
        "reasons.WhySignal": lambda _, result: result.why(DAY, "bullish-signal"),
        "strategies.Findings   ": lambda _, result: result.graph(),
        "runs.RunStatistics": lambda _, result: result.statistics(150_000),
        "runs.Repriced": lambda _, result: result.reprice(terms="today", brokerage=10),
        "runs.Verified": lambda _, result: result.verify(),
        "comparison.Compared": lambda client, result: client.compare(result, _other(client)),
        "retention.Pinned": lambda _, result: result.pin(),
        "retention.Lives": lambda _, result: result.live(48),
        "retention.Pinned ": lambda _, result: result.unpin(),
        "jobs.CleanupStatus": lambda client, _: client.cleanup_status(),
        "jobs.CleanupDone": lambda client, _: client.cleanup(),
        "jobs.ClearedAnswer": lambda client, _: client.clear("nobody", STRATEGY),
        "retention.Usage": lambda client, _: client.usage(USER),
        "retention.UserLimits": lambda client, _: client.set_limits("shaped", ttl_hours=2, quota_mb=0.5),
        "retention.UserLimits ": lambda client, _: client.limits(USER),
        "retention.AllLimits": lambda client, _: {"limits": client.all_limits()},
        "retention.UserLimits  ": lambda client, _: client.remove_limits("shaped"),
        "remembered.NotesTold": lambda _, result: result.set_notes(name="a name", note="two\nlines", tags=["rsi"]),
        "remembered.NotesTold ": lambda client, _: client.notes(USER, STRATEGY),
        "remembered.NotesTold  ": lambda client, _: client.delete_notes(USER, STRATEGY),
        "remembered.RunHistory": lambda _, result: result.history(limit=1),
        "remembered.HistoryDeleted": lambda client, _: client.delete_history("nobody", STRATEGY),
        "sweeps.SweepList": lambda client, _: {"sweeps": client.sweeps(_swept(client).user_id)},
        "sweeps.SweepAnswer": lambda client, _: _swept(client).read(),
        "sweeps.WalkedForward": lambda client, _: _swept(client).walk_forward(1, 1, anchored=True, objective="sharpe"),
        "sweeps.Kept": lambda client, _: _swept(client).keep(1, strategy_id="kept", strategy_name="One entry"),
        "webhooks.WebhookMade": lambda client, _: client.add_webhook("shaped", WEBHOOK_HOST, secret="s" * 16),
        "webhooks.WebhookList": lambda client, _: client.webhooks("shaped"),
        "webhooks.WebhookDelivery": lambda client, _: client.test_webhook(_hook(client)),
        "webhooks.WebhookDeliveries": lambda client, _: {"deliveries": client.deliveries(_hook(client))},
        "webhooks.WebhookNow": lambda client, _: client.webhook_off(_hook(client)),
        "webhooks.WebhookNow ": lambda client, _: client.webhook_on(_hook(client)),
        "webhooks.WebhookRemoved": lambda client, _: client.remove_webhook(_hook(client)),
    }


@pytest.mark.parametrize("name", calls())
def test_a_call_comes_to_its_shape(client: Client, result: Result, name: str) -> None:
    """What a call gives has every member of the server's shape, and none beside them."""
    module, _, model = name.strip().partition(".")
    shape = getattr(importlib.import_module(f"strikebook.server.wire.{module}"), model)
    assert said_beside(shape.model_validate_json(orjson.dumps(calls()[name](client, result)))) == []


def test_every_call_says_what_it_does_and_is_there_in_both_clients() -> None:
    """Calls are defined once, with a docstring and the signature that a caller sees."""
    for kind in (Calls, ResultCalls, JobCalls, SweepCalls):
        members = inspect.getmembers_static(kind)
        found = {name: each for name, each in members if isinstance(each, Endpoint | Feed)}
        assert len(found) > 4
        assert [name for name, each in found.items() if not each.__doc__] == []
    with Client() as client:
        assert list(inspect.signature(client.run).parameters)[:2] == ["user_id", "strategy_id"]
        assert client.run.__doc__ == Calls.run.__doc__


FRAMES = {
    "runs.DailySummary": rows.DAY_COLUMNS,
    "days.Trade": rows.TRADE_COLUMNS,
    "days.Position": rows.POSITION_COLUMNS,
    "sweeps.Point": tables.POINT_COLUMNS,
    "remembered.PastRun": tables.PAST_RUN_COLUMNS,
    "retention.KeptResult": tables.KEPT_COLUMNS,
}
LEFT_OUT = {
    "days.Position": {"parts", "diagnostic_data", "exit_diagnostic_data", "entry_trigger", "node_variables"},
    "sweeps.Point": {"values", "reasons"},
    "remembered.PastRun": {"options"},
}
"""In the document alone: they are no cells. A point's values are columns of their own."""


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_has_every_member(name: str) -> None:
    """A member that the server adds to a day, a trade or a position is missing from its frame, and this fails."""
    module, _, model = name.partition(".")
    fields = set(getattr(importlib.import_module(f"strikebook.server.wire.{module}"), model).model_fields)
    columns = {each.path[0] for each in FRAMES[name]}
    assert fields - columns == LEFT_OUT.get(name, set())
    assert columns - fields <= {"date"}
    assert len({each.name for each in FRAMES[name]}) == len(FRAMES[name])


def test_the_client_is_light() -> None:
    """Importing it loads nothing of Strikebook but its errors, and none of the heavy libraries."""
    told = subprocess.run(
        [sys.executable, "-c", "import sys, strikebook.client; print(*sys.modules, sep='\\n')"],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = told.stdout.split()
    ours = [name for name in loaded if name.startswith("strikebook.") and not name.startswith("strikebook.client")]
    assert ours == ["strikebook.errors"]
    heavy = ("numpy", "pandas", "polars", "pyarrow", "pydantic", "fastapi", "IPython", "exchange_calendars", "talib")
    assert [name for name in loaded if name.split(".")[0] in heavy] == []
