"""Every endpoint of the brief as its guide shows it, and those beside them, against a real server."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.server.running import (
    API,
    DAY,
    LONG_RUN,
    LONGEST_WAIT_S,
    RUN,
    STRATEGY,
    USER,
    Running,
    ended,
    problem,
    submitted,
    until,
)
from tests.storage.shapes import BRIEF_DAY, BRIEF_METADATA, assert_same_shape

OWN = f"{USER}/{STRATEGY}"
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
JOB_ID = re.compile(r"bt_\d{8}_\d{6}_[0-9a-f]{6}")
BRIEF_STATUS: dict[str, Any] = {
    "job_id": "bt_20241202_153045_abc123",
    "user_id": "user_123",
    "strategy_id": STRATEGY,
    "status": "running",
    "progress": {"current_date": "2024-08-15", "completed_days": 150, "total_days": 230, "percentage": 65.2},
    "started_at": "2024-12-02T15:30:45",
    "error": None,
}
BRIEF_CLEARED = {"message": "Cleared all backtest data for strategy ...", "deleted_files": 230, "freed_space_mb": 45.3}
BRIEF_CLEANUP = {
    "cleanup_enabled": True,
    "ttl_hours": 12,
    "message": "Cleanup runs automatically on startup and periodically",
}
BRIEF_CLEANED = {
    "message": "Cleanup completed",
    "deleted_strategies": 5,
    "freed_space_mb": 120.5,
    "cutoff_time": "2024-12-01T15:30:00",
}


def run_of(user: str, **change: object) -> dict[str, Any]:
    return {**RUN, "user_id": user, **change}


def long_run_of(user: str) -> dict[str, Any]:
    return {**LONG_RUN, "user_id": user}


def under_way(client: httpx.Client, job_id: str) -> dict[str, Any]:
    """A job's status once days of it are done: those whose data the market has."""
    give_up = time.monotonic() + LONGEST_WAIT_S
    while (status := client.get(f"{API}/status/{job_id}").json())["estimated_completion"] is None:
        assert time.monotonic() < give_up, status
        time.sleep(0.02)
    return dict(status)


def cancelled(client: httpx.Client, job_id: str) -> dict[str, Any]:
    """Cancel a job at the end of a test."""
    client.post(f"{API}/jobs/{job_id}/cancel").raise_for_status()
    return ended(client, job_id)


# The brief's seven.


def test_a_run_is_queued(served: Running) -> None:
    """The answer is the brief's: a job id of its form, ``queued``, and its message; nothing else."""
    answer = served.client.post(f"{API}/run", json=run_of("queued"))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    job_id = answer.json().pop("job_id")
    assert JOB_ID.fullmatch(job_id)
    assert answer.json() == {"job_id": job_id, "status": "queued", "message": "Backtest queued successfully"}
    assert ended(served.client, job_id)["status"] == "completed"


def test_a_status_while_a_job_runs(served: Running) -> None:
    """It has the brief's fields and types, and an estimate once a day is done; ``current_date`` is ISO."""
    job_id = submitted(served.client, long_run_of("status"))
    status = under_way(served.client, job_id)
    cancelled(served.client, job_id)
    assert_same_shape(BRIEF_STATUS, status)
    assert (status["job_id"], status["user_id"], status["strategy_id"]) == (job_id, "status", STRATEGY)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", status["progress"]["current_date"])
    assert 0 < status["progress"]["completed_days"] < status["progress"]["total_days"]
    assert STAMP.fullmatch(status["started_at"])
    assert STAMP.fullmatch(status["estimated_completion"])
    assert served.client.get(f"{API}/status/{job_id}").json()["estimated_completion"] is None


def test_a_status_of_a_job_that_is_done(served: Running) -> None:
    """It is ``completed``, at 100 percent, without an error, with the moments of its start and its end."""
    status = served.client.get(f"{API}/jobs", params={"user_id": USER}).json()["jobs"][0]
    assert served.client.get(f"{API}/status/{status['job_id']}").json() == status
    assert_same_shape(BRIEF_STATUS, status)
    assert (status["status"], status["error"], status["failed_days"]) == ("completed", None, [])
    progress = status["progress"]
    assert (progress["completed_days"], progress["total_days"], progress["percentage"]) == (3, 3, 100.0)
    assert status["submitted_at"] <= status["started_at"] <= status["completed_at"]


def test_metadata(served: Running) -> None:
    """It has every field of the brief with its type, and every day of the run; it expires in twelve hours."""
    answer = served.client.get(f"{API}/metadata/{OWN}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    metadata = answer.json()
    assert_same_shape(BRIEF_METADATA, metadata)
    assert [day["date"] for day in metadata["daily_summaries"]] == ["01-10-2024", "03-10-2024", "04-10-2024"]
    assert (metadata["status"], metadata["total_days"]) == ("completed", 3)
    created, expires = (datetime.fromisoformat(metadata[name]) for name in ("created_at", "expires_at"))
    assert expires - created == timedelta(hours=12)
    assert metadata["overall_summary"]["total_pnl"] == sum(day["pnl"] for day in metadata["daily_summaries"])


def test_a_day(served: Running) -> None:
    """It has every field of the brief with its type; a client that takes gzip gets gzip, and reads plain JSON."""
    answer = served.client.get(f"{API}/day/{OWN}/{DAY}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.headers["content-encoding"] == "gzip"
    day = answer.json()
    assert day["date"] == DAY
    assert day["positions"]
    first = {**day, "positions": day["positions"][:1]}
    assert_same_shape(without_reasons(BRIEF_DAY), first)
    assert_same_shape(BRIEF_DAY["positions"][0]["diagnostic_data"], first["positions"][0]["diagnostic_data"])
    assert sum(position["pnl"] for position in day["positions"]) == day["summary"]["total_pnl"]


def without_reasons(day: dict[str, Any]) -> dict[str, Any]:
    """The brief's day without what differs between positions: a clock time has no number, for instance."""
    (position,) = day["positions"]
    kept = {name: value for name, value in position.items() if not name.endswith("diagnostic_data")}
    return {**day, "positions": [kept]}


@pytest.mark.parametrize("end", ["", "/download", "/why?node=bullish-signal"])
def test_a_date_may_be_iso(served: Running, end: str) -> None:
    """DD-MM-YYYY and YYYY-MM-DD are the same day."""
    ours, iso = (served.client.get(f"{API}/day/{OWN}/{date}{end}") for date in (DAY, "2024-10-01"))
    assert (ours.status_code, iso.status_code) == (200, 200)
    assert ours.content == iso.content


def test_a_run_may_name_its_dates_as_days_are_named(served: Running) -> None:
    """DD-MM-YYYY is accepted in the body of a run too."""
    body = run_of("dates", start_date="01-10-2024", end_date="01-10-2024")
    status = ended(served.client, submitted(served.client, body))
    assert (status["status"], status["start_date"]) == ("completed", "2024-10-01")


def test_clearing(served: Running) -> None:
    """The answer is the brief's; ``deleted_files`` counts day files, and the results are gone."""
    ended(served.client, submitted(served.client, run_of("clear")))
    cleared = served.client.delete(f"{API}/clear/clear/{STRATEGY}").json()
    assert_same_shape(BRIEF_CLEARED, cleared)
    assert cleared["message"] == f"Cleared all backtest data for strategy {STRATEGY}"
    assert cleared["deleted_files"] == 3
    assert 0 < cleared["freed_space_mb"] < 1
    problem(served.client.get(f"{API}/metadata/clear/{STRATEGY}"), 404)
    problem(served.client.get(f"{API}/day/clear/{STRATEGY}/{DAY}"), 404)
    assert served.client.delete(f"{API}/clear/clear/{STRATEGY}").json()["deleted_files"] == 0


def test_cleanup_status(served: Running) -> None:
    """The brief's three members are as it prints them; last run, next run and what expires next stand beside them."""
    status = served.client.get(f"{API}/cleanup/status").json()
    assert {name: status[name] for name in BRIEF_CLEANUP} == BRIEF_CLEANUP
    assert isinstance(status["ttl_hours"], int)
    assert STAMP.fullmatch(status["last_run"])
    assert status["last_run"] < status["next_run"]
    assert status["next_expiry"].keys() == {"user_id", "strategy_id", "expires_at"}


def test_running_a_cleanup(served: Running) -> None:
    """With the brief's twelve hours nothing is old enough; its members and message are the brief's."""
    for ask in ("?ttl_hours=12", "?ttl_hours=0.5", ""):
        cleaned = served.client.post(f"{API}/cleanup/run{ask}").json()
        assert_same_shape(BRIEF_CLEANED, cleaned)
        assert (cleaned["message"], cleaned["deleted_strategies"]) == ("Cleanup completed", 0)
        assert STAMP.fullmatch(cleaned["cutoff_time"])
    assert served.client.get(f"{API}/metadata/{OWN}").status_code == 200


# What goes wrong.


@pytest.mark.parametrize("ttl", ["-1", "-0.001", "nan", "inf", "1e9", "soon", "12h"])
def test_a_cleanup_of_no_sensible_age_is_refused(served: Running, ttl: str) -> None:
    """A negative age, and what is no number of hours, is 422; nothing is cleared."""
    found = problem(served.client.post(f"{API}/cleanup/run?ttl_hours={ttl}"), 422)
    assert "ttl_hours" in found["where"]
    assert served.client.get(f"{API}/metadata/{OWN}").status_code == 200


def test_an_unknown_job(served: Running) -> None:
    """It is 404, and the answer says where job ids come from."""
    unknown = "bt_20241202_153045_abc123"
    for method, path in (("GET", f"{API}/status/{unknown}"), ("POST", f"{API}/jobs/{unknown}/cancel")):
        found = problem(served.client.request(method, path), 404)
        assert unknown in found["detail"]
        assert "jobs?user_id=" in found["right"]


def test_an_unknown_strategy(served: Running) -> None:
    """It is 404 before anything about its dates, naming the strategies there are."""
    for dates in ({}, {"start_date": "2024-12-31", "end_date": "2024-01-01"}):
        body = run_of("nobody", strategy_id="no-such-strategy", **dates)
        found = problem(served.client.post(f"{API}/run", json=body), 404)
        assert "no-such-strategy" in found["detail"]
        assert STRATEGY in found["right"]
    assert served.client.get(f"{API}/jobs", params={"user_id": "nobody"}).json() == {"jobs": []}


def test_results_that_are_not_there(served: Running) -> None:
    """Metadata of a strategy that was not run is 404, naming those that were."""
    found = problem(served.client.get(f"{API}/metadata/{USER}/iron-condor"), 404)
    assert STRATEGY in found["right"]
    found = problem(served.client.get(f"{API}/metadata/nobody/{STRATEGY}"), 404)
    assert "run it first" in found["right"]


@pytest.mark.parametrize("end", ["", "/download", "/chart", "/why?node=start"])
def test_a_day_that_is_not_there(served: Running, end: str) -> None:
    """It is 404 with the brief's words, the day's reason, and the nearest days as members."""
    found = problem(served.client.get(f"{API}/day/{OWN}/02-10-2024{end}"), 404)
    assert found["detail"].startswith("No data found for date 02-10-2024: not a day of this run")
    assert found["nearest_dates"] == ["01-10-2024", "03-10-2024", "04-10-2024"]


def test_a_day_of_the_run_without_data_says_why(served: Running) -> None:
    """A day that was asked for before it was run is 404 with its state as the reason."""
    job_id = submitted(served.client, long_run_of("pending"))
    under_way(served.client, job_id)
    answer = served.client.get(f"{API}/day/pending/{STRATEGY}/29-12-2028")
    cancelled(served.client, job_id)
    assert problem(answer, 404)["detail"] == "No data found for date 29-12-2028: pending"


def test_one_job_at_a_time(served: Running) -> None:
    """A second run of the same user is 409 with the brief's words, the job, its progress and how to stop it."""
    job_id = submitted(served.client, long_run_of("busy"))
    found = problem(served.client.post(f"{API}/run", json=run_of("busy", strategy_id="iron-condor")), 409)
    assert found["detail"].startswith(f"Job already running: {job_id}")
    assert found["job"]["job_id"] == job_id
    assert found["job"]["progress"].keys() >= {"completed_days", "total_days", "percentage"}
    assert found["cancel"] == f"{API}/jobs/{job_id}/cancel"
    other = submitted(served.client, run_of("not-busy"))
    assert ended(served.client, other)["status"] == "completed"
    assert served.client.post(found["cancel"]).status_code == 200
    assert ended(served.client, job_id)["status"] == "cancelled"
    assert ended(served.client, submitted(served.client, run_of("busy")))["status"] == "completed"


def test_a_running_job_is_cancelled_within_a_second(served: Running) -> None:
    """It is ``cancelled`` within a second, and the days that were finished can be read."""
    job_id = submitted(served.client, long_run_of("stop"))
    under_way(served.client, job_id)
    begun = time.monotonic()
    answer = served.client.post(f"{API}/jobs/{job_id}/cancel")
    assert answer.json()["job_id"] == job_id
    status = ended(served.client, job_id)
    assert time.monotonic() - begun < 1.0
    assert (status["status"], status["queue_position"]) == ("cancelled", None)
    metadata = served.client.get(f"{API}/metadata/stop/{STRATEGY}").json()
    kept = [day["date"] for day in metadata["daily_summaries"] if day["has_data"]]
    assert (metadata["status"], len(kept)) == ("cancelled", status["progress"]["completed_days"])
    assert served.client.get(f"{API}/day/stop/{STRATEGY}/{kept[-1]}").json()["date"] == kept[-1]
    assert served.client.post(f"{API}/jobs/{job_id}/cancel").json()["status"] == "cancelled"


def test_clearing_a_running_strategy_cancels_it_first(served: Running) -> None:
    """Its job is cancelled and its results are gone when the answer comes."""
    job_id = submitted(served.client, long_run_of("clear-running"))
    until(served.client, job_id, ("running",))
    assert served.client.delete(f"{API}/clear/clear-running/{STRATEGY}").status_code == 200
    assert served.client.get(f"{API}/status/{job_id}").json()["status"] == "cancelled"
    problem(served.client.get(f"{API}/metadata/clear-running/{STRATEGY}"), 404)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"options": {"speed": 2}}, "speed"),
        ({"options": {"costs": 20}}, "costs"),
        ({"options": {"scale": 0}}, "scale"),
        ({"options": {"scale": "a"}}, "scale"),
        ({"options": {"fill": "best"}}, "fill"),
        ({"options": {"slippage": "0.5 lots"}}, "slippage"),
        ({"options": {"max_price_age_s": "60"}}, "max_price_age_s"),
        ({"options": {"wait_for_trade_s": 1.5}}, "wait_for_trade_s"),
        ({"options": [1]}, "options"),
        ({"more": 1}, "more"),
        ({"user_id": None}, "user_id"),
        ({"user_id": 7}, "user_id"),
        ({"strategy_id": ""}, "strategy_id"),
        ({"start_date": "2024-13-01"}, "start_date"),
        ({"start_date": "2024-02-30"}, "start_date"),
        ({"end_date": "31-11-2024"}, "end_date"),
        ({"end_date": "tomorrow"}, "end_date"),
        ({"end_date": 20241001}, "end_date"),
        ({"start_date": "2024-10-05"}, "dates"),
        ({"start_date": "1990-01-01"}, "dates"),
        ({"start_date": "2050-01-03", "end_date": "2050-01-07"}, "no data"),
    ],
    ids=str,
)
def test_a_run_that_makes_no_sense_is_refused(served: Running, change: dict[str, object], where: str) -> None:
    """It is 422 naming the place, before anything is touched: there is no job."""
    before = served.client.get(f"{API}/jobs").json()
    found = problem(served.client.post(f"{API}/run", json=run_of("wrong", **change)), 422)
    assert where in found["where"] or where in found["detail"], found
    assert found["right"]
    assert all(each["where"] and each["what"] and each["right"] for each in found.get("errors", []))
    assert served.client.get(f"{API}/jobs").json() == before


@pytest.mark.parametrize("missing", ["user_id", "strategy_id", "start_date", "end_date"])
def test_a_run_without_a_member_is_refused(served: Running, missing: str) -> None:
    """The four members of the brief are needed; the answer names the one that is missing."""
    body = {name: value for name, value in RUN.items() if name != missing}
    found = problem(served.client.post(f"{API}/run", json=body), 422)
    assert found["errors"][0]["where"] == f"body.{missing}"


def test_options_are_those_of_the_command_line(served: Running) -> None:
    """Every option is taken, as a number or as the text the command line takes, and stored with the run."""
    options = {
        "scale": "1.5",
        "max_price_age_s": 30,
        "wait_for_trade_s": 0,
        "fill": "next",
        "slippage": "2 ticks",
        "stale_slippage": "1 ticks",
        "limit_fill": "through",
    }
    options |= {"brokerage": "0.05 percent max 20", "terms": "today", "compression_level": 9, "ttl_hours": "24.5"}
    number = submitted(served.client, run_of("number", options={"brokerage": 7.5}))
    assert ended(served.client, number)["options"]["brokerage"] == "7.5 per order"
    ended(served.client, submitted(served.client, run_of("options", options=options)))
    assert served.client.get(f"{API}/metadata/options/{STRATEGY}").json()["options"] == options


# What stands beside the brief's.


def test_jobs(served: Running) -> None:
    """The jobs of a user, the newest first; of all users without a name."""
    first, second = (ended(served.client, submitted(served.client, run_of("jobs")))["job_id"] for _ in range(2))
    jobs = served.client.get(f"{API}/jobs", params={"user_id": "jobs"}).json()["jobs"]
    assert [job["job_id"] for job in jobs] == [second, first]
    everyone = {job["user_id"] for job in served.client.get(f"{API}/jobs").json()["jobs"]}
    assert {"jobs", USER} <= everyone


def test_results(served: Running) -> None:
    """The runs of a user, as their metadata without the days, and what is said of each."""
    (result,) = served.client.get(f"{API}/results/{USER}").json()["results"]
    metadata = served.client.get(f"{API}/metadata/{OWN}").json()
    del metadata["daily_summaries"]
    assert result == {**metadata, "notes": None}
    assert served.client.get(f"{API}/results/nobody").json() == {"results": []}


def test_download(served: Running) -> None:
    """It is the stored file, byte for byte, under its name."""
    answer = served.client.get(f"{API}/day/{OWN}/{DAY}/download")
    assert answer.content == (served.results / USER / STRATEGY / f"{DAY}.json.gz").read_bytes()
    assert answer.headers["content-type"] == "application/gzip"
    assert answer.headers["content-disposition"] == f'attachment; filename="{DAY}.json.gz"'
    assert "content-encoding" not in answer.headers


def test_reprice(served: Running) -> None:
    """A run under other terms, in a worker; a plan that is none is refused before anything is read."""
    stored = served.client.get(f"{API}/metadata/{OWN}").json()
    found = served.client.get(f"{API}/reprice/{OWN}", params={"brokerage": "0"}).json()
    assert found["total_pnl"] == stored["overall_summary"]["total_pnl"]
    assert found["charge_lines"]["brokerage"] == 0.0
    assert found["as_run"]["charges"] == stored["overall_summary"]["charges"] > found["charges"]
    for wrong, right in (({"brokerage": "free"}, "10 per lot"), ({"terms": "then"}, "as_was or today")):
        assert right in problem(served.client.get(f"{API}/reprice/{OWN}", params=wrong), 422)["right"]
    problem(served.client.get(f"{API}/reprice/nobody/nothing"), 404)


def test_verify(served: Running) -> None:
    """A run made again in a worker, on the server's market: every day the same bytes, and nothing is written."""
    folder = served.results / USER / STRATEGY
    files = {file.name: file.read_bytes() for file in folder.iterdir()}
    stored = served.client.get(f"{API}/metadata/{OWN}").json()
    found = served.client.get(f"{API}/verify/{OWN}").json()
    assert (found["verified"], found["differing"], found["tables_changed"]) == (True, [], [])
    assert (
        found["days_compared"] == found["counts"]["same"] == sum(day["has_data"] for day in stored["daily_summaries"])
    )
    assert found["manifest"] == stored["manifest"]
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == files
    problem(served.client.get(f"{API}/verify/nobody/nothing"), 404)


def test_statistics(served: Running) -> None:
    """Every figure with its definition, on the run's own totals; what needs a capital says so without one."""
    stored = served.client.get(f"{API}/metadata/{OWN}").json()["overall_summary"]
    found = served.client.get(f"{API}/statistics/{OWN}").json()
    values = {each["name"]: each["value"] for each in found["statistics"]}
    for name, total in (("net", "net_pnl"), ("gross", "total_pnl"), ("charges", "charges")):
        assert values[name] == stored[total]
    assert values["round_trips"] == stored["closed_positions"]
    assert values["return"] is None
    for rows in found["breakdowns"].values():
        assert round(sum(row["net"] for row in rows), 2) == values["net"]
    again = served.client.get(f"{API}/statistics/{OWN}", params={"capital": "150000"}).json()
    share = next(each["value"] for each in again["statistics"] if each["name"] == "return")
    assert share == round(100 * values["net"] / 150_000, 2)
    problem(served.client.get(f"{API}/statistics/{OWN}", params={"capital": "0"}), 422)
    problem(served.client.get(f"{API}/statistics/nobody/nothing"), 404)


def test_why(served: Running) -> None:
    """A signal says how often each part of its condition held; an order node what it did; an unknown node is 404."""
    signal = served.client.get(f"{API}/day/{OWN}/{DAY}/why", params={"node": "bullish-signal"}).json()
    assert (signal["kind"], signal["node_id"], signal["date"]) == ("signal", "bullish-signal", DAY)
    assert all(0 <= leaf["held_seconds"] <= part["armed_seconds"] for part in signal["sets"] for leaf in part["leaves"])
    assert signal["events"]
    entry = served.client.get(f"{API}/day/{OWN}/{DAY}/why", params={"node": "bullish-entry"}).json()
    assert entry["kind"] == "order"
    found = problem(served.client.get(f"{API}/day/{OWN}/{DAY}/why", params={"node": "nothing"}), 404)
    assert "bullish-signal" in found["right"]
    problem(served.client.get(f"{API}/day/{OWN}/{DAY}/why"), 422)


def test_market(served: Running) -> None:
    """It tells every underlying with its days, month by month."""
    market = served.client.get("/api/v1/market").json()
    assert (market["market"], market["synthetic"]) == ("synthetic:1", True)
    (nifty,) = [each for each in market["underlyings"] if each["underlying"] == "NIFTY"]
    assert nifty["months"]["2024-10"][:3] == [1, 3, 4]
    assert nifty["first"] < "2024-10-01" < nifty["last"]


def test_strategies(served: Running) -> None:
    """They are listed, read, checked, stored for a user, and deleted; a shared one is read-only."""
    client = served.client
    listed = {each["strategy_id"]: each for each in client.get("/api/v1/strategies").json()["strategies"]}
    assert listed[STRATEGY]["owner"] == "shared"
    shared = client.get(f"/api/v1/strategies/{STRATEGY}")
    assert shared.content == (served.strategies / f"{STRATEGY}.json").read_bytes()
    found = client.post("/api/v1/strategies/validate", content=shared.content).json()
    assert (found["runnable"], found["strategy_id"]) == (True, STRATEGY)
    own = shared.content.replace(b"Two-sided RSI", b"My RSI")
    ask = {"user_id": "shelf"}
    assert client.put(f"/api/v1/strategies/{STRATEGY}", params=ask, content=own).json()["runnable"]
    assert client.get(f"/api/v1/strategies/{STRATEGY}", params=ask).content == own
    assert client.get(f"/api/v1/strategies/{STRATEGY}").content == shared.content
    owners = [each["owner"] for each in client.get("/api/v1/strategies", params=ask).json()["strategies"]]
    assert owners.count("shelf") == 1
    assert client.delete(f"/api/v1/strategies/{STRATEGY}", params=ask).json() == {
        "message": f"Deleted the strategy {STRATEGY}"
    }
    problem(client.delete(f"/api/v1/strategies/{STRATEGY}", params=ask), 404)
    problem(client.delete(f"/api/v1/strategies/{STRATEGY}"), 403)
    problem(client.put(f"/api/v1/strategies/{STRATEGY}", content=own), 403)
    assert client.get(f"/api/v1/strategies/{STRATEGY}", params=ask).content == shared.content


def test_a_strategy_that_cannot_run_is_not_stored(served: Running) -> None:
    """Its check tells every finding with its place; storing it is 422, and so is one under another's id."""
    client = served.client
    for content in (b"{}", b'{"nodes": 7}', b"[]", b"null", b'"text"'):
        found = client.post("/api/v1/strategies/validate", content=content).json()
        assert found["runnable"] is False
        assert found["findings"][0]["path"].startswith("$")
        problem(client.put("/api/v1/strategies/mine", params={"user_id": "shelf"}, content=content), 422)
    for method, path in (("POST", "validate"), ("PUT", "mine?user_id=shelf")):
        found = problem(client.request(method, f"/api/v1/strategies/{path}", content=b'{"nodes": ]'), 422)
        assert found["detail"] == "not JSON: unexpected character, expected a JSON value at line 1, column 11"
    good = client.get(f"/api/v1/strategies/{STRATEGY}").content
    problem(client.put("/api/v1/strategies/mine", params={"user_id": "shelf"}, content=good), 422)
    assert not (served.strategies / "shelf" / "mine.json").exists()


def test_health(served: Running) -> None:
    """It says that the server is well, what it serves, and how many jobs run and wait."""
    health = served.client.get("/health").json()
    assert (health["status"], health["market"], health["damaged_records"]) == ("ok", "synthetic", [])
    assert {"running_jobs", "queued_jobs", "version", "time"} <= health.keys()
