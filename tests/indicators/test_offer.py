"""What is offered: every name of the builder's list, or a reason; and all of it in the documents."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from strikebook.indicators.catalogue import ALIASES, CATALOGUE, NOT_OFFERED, find, resolve, why_not_offered

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "indicators.md"
SHARED = Path(os.environ.get("STRIKEBOOK_SHARED", ROOT.parent / "shared"))
BUILDERS_LIST = SHARED / "data" / "indicator_catalog.json"


@pytest.fixture(scope="module")
def offered_by_the_builder():
    if not BUILDERS_LIST.exists():
        pytest.fail(f"needs the builder's list, {BUILDERS_LIST}")
    return json.loads(BUILDERS_LIST.read_text(encoding="utf-8"))


def test_every_name_of_the_builder(offered_by_the_builder):
    """Each is in the catalogue or has a reason, never both, and nothing else is."""
    assert set(CATALOGUE) | set(NOT_OFFERED) == set(offered_by_the_builder)
    assert not set(CATALOGUE) & set(NOT_OFFERED)


def test_as_the_builder_has_it(offered_by_the_builder):
    """Category, parameters with their defaults, and outputs are the builder's."""
    for name, indicator in CATALOGUE.items():
        theirs = offered_by_the_builder[name]
        assert indicator.category == theirs["category"]
        assert list(indicator.outputs) == theirs["outputs"]
        assert [p.name for p in indicator.parameters] == [p["name"] for p in theirs["params"]]
        for ours, given in zip(indicator.parameters, theirs["params"], strict=True):
            assert ours.required or ours.default == given["default"]


def test_defaults_are_accepted():
    """What the catalogue fills in, it takes."""
    for name, indicator in CATALOGUE.items():
        raw = {p.name: p.options[0] if p.required else p.default for p in indicator.parameters}
        resolved = resolve(indicator, raw)
        assert resolved.problems == (), name
        assert dict(resolved.parameters) == raw


def test_limits_are_held():
    """A number below the least or above the most is refused, and so is a choice that is none of the options."""
    for name, indicator in CATALOGUE.items():
        good = {p.name: p.options[0] for p in indicator.parameters if p.required}
        for parameter in indicator.parameters:
            if parameter.kind == "choice":
                wrong = ["hlc3", "all"]
            else:
                wrong = [parameter.minimum - 1, parameter.maximum + 1, float("inf"), "ten"]
            for value in wrong:
                problems = resolve(indicator, good | {parameter.name: value}).problems
                assert [problem.key for problem in problems] == [parameter.name], (name, value)


def test_a_pattern_must_be_named():
    """CDL_PATTERN without a pattern, or with all of them, is refused and told which there are."""
    for raw in ({}, {"name": None}, {"name": "all"}):
        (problem,) = resolve(find("cdl_pattern"), raw).problems
        assert problem.key == "name"
        assert problem.right == "one of doji, hammer, shooting_star, engulfing"


def test_the_four_beyond_talib():
    """Supertrend, VWAP, Keltner and Donchian are found under the names people write."""
    assert [find(name).name for name in ("supertrend", "vwap", "keltner", "donchian")] == [
        "SUPERTREND",
        "VWAP",
        "KC",
        "DONCHIAN",
    ]
    assert set(ALIASES.values()) <= set(CATALOGUE)
    assert not set(ALIASES) & (set(CATALOGUE) | set(NOT_OFFERED))


def test_known_but_not_offered():
    """A name that is left out has its reason in any case of letters; an offered or unknown one has none."""
    assert "repainted" in why_not_offered(" zigzag ")
    assert why_not_offered("RSI") is why_not_offered("RZI") is None
    assert find("zigzag") is None


def test_texts_are_one_line():
    """Each indicator says what it is and where its formula is from."""
    for name, indicator in CATALOGUE.items():
        for text in (indicator.description, indicator.source):
            assert text, name
            assert "\n" not in text
            assert "|" not in text


def test_the_page_lists_every_indicator():
    """docs/indicators.md has a row per indicator with its parameters, outputs and source, and one per reason."""
    rows = [row(indicator) for indicator in CATALOGUE.values()]
    rows += [f"| `{name}` | {reason} |" for name, reason in NOT_OFFERED.items()]
    page = PAGE.read_text(encoding="utf-8").splitlines()
    assert [line for line in rows if line not in page] == []
    assert [line for line in page if line.startswith("| `") and line not in rows] == []


def row(indicator) -> str:
    """An indicator as the page has it."""
    parameters = ", ".join(f"{p.name} {shown(p)}" for p in indicator.parameters)
    outputs = ", ".join(indicator.outputs)
    return f"| `{indicator.name}` | {parameters} | {outputs} | {indicator.description} | {indicator.source} |"


def shown(parameter) -> str:
    if parameter.kind == "choice":
        return " / ".join(parameter.options) + (" (required)" if parameter.required else "")
    return f"{parameter.default:g} ({parameter.minimum:g}–{parameter.maximum:g})"
