"""What a worker process runs, by name. Light: the server imports it, and only a worker what it leads to.

1. ``worker_context``: the process that workers are forked from has imported the engine, and holds no thread or lock.
2. ``begin_worker``: a worker leaves Ctrl-C to its parent and ends with it, also when that is killed.
3. ``run_packed_day`` and ``answer``: the two things it does.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import date
from multiprocessing import connection, forkserver
from multiprocessing.context import ForkServerContext
from typing import ParamSpec, TypeVar

from strikebook.service.day_work import Outcome

_PRELOADED = [
    "strikebook.service.own_process",
    "strikebook.service.day_task",
    "strikebook.service.planning",
    "strikebook.market.catalogue",
]
_OURS = "strikebook.service."
Asked = ParamSpec("Asked")
Told = TypeVar("Told")


def worker_context() -> ForkServerContext:
    """Where worker processes come from."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context


class WorkerPool(ProcessPoolExecutor):
    """Worker processes. The process that they come from may be gone when one is asked for, as after a signal to all of
    them: that is a broken pool like any other, and the next pool begins it anew.
    """

    def submit(self, call: Callable[Asked, Told], /, *arguments: Asked.args, **named: Asked.kwargs) -> Future[Told]:
        """Hand out a call. Raises BrokenProcessPool."""
        try:
            return super().submit(call, *arguments, **named)
        except (EOFError, ConnectionError) as error:
            raise BrokenProcessPool(f"no worker could be started: {error}") from error


def new_pool(count: int) -> ProcessPoolExecutor:
    """So many worker processes."""
    pool = WorkerPool(count, worker_context(), initializer=begin_worker)
    if sys.version_info < (3, 11, 5):
        _let_end(pool)
    return pool


def _let_end(pool: ProcessPoolExecutor) -> None:
    """Let a pool of which a process died come to its end, as it does from Python 3.11.5 on (gh-94777).

    Before, it waited for good where what it had still to hand out was longer than a pipe holds: nobody read it any
    more, and the pool itself kept the pipe open.
    """
    queue = pool._call_queue  # type: ignore[attr-defined] # noqa: SLF001 — the only way to its pipe
    close = queue.close

    def close_both_ends() -> None:
        queue._reader.close()  # noqa: SLF001 — the same
        close()

    queue.close = close_both_ends


def kill_pool(pool: ProcessPoolExecutor) -> None:
    """Kill the processes of a pool; the pool notices, and what was out ends with an error."""
    for process in list((pool._processes or {}).values()):  # noqa: SLF001 — the only way to its processes
        process.kill()


def warm_up() -> None:
    """Start the process that workers come from; its imports then happen beside the caller's own."""
    worker_context()
    forkserver.ensure_running()


def begin_worker() -> None:
    """Settle in: what every worker process does first."""
    from strikebook.service.day_task import settle_memory  # noqa: PLC0415 — the engine, only in a worker

    settle_memory()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def run_packed_day(packed: bytes, day: date) -> Outcome:
    """Run a day of packed work and store it."""
    from strikebook.service.day_task import run_stored_day  # noqa: PLC0415 — the engine, only in a worker

    return run_stored_day(packed, day)


def answer(question: str, arguments: tuple[object, ...]) -> object:
    """Call a function of a service module by ``module:name``. Raises ValueError for any other module."""
    module, _, name = question.partition(":")
    if not module.startswith(_OURS):
        raise ValueError(f"{question}: workers answer questions of {_OURS}* only")
    function = getattr(importlib.import_module(module), name)
    return function(*arguments)


def _end_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)
