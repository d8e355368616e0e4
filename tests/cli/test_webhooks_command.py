"""``strikebook webhooks``: make, list, try, read the log, remove; refused where the administrator allows no host."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from strikebook.webhooks.webhook import Delivery
from strikebook.webhooks.webhook_folder import WebhookFolder
from tests.cli.program import Place
from tests.webhooks.receiver import in_turn, own_signature, receiving, says


def test_from_making_to_removing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The secret is the standard output, alone; a test is sent and logged; what is removed is gone."""
    place = Place(tmp_path)
    with receiving(says(204)) as receiver:
        monkeypatch.setenv("STRIKEBOOK_WEBHOOK_HOSTS", receiver.host)
        monkeypatch.setenv("STRIKEBOOK_WEBHOOK_NETWORKS", "127.0.0.0/8")
        made = place.strikebook("webhooks", "add", "me", f"{receiver.host}/in", "--events", "failed")
        assert made.returncode == 0, made.stderr
        secret = made.stdout.strip()
        assert secret.startswith("whsec_")
        listed = place.strikebook("webhooks", "list").stdout
        webhook_id = next(word for word in listed.split() if word.startswith("wh_"))
        assert "failed" in listed
        assert secret not in listed
        assert (
            place.strikebook("webhooks", "log", webhook_id).stdout.strip() == f"{webhook_id} has been told nothing yet"
        )
        tried = place.strikebook("webhooks", "test", webhook_id)
        assert tried.returncode == 0
        assert tried.stdout.startswith("answered 204")
        (request,) = receiver.received
        timestamp = request.headers["x-strikebook-timestamp"]
        assert request.headers["x-strikebook-signature"] == own_signature(secret, timestamp, request.body)
        assert "answered 204" in place.strikebook("webhooks", "log", webhook_id).stdout
    failed = place.strikebook("webhooks", "test", webhook_id)
    assert failed.returncode == 1
    assert failed.stdout.startswith("not reached")
    assert place.strikebook("webhooks", "remove", webhook_id).returncode == 0
    assert place.strikebook("webhooks", "list").stdout.startswith("no webhooks in")
    gone = place.strikebook("webhooks", "log", webhook_id)
    assert (gone.returncode, f"no webhook {webhook_id}" in gone.stderr) == (1, True)


@pytest.mark.parametrize(
    ("hosts", "arguments", "said"),
    [
        ("", ("me", "https://hooks.example.com/"), "webhooks are off: the administrator has allowed no host"),
        ("a.example", ("me", "https://hooks.example.com/"), "has not allowed https://hooks.example.com"),
        ("a.example", ("me", "https://a.example/#x"), "is not a URL that a webhook can have"),
        ("a.example", ("../me", "https://a.example/"), "cannot be an id"),
        ("a.example", ("me", "https://a.example/", "--events", "done"), "events: done"),
        ("a.example", ("me", "https://a.example/", "--secret-file", "short.txt"), "this cannot be a secret"),
        ("*", ("me", "https://a.example/"), "names no host"),
    ],
)
def test_what_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hosts: str, arguments: tuple[str, ...], said: str
) -> None:
    """Each with its reason, as usage; nothing is made."""
    monkeypatch.setenv("STRIKEBOOK_WEBHOOK_HOSTS", hosts)
    (tmp_path / "short.txt").write_text("short")
    refused = Place(tmp_path).strikebook("webhooks", "add", *arguments)
    assert refused.returncode == 2
    assert said in refused.stderr
    assert not (tmp_path / "backtest_data" / ".webhooks").exists()


def test_off_on_and_once_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Why a webhook is off is in the list; what the log has is sent again under its id; what waits is the server's."""
    place = Place(tmp_path)
    with receiving(in_turn(says(500), says(204))) as receiver:
        monkeypatch.setenv("STRIKEBOOK_WEBHOOK_HOSTS", receiver.host)
        monkeypatch.setenv("STRIKEBOOK_WEBHOOK_NETWORKS", "127.0.0.0/8")
        place.strikebook("webhooks", "add", "me", f"{receiver.host}/in")
        folder = WebhookFolder(tmp_path / "backtest_data")
        (webhook,) = folder.webhooks()
        webhook_id, at = webhook.webhook_id, webhook.created_at
        failed = Delivery(f"whd_{1:024x}", webhook_id, "completed", "bt_1", at, at, b"{}", "failed")
        waiting = replace(failed, delivery_id=f"whd_{2:024x}", state="pending")
        folder.put_delivery(failed)
        folder.put_delivery(waiting)
        assert "is off" in place.strikebook("webhooks", "off", webhook_id).stdout
        listed = place.strikebook("webhooks", "list").stdout.replace("│", " ")
        assert "switched off by hand" in " ".join(listed.split())
        refused = place.strikebook("webhooks", "redeliver", webhook_id, failed.delivery_id)
        assert (refused.returncode, "the webhook is off: switched off by hand" in refused.stderr) == (1, True)
        assert receiver.received == []
        assert "is on" in place.strikebook("webhooks", "on", webhook_id).stdout
        assert "switched off" not in place.strikebook("webhooks", "list").stdout
        for code, said in ((1, "answered 500"), (0, "answered 204")):
            sent = place.strikebook("webhooks", "redeliver", webhook_id, failed.delivery_id)
            assert (sent.returncode, sent.stdout.startswith(said)) == (code, True)
        assert {each.headers["x-strikebook-delivery"] for each in receiver.received} == {failed.delivery_id}
        stored = folder.delivery(webhook_id, failed.delivery_id)
        assert stored is not None
        assert (stored.state, [each.status for each in stored.tries]) == ("delivered", [500, 204])
        servers = place.strikebook("webhooks", "redeliver", webhook_id, waiting.delivery_id)
        assert (servers.returncode, "this delivery is still to be sent" in servers.stderr) == (1, True)
        gone = place.strikebook("webhooks", "redeliver", webhook_id, f"whd_{3:024x}")
        assert (gone.returncode, f"no delivery whd_{3:024x}" in gone.stderr) == (1, True)
