"""What a run counts towards its user's quota: each byte that is stored, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from strikebook.service.space import Space
from strikebook.storage.folder_storage import FolderStorage
from strikebook.storage.keeping import SERVER_DEFAULTS
from strikebook.storage.layout import RunKey

KEY = RunKey("user_123", "one")
STRATEGY, METADATA = b"s" * 300, b"m" * 500


def space(folder: Path, quota_bytes: int) -> Space:
    """A run that has begun: its strategy and its first metadata are stored."""
    storage = FolderStorage(folder)
    storage.begin(KEY, STRATEGY, METADATA)
    return Space(storage, KEY, replace(SERVER_DEFAULTS, quota_bytes=quota_bytes), len(STRATEGY))


def test_a_day_that_is_stored_before_it_has_come_in_counts_once(tmp_path: Path) -> None:
    """300 bytes of strategy, 700 of metadata, a day of 1,000: room in 2,000 bytes, though its file was there before the
    metadata was stored; the next day is one too many.
    """
    one = space(tmp_path, 2000)
    FolderStorage(tmp_path).put_day(KEY, date(2024, 10, 1), b"d" * 1000)
    one.put_metadata(b"m" * 700)
    assert one.refused(1000) is None
    assert "user_123" in str(one.refused(1))


def test_what_stands_beside_the_days_counts_from_the_beginning(tmp_path: Path) -> None:
    """800 bytes are there before the first day: one of 200 has room in 1,000 bytes, one of 201 has not."""
    assert space(tmp_path / "a", 1000).refused(200) is None
    assert space(tmp_path / "b", 1000).refused(201) is not None
