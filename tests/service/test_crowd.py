"""Users side by side on one server (the long form of this is ``python -m tests.service.crowd 20 600``)."""

import random
from pathlib import Path

from tests.service.crowd import alone, crowd
from tests.service.kill_server import Storm


def test_users_at_once_get_what_they_get_alone(tmp_path: Path) -> None:
    """Five users run, read and clear for some seconds while cleanups go on: each result is that of its run alone."""
    expected = alone(Storm(tmp_path / "alone", random.Random(1)))
    runs, _ = crowd(Storm(tmp_path / "crowd", random.Random(1)), 5, 3.0, expected)
    assert runs >= 5
