"""No query name is ignored: what an endpoint does not declare is refused with its name, and so is one of two."""

from __future__ import annotations

import re
from typing import Any

import pytest

from strikebook.server.problems import ProblemError
from strikebook.server.query_names import refuse_names
from tests.server.running import API, DAY, RUN, STRATEGY, USER, Running, ended, problem, submitted

RUN_FOLDER = f"{USER}/{STRATEGY}"
VALUES = {
    "user_id": USER,
    "strategy_id": STRATEGY,
    "date": DAY,
    "job_id": "bt_20241202_153045_abc123",
    "sweep_id": "bt_20241202_153045_abc123",
    "webhook_id": "wh_0123456789abcdef",
    "delivery_id": "whd_0123456789abcdef01234567",
}


def refusal(given: list[str], **names: bool) -> dict[str, Any]:
    """The refusal of such names where these are declared, each with whether it takes several values."""
    with pytest.raises(ProblemError) as raised:
        refuse_names(given, names)
    found = raised.value
    assert found.status == 422
    return {"detail": found.detail, "where": found.where, "right": found.right, **found.extra}


def test_every_operation_refuses_a_name_that_it_does_not_declare(served: Running) -> None:
    """Whatever the document lists refuses another name before it does anything, names it, and says which it takes."""
    document = served.client.get("/openapi.json").json()
    asked = 0
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            found = problem(served.client.request(method, path.format(**VALUES), params={"brokrage": "10"}), 422)
            assert found["where"] == "query.brokrage"
            assert found["detail"] == "no query name 'brokrage' here"
            taken = [each["name"] for each in operation.get("parameters", []) if each["in"] == "query"]
            known = f"this takes {', '.join(taken)}" if taken else "nothing: this takes no query"
            assert found["right"].endswith(known)
            asked += 1
    assert asked >= 50


def test_the_nearest_name_is_said(served: Running) -> None:
    """A name that is written wrongly, or in another case, is answered with the one that was meant."""
    for given in ("brokrage", "Brokerage", "BROKERAGE", "brokerage "):
        found = problem(served.client.get(f"{API}/reprice/{RUN_FOLDER}", params={given: "10"}), 422)
        assert found["right"] == "brokerage; this takes brokerage, terms"
        assert found["errors"] == [{"where": f"query.{given}", "what": found["detail"], "right": found["right"]}]
    found = problem(served.client.get(f"{API}/export/{RUN_FOLDER}?form=csv"), 422)
    assert found["right"].startswith(("from; this takes format, table, from, to,", "format; this takes format, table,"))
    assert "kind" not in found["right"]  # what the code calls it is no name


def test_reads_from_memory_refuse_it_too(served: Running) -> None:
    """A status, a run and a day are answered from memory, but not with a query, even of a name without a value."""
    job_id = submitted(served.client, {**RUN, "user_id": "strict"})
    ended(served.client, job_id)
    for path in (f"status/{job_id}", f"metadata/strict/{STRATEGY}", f"day/strict/{STRATEGY}/{DAY}"):
        for _ in range(2):
            assert served.client.get(f"{API}/{path}").status_code == 200
            for query in ("x=1", "x", "=", "%78=1", "x=1&x=1"):
                problem(served.client.get(f"{API}/{path}?{query}"), 422)
            assert served.client.get(f"{API}/{path}?").status_code == 200
        assert served.client.head(f"{API}/{path}").status_code == 200
        assert served.client.head(f"{API}/{path}?x=1").status_code == 422
    served.client.delete(f"{API}/clear/strict/{STRATEGY}").raise_for_status()


def test_a_name_that_is_there_twice_is_refused(served: Running) -> None:
    """One of two values would be ignored; only what takes several may be there several times."""
    found = problem(served.client.get(f"{API}/reprice/{RUN_FOLDER}?brokerage=10&terms=today&brokerage=10"), 422)
    assert (found["where"], found["right"]) == ("query.brokerage", "once")
    assert found["detail"] == "the query name 'brokerage' is there more than once"
    several = served.client.get(f"{API}/compare?result={RUN_FOLDER}&result={USER}/other")
    assert problem(several, 404)["detail"]


def test_what_is_right_is_answered_as_before(served: Running) -> None:
    """Declared names, percent-encoded or not, are read; pages, which are no endpoints, take any name."""
    assert served.client.get(f"{API}/reprice/{RUN_FOLDER}?%62rokerage=10").json()["brokerage"] == "10 per order"
    assert served.client.get(f"{API}/reprice/{RUN_FOLDER}?").status_code == 200
    for page in ("/?x=1", "/docs?x=1"):
        assert served.client.get(page).status_code == 200
    assert problem(served.client.get("/api/v1/nothing?x=1"), 404)["where"] == "path"
    assert problem(served.client.get("/api/v1/strategies/validate?x=1"), 405)["where"] == "path"


def test_every_wrong_name_is_told_once_and_shortened() -> None:
    """At most ten, in the order in which they stand, each once, no longer than a line."""
    found = refusal(["a", "user_id", "b", "a", "user_id"], user_id=False)
    assert [each["where"] for each in found["errors"]] == ["query.a", "query.user_id", "query.b"]
    many = refusal([f"name{place}" for place in range(1_000)], user_id=False)
    assert len(many["errors"]) == 10
    long = refusal(["x" * 70_000], user_id=False)
    assert re.fullmatch(r"query\.x{60}…", long["where"])
    assert len(long["detail"]) < 100


def test_what_is_declared_is_not_refused() -> None:
    """Nothing is said of names that are declared, each once or, where it takes several values, more often."""
    refuse_names(["user_id", "result", "result"], {"user_id": False, "result": True})
    refuse_names([], {})
