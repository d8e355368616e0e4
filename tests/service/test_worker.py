"""Pools of worker processes: one of which a process died comes to its end, whatever it had still to hand out."""

from __future__ import annotations

import threading
from concurrent.futures import wait
from concurrent.futures.process import BrokenProcessPool

import pytest

from strikebook.service.worker import answer, kill_pool, new_pool

LONGEST_WAIT_S = 30.0
LONGER_THAN_A_PIPE = b"x" * 1_000_000


@pytest.mark.parametrize("workers", [1, 2])
def test_a_killed_pool_ends_with_long_work_in_its_queue(workers: int) -> None:
    """All that was out ends with an error, and nobody waits for what no process will read."""
    pool = new_pool(workers)
    pool.submit(answer, "strikebook.service.worker:worker_context", ()).exception()
    out = [pool.submit(answer, "strikebook.service.nowhere:nothing", (LONGER_THAN_A_PIPE,)) for _ in range(20)]
    kill_pool(pool)
    ending = threading.Thread(target=pool.shutdown, daemon=True)
    ending.start()
    ending.join(LONGEST_WAIT_S)
    assert not ending.is_alive()
    assert not wait(out, LONGEST_WAIT_S).not_done
    assert any(isinstance(each.exception(), BrokenProcessPool) for each in out)
