"""A stored run made again: the same bytes are demanded, and what is not the same is named."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from strikebook.backtest_runner import run_backtest
from strikebook.errors import NotFoundError, StorageError
from strikebook.market.memory import MemoryMarket
from strikebook.market.rows import rows_of_ticks
from strikebook.model.prices import Ticks
from strikebook.service.differences import first_difference
from strikebook.service.here_executor import HereExecutor
from strikebook.service.manifest import table_versions
from strikebook.service.verify import verify
from strikebook.storage.codec import decode_day, encode_day
from strikebook.storage.layout import RunKey
from strikebook.storage.memory_storage import MemoryStorage
from tests.service.made_run import DAYS, EXPIRY, STRATEGY_ID, noon, small_day, small_market, small_request

Document = dict[str, Any]


def stored_run() -> tuple[MemoryStorage, RunKey, Document]:
    """Run the small days."""
    storage = MemoryStorage()
    request = small_request(storage)
    return storage, RunKey(request.user_id, STRATEGY_ID), run_backtest(request, lambda _: None, lambda: False, noon)


def verified(storage: MemoryStorage, key: RunKey, market: MemoryMarket | None = None) -> Document:
    """Make the run again in this process."""
    return verify(HereExecutor(), storage, small_market() if market is None else market, key)


def test_a_run_made_again_is_the_same_bytes_and_nothing_stored_changes() -> None:
    """Every day with a file is compared; the files and the metadata stay as they were."""
    storage, key, metadata = stored_run()
    files = storage.metadata(key), [storage.day(key, day) for day in storage.days(key)]
    told: list[tuple[int, int]] = []
    found = verify(HereExecutor(), storage, small_market(), key, lambda done, total: told.append((done, total)))
    assert (found["verified"], found["days_compared"], found["differing"]) == (True, len(DAYS), [])
    assert found["counts"] == {"same": len(DAYS), "different": 0, "data_changed": 0, "missing": 0, "failed": 0}
    assert (found["job_id"], found["tables_changed"]) == (metadata["job_id"], [])
    assert (told[0], told[-1]) == ((0, len(DAYS)), (len(DAYS), len(DAYS)))
    assert (storage.metadata(key), [storage.day(key, day) for day in storage.days(key)]) == files


def test_the_manifest_says_what_the_bytes_follow_from() -> None:
    """Strategy, version, options, market and tables; each day has its data's fingerprint."""
    _, _, metadata = stored_run()
    manifest = metadata["manifest"]
    assert manifest["strategy_hash"] == metadata["strategy_hash"]
    assert manifest["options"] == metadata["options"]
    assert (manifest["market"], manifest["seed"]) == ("memory", None)
    assert manifest["tables"] == table_versions()
    assert {"charge_rates", "expiries", "lot_sizes", "special_days"} <= manifest["tables"].keys()
    assert all(day["fingerprint"] for day in metadata["daily_summaries"] if day["has_data"])


def test_a_profit_that_was_changed_in_a_file_is_found_and_named() -> None:
    """The first place that differs is told with both values; the other days are the same."""
    storage, key, _ = stored_run()
    document: Document = decode_day(storage.day(key, DAYS[1]) or b"")
    document["positions"][0]["pnl"] += 1
    storage.put_day(key, DAYS[1], encode_day(document))
    found = verified(storage, key)
    assert (found["verified"], found["counts"]["same"], found["counts"]["different"]) == (False, 3, 1)
    (day,) = found["differing"]
    assert (day["date"], day["verdict"]) == ("01-10-2024", "different")
    assert day["reason"].startswith("positions[0].pnl: ")


def test_prices_that_are_not_what_they_were_are_told_apart_from_an_engine_that_is_not() -> None:
    """The call costs a rupee more on one day: its data has another fingerprint."""
    storage, key, _ = stored_run()
    dearer = small_day(DAYS[0])
    symbol = f"NIFTY:{EXPIRY}:OPT:25000:CE"
    seconds = np.arange(dearer.session.open_s, dearer.session.close_s + 1, dtype=np.int32)
    rows = {**dearer.rows, symbol: rows_of_ticks(Ticks(seconds, np.full(len(seconds), 101_00, np.int64)))}
    market = MemoryMarket(
        {("NIFTY", day): replace(dearer, rows=rows) if day == DAYS[0] else small_day(day) for day in DAYS}
    )
    (day,) = verified(storage, key, market)["differing"]
    assert (day["date"], day["verdict"]) == ("30-09-2024", "data_changed")
    assert "data of that day" in day["reason"]


def test_a_market_that_lacks_a_day_and_a_damaged_file_are_verdicts_of_those_days() -> None:
    """They hide no other day."""
    storage, key, _ = stored_run()
    storage.put_day(key, DAYS[2], b"torn")
    found = verified(storage, key, small_market(DAYS[:3]))
    assert [(day["date"], day["verdict"]) for day in found["differing"]] == [
        ("03-10-2024", "different"),
        ("04-10-2024", "failed"),
    ]
    assert found["counts"]["same"] == 2


def test_what_is_not_there_cannot_be_verified() -> None:
    """No such run; and a run of another version is refused by name."""
    storage, key, _ = stored_run()
    with pytest.raises(NotFoundError):
        verified(storage, RunKey("nobody", "nothing"))
    storage.put_metadata(key, (storage.metadata(key) or b"").replace(b'"engine_version": "', b'"engine_version": "9'))
    with pytest.raises(StorageError, match="made by version 9"):
        verified(storage, key)


@pytest.mark.parametrize(
    ("stored", "made", "said"),
    [
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}, "a[1].b: 2 stored, 3 now"),
        ({"a": [1]}, {"a": [1, 2]}, "a[1]: nothing stored, 2 now"),
        ({"a": 1}, {}, "a: 1 stored, nothing now"),
        ({}, {"day": str(date(2024, 10, 1))}, "day: nothing stored, 2024-10-01 now"),
        ({"a": 1}, {"a": 1}, "the same document in other bytes"),
    ],
)
def test_the_first_difference_of_two_documents_has_a_path_and_both_values(
    stored: Document, made: Document, said: str
) -> None:
    """In the order of the stored document."""
    assert first_difference(stored, made) == said
