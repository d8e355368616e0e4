"""The endpoint of a job's events."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response

from strikebook.server.backtest_routes import JobId
from strikebook.server.event_feed import EventFeed, EventReader
from strikebook.server.guard import admission_of
from strikebook.server.hot_reads import PREFIX
from strikebook.server.permission import refuse_others_job
from strikebook.server.query_names import api_router
from strikebook.server.reply import Receive, Reply, Scope, Send
from strikebook.server.routing import answers
from strikebook.server.wire.events import JobEvent
from strikebook.service.backtests import Backtests

EVENT_STREAM = "text/event-stream"
_EVENT = {
    "type": "object",
    "required": ["id", "event", "data"],
    "properties": {
        "id": {"type": "string"},
        "event": {"type": "string"},
        "retry": {"type": "integer"},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": {"$ref": f"#/components/schemas/{JobEvent.__name__}"},
        },
    },
}
_LARGEST_ID = 10_000_000
_HEADERS = ((b"cache-control", b"no-store"), (b"x-accel-buffering", b"no"))
_STREAM = "The events as they happen, each with its id, its name and a document of the shape JobEvent"

LastEventId = Annotated[
    int, Header(ge=0, le=_LARGEST_ID, description="The id of the last event that came: those after it follow.")
]
LastEventIdAsked = Annotated[
    int,
    Query(alias="last_event_id", ge=0, le=_LARGEST_ID, description="The same, for a client that can set no header."),
]


def event_router(backtests: Backtests, feed: EventFeed) -> APIRouter:
    """The route over a server's feed of events."""
    router = api_router(PREFIX)
    described = answers(_STREAM, 404, 503, kind=EVENT_STREAM)
    described[200]["content"] = {EVENT_STREAM: {"schema": _EVENT}}
    described[204] = {"description": "All events were read, and no more will come."}

    @router.get("/status/{job_id}/events", response_model=None, responses=described)
    async def events(
        request: Request,
        job_id: JobId,
        last_event_id: LastEventId = 0,
        last_event_id_asked: LastEventIdAsked = 0,
    ) -> Response:
        """What happened to a job and what happens, as server-sent events; they end with the job."""
        document = backtests.known_status(job_id)
        if document is None:
            document = await asyncio.to_thread(backtests.status, job_id)
        refuse_others_job(admission_of(request.scope), document)
        reader = await feed.open(job_id, max(last_event_id, last_event_id_asked))
        if reader is None:
            return Reply(204, _HEADERS)
        return EventStream(reader)

    return router


class EventStream(Reply):
    """A response that is what a reader reads; it ends with the log, or when the client has gone."""

    def __init__(self, reader: EventReader) -> None:
        kind = (b"content-type", f"{EVENT_STREAM}; charset=utf-8".encode())
        super().__init__(200, (kind, *_HEADERS))
        self._reader = reader

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        reader = self._reader
        gone = asyncio.create_task(_until_gone(receive))
        gone.add_done_callback(lambda _: reader.close())
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            async for part in reader.parts():
                await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            reader.close()
            gone.cancel()


async def _until_gone(receive: Receive) -> None:
    """Wait until a client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
