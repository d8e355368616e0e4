"""How far a job is, for a person: a bar in a terminal, a line in a notebook, or a function of one's own."""

from __future__ import annotations

import contextlib
import html
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

OnProgress: TypeAlias = Callable[[Mapping[str, Any]], None]
"""Gets documents that have a status's ``status`` and ``progress``."""


@contextlib.contextmanager
def shown(progress: bool | OnProgress, job_id: str) -> Iterator[OnProgress]:  # noqa: FBT001 — as ``wait`` has it
    """What is told how far the job is. With True a person sees it, in a notebook or where stderr is a terminal."""
    if callable(progress):
        yield progress
    elif progress and _in_notebook():
        yield _notebook_line(job_id)
    elif progress and sys.stderr.isatty():
        with _bar(job_id) as on_progress:
            yield on_progress
    else:
        yield lambda _: None


def _in_notebook() -> bool:
    """Whether this runs in the kernel of a notebook; IPython is loaded then."""
    found = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return found is not None and type(found).__name__ == "ZMQInteractiveShell"


@contextlib.contextmanager
def _bar(job_id: str) -> Iterator[OnProgress]:
    from rich.console import Console  # noqa: PLC0415 — only where a bar is shown
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(compact=True))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(job_id, total=None)

        def on_progress(document: Mapping[str, Any]) -> None:
            progress = document["progress"]
            bar.update(task, completed=progress["completed_days"], total=progress["total_days"])

        yield on_progress


class _Line:
    """A job's progress, as a notebook shows it."""

    def __init__(self, job_id: str, document: Mapping[str, Any]) -> None:
        progress = document["progress"]
        self.done, self.total = int(progress["completed_days"]), int(progress["total_days"])
        self.text = f"{job_id}: {document['status']}, {self.done} of {self.total} days, profit ₹{progress['pnl']:,.2f}"

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f'<progress value="{self.done}" max="{max(self.total, 1)}"></progress> {html.escape(self.text)}'


def _notebook_line(job_id: str) -> OnProgress:
    display = sys.modules["IPython"].display.display
    line: Any = None

    def on_progress(document: Mapping[str, Any]) -> None:
        nonlocal line
        made = _Line(job_id, document)
        if line is None:
            line = display(made, display_id=True)
        else:
            line.update(made)

    return on_progress
