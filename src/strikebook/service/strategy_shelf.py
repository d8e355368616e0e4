"""Strategies on disk: those that all share, and each user's own. Light: the server reads no strategy, it hands them on.

{root}/{strategy_id}.json             shared, read-only over the API
{root}/{user_id}/{strategy_id}.json   a user's own, which goes before a shared one of the same id
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Final

import orjson

from strikebook.atomic_file import make_folder, storage_errors, write_file
from strikebook.errors import NotFoundError, StrategyError, UsageError
from strikebook.storage.layout import check_id, is_id

SHARED: Final = "shared"
LARGEST_BYTES: Final = 4 * 1024 * 1024
MOST_PER_USER: Final = 1_000
_SUFFIX: Final = ".json"
_EXCHANGE: Final = timezone(timedelta(hours=5, minutes=30))
_NAMES: Final = ("strategy_name", "name")
_WRAPPERS: Final = ("strategy", "config")


@dataclass(frozen=True, slots=True)
class StrategyShelf:
    """The folder of strategies. Reading creates nothing; what a symbolic link stands for is not there."""

    root: Path

    def list(self, user_id: str | None = None) -> list[dict[str, object]]:
        """The shared strategies and a user's own, by id; a file that cannot be read is listed with the reason."""
        found = [self._entry(self.root, SHARED, strategy_id) for strategy_id in _ids(self.root)]
        if user_id is not None:
            folder = self.root / check_id(user_id, "user_id")
            found += [self._entry(folder, user_id, strategy_id) for strategy_id in _ids(folder)]
        return sorted(found, key=lambda each: (str(each["strategy_id"]), each["owner"] != SHARED))

    def get(self, user_id: str | None, strategy_id: str) -> bytes:
        """A strategy's document: a user's own, else the shared one. Raises NotFoundError, naming those there are."""
        check_id(strategy_id, "strategy_id")
        folders = [self.root] if user_id is None else [self.root / check_id(user_id, "user_id"), self.root]
        for folder in folders:
            content = _read(folder, strategy_id)
            if content is not None:
                return content
        known = ", ".join(sorted({name for folder in folders for name in _ids(folder)})[:20])
        raise NotFoundError(
            f"no strategy {strategy_id}",
            where="strategy_id",
            right=f"one of {known}" if known else f"put one there: PUT /api/v1/strategies/{strategy_id}",
        )

    def put(self, user_id: str, strategy_id: str, content: bytes) -> None:
        """Store a user's own strategy. Raises StrategyError for one that is too large or one too many, StorageError."""
        folder = self.root / check_id(user_id, "user_id")
        check_id(strategy_id, "strategy_id")
        if user_id == SHARED:
            raise UsageError("no user is called shared", where="user_id", right="another name: it means everyone's")
        if len(content) > LARGEST_BYTES:
            raise StrategyError("a strategy of more than 4 MB", where=strategy_id, right="at most 4 MB")
        known = _ids(folder)
        if strategy_id not in known and len(known) >= MOST_PER_USER:
            raise StrategyError(f"{MOST_PER_USER} strategies are stored", where=user_id, right="delete one first")
        if folder.is_symlink():
            raise UsageError("a symbolic link stands in the place of the folder", where=user_id, right="a real folder")
        make_folder(folder)
        write_file(folder / f"{strategy_id}{_SUFFIX}", content)

    def delete(self, user_id: str, strategy_id: str) -> None:
        """Remove a user's own strategy. Raises NotFoundError where there is none (a shared one is not the user's)."""
        folder = self.root / check_id(user_id, "user_id")
        if check_id(strategy_id, "strategy_id") not in _ids(folder):
            raise NotFoundError(
                f"{user_id} has no strategy {strategy_id}", where="strategy_id", right="shared ones cannot be deleted"
            )
        path = folder / f"{strategy_id}{_SUFFIX}"
        with storage_errors("delete", path):
            path.unlink(missing_ok=True)

    def seed(self, examples: Path) -> int:
        """Where there is no folder yet, make it with the examples, each under its own id; how many there are."""
        if self.root.exists():
            return 0
        coming = self.root.with_name(f".{self.root.name}.coming")
        make_folder(coming)
        count = 0
        for path in sorted(examples.glob(f"*{_SUFFIX}")):
            content = path.read_bytes()
            strategy_id = _member(content, ("strategy_id",))
            if strategy_id is not None and is_id(strategy_id):
                write_file(coming / f"{strategy_id}{_SUFFIX}", content)
                count += 1
        with storage_errors("create", self.root):
            coming.rename(self.root)
        return count

    def _entry(self, folder: Path, owner: str, strategy_id: str) -> dict[str, object]:
        content = _read(folder, strategy_id)
        problem, name = "it cannot be read", None
        if content is not None:
            name = _member(content, _NAMES)
            problem = "" if name is not None else "not JSON, or without a name: validate it for the reason"
        path = folder / f"{strategy_id}{_SUFFIX}"
        changed = path.lstat().st_mtime if path.exists() else 0.0
        return {
            "strategy_id": strategy_id,
            "strategy_name": name or strategy_id,
            "owner": owner,
            "bytes": 0 if content is None else len(content),
            "modified_at": datetime.fromtimestamp(changed, _EXCHANGE).replace(tzinfo=None, microsecond=0).isoformat(),
            "problem": problem,
        }


def _ids(folder: Path) -> list[str]:
    """The ids of the strategies in a folder: regular files alone."""
    with storage_errors("read", folder):
        try:
            if folder.is_symlink():
                return []
            entries = list(os.scandir(folder))
        except (FileNotFoundError, NotADirectoryError):
            return []
        names = [entry.name for entry in entries if entry.is_file(follow_symlinks=False)]
    return sorted(
        name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX) and is_id(name[: -len(_SUFFIX)])
    )


def _read(folder: Path, strategy_id: str) -> bytes | None:
    path = folder / f"{strategy_id}{_SUFFIX}"
    with storage_errors("read", path):
        try:
            if folder.is_symlink() or not stat.S_ISREG(path.lstat().st_mode):
                return None
            with path.open("rb") as file:
                content = file.read(LARGEST_BYTES + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None
    return content if len(content) <= LARGEST_BYTES else None


def _member(content: bytes, names: tuple[str, ...]) -> str | None:
    """A text of a strategy document, also of one that is wrapped, also of one that is wrapped as JSON text."""
    try:
        document = orjson.loads(content)
        for _ in range(3):
            if isinstance(document, str):
                document = orjson.loads(document)
            if not isinstance(document, dict):
                return None
            for name in names:
                if isinstance(document.get(name), str):
                    return str(document[name])[:200]
            document = next((document[name] for name in _WRAPPERS if name in document), None)
    except orjson.JSONDecodeError:
        return None
    return None
