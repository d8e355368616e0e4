"""One try of a delivery, against receivers that do what they should not, and names that lead astray."""

from __future__ import annotations

import asyncio
import re
import ssl
import subprocess
import threading
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from strikebook.webhooks.addresses import parse_networks
from strikebook.webhooks.hosts import AllowedHosts
from strikebook.webhooks.sending import Resolve, Sender, Sent, look_up
from strikebook.webhooks.signature import signature_of
from strikebook.webhooks.webhook import Delivery, Webhook
from tests.webhooks.receiver import (
    Answer,
    Receiver,
    closes,
    drips,
    floods,
    hangs,
    informs,
    own_signature,
    receiving,
    says,
    talks_nonsense,
)

NOW = datetime(2024, 12, 2, 15, 30, 45)  # noqa: DTZ001 — exchange time
SECRET = "a secret of tests, long enough".replace(" ", "-")
BODY = b'{"event":"completed","text":"\xe2\x82\xb9"}'
DELIVERY = Delivery("whd_" + "0" * 24, "wh_" + "0" * 16, "completed", "bt_20241202_153045_abc123", NOW, NOW, BODY)
LOOPBACK = ("127.0.0.0/8",)


def webhook(url: str) -> Webhook:
    return Webhook("wh_" + "0" * 16, "ann", url, ("completed",), SECRET, NOW, NOW)


def sent_to(
    receiver: Receiver,
    url: str = "",
    *,
    networks: Sequence[str] = LOOPBACK,
    resolve: Resolve = look_up,
    hosts: Sequence[str] = (),
    timeout_s: float = 3.0,
) -> Sent:
    sender = Sender(AllowedHosts(hosts or (receiver.host,)), parse_networks(networks), timeout_s, resolve)
    return asyncio.run(sender.send(webhook(url or f"{receiver.host}/in?x=1"), DELIVERY))


def test_what_is_sent() -> None:
    """A POST with the body as it is, headers that name event and delivery, and a signature that another proves."""
    with receiving(says(204)) as receiver:
        assert sent_to(receiver) == Sent(204, "answered 204")
        (request,) = receiver.received
    assert request.line == "POST /in?x=1 HTTP/1.1"
    assert request.body == BODY
    headers = request.headers
    assert headers["host"] == f"127.0.0.1:{receiver.port}"
    assert headers["content-type"] == "application/json"
    assert (headers["x-strikebook-event"], headers["x-strikebook-delivery"]) == ("completed", DELIVERY.delivery_id)
    timestamp = headers["x-strikebook-timestamp"]
    assert abs(time.time() - int(timestamp)) < 60
    assert headers["x-strikebook-signature"] == own_signature(SECRET, timestamp, BODY)
    assert own_signature(SECRET, str(int(timestamp) + 1), BODY) != headers["x-strikebook-signature"]
    assert SECRET not in str(request)


def test_a_known_signature() -> None:
    """The HMAC-SHA256 that OpenSSL makes: printf "1733152845.{}" | openssl dgst -sha256 -hmac key."""
    made = "sha256=7ed565e828e5c65ab7053d79fec11f02bbfcad66c86257aec71bd8d192b6fcb7"
    assert signature_of("key", "1733152845", b"{}") == own_signature("key", "1733152845", b"{}") == made
    long_key = "k" * 150
    assert signature_of(long_key, "1", b"x") == own_signature(long_key, "1", b"x")


def test_the_signature_of_the_docs() -> None:
    """The example of docs/webhooks.md is true."""
    page = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text("utf-8")
    shown = dict(re.findall(r"^X-Strikebook-(Timestamp|Signature): (\S+)$", page, re.M))
    assert shown["Signature"] == own_signature("a-secret-of-the-docs", shown["Timestamp"], b"{}")


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (says(500), 500, "answered 500"),
        (says(404), 404, "answered 404"),
        (says(301, "Location: http://127.0.0.1:1/x"), 301, "a redirect to http://127.0.0.1:1/x, which is not followed"),
        (says(307, "Location: http://169.254.169.254/latest"), 307, "a redirect to http://169.254.169.254/latest"),
        (says(302, "Location: file:///etc/passwd"), 302, "which is not followed"),
        (closes, None, "no HTTP answer"),
        (talks_nonsense, None, "no HTTP answer"),
    ],
)
def test_receivers_that_fail(answer: Answer, status: int | None, said: str) -> None:
    """Each is told by what it did; nothing is followed, and nobody else is asked."""
    with receiving(answer) as receiver:
        sent = sent_to(receiver)
        assert len(receiver.received) == 1
    assert sent.status == status
    assert not sent.delivered
    assert said in sent.outcome
    assert sent.outcome.isprintable()


@pytest.mark.parametrize("answer", [hangs, drips])
def test_receivers_that_are_slow(answer: Answer) -> None:
    """Silence, and a byte now and then, both end at the time limit for the whole try."""
    with receiving(answer) as receiver:
        begun = time.monotonic()
        sent = sent_to(receiver, timeout_s=0.6)
        assert time.monotonic() - begun < 2.5
    assert sent == Sent(None, "no answer within 0.6 s")


def test_a_giant_answer_is_not_read() -> None:
    """The status has come; of a body without end a few kilobytes are read."""
    with receiving(floods) as receiver:
        begun = time.monotonic()
        assert sent_to(receiver) == Sent(200, "answered 200")
        assert time.monotonic() - begun < 2.5


def test_hints_without_end_are_not_read() -> None:
    """A receiver that only says that it will answer is left after 256 KB, and not at the time limit."""
    with receiving(informs) as receiver:
        begun = time.monotonic()
        assert sent_to(receiver) == Sent(None, "no HTTP answer: more than 256 KB came")
        assert time.monotonic() - begun < 2.5


def test_a_path_is_sent_as_it_is_written() -> None:
    """Nothing of it is put in order; what a request line cannot have is escaped."""
    with receiving(says(200)) as receiver:
        assert sent_to(receiver, f'{receiver.host}/a/../b//%2e/<"x">?q={{1}}&r=%zz').delivered
        assert receiver.received[0].line == "POST /a/../b//%2e/%3C%22x%22%3E?q=%7B1%7D&r=%zz HTTP/1.1"


def test_the_log_is_not_told_the_path_of_a_redirect() -> None:
    """Its user is told where it leads; the server's log the host alone, for a path may be a secret."""
    for place, logged in (
        ("https://h.example/T0/secret", "h.example"),
        ("/T0/secret", "another path"),
        ("//[", "anoth"),
    ):
        with receiving(says(308, f"Location: {place}")) as receiver:
            sent = sent_to(receiver)
        assert place in sent.outcome
        assert "secret" not in sent.logged
        assert f"a redirect to {logged}" in sent.logged


def test_nobody_listens() -> None:
    """A closed port is a try that failed."""
    with receiving(says(200)) as receiver:
        pass
    assert sent_to(receiver).outcome.startswith("not reached")


def test_a_private_address_is_refused_after_resolution() -> None:
    """An allowed name that resolves to this machine is not sent to, unless its network is named."""
    with receiving(says(200)) as receiver:
        hosts, url = (f"http://inner.example.com:{receiver.port}",), f"http://inner.example.com:{receiver.port}/"
        refused = sent_to(receiver, url, hosts=hosts, networks=(), resolve=lambda *_: ["127.0.0.1"])
        assert refused == Sent(None, "not sent to inner.example.com: 127.0.0.1 is not a public address")
        mixed = sent_to(receiver, url, hosts=hosts, networks=(), resolve=lambda *_: ["8.8.8.8", "169.254.169.254"])
        assert "169.254.169.254 is not a public address" in mixed.outcome
        assert receiver.received == []
        assert sent_to(receiver, url, hosts=hosts, resolve=lambda *_: ["127.0.0.1"]).delivered
        assert receiver.received[0].headers["host"] == f"inner.example.com:{receiver.port}"


def test_a_name_that_changes_its_address_gains_nothing() -> None:
    """DNS rebinding: the name is looked up once, and the connection goes to the address that was looked at."""
    answers = [["127.0.0.1"], ["127.0.0.2"]]
    asked: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return answers.pop(0)

    with receiving(says(200)) as receiver:
        hosts, url = (f"http://two-faced.example.com:{receiver.port}",), f"http://two-faced.example.com:{receiver.port}"
        assert sent_to(receiver, url, hosts=hosts, networks=("127.0.0.1/32",), resolve=resolve).delivered
        assert asked == ["two-faced.example.com"]
        second = sent_to(receiver, url, hosts=hosts, networks=("127.0.0.1/32",), resolve=resolve)
        assert "127.0.0.2 is not a public address" in second.outcome
        assert len(receiver.received) == 1


def test_a_lookup_that_hangs_or_fails() -> None:
    """It ends at the time limit, or is told."""
    never = threading.Event()

    def hanging(_host: str, _port: int) -> list[str]:
        never.wait(5)
        return []

    def failing(_host: str, _port: int) -> list[str]:
        raise OSError("Name or service not known")

    with receiving(says(200)) as receiver:
        assert sent_to(receiver, resolve=hanging, timeout_s=0.3).outcome == "no answer within 0.3 s"
        assert sent_to(receiver, resolve=failing).outcome == "not reached: Name or service not known"
        assert "has no address" in sent_to(receiver, resolve=lambda *_: []).outcome
        assert receiver.received == []
    never.set()
    with pytest.raises(OSError, match="cannot be a name"):
        look_up("a..b", 443)


def test_the_next_address_is_tried_where_one_does_not_answer() -> None:
    """An address that refuses the connection does not hide another."""
    with receiving(says(200)) as receiver:
        assert sent_to(receiver, resolve=lambda *_: ["127.0.0.9", "127.0.0.1"]).delivered


def certificate_for(name: str, folder: Path) -> tuple[Path, Path]:
    """A certificate that signs itself, and its key."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-keyout", key, "-out", certificate, "-days", "2", "-subj", f"/CN={name}"]
    command += ["-addext", f"subjectAltName=DNS:{name}"]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key


def test_tls_is_for_the_name_and_not_for_the_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name goes into TLS, and the certificate must be of it and of an authority that the system knows."""
    certificate, key = certificate_for("hooks.example.com", tmp_path)
    named: list[str | None] = []
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate, key)
    tls.sni_callback = lambda _socket, name, _context: named.append(name)

    def over_tls(name: str) -> Sent:
        with receiving(says(200), tls) as receiver:
            hosts, url = (f"{name}:{receiver.port}",), f"https://{name}:{receiver.port}/"
            return sent_to(receiver, url, hosts=hosts, resolve=lambda *_: ["127.0.0.1"])

    assert "certificate verify failed" in over_tls("hooks.example.com").outcome
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert over_tls("hooks.example.com").delivered
    assert "certificate verify failed" in over_tls("other.example.com").outcome
    assert named == ["hooks.example.com", "hooks.example.com", "other.example.com"]


def test_a_host_that_is_not_allowed_any_more() -> None:
    """The setting is looked at before each try: nothing is looked up, nothing sent."""
    with receiving(says(200)) as receiver:
        sent = sent_to(receiver, hosts=("other.example.com",), resolve=lambda *_: pytest.fail("looked up"))
        assert "has not allowed" in sent.outcome
        assert receiver.received == []
