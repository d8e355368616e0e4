"""The command line: arguments in, tables out. ``main`` is the program ``strikebook``."""

from strikebook.cli.app import main

__all__ = ["main"]
