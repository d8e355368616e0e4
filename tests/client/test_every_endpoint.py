"""Every operation of the API has a call in both clients; what has none is listed here, with its reason."""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from strikebook.client import AsyncClient, Client, Exchanged
from strikebook.client.shapes.sweeps import ParameterBody
from tests.server.running import DAY, EXAMPLES, LONG_RUN, RUN, STRATEGY, WEBHOOK_HOST, Running

LEFT_OUT = {
    "GET /metrics": "text for Prometheus, which asks by itself",
}
"""`/docs`, `/openapi.json` and the page are no operations: the OpenAPI document does not have them."""

DAYS = (RUN["start_date"], RUN["end_date"])
MOST: ParameterBody = {
    "name": "most",
    "path": "$.nodes[bullish-entry].data.positions[0].maxEntries",
    "values": [1, 10],
}
DOCUMENT = (EXAMPLES / "two_sided_rsi.json").read_bytes()


@dataclass
class Found:
    """What the calls are about: each is made by an earlier call."""

    ask: Any
    user: str
    folder: Path
    job: Any = None
    result: Any = None
    sweep: Any = None
    webhook: str = ""
    delivery: str = ""


Call = Callable[[Found], Any]
CALLS: dict[str, Call] = {
    "GET /health": lambda it: it.ask.health(),
    "GET /api/v1/me": lambda it: it.ask.me(),
    "GET /api/v1/market": lambda it: it.ask.market(),
    "POST /api/v1/strategies/validate": lambda it: it.ask.validate_strategy(DOCUMENT),
    "PUT /api/v1/strategies/{strategy_id}": lambda it: it.ask.put_strategy(STRATEGY, DOCUMENT, it.user),
    "GET /api/v1/strategies": lambda it: it.ask.strategies(it.user),
    "GET /api/v1/strategies/{strategy_id}": lambda it: it.ask.strategy(STRATEGY, it.user),
    "GET /api/v1/strategies/{strategy_id}/graph": lambda it: it.ask.strategy_graph(STRATEGY, it.user),
    "POST /api/v1/backtest/run": lambda it: it.ask.run(it.user, STRATEGY, *DAYS),
    "GET /api/v1/backtest/status/{job_id}/events": lambda it: it.job.events(),
    "GET /api/v1/backtest/status/{job_id}": lambda it: it.job.wait(),
    "GET /api/v1/backtest/jobs": lambda it: it.ask.jobs(it.user),
    "GET /api/v1/backtest/results/{user_id}": lambda it: it.ask.results(it.user),
    "GET /api/v1/backtest/metadata/{user_id}/{strategy_id}": lambda it: it.job.result(),
    "GET /api/v1/backtest/day/{user_id}/{strategy_id}/{date}": lambda it: it.result.trades(),
    "GET /api/v1/backtest/day/{user_id}/{strategy_id}/{date}/download": lambda it: it.result.download(DAY, it.folder),
    "GET /api/v1/backtest/day/{user_id}/{strategy_id}/{date}/why": lambda it: it.result.why(DAY, "bullish-signal"),
    "GET /api/v1/backtest/day/{user_id}/{strategy_id}/{date}/chart": lambda it: it.result.chart(DAY),
    "GET /api/v1/backtest/results/{user_id}/{strategy_id}/graph": lambda it: it.result.graph(),
    "GET /api/v1/backtest/statistics/{user_id}/{strategy_id}": lambda it: it.result.statistics(150_000),
    "GET /api/v1/backtest/reprice/{user_id}/{strategy_id}": lambda it: it.result.reprice(terms="today"),
    "GET /api/v1/backtest/verify/{user_id}/{strategy_id}": lambda it: it.result.verify(),
    "GET /api/v1/backtest/export/{user_id}/{strategy_id}": lambda it: it.result.export(it.folder / "all.csv"),
    "GET /api/v1/backtest/compare": lambda it: it.ask.compare(it.result, ("user_123", STRATEGY)),
    "PUT /api/v1/backtest/pin/{user_id}/{strategy_id}": lambda it: it.result.pin(),
    "DELETE /api/v1/backtest/pin/{user_id}/{strategy_id}": lambda it: it.result.unpin(),
    "PUT /api/v1/backtest/ttl/{user_id}/{strategy_id}": lambda it: it.result.live(48),
    "PUT /api/v1/backtest/notes/{user_id}/{strategy_id}": lambda it: it.result.set_notes(name="first", tags=["rsi"]),
    "GET /api/v1/backtest/notes/{user_id}/{strategy_id}": lambda it: it.result.notes(),
    "DELETE /api/v1/backtest/notes/{user_id}/{strategy_id}": lambda it: it.ask.delete_notes(it.user, STRATEGY),
    "GET /api/v1/backtest/history/{user_id}/{strategy_id}": lambda it: it.result.past_runs(),
    "GET /api/v1/backtest/history/{user_id}": lambda it: it.ask.histories(it.user),
    "DELETE /api/v1/backtest/history/{user_id}/{strategy_id}": lambda it: it.ask.delete_history(it.user, STRATEGY),
    "GET /api/v1/backtest/usage/{user_id}": lambda it: it.ask.kept(it.user),
    "PUT /api/v1/backtest/limits/{user_id}": lambda it: it.ask.set_limits(it.user, quota_mb=500),
    "GET /api/v1/backtest/limits/{user_id}": lambda it: it.ask.limits(it.user),
    "GET /api/v1/backtest/limits": lambda it: it.ask.all_limits(),
    "DELETE /api/v1/backtest/limits/{user_id}": lambda it: it.ask.remove_limits(it.user),
    "GET /api/v1/backtest/cleanup/status": lambda it: it.ask.cleanup_status(),
    "POST /api/v1/backtest/cleanup/run": lambda it: it.ask.cleanup(),
    "POST /api/v1/backtest/sweep": lambda it: it.ask.run_sweep(it.user, STRATEGY, *DAYS, [MOST], walk_forward=WINDOWS),
    "GET /api/v1/backtest/sweeps/{user_id}": lambda it: it.ask.sweeps(it.user),
    "GET /api/v1/backtest/sweep/{user_id}/{sweep_id}": lambda it: it.sweep.table(),
    "GET /api/v1/backtest/sweep/{user_id}/{sweep_id}/walk-forward": lambda it: it.sweep.windows(),
    "POST /api/v1/backtest/sweep/{user_id}/{sweep_id}/keep": lambda it: it.sweep.keep(2, strategy_id=f"of-{it.user}"),
    "DELETE /api/v1/backtest/sweep/{user_id}/{sweep_id}": lambda it: it.sweep.delete(),
    "POST /api/v1/webhooks": lambda it: it.ask.add_webhook(it.user, f"{WEBHOOK_HOST}/in", events=["failed"]),
    "GET /api/v1/webhooks": lambda it: it.ask.webhooks(it.user),
    "POST /api/v1/webhooks/{webhook_id}/test": lambda it: it.ask.test_webhook(it.webhook),
    "GET /api/v1/webhooks/{webhook_id}/deliveries": lambda it: it.ask.deliveries(it.webhook),
    "POST /api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver": lambda it: it.ask.redeliver(
        it.webhook, it.delivery
    ),
    "POST /api/v1/webhooks/{webhook_id}/off": lambda it: it.ask.webhook_off(it.webhook),
    "POST /api/v1/webhooks/{webhook_id}/on": lambda it: it.ask.webhook_on(it.webhook),
    "DELETE /api/v1/webhooks/{webhook_id}": lambda it: it.ask.remove_webhook(it.webhook),
    "DELETE /api/v1/strategies/{strategy_id}": lambda it: it.ask.delete_strategy(STRATEGY, it.user),
    "DELETE /api/v1/backtest/clear/{user_id}/{strategy_id}": lambda it: it.ask.clear(it.user, STRATEGY),
    "POST /api/v1/backtest/jobs/{job_id}/cancel": lambda it: it.job.cancel(),
    "POST /api/v1/backtest/jobs/{job_id}/resume": lambda it: it.job.resume(),
}
WINDOWS = {"train_days": 1, "test_days": 1}
LONG = (LONG_RUN["start_date"], LONG_RUN["end_date"])


async def came_of(call: Any) -> Any:
    """What a call comes to, in whichever client it is."""
    if inspect.isawaitable(call):
        return await call
    if isinstance(call, AsyncIterator):
        return [each async for each in call]
    return list(call) if isinstance(call, Iterator) else call


async def prepare(it: Found, operation: str) -> None:
    """Make what an operation is about, where no call before it has."""
    if operation.endswith("/cancel"):
        it.job = await came_of(it.ask.run(it.user, STRATEGY, *LONG))
    if operation.endswith("/resume"):
        assert (await came_of(it.job.wait(check=False)))["status"] == "cancelled"


async def remember(it: Found, operation: str, answer: Any) -> None:
    """Keep what later calls are about."""
    if operation == "POST /api/v1/backtest/run":
        it.job = answer
    if operation.startswith("GET /api/v1/backtest/metadata"):
        it.result = answer
    if operation == "POST /api/v1/backtest/sweep":
        it.sweep = answer
        assert (await came_of(answer.wait()))["kind"] == "sweep"
    if operation == "POST /api/v1/webhooks":
        it.webhook = answer["webhook_id"]
        assert answer["secret"]
    if operation.endswith("/test"):
        it.delivery = answer["delivery_id"]
    if operation.endswith("/resume"):
        await came_of(it.job.cancel())
        await came_of(it.job.wait(check=False))


def template_of(each: Exchanged, templates: list[str]) -> str:
    """The operation of the OpenAPI document that was asked; the one with the fewest places where several fit."""
    fitting = [
        name
        for name in templates
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", name), f"{each.method} {each.path}") is not None
    ]
    assert fitting, each
    return min(fitting, key=lambda name: name.count("{"))


def operations_of(server: Running) -> list[str]:
    """The operations of the server's own OpenAPI document."""
    paths = server.client.get("/openapi.json").json()["paths"]
    return [f"{method.upper()} {path}" for path, methods in paths.items() for method in methods]


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_every_operation_has_a_call(served: Running, tmp_path: Path, kind: type[Client] | type[AsyncClient]) -> None:
    """Each call of the table asks its operation, and every operation is in the table, or left out with a reason."""
    operations = operations_of(served)
    assert sorted(operations) == sorted([*CALLS, *LEFT_OUT])
    asked: list[Exchanged] = []

    async def ask_all() -> None:
        client = kind(served.url, on_answer=asked.append)
        it = Found(client, f"every-{kind.__name__}".lower(), tmp_path)
        for operation, call in CALLS.items():
            await prepare(it, operation)
            asked.clear()
            answer = await came_of(call(it))
            assert operation in {template_of(each, operations) for each in asked}
            assert {each.status for each in asked} <= {200, 204}, operation
            await remember(it, operation, answer)
        closed = client.close()
        if closed is not None:
            await closed

    asyncio.run(ask_all())
