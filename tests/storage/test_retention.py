"""What expires, what stays, and what a cleanup says of what it could not look at."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from strikebook.storage.backtest_storage import BacktestStorage, Cleared
from strikebook.storage.folder_storage import FolderStorage
from strikebook.storage.keeping import Keeping
from strikebook.storage.layout import RunKey
from strikebook.storage.memory_storage import MemoryStorage
from strikebook.storage.retention import CleanupReport, clean_up

NOW = datetime(2024, 12, 2, 15, 30, 45)  # noqa: DTZ001 — exchange time
TTL = timedelta(hours=12)


@pytest.fixture(params=["folder", "memory"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> BacktestStorage:
    members: dict[str, Callable[[], BacktestStorage]] = {
        "folder": lambda: FolderStorage(tmp_path / "results"),
        "memory": MemoryStorage,
    }
    return members[request.param]()


def stored(
    storage: BacktestStorage, name: str, hours_ago: float, *, pinned: bool = False, ttl_hours: str = "default"
) -> RunKey:
    """A run of one day that was created so many hours ago."""
    key = RunKey("user", name)
    created = NOW - timedelta(hours=hours_ago)
    document = {"created_at": created.isoformat(), "expires_at": (created + TTL).isoformat(), "status": "completed"}
    document |= {"pinned": pinned, "options": {"ttl_hours": ttl_hours}}
    storage.begin(key, b"{}", orjson.dumps(document))
    storage.put_day(key, NOW.date(), b"a day")
    return key


def clean(
    storage: BacktestStorage, *running: RunKey, ttl: timedelta = TTL, older_than: timedelta | None = None
) -> CleanupReport:
    return clean_up(storage, NOW, Keeping(ttl), lambda key: key in running, older_than)


def test_what_has_expired_is_cleared_and_nothing_else(storage: BacktestStorage) -> None:
    """Twelve hours to the second are over, a second less are not; the report counts what went."""
    old, due = stored(storage, "old", 13), stored(storage, "due", 12)
    young = stored(storage, "young", 12 - 1 / 3600)
    report = clean(storage)
    assert report.deleted == [due, old]
    assert report.day_files == 2
    assert report.freed_bytes > 0
    assert storage.folders() == (young,)
    assert report.next_expiry == (NOW + timedelta(seconds=1), young)
    assert report.failed == []


def test_a_running_job_is_never_touched(storage: BacktestStorage) -> None:
    """However old its results are, and whatever age is asked for."""
    old = stored(storage, "old", 100)
    assert clean(storage, old, older_than=timedelta(0)).deleted == []
    assert storage.day(old, NOW.date()) == b"a day"


def test_an_age_goes_before_the_expiry(storage: BacktestStorage) -> None:
    """With an age, what was created before it goes, expired or not; what is younger stays even if expired."""
    stored(storage, "a", 3)
    younger = stored(storage, "b", 1)
    report = clean(storage, older_than=timedelta(hours=2))
    assert report.cutoff == NOW - timedelta(hours=2)
    assert storage.folders() == (younger,)
    expired = stored(storage, "c", 20)
    clean(storage, older_than=timedelta(hours=24))
    assert storage.folders() == (younger, expired)


def test_a_change_of_the_time_to_live_moves_the_expiry(storage: BacktestStorage) -> None:
    """What stays says when it will expire now; a second cleanup changes nothing more."""
    key = stored(storage, "a", 3)
    clean(storage, ttl=timedelta(hours=24))
    metadata = storage.metadata(key)
    assert orjson.loads(metadata or b"")["expires_at"] == "2024-12-03T12:30:45"
    stamp = storage.stamp(key, None)
    clean(storage, ttl=timedelta(hours=24))
    assert storage.stamp(key, None) == stamp


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"{}", b'{"created_at": "yesterday"}', b"\xff", None])
def test_a_bad_folder_stops_nothing_and_is_reported(tmp_path: Path, text: bytes | None) -> None:
    """Metadata that is damaged, strange or missing: the folder stays, is named, and the others are cleaned."""
    storage = FolderStorage(tmp_path)
    bad, old = stored(storage, "bad", 100), stored(storage, "old", 100)
    path = tmp_path / "user" / "bad" / "metadata.json"
    path.unlink()
    if text is not None:
        path.write_bytes(text)
    report = clean(storage)
    assert report.deleted == [old]
    assert [where for where, _ in report.failed] == [str(bad)]
    assert storage.day(bad, NOW.date()) == b"a day"


# Who says how long, and what is kept.


def test_pinned_results_stay_and_are_named(storage: BacktestStorage) -> None:
    """However old, also where an age is asked for; only those are named that would have gone."""
    old, young = stored(storage, "old", 100, pinned=True), stored(storage, "young", 1, pinned=True)
    report = clean(storage)
    assert (report.deleted, report.kept, report.next_expiry) == ([], [old], None)
    everything = clean(storage, older_than=timedelta(0))
    assert (everything.deleted, everything.kept) == ([], [old, young])
    assert said(storage, old)["expires_at"] is None
    assert storage.day(old, NOW.date()) == b"a day"


def test_a_user_and_a_run_have_a_time_of_their_own(storage: BacktestStorage) -> None:
    """Each expires by its own; what is said of the user moves what stays."""
    asked, plain = stored(storage, "asked", 13, ttl_hours="30"), stored(storage, "plain", 13)
    short = stored(storage, "short", 2, ttl_hours="1")
    assert clean(storage).deleted == [plain, short]
    plain = stored(storage, "plain", 13)
    storage.change_limits("user", lambda _: b'{"ttl_hours": 14, "longest_ttl_hours": 20}')
    report = clean(storage)
    assert report.deleted == []
    assert report.next_expiry == (NOW + timedelta(hours=1), plain)
    assert said(storage, asked)["expires_at"] == (NOW + timedelta(hours=7)).isoformat()
    storage.change_limits("user", lambda _: None)
    assert clean(storage).deleted == [plain]


def test_limits_that_cannot_be_read_delete_nothing(storage: BacktestStorage) -> None:
    """That user's results stay and are reported; those of others go."""
    kept, gone = stored(storage, "old", 100), RunKey("other", "old")
    storage.begin(gone, b"{}", storage.metadata(kept) or b"")
    storage.change_limits("user", lambda _: b"{")
    report = clean(storage)
    assert report.deleted == [gone]
    assert [where for where, _ in report.failed] == [str(kept)]
    assert "limits of user cannot be read" in report.failed[0][1]


@pytest.mark.parametrize("how", ["pinned", "limits"])
def test_what_is_kept_at_the_last_moment_is_kept(tmp_path: Path, how: str) -> None:
    """A pin, or a longer life, that comes after the cleanup has looked and before it deletes: it looks once more."""

    class Meanwhile(FolderStorage):
        def clear(self, key: RunKey, *more: Any) -> Cleared:
            if how == "limits":
                self.change_limits(key.user_id, lambda _: b'{"ttl_hours": 500}')
            else:
                self.change_metadata(key, lambda text: orjson.dumps({**orjson.loads(text), "pinned": True}))
            return super().clear(key, *more)

    storage = Meanwhile(tmp_path)
    key = stored(storage, "old", 100)
    report = clean(storage)
    assert (report.deleted, report.failed) == ([], [])
    assert storage.day(key, NOW.date()) == b"a day"
    assert report.kept == ([key] if how == "pinned" else [])


def said(storage: BacktestStorage, key: RunKey) -> dict[str, Any]:
    return dict(orjson.loads(storage.metadata(key) or b""))
