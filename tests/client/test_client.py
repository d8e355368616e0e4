"""The client against a real server: what it gives, what it raises, and what it does when the way is bad."""

from __future__ import annotations

import asyncio
import copy
import gzip
import socket
import threading
import time
from collections import deque
from datetime import UTC, date, datetime
from pathlib import Path

import orjson
import pytest

from strikebook.client import (
    AnswerError,
    AsyncClient,
    BusyError,
    Client,
    FullError,
    InvalidError,
    KeyRefusedError,
    NotCompletedError,
    NotFoundError,
    RefusedError,
    ReplacedError,
    Result,
    UnreachableError,
)
from strikebook.errors import StrikebookError, UsageError
from strikebook.server.keys import Keys
from tests.client.shaky import between
from tests.server.running import API, DAY, LONG_RUN, RUN, STRATEGY, USER, Running, running

FIRST, LAST = date(2024, 10, 1), date(2024, 10, 4)
LONG = (LONG_RUN["start_date"], LONG_RUN["end_date"])


def test_a_run_is_followed_to_its_result(client: Client) -> None:
    """Queued, told event by event, waited for; its days and trades are those of the server."""
    job = client.run("follower", STRATEGY, FIRST, LAST, options={"scale": 2, "slippage": "0.5 points"})
    seen: list[int] = []
    status = job.wait(progress=lambda document: seen.append(document["progress"]["completed_days"]))
    assert (status["status"], status["options"]["scale"], seen[-1]) == ("completed", "2", 3)
    assert seen == sorted(seen)
    assert len(seen) > 4  # events, and no polling
    told = list(job.events())
    assert [each["event"] for each in told] == ["queued", "started", "day", "day", "day", "completed"]
    assert list(job.events(after=4)) == told[4:]
    result = job.result()
    assert (result.user_id, result.metadata["job_id"]) == ("follower", job.job_id)
    assert round(sum(each["pnl"] * 100 for each in result.trades())) == round(status["progress"]["pnl"] * 100)


def test_an_async_client_comes_to_the_same(served: Running, result: Result) -> None:
    """All that a Client gives, an AsyncClient gives when it is awaited."""

    async def ask() -> None:
        async with AsyncClient(served.url) as client:
            job = await client.run("awaited", STRATEGY, FIRST, LAST)
            assert [each["event"] async for each in job.events()][-1] == "completed"
            assert (await job.wait(progress=True))["status"] == "completed"
            found = await job.result()
            assert await found.trades() == result.trades()
            assert await found.day(DAY) == result.day(DAY)
            assert found.days().to_pandas().equals(result.days().to_pandas())
            with pytest.raises(NotFoundError):
                await client.result("nobody", STRATEGY)
            running_job = await client.run("awaited", STRATEGY, *LONG)
            with pytest.raises(NotCompletedError):
                await running_job.wait(timeout_s=0.1, every_s=0.05)
            await running_job.cancel()
            assert (await running_job.wait(check=False))["status"] == "cancelled"

    asyncio.run(ask())


def test_days_are_given_in_any_form(result: Result) -> None:
    """A date, a datetime, DD-MM-YYYY, YYYY-MM-DD; what is no day is not asked for."""
    days = [result.day(each) for each in (DAY, "2024-10-01", FIRST, datetime(2024, 10, 1, 9, 15, tzinfo=UTC))]
    assert all(day == days[0] for day in days)
    assert len(result.trades("03-10-2024", FIRST)) == 0
    assert {each["date"] for each in result.trades(last="2024-10-03")} == {DAY, "03-10-2024"}
    assert len(result.positions(first=LAST)) == result.days()[2]["positions"]
    with pytest.raises(UsageError, match="is no day"):
        result.day("../../01-10-2024")


def test_a_refusal_has_the_words_of_the_server(client: Client, result: Result) -> None:
    """Its status, what, where, what would be right, its request, and what stands beside them; copied, too."""
    with pytest.raises(NotFoundError) as gone:
        result.day("02-10-2024")
    assert gone.value.nearest_dates == ["01-10-2024", "03-10-2024", "04-10-2024"]
    assert (gone.value.status, gone.value.where, bool(gone.value.request_id)) == (404, f"{USER}/{STRATEGY}", True)
    assert "GET /api/v1/backtest/day/" in str(gone.value)
    assert isinstance(gone.value, StrikebookError)
    with pytest.raises(InvalidError) as invalid:
        client.run(USER, STRATEGY, "2024-02-30", LAST, options={"fill": "never"})  # type: ignore[typeddict-item]
    assert {each["where"] for each in invalid.value.errors} >= {"body.options.fill", "body.start_date"}
    with pytest.raises(InvalidError, match="unknown node type"):
        client.put_strategy(STRATEGY, {"strategy_id": STRATEGY, "nodes": [{"id": "a", "type": "x"}]}, USER)
    for error in (gone.value, invalid.value):
        again = copy.copy(error)
        assert (type(again), str(again), again.problem) == (type(error), str(error), error.problem)


def test_a_busy_user_is_told_of_the_job(client: Client) -> None:
    """BusyError has the job; it is cancelled with that, resumed, and is refused when it is completed."""
    client.run("busy", STRATEGY, *LONG)
    with pytest.raises(BusyError) as busy:
        client.run("busy", STRATEGY, FIRST, LAST)
    assert busy.value.job is not None
    job = client.job(busy.value.job["job_id"])
    job.cancel()
    with pytest.raises(NotCompletedError, match="is cancelled") as ended:
        job.wait()
    assert ended.value.job["status"] == "cancelled"
    assert job.resume()["status"] in ("queued", "running")
    job.cancel()
    assert job.wait(check=False)["status"] == "cancelled"
    assert client.clear("busy", STRATEGY)["message"]


def test_results_that_are_replaced_while_they_are_read_are_told(client: Client) -> None:
    """Trades of two runs are never in one list."""
    job = client.run("twice", STRATEGY, FIRST, LAST)
    job.wait()
    old = job.result()
    client.run("twice", STRATEGY, FIRST, LAST, options={"scale": 3}).wait()
    with pytest.raises(ReplacedError, match="are those of bt_"):
        old.trades()
    with pytest.raises(ReplacedError):
        job.result()
    assert client.result("twice", STRATEGY).trades()[0]["quantity"] == 3 * 25


def test_a_day_is_downloaded_as_it_is_stored(served: Running, result: Result, tmp_path: Path) -> None:
    """Byte for byte, under the name it is given or has; nothing is replaced unasked, and nothing half is left."""
    stored = (served.results / USER / STRATEGY / f"{DAY}.json.gz").read_bytes()
    saved = result.download(DAY, tmp_path)
    assert (saved, saved.read_bytes()) == (tmp_path / f"{DAY}.json.gz", stored)
    assert orjson.loads(gzip.decompress(stored)) == result.day(DAY)
    for place in (tmp_path, saved):
        with pytest.raises(UsageError, match="there is a file already"):
            result.download(DAY, place)
    assert result.download(DAY, str(saved), replace=True) == saved
    with pytest.raises(NotFoundError):
        result.download("02-10-2024", tmp_path / "none")
    with pytest.raises(UsageError, match="no such folder"):
        result.download(DAY, tmp_path / "nowhere" / "day")
    assert [path.name for path in tmp_path.iterdir()] == [saved.name]


def test_an_id_never_leads_elsewhere(client: Client) -> None:
    """What is no id becomes no part of a path."""
    for wrong in ("..", ".", "", "a/b", "../../health", "a%2Fb", "a?b", "é", "x" * 129, "a\n"):
        with pytest.raises(UsageError, match="is no id"):
            client.result(wrong, STRATEGY)
        with pytest.raises(UsageError, match="is no id"):
            client.job(wrong)
        with pytest.raises(UsageError, match="is no id"):
            client.delete_strategy(wrong, USER)


@pytest.mark.parametrize("url", ["", "localhost:8000", "ftp://x", "http://", "http://[", "http://x:99999999"])
def test_what_is_no_address_is_refused(url: str) -> None:
    """Before anything is asked."""
    with pytest.raises(UsageError):
        Client(url)


def test_a_key_is_sent_and_shown_to_nobody(tmp_path: Path) -> None:
    """With keys a server wants one; it stands in no text of the client."""
    (tmp_path / "results").mkdir()
    key = Keys(tmp_path / "results" / ".keys.json").add("ann", datetime(2024, 12, 2, tzinfo=UTC))
    with running(tmp_path) as server:
        with Client(server.url) as nobody, pytest.raises(KeyRefusedError) as refused:
            nobody.market()
        assert refused.value.status == 401
        with Client(server.url, key) as client:
            assert client.me() == {"user_id": "ann", "admin": False, "keys": True}
            with pytest.raises(KeyRefusedError) as other:
                client.results("bob")
            assert other.value.status == 403
            assert key not in repr(client) + repr(vars(client)) + str(other.value)
    with pytest.raises(UsageError, match="not a key"):
        Client("http://localhost", "two\nlines")


def test_nobody_there_is_asked_again_only_for_what_changes_nothing() -> None:
    """A question is asked ``retries`` more times, with pauses that grow; what does something is not sent again."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with Client(f"http://127.0.0.1:{taken.getsockname()[1]}", retries=1) as client:
            begun = time.monotonic()
            with pytest.raises(UnreachableError, match="no server at") as error:
                client.market()
            assert 0.2 <= time.monotonic() - begun < 5
            assert not error.value.sent
            assert copy.copy(error.value).sent is False
            begun = time.monotonic()
            with pytest.raises(UnreachableError):
                client.run(USER, STRATEGY, FIRST, LAST)
            assert time.monotonic() - begun < 0.2


def test_what_is_dropped_is_asked_again(served: Running) -> None:
    """Two lost answers of three are made good; a run that may have been queued is not sent twice."""
    with between(served.url) as way, Client(way.url) as client:
        way.drop = 2
        assert client.market()["synthetic"]
        assert len(way.seen) == 3
        assert all(headers["accept-encoding"].startswith("gzip") for _, _, headers in way.seen)
        way.drop = 1
        with pytest.raises(UnreachableError) as error:
            client.run("dropped", STRATEGY, FIRST, LAST)
        assert error.value.sent
        assert len(way.seen) == 4


def test_a_question_too_many_waits_as_long_as_it_is_told(tmp_path: Path) -> None:
    """A server that bounds the requests of a minute: a client comes back in time; one that must not is told when."""
    with running(tmp_path, requests_per_minute=30) as server:
        with Client(server.url, retries=0) as hasty, pytest.raises(FullError) as error:
            deque((hasty.market() for _ in range(40)), maxlen=0)
        assert error.value.status == 429
        assert error.value.retry_after_s is not None
        assert copy.copy(error.value).retry_after_s == error.value.retry_after_s
        with Client(server.url) as client:
            assert client.market()["synthetic"]


def test_a_stream_that_breaks_goes_on_after_the_last_event(served: Running) -> None:
    """Broken in the middle of an event, again and again: each event comes once, in order, and each is asked for."""
    with between(served.url) as way, Client(way.url) as client:
        way.break_events_after = 2
        job = client.run("broken", STRATEGY, FIRST, LAST)
        told = [each["event"] for each in job.events()]
        assert told == ["queued", "started", "day", "day", "day", "completed"]
        asked = [headers.get("last-event-id") for _, path, headers in way.seen if path.endswith("/events")]
        assert asked == [None, "2", "4", "6"]
        assert job.wait()["status"] == "completed"


def test_where_no_events_come_through_the_status_is_asked_for(served: Running) -> None:
    """A proxy that makes something else of a stream does not keep anyone from waiting; events are refused by name."""
    with between(served.url) as way, Client(way.url) as client:
        way.no_events = True
        job = client.run("polled", STRATEGY, FIRST, LAST)
        with pytest.raises(AnswerError, match="no stream of events"):
            list(job.events())
        seen: list[str] = []
        assert job.wait(progress=lambda each: seen.append(each["status"]), every_s=0.05)["status"] == "completed"
        assert seen[-1] == "completed"


def test_a_server_that_is_started_anew_is_followed_on(tmp_path: Path) -> None:
    """A job is waited for across a stop: the events of before and after come once each."""
    with running(tmp_path, workers=1) as server:
        with Client(server.url) as client:
            job = client.run(USER, STRATEGY, "2024-01-01", "2024-01-31")
            while job.status()["progress"]["completed_days"] < 2:
                time.sleep(0.02)
        port, name = server.port, job.job_id
    came: list[str] = []
    with Client(f"http://127.0.0.1:{port}") as client:
        reader = threading.Thread(target=lambda: came.extend(each["event"] for each in client.job(name).events()))
        reader.start()
        with running(tmp_path, workers=1, port=port):
            reader.join(60)
            assert not reader.is_alive()
            assert client.job(name).wait()["status"] == "completed"
            days = len(client.result(USER, STRATEGY).days())
    assert came[-1] == "completed"
    assert came.count("day") == days


def test_a_reader_that_leaves_closes_its_stream(client: Client) -> None:
    """Whoever has seen enough breaks off; the connection is free again."""
    job = client.run("leaver", STRATEGY, *LONG)
    for _ in range(30):
        next(iter(job.events()))
    job.cancel()
    job.wait(check=False)


ODD = {
    "a page of something else": (200, {"Content-Type": "text/html"}, b"<html>router</html>", AnswerError),
    "no JSON with a status": (502, {"Content-Type": "text/html"}, b"<h1>Bad Gateway</h1>", AnswerError),
    "JSON that is no problem": (418, {"Content-Type": "application/json"}, b"[1]", AnswerError),
    "another place": (307, {"Location": "http://127.0.0.1:1/"}, b"", AnswerError),
    "gzip that is none": (200, {"Content-Encoding": "gzip"}, b"plain", AnswerError),
    "a problem": (507, {"Content-Type": "application/problem+json"}, b'{"detail": "full"}', RefusedError),
}


@pytest.mark.parametrize("name", ODD)
def test_what_no_server_answers_is_told(served: Running, name: str) -> None:
    """Something else at the address is an error that says so; a key is not carried to another place."""
    status, headers, body, kind = ODD[name]
    with between(served.url) as way, Client(way.url, "a-key") as client:
        way.answer = (status, headers, body)
        with pytest.raises(kind) as error:
            client.market()
        assert type(error.value) is kind
        assert len(way.seen) == 1


def test_a_file_with_an_odd_name_goes_nowhere(served: Running, tmp_path: Path) -> None:
    """A server's name for a file leads into the folder that was given, or is refused."""
    with between(served.url) as way, Client(way.url) as client:
        result = client.result(USER, STRATEGY)
        for name in ("../out", "/out", ".hidden", "", "a/b", "a\\b"):
            way.answer = (200, {"Content-Disposition": f'attachment; filename="{name}"'}, b"x")
            with pytest.raises(AnswerError, match="no name"):
                result.download(DAY, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_threads_share_a_client(client: Client, result: Result) -> None:
    """Six of them read days, events and statuses at once, and each gets its own answers."""
    days = {each["date"]: result.day(each["date"]) for each in result.days()}
    job = client.job(result.metadata["job_id"])
    wrong: list[object] = []

    def read(number: int) -> None:
        for turn in range(6):
            name = list(days)[(number + turn) % len(days)]
            if result.day(name) != days[name] or len(list(job.events())) != 6 or job.status()["job_id"] != job.job_id:
                wrong.append((number, turn))

    threads = [threading.Thread(target=read, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert wrong == []
    assert not any(thread.is_alive() for thread in threads)


def test_who_listens_hears_of_each_answer(served: Running) -> None:
    """Method, path, status and time; also of what is refused."""
    heard: list[tuple[str, str, int]] = []
    with Client(served.url, on_answer=lambda each: heard.append((each.method, each.path, each.status))) as client:
        client.health()
        with pytest.raises(NotFoundError):
            client.result("nobody", STRATEGY)
    assert heard == [("GET", "/health", 200), ("GET", f"{API}/metadata/nobody/{STRATEGY}", 404)]


def test_a_strategy_goes_there_and_back(client: Client) -> None:
    """Stored, listed, read, run, deleted; what JSON cannot hold is not sent."""
    document = client.strategy(STRATEGY)
    mine = {**document, "strategy_id": "mine"}
    assert client.put_strategy("mine", mine, "maker")["runnable"]
    assert [each["strategy_id"] for each in client.strategies("maker") if each["owner"] == "maker"] == ["mine"]
    assert client.strategy("mine", "maker") == mine
    assert client.run("maker", "mine", RUN["start_date"], RUN["end_date"]).wait()["status"] == "completed"
    client.delete_strategy("mine", "maker")
    with pytest.raises(NotFoundError):
        client.strategy("mine", "maker")
    with pytest.raises(UsageError, match="cannot be sent as JSON"):
        client.validate_strategy({"nodes": float("nan")})
    with pytest.raises(UsageError, match="cannot be sent as JSON"):
        client.run(USER, STRATEGY, FIRST, LAST, options={"scale": float("inf")})
