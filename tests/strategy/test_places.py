"""Places of a document: found by path or by id, exchanged without touching what was given, refused with the nearest."""

from __future__ import annotations

import copy

import orjson
import pytest

from strikebook.errors import UsageError
from strikebook.strategy.places import find_place, path_text, replaced, scalar_paths, value_at

DOCUMENT = {
    "name": "x",
    "nodes": [
        {"id": "start", "data": {"odd key": 1}},
        {"id": "entry-1", "data": {"positions": [{"vpi": "leg-a", "quantity": 2}, {"vpi": "leg-b", "quantity": None}]}},
    ],
}


@pytest.mark.parametrize(
    ("path", "place", "value"),
    [
        ("$.name", ("name",), "x"),
        ("$.nodes[0].data['odd key']", ("nodes", 0, "data", "odd key"), 1),
        ('$.nodes[0].data["odd key"]', ("nodes", 0, "data", "odd key"), 1),
        ("$.nodes[1].data.positions[0].quantity", ("nodes", 1, "data", "positions", 0, "quantity"), 2),
        ("$.nodes[entry-1].data.positions[leg-b].quantity", ("nodes", 1, "data", "positions", 1, "quantity"), None),
    ],
)
def test_a_path_names_a_place(path: str, place: tuple[str | int, ...], value: object) -> None:
    """By index, by name in quotes, and by an element's id or vpi."""
    found = find_place(DOCUMENT, path, "path")
    assert (found, value_at(DOCUMENT, found)) == (place, value)
    assert find_place(DOCUMENT, path_text(found), "path") == found


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("$.nodes[1].data.positions[0].quantty", r"\$\.nodes\[1\]\.data\.positions\[0\]\.quantity"),
        ("$.nodes[entry-2].data", "the strategy has nothing at"),
        ("$.nodes[9]", "the strategy has nothing at"),
        ("$.name.deeper", "the strategy has nothing at"),
        ("nodes", "is no path"),
        ("$", "the whole strategy"),
        ("$.nodes[", "is no path from"),
        ("$..nodes", "is no path from"),
        ("$" + ".a" * 200, "is no path"),
    ],
)
def test_what_is_no_place_is_refused(path: str, said: str) -> None:
    """With the nearest that there is, where one is near."""
    with pytest.raises(UsageError, match=said):
        find_place(DOCUMENT, path, "parameters[0].path")


def test_a_document_is_changed_in_a_copy() -> None:
    """Several places at once, also side by side; what was given stays as it was."""
    before = copy.deepcopy(DOCUMENT)
    legs = ("nodes", 1, "data", "positions")
    made = replaced(DOCUMENT, {("name",): "y", (*legs, 0, "quantity"): 5, (*legs, 1, "quantity"): True})
    assert before == DOCUMENT
    expected = orjson.loads(orjson.dumps(DOCUMENT))
    expected["name"] = "y"
    expected["nodes"][1]["data"]["positions"][0]["quantity"] = 5
    expected["nodes"][1]["data"]["positions"][1]["quantity"] = True
    assert made == expected


def test_every_scalar_has_a_path_that_leads_to_it() -> None:
    """In the document's order, nulls included."""
    listed = list(scalar_paths(DOCUMENT))
    assert [path for path, _ in listed][:3] == ["$.name", "$.nodes[0].id", "$.nodes[0].data['odd key']"]
    for path, value in listed:
        assert value_at(DOCUMENT, find_place(DOCUMENT, path, "path")) == value
