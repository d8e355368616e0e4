"""Real days, proved from outside: the source files are read again and the trades worked out by hand-written rules.

Everything here goes through the installed command and reads the stored files with gzip and json only.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from tests.real_days.as_a_user import Document, Run, paise, run
from tests.real_days.rederive import Patience, Worked, clock_text, june_2021, june_2022, shared_folder
from tests.real_days.reevaluate import decides

JUNE = [date(2022, 6, number) for number in range(1, 31) if date(2022, 6, number).weekday() < 5]
WITH_OPTIONS = [day for day in JUNE if day.day >= 8 and day.day not in (22, 23)]
DAYS_2021 = [date(2021, 6, 11), date(2021, 6, 14)]
RAW_DAYS = [date(2022, 6, 15), date(2022, 6, 16)]
OF_ONE_RUN = ("job_id", "created_at", "completed_at", "expires_at")


def stored(document: Document) -> list[tuple[object, ...]]:
    """A day file's positions, in the order they were opened, as ``worked_out`` gives them."""
    return [
        (
            position["trade_id"],
            position["symbol"],
            position["side"],
            position["quantity"],
            (position["entry_time"], paise(position["entry_price"]), position["entry_price_age_s"]),
            (position["exit_time"], paise(position["exit_price"]), position["exit_price_age_s"]),
            (paise(position["nifty_spot_at_entry"]), paise(position["nifty_spot_at_exit"])),
            (position["exit_reason"], position["exit_node_id"]),
            paise(position["pnl"]),
        )
        for position in document["positions"]
    ]


def worked_out(worked: Worked) -> list[tuple[object, ...]]:
    """The same of a day that was worked out again."""
    at = f"{worked.day.isoformat()}T"
    return [
        (
            own.trade_id,
            own.symbol,
            "SELL",
            75,
            (at + clock_text(own.entry_time), own.entry_price, own.entry_age),
            (at + clock_text(own.exit_time), own.exit_price, own.exit_age),
            (own.spot_at_entry, own.spot_at_exit),
            (own.exit_reason, own.exit_node),
            own.pnl,
        )
        for own in worked.positions
    ]


def same_day(document: Document, worked: Worked) -> None:
    """Trades, RSI values at their signals, refused orders and profit are the same."""
    assert stored(document) == worked_out(worked)
    for position, own in zip(document["positions"], worked.positions, strict=True):
        leaves = position["diagnostic_data"]["conditions_evaluated"]
        (rsi,) = {leaf["lhs_value"] for leaf in leaves if "rsi(" in leaf["text"]}
        assert rsi == pytest.approx(own.signal_rsi, abs=1.1e-6, rel=0)
    at = f"{worked.day.isoformat()}T"
    refused = [(at + clock_text(own.time), own.leg, own.reason, own.retried) for own in worked.refused]
    assert [(r["time"], r["vpi"], r["reason"], r["retried"]) for r in document["rejections"]] == refused
    assert document["cancellations"] == []
    assert paise(document["summary"]["total_pnl"]) == worked.pnl


@pytest.mark.parametrize("day", JUNE, ids=str)
def test_a_day_worked_out_from_the_source_files_is_the_stored_day(june_run: Run, day: date):
    """Times, symbols, prices and their ages, index, exits, profits and refusals of all 22 days are the same."""
    worked = june_2022(day)
    same_day(june_run.days[day], worked)
    assert bool(worked.positions) == (day in WITH_OPTIONS)


@pytest.mark.parametrize("day", DAYS_2021, ids=str)
def test_the_days_of_2021_worked_out_again_are_the_stored_days(run_2021: Run, day: date):
    """Options with whole bars, four trades a minute, come to the same trades too."""
    worked = june_2021(day)
    same_day(run_2021.days[day], worked)
    assert worked.positions


@pytest.mark.parametrize("day", RAW_DAYS, ids=str)
def test_days_imported_from_files_per_contract_are_the_same_days(run_raw: Run, june_run: Run, day: date):
    """Two days as published, epochs and one file per contract, trade to the same day file as the table of closes."""
    same_day(run_raw.days[day], june_2022(day))
    assert {k: v for k, v in run_raw.days[day].items() if k != "source"} == {
        k: v for k, v in june_run.days[day].items() if k != "source"
    }


def test_days_with_less_patience_are_the_same_days(w0: Path, june: Path, tmp_path: Path):
    """With prices 21 s old at most and waits of 18 s, orders fill at once, at the deadline or never, as worked out."""
    options = ("max_price_age_s=21", "wait_for_trade_s=18")
    made = run(w0, june, tmp_path, "2022-06-08", "2022-06-30", options=options)
    for day, document in made.days.items():
        same_day(document, june_2022(day, Patience(21, 18)))
    folds_agree(made)
    fills = [
        (datetime.fromisoformat(p["entry_time"]) - datetime.fromisoformat(p["entry_sent_time"])).seconds
        for _, p in made.positions()
    ]
    assert set(fills) == {0, 18}
    refused = Counter(rejection["reason"] for document in made.days.values() for rejection in document["rejections"])
    assert refused["stale_price"] >= 10


def test_the_month_shows_all_the_strategy_can_do(june_run: Run):
    """Targets, stops, re-entries, the limit of entries and the square-off all occur in these days, on both sides."""
    positions = [position for _, position in june_run.positions()]
    exits = Counter((position["position_id"], position["exit_node_id"]) for position in positions)
    for entry, nodes in (("entry-2", ("exit-2", "exit-3")), ("entry-3", ("exit-5", "exit-6"))):
        assert min(exits[entry, node] for node in (*nodes, "square-off-1")) >= 3
        assert sum(p["re_entry_num"] > 0 for p in positions if p["position_id"] == entry) >= 20
    assert {limit for d in june_run.days.values() for s in d["signals"] if (limit := s["limit"])} == {"maxEntries"}


def row_profit(row: Document) -> int:
    """A ledger row's profit in paise from its prices and units."""
    gain = paise(row["exit_price"]) - paise(row["entry_price"])
    return (gain if row["side"] == "BUY" else -gain) * row["quantity"]


def rate(winning: int, closed: int) -> float:
    """Percent to two decimals, 0.0 without closed positions."""
    exact = Decimal(100 * winning) / Decimal(max(closed, 1))
    return float(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))


def row_charges(row: Document) -> int:
    """A row's charges in paise, from its prices and the rates of 2021 and 2022: two orders at 20 rupees."""
    entry, leave = (Decimal(str(row[f"{name}_price"])) * row["quantity"] for name in ("entry", "exit"))
    bought, sold = (entry, leave) if row["side"] == "BUY" else (leave, entry)
    fees = 40 + (bought + sold) * (Decimal("0.000495") + Decimal("0.000001"))
    exact = fees * Decimal("1.18") + sold * Decimal("0.0005") + bought * Decimal("0.00003")
    return int((exact * 100).quantize(Decimal(1), ROUND_HALF_UP))


def charged(record: Document, profit: int, charges: int) -> None:
    """Charges, their lines, and the net profit of anything that has a profit."""
    assert paise(record["charges"]) == sum(map(paise, record["charge_lines"].values())) == charges
    assert paise(record["net_pnl"]) == profit - charges


def fold_of_day(document: Document) -> Document:
    """A day added up again from its rows; rows, positions and summary must say the same."""
    total = cost = 0
    lives: dict[str, int] = {}
    for row in document["trades"]:
        assert row["quantity"] == row["lots"] * row["lot_size"]
        assert paise(row["pnl"]) == row_profit(row)
        total += row_profit(row)
        assert paise(row["cumulative_pnl"]) == total
        assert row["part"] is None
        charged(row, row_profit(row), row_charges(row))
        cost += row_charges(row)
        life = f"{row['vpi']}-r{row['position_num'] - 1}"
        lives[life] = lives.get(life, 0) + row_profit(row)
    assert {p["trade_id"]: paise(p["pnl"]) for p in document["positions"]} == lives
    winning, losing = (sum(sign * profit > 0 for profit in lives.values()) for sign in (1, -1))
    summary = document["summary"]
    charged(summary, total, cost)
    assert (summary["margin_estimate"] > 0) == bool(lives)
    marks = ("margin_estimate", "highest_pnl", "lowest_pnl", "intraday_drawdown", "time_in_market_s", "session_s")
    assert summary["lowest_pnl"] <= min(0, total / 100) <= max(0, total / 100) <= summary["highest_pnl"]
    assert summary["intraday_drawdown"] >= summary["highest_pnl"] - total / 100 - 0.001
    assert (summary["time_in_market_s"] > 0) == bool(lives)
    for position in document["positions"]:
        assert position["mae"] <= position["pnl"] <= position["mfe"]
    assert summary == {
        **{name: summary[name] for name in ("charges", "net_pnl", "charge_lines", *marks)},
        "total_positions": len(lives),
        "closed_positions": len(lives),
        "open_positions": 0,
        "total_pnl": total / 100,
        "winning_trades": winning,
        "losing_trades": losing,
        "flat_trades": len(lives) - winning - losing,
        "win_rate": rate(winning, len(lives)),
        "trades": len(document["trades"]),
        "rejected_orders": len(document["rejections"]),
    }
    return summary


def folds_agree(made: Run) -> None:
    """Every day's file, its line in the metadata, and the run's totals are folds of the same rows."""
    folds = {day: fold_of_day(document) for day, document in made.days.items()}
    metadata = made.metadata
    listed = {each["date"]: each for each in metadata["daily_summaries"]}
    assert list(listed) == [f"{day:%d-%m-%Y}" for day in made.days]
    for day, fold in folds.items():
        line = listed[f"{day:%d-%m-%Y}"]
        assert made.days[day]["date"] == line["date"]
        assert (line["positions"], line["pnl"]) == (fold["total_positions"], fold["total_pnl"])
        charged(line, paise(fold["total_pnl"]), paise(fold["charges"]))
        same = (
            "charge_lines",
            "closed_positions",
            "winning_trades",
            "losing_trades",
            "flat_trades",
            "win_rate",
            "rejected_orders",
        )
        assert {name: line[name] for name in same} == {name: fold[name] for name in same}
        assert line["status"] == ("traded" if fold["total_positions"] else "no_trades")
        assert line["has_data"] is line["replayed_bars"] is True
        assert line["synthetic"] is line["short_history"] is False
        assert line["file_size_kb"] == round(len(made.files[day]) / 1024, 1)

    def added(name: str, of: Callable[[float], int] = int) -> int:
        return sum(of(fold[name]) for fold in folds.values())

    overall = metadata["overall_summary"]
    charged(overall, added("total_pnl", paise), added("charges", paise))
    for month in metadata["monthly_summaries"]:
        inside = [fold for day, fold in folds.items() if f"{day:%Y-%m}" == month["month"]]
        charged(month, paise(month["pnl"]), sum(paise(fold["charges"]) for fold in inside))
    assert overall == {
        **{name: overall[name] for name in ("charges", "net_pnl", "charge_lines")},
        "total_positions": added("total_positions"),
        "closed_positions": added("closed_positions"),
        "total_pnl": added("total_pnl", paise) / 100,
        "win_rate": rate(added("winning_trades"), added("closed_positions")),
        "total_winning_trades": added("winning_trades"),
        "total_losing_trades": added("losing_trades"),
        "total_flat_trades": added("flat_trades"),
        "total_trades": added("trades"),
        "rejected_orders": added("rejected_orders"),
        **course_agrees(metadata, [paise(fold["total_pnl"]) for fold in folds.values()]),
    }
    assert metadata["status"] == "completed"
    assert (metadata["completed_days"], metadata["failed_days"]) == (metadata["total_days"], 0)


def course_agrees(metadata: Document, profits: list[int]) -> Document:
    """Running profit, drawdown and months are folds of the days' profits; what the whole says of them."""
    days = metadata["daily_summaries"]
    running = [sum(profits[: number + 1]) for number in range(len(profits))]
    below = [total - max(0, *running[: number + 1]) for number, total in enumerate(running)]
    assert [paise(day["cumulative_pnl"]) for day in days] == running
    assert [paise(day["drawdown"]) for day in days] == below
    months = {day["date"][3:] for day in days}
    assert len(metadata["monthly_summaries"]) == len(months)
    for month in metadata["monthly_summaries"]:
        own = [day for day in days if day["date"][6:] + "-" + day["date"][3:5] == month["month"]]
        assert paise(month["pnl"]) == sum(paise(day["pnl"]) for day in own)
        assert month["positions"] == sum(day["positions"] for day in own)
        assert month["days"] == len(own)
        assert month["win_rate"] == rate(*(sum(day[n] for day in own) for n in ("winning_trades", "closed_positions")))
    traded = [day for day in days if day["positions"]]
    by_profit = sorted(traded, key=lambda day: paise(day["pnl"]))
    return {
        "traded_days": len(traded),
        "winning_days": sum(day["pnl"] > 0 for day in traded),
        "losing_days": sum(day["pnl"] < 0 for day in traded),
        "best_day": {name: by_profit[-1][name] for name in ("date", "pnl")} if traded else None,
        "worst_day": {name: by_profit[0][name] for name in ("date", "pnl")} if traded else None,
        "max_drawdown": min(below) / 100,
    }


def test_every_profit_is_the_fold_of_its_trades(june_run: Run):
    """Rows, positions, day summaries, the metadata's days and its total agree to the paisa over June 2022."""
    folds_agree(june_run)
    assert list(june_run.days) == JUNE
    worked = [june_2022(day) for day in JUNE]
    assert paise(june_run.metadata["overall_summary"]["total_pnl"]) == sum(day.pnl for day in worked)


def test_the_profits_on_the_other_shapes_are_folds_too(run_2021: Run, run_raw: Run):
    """Tickers and bars with quantities, and files per contract, run to the end and add up."""
    for made, days in ((run_2021, DAYS_2021), (run_raw, RAW_DAYS)):
        folds_agree(made)
        assert list(made.days) == days


def test_the_original_export_finds_no_expiry(data: Path, june: Path, tmp_path: Path):
    """With W1, an expiry these days do not list, each entry order is rejected no_expiry and nothing trades."""
    made = run(data / "strategies" / "two_sided_rsi.json", june, tmp_path, "2022-06-01", "2022-06-30")
    folds_agree(made)
    assert list(made.days) == JUNE
    for document in made.days.values():
        assert document["positions"] == document["trades"] == document["cancellations"] == []
        orders = [event["execution_id"] for event in document["events"] if event["node_type"] == "entryNode"]
        assert orders
        assert [rejection["event_id"] for rejection in document["rejections"]] == orders
        assert {rejection["reason"] for rejection in document["rejections"]} == {"no_expiry"}
        assert {rejection["symbol"] for rejection in document["rejections"]} == {None}


def redecide(made: Run) -> Counter[str]:
    """Take every recorded decision again; the operators met, each with how often its leaf held and did not."""
    met: Counter[str] = Counter()
    for document in made.days.values():
        events = {event["execution_id"]: event for event in document["events"]}
        for event in events.values():
            diagnostic = event["diagnostic_data"]
            if diagnostic["condition_set"] is not None:
                assert decides(diagnostic), event["execution_id"]
                met.update(f"{leaf['operator']} {leaf['result']}" for leaf in diagnostic["conditions_evaluated"])
        for position in document["positions"]:
            entry, closing = position["diagnostic_data"], position["exit_diagnostic_data"]
            assert decides(entry)
            assert entry == events[entry["execution_id"]]["diagnostic_data"]
            assert entry["execution_id"] == position["entry_flow_ids"][-2]
            assert position["condition_preview"] == entry["condition_text"]
            if position["exit_reason"] == "exit_condition_met":
                assert decides(closing)
                assert closing["execution_id"] == position["exit_flow_ids"][-2]
                assert position["exit_condition_preview"] == closing["condition_text"]
            else:
                assert position["exit_reason"] == "square_off_time"
                assert [leaf["text"] for leaf in closing["conditions_evaluated"]] == [
                    position["exit_condition_preview"]
                ]
                assert decides(closing)
                assert closing["evaluated_at"] == position["exit_time"] == document["session"]["ended_at"]
            assert closing == events[closing["execution_id"]]["diagnostic_data"]
    return met


def test_every_decision_follows_from_its_record(june_run: Run, run_2021: Run):
    """Entry and exit of each stored trade, and every firing besides, come out again from the recorded values alone."""
    for made in (june_run, run_2021):
        assert set(redecide(made)) == {"< True", "> True", ">= True"}


def with_crossings(document: Document) -> Document:
    """The strategy with other bullish conditions: crossings, a range, and groups within groups."""
    nodes = {node["id"]: node["data"] for node in document["nodes"]}
    clock, rsi_low, breakout = nodes["entry-condition-1"]["conditions"][0]["conditions"]
    rsi, constant = rsi_low["lhs"], rsi_low["rhs"]

    def level(value: int) -> Document:
        return constant | {"value": value}

    moderate = {"lhs": rsi, "operator": "between", "rhs": [level(35), level(45)]}
    rising = {"lhs": rsi, "operator": "crosses_above", "rhs": level(40)}
    pulled = breakout | {"operator": "crosses_above"}
    either = {"groupLogic": "OR", "conditions": [rising, {"groupLogic": "AND", "conditions": [moderate, pulled]}]}
    nodes["entry-condition-1"]["conditions"] = [{"groupLogic": "AND", "conditions": [clock, either]}]
    falling = {"lhs": rsi, "operator": "crosses_below", "rhs": level(55)}
    late = clock | {"rhs": clock["rhs"] | {"timeValue": "15:20"}}
    leave = {"groupLogic": "OR", "conditions": [falling, late, moderate | {"rhs": [level(65), level(101)]}]}
    nodes["exit-condition-1"]["conditions"] = nodes["exit-condition-1"]["reEntryExitConditions"] = [leave]
    nodes["re-entry-signal-1"]["conditions"] = [either]
    return document | {"strategy_id": "crossings-on-real-days"}


def test_crossings_and_groups_follow_from_their_records_too(w0: Path, june: Path, tmp_path: Path):
    """A variant with crossings, ranges and OR groups is decided again from values, previous values and the tree."""
    document = json.loads(w0.read_bytes())
    (tmp_path / "strategy.json").write_text(json.dumps(with_crossings(document)))
    made = run(tmp_path / "strategy.json", june, tmp_path / "results", "2022-06-01", "2022-06-30")
    folds_agree(made)
    met = redecide(made)
    for sign in ("crosses_above", "crosses_below", "between"):
        assert met[f"{sign} True"] >= 5, met
        assert met[f"{sign} False"] >= 5, met


def test_running_again_gives_the_same_bytes(w0: Path, june: Path, june_run: Run, tmp_path: Path):
    """One worker or two, a new folder or old results: the same day files, the same metadata but job and times; over
    old results also what is known of the trial before.
    """
    for folder, workers, others in (("one", 1, ()), ("two", 2, ()), ("two", 1, ("trials", "statistics"))):
        again = run(w0, june, tmp_path / folder, "2022-06-01", "2022-06-30", workers)
        assert again.files == june_run.files
        assert again.metadata["job_id"] != june_run.metadata["job_id"]
        metadata = again.metadata | {name: june_run.metadata[name] for name in (*OF_ONE_RUN, *others)}
        assert metadata == june_run.metadata
    assert again.metadata["trials"] == [june_run.metadata["statistics"]["figures"]["sharpe"]]


def test_a_missing_folder_of_real_data_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Without the shared data these tests fail with the place they looked at and what to set."""
    monkeypatch.setenv("STRIKEBOOK_SHARED", str(tmp_path / "nowhere"))
    with pytest.raises(FileNotFoundError, match=r"nowhere.*set STRIKEBOOK_SHARED"):
        shared_folder()
