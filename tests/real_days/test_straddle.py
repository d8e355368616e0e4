"""A straddle with stops on real days, proved from outside: every leg is worked out again from the source files."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from tests.real_days.as_a_user import ROOT, Run, paise, run
from tests.real_days.rederive import clock_text
from tests.real_days.source_days import Bars, OptionDay, june_2021_options, june_2022_options, spot_bars
from tests.real_days.straddle import straddle


@pytest.fixture(scope="module", params=[True, False], ids=["back at cost", "once"])
def again(request) -> bool:
    """Whether a stopped leg comes back at its cost."""
    return request.param


def straddle_runs(again: bool, june: Path, other_shapes: Path, folder: Path) -> list[Run]:
    """The example over June 2022 (closes) and the two days of 2021 (whole bars)."""
    document = json.loads((ROOT / "examples" / "straddle_with_stops.json").read_text("utf-8"))
    if not again:
        for leg in document["nodes"][2]["data"]["positions"]:
            del leg["reEntryConfig"]
    path = folder / "straddle.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    june_run = run(path, june, folder / "2022", "2022-06-01", "2022-06-30")
    return [june_run, run(path, other_shapes, folder / "2021", "2021-06-11", "2021-06-14")]


def test_a_straddle_with_stops_is_the_one_worked_out_from_the_source_files(
    again: bool, june: Path, other_shapes: Path, data: Path, tmp_path: Path
):
    """Every leg's times, prices, reasons and profit are the same to the paisa, with whole bars and with closes."""
    stops = returns = 0
    for made in straddle_runs(again, june, other_shapes, tmp_path):
        for day, document in made.days.items():
            spot, options = source_of(data, day)
            worked = straddle(day, spot, options, again=again) if options is not None else []
            at = f"{day.isoformat()}T"
            own = [
                (
                    (one.trade_id, one.symbol, one.units, one.exit_reason, one.pnl),
                    (at + clock_text(one.entry_time), one.entry_price),
                    (at + clock_text(one.exit_time), one.exit_price),
                )
                for one in worked
            ]
            assert sorted(own) == sorted(
                (
                    (p["trade_id"], p["symbol"], p["quantity"], p["exit_reason"], paise(p["pnl"])),
                    (p["entry_time"], paise(p["entry_price"])),
                    (p["exit_time"], paise(p["exit_price"])),
                )
                for p in document["positions"]
            )
            assert paise(document["summary"]["total_pnl"]) == sum(one.pnl for one in worked)
            stops += sum(one.exit_reason == "stop_loss" for one in worked)
            returns += sum(one.trade_id.endswith("-r1") for one in worked)
    assert stops >= 15
    assert (returns >= 8) == again


def source_of(data: Path, day: date) -> tuple[Bars, OptionDay | None]:
    """The source files of a day, read by the independent reader."""
    real = data / "real"
    if day.year == 2021:
        months = ("2021 MAY", "2021 JUNE")
        options = june_2021_options(real / "nifty_2021_06")
    else:
        months = ("2022 MAY", "2022 JUN")
        options = june_2022_options(real / "nifty_2022_06" / "options_1m_close.parquet")
    return spot_bars(*(real / "spot" / f"{month} NIFTY.txt" for month in months)), options.get(day)
