"""The thread that tells: once for each end, again where it failed, one at a time, in nobody's way, bounded."""

from __future__ import annotations

import stat
import time
from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from strikebook.errors import BusyError, NotFoundError, StorageError
from strikebook.webhooks import line as line_module
from strikebook.webhooks import outbox as outbox_module
from strikebook.webhooks.occurrence import Occurrence
from strikebook.webhooks.webhook import Delivery, Schedule, Try
from strikebook.webhooks.webhook_folder import WebhookFolder
from tests.webhooks.place import BEGUN, Place, all_ended
from tests.webhooks.receiver import hangs, in_turn, receiving, says


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_each_end_is_told_once(place: Place) -> None:
    """Of the user's own jobs, of the events that are wanted, of nothing from before; however often it is looked."""
    with receiving(says(200)) as receiver:
        place.end(1)
        webhook_id = place.webhook(receiver, events=("completed", "failed"))
        place.end(2)
        place.end(3, "cancelled")
        place.end(4, "failed")
        place.end(5, user="bob")
        with place.telling(receiver) as dispatcher:
            place.until(webhook_id, all_ended(2))
            for _ in range(20):
                dispatcher.wake()
                time.sleep(0.01)
        with place.telling(receiver):
            time.sleep(0.3)
        bodies = [orjson.loads(each.body) for each in receiver.received]
        jobs = [body["job"]["job_id"][-1] for body in bodies]
        assert jobs == ["2", "4"]
        assert [body["event"] for body in bodies] == ["completed", "failed"]
        assert {(body["user_id"], body["webhook_id"]) for body in bodies} == {("ann", webhook_id)}


def test_what_fails_is_tried_again(place: Place) -> None:
    """With pauses that double, the same body and delivery each time; each try is in the log."""
    with receiving(in_turn(says(500), says(503), says(200))) as receiver:
        webhook_id = place.webhook(receiver)
        place.end(1)
        with place.telling(receiver, schedule=Schedule(0.1, 5)):
            (delivery,) = place.until(webhook_id, all_ended(1))
        assert (delivery.state, [each.status for each in delivery.tries]) == ("delivered", [500, 503, 200])
        first, second, third = delivery.tries
        assert timedelta(seconds=0.1) <= second.at - first.at < timedelta(seconds=1)
        assert timedelta(seconds=0.2) <= third.at - second.at < timedelta(seconds=1.5)
        assert len({(each.body, each.headers["x-strikebook-delivery"]) for each in receiver.received}) == 1


def test_it_is_given_up_after_so_many_tries(place: Place) -> None:
    """The last one says what came of it, and nothing more is sent."""
    with receiving(says(500)) as receiver:
        webhook_id = place.webhook(receiver)
        place.end(1)
        with place.telling(receiver, schedule=Schedule(0.02, 3)):
            (delivery,) = place.until(webhook_id, all_ended(1))
            time.sleep(0.3)
        assert (delivery.state, len(delivery.tries), len(receiver.received)) == ("failed", 3, 3)


def test_the_schedule() -> None:
    """Pauses double up to an hour, chance takes up to half of one; after a day, or so many tries, it ends."""
    schedule = Schedule(10.0, 12)
    assert [schedule.pause_s(tried, 1.0) for tried in range(1, 12)] == [
        10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600,
    ]  # fmt: skip
    assert schedule.pause_s(1, 0.0) == 5
    assert schedule.pause_s(5_000, 1.0) == 3600
    delivery = Delivery("whd_" + "0" * 24, "wh_" + "0" * 16, "failed", "job", BEGUN, BEGUN, b"{}")
    again = delivery.after(Try(BEGUN, 500, 500, "answered 500"), schedule, 1.0, delivered=False)
    assert (again.state, again.next_try_at) == ("pending", BEGUN + timedelta(seconds=10.5))
    late = Try(BEGUN + timedelta(hours=24), 0, 500, "answered 500")
    assert delivery.after(late, schedule, 1.0, delivered=False).state == "failed"


def test_who_hangs_holds_up_nobody_else(place: Place) -> None:
    """With many webhooks of one user that hang, another user's is told at once; of the first two are tried at a time"""
    with receiving(hangs) as stuck, receiving(says(200)) as good:
        for number in range(10):
            place.webhook(stuck, number)
        other = place.webhook(good, 99, "bob")
        place.end(1)
        place.end(2)
        with place.telling(stuck, good, timeout_s=3.0) as dispatcher:
            stuck.wait_for(2)
            place.end(3, user="bob")
            begun = time.monotonic()
            dispatcher.wake()
            place.until(other, all_ended(1))
            assert time.monotonic() - begun < 1.0
            assert len(stuck.received) == 2
            stopping = time.monotonic()
        assert time.monotonic() - stopping < 1.0


def test_a_kill_between_event_and_delivery(place: Place) -> None:
    """What was recorded and not told is told by the next one; so is what was being told, with the same delivery id."""
    with receiving(in_turn(hangs, says(200))) as receiver:
        webhook_id = place.webhook(receiver)
        place.end(1)
        with place.telling(receiver, timeout_s=10.0):
            receiver.wait_for(1)
        (delivery,) = place.log(webhook_id)
        assert (delivery.state, delivery.tries) == ("pending", ())
        with place.telling(receiver):
            place.until(webhook_id, all_ended(1))
        assert len({each.headers["x-strikebook-delivery"] for each in receiver.received}) == 1


def test_the_log_is_bounded_and_nothing_is_told_twice_for_that(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest ends leave the log; found again in the jobs' records they are not told again, after a restart too."""
    monkeypatch.setattr(outbox_module, "KEPT", 3)
    with receiving(says(200)) as receiver:
        webhook_id = place.webhook(receiver)
        for number in range(8):
            place.end(number)
        for _ in range(2):
            with place.telling(receiver):
                place.until(webhook_id, all_ended(3))
                time.sleep(0.2)
        assert len(receiver.received) == 8
        assert len(list((place.root / ".webhooks" / webhook_id).iterdir())) == 3


def test_what_waits_is_bounded(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of too many that wait the oldest is given up, and the log says so."""
    monkeypatch.setattr(line_module, "MOST_PENDING", 3)
    with receiving(says(500)) as receiver:
        webhook_id = place.webhook(receiver)
        for number in range(5):
            place.end(number)
        with place.telling(receiver, schedule=Schedule(100.0, 3)):
            log = place.until(webhook_id, lambda log: sum(each.state == "failed" for each in log) == 2)
        given_up = [each for each in log if each.state == "failed"]
        assert [each.tries[-1].outcome for each in given_up] == ["given up: 3 newer deliveries wait"] * 2


def test_a_full_disk_is_told_and_made_up_for(
    place: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An event that cannot be recorded is in the server's log once, and recorded when there is room."""
    full = [True]
    put = WebhookFolder.put_delivery

    def put_delivery(self: WebhookFolder, delivery: Delivery) -> None:
        if full[0]:
            raise StorageError("cannot write: no space left on device", where="disk")
        put(self, delivery)

    monkeypatch.setattr(WebhookFolder, "put_delivery", put_delivery)
    with receiving(says(200)) as receiver:
        webhook_id = place.webhook(receiver)
        place.end(1)
        with place.telling(receiver) as dispatcher:
            for _ in range(10):
                dispatcher.wake()
                time.sleep(0.02)
            assert receiver.received == []
            full[0] = False
            dispatcher.wake()
            place.until(webhook_id, all_ended(1))
        assert [each.message for each in caplog.records].count("an event could not be recorded") == 1


def test_a_test_is_sent_once(place: Place) -> None:
    """Its outcome is the answer; a second one must wait for it; one of no webhook is refused."""
    with receiving(in_turn(says(500), hangs)) as receiver:
        webhook_id = place.webhook(receiver)
        with place.telling(receiver, timeout_s=0.5) as dispatcher:
            tested = dispatcher.test(webhook_id).result(5)
            assert (tested.event, tested.job_id, tested.state, len(tested.tries)) == ("test", None, "failed", 1)
            assert orjson.loads(receiver.received[0].body)["event"] == "test"
            hanging = dispatcher.test(webhook_id)
            with pytest.raises(BusyError, match="on its way"):
                dispatcher.test(webhook_id).result(5)
            assert hanging.result(5).tries[0].outcome == "no answer within 0.5 s"
            with pytest.raises(NotFoundError):
                dispatcher.test("wh_" + "f" * 16).result(5)
    with pytest.raises(BusyError):
        dispatcher.test(webhook_id).result(5)


def test_a_webhook_that_is_removed_is_told_nothing(place: Place) -> None:
    """Neither what waited, nor what ends from then on."""
    with receiving(says(500)) as receiver:
        webhook_id = place.webhook(receiver)
        place.end(1)
        with place.telling(receiver, schedule=Schedule(0.2, 9)) as dispatcher:
            receiver.wait_for(1)
            place.folder.remove(webhook_id)
            place.end(2)
            dispatcher.wake()
            time.sleep(0.6)
            assert len(receiver.received) <= 2
        assert not (place.root / ".webhooks" / f"{webhook_id}.json").exists()


def test_files_are_their_owners_alone_and_damage_hides_nothing(place: Place) -> None:
    """0600 in folders of 0700; a damaged file is left out and named; a link is not followed."""
    with receiving(says(200)) as receiver:
        good, bad = place.webhook(receiver, 1), place.webhook(receiver, 2)
        linked = place.root / ".webhooks" / f"wh_{3:016x}.json"
        linked.symlink_to(place.root / ".webhooks" / f"{good}.json")
        (place.root / ".webhooks" / f"{bad}.json").write_text('{"webhook_id": "wh_", "secret": "hidden"}')
        (place.root / ".webhooks" / f"wh_{9:016x}").mkdir()
        place.end(1)
        with place.telling(receiver):
            place.until(good, all_ended(1))
        folder = place.folder
        assert [each.webhook_id for each in folder.webhooks()] == [good]
        assert folder.damaged() == [f"{bad}.json", linked.name]
        with pytest.raises(StorageError) as damaged:
            folder.get(bad)
        assert "hidden" not in str(damaged.value)
        assert not (place.root / ".webhooks" / f"wh_{9:016x}").exists()
    inside = place.root / ".webhooks"
    modes = {path: stat.S_IMODE(path.lstat().st_mode) for path in (inside, *inside.rglob("*")) if not path.is_symlink()}
    (inside / f"{bad}.json").unlink()
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file() and bad not in path.name} == {0o600}


def test_a_test_goes_before_what_waits(place: Place) -> None:
    """Somebody waits for it."""
    with receiving(says(200)) as receiver:
        webhook_id = place.webhook(receiver)
        with place.telling(receiver) as dispatcher:
            for number in range(20):
                place.end(number)
            dispatcher.test(webhook_id).result(5)
            place.until(webhook_id, all_ended(21))
        told = [each.headers["x-strikebook-event"] for each in receiver.received]
        assert told.index("test") <= 1


def test_an_event_that_cannot_be_told_holds_up_nothing(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    """What is no JSON is in the server's log, and what comes behind it is told."""
    with receiving(says(200)) as receiver:
        webhook_id = place.webhook(receiver)
        at = place.now()
        place.ends.append(Occurrence("ann", "job", "failed", at, lambda: {"job": {"error": "no caf\udce9"}}))
        place.end(2)
        with place.telling(receiver):
            place.until(webhook_id, all_ended(1))
        assert [orjson.loads(each.body)["event"] for each in receiver.received] == ["completed"]
        assert "an event cannot be told" in [each.message for each in caplog.records]


def test_what_was_removed_stays_removed(place: Place) -> None:
    """Also where the thread that tells was about to note how far it is."""
    with receiving(says(200)) as receiver:
        webhook = place.folder.get(place.webhook(receiver))
        assert webhook is not None
        place.folder.remove(webhook.webhook_id)
        assert place.folder.change(webhook.webhook_id, lambda each: each.off(BEGUN, "no")) is None
        assert place.folder.webhooks() == []
        (place.root / ".webhooks" / webhook.webhook_id).mkdir()
        delivery = Delivery("whd_" + "0" * 24, webhook.webhook_id, "failed", "job", BEGUN, BEGUN, b"{}")
        with pytest.raises(StorageError, match="was removed"):
            place.folder.put_delivery(delivery)


def test_what_ended_first_is_told_first(place: Place) -> None:
    """Whatever the order in which jobs are found: one that was resumed ended after a later one."""
    with receiving(says(200)) as receiver:
        webhook_id = place.webhook(receiver)
        at = place.now()
        for number, seconds in ((1, 30), (2, 10), (3, 20)):
            place.end(number, at=at + timedelta(seconds=seconds))
        with place.telling(receiver):
            place.until(webhook_id, all_ended(3))
        assert [orjson.loads(each.body)["job"]["job_id"][-1] for each in receiver.received] == ["2", "3", "1"]


def test_many_tries_are_few_looks(place: Place) -> None:
    """What waits after a restart is tried one after the other; the jobs are not looked through after each try."""
    with receiving(says(200)) as receiver:
        webhook_id = place.webhook(receiver)
        for number in range(60):
            place.end(number)
        begun = time.monotonic()
        with place.telling(receiver):
            place.until(webhook_id, all_ended(60))
        assert len(receiver.received) == 60
        assert place.looks <= 2 + (time.monotonic() - begun)
