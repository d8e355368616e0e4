"""A strategy as it is drawn."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from strikebook.service.desk import check_strategy

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.json"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_node_of_an_example_is_drawn(path: Path) -> None:
    """Each node has its place and sentences, each edge its ends, as the document has them."""
    document = orjson.loads(path.read_bytes())
    graph = check_strategy(path.read_bytes(), "strategy")["graph"]
    drawn = {node["id"]: node for node in graph["nodes"]}
    for node in document["nodes"]:
        shown = drawn.pop(node["id"])
        assert (shown["x"], shown["y"]) == (node["position"]["x"], node["position"]["y"])
        assert shown["sentences"]
        assert shown["kind"] != "other"
    assert drawn == {}
    assert graph["edges"] == [{"source": edge["source"], "target": edge["target"]} for edge in document["edges"]]


def test_a_condition_is_a_sentence_each() -> None:
    """The parts of a signal's condition stand line by line."""
    graph = check_strategy(EXAMPLES[-2].read_bytes(), "strategy")["graph"]
    assert EXAMPLES[-2].stem == "two_sided_rsi"
    bullish = next(node for node in graph["nodes"] if node["id"] == "bullish-signal")
    assert [sentence.partition(" ")[0] for sentence in bullish["sentences"]] == ["when", "and", "and", "sets"]


@pytest.mark.parametrize(
    ("content", "ids"),
    [
        (b'{"nodes": [{"id": "a", "type": "x", "position": {"x": 1, "y": "2"}}, 7, {"id": 3}], "edges": [4]}', ["a"]),
        (b'{"strategy": {"nodes": [{"id": "a", "type": "startNode", "data": {"label": " S "}}]}}', ["a"]),
        (b'{"strategy": "{\\"nodes\\": [{\\"id\\": \\"a\\", \\"type\\": \\"entryNode\\"}]}"}', ["a"]),
        (b'{"nodes": [{"id": "a", "type": "strategyOverview"}], "edges": null}', []),
        (b"[]", []),
        (b"null", []),
        (b"not JSON", []),
    ],
)
def test_what_cannot_run_is_drawn_as_far_as_it_goes(content: bytes, ids: list[str]) -> None:
    """Nodes that have an id and a type are there, without sentences; whatever else there is raises nothing."""
    found = check_strategy(content, "strategy")
    assert found["runnable"] is False
    assert found["findings"]
    assert [node["id"] for node in found["graph"]["nodes"]] == ids
    assert all(node["sentences"] == [] for node in found["graph"]["nodes"])
    assert found["graph"]["edges"] == []
