"""A server that is killed loses nothing (the long form of this is ``python -m tests.service.kill_server 100``)."""

import random
from pathlib import Path

from tests.service.kill_server import Storm, rage, undisturbed


def test_a_killed_server_goes_on_where_it_was(tmp_path: Path) -> None:
    """Three kills while three users' jobs run: no day lost, torn or run again, no stuck job, the same bytes."""
    expected = undisturbed(Storm(tmp_path / "quiet", random.Random(7)))
    assert len(expected) > 20
    storm = Storm(tmp_path / "storm", random.Random(7))
    rage(storm, 3, expected)
    assert storm.kills == 3
