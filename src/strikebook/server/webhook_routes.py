"""The endpoints of webhooks, under ``/api/v1/webhooks``: make, list, remove, switch, test, the log, and once more."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import Annotated

import orjson
from fastapi import APIRouter, Path
from starlette.requests import Request

from strikebook.errors import BusyError
from strikebook.server.backtest_routes import OfUser
from strikebook.server.guard import caller_of
from strikebook.server.permission import own_user, refuse_other_user
from strikebook.server.problems import ProblemError, problem_of
from strikebook.server.query_names import api_router
from strikebook.server.reply import Reply, json_reply
from strikebook.server.routing import answers
from strikebook.server.wire.webhooks import (
    DELIVERY_PATTERN,
    WEBHOOK_PATTERN,
    WebhookBody,
    WebhookDeliveries,
    WebhookDelivery,
    WebhookList,
    WebhookMade,
    WebhookNow,
    WebhookRemoved,
)
from strikebook.service.backtests import Backtests
from strikebook.service.webhooks import Webhooks, delivery_document, unknown_webhook, webhook_document
from strikebook.webhooks.webhook import Delivery

_WAITS_BEYOND_S = 5.0
"""A test may wait behind a try of the same webhook: for that one's time and its own, and a little more."""

DeliveryId = Annotated[str, Path(pattern=DELIVERY_PATTERN, examples=["whd_0123456789abcdef01234567"])]
WebhookId = Annotated[str, Path(pattern=WEBHOOK_PATTERN, examples=["wh_0123456789abcdef"])]


def webhook_router(backtests: Backtests) -> APIRouter:
    """The routes over a server's webhooks."""
    router = api_router("/api/v1/webhooks")
    webhooks = backtests.webhooks
    _add_changes(router, webhooks)

    @router.get("", response_model=None, responses=answers(WebhookList))
    async def list_webhooks(request: Request, user_id: OfUser = None) -> Reply:
        """The webhooks of a user, or of all, the oldest first; never a secret."""
        found = await asyncio.to_thread(webhooks.of_user, own_user(request.scope, user_id))
        return _reply({"webhooks": [webhook_document(each) for each in found], "off": not webhooks.hosts})

    @router.post("/{webhook_id}/test", response_model=None, responses=answers(WebhookDelivery, 404, 409))
    async def test_webhook(request: Request, webhook_id: WebhookId) -> Reply:
        """Send a test to a webhook, once, and say what came of it."""
        await _permit(request, webhooks, webhook_id)
        _refuse_host(webhooks, (await asyncio.to_thread(webhooks.get, webhook_id)).url)
        return await _outcome(webhooks, await asyncio.to_thread(webhooks.test, webhook_id))

    @router.post(
        "/{webhook_id}/deliveries/{delivery_id}/redeliver",
        response_model=None,
        responses=answers(WebhookDelivery, 404, 409),
    )
    async def redeliver(request: Request, webhook_id: WebhookId, delivery_id: DeliveryId) -> Reply:
        """Send a delivery again now, once, under its own id, and say what came of it."""
        await _permit(request, webhooks, webhook_id)
        _refuse_host(webhooks, (await asyncio.to_thread(webhooks.get, webhook_id)).url)
        return await _outcome(webhooks, await asyncio.to_thread(webhooks.redeliver, webhook_id, delivery_id))

    @router.get("/{webhook_id}/deliveries", response_model=None, responses=answers(WebhookDeliveries, 404))
    async def deliveries(request: Request, webhook_id: WebhookId) -> Reply:
        """The log of a webhook: what it was told or will be, each try of it, the newest first."""
        await _permit(request, webhooks, webhook_id)
        found = await asyncio.to_thread(webhooks.deliveries, webhook_id)
        return _reply({"deliveries": [delivery_document(each) for each in found]})

    return router


def _add_changes(router: APIRouter, webhooks: Webhooks) -> None:
    @router.post("", response_model=None, responses=answers(WebhookMade, 409, 413))
    async def make_webhook(request: Request, body: WebhookBody) -> Reply:
        """Make a webhook: a URL that is told, signed, when a job of the user completes, fails or is cancelled."""
        refuse_other_user(request.scope, body.user_id)
        _refuse_host(webhooks, body.url)
        events, by_own_key = tuple(body.events), _by_own_key(request)
        made, secret = await asyncio.to_thread(
            webhooks.add, body.user_id, body.url, events, body.secret, by_own_key=by_own_key
        )
        return _reply({**webhook_document(made), "secret": secret})

    @router.post("/{webhook_id}/on", response_model=None, responses=answers(WebhookNow, 404))
    async def switch_on(request: Request, webhook_id: WebhookId) -> Reply:
        """Switch a webhook on: it is told of what ends from now on."""
        await _permit(request, webhooks, webhook_id)
        by_own_key = _by_own_key(request)
        return _reply(webhook_document(await asyncio.to_thread(webhooks.on, webhook_id, by_own_key=by_own_key)))

    @router.post("/{webhook_id}/off", response_model=None, responses=answers(WebhookNow, 404))
    async def switch_off(request: Request, webhook_id: WebhookId) -> Reply:
        """Switch a webhook off: it is told nothing until it is switched on, and what waits for it is given up."""
        await _permit(request, webhooks, webhook_id)
        return _reply(webhook_document(await asyncio.to_thread(webhooks.off, webhook_id)))

    @router.delete("/{webhook_id}", response_model=None, responses=answers(WebhookRemoved, 404))
    async def remove_webhook(request: Request, webhook_id: WebhookId) -> Reply:
        """Remove a webhook, with its log and what it has not been told yet."""
        await _permit(request, webhooks, webhook_id)
        await asyncio.to_thread(webhooks.remove, webhook_id)
        return _reply({"message": f"Removed the webhook {webhook_id}"})


async def _outcome(webhooks: Webhooks, sending: Future[Delivery]) -> Reply:
    """What came of a delivery that somebody waits for."""
    try:
        async with asyncio.timeout(2 * webhooks.timeout_s + _WAITS_BEYOND_S):
            return _reply(delivery_document(await asyncio.wrap_future(sending)))
    except TimeoutError:
        raise problem_of(
            BusyError("it waits behind other deliveries", where="webhook_id", right="look at the log later")
        ) from None


def _by_own_key(request: Request) -> bool:
    """Whether a user's key asks, and not an administrator's, or nobody's on a server without keys."""
    return not caller_of(request.scope).admin


async def _permit(request: Request, webhooks: Webhooks, webhook_id: str) -> None:
    """Another user's webhook is as if it were not there."""
    webhook = await asyncio.to_thread(webhooks.get, webhook_id)
    if not caller_of(request.scope).may_act_for(webhook.user_id):
        raise problem_of(unknown_webhook(webhook_id))


def _refuse_host(webhooks: Webhooks, url: str) -> None:
    """Where webhooks may go is the administrator's to say, so it is no mistake in the request's form."""
    refused = webhooks.refusal(url)
    if refused is not None:
        raise ProblemError(403, refused.what, refused.where, refused.right)


def _reply(document: object) -> Reply:
    return json_reply(orjson.dumps(document))
