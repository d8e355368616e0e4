"""A comparison of real days, proved from outside: the value that decided is worked out again from the source file."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from tests.real_days.as_a_user import ROOT, Run, run, strikebook
from tests.real_days.rederive import WARM_UP, wilder_rsi
from tests.real_days.source_days import spot_bars

DAY = date(2022, 6, 20)
BAR_S = 9 * 3600 + 31 * 60
"""The bar that was completed last at 09:32:40."""


def test_a_lower_threshold_first_lets_an_entry_go_by_on_20_june(june: Path, data: Path, tmp_path: Path) -> None:
    """With RSI below 28 in place of 30 the first entry that is not made is the put of 09:32:40: RSI stood at 29.536413.

    Up to then every position of June is the same in both; RSI after the bar of 09:31 is worked out here from the closes
    of the source file by Wilder's formula.
    """
    example = ROOT / "examples" / "two_sided_rsi.json"
    document = json.loads(example.read_bytes())
    signal = next(node for node in document["nodes"] if node["id"] == "bullish-signal")
    rsi = next(leaf for leaf in signal["data"]["conditions"][0]["conditions"] if leaf["lhs"].get("name") == "rsi_14")
    assert (rsi["operator"], rsi["rhs"]["value"]) == ("<", 30)
    rsi["rhs"]["value"] = 28
    document |= {"strategy_id": "rsi-28"}
    (tmp_path / "rsi-28.json").write_text(json.dumps(document), encoding="utf-8")
    results = tmp_path / "results"
    base = run(example, june, results, "2022-06-01", "2022-06-30")
    other = run(tmp_path / "rsi-28.json", june, results, "2022-06-01", "2022-06-30")
    compared = json.loads(
        strikebook("compare", f"demo/{base.metadata['strategy_id']}", "demo/rsi-28", "--results", results, "--json")
    )
    found = compared["divergences"][0]["divergence"]
    assert (found["kind"], found["date"], found["time"]) == ("trades", "20-06-2022", "2022-06-20T09:32:40")
    assert (found["node_id"], found["vpi"], found["acted"]) == ("bullish-signal", "bullish-entry-pos1", "base")

    assert min(day for day in base.days if _trades(base, day) != _trades(other, day)) == DAY
    (pair,) = [each for each in found["conditions"] if each["differs"]]
    sides = [tuple(pair[side][name] for name in ("lhs_value", "rhs_value", "result")) for side in ("base", "other")]
    assert sides == [(29.536413, 30, True), (29.536413, 28, False)]
    assert _rsi_after(data) == 29.536413
    entries = [found[side]["position"]["entry_time"] for side in ("base", "other")]
    assert entries == ["2022-06-20T09:32:40", "2022-06-20T09:42:40"]


def _trades(made: Run, day: date) -> list[list[object]]:
    """What was traded on a day, and when."""
    return [
        [life[name] for name in ("vpi", "symbol", "entry_time", "exit_time")] for life in made.days[day]["positions"]
    ]


def _rsi_after(data: Path) -> float | None:
    """RSI after the bar, of the source's closes and as many before the day as the engine warms up with."""
    spot = spot_bars(*(data / "real" / "spot" / f"2022 {month} NIFTY.txt" for month in ("MAY", "JUN")))
    before = [bar for day in spot if day < DAY for bar in spot[day]][-WARM_UP:]
    bars = [*before, *(bar for bar in spot[DAY] if bar[0] <= BAR_S)]
    assert bars[-1][0] == BAR_S
    value = wilder_rsi([bar[4] for bar in bars])[-1]
    return None if value is None else round(value, 6)
