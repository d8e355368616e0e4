"""A delivery that is sent again by hand; a webhook that is switched off, by whom or what, and on again."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from strikebook.errors import BusyError, NotFoundError
from strikebook.webhooks.webhook import Delivery, Schedule, Try
from tests.webhooks.place import BEGUN, Place, all_ended
from tests.webhooks.receiver import hangs, in_turn, receiving, says


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_clock_that_is_set_back_holds_up_nothing(place: Place) -> None:
    """A next try that lies further away than any pause is made now."""
    with receiving(in_turn(says(500), says(200))) as receiver:
        webhook_id = place.webhook(receiver)
        place.end(1)
        with place.telling(receiver, schedule=Schedule(30.0, 3)) as dispatcher:
            place.until(webhook_id, lambda log: len(log) == 1 and len(log[0].tries) == 1)
            place.set_by = timedelta(hours=-5)
            dispatcher.wake()
            (delivery,) = place.until(webhook_id, all_ended(1))
        assert delivery.state == "delivered"


def test_a_webhook_that_fails_for_too_long_is_switched_off(place: Place) -> None:
    """With its reason; what waits is given up, what ends then is not told, and what ends after it is on again is."""
    schedule = Schedule(0.02, 2, timedelta(hours=72))
    with receiving(in_turn(says(200), *[says(500)] * 4, says(200))) as receiver:
        webhook_id = place.webhook(receiver)
        with place.telling(receiver, schedule=schedule) as dispatcher:
            place.end(1)
            place.end(2)
            place.until(webhook_id, all_ended(2))
            webhook = place.folder.get(webhook_id)
            assert webhook is not None
            assert (webhook.failing_since is not None, webhook.off_since) == (True, None)
            since = webhook.failing_since
            place.set_by = timedelta(hours=73)
            place.end(3)
            dispatcher.wake()
            place.until(webhook_id, all_ended(3))
            off = place.folder.get(webhook_id)
            assert off is not None
            assert (off.failing_since, off.off_since is None) == (since, False)
            assert re.fullmatch(
                r"nothing was delivered since 2024-12-02T15:30:4\d; the last try: answered 500", off.off_reason
            )
            place.end(4)
            dispatcher.wake()
            with pytest.raises(BusyError, match="is off: nothing was delivered"):
                dispatcher.redeliver(webhook_id, place.log(webhook_id)[1].delivery_id).result(5)
            assert len(place.log(webhook_id)) == 3
            place.folder.change(webhook_id, lambda each: each.on(place.now(), by_own_key=False))
            place.end(5)
            dispatcher.wake()
            last = place.until(webhook_id, all_ended(4))[-1]
        assert (last.job_id, last.state) == ("bt_20241202_153045_000005", "delivered")
        on = place.folder.get(webhook_id)
        assert on is not None
        assert (on.failing_since, on.off_since, on.off_reason) == (None, None, "")


def test_what_waits_for_a_webhook_that_is_switched_off_is_given_up(place: Place) -> None:
    """Also where another process switches it off; a test says whether it would work."""
    with receiving(in_turn(says(500), says(200))) as receiver:
        webhook_id = place.webhook(receiver)
        place.end(1)
        with place.telling(receiver, schedule=Schedule(100.0, 3)) as dispatcher:
            place.until(webhook_id, lambda log: len(log) == 1 and len(log[0].tries) == 1)
            place.folder.change(webhook_id, lambda each: each.off(place.now(), "switched off by hand"))
            dispatcher.wake()
            (delivery,) = place.until(webhook_id, all_ended(1))
            assert delivery.tries[-1].outcome == "given up: the webhook was switched off"
            assert dispatcher.test(webhook_id).result(5).state == "delivered"


def test_a_webhook_that_nobody_answers_for_is_told_nothing(place: Place) -> None:
    """It is switched off before anything is sent."""
    with receiving(says(200)) as receiver:
        webhook_id = place.webhook(receiver)
        place.end(1)
        place.refusal = lambda webhook: f"{webhook.user_id} has no key any more"
        with place.telling(receiver):
            time.sleep(0.3)
        webhook = place.folder.get(webhook_id)
        assert webhook is not None
        assert (webhook.off_reason, receiver.received) == ("ann has no key any more", [])


def test_a_delivery_is_sent_again_by_hand(place: Place) -> None:
    """One that failed, one that was delivered, one that waits: under its id, once, at once; each try is in the log."""
    answers = in_turn(says(500), says(200), says(503), says(500), says(200))
    with receiving(answers) as receiver:
        webhook_id = place.webhook(receiver)
        place.end(1)
        with place.telling(receiver, schedule=Schedule(0.02, 1)) as dispatcher:
            (failed,) = place.until(webhook_id, all_ended(1))
            again = dispatcher.redeliver(webhook_id, failed.delivery_id).result(5)
            assert (again.state, [each.status for each in again.tries]) == ("delivered", [500, 200])
            lost = dispatcher.redeliver(webhook_id, failed.delivery_id).result(5)
            assert (lost.state, lost.next_try_at, len(lost.tries)) == ("failed", None, 3)
            assert place.log(webhook_id) == [lost]
            with pytest.raises(NotFoundError, match="no delivery whd_"):
                dispatcher.redeliver(webhook_id, "whd_" + "0" * 24).result(5)
        with place.telling(receiver, schedule=Schedule(100.0, 5)) as dispatcher:
            place.end(2)
            dispatcher.wake()
            waiting = place.until(webhook_id, lambda log: len(log) == 2 and len(log[1].tries) == 1)[1]
            assert dispatcher.redeliver(webhook_id, waiting.delivery_id).result(5).state == "delivered"
        assert len({each.headers["x-strikebook-delivery"] for each in receiver.received}) == 2
        assert len({each.body for each in receiver.received}) == 2


def test_a_delivery_that_is_on_its_way_is_not_sent_twice(place: Place) -> None:
    """A second person who asks is told; a kill meanwhile leaves it as it was."""
    with receiving(in_turn(says(200), hangs)) as receiver:
        webhook_id = place.webhook(receiver)
        place.end(1)
        with place.telling(receiver, timeout_s=5.0) as dispatcher:
            (told,) = place.until(webhook_id, all_ended(1))
            first = dispatcher.redeliver(webhook_id, told.delivery_id)
            with pytest.raises(BusyError, match="on its way"):
                dispatcher.redeliver(webhook_id, told.delivery_id).result(5)
            receiver.wait_for(2)
        with pytest.raises(BusyError, match="is stopping"):
            first.result(5)
        assert place.log(webhook_id) == [told]
        assert len(receiver.received) == 2


def test_tries_by_hand_are_bounded() -> None:
    """Whoever sends a delivery again and again makes no file without end."""
    delivery = Delivery("whd_" + "0" * 24, "wh_" + "0" * 16, "failed", "job", BEGUN, BEGUN, b"{}", "failed")
    for _ in range(300):
        delivery = delivery.again(Try(BEGUN, 1, 500, "answered 500"), Schedule(), 1.0, delivered=False)
    assert (len(delivery.tries), delivery.state) == (100, "failed")


def test_what_two_processes_change_is_kept(place: Place) -> None:
    """One switches it off while the other notes how far it has been told: neither undoes the other."""
    with receiving(says(200)) as receiver:
        webhook_id = place.webhook(receiver)
    one, other = place.folder, place.folder
    stop = threading.Event()

    def note() -> None:
        while not stop.is_set():
            one.change(webhook_id, lambda each: replace(each, told_until=each.told_until + timedelta(seconds=1)))

    thread = threading.Thread(target=note)
    thread.start()
    try:
        for _ in range(50):
            other.change(webhook_id, lambda each: each.off(BEGUN, "switched off by hand"))
            off = other.get(webhook_id)
            other.change(webhook_id, lambda each: each.on(BEGUN, by_own_key=False))
            on = other.get(webhook_id)
            assert off is not None
            assert on is not None
            assert (off.off_reason, on.off_since) == ("switched off by hand", None)
            assert on.told_until >= off.told_until
    finally:
        stop.set()
        thread.join()
