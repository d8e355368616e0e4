"""docs/python-client.md: its examples are run, one after the other; every call and every error stands in it."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

import strikebook.client
from strikebook.client import ClientError
from strikebook.client.api import Calls
from strikebook.client.client import DEFAULT_URL
from strikebook.client.jobs import JobCalls
from strikebook.client.results import ResultCalls
from strikebook.client.sweeps import SweepCalls
from tests.server.running import WEBHOOK_HOST, Running

PAGE = (Path(__file__).parents[2] / "docs/python-client.md").read_text("utf-8")
RECEIVER = "https://hooks.example.com"
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.S | re.M)


def test_every_example_runs(served: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In their order, with what the ones before have made, at another address; they leave nothing behind."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    assert len(BLOCKS) >= 6
    for block in BLOCKS:
        there = block.replace(DEFAULT_URL, served.url).replace(RECEIVER, WEBHOOK_HOST)
        exec(compile(there, "docs/python-client.md", "exec"), names)  # noqa: S102
    assert list(tmp_path.iterdir()) == []


def test_every_call_is_documented() -> None:
    """Each public name of a client, a job and a result is set as code."""
    said = set(re.findall(r"`([\w.]+)`", PAGE))
    for kind, of in ((Calls, ""), (JobCalls, "Job."), (SweepCalls, "Sweep."), (ResultCalls, "Result.")):
        names = [name for name in dir(kind) if not name.startswith("_")]
        assert len(names) > 5
        assert [f"{of}{name}" for name in names if f"{of}{name}" not in said] == []


def test_every_error_is_documented() -> None:
    """Each error of the client has its row, and stands in the drawing of their tree."""
    kinds = [each for each in vars(strikebook.client).values() if isinstance(each, type)]
    names = [each.__name__ for each in kinds if issubclass(each, ClientError) and each is not ClientError]
    assert re.findall(r"^\| `(\w+Error)` \|", PAGE, re.M) == [
        name for name in re.findall(r"── (\w+)", inspect.getdoc(strikebook.client.refusals) or "") if name in names
    ]
    assert len(names) > 8
