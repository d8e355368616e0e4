"""The log: one JSON object a line, with request and job ids and never a key, written by a thread of its own.

A line is put into JSON (so that control characters in a path are harmless) where it is logged, a few microseconds, and
the thread only writes what has come: one that worked on each line would take the interpreter from the event loop again
and again, which costs more than the lines do.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias

import orjson

from strikebook.atomic_file import make_folder, storage_errors
from strikebook.errors import StorageError
from strikebook.settings import NO_LOG

OLDER_FILES: Final = 3
_PAUSE_S: Final = 0.1
_OURS: Final = ("job_id", "user_id", "state", "reason", "where", "what", "request_id", "path")
_KEY: Final = re.compile(r"sbk_[A-Za-z0-9_\-]+")
_SOURCES: Final = (("strikebook", logging.INFO), ("uvicorn", logging.WARNING))

Access: TypeAlias = tuple[float, str, str, str, int | None, float, int, str | None]
"""When (seconds since 1970), request id, method, path, status, milliseconds, bytes sent, user."""


class _Front(logging.Handler):
    """Takes what the program logs, and hands it to the thread as a line."""

    def __init__(self, lines: deque[bytes]) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        """Hand a record on."""
        line: dict[str, object] = {
            "time": _time(record.created),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "logger": record.name,
        }
        line |= {name: record.__dict__[name] for name in _OURS if record.__dict__.get(name) not in (None, "")}
        if record.exc_info and record.exc_info[1] is not None:
            line["traceback"] = "".join(traceback.format_exception(record.exc_info[1]))
        self._lines.append(_told(line))


class ServerLog:
    """Where a server writes its log: ``-`` for stderr, ``off`` for nowhere, else a file.

    A file of ``largest_mb`` megabytes becomes ``.1``, what was ``.1`` becomes ``.2``, and the fourth is deleted.
    """

    def __init__(self, target: str, largest_mb: float) -> None:
        self._lines: deque[bytes] = deque()
        self._stopping = threading.Event()
        self._largest_bytes = largest_mb * 1_000_000
        self._path = None if target in ("-", NO_LOG) else Path(target)
        self._silent = target == NO_LOG
        self._file = self._open()
        self._front = _Front(self._lines)
        self._thread = threading.Thread(target=self._write, name="log", daemon=True)
        self.access: Callable[[Access], None] = _forget if self._silent else self._note

    def _note(self, access: Access) -> None:
        self._lines.append(_line(access))

    def start(self) -> None:
        """Begin to write what is logged by Strikebook, and by uvicorn where something is wrong."""
        self._thread.start()
        for name, level in _SOURCES:
            logger = logging.getLogger(name)
            logger.handlers = [self._front]
            logger.setLevel(level)
            logger.propagate = False

    def stop(self) -> None:
        """Write what is left, and close."""
        for name, _ in _SOURCES:
            logging.getLogger(name).removeHandler(self._front)
        self._stopping.set()
        self._thread.join()
        if self._path is not None:
            self._file.close()

    def _write(self) -> None:
        while not self._stopping.wait(_PAUSE_S):  # what comes meanwhile is written in one go
            self._write_what_came()
        self._write_what_came()

    def _write_what_came(self) -> None:
        if self._silent:
            self._lines.clear()
        elif self._lines:
            take = self._lines.popleft
            self._put(b"".join([take() for _ in range(len(self._lines))]))

    def _put(self, text: bytes) -> None:
        try:
            if self._file.closed:
                self._file = self._open()
            self._file.write(text)
            self._file.flush()
            if self._path is not None and self._file.tell() > self._largest_bytes:
                self._file.close()
                self._turn_over(self._path)
        except (OSError, StorageError) as error:  # a full disk must not stop the server; stderr is told
            sys.stderr.write(f"strikebook: the log cannot be written: {error}\n")

    def _turn_over(self, path: Path) -> None:
        for number in range(OLDER_FILES - 1, 0, -1):
            older = path.with_name(f"{path.name}.{number}")
            if older.exists():
                older.rename(path.with_name(f"{path.name}.{number + 1}"))
        path.rename(path.with_name(f"{path.name}.1"))

    def _open(self) -> BinaryIO:
        if self._path is None:
            return sys.stderr.buffer
        make_folder(self._path.parent)
        with storage_errors("write", self._path):
            return self._path.open("ab")


def _forget(_access: Access) -> None:
    """Note nothing of a request."""


def _told(line: dict[str, object]) -> bytes:
    printable = {name: _printable(value) for name, value in line.items()}
    return orjson.dumps(printable, default=str, option=orjson.OPT_APPEND_NEWLINE)


def _line(access: Access) -> bytes:
    at, request_id, method, path, status, took_ms, sent, user_id = access
    return orjson.dumps(
        {
            "time": _time(at),
            "level": "info",
            "event": "request",
            "request_id": _printable(request_id),
            "method": method,
            "path": _printable(path),
            "status": status,
            "ms": int(took_ms * 1e3) / 1e3,
            "bytes": sent,
            "user_id": user_id,
        },
        option=orjson.OPT_APPEND_NEWLINE,
    )


def _printable(value: object) -> object:
    """A text that JSON can hold (a path may have bytes that are not UTF-8), without a key that somebody put there."""
    if not isinstance(value, str):
        return value
    text = value.encode("utf-8", "backslashreplace").decode()
    return _KEY.sub("sbk_...", text) if "sbk_" in text else text


@lru_cache(maxsize=4)
def _second(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()[:19]


def _time(at: float) -> str:
    return f"{_second(int(at))}.{int(at % 1 * 1e3):03d}Z"
