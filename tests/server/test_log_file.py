"""The log of a server: where it goes, that it stays within its bounds, that nothing takes its folder for a user's."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import orjson
import pytest

from strikebook.server.access_log import OLDER_FILES, ServerLog
from strikebook.settings import NO_LOG, Settings
from strikebook.storage.folder_storage import FolderStorage
from strikebook.storage.retention import clean_up

NEVER = datetime(9999, 1, 1)  # noqa: DTZ001 — exchange time
LOGGER = logging.getLogger("strikebook.test")


@contextmanager
def logging_to(target: str, largest_mb: float = 10.0) -> Iterator[ServerLog]:
    """A log that is running, stopped at the end."""
    log = ServerLog(target, largest_mb)
    log.start()
    try:
        yield log
    finally:
        log.stop()
        logging.getLogger("strikebook").propagate = True
        logging.getLogger("uvicorn").propagate = True


def lines(path: Path) -> list[dict[str, object]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def request(number: int) -> tuple[float, str, str, str, int, float, int, None]:
    return (1.7e9, f"r-{number}", "GET", "/health", 200, 1.5, 10, None)


def test_the_log_lies_in_the_results_unless_told() -> None:
    """Without a setting it is .logs/server.jsonl of the results folder, wherever that is."""
    assert Settings(results=Path("other")).log_target == "other/.logs/server.jsonl"
    assert Settings(results=Path("other"), log="here.jsonl").log_target == "here.jsonl"


def test_requests_and_events_are_lines(tmp_path: Path) -> None:
    """Each is one JSON object, with its time and its event."""
    target = tmp_path / "r" / ".logs" / "server.jsonl"
    with logging_to(str(target)) as log:
        log.access(request(1))
        LOGGER.info("began", extra={"job_id": "bt_1"})
    assert [(line["event"], line.get("request_id"), line.get("job_id")) for line in lines(target)] == [
        ("request", "r-1", None),
        ("began", None, "bt_1"),
    ]


def test_a_log_stays_within_its_bounds(tmp_path: Path) -> None:
    """Files are set aside at their size, and no more than three older ones are kept; the newest lines are there."""
    target = tmp_path / "server.jsonl"
    for number in range(40):  # each opens the file again, as after a restart
        with logging_to(str(target), 0.001) as log:
            for _ in range(5):
                log.access(request(number))
    files = sorted(tmp_path.iterdir())
    assert [path.name for path in files if path != target] == [f"server.jsonl.{n + 1}" for n in range(OLDER_FILES)]
    assert all(path.stat().st_size < 2_500 for path in files)
    newest = lines(target) if target.exists() else lines(tmp_path / "server.jsonl.1")
    assert newest[-1]["request_id"] == "r-39"


def test_a_log_can_be_turned_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):
    """With ``off`` nothing is written anywhere, and nothing is kept in memory."""
    monkeypatch.chdir(tmp_path)
    with logging_to(NO_LOG) as log:
        log.access(request(1))
        LOGGER.warning("something")
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr().err == ""
    assert not log._lines


def test_nothing_takes_the_log_for_a_user(tmp_path: Path) -> None:
    """Users, folders, sweep and cleanup pass the log's folder by, even with a folder inside."""
    storage = FolderStorage(tmp_path)
    target = tmp_path / ".logs" / "server.jsonl"
    with logging_to(str(target)) as log:
        log.access(request(1))
    (tmp_path / ".logs" / "old").mkdir()
    (tmp_path / ".logs" / "old" / "metadata.json").write_text("{}")
    assert storage.users() == ()
    assert storage.folders() == ()
    storage.sweep()
    report = clean_up(storage, NEVER, timedelta(hours=1), lambda _: False, timedelta(0))
    assert report.failed == []
    assert len(lines(target)) == 1
    assert (tmp_path / ".logs" / "old" / "metadata.json").exists()
