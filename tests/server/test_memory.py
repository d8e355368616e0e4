"""The server's memory: few heaps however many threads there are, and nothing searched that stays."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAPS = """
import ctypes, os, threading
from strikebook.server.memory import few_heaps
if {few}:
    few_heaps()
library = ctypes.CDLL(None)
library.fdopen.restype = ctypes.c_void_p
library.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
library.fflush.argtypes = [ctypes.c_void_p]
together = threading.Barrier(8)
def work():
    kept = [bytes(4000) for _ in range(200)]
    together.wait()
    del kept
threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
stream = library.fdopen(1, b"w")
library.malloc_info(0, stream)
library.fflush(stream)
"""


def heaps(*, few: bool) -> int:
    """How many heaps the C library makes for eight threads."""
    ran = subprocess.run([sys.executable, "-c", HEAPS.format(few=few)], capture_output=True, check=True)
    return ran.stdout.count(b"<heap nr=")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's own")
def test_threads_share_few_heaps() -> None:
    """Two, where they would have one each."""
    assert heaps(few=False) > 2
    assert heaps(few=True) <= 2


def test_what_is_loaded_is_not_searched() -> None:
    """All objects of the start are out of the search for garbage."""
    script = "import gc; from strikebook.server.memory import keep_what_is_loaded as keep; keep(); "
    script += "print(gc.get_freeze_count() > 1000, len(gc.get_objects()) < 100)"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)
    assert ran.stdout.split() == ["True", "True"]
