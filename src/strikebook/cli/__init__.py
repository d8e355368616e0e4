"""The command line: arguments in, tables out. ``main`` is the program ``strikebook``."""

from __future__ import annotations

import sys
from typing import NoReturn

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the program. Ctrl-C ends it with status 130 and without a traceback, also while it is still loading."""
    try:
        from strikebook.cli.app import main as program  # noqa: PLC0415 — loading takes a moment: inside the try
        from strikebook.frames import arrays_alone  # noqa: PLC0415 — the same

        arrays_alone()
        program(arguments)
    except KeyboardInterrupt:
        sys.exit(130)
