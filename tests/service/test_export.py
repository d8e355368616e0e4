"""Exports read back: what is in each format adds up to what is stored, and nothing in it can do harm."""

import csv
import io
import json
import tempfile
from collections.abc import Iterator
from datetime import date, datetime, time
from html.parser import HTMLParser
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from strikebook.backtest_runner import run_backtest
from strikebook.errors import BusyError, NotFoundError, StorageError, UsageError
from strikebook.service.export import excel_file, parquet_file
from strikebook.service.export.columns import day_columns, trade_columns
from strikebook.service.export.curve import Point, curve_of
from strikebook.service.export.excel_file import cell_text
from strikebook.service.export.harmless import harmless
from strikebook.service.export.rows import Source
from strikebook.service.export.wanted import Wanted, Written, wanted_of
from strikebook.service.export.write import write_export
from strikebook.storage.codec import decode_day, decode_metadata, encode_day, encode_metadata
from strikebook.storage.layout import RunKey, parse_day
from strikebook.storage.memory_storage import MemoryStorage
from tests.service.made_run import DAYS, STRATEGY_ID, WITHOUT_OPTIONS, noon, small_request, small_strategy
from tests.worked_days.making import Json, after, entry, exit_order, exit_signal, leg, make_strategy, round_trip, trips
from tests.worked_days.making import entry_signal as signal
from tests.worked_days.making_terms import carried

DOCS = Path(__file__).parents[2] / "docs" / "export.md"
KEY = RunKey("user_123", STRATEGY_ID)
EVIL = "=HYPERLINK(1)"
FORMATS = ("csv", "xlsx", "parquet", "html")
Rows = list[dict[str, Any]]


def parted_strategy() -> Json:
    """A call bought and sold, a put sold in two parts over the close: rows of every kind."""
    parts = [
        signal("go", after("09:15:30")),
        entry("p", carried(leg("sell", "PE", lots=2))),
        exit_signal("some", after("09:16:30")),
        exit_order(EVIL, "p-pos1", percent=50),
    ]
    nodes, paths = trips(
        round_trip("a", "09:16:00", leg("buy", "CE"), "09:18:00"), (parts, [f"start > go > p > some > {EVIL}"])
    )
    return make_strategy(nodes, paths) | {"strategy_name": "+Ünsafe <b>name</b> @me", "name": "+Ünsafe"}


def made(document: Json | None = None, stop_after: int | None = None) -> MemoryStorage:
    """The small days, run; stopped after some of them."""
    storage = MemoryStorage()
    asked: Iterator[bool] = repeat(False) if stop_after is None else chain(repeat(False, stop_after), repeat(True))
    run_backtest(small_request(storage, document=document), lambda _: None, lambda: next(asked), noon)
    return storage


def metadata_of(storage: MemoryStorage) -> dict[str, Any]:
    return decode_metadata(storage.metadata(KEY) or b"")


def exported(storage: MemoryStorage, wanted: Wanted) -> tuple[Written, bytes]:
    file = io.BytesIO()
    with tempfile.TemporaryDirectory() as scratch:
        return write_export(storage, KEY, wanted, file, Path(scratch)), file.getvalue()


def table(storage: MemoryStorage, wanted: Wanted) -> Rows:
    """A table as CSV."""
    return list(csv.DictReader(io.StringIO(exported(storage, wanted)[1].decode(), newline="")))


def book(storage: MemoryStorage, **more: Any) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(exported(storage, wanted_of("xlsx", **more))[1]))


def sheet(workbook: openpyxl.Workbook, name: str) -> Rows:
    head, *rows = workbook[name].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


class Cells(HTMLParser):
    """The texts of cells by the class of their place, and every tag that there is."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.by_class: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open = str(dict(attrs).get("class") or "").split() if tag == "td" else self._open

    def handle_endtag(self, tag: str) -> None:
        self._open = [] if tag == "td" else self._open

    def handle_data(self, data: str) -> None:
        for name in self._open:
            self.by_class.setdefault(name, []).append(data)


def paise(cell: Any) -> int:
    """An amount as any format has it."""
    text = str(cell).replace("₹", "").replace(",", "").replace("+", "")
    return round(float(text) * 100)


def sums(rows: Rows) -> tuple[int, int, int]:
    """What the rows add up to: gross, charges, net."""
    found = [
        [paise(row[name]) for row in rows if row[name] not in ("", None)] for name in ("pnl", "charges", "net_pnl")
    ]
    return (sum(found[0]), sum(found[1]), sum(found[2]))


def trades_in(storage: MemoryStorage, kind: str, **more: Any) -> Rows:
    """The trades of an export, read back."""
    if kind == "csv":
        return table(storage, wanted_of("csv", **more))
    if kind == "xlsx":
        return sheet(book(storage, **more), "trades")
    content = exported(storage, wanted_of(kind, **more))[1]
    if kind == "parquet":
        return list(pq.read_table(io.BytesIO(content)).to_pylist())
    cells = Cells(content.decode()).by_class
    columns = (cells.get(name, []) for name in ("pnl", "charges", "net"))
    found = [dict(zip(("pnl", "charges", "net_pnl"), row, strict=True)) for row in zip(*columns, strict=True)]
    return [{name: "" if cell == "–" else cell for name, cell in row.items()} for row in found]


@pytest.fixture(scope="module")
def parted() -> MemoryStorage:
    return made(parted_strategy())


# Sums.


@pytest.mark.parametrize("kind", FORMATS)
def test_the_trades_of_an_export_are_the_runs_profit(parted: MemoryStorage, kind: str) -> None:
    """Gross, charges and net of all rows, read back from the file, are the metadata's; what is open has none."""
    overall = metadata_of(parted)["overall_summary"]
    rows = trades_in(parted, kind)
    assert overall["total_trades"] > 0
    assert sums(rows) == tuple(paise(overall[name]) for name in ("total_pnl", "charges", "net_pnl"))
    still_open = overall["total_positions"] - overall["closed_positions"]
    assert still_open > 0
    assert len(rows) == overall["total_trades"] + still_open


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_the_days_of_an_export_are_the_runs_days(parted: MemoryStorage, kind: str) -> None:
    """Every day of the plan is there, with what the metadata says of it; one that was not run has no number."""
    metadata = metadata_of(parted)
    if kind == "xlsx":
        rows = sheet(book(parted), "days")
    elif kind == "csv":
        rows = table(parted, wanted_of("csv", "days"))
    else:
        rows = pq.read_table(io.BytesIO(exported(parted, wanted_of("parquet", "days"))[1])).to_pylist()
    told = metadata["daily_summaries"]
    assert [str(row["date"])[:10] for row in rows] == [parse_day(day["date"]).isoformat() for day in told]
    for row, day in zip(rows, told, strict=True):
        assert row["status"] == day["status"]
        for name in ("pnl", "charges", "net_pnl", "cumulative_pnl", "drawdown"):
            if day["has_data"]:
                assert paise(row[name]) == paise(day[name])
            else:
                assert row[name] in ("", None)
    assert sum(not day["has_data"] for day in told) > 0


def test_statistics_of_a_whole_run_are_the_stored_ones_and_of_its_days_the_same_fold(parted: MemoryStorage) -> None:
    """The sheet has each figure; asked for by dates that leave out no day that was run, it comes to the same."""
    stored = metadata_of(parted)["statistics"]["figures"]
    rows = [row[:2] for row in book(parted)["statistics"].iter_rows(values_only=True)]
    whole = {str(name): value for name, value in rows if name}
    assert whole["Net profit"] == stored["net"]
    assert whole["Round trips"] == stored["round_trips"]
    last = parse_day(metadata_of(parted)["daily_summaries"][-1]["date"])
    some = book(parted, last=last.replace(day=last.day - 1))["statistics"]
    folded = {str(row[0]): row[1] for row in some.iter_rows(values_only=True) if row[0]}
    for name in ("Net profit", "Round trips", "Best round trip", "Time in market", "Peak margin, estimated"):
        assert folded[name] == whole[name]
    assert folded["Trials"] is None


# Types.


def test_excel_has_real_days_times_and_numbers(parted: MemoryStorage) -> None:
    """A day is a date, a time a time to the second, a price a number; an empty cell is empty."""
    workbook = book(parted)
    assert workbook.sheetnames == ["days", "trades", "statistics", "settings", "columns"]
    head = [cell.value for cell in workbook["trades"][1]]
    first = dict(zip(head, workbook["trades"][2], strict=True))
    ledger: Any = decode_day(parted.day(KEY, DAYS[0]) or b"")["trades"]
    assert first["date"].is_date
    assert first["date"].value == datetime.combine(DAYS[0], time())
    assert first["entry_time"].value == datetime.fromisoformat(ledger[0]["entry_time"])
    assert (first["pnl"].data_type, first["pnl"].value) == ("n", ledger[0]["pnl"])
    assert first["entry_limit_price"].value is None
    assert first["synthetic"].data_type == "b"
    kinds = {column.name: column.kind for column in trade_columns()}
    for row in workbook["trades"].iter_rows(min_row=2):
        for name, cell in zip(head, row, strict=True):
            if cell.value is not None:
                expected = {"text": "s", "flag": "b", "date": "d", "time": "d"}.get(kinds[str(name)], "n")
                assert cell.data_type == expected, name


def test_parquet_has_types_units_and_what_was_run(parted: MemoryStorage) -> None:
    """Its schema is the columns'; its metadata says what was run, and what must be known of it."""
    file = pq.ParquetFile(io.BytesIO(exported(parted, wanted_of("parquet"))[1]))
    assert file.schema_arrow.names == [column.name for column in trade_columns()]
    fields = {name: file.schema_arrow.field(name) for name in file.schema_arrow.names}
    assert fields["date"].type == pa.date32()
    assert fields["entry_time"].type == pa.timestamp("ms")
    assert fields["pnl"].type == pa.float64()
    assert fields["pnl"].metadata[b"unit"] == b"rupees"
    said = json.loads(file.schema_arrow.metadata[b"strikebook"])
    assert said["settings"]["Strategy"].startswith("+Ünsafe")


def test_parquet_is_written_a_row_group_after_the_other(parted: MemoryStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is held but a group; the rows stay in order."""
    monkeypatch.setattr(parquet_file, "GROUP_ROWS", 2)
    content = exported(parted, wanted_of("parquet"))[1]
    assert pq.ParquetFile(io.BytesIO(content)).num_row_groups > 1
    rows = pq.read_table(io.BytesIO(content)).to_pylist()
    assert [row["trade_id"] for row in rows] == [row["trade_id"].lstrip("'") for row in trades_in(parted, "csv")]


def test_a_position_in_parts_and_one_that_is_open_have_their_rows(parted: MemoryStorage) -> None:
    """The part has its own quantity; what is left is OPEN, with an unrealized profit and no other."""
    rows = [row for row in trades_in(parted, "parquet") if row["date"] == DAYS[0] and row["leg"] == "p-pos1"]
    part, left = rows
    assert (part["part"], part["status"], part["quantity"], part["mfe"]) == (1, "CLOSED", 75, None)
    assert (left["part"], left["status"], left["quantity"], left["lots"]) == (None, "OPEN", 75, 1)
    assert left["unrealized_pnl"] is not None
    assert left["mfe"] is not None
    assert all(left[name] is None for name in ("pnl", "charges", "net_pnl", "exit_time", "exit_price", "exit_iv"))


# Filters.


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        ({"leg": "a-pos1"}, lambda row: row["leg"] == "a-pos1"),
        ({"side": "sell"}, lambda row: row["side"] == "SELL"),
        ({"symbol": "NIFTY:2024-10-10:OPT:25000:CE"}, lambda row: row["option_type"] == "CE"),
        ({"exit_reason": "exit_condition_met"}, lambda row: row["exit_reason"] == "exit_condition_met"),
        ({"exit_node": EVIL}, lambda row: row["exit_node"] == EVIL),
        ({"result": "winners"}, lambda row: row["leg"] == "a-pos1" and row["pnl"] > 0),
        ({"result": "losers"}, lambda row: row["status"] == "CLOSED" and row["leg"] == "a-pos1" and row["pnl"] < 0),
        ({"result": "winners", "side": "SELL"}, lambda _: False),
    ],
)
def test_a_filter_keeps_what_it_says_and_every_number_is_of_that(
    parted: MemoryStorage, filters: dict[str, str], kept: Any
) -> None:
    """Rows, days and totals are those of the trades that pass."""
    every, found = trades_in(parted, "parquet"), trades_in(parted, "parquet", filters=filters)
    assert found == [row for row in every if kept(row)]
    days = pq.read_table(io.BytesIO(exported(parted, wanted_of("parquet", "days", filters=filters))[1])).to_pylist()
    assert sums(days) == sums(found)
    assert sum(day["trades"] or 0 for day in days) == sum(row["status"] == "CLOSED" for row in found)
    assert all(day["highest_pnl"] is None for day in days)
    written, _ = exported(parted, wanted_of("csv", filters=filters))
    assert (written.trades, "_filtered" in written.name) == (len(found), True)


def test_a_range_and_a_day(parted: MemoryStorage) -> None:
    """Both ends are included, and the running profit begins with the first of them."""
    days = table(parted, wanted_of("csv", "days", DAYS[1], DAYS[2]))
    assert [row["date"] for row in days] == [DAYS[1].isoformat(), DAYS[2].isoformat()]
    assert days[0]["cumulative_pnl"] == days[0]["pnl"]
    one, content = exported(parted, wanted_of("html", None, DAYS[1], DAYS[1]))
    assert one.name == "unsafe-b-name-b-me_2024-10-01.html"
    assert "by the trades of the day" in content.decode()


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (lambda: wanted_of("pdf"), "one of csv, xlsx, parquet, html"),
        (lambda: wanted_of("csv", "positions"), "one of trades, days"),
        (lambda: wanted_of("xlsx", "days"), "leave it out"),
        (lambda: wanted_of("csv", None, DAYS[1], DAYS[0]), "not after the last"),
        (lambda: wanted_of("csv", filters={"result": "wins"}), "winners, losers, flat"),
        (lambda: wanted_of("csv", filters={"side": "LONG"}), "BUY, SELL"),
        (lambda: wanted_of("csv", filters={"leg": "x" * 201}), "1 to 200 characters"),
        (lambda: wanted_of("csv", filters={"leg": ""}), "1 to 200 characters"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(wanted: Any, said: str) -> None:
    """With what would be right."""
    with pytest.raises(UsageError, match=said):
        wanted()


def test_days_that_are_not_there_are_named(parted: MemoryStorage) -> None:
    """A day that is no session, a range beside the run, a run that is none."""
    holiday = date(2024, 10, 2)
    with pytest.raises(NotFoundError, match="not a day of this run"):
        exported(parted, wanted_of("csv", None, holiday, holiday))
    with pytest.raises(NotFoundError, match="the run is from 2024-09-30"):
        exported(parted, wanted_of("csv", None, date(2025, 1, 1)))
    with pytest.raises(NotFoundError, match="no results"):
        write_export(parted, RunKey("nobody", STRATEGY_ID), wanted_of("csv"), io.BytesIO(), Path())


# What must be known.


def test_a_run_that_is_not_whole_says_so_everywhere() -> None:
    """In each row, in the name, and in words."""
    storage = made(stop_after=1)
    assert metadata_of(storage)["status"] == "cancelled"
    for kind in FORMATS:
        assert "_partial." in exported(storage, wanted_of(kind))[0].name
    for name in ("trades", "days"):
        rows = table(storage, wanted_of("csv", name))
        assert {row["run_status"] for row in rows} == {"cancelled"}
    assert rows[-1]["pnl"] == ""
    workbook = book(storage)
    for name in ("statistics", "settings"):
        assert workbook[name]["A1"].value.startswith("PARTIAL: the run is cancelled, 2 of 5 days are done")
    assert "PARTIAL: the run is cancelled" in exported(storage, wanted_of("html"))[1].decode()
    said = pq.read_schema(io.BytesIO(exported(storage, wanted_of("parquet"))[1])).metadata[b"strikebook"]
    assert json.loads(said)["notes"][0].startswith("PARTIAL")


def test_every_warning_is_in_every_format() -> None:
    """Each of several, also where names stand once."""
    storage, told = made(), ["one (right)", "two (right)"]
    metadata = decode_metadata(storage.metadata(KEY) or b"")
    two = [{"path": "$", "what": what, "right": "right", "node_id": ""} for what in ("one", "two")]
    storage.put_metadata(KEY, encode_metadata({**metadata, "warnings": two}))
    said = json.loads(pq.read_schema(io.BytesIO(exported(storage, wanted_of("parquet"))[1])).metadata[b"strikebook"])
    assert said["warnings"] == told
    rows = [row for row in book(storage)["settings"].iter_rows(values_only=True) if row[0] == "Warning"]
    assert [row[1] for row in rows] == told
    assert all(each in exported(storage, wanted_of("html"))[1].decode() for each in told)


def test_texts_that_begin_like_a_formula_are_harmless(parted: MemoryStorage) -> None:
    """In CSV and in Excel no text cell begins with what a spreadsheet runs; negative numbers are still numbers."""
    rows = trades_in(parted, "csv")
    assert f"'{EVIL}" in {row["exit_node"] for row in rows}
    assert any(row["pnl"].startswith("-") for row in rows)
    for row in rows:
        for column in trade_columns():
            assert column.kind != "text" or not row[column.name].startswith(("=", "+", "-", "@", "\t", "\r"))
    for one in book(parted).worksheets:
        for cell in (cell for row in one.iter_rows() for cell in row):
            assert cell.data_type != "f"
            assert not (cell.data_type == "s" and str(cell.value).startswith(("=", "+", "-", "@", "\t", "\r")))
    assert {row["exit_node"] for row in trades_in(parted, "parquet")} >= {EVIL}


@pytest.mark.parametrize(
    "text", ["=1", "+1", "-1", "@a", "\ta", "\ra", "\n=1", "  =1", "＝1", "\x00=1", "\ufeff=1", "\u200b\x1b ＝1"]
)
def test_every_beginning_of_a_formula_is_known(text: str) -> None:
    """An apostrophe stands before it, in both."""
    assert harmless(text) == cell_text(text) == f"'{text}"


def test_other_texts_stay_as_they_are() -> None:
    """What does not begin so is not touched; what a cell of Excel cannot hold ends in …"""
    assert [harmless(text) for text in ("a=1", "", "NIFTY:2024", "'=", "\x00a")] == [
        "a=1", "", "NIFTY:2024", "'=", "\x00a",
    ]  # fmt: skip
    assert len(cell_text("x" * 40_000)) == 32_767
    assert cell_text("x" * 40_000).endswith("x…")


def test_the_report_has_no_script_nothing_from_elsewhere_and_escapes_every_name(parted: MemoryStorage) -> None:
    """Whatever a strategy is called, it is text."""
    text = exported(parted, wanted_of("html"))[1].decode()
    assert "<b>name</b>" not in text
    assert "+Ünsafe &lt;b&gt;name&lt;/b&gt; @me" in text
    cells = Cells(text)
    names = {tag for tag, _ in cells.tags}
    assert not names & {"script", "link", "iframe", "img", "object", "embed", "base", "form"}
    attributes = {name for _, each in cells.tags for name in each}
    assert not attributes & {"src", "href", "srcset", "action", "data"}
    assert not any(name.startswith("on") for name in attributes)
    assert "url(" not in text
    assert "@import" not in text
    assert "default-src 'none'" in text
    assert {"svg", "polyline", "table"} <= names


def test_days_that_failed_are_named() -> None:
    """Beside the numbers they are not in."""
    storage = made(parted_strategy())
    metadata = metadata_of(storage)
    day = metadata["daily_summaries"][-1] | {"status": "failed", "reason": "a node broke", "has_data": False}
    metadata["daily_summaries"][-1] = day
    storage.put_metadata(KEY, encode_metadata(metadata))
    assert f"FAILED DAYS: {day['date']} could not be run" in exported(storage, wanted_of("html"))[1].decode()
    assert table(storage, wanted_of("csv", "days"))[-1]["reason"] == "a node broke"


# What is refused.


def test_a_day_that_does_not_add_up_is_refused() -> None:
    """A number that somebody changed is in no export."""
    storage = made(small_strategy())
    day: Any = decode_day(storage.day(KEY, DAYS[0]) or b"")
    day["trades"][0]["pnl"] += 1
    storage.put_day(KEY, DAYS[0], encode_day(day))
    with pytest.raises(StorageError, match="do not add up to its profit"):
        exported(storage, wanted_of("csv"))


def test_a_run_that_does_not_add_up_is_refused() -> None:
    """A whole run's trades are the metadata's, or it is not exported."""
    storage = made(small_strategy())
    metadata = metadata_of(storage)
    metadata["overall_summary"]["total_pnl"] += 1
    storage.put_metadata(KEY, encode_metadata(metadata))
    with pytest.raises(StorageError, match="do not add up to the run's totals"):
        exported(storage, wanted_of("csv"))


def test_another_run_in_its_place_is_noticed() -> None:
    """Days of two runs are never in one file."""
    storage = made(small_strategy())

    def replaced(_: int) -> None:
        storage.put_metadata(KEY, encode_metadata(metadata_of(storage) | {"job_id": "bt_another"}))

    with pytest.raises(BusyError, match="another run took its place"):
        list(Source(storage, KEY, wanted_of("csv"), replaced).days())


def test_more_rows_than_a_sheet_has_are_refused(parted: MemoryStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    """By name, with what would be right."""
    monkeypatch.setattr(excel_file, "MOST_ROWS", 3)
    with pytest.raises(UsageError, match=r"no room for them .*csv or parquet"):
        exported(parted, wanted_of("xlsx"))


# The same bytes, the docs, the curve.


@pytest.mark.parametrize("kind", FORMATS)
def test_the_same_run_gives_the_same_bytes(parted: MemoryStorage, kind: str) -> None:
    """Whenever it is exported."""
    assert exported(parted, wanted_of(kind))[1] == exported(parted, wanted_of(kind))[1]


def test_a_day_without_trades_is_a_row_and_no_trade(parted: MemoryStorage) -> None:
    """Nothing was listed that day: it is told, with zeros that are counts and no share of nothing."""
    day = next(row for row in table(parted, wanted_of("csv", "days")) if row["date"] == WITHOUT_OPTIONS.isoformat())
    assert (day["status"], day["positions"], day["win_rate"]) == ("no_trades", "0", "")
    rows = trades_in(parted, "csv")
    assert WITHOUT_OPTIONS.isoformat() not in {row["date"] for row in rows}


def test_every_column_is_documented() -> None:
    """``docs/export.md`` has every column of both tables, in order, with its kind, unit and meaning."""
    rows = [line for line in DOCS.read_text("utf-8").splitlines() if line.startswith("| `")]
    columns = (*trade_columns(), *day_columns())
    expected = [f"| `{each.name}` | {each.kind} | {each.unit} | {each.text} |" for each in columns]
    assert [row for row in rows if row.count("|") == 5] == expected


def test_the_curve_is_inside_its_frame() -> None:
    """Whatever the amounts, lines and ticks are drawn where they can be seen; of one point there is no line."""
    assert curve_of([Point("a", 1, 1)]) is None
    for top in (0, 1, 99, 12_345_678_900):
        curve = curve_of([Point("a", top, -top), Point("b", -top // 2, 0)])
        assert curve is not None
        for x, y in (map(float, each.split(",")) for each in f"{curve.gross} {curve.net}".split()):
            assert 0 <= x <= curve.width
            assert 0 <= y <= curve.height
        assert 2 <= len(curve.ticks) <= 9
