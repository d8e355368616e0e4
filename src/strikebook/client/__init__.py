"""A Strikebook server asked from Python: ``Client``, ``AsyncClient``; what they answer, and what they raise.

It loads nothing of Strikebook but its errors: no engine, no server, no numpy. pandas and polars are loaded when a frame
is asked for. ``docs/python-client.md`` shows its use.
"""

from strikebook.client.carriers import Exchanged
from strikebook.client.client import AsyncClient, AsyncJob, AsyncResult, AsyncSweep, Client, Job, Result, Sweep
from strikebook.client.refusals import (
    AnswerError,
    BusyError,
    ClientError,
    FullError,
    InvalidError,
    KeyRefusedError,
    MissingPackageError,
    NotCompletedError,
    NotFoundError,
    RefusedError,
    ReplacedError,
    UnreachableError,
)
from strikebook.client.rows import Rows

__all__ = [
    "AnswerError",
    "AsyncClient",
    "AsyncJob",
    "AsyncResult",
    "AsyncSweep",
    "BusyError",
    "Client",
    "ClientError",
    "Exchanged",
    "FullError",
    "InvalidError",
    "Job",
    "KeyRefusedError",
    "MissingPackageError",
    "NotCompletedError",
    "NotFoundError",
    "RefusedError",
    "ReplacedError",
    "Result",
    "Rows",
    "Sweep",
    "UnreachableError",
]
