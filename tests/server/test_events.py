"""A job's events over HTTP: all of them, once, in their order, for every reader, also after a break."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import httpx_sse
import orjson
import pytest

from strikebook.errors import NotFoundError, QueueFullError, UsageError
from strikebook.server import event_feed
from strikebook.server.event_feed import EventFeed
from tests.server.running import API, LONG_RUN, RUN, STRATEGY, Running, ended, problem, running, submitted, until

Event = tuple[int, str, dict[str, Any]]


def events_path(job_id: str) -> str:
    return f"{API}/status/{job_id}/events"


def read(client: httpx.Client, job_id: str, after: int | None = None, most: int | None = None) -> Iterator[Event]:
    """A job's events as they come, until the stream ends, or so many came."""
    headers = {} if after is None else {"Last-Event-ID": str(after)}
    with httpx_sse.connect_sse(client, "GET", events_path(job_id), headers=headers) as source:
        for number, event in enumerate(source.iter_sse(), 1):
            yield int(event.id), event.event, event.json()
            if number == most:
                return


def test_a_run_is_told_from_the_queue_to_its_end(served: Running) -> None:
    """Its place, its start, each day with the figures of its summary, its end; the numbers count up from one."""
    job = submitted(served.client, {**RUN, "user_id": "teller"})
    came = list(read(served.client, job))
    assert [number for number, _, _ in came] == list(range(1, len(came) + 1))
    assert [name for _, name, _ in came] == ["queued", "started", "day", "day", "day", "completed"]
    metadata = served.client.get(f"{API}/metadata/teller/{STRATEGY}").json()
    summaries = {day["date"]: day for day in metadata["daily_summaries"]}
    for _, _, document in came[2:5]:
        told = document["day"]
        assert told == {name: summaries[told["date"]][name] for name in told}
    assert came[-1][2]["progress"] == served.client.get(f"{API}/status/{job}").json()["progress"]
    assert came[-1][2]["progress"]["pnl"] == metadata["overall_summary"]["total_pnl"]
    assert list(read(served.client, job)) == came


def test_a_reader_goes_on_where_it_was(served: Running) -> None:
    """After any event the rest comes; after the last nothing, with a status that tells a browser to stop."""
    job = submitted(served.client, {**RUN, "user_id": "again"})
    came = list(read(served.client, job))
    for after in range(len(came)):
        assert list(read(served.client, job, after)) == came[after:]
    answer = served.client.get(events_path(job), headers={"Last-Event-ID": str(len(came))})
    assert (answer.status_code, answer.content) == (204, b"")
    asked = served.client.get(events_path(job), params={"last_event_id": len(came) - 1})
    assert asked.text.count("\nid: ") == 1
    assert asked.headers["content-type"].startswith("text/event-stream")
    assert (asked.headers["cache-control"], asked.headers["x-accel-buffering"]) == ("no-store", "no")


@pytest.mark.parametrize("wrong", ["7", "99999999999999999999", "-1", "x", "1.5", ""])
def test_an_event_that_never_was_is_refused(served: Running, wrong: str) -> None:
    """Nothing is sent after an id that no event has."""
    job = submitted(served.client, {**RUN, "user_id": "wrong"})
    ended(served.client, job)
    problem(served.client.get(events_path(job), headers={"Last-Event-ID": wrong}), 422)


def test_an_unknown_job_has_no_events(served: Running) -> None:
    """As its status has none."""
    problem(served.client.get(events_path("bt_20241202_153045_abc123")), 404)
    problem(served.client.get(events_path("none")), 422)
    assert served.client.post(events_path("bt_20241202_153045_abc123")).status_code == 405


def test_many_readers_at_once_lose_and_double_nothing(served: Running) -> None:
    """Sixty readers that come at any time, some of which break off and come back, all read the same."""
    job = submitted(served.client, {**RUN, "user_id": "crowd", "end_date": "2024-11-29"})
    found: list[list[Event]] = []

    def reader(number: int) -> None:
        time.sleep(number % 7 * 0.05)
        came: list[Event] = []
        with httpx.Client(base_url=served.url, timeout=60, trust_env=False) as client:
            while not came or came[-1][1] != "completed":
                most = None if number % 3 else 5
                came += read(client, job, came[-1][0] if came else None, most)
        found.append(came)

    threads = [threading.Thread(target=reader, args=(number,)) for number in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = list(read(served.client, job))
    assert [name for _, name, _ in whole].count("day") == served.client.get(f"{API}/status/{job}").json()["progress"][
        "completed_days"
    ]
    assert len(found) == 60
    assert all(came == whole for came in found)


def test_a_cancelled_job_that_is_resumed_goes_on_in_its_log(tmp_path: Path) -> None:
    """The stream ends with the cancel; who comes back after it reads what followed."""
    with running(tmp_path) as server:
        job = submitted(server.client, {**LONG_RUN, "end_date": "2019-12-31"})
        until(server.client, job, ("running",))
        first = threading.Timer(1.0, lambda: server.client.post(f"{API}/jobs/{job}/cancel"))
        first.start()
        before = list(read(server.client, job))
        assert before[-1][1] == "cancelled"
        server.client.post(f"{API}/jobs/{job}/resume").raise_for_status()
        after = list(read(server.client, job, before[-1][0]))
        assert [name for _, name, _ in after[:2]] == ["queued", "started"]
        assert after[-1][1] == "completed"
        days = [document["day"]["date"] for _, name, document in before + after if name == "day"]
        assert len(days) == len(set(days)) == after[-1][2]["progress"]["completed_days"]


def test_a_killed_server_loses_and_doubles_no_event(tmp_path: Path) -> None:
    """SIGKILL in the middle of a run: the next server goes on with the log, and tells every day once."""
    before: list[Event] = []

    def killed() -> str:
        with running(tmp_path) as server:
            job = submitted(server.client, {**LONG_RUN, "end_date": "2019-09-30"})
            before.extend(read(server.client, job, most=30))
            server.process.kill()
        return job

    with pytest.raises(AssertionError):
        killed()
    with running(tmp_path) as server:
        job = server.client.get(f"{API}/jobs").json()["jobs"][0]["job_id"]
        after = list(read(server.client, job, before[-1][0]))
        whole = list(read(server.client, job))
        assert whole == before + after
        assert [name for _, name, _ in whole].count("started") == 2
        days = [document["day"]["date"] for _, name, document in whole if name == "day"]
        assert len(days) == len(set(days)) == whole[-1][2]["progress"]["completed_days"]
        assert whole[-1][1] == "completed"


def test_a_server_that_stops_ends_its_streams(tmp_path: Path) -> None:
    """It does not wait for its readers; they come back to the next one."""
    with running(tmp_path) as server:
        job = submitted(server.client, LONG_RUN)
        threading.Timer(0.5, server.process.terminate).start()
        begun = time.monotonic()
        came = list(read(server.client, job))
        assert time.monotonic() - begun < 8
    assert came[-1][1] in ("started", "day")


# The feed itself.


class Log:
    """A log to read from, and how often it was looked at."""

    def __init__(self) -> None:
        self.lines = b""
        self.ended = False
        self.looks = 0

    def of(self, job_id: str, offset: int) -> tuple[bytes, bool]:
        if job_id != "job":
            raise NotFoundError("no job", where="job_id")
        self.looks += 1
        return self.lines[offset:], self.ended

    def add(self, event: str) -> None:
        self.lines += orjson.dumps({"event": event}) + b"\n"


def test_readers_share_one_look_at_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred readers cost as many looks as one, and when the last has left there are no more."""
    monkeypatch.setattr(event_feed, "_LOOK_EVERY_S", 0.01)
    log = Log()
    log.add("queued")

    async def go() -> list[bytes]:
        feed = EventFeed(log.of)
        readers = [await feed.open("job", 0) for _ in range(100)]

        async def all_of(reader: Any) -> bytes:
            return b"".join([part async for part in reader.parts()])

        reading = [asyncio.create_task(all_of(reader)) for reader in readers]
        await asyncio.sleep(0.1)
        log.add("completed")
        log.ended = True
        came = await asyncio.gather(*reading)
        looks = log.looks
        await asyncio.sleep(0.1)
        assert log.looks == looks < 50
        return list(came)

    came = asyncio.run(go())
    first = b'retry: 1000\nid: 1\nevent: queued\ndata: {"event":"queued"}\n\n'
    second = b'id: 2\nevent: completed\ndata: {"event":"completed"}\n\n'
    assert set(came) == {first + second}


def test_a_silent_job_says_that_the_server_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """A comment now and then keeps what is between from closing the connection."""
    monkeypatch.setattr(event_feed, "_STILL_HERE_EVERY_S", 0.01)

    async def go() -> list[bytes]:
        reader = await EventFeed(Log().of).open("job", 0)
        assert reader is not None
        parts = reader.parts()
        came = [await anext(parts)]
        await parts.aclose()  # type: ignore[attr-defined]  # a generator
        return came

    assert asyncio.run(go()) == [b": still here\n\n"]


def test_readers_are_limited_and_leave_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """One too many is refused; who was refused, or has left, takes no place."""
    monkeypatch.setattr(event_feed, "LARGEST_READERS", 1)

    async def go() -> None:
        feed = EventFeed(Log().of)
        for wrong, error in (("other", NotFoundError), ("job", UsageError)):
            with pytest.raises(error):
                await feed.open(wrong, 5)
        reader = await feed.open("job", 0)
        assert reader is not None
        with pytest.raises(QueueFullError):
            await feed.open("job", 0)
        reader.close()
        again = await feed.open("job", 0)
        assert again is not None
        again.close()

    asyncio.run(go())


def test_what_breaks_while_it_is_read_ends_the_stream(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever goes wrong, nobody waits for ever; what nobody foresaw is logged."""
    log = Log()

    async def go() -> bytes:
        feed = EventFeed(log.of)
        reader = await feed.open("job", 0)
        assert reader is not None
        log.lines = b"no JSON\n"
        return b"".join([part async for part in reader.parts()])

    assert asyncio.run(go()) == b""
    assert "events broke" in caplog.text
