"""When work beside other work is due."""

from __future__ import annotations

import pytest

from strikebook.service import intervals
from strikebook.service.intervals import Intervals


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock whose one entry is the time."""
    now = [100.0]
    monkeypatch.setattr(intervals.time, "monotonic", lambda: now[0])
    return now


def test_quick_work_is_due_every_half_second(clock):
    """A hundredth of a second of work does not move the next time."""
    every = Intervals(0.5)
    clock[0] = 100.4
    assert not every.due()
    clock[0] = 100.5
    assert every.due()
    with every.at_work():
        clock[0] = 100.51
    clock[0] = 101.0
    assert not every.due()
    clock[0] = 101.01
    assert every.due()


def test_slow_work_takes_no_more_than_a_twentieth_of_the_time_also_where_it_fails(clock):
    """A tenth of a second of work is due again after two seconds, also where it raised an error."""
    every = Intervals(0.5)

    def broken_work() -> None:
        with every.at_work():
            clock[0] = 100.1
            raise ValueError("broke")

    with pytest.raises(ValueError, match="broke"):
        broken_work()
    clock[0] = 102.05
    assert not every.due()
    clock[0] = 102.11
    assert every.due()
