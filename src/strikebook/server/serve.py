"""A server from its settings: assembled, checked, started, announced as the brief shows it, drained at its end."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import uvicorn
import uvloop

from strikebook.errors import StrikebookError, UsageError
from strikebook.jobs.folder_jobs import FolderJobs
from strikebook.server.access_log import ServerLog
from strikebook.server.admission import is_loopback
from strikebook.server.app import create_app
from strikebook.server.connection import Connection
from strikebook.server.event_feed import EventFeed
from strikebook.server.guard import Guard
from strikebook.server.keys import FILE_NAME, Keys
from strikebook.server.memory import few_heaps, keep_what_is_loaded
from strikebook.service.assemble import build_backtests
from strikebook.service.backtests import Backtests
from strikebook.settings import Settings

_LINE = "=" * 80
_THREADS = 32
"""For requests that wait: for the disk, for a worker, for a job to stop. They must not keep the others waiting."""


def serve(settings: Settings, announce: Callable[[str], None], on_ready: Callable[[str], None] | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C; 0 then. ``on_ready`` is called with the address, in a thread of its own.

    Raises UsageError for an address that is not to be opened, BusyError where another server has these results,
    StrikebookError where the port is taken or the market cannot be opened.
    """
    keys = Keys(settings.results.absolute() / FILE_NAME)
    if not (is_loopback(settings.host) or keys.configured or settings.open_to_network):
        raise UsageError(
            f"listening on {settings.host} without keys would let everyone in",
            where="--host",
            right="make keys first (`strikebook keys add`), or say --open-to-network",
        )
    few_heaps()
    claim = FolderJobs(settings.results.absolute()).claim_server()
    listening = _listen(settings)
    log = ServerLog(settings.log_target, settings.log_mb)
    try:
        log.start()
        announce(_LINE)
        announce("🚀 Backtest File Storage API Server Starting")
        announce(_LINE)
        backtests = build_backtests(settings)
        backtests.webhooks.keyless = keys.keyless
        announce("Running initial cleanup...")
        try:
            cleaned = backtests.start()
            announce(
                f"✅ Cleanup complete: {cleaned['deleted_strategies']} strategies deleted, "
                f"{cleaned['freed_space_mb']} MB freed"
            )
            feed = EventFeed(backtests.job_events)
            app = create_app(backtests, keys, log, feed)
            keep_what_is_loaded()
            uvloop.run(
                _serve(app, feed, listening, settings, lambda url: _ready(url, settings, keys, announce, on_ready))
            )
        finally:
            _drain(backtests, announce)
        return 0
    finally:
        log.stop()
        listening.close()
        claim.release()


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # named: else nobody sets TCP_NODELAY
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        raise StrikebookError(
            f"port {settings.port} cannot be listened on: {(error.strerror or str(error)).lower()}",
            where=settings.host,
            right="stop what uses it, or take another one: --port 8001 (0 takes a free one)",
        ) from None
    return listening


async def _serve(
    app: Guard, feed: EventFeed, listening: socket.socket, settings: Settings, ready: Callable[[str], None]
) -> None:
    config = uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        lifespan="off",
        proxy_headers=False,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=10,
    )
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS, thread_name_prefix="request"))
    server = _Server(config, feed.close)
    port = listening.getsockname()[1]
    name = "localhost" if is_loopback(settings.host) else settings.host
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started and not serving.done():
        await asyncio.sleep(0.01)
    if server.started:
        ready(f"http://{name}:{port}")
    await serving


class _Server(uvicorn.Server):
    """A uvicorn that ends on a signal, and does not raise it once more when it has ended."""

    def __init__(self, config: uvicorn.Config, on_exit: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_exit = on_exit

    def handle_exit(self, sig: int, frame: Any) -> None:  # noqa: ANN401, ARG002 — uvicorn's own
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True
        self.should_exit = True
        self._on_exit()


def _ready(
    url: str,
    settings: Settings,
    keys: Keys,
    announce: Callable[[str], None],
    on_ready: Callable[[str], None] | None,
) -> None:
    announce(_LINE)
    announce("✅ Server ready")
    announce(f"📝 API Documentation: {url}/docs")
    announce(f"   page: {url}")
    announce(f"   market {settings.market}, strategies {settings.strategies}/, results {settings.results}/")
    access = "every request needs a key" if keys.configured else "open to this machine, no keys"
    announce(f"   {access}; log {settings.log_target}")
    announce(_LINE)
    if on_ready is not None:
        asyncio.get_running_loop().run_in_executor(None, on_ready, url)


def _drain(backtests: Backtests, announce: Callable[[str], None]) -> None:
    announce("Stopping: days that are being run are finished...")
    left = backtests.drain()
    announce(f"Stopped. {len(left)} jobs go on at the next start." if left else "Stopped. No job is left.")
