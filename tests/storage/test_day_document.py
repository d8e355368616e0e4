"""The day file: the brief's shapes, one definition of every total, the same bytes every time."""

import gzip
import json
from dataclasses import replace
from datetime import date

import pytest

from strikebook.errors import StorageError
from strikebook.model.day_result import DayResult, Trade
from strikebook.model.options import RunOptions
from strikebook.money.day_charges import charges_of_day
from strikebook.storage.codec import decode_day, decode_ledger, encode_day
from strikebook.storage.day_document import DayDocuments
from strikebook.storage.ledger_records import Document
from strikebook.storage.round_trips import round_trips
from tests.storage.made_day import DAY, make_result, make_strategy
from tests.storage.shapes import BRIEF_DAY, assert_same_shape


def document_of(result: DayResult, makers: DayDocuments | None = None) -> Document:
    makers = makers or DayDocuments(make_strategy(), RunOptions())
    return makers.document(result, charges_of_day(result, RunOptions()))


def document(positions: int = 3) -> dict[str, object]:
    made = document_of(make_result(positions))
    return decode_day(encode_day(made))


def test_every_field_of_the_brief_is_there() -> None:
    """The brief's example day, field by field, with the types it shows."""
    assert_same_shape(BRIEF_DAY, document())


def test_the_ledger_is_read_without_what_follows() -> None:
    """The members before the events, as they are in the whole day; of a file laid out otherwise, all of it."""
    whole = document()
    ledger = decode_ledger(encode_day(whole))
    assert list(ledger) == ["date", "summary", "positions", "trades"]
    assert ledger == {name: whole[name] for name in ledger}
    turned = dict(reversed(whole.items()))
    assert decode_ledger(encode_day(turned)) == turned
    with pytest.raises(StorageError, match="cut off"):
        decode_ledger(encode_day(whole)[:-1])


def test_round_trips_are_the_same_before_and_after_the_file() -> None:
    """Those of a document that was just made, open positions left out, are those of its file."""
    result = make_result(3)
    opened = replace(result, lives=(result.lives[0]._replace(closed=False), *result.lives[1:]))
    made = document_of(opened)
    found = round_trips(DAY, made)
    assert found == round_trips(DAY, decode_ledger(encode_day(made)))
    assert [trip.gross_paise for trip in found] == [round(life["pnl"] * 100) for life in made["positions"][1:]]
    assert {(trip.held_s, trip.sold_paise) for trip in found} == {(60, 0)}


def test_a_position_reads_as_it_was_made() -> None:
    """Prices encode the leg: the first life enters at 201.05 and leaves one rupee higher."""
    position = document()["positions"][0]
    assert (position["entry_price"], position["exit_price"], position["pnl"]) == (201.05, 202.05, 50.0)
    assert (position["quantity"], position["lots"], position["lot_size"]) == (50, 1, 50)
    assert (position["entry_time"], position["entry_sent_time"]) == ("2024-10-01T09:31:40", "2024-10-01T09:31:39")
    assert (position["trade_id"], position["status"], position["strike"]) == ("entry-3-pos1-r0", "CLOSED", 25050)
    assert (position["entry_slippage"], position["exit_slippage"]) == (0.05, -0.05)
    assert position["entry_flow_ids"] == [
        "exec_start_20241001_091500_1",
        "exec_entry-signal_20241001_093140_1",
        "exec_entry-3_20241001_093140_1",
    ]
    assert position["exit_flow_ids"][-1] == "exec_exit-1_20241001_093240_1"
    assert len(position["exit_flow_ids"]) == 5


def test_a_position_tells_its_reasons() -> None:
    """Conditions carry both values, the sentence and the sentence with values; candles and variables are beside."""
    position = document()["positions"][0]
    reasons = position["diagnostic_data"]
    assert [item["substituted_text"] for item in reasons["conditions_evaluated"]] == [
        "09:18:20 >= 09:17:00",
        "28.123457 < 30",
        "25065.8 > 25000",
        "25065.8 crosses_above 25100",
    ]
    assert reasons["conditions_evaluated"][3]["lhs_previous"] == 25060.0
    assert reasons["condition_tree"] == {"logic": "AND", "items": [0, 1, {"logic": "OR", "items": [2, 3]}]}
    assert reasons["substituted_text"] == (
        "09:18:20 >= 09:17:00 AND 28.123457 < 30 AND (25065.8 > 25000 OR 25065.8 crosses_above 25100)"
    )
    candles = reasons["candle_data"]["NIFTY"]
    assert candles["timeframe"] == "1m"
    assert candles["timeframes"]["1m"]["previous"]["indicators"] == {"rsi(14,close)": 28.123457, "ema(20,close)": None}
    assert position["node_variables"] == {"entry-signal": {"SignalLow": 25050.2}}


def holds(tree: object, results: list[bool]) -> bool:
    """The decision, from the recorded tree and the leaves' results."""
    if isinstance(tree, int):
        return results[tree]
    assert isinstance(tree, dict)
    parts = [holds(item, results) for item in tree["items"]]
    return all(parts) if tree["logic"] == "AND" else any(parts)


def test_the_decision_follows_from_the_record() -> None:
    """AND and OR over the recorded results give what was decided, for every signal's event."""
    signals = [event["diagnostic_data"] for event in document()["events"]]
    fired = [item for item in signals if item["condition_set"] is not None]
    assert len(fired) == 6
    for item in fired:
        assert holds(item["condition_tree"], [leaf["result"] for leaf in item["conditions_evaluated"]])


def test_totals_are_folds_of_trades() -> None:
    """The summary, the running total and the positions add up to the same paise; wins and losses count lives."""
    day = document(20)
    trades = [round(trade["pnl"] * 100) for trade in day["trades"]]
    positions = [round(position["pnl"] * 100) for position in day["positions"]]
    summary = day["summary"]
    assert isinstance(summary, dict)
    assert sum(trades) == sum(positions) == round(summary["total_pnl"] * 100)
    assert day["trades"][-1]["cumulative_pnl"] == summary["total_pnl"]
    assert (summary["winning_trades"], summary["losing_trades"], summary["flat_trades"]) == (12, 6, 2)
    assert summary["win_rate"] == 60.0


def test_parts_are_listed_and_folded() -> None:
    """A life closed in two parts shows both rows; its profit is their sum, its exit the closing row's."""
    result = make_result(1)
    life = result.lives[0]
    closing = life.trades[0]
    part: Trade = closing._replace(trade_id="entry-3-pos1-r0-x1", part=1, pnl_paise=-7)
    parted = replace(result, lives=(life._replace(trades=(part, closing)),), trades=(part, closing))
    day = document_of(parted)
    position = day["positions"][0]
    assert [row["trade_id"] for row in position["parts"]] == ["entry-3-pos1-r0-x1", "entry-3-pos1-r0"]
    assert position["pnl"] == 49.93
    assert day["summary"]["total_pnl"] == 49.93
    assert day["summary"]["winning_trades"] == 1


def test_an_open_position_is_listed_and_not_added() -> None:
    """An open life has no exit and no profit yet; what it stands at is shown beside."""
    result = make_result(1)
    opened = replace(result, lives=(result.lives[0]._replace(trades=(), closed=False),), trades=())
    day = document_of(opened)
    position = day["positions"][0]
    assert (position["status"], position["exit_price"], position["exit_reason"]) == ("OPEN", None, None)
    assert (position["pnl"], position["unrealized_pnl"]) == (0.0, 2030.0)
    assert day["summary"]["total_pnl"] == 0.0
    assert day["summary"]["win_rate"] == 0.0


def test_an_open_position_of_which_a_part_was_closed_shows_the_part() -> None:
    """One part is closed and no more: it is listed and folded, and the position has no exit yet."""
    result = make_result(1)
    part: Trade = result.trades[0]._replace(trade_id="entry-3-pos1-r0-x1", part=1, pnl_paise=-7)
    opened = replace(result, lives=(result.lives[0]._replace(trades=(part,), closed=False),), trades=(part,))
    position = document_of(opened)["positions"][0]
    assert [row["trade_id"] for row in position["parts"]] == ["entry-3-pos1-r0-x1"]
    assert (position["status"], position["exit_time"], position["exit_flow_ids"]) == ("OPEN", None, [])
    assert position["pnl"] == -0.07


def test_the_close_of_the_day_has_no_condition() -> None:
    """What the close of the day closed says so, with the candles of the close."""
    result = make_result(1)
    trade = result.trades[0]._replace(exit_reason="EOD Square-off", exit_event_id=None, exit_node_id=None)
    closed = replace(result, lives=(result.lives[0]._replace(trades=(trade,)),), trades=(trade,))
    position = document_of(closed)["positions"][0]
    assert position["exit_condition_preview"] == "no condition: EOD Square-off"
    assert position["exit_flow_ids"] == []
    assert position["exit_diagnostic_data"]["conditions_evaluated"] == []
    assert position["exit_diagnostic_data"]["evaluated_at"] == "2024-10-01T15:30:00"
    assert "NIFTY" in position["exit_diagnostic_data"]["candle_data"]


def test_a_signal_tells_why_it_did_not_fire() -> None:
    """Counts per leaf, the last time it held, near misses as runs of times with the leaf, and the total."""
    signal = document()["signals"][0]
    part = signal["sets"][0]
    assert part["leaves"][0]["true_steps"] == 1000
    assert part["leaves"][0]["last_true_at"] == "2024-10-01T14:48:20"
    assert part["leaves"][3]["last_true_at"] is None
    assert part["near_misses"][1] == ["2024-10-01T09:15:50", "2024-10-01T09:15:53", 1]
    assert (signal["near_misses_total"], signal["limit"]) == (200, "maxEntries 9")


def test_equal_days_are_equal_bytes() -> None:
    """Two results made apart give the same bytes; nothing of the clock or the machine is in them."""
    first = encode_day(document_of(make_result(20)))
    makers = DayDocuments(make_strategy(), RunOptions())
    document_of(make_result(5), makers)
    assert encode_day(document_of(make_result(20), makers)) == first
    assert first[4:8] == b"\0\0\0\0"


def test_a_day_can_be_read_without_strikebook() -> None:
    """The file is plain gzip of plain JSON, and at least ten times smaller than it."""
    content = encode_day(document_of(make_result(20)))
    text = gzip.decompress(content)
    assert json.loads(text)["date"] == date(2024, 10, 1).strftime("%d-%m-%Y")
    assert len(text) >= 10 * len(content)


@pytest.mark.parametrize("damage", ["cut", "flip", "no gzip", "no json", "no object"])
def test_a_damaged_day_is_named(damage: str) -> None:
    """A day file that is cut off, altered or something else is an error with its name, never a wrong day."""
    content = encode_day(document())
    damaged = {
        "cut": content[:-9],
        "flip": content[:200] + bytes([content[200] ^ 255]) + content[201:],
        "no gzip": b"{}",
        "no json": gzip.compress(b"{"),
        "no object": gzip.compress(b"[]"),
    }[damage]
    with pytest.raises(StorageError, match=r"^01-10-2024\.json\.gz: "):
        decode_day(damaged, "01-10-2024.json.gz")
