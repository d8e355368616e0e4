"""``strikebook show``: what a run came to, from the calendar down to one position's reasons."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from strikebook.cli.settings_reader import DEFAULT_RESULTS, Results
from strikebook.cli.texts import make_console
from strikebook.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from strikebook.storage.backtest_storage import BacktestStorage


def show(
    user: Annotated[str, typer.Argument(help="Whose run.", show_default=False)],
    strategy: Annotated[str, typer.Argument(help="The strategy's id.", show_default=False)],
    day: Annotated[str | None, typer.Argument(help="A day, DD-MM-YYYY or YYYY-MM-DD.", show_default=False)] = None,
    position: Annotated[
        int | None, typer.Option(min=1, help="A position of the day by its number in the table.", show_default=False)
    ] = None,
    why: Annotated[
        str | None,
        typer.Option(metavar="NODE", help="A signal: why it did not fire, or how it did.", show_default=False),
    ] = None,
    results: Results = DEFAULT_RESULTS,
    json: Annotated[bool, typer.Option("--json", help="Print the stored document, or the part asked for.")] = False,  # noqa: FBT002
) -> None:
    """Show a run: its calendar of profit, a day, a position with its reasons, a signal that did not fire.

    \b
    strikebook show me 5708424d-5962-4629-978c-05b3a174e104
    strikebook show me 5708424d-5962-4629-978c-05b3a174e104 01-10-2024
    strikebook show me 5708424d-5962-4629-978c-05b3a174e104 01-10-2024 --position 1
    strikebook show me 5708424d-5962-4629-978c-05b3a174e104 01-10-2024 --why entry-condition-1
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    from strikebook.cli.calendar_view import print_calendar  # noqa: PLC0415 — only what this view needs
    from strikebook.cli.day_view import print_day  # noqa: PLC0415
    from strikebook.cli.position_view import position_of, print_position  # noqa: PLC0415
    from strikebook.cli.why_view import print_why, signal_of  # noqa: PLC0415
    from strikebook.service.results import read_day, read_run  # noqa: PLC0415
    from strikebook.service.stored_days import as_documented  # noqa: PLC0415
    from strikebook.storage.codec import encode_metadata  # noqa: PLC0415
    from strikebook.storage.folder_storage import FolderStorage  # noqa: PLC0415
    from strikebook.storage.layout import RunKey, parse_day  # noqa: PLC0415

    if day is None and (position is not None or why is not None):
        raise UsageError("no day", where="--position and --why", right="a day before them, such as 01-10-2024")
    if position is not None and why is not None:
        raise UsageError("both --position and --why", right="one of them")
    storage, key = FolderStorage(results), RunKey(user, strategy)
    chosen = None if day is None else parse_day(day)
    console = make_console()
    with as_documented(f"{storage.place}: {key}"), _users_named(storage, user):
        document = read_run(storage, key) if chosen is None else read_day(storage, key, chosen)
        if json:
            part = document if position is None else position_of(document, position)
            sys.stdout.buffer.write(encode_metadata(part if why is None else signal_of(document, why)))
        elif day is None:
            print_calendar(console, document)
        elif position is not None:
            print_position(console, document, position)
        elif why is not None:
            print_why(console, document, why)
        else:
            print_day(console, document)


@contextmanager
def _users_named(storage: BacktestStorage, user: str) -> Iterator[None]:
    """Say whose results there are where this user has none: the folder's owner may know, unlike the API's users."""
    try:
        yield
    except NotFoundError as error:
        others = ", ".join(storage.users())
        if storage.runs(user) or not others:
            raise
        raise NotFoundError(error.what, where=error.where, right=f"users with results: {others}") from None
