"""The log: one JSON object a line, with request and job ids and never a key, written by a thread of its own.

A request costs the event loop one put into a queue. The thread takes what has come, puts it into JSON (so that control
characters in a path are harmless) and writes it at once.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO, Final, TypeAlias

import orjson

from strikebook.atomic_file import make_folder, storage_errors

LARGEST_BYTES: Final = 10_000_000
_OLDER_FILES: Final = 3
_PAUSE_S: Final = 0.05
_OURS: Final = ("job_id", "user_id", "state", "reason", "where", "what", "request_id", "path")
_SOURCES: Final = (("strikebook", logging.INFO), ("uvicorn", logging.WARNING))

Access: TypeAlias = tuple[float, str, str, str, int | None, float, int, str | None]
"""When (seconds since 1970), request id, method, path, status, milliseconds, bytes sent, user."""


class _Front(logging.Handler):
    """Takes what the program logs, and hands it to the thread as a line's members."""

    def __init__(self, queue: SimpleQueue[Access | dict[str, object] | None]) -> None:
        super().__init__()
        self._queue = queue

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
        self._queue.put(line)


class ServerLog:
    """Where a server writes its log: ``-`` for stderr, else a file; at ten megabytes it becomes ``.1`` and is begun anew."""

    def __init__(self, target: str) -> None:
        self._queue: SimpleQueue[Access | dict[str, object] | None] = SimpleQueue()
        self._path = None if target == "-" else Path(target)
        self._file = self._open()
        self._front = _Front(self._queue)
        self._thread = threading.Thread(target=self._write, name="log", daemon=True)
        self.access = self._queue.put

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
        self._queue.put(None)
        self._thread.join()
        if self._path is not None:
            self._file.close()

    def _write(self) -> None:
        going = True
        while going:
            lines = [self._queue.get()]
            while not self._queue.empty():
                lines.append(self._queue.get())
            going = None not in lines
            text = b"\n".join(orjson.dumps(_line(line), default=str) for line in lines if line is not None)
            if text:
                self._put(text + b"\n")
            if going:
                time.sleep(_PAUSE_S)  # what comes meanwhile is written in one go

    def _put(self, text: bytes) -> None:
        try:
            self._file.write(text)
            self._file.flush()
            if self._path is not None and self._file.tell() > LARGEST_BYTES:
                self._file.close()
                self._turn_over(self._path)
                self._file = self._open()
        except OSError as error:  # a full disk must not stop the server; stderr is told
            sys.stderr.write(f"strikebook: the log cannot be written: {error}\n")

    def _turn_over(self, path: Path) -> None:
        for number in range(_OLDER_FILES - 1, 0, -1):
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


def _line(line: Access | dict[str, object]) -> dict[str, object]:
    if isinstance(line, dict):
        return line
    at, request_id, method, path, status, took_ms, sent, user_id = line
    return {
        "time": _time(at),
        "level": "info",
        "event": "request",
        "request_id": request_id,
        "method": method,
        "path": path,
        "status": status,
        "ms": round(took_ms, 3),
        "bytes": sent,
        "user_id": user_id,
    }


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
