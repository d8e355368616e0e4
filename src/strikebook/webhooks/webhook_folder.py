"""Webhooks and their deliveries as files that only their owner reads (0600, in a folder of 0700).

    {results}/.webhooks/{webhook_id}.json                  a webhook, with its secret
    {results}/.webhooks/{webhook_id}/{delivery_id}.json    a delivery: what is sent, its tries, when the next one is
    {results}/.webhooks/.lock                              held while a webhook is changed, also by another process

No user's folder can have such a name, so none of it is ever served as results, or expires with them.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from strikebook.atomic_file import (
    hold_lock,
    make_real_folder,
    read_regular_file,
    remove_unfinished,
    replace_file,
    storage_errors,
)
from strikebook.errors import StorageError
from strikebook.webhooks.webhook import Delivery, Webhook, is_delivery_id, is_webhook_id
from strikebook.webhooks.webhook_document import decode_delivery, decode_webhook, encode_delivery, encode_webhook

_SUFFIX: Final = ".json"
_Stamp = tuple[int, int, int]


class WebhookFolder:
    """The files below a folder of results. Safe to use from several threads; another process may use it too."""

    def __init__(self, root: Path) -> None:
        self._folder = root / ".webhooks"
        self._lock = threading.Lock()
        self._read: dict[str, tuple[_Stamp, Webhook | None]] = {}

    @property
    def place(self) -> str:
        """Where they are, for a message."""
        return str(self._folder)

    def webhooks(self) -> list[Webhook]:
        """All webhooks, the oldest first; one whose file is damaged hides no other."""
        with self._lock:
            names = _ids(self._folder)
            for gone in self._read.keys() - names:
                del self._read[gone]
            for webhook_id in names:
                self._look_at(webhook_id)
            found = [webhook for _, webhook in self._read.values() if webhook is not None]
        return sorted(found, key=lambda each: (each.created_at, each.webhook_id))

    def damaged(self) -> list[str]:
        """The webhooks whose files cannot be read, by name, as ``webhooks`` found them last."""
        with self._lock:
            return sorted(webhook_id + _SUFFIX for webhook_id, (_, found) in self._read.items() if found is None)

    def get(self, webhook_id: str) -> Webhook | None:
        """A webhook; None where there is none of that id. Raises StorageError for a damaged file."""
        if not is_webhook_id(webhook_id):
            return None
        path = self._path(webhook_id)
        content = read_regular_file(path)
        return None if content is None else decode_webhook(content, str(path))

    def put(self, webhook: Webhook) -> None:
        """Store a webhook. Raises StorageError; what was there before is there still."""
        self._make_private(self._folder)
        _write(self._path(webhook.webhook_id), encode_webhook(webhook))

    def change(self, webhook_id: str, change: Callable[[Webhook], Webhook]) -> Webhook | None:
        """Store what ``change`` makes of a webhook as it is now, and return it; None where there is none (any more)."""
        with self._lock, self._alone():
            webhook = self.get(webhook_id)
            if webhook is None:
                return None
            changed = change(webhook)
            if changed != webhook:
                self.put(changed)
            return changed

    def remove(self, webhook_id: str) -> None:
        """Remove a webhook and its deliveries; one that is not there is removed already."""
        if not is_webhook_id(webhook_id):
            return
        with self._lock, self._alone(), storage_errors("remove", self._path(webhook_id)):
            self._path(webhook_id).unlink(missing_ok=True)
        deliveries = self._deliveries_of(webhook_id)
        if deliveries.is_symlink() or not deliveries.is_dir():
            return
        with storage_errors("remove", deliveries):
            for each in deliveries.iterdir():
                each.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # a delivery that was stored this moment: swept at the next start
            deliveries.rmdir()

    def deliveries(self, webhook_id: str) -> tuple[list[Delivery], list[str]]:
        """A webhook's deliveries, the oldest first, and the names of those that cannot be read."""
        folder = self._deliveries_of(webhook_id)
        found: list[Delivery] = []
        damaged: list[str] = []
        for delivery_id in _ids(folder):
            path = folder / f"{delivery_id}{_SUFFIX}"
            try:
                content = read_regular_file(path)
                found += [] if content is None else [decode_delivery(content, str(path))]
            except StorageError:
                damaged.append(path.name)
        return sorted(found, key=lambda each: (each.created_at, each.delivery_id)), sorted(damaged)

    def delivery(self, webhook_id: str, delivery_id: str) -> Delivery | None:
        """A delivery; None where there is none of that id. Raises StorageError for a damaged file."""
        if not (is_webhook_id(webhook_id) and is_delivery_id(delivery_id)):
            return None
        path = self._deliveries_of(webhook_id) / f"{delivery_id}{_SUFFIX}"
        content = read_regular_file(path)
        return None if content is None else decode_delivery(content, str(path))

    def put_delivery(self, delivery: Delivery) -> None:
        """Store a delivery. Raises StorageError, also where its webhook is gone."""
        if not self._path(delivery.webhook_id).exists():
            raise StorageError("its webhook was removed", where=delivery.webhook_id)
        folder = self._deliveries_of(delivery.webhook_id)
        self._make_private(folder)
        _write(folder / f"{delivery.delivery_id}{_SUFFIX}", encode_delivery(delivery))

    def remove_delivery(self, webhook_id: str, delivery_id: str) -> None:
        """Forget a delivery."""
        path = self._deliveries_of(webhook_id) / f"{delivery_id}{_SUFFIX}"
        with storage_errors("remove", path):
            path.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove what killed processes left half written, and deliveries whose webhook is gone."""
        if not self._folder.is_dir():
            return
        kept = {webhook.webhook_id for webhook in self.webhooks()} | {name[: -len(_SUFFIX)] for name in self.damaged()}
        remove_unfinished(self._folder)
        for path in self._folder.iterdir():
            if is_webhook_id(path.name) and path.is_dir() and not path.is_symlink():
                remove_unfinished(path)
                if path.name not in kept:
                    self.remove(path.name)

    def _look_at(self, webhook_id: str) -> None:
        path = self._path(webhook_id)
        try:
            found = path.lstat()
        except FileNotFoundError:
            self._read.pop(webhook_id, None)
            return
        stamp = (found.st_ino, found.st_mtime_ns, found.st_size)
        known = self._read.get(webhook_id)
        if known is not None and known[0] == stamp:
            return
        try:
            self._read[webhook_id] = (stamp, self.get(webhook_id))
        except StorageError:
            self._read[webhook_id] = (stamp, None)

    def _path(self, webhook_id: str) -> Path:
        return self._folder / f"{webhook_id}{_SUFFIX}"

    def _deliveries_of(self, webhook_id: str) -> Path:
        return self._folder / webhook_id

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes from changing a webhook meanwhile; they do so for the time of a write."""
        self._make_private(self._folder)
        with hold_lock(self._folder / ".lock", 0o600):
            yield

    def _make_private(self, folder: Path) -> None:
        if folder.is_dir() and not folder.is_symlink():
            return
        make_real_folder(folder)
        with storage_errors("write", folder):
            folder.chmod(0o700)


def _ids(folder: Path) -> set[str]:
    """The ids that the files of a folder are named for."""
    with storage_errors("read", folder):
        try:
            names = os.listdir(folder)  # noqa: PTH208 — names are all that is wanted
        except (FileNotFoundError, NotADirectoryError):
            return set()
    found = (name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX))
    return {each for each in found if is_webhook_id(each) or is_delivery_id(each)}


def _write(path: Path, content: bytes) -> None:
    def write(temporary: Path) -> None:
        temporary.touch(mode=0o600)
        temporary.write_bytes(content)

    replace_file(path, write)
