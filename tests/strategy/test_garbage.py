"""Whatever a document looks like, reading it gives findings and never raises."""

from __future__ import annotations

import copy

from hypothesis import given, settings
from hypothesis import strategies as st

from strikebook.strategy.describe import describe_lines
from strikebook.strategy.parse import parse_strategy
from tests.strategy import documents as d
from tests.strategy.test_parse import real_exports

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from([10**400, -(10**18), "1e999", "NaN", "\ud800", "W0", "entry-2", "AND", "1m", "between"]),
)
GARBAGE = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
EXPORTS = [*real_exports(), d.small()]


def places(value):
    """Every (container, key) of a document."""
    pending, found = [value], []
    while pending:
        at = pending.pop()
        items = at.items() if isinstance(at, dict) else enumerate(at) if isinstance(at, list) else ()
        for key, member in items:
            found.append((at, key))
            pending.append(member)
    return found


def holds(parsed) -> None:
    assert (parsed.strategy is None) == bool(parsed.errors)
    for finding in parsed.findings:
        assert finding.path.startswith("$")
        assert finding.what
    if parsed.strategy is not None:
        assert describe_lines(parsed.strategy)


@given(GARBAGE)
def test_garbage(document):
    """Any JSON value is read without raising."""
    holds(parse_strategy(document))


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_mutated_exports(data):
    """A real export with a few values replaced, dropped or moved is read without raising."""
    document = copy.deepcopy(data.draw(st.sampled_from(EXPORTS)))
    for _ in range(data.draw(st.integers(1, 4))):
        found = places(document)
        container, key = found[data.draw(st.integers(0, len(found) - 1))]
        action = data.draw(st.sampled_from(["replace", "drop", "copy"]))
        if action == "drop":
            del container[key]
        elif action == "copy":
            other, other_key = found[data.draw(st.integers(0, len(found) - 1))]
            container[key] = copy.deepcopy(other[other_key])
        else:
            container[key] = data.draw(GARBAGE)
    holds(parse_strategy(document))


def test_a_number_too_long_to_print():
    """A number of thousands of digits, wherever one can stand, is a finding like any other."""
    document = d.small()
    for at in range(len(places(document))):
        mutated = copy.deepcopy(document)
        container, key = places(mutated)[at]
        container[key] = 10**5000
        holds(parse_strategy(mutated))
