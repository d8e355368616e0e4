"""A disk that is soon full: a mount of a few kilobytes of memory."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def mounted_disk(place: Path, size: str) -> Iterator[Path]:
    """A disk of that size (``300k``, ``1m``) at ``place``. The test is skipped for who may not mount, but not in CI."""
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        # CI mounts as root: there a refusal is a failure, or the promise would go untested unnoticed.
        (pytest.fail if os.environ.get("CI") else pytest.skip)("a small disk is mounted by root only")
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)
