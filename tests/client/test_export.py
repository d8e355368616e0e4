"""Exports through the client: each format, filtered and not, as files that other programs read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import polars as pl
import pytest

from strikebook.client import Client, NotFoundError, Result
from strikebook.errors import UsageError
from tests.server.running import STRATEGY

STARTS = {"csv": b"date,trade_id", "xlsx": b"PK", "parquet": b"PAR1", "html": b"<!doctype html>"}


@pytest.mark.parametrize("kind", STARTS)
def test_a_run_is_exported_in_the_format_of_the_name(result: Result, tmp_path: Path, kind: str) -> None:
    """And into a folder under the server's name for it."""
    place = tmp_path / f"run.{kind}"
    assert result.export(place) == place
    assert place.read_bytes()[:15].lower().startswith(STARTS[kind].lower())
    named = result.export(tmp_path, format=kind)  # type: ignore[arg-type] — a name of the table
    assert named.suffix == f".{kind}"
    assert named.parent == tmp_path
    assert named != place


def test_an_export_has_the_trades_of_the_run(result: Result, tmp_path: Path) -> None:
    """The same rows as the ledger, with the same sums, whoever reads the file."""
    trades = result.trades().to_pandas()
    parquet = pl.read_parquet(result.export(tmp_path / "trades.parquet"))
    csv = pd.read_csv(result.export(tmp_path / "trades.csv"))
    for frame in (parquet, csv):
        assert len(frame) == len(trades)
        for name in ("pnl", "charges", "net_pnl"):
            assert round(float(frame[name].sum()), 2) == round(trades[name].sum(), 2)
    days = pd.read_csv(result.export(tmp_path / "days.csv", table="days"))
    assert days["pnl"].to_list() == result.days().to_pandas()["pnl"].to_list()


def test_every_filter_is_passed_on(result: Result, tmp_path: Path) -> None:
    """Days in any form, leg, contract, reason, node, winners, side: only what fits is in the file."""
    whole = pd.read_csv(result.export(tmp_path / "whole.csv"))
    one = whole.iloc[20]
    filters = {
        "leg": one["leg"],
        "symbol": one["symbol"],
        "exit_reason": one["exit_reason"],
        "exit_node": one["exit_node"],
        "side": one["side"],
    }
    for name, value in filters.items():
        some = pd.read_csv(result.export(tmp_path / f"{name}.csv", **{name: value}))
        assert len(some) == (whole[name] == value).sum() > 0
    losers = pd.read_csv(
        result.export(tmp_path / "losers.csv", result="losers", first=date(2024, 10, 3), last="04-10-2024")
    )
    expected = whole[(whole["pnl"] < 0) & (whole["date"] >= "2024-10-03")]
    assert losers["trade_id"].to_list() == expected["trade_id"].to_list()


def test_what_cannot_be_exported_is_refused(client: Client, result: Result, tmp_path: Path) -> None:
    """A name without a format, a file that is there, a day that is not: nothing is left of them."""
    for place in ("run", "run.docx"):
        with pytest.raises(UsageError, match="the name has no format"):
            result.export(tmp_path / place)
    there = result.export(tmp_path / "run.csv")
    with pytest.raises(UsageError, match="there is a file already"):
        result.export(there)
    assert result.export(there, replace=True) == there
    with pytest.raises(NotFoundError):
        result.export(tmp_path / "none.csv", first="02-10-2024", last="02-10-2024")
    client.run("exporter", STRATEGY, "2024-10-01", "2024-10-01").wait()
    gone = client.result("exporter", STRATEGY)
    gone.clear()
    with pytest.raises(NotFoundError):
        gone.export(tmp_path / "gone.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["run.csv"]
