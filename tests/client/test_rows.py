"""Frames of a result: kinds of cells, what is missing, and sums that are those of the run."""

from __future__ import annotations

import sys
from datetime import date, datetime
from typing import Any

import pandas as pd
import polars as pl
import pytest

from strikebook.client import BusyError, Client, MissingPackageError, NotFoundError, Result, Rows
from strikebook.client.rows import DAY_COLUMNS, TRADE_COLUMNS
from strikebook.client.shapes.sweeps import ParameterBody
from strikebook.client.tables import point_columns
from strikebook.errors import UsageError
from tests.server.running import USER

UNRUN = {
    "date": "05-10-2024",
    "positions": 0,
    "pnl": 0.0,
    "charges": 0.0,
    "net_pnl": 0.0,
    "charge_lines": {"brokerage": 0.0, "stt": 0.0, "exchange": 0.0, "sebi": 0.0, "stamp": 0.0, "gst": 0.0},
    "has_data": False,
    "file_size_kb": 0.0,
    "reason": "",
}
FIGURES = ["positions", "pnl", "charges", "net_pnl", "brokerage", "gst", "win_rate", "file_size_kb", "cumulative_pnl"]


def test_trades_add_up_to_the_run(result: Result) -> None:
    """In both frames, rupees of all trades are those of the metadata, to the paisa; so are those of a day."""
    overall = result.metadata["overall_summary"]
    trades = result.trades()
    pandas, polars = trades.to_pandas(), trades.to_polars()
    assert len(pandas) == len(polars) == len(trades) == overall["total_trades"]
    for name, total in (("pnl", "total_pnl"), ("charges", "charges"), ("net_pnl", "net_pnl")):
        for frame in (pandas, polars):
            assert round(float(frame[name].sum()), 2) == overall[total]  # type: ignore[literal-required]
    of_days = pandas.groupby("date")["pnl"].sum().round(2)
    calendar = result.days().to_pandas().set_index("date")["pnl"]
    assert of_days.to_dict() == calendar.to_dict()


def test_cells_have_their_kinds(result: Result) -> None:
    """Days, times, numbers, counts and choices; the values are those of the documents."""
    trades = result.trades()
    frame = trades.to_pandas()
    kinds = {name: str(kind) for name, kind in frame.dtypes.items()}
    assert {kinds[name] for name in ("date", "entry_time", "exit_time", "entry_sent_time")} == {"datetime64[ns]"}
    assert {kinds[name] for name in ("pnl", "entry_price", "brokerage", "exit_limit_price")} == {"float64"}
    assert {kinds[name] for name in ("quantity", "part", "entry_price_age_s")} == {"Int64"}
    assert {kinds[name] for name in ("side", "exit_reason", "vpi")} == {"category"}
    assert (kinds["symbol"], kinds["entry_flow_ids"]) == ("string", "object")
    first = frame.iloc[0]
    assert first["entry_time"] == pd.Timestamp(trades[0]["entry_time"])
    assert (first["date"], first["stt"]) == (pd.Timestamp(2024, 10, 1), trades[0]["charge_lines"]["stt"])
    schema = trades.to_polars().schema
    assert (schema["date"], schema["exit_time"]) == (pl.Date(), pl.Datetime("us"))
    assert (schema["part"], schema["pnl"], schema["side"]) == (pl.Int64(), pl.Float64(), pl.Categorical())
    assert schema["entry_flow_ids"] == pl.List(pl.String())
    row = trades.to_polars().row(0, named=True)
    assert (row["date"], row["entry_time"]) == (date(2024, 10, 1), datetime.fromisoformat(trades[0]["entry_time"]))


def test_positions_have_their_contract_and_estimates(result: Result) -> None:
    """What a ledger row has not: the strike, the expiry, the estimates at the fills, the condition."""
    positions = result.positions()
    frame = positions.to_pandas()
    assert len(frame) == result.metadata["overall_summary"]["total_positions"]
    assert set(frame["option_type"].cat.categories) == {"CE", "PE"}
    greeks = positions[0]["entry_greeks"]
    assert greeks is not None
    assert frame["entry_iv"][0] == greeks["iv"]
    assert frame["condition_preview"][0] == positions[0]["condition_preview"]
    assert positions.to_polars()["strike"].to_list() == [each["strike"] for each in positions]


@pytest.mark.parametrize("status", ["pending", "no_data", "failed"])
def test_what_was_not_run_is_missing(status: str) -> None:
    """A day without a result has no profit, no count and no file: missing, and not 0."""
    days: Rows[dict[str, object]] = Rows([{**UNRUN, "status": status}], DAY_COLUMNS)
    frame = days.to_pandas()
    assert frame[FIGURES].isna().all(axis=None)
    assert (frame["date"][0], frame["status"][0]) == (pd.Timestamp(2024, 10, 5), status)
    assert days.to_polars().select(FIGURES).row(0) == (None,) * len(FIGURES)


def test_a_day_without_closings_has_no_share_of_them() -> None:
    """It was run, so its profit is 0; but nothing was won of nothing."""
    days: Rows[dict[str, object]] = Rows([{**UNRUN, "status": "no_trades", "closed_positions": 0}], DAY_COLUMNS)
    frame = days.to_pandas()
    assert frame["pnl"][0] == 0.0
    assert frame["win_rate"].isna().all()


def test_the_exit_of_what_is_open_is_missing(result: Result) -> None:
    """NaT, NaN and NA in pandas, None in polars."""
    open_position = {**result.positions()[0], "status": "OPEN", "exit_time": None, "exit_price": None}
    open_position |= {"exit_reason": None, "exit_price_age_s": None, "exit_greeks": None}
    rows = Rows([open_position], result.positions().columns)
    names = ["exit_time", "exit_price", "exit_reason", "exit_price_age_s", "exit_iv"]
    assert rows.to_pandas()[names].isna().all(axis=None)
    assert rows.to_polars().select(names).row(0) == (None,) * len(names)


def test_a_frame_of_nothing_has_its_columns() -> None:
    """And their kinds."""
    nothing: Rows[dict[str, object]] = Rows([], TRADE_COLUMNS)
    assert list(nothing.to_pandas().columns) == [each.name for each in TRADE_COLUMNS]
    assert str(nothing.to_pandas()["entry_time"].dtype) == "datetime64[ns]"
    assert nothing.to_polars().schema["entry_time"] == pl.Datetime("us")


def test_some_rows_make_a_frame_too(result: Result) -> None:
    """A slice is rows."""
    trades = result.trades()
    assert trades[:2].to_polars().equals(trades.to_polars()[:2])
    assert trades[2:3] == [trades[2]]


@pytest.mark.parametrize("name", ["pandas", "polars"])
def test_a_package_that_is_missing_is_named(result: Result, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what installs it."""
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingPackageError, match=f"needs {name} .pip install {name}."):
        getattr(result.days(), f"to_{name}")()


def test_progress_is_shown_to_people_only(client: Client, capfd: pytest.CaptureFixture[str]) -> None:
    """Where nobody looks, nothing is written."""
    client.run(f"{USER}-shown", "5708424d-5962-4629-978c-05b3a174e104", "2024-10-01", "2024-10-01").wait(progress=True)
    assert capfd.readouterr() == ("", "")


def test_the_points_of_a_sweep_have_their_parameters() -> None:
    """By name, with their own kinds; one that is called as a figure hides none, and one of several kinds is text."""
    used: list[Any] = [
        {"name": "length", "path": "$.a", "was": 14, "values": [9, 14]},
        {"name": "net_pnl", "path": "$.b", "was": 1, "values": [1, 2.5]},
        {"name": "on", "path": "$.c", "was": True, "values": [True, False]},
        {"name": "mixed", "path": "$.d", "was": None, "values": [1, "high", True]},
    ]
    values = {"length": 9, "net_pnl": 1, "on": True, "mixed": 1}
    point = {"point": 1, "values": values, "rank": None, "net_pnl": -3.5, "trades": 0, "win_rate": 0.0, "sharpe": None}
    rows: Rows[dict[str, object]] = Rows([point], point_columns(used))
    pandas, polars = rows.to_pandas(), rows.to_polars()
    assert list(pandas.columns)[:6] == ["point", "rank", "length", "parameter_net_pnl", "on", "mixed"]
    assert [str(pandas[name].dtype) for name in ("length", "parameter_net_pnl", "on", "mixed")] == [
        "Int64", "float64", "boolean", "string",
    ]  # fmt: skip
    assert (pandas["net_pnl"][0], pandas["parameter_net_pnl"][0], pandas["mixed"][0]) == (-3.5, 1.0, "1")
    assert pandas[["rank", "win_rate", "sharpe"]].isna().all(axis=None)
    assert polars.select("length", "parameter_net_pnl", "on", "mixed", "win_rate").row(0) == (9, 1.0, True, "1", None)


def test_a_sweep_is_a_frame(client: Client) -> None:
    """Each point with its values and net profit; each window with the point that was chosen on the days before."""
    path = "$.nodes[bullish-entry].data.positions[0].maxEntries"
    parameters: list[ParameterBody] = [{"name": "most", "path": path, "values": [1, 2, 10]}]
    sweep = client.run_sweep("frames", "5708424d-5962-4629-978c-05b3a174e104", "2024-10-01", "2024-10-04", parameters)
    told: list[str] = []
    assert sweep.wait(progress=lambda each: told.append(each["status"]))["kind"] == "sweep"
    assert told[-1] == "completed"
    with pytest.raises(UsageError, match="a sweep has a table"):
        client.job(sweep.sweep_id).result()
    document, table = sweep.read(), sweep.table()
    frame = table.to_pandas()
    assert frame["most"].to_list() == [1, 2, 10]
    assert frame["net_pnl"].to_list() == [each["net_pnl"] for each in document["points"]]
    assert table.to_polars()["rank"].to_list() == [each["rank"] for each in document["points"]]
    windows = sweep.windows(1, 1).to_pandas()
    assert windows["train_from"].to_list() == [pd.Timestamp(2024, 10, 1), pd.Timestamp(2024, 10, 3)]
    assert windows["test_from"].to_list() == [pd.Timestamp(2024, 10, 3), pd.Timestamp(2024, 10, 4)]
    walked = sweep.walk_forward(1, 1)
    assert round(windows["test_net_pnl"].sum(), 2) == round(walked["out_of_sample"]["net_pnl"], 2)
    assert set(windows["most"]) <= {1, 2, 10}
    assert sweep.keep(2, strategy_id="two-entries")["strategy_id"] == "two-entries"
    with pytest.raises(BusyError, match="two-entries"):
        sweep.keep(1, strategy_id="two-entries")
    assert sweep.delete()["message"]
    with pytest.raises(NotFoundError):
        client.sweep("frames", sweep.sweep_id).read()


def test_what_is_kept_and_what_was_run_are_frames(client: Client, result: Result) -> None:
    """When results expire, and the runs so far, the newest first."""
    kept = client.kept(USER).to_pandas().set_index("strategy_id")
    assert kept["expires_at"][result.strategy_id] == pd.Timestamp(result.metadata["expires_at"])
    runs = result.past_runs()
    assert runs[0]["job_id"] == result.metadata["job_id"]
    assert runs.to_polars()["net_pnl"][0] == result.metadata["overall_summary"]["net_pnl"]
    assert str(runs.to_pandas()["completed_at"].dtype) == "datetime64[ns]"
