"""What is kept, for how long, of how many bytes: pins and times to live of results, a user's usage, and what an
administrator allows.

Every change is made under the lock of that user's results, which the cleanup decides under too. Results of a job that
is running are left alone: the run itself says when it expires once it has ended.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from strikebook.errors import BusyError, NotFoundError, StorageError
from strikebook.jobs.job_manager import JobManager
from strikebook.service.at_work import works_on_run, works_on_sweep
from strikebook.service.space import used_by_sweeps
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.codec import decode_metadata, encode_metadata
from strikebook.storage.keeping import (
    Keeping,
    UserLimits,
    asked_hours,
    encode_limits,
    is_pinned,
    keeping_of,
    read_limits,
    refuse_longer,
)
from strikebook.storage.layout import RunKey, check_id
from strikebook.storage.retention import bring_in_line

Document = dict[str, Any]
_LAST = "9999"


class Retained:
    """The use cases over the results of a server, or of a folder that a command looks at."""

    def __init__(self, storage: BacktestStorage, jobs: JobManager, server: Keeping) -> None:
        self._storage = storage
        self._jobs = jobs
        self._server = server

    def pin(self, key: RunKey, *, pinned: bool) -> Document:
        """Keep results until they are unpinned, or let them expire again. What is so already is left as it is.

        Raises NotFoundError where there are none, BusyError while their job is running, StorageError.
        """

        def change(document: Document) -> Document:
            return document if is_pinned(document) == pinned else {**document, "pinned": pinned}

        return _told(key, self._changed(key, change))

    def live(self, key: RunKey, hours: float | None) -> Document:
        """Let results live so many hours from when their run was created (None: as long as it asked for), and change
        nothing else.

        Raises UsageError for more than their user may ask for, and what ``pin`` raises.
        """
        keeping = keeping_of(self._storage, self._server, key.user_id)
        if hours is not None:
            refuse_longer(keeping, Decimal(str(hours)), key.user_id)

        def change(document: Document) -> Document:
            if document.get("ttl_hours") == hours:
                return document
            others = {name: value for name, value in document.items() if name != "ttl_hours"}
            return others if hours is None else {**others, "ttl_hours": hours}

        document = self._changed(key, change)
        lives, whose = keeping.of_run(asked_hours(document))
        return _told(key, document) | {"ttl_hours": lives.total_seconds() / 3600, "ttl_from": whose}

    def _changed(self, key: RunKey, change: Callable[[Document], Document]) -> Document:
        """Change what metadata.json says of how results are kept, and with it when they expire."""
        done: list[Document] = []

        def changed(metadata: bytes) -> bytes | None:
            if works_on_run(self._jobs, key):
                raise BusyError(
                    f"{key} is running",
                    where="strategy_id",
                    right="say it of its results when it has ended, or cancel it",
                )
            before: Document = decode_metadata(metadata)
            document = change(before)
            expires_at = keeping_of(self._storage, self._server, key.user_id).expires_at(document)
            told = None if expires_at is None else expires_at.replace(microsecond=0).isoformat()
            done.append({**document, "expires_at": told})
            return None if done[-1] == before else encode_metadata(done[-1])

        try:
            self._storage.change_metadata(key, changed)
        except (ValueError, KeyError, OverflowError) as error:
            raise StorageError(f"metadata.json makes no sense: {error}", where=str(key), right="run it again") from None
        if not done:
            raise NotFoundError(f"no results of {key}", where=str(key), right="results/{user_id} lists those there are")
        return done[0]

    def usage(self, user_id: str) -> Document:
        """The bytes that a user's results take, and each of them with when it expires, the first to go first."""
        check_id(user_id, "user_id")
        keeping = keeping_of(self._storage, self._server, user_id)
        runs = [told for key in self._storage.folders(user_id) if (told := self._run(key, keeping)) is not None]
        runs.sort(key=lambda run: (run["expires_at"] or _LAST, run["strategy_id"]))
        swept = used_by_sweeps(self._storage, user_id)
        used = sum(run["stored_bytes"] for run in runs) + swept
        return {
            "user_id": user_id,
            "used_bytes": used,
            "sweeps_bytes": swept,
            "pinned_bytes": sum(run["stored_bytes"] for run in runs if run["pinned"]),
            "quota_bytes": keeping.quota_bytes,
            "free_bytes": None if keeping.quota_bytes is None else max(keeping.quota_bytes - used, 0),
            **_hours_of(keeping),
            "limits": read_limits(self._storage.limits(user_id), user_id).as_document(),
            "results": runs,
        }

    def limits(self, user_id: str) -> Document:
        """What an administrator says of a user, and what holds for that user with the server's defaults."""
        check_id(user_id, "user_id")
        said = read_limits(self._storage.limits(user_id), user_id)
        keeping = self._server.for_user(said)
        return {
            "user_id": user_id,
            "limits": said.as_document(),
            **_hours_of(keeping),
            "quota_bytes": keeping.quota_bytes,
            "failed": [],
        }

    def all_limits(self) -> list[Document]:
        """The limits of every user who has some; one whose file is damaged is told with its ``problem``."""
        found: list[Document] = []
        for user_id in self._storage.limited_users():
            try:
                found.append(self.limits(user_id))
            except StorageError as error:
                found.append({"user_id": user_id, "problem": error.what})
        return found

    def change_limits(self, user_id: str, change: Callable[[UserLimits], UserLimits]) -> Document:
        """Set a user's limits; none at all are no limits. What is stored says at once when it expires.

        Damaged ones count as none. ``failed``: what could not be brought in line, which the next cleanup tries again.
        """
        check_id(user_id, "user_id")

        def changed(content: bytes | None) -> bytes | None:
            try:
                before = read_limits(content, user_id)
            except StorageError:
                before = UserLimits()
            limits = change(before)
            return None if limits == UserLimits() else encode_limits(limits)

        self._storage.change_limits(user_id, changed)
        failed: list[Document] = []
        runs, sweeps = self._storage, self._storage.sweeps()
        for key in runs.folders(user_id):
            if not works_on_run(self._jobs, key):
                self._bring_in_line(runs, key, str(key), failed)
        for key in sweeps.folders(user_id):
            if not works_on_sweep(self._jobs, key):
                self._bring_in_line(sweeps, key, f"sweep {key}", failed)
        return {**self.limits(user_id), "failed": failed}

    def _bring_in_line(self, storage: BacktestStorage, key: RunKey, where: str, failed: list[Document]) -> None:
        try:
            bring_in_line(storage, self._server, key)
        except (StorageError, KeyError, ValueError, OverflowError) as error:
            missing = isinstance(error, KeyError)
            failed.append({"where": where, "what": f"metadata.json has no {error}" if missing else str(error)})

    def _run(self, key: RunKey, keeping: Keeping) -> Document | None:
        size = self._storage.size(key)
        told: Document = {"strategy_id": key.strategy_id, "stored_bytes": size.stored_bytes, "days": size.day_files}
        nothing = {"strategy_name": None, "status": None, "created_at": None, "expires_at": None, "pinned": False}
        nothing |= {"ttl_hours": None, "ttl_from": None}
        try:
            content = self._storage.metadata(key)
            if content is None:
                problem = "no metadata.json"
                return None if size.stored_bytes == 0 else {**told, **nothing, "problem": problem}
            metadata = decode_metadata(content)
            lives, whose = keeping.of_run(asked_hours(metadata))
            known = {name: metadata.get(name) for name in ("strategy_name", "status", "created_at", "expires_at")}
            hours = {"ttl_hours": lives.total_seconds() / 3600, "ttl_from": whose}
            return {**told, **known, "pinned": is_pinned(metadata), **hours, "problem": None}
        except (StorageError, ValueError) as error:
            problem = error.what if isinstance(error, StorageError) else str(error)
            return {**told, **nothing, "problem": problem}


def _told(key: RunKey, metadata: Document) -> Document:
    told = {name: metadata.get(name) for name in ("job_id", "created_at", "expires_at")}
    return {"user_id": key.user_id, "strategy_id": key.strategy_id, **told, "pinned": is_pinned(metadata)}


def _hours_of(keeping: Keeping) -> Document:
    lives, whose = keeping.of_run(None)
    hours = {"ttl_hours": lives.total_seconds() / 3600, "ttl_from": whose}
    return {**hours, "longest_ttl_hours": keeping.longest.total_seconds() / 3600}
