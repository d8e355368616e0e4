"""The notebook of the examples: executed from the first cell to the last against a real server."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from strikebook.client import Client
from tests.server.running import EXAMPLES, STRATEGY, Running

NOTEBOOK = EXAMPLES / "strikebook_client.ipynb"


def notebook() -> Any:
    return nbformat.read(NOTEBOOK, as_version=4)


def code() -> list[Any]:
    return [cell for cell in notebook().cells if cell.cell_type == "code"]


def text_of(cell: Any) -> str:
    """All that a cell printed or showed, as text."""
    outputs = [each.get("text") or each.get("data", {}).get("text/plain", "") for each in cell.outputs]
    return "\n".join(map(str, outputs))


def test_the_notebook_is_stored_without_what_it_showed() -> None:
    """No outputs, no numbers of cells, nothing of a machine; a kernel that everybody has."""
    nbformat.validate(notebook())
    assert [cell.id for cell in code() if cell.outputs or cell.execution_count is not None or cell.metadata] == []
    assert notebook().metadata.kernelspec.name == "python3"
    assert not re.search(r"/(home|root|Users|tmp|work)\b|[A-Z]:\\\\", NOTEBOOK.read_text("utf-8"))


@pytest.fixture(scope="module")
def executed(served: Running, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each cell showed."""
    folder = tmp_path_factory.mktemp("notebook")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STRIKEBOOK_URL", served.url)
        patch.setenv("IPYTHONDIR", str(folder / "ipython"))
        patch.setenv("JUPYTER_RUNTIME_DIR", str(folder / "runtime"))
        patch.delenv("STRIKEBOOK_KEY", raising=False)
        document = notebook()
        NotebookClient(document, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    left = {path.name for path in Path(folder).iterdir()}
    assert left <= {"ipython", "runtime"}
    return {cell.id: text_of(cell) for cell in document.cells if cell.cell_type == "code"}


def test_every_cell_shows_what_it_says(executed: dict[str, str]) -> None:
    """The job completes before one's eyes; the frames, the reasons and the file are there."""
    assert executed.keys() == {cell.id for cell in code()}
    assert executed["client"] == "'synthetic:1'"
    assert STRATEGY in executed["strategies"]
    assert re.search(r"bt_\w+: completed, (\d+) of \1 days, profit ₹", executed["run"])
    assert "Result('notebook'" in executed["run"]
    assert "2024-10-01" in executed["calendar"]
    assert "2024-11" in executed["months"]
    assert "NIFTY:" in executed["trades"]
    assert "exit_condition_met" in executed["reasons-of-exits"]
    assert "Previous[TI.1m.rsi(14,close)]" in executed["why"]
    assert "held_seconds" in executed["why-not"]
    assert "Net profit" in executed["statistics"]
    assert "NIFTY:" in executed["export"]
    assert f"Cleared all backtest data for strategy {STRATEGY}" in executed["end"]


def test_it_leaves_the_server_as_it_was(executed: dict[str, str], served: Running) -> None:
    """Its results are gone."""
    assert executed
    with Client(served.url) as client:
        assert client.results("notebook") == []
