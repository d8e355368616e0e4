"""The statistics beside an export: what has no value there says why."""

from __future__ import annotations

from strikebook.storage.codec import encode_metadata
from tests.service.test_export import KEY, book, made, metadata_of


def test_a_figure_that_a_run_ended_without_has_its_reason() -> None:
    """Metadata of an earlier version has fewer figures: the sheet says so, in place of an empty cell."""
    storage = made()
    metadata = metadata_of(storage)
    for part in ("lowest", "percent"):
        del metadata["statistics"]["figures"][f"intraday_drawdown_{part}"]
    del metadata["statistics"]["reasons"]["intraday_drawdown_percent"]
    storage.put_metadata(KEY, encode_metadata(metadata))
    rows = {str(row[0]): [str(cell) for cell in row] for row in book(storage)["statistics"].iter_rows(values_only=True)}
    for title in ("Its lowest, by every second's mark", "Max drawdown, on every second's mark"):
        assert "not told yet when the run ended" in " ".join(rows[title]), rows[title]
    assert "not told yet" not in " ".join(rows["It began on, by every second's mark"])


def test_what_all_trades_come_to_is_not_told_of_some() -> None:
    """The marks of a day are those of all its trades: a choice of them has none, and its drawdown's parts neither."""
    rows = list(book(made(), filters={"side": "BUY"})["statistics"].iter_rows(values_only=True))
    marks = [row for row in rows if "every second's mark" in str(row[0])]
    assert len(marks) == 6
    assert all("of all trades of a day only" in " ".join(map(str, row)) for row in marks)
