"""The process that workers are forked from. Light on purpose: it can be started before anything heavy is imported."""

from __future__ import annotations

import multiprocessing
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext

_PRELOADED = ["strikebook.service.day_task", "strikebook.market.catalogue"]


def worker_context() -> ForkServerContext:
    """Where worker processes come from: a server that has imported what they need, and holds no thread or lock."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context


def warm_up() -> None:
    """Start that process; its imports then happen beside the caller's own."""
    worker_context()
    forkserver.ensure_running()
