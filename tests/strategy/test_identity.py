"""The id of a strategy: it names the folder of its results, so the check looks at it."""

from __future__ import annotations

import pytest

from strikebook.storage.layout import is_id
from strikebook.strategy.parse import parse_strategy, require_strategy
from tests.strategy import documents as d

GRAPH = {name: d.small()[name] for name in ("nodes", "edges")}


@pytest.mark.parametrize(
    ("document", "path", "what"),
    [
        (GRAPH, "$.strategy_id", "no strategy id"),
        ({"strategy_id": " ", **GRAPH}, "$.strategy_id", "no strategy id"),
        ({"user_id": "u", "strategy": GRAPH}, "$.strategy_id", "no strategy id"),
        ({"strategy_id": "a/b", **GRAPH}, "$.strategy_id", "'a/b' cannot be an id"),
        ({"id": ".a", "strategy": GRAPH}, "$.id", "'.a' cannot be an id"),
        ({"strategy_id": ["a"], **GRAPH}, "$.strategy_id", "a list where a text belongs"),
    ],
)
def test_a_document_without_a_usable_id(document, path, what):
    """An id that is absent, or could not name a folder, is the only error."""
    assert [(error.path, error.what) for error in parse_strategy(document).errors] == [(path, what)]


@pytest.mark.parametrize(
    "text", ["a", "a" * 128, "a" * 129, "A-z_0.9@", ".a", "a b", "\u00e9", "a/b", "..", "-", "a\nb"]
)
def test_an_id_is_what_names_a_folder(text):
    """The check takes exactly the ids that the storage does."""
    assert (parse_strategy({"strategy_id": text, **GRAPH}).strategy is not None) == is_id(text)


def test_a_user_is_not_needed():
    """The run names its user, and a whole number is an id as well."""
    strategy = require_strategy({"id": 17, "strategy": GRAPH})
    assert (strategy.id, strategy.user_id, strategy.name) == ("17", "", "17")
