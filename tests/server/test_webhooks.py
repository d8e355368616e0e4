"""Webhooks through the real server: told by jobs, refused by name, in nobody's way, over kills and restarts."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from strikebook.server.keys import FILE_NAME, Keys
from tests.cli.program import PROGRAM
from tests.server.running import API, LONG_RUN, RUN, STRATEGY, WEBHOOK_HOST, Running, ended, problem, running, submitted
from tests.webhooks.receiver import Receiver, drips, floods, hangs, in_turn, own_signature, receiving, says

WEBHOOKS = "/api/v1/webhooks"
NOW = datetime(2024, 12, 2, 15, 30, 45)  # noqa: DTZ001 — exchange time
PAGE = Path(__file__).parents[2] / "docs" / "webhooks.md"
LONGEST_WAIT_S = 30.0


def settings(*receivers: Receiver, **more: object) -> dict[str, object]:
    """Settings that let webhooks go to these, with short pauses."""
    hosts = ",".join(each.host for each in receivers)
    return {"webhook_hosts": hosts, "webhook_networks": "127.0.0.0/8", "webhook_retry_s": 0.1, **more}


def made(server: Running, url: str, user: str = "ann", **more: object) -> dict[str, Any]:
    """A webhook that was made."""
    answer = server.client.post(WEBHOOKS, json={"user_id": user, "url": url, **more})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def log_of(server: Running, webhook: dict[str, Any], wanted: Callable[[list[Any]], bool]) -> list[Any]:
    """A webhook's log, once it is as wanted."""
    give_up = time.monotonic() + LONGEST_WAIT_S
    while True:
        found: list[Any] = server.client.get(f"{WEBHOOKS}/{webhook['webhook_id']}/deliveries").json()["deliveries"]
        if wanted(found):
            return found
        assert time.monotonic() < give_up, found
        time.sleep(0.05)


def states(*expected: str) -> Callable[[list[Any]], bool]:
    return lambda log: [each["state"] for each in log] == list(expected)


def all_done(log: list[Any]) -> bool:
    return bool(log) and all(each["state"] != "pending" for each in log)


def test_a_run_is_told_signed_and_as_the_api_has_it(tmp_path: Path) -> None:
    """Completed and cancelled runs of that user come, with the status document, signed with the secret shown once."""
    with receiving(says(204)) as receiver, running(tmp_path, **settings(receiver)) as server:
        webhook = made(server, f"{receiver.host}/in")
        assert re.fullmatch(r"whsec_[\w-]{43}", webhook["secret"])
        first = submitted(server.client, {**RUN, "user_id": "ann"})
        ended(server.client, first)
        ended(server.client, submitted(server.client, {**RUN, "user_id": "bob"}))
        second = submitted(server.client, {**LONG_RUN, "user_id": "ann"})
        server.client.post(f"{API}/jobs/{second}/cancel")
        ended(server.client, second)
        requests = receiver.wait_for(2)
        log_of(server, webhook, states("delivered", "delivered"))
        told = [orjson.loads(each.body) for each in requests]
        assert [(each["event"], each["job"]["job_id"]) for each in told] == [
            ("completed", first),
            ("cancelled", second),
        ]
        assert told[0]["job"] == server.client.get(f"{API}/status/{first}").json()
        for link in told[0]["links"].values():
            assert server.client.get(link).status_code == 200, link
        for request in requests:
            timestamp = request.headers["x-strikebook-timestamp"]
            assert request.headers["x-strikebook-signature"] == own_signature(
                webhook["secret"], timestamp, request.body
            )
        listed = server.client.get(WEBHOOKS).text
        everything = listed + server.log() + server.client.get(f"{WEBHOOKS}/{webhook['webhook_id']}/deliveries").text
        assert webhook["secret"] not in everything
        assert "webhook tried" in server.log()


def test_a_failed_run_of_the_command_line_is_told_too(tmp_path: Path) -> None:
    """The server tells what another process ran on its folder, and only the events that are wanted."""
    with receiving(says(200)) as receiver, running(tmp_path, **settings(receiver)) as server:
        webhook = made(server, f"{receiver.host}/in", events=["completed"])
        run = [PROGRAM, "run", server.strategies / f"{STRATEGY}.json", "--market", "synthetic", "--user", "ann"]
        run += ["--from", "2024-10-01", "--to", "2024-10-01", "--results", server.results, "--workers", "1"]
        source = next(path for path in server.strategies.glob("*.json") if STRATEGY in path.read_text())
        run[2] = source
        subprocess.run(run, check=True, capture_output=True, timeout=120)
        (delivery,) = log_of(server, webhook, states("delivered"))
        assert delivery["event"] == "completed"
        assert orjson.loads(receiver.received[0].body)["job"]["owner"] == "command line"


def test_receivers_that_fail_hold_up_nothing(tmp_path: Path) -> None:
    """Ones that hang, drip, flood, fail and redirect inside: jobs and a good receiver go on, all is in the log."""
    inside = says(302, "Location: http://169.254.169.254/latest/meta-data")
    with (
        receiving(hangs) as hanging,
        receiving(drips) as dripping,
        receiving(floods) as flooding,
        receiving(in_turn(says(500), says(200))) as failing,
        receiving(inside) as leading,
        receiving(says(200)) as good,
    ):
        all_of_them = (hanging, dripping, flooding, failing, leading, good)
        with running(tmp_path, **settings(*all_of_them, webhook_timeout_s=1, webhook_tries=2)) as server:
            hooks = [made(server, f"{each.host}/x", user) for each, user in zip(all_of_them, "aaabbb", strict=True)]
            begun = time.monotonic()
            for user in ("a", "b"):
                assert ended(server.client, submitted(server.client, {**RUN, "user_id": user}))["status"] == "completed"
            ran_s = time.monotonic() - begun
            outcomes = [
                log_of(server, hook, lambda log: len(log) == 1 and log[0]["state"] != "pending") for hook in hooks
            ]
            said = [[each["outcome"] for each in log[0]["tries"]] for log in outcomes]
            assert said[:4] == [["no answer within 1 s"] * 2] * 2 + [
                ["answered 200"],
                ["answered 500", "answered 200"],
            ]
            assert (
                said[4]
                == ["answered 302: a redirect to http://169.254.169.254/latest/meta-data, which is not followed"] * 2
            )
            assert said[5] == ["answered 200"]
            assert ran_s < 15
            assert "webhooks could not be looked at" not in server.log()


def test_a_kill_between_event_and_delivery(tmp_path: Path) -> None:
    """A server is killed while it tells: the next one tells it again, as the same delivery."""
    with receiving(in_turn(hangs, says(200))) as receiver:
        chosen = settings(receiver, webhook_timeout_s=20)
        killed = False
        with pytest.raises(AssertionError), running(tmp_path, **chosen) as server:  # noqa: PT012 — it cannot say goodbye
            webhook = made(server, f"{receiver.host}/in")
            job_id = submitted(server.client, {**RUN, "user_id": "ann"})
            receiver.wait_for(1)
            server.process.send_signal(signal.SIGKILL)
            server.process.wait()
            killed = True
        assert killed
        with running(tmp_path, **chosen) as server:
            log_of(server, webhook, states("delivered"))
        first, second = receiver.received
        assert first.body == second.body
        assert first.headers["x-strikebook-delivery"] == second.headers["x-strikebook-delivery"]
        assert orjson.loads(second.body)["job"]["job_id"] == job_id


def test_what_ends_while_no_server_runs_is_told_later(tmp_path: Path) -> None:
    """The job's record is enough: nothing of the event was written by anyone."""
    with receiving(says(200)) as receiver:
        with running(tmp_path, **settings(receiver)) as server:
            webhook = made(server, f"{receiver.host}/in")
            source = next(path for path in server.strategies.glob("*.json") if STRATEGY in path.read_text())
        run = [PROGRAM, "run", source, "--market", "synthetic", "--user", "ann", "--from", "2024-10-01"]
        run += ["--to", "2024-10-01", "--results", tmp_path / "results", "--workers", "1"]
        subprocess.run(run, check=True, capture_output=True, timeout=120)
        assert receiver.received == []
        with running(tmp_path, **settings(receiver)) as server:
            log_of(server, webhook, states("delivered"))


def test_off_by_default(tmp_path: Path) -> None:
    """Where no host is allowed webhooks are refused by name, and the list says that they are off."""
    with running(tmp_path, webhook_hosts="") as server:
        refused = problem(
            server.client.post(WEBHOOKS, json={"user_id": "ann", "url": "https://hooks.example.com/"}), 403
        )
        assert refused["detail"] == "webhooks are off: the administrator has allowed no host"
        assert "webhook_hosts" in refused["right"]
        assert server.client.get(WEBHOOKS).json() == {"webhooks": [], "off": True}


@pytest.mark.parametrize(
    ("change", "status", "where"),
    [
        ({"url": "https://evil.example/"}, 403, "url"),
        ({"url": "http://127.0.0.1:10/"}, 403, "url"),
        ({"url": "http://127.0.0.1:9@evil.example/"}, 422, "url"),
        ({"url": "http://127.0.0.1:9/#a"}, 422, "url"),
        ({"url": "file:///etc/passwd"}, 422, "url"),
        ({"url": f"{WEBHOOK_HOST}/{'a' * 2_100}"}, 422, "url"),
        ({"url": f"{WEBHOOK_HOST}/\r\nX: y"}, 422, "url"),
        ({"url": 7}, 422, "url"),
        ({"events": []}, 422, "events"),
        ({"events": ["queued"]}, 422, "events"),
        ({"secret": "short"}, 422, "secret"),
        ({"secret": "a secret with spaces in it"}, 422, "secret"),
        ({"user_id": "../x"}, 422, "user_id"),
        ({"more": 1}, 422, "more"),
    ],
)
def test_what_makes_no_sense_is_refused(served: Running, change: dict[str, object], status: int, where: str) -> None:
    """With its place; nothing is made."""
    body = {"user_id": "careless", "url": f"{WEBHOOK_HOST}/", **change}
    assert where in problem(served.client.post(WEBHOOKS, json=body), status)["where"]
    assert served.client.get(WEBHOOKS, params={"user_id": "careless"}).json()["webhooks"] == []


def test_a_test_says_what_came_of_it(served: Running) -> None:
    """An address that is not public is named, though its host is allowed; an own secret is not shown."""
    webhook = made(served, f"{WEBHOOK_HOST}/in", "tester", secret="a-secret-of-my-own")  # noqa: S106
    assert webhook["secret"] is None
    delivery = served.client.post(f"{WEBHOOKS}/{webhook['webhook_id']}/test").json()
    assert delivery["state"] == "failed"
    assert delivery["tries"][0]["outcome"] == "not sent to 127.0.0.1: 127.0.0.1 is not a public address"
    assert log_of(served, webhook, states("failed")) == [delivery]
    problem(served.client.post(f"{WEBHOOKS}/wh_{'0' * 16}/test"), 404)


def test_a_user_has_ten_at_most(served: Running) -> None:
    """The next one is 409, and removing one makes room."""
    hooks = [made(served, f"{WEBHOOK_HOST}/{number}", "collector") for number in range(10)]
    refused = problem(served.client.post(WEBHOOKS, json={"user_id": "collector", "url": WEBHOOK_HOST}), 409)
    assert "10 webhooks already" in refused["detail"]
    assert served.client.delete(f"{WEBHOOKS}/{hooks[0]['webhook_id']}").status_code == 200
    problem(served.client.delete(f"{WEBHOOKS}/{hooks[0]['webhook_id']}"), 404)
    made(served, f"{WEBHOOK_HOST}/more", "collector")


def test_whose_webhooks(tmp_path: Path) -> None:
    """With keys a user sees, tries and removes one's own; another's is as if it were not there."""
    store = Keys(tmp_path / "results" / FILE_NAME)
    ann, bob, admin = ({"X-API-Key": store.add(user, NOW)} for user in ("ann", "bob", None))
    with running(tmp_path) as server:
        ask = server.client
        body = {"user_id": "ann", "url": f"{WEBHOOK_HOST}/"}
        problem(ask.post(WEBHOOKS, json=body), 401)
        problem(ask.post(WEBHOOKS, json=body, headers=bob), 403)
        own = f"{WEBHOOKS}/{ask.post(WEBHOOKS, json=body, headers=ann).json()['webhook_id']}"
        assert len(ask.get(WEBHOOKS, headers=ann).json()["webhooks"]) == 1
        assert ask.get(WEBHOOKS, headers=bob).json()["webhooks"] == []
        problem(ask.get(f"{WEBHOOKS}?user_id=ann", headers=bob), 403)
        again = f"{own}/deliveries/whd_{'0' * 24}/redeliver"
        changes = [("POST", f"{own}/test"), ("POST", f"{own}/off"), ("POST", f"{own}/on"), ("POST", again)]
        for method, path in (*changes, ("GET", f"{own}/deliveries"), ("DELETE", own)):
            never_was = ask.request(method, path.replace(own, f"{WEBHOOKS}/wh_{'0' * 16}"), headers=bob)
            problem(never_was, 404)
            problem(ask.request(method, path, headers=bob), 404)
            problem(ask.request(method, path), 401)
        assert len(ask.get(WEBHOOKS, headers=admin).json()["webhooks"]) == 1
        assert ask.post(f"{own}/test", headers=admin).status_code == 200
        assert ask.delete(own, headers=ann).status_code == 200


def test_the_receiver_of_the_docs(tmp_path: Path) -> None:
    """The receiver in docs/webhooks.md, run as it stands: it takes what is ours, no forgery and nothing old."""
    (source,) = re.findall(r"^```python receiver\n(.*?)^```", PAGE.read_text("utf-8"), re.S | re.M)
    (tmp_path / "receiver.py").write_text(source)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    secret, host = "a-secret-of-the-docs", f"http://127.0.0.1:{port}"
    command = [sys.executable, tmp_path / "receiver.py", str(port), secret]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process,
        running(tmp_path / "s", webhook_hosts=host, webhook_networks="127.0.0.0/8", webhook_retry_s=0.2) as server,
    ):
        try:
            webhook = made(server, f"{host}/in", secret=secret)
            tested = server.client.post(f"{WEBHOOKS}/{webhook['webhook_id']}/test").json()
            assert (tested["state"], tested["tries"][0]["status"]) == ("delivered", 204)
            job_id = submitted(server.client, {**RUN, "user_id": "ann"})
            ended(server.client, job_id)
            log_of(server, webhook, states("delivered", "delivered"))
            body, now = b'{"event": "completed", "job": null}', str(int(time.time()))
            for timestamp, signed in ((now, "0"), (str(int(now) - 301), body), (now, None)):
                signature = own_signature(secret, timestamp, body) if signed == body else f"sha256={signed}"
                headers = {"X-Strikebook-Timestamp": timestamp, "X-Strikebook-Signature": signature}
                assert httpx.post(host, content=body, headers=headers, trust_env=False).status_code == 401
        finally:
            process.terminate()
            told = process.communicate(timeout=10)[0].splitlines()
    assert told == ["test None None", f"completed {job_id} completed"]


def test_a_delivery_is_sent_again_by_hand(tmp_path: Path) -> None:
    """Under its own id, signed at that moment; what is not there is 404, and 409 where the webhook is off."""
    with receiving(in_turn(says(500), says(200))) as receiver:
        with running(tmp_path, **settings(receiver, webhook_tries=1)) as server:
            webhook = made(server, f"{receiver.host}/in")
            ended(server.client, submitted(server.client, {**RUN, "user_id": "ann"}))
            (failed,) = log_of(server, webhook, states("failed"))
            own = f"{WEBHOOKS}/{webhook['webhook_id']}"
            place = f"{own}/deliveries/{failed['delivery_id']}/redeliver"
            again = server.client.post(place).json()
            assert (again["delivery_id"], again["state"], len(again["tries"])) == (
                failed["delivery_id"],
                "delivered",
                2,
            )
            assert log_of(server, webhook, all_done) == [again]
            problem(server.client.post(f"{own}/deliveries/whd_{'0' * 24}/redeliver"), 404)
            problem(server.client.post(f"{own}/deliveries/../redeliver"), 404)
            problem(server.client.post(f"{own}/deliveries/whd_x/redeliver"), 422)
            assert server.client.post(f"{own}/off").json()["off_reason"] == "switched off by hand"
            refused = problem(server.client.post(place), 409)
            assert refused["detail"] == "the webhook is off: switched off by hand"
        first, second = receiver.received
        assert first.body == second.body
        assert first.headers["x-strikebook-delivery"] == second.headers["x-strikebook-delivery"]
        for request in (first, second):
            timestamp = request.headers["x-strikebook-timestamp"]
            signature = own_signature(webhook["secret"], timestamp, request.body)
            assert request.headers["x-strikebook-signature"] == signature


def test_a_webhook_is_switched_off_and_on(tmp_path: Path) -> None:
    """It tells nothing of what ended while it was off; since when and why is in the list; a restart changes nothing."""
    with receiving(says(200)) as receiver:
        with running(tmp_path, **settings(receiver)) as server:
            webhook = made(server, f"{receiver.host}/in")
            own = f"{WEBHOOKS}/{webhook['webhook_id']}"
            off = server.client.post(f"{own}/off").json()
            assert (off["off_since"] is None, off["off_reason"]) == (False, "switched off by hand")
            assert server.client.post(f"{own}/off").json() == off
            ended(server.client, submitted(server.client, {**RUN, "user_id": "ann"}))
        with running(tmp_path, **settings(receiver)) as server:
            assert server.client.get(WEBHOOKS).json()["webhooks"] == [off]
            time.sleep(1.5)
            assert receiver.received == []
            on = server.client.post(f"{own}/on").json()
            assert (on["off_since"], on["off_reason"], on["failing_since"]) == (None, None, None)
            job_id = submitted(server.client, {**RUN, "user_id": "ann"})
            ended(server.client, job_id)
            (delivery,) = log_of(server, webhook, states("delivered"))
            assert delivery["job_id"] == job_id
            problem(server.client.post(f"{WEBHOOKS}/wh_{'0' * 16}/on"), 404)


def test_a_webhook_that_only_fails_is_switched_off(tmp_path: Path) -> None:
    """After the time that the setting has, at the end of a delivery's tries; a log line says so."""
    chosen = {"webhook_tries": 2, "webhook_off_after_h": 0.00001}
    with receiving(says(500)) as receiver, running(tmp_path, **settings(receiver, **chosen)) as server:
        webhook = made(server, f"{receiver.host}/in")
        ended(server.client, submitted(server.client, {**RUN, "user_id": "ann"}))
        log_of(server, webhook, states("failed"))
        (listed,) = server.client.get(WEBHOOKS).json()["webhooks"]
        assert listed["off_since"] >= listed["failing_since"]
        assert re.fullmatch(
            r"nothing was delivered since [\d-]{10}T[\d:]{8}; the last try: answered 500", listed["off_reason"]
        )
        assert "webhook switched off" in server.log()


def test_a_user_whose_keys_are_gone_is_told_nothing(tmp_path: Path) -> None:
    """What a user's key made is switched off with the user's last key; what an administrator made goes on."""
    store = Keys(tmp_path / "results" / FILE_NAME)
    ann, admin = ({"X-API-Key": store.add(user, NOW)} for user in ("ann", None))
    with receiving(says(200)) as receiver, running(tmp_path, **settings(receiver)) as server:
        ask = server.client
        body = {"user_id": "ann", "url": f"{receiver.host}/own"}
        own = ask.post(WEBHOOKS, json=body, headers=ann).json()
        ask.post(WEBHOOKS, json={**body, "url": f"{receiver.host}/admins"}, headers=admin).raise_for_status()
        store.remove(next(key.key_id for key in store.known() if key.user_id == "ann"))
        time.sleep(2)
        ended(ask, submitted(ask, {**RUN, "user_id": "ann"}, headers=admin), headers=admin)
        assert [each.line for each in receiver.wait_for(1)] == ["POST /admins HTTP/1.1"]
        listed = {each["url"]: each for each in ask.get(WEBHOOKS, headers=admin).json()["webhooks"]}
        assert listed[own["url"]]["off_reason"] == "ann has no key any more"
        assert listed[f"{receiver.host}/admins"]["off_since"] is None
        time.sleep(1)
        assert len(receiver.received) == 1
        on = ask.post(f"{WEBHOOKS}/{own['webhook_id']}/on", headers=admin).json()
        assert on["off_since"] is None
        ended(ask, submitted(ask, {**RUN, "user_id": "ann"}, headers=admin), headers=admin)
        assert len(receiver.wait_for(3)) == 3


def test_no_log_has_the_path_of_a_webhook(tmp_path: Path) -> None:
    """A path may be a secret: the server's log has none, also where a redirect repeats it."""
    repeats = says(308, "Location: https://h.example/T0/pa55word/")
    with receiving(repeats) as receiver, running(tmp_path, **settings(receiver, webhook_tries=1)) as server:
        webhook = made(server, f"{receiver.host}/T0/pa55word?token=pa55word")
        ended(server.client, submitted(server.client, {**RUN, "user_id": "ann"}))
        (delivery,) = log_of(server, webhook, states("failed"))
        assert "a redirect to https://h.example/T0/pa55word/" in delivery["tries"][0]["outcome"]
        assert "a redirect to h.example, which is not followed" in server.log()
        assert "pa55word" not in server.log()


def test_no_way_to_write_this_machine_is_sent_to(tmp_path: Path) -> None:
    """Also where the administrator has allowed that very host: each is this machine, and its network is not named."""
    names = ("localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0", "[::1]", "[::ffff:127.0.0.1]")
    names += ("[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]", "[::]")
    with receiving(says(200)) as receiver:
        hosts = [f"http://{name}:{receiver.port}" for name in names]
        with running(tmp_path, webhook_hosts=",".join(hosts), webhook_timeout_s=5) as server:
            for number, host in enumerate(hosts):
                webhook = made(server, f"{host}/in", f"user-{number}")
                tested = server.client.post(f"{WEBHOOKS}/{webhook['webhook_id']}/test").json()
                assert tested["state"] == "failed", host
                assert "is not a public address" in tested["tries"][0]["outcome"], (host, tested)
        assert receiver.received == []


def test_a_kill_while_a_delivery_is_sent_again(tmp_path: Path) -> None:
    """It stays what it was, and is not sent by itself by the next server."""
    with receiving(in_turn(says(200), hangs)) as receiver:
        chosen, killed = settings(receiver, webhook_timeout_s=20), False
        with pytest.raises(AssertionError), running(tmp_path, **chosen) as server:  # noqa: PT012 — it cannot say goodbye
            webhook = made(server, f"{receiver.host}/in")
            ended(server.client, submitted(server.client, {**RUN, "user_id": "ann"}))
            (told,) = log_of(server, webhook, states("delivered"))
            place = f"{WEBHOOKS}/{webhook['webhook_id']}/deliveries/{told['delivery_id']}/redeliver"
            with pytest.raises(httpx.TimeoutException):
                server.client.post(place, timeout=1)
            receiver.wait_for(2)
            server.process.send_signal(signal.SIGKILL)
            server.process.wait()
            killed = True
        assert killed
        with running(tmp_path, **chosen) as server:
            time.sleep(1.5)
            assert log_of(server, webhook, states("delivered")) == [told]
        assert len(receiver.received) == 2
