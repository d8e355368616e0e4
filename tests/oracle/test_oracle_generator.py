"""The random cases are valid, repeatable, and the oracle's days of them add up."""

from __future__ import annotations

import pytest

from strikebook.strategy.parse import parse_strategy
from tests.oracle import run_oracle
from tests.oracle.generator import random_case

SEEDS = range(40)
BY_AN_ORDER = ("exit_condition_met", "stop_loss", "target", "trailing_stop")


def test_a_seed_is_one_case() -> None:
    """The same seed gives the same document, day and options, and they give the same result."""
    assert random_case(7) == random_case(7)
    assert run_oracle(*random_case(7)) == run_oracle(*random_case(7))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_case_can_run(seed: int) -> None:
    """The check before a run has no error to report."""
    assert parse_strategy(random_case(seed)[0]).errors == ()


def is_carried(document: dict, vpi: str) -> bool:
    entries = [node["data"]["positions"] for node in document["nodes"] if node["type"] == "entryNode"]
    (leg,) = [leg for positions in entries for leg in positions if leg["vpi"] == vpi]
    return leg["productType"].lower() == "carryforward"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_day_adds_up(seed: int) -> None:
    """Every life that is not carried over the close is closed by the lots it opened, on a later step; one at a time."""
    day = run_oracle(*random_case(seed))
    for life in day.lives:
        rows = [row for row in day.trades if (row["vpi"], row["position_num"]) == (life["vpi"], life["position_num"])]
        if not life["closed"]:
            assert is_carried(random_case(seed)[0], life["vpi"])
            continue
        assert sum(row["lots"] for row in rows) == life["lots"]
        assert [row["part"] for row in rows] == [*range(1, len(rows)), None]
        closed_by_the_clock = rows[-1]["exit_reason"] not in BY_AN_ORDER
        assert all(row["exit_step"] > life["entry_step"] for row in rows) or closed_by_the_clock
        later = [other["entry_step"] for other in day.lives if other["vpi"] == life["vpi"] and other is not life]
        assert not [step for step in later if life["entry_step"] < step <= rows[-1]["exit_step"]]
    steps = [event["step"] for event in day.events]
    assert steps == sorted(steps)
    assert {event["parent_execution_id"] for event in day.events[1:]} <= {event["execution_id"] for event in day.events}
