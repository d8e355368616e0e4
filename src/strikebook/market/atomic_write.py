"""Writing a file so that a reader never sees half of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from strikebook.errors import StorageError


def replace_file(target: Path, write: Callable[[Path], None]) -> None:
    """Let ``write`` fill a temporary file beside ``target``; then flush, rename over it and flush the folder.

    Creates the folder. Raises StorageError where the disk or the permissions refuse; ``target`` is then as before.
    """
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write(temporary)
        _sync(temporary)
        temporary.replace(target)
        _sync(target.parent)
    except OSError as error:
        raise StorageError(
            f"cannot write: {error.strerror or error}", where=str(target), right="a writable folder with space"
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def remove_leftovers(folder: Path) -> None:
    """Delete what killed writers left in the folders of ``folder``. The caller keeps other writers out."""
    for path in folder.glob("*/.*.tmp"):
        with suppress(OSError):
            path.unlink()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
