"""The log: one JSON object a line, with request and job ids and never a key, written by a thread of its own.

A request costs the event loop one put into a queue; what a line holds is put into JSON by the thread that writes it, so
that control characters in a path are harmless.
"""

from __future__ import annotations

import logging
import sys
import traceback
from datetime import UTC, datetime
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final

import orjson

from strikebook.atomic_file import make_folder, storage_errors

_LARGEST_BYTES: Final = 10_000_000
_FILES: Final = 3
_OURS: Final = frozenset(
    {"job_id", "user_id", "state", "reason", "where", "what", "request_id", "method", "path", "status", "ms", "bytes"}
)
_ACCESS: Final = "strikebook.access"


class JsonLines(logging.Formatter):
    """A record as a line of JSON: ``time`` (UTC), ``level``, ``logger``, ``event``, and what is known of it."""

    def format(self, record: logging.LogRecord) -> str:
        """Put a record into JSON."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        line |= {name: value for name, value in record.__dict__.items() if name in _OURS and value not in (None, "")}
        if record.exc_info and record.exc_info[1] is not None:
            line["traceback"] = "".join(traceback.format_exception(record.exc_info[1]))
        return orjson.dumps(line, default=str).decode()


class _WholeRecords(QueueHandler):
    """Hands records on as they are: they are formatted by the thread that writes them, in this same process."""

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        return record


class ServerLog:
    """Where a server's log goes: ``-`` for stderr, else a file, which is followed by another at ten megabytes."""

    def __init__(self, target: str) -> None:
        self._queue: SimpleQueue[Any] = SimpleQueue()
        if target == "-":
            handler: logging.Handler = logging.StreamHandler(sys.stderr)
        else:
            path = Path(target)
            make_folder(path.parent)
            with storage_errors("write", path):
                handler = RotatingFileHandler(path, maxBytes=_LARGEST_BYTES, backupCount=_FILES, encoding="utf-8")
        handler.setFormatter(JsonLines())
        self._listener = QueueListener(self._queue, handler)
        self._front = _WholeRecords(self._queue)
        self._handler = handler

    def start(self) -> None:
        """Begin to write what is logged by Strikebook, and by uvicorn where something is wrong."""
        self._listener.start()
        for name, level in (("strikebook", logging.INFO), ("uvicorn", logging.WARNING)):
            logger = logging.getLogger(name)
            logger.handlers = [self._front]
            logger.setLevel(level)
            logger.propagate = False

    def stop(self) -> None:
        """Write what is left, and close."""
        for name in ("strikebook", "uvicorn"):
            logging.getLogger(name).removeHandler(self._front)
        self._listener.stop()
        self._handler.close()

    def access(self, fields: dict[str, object]) -> None:
        """Log a request; the fields are those of a line."""
        self._queue.put_nowait(
            logging.makeLogRecord(
                {"name": _ACCESS, "levelname": "INFO", "levelno": logging.INFO, "msg": "request", **fields}
            )
        )
