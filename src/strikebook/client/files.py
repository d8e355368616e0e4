"""An answer that is a file: written whole or not at all, beside its place, under no name that leads elsewhere."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from pathlib import Path

from strikebook.client.exchange import Reply, Request
from strikebook.client.refusals import AnswerError
from strikebook.client.steps import Steps, sent
from strikebook.errors import UsageError


def saved(request: Request, retries: int, to: str | os.PathLike[str], *, replace: bool) -> Steps[Path]:
    """Save the answer as that file, or in that folder under the server's name for it; the file's path.

    Raises UsageError where there is a file already and ``replace`` is False, or there is no such folder.
    """
    place = Path(to)
    folder = place if place.is_dir() else place.parent
    if not folder.is_dir():
        raise UsageError("no such folder", where=str(folder), right="a folder that is there")
    if place.is_file():
        _refuse_existing(place, replace=replace)
    part = folder / f".{secrets.token_hex(8)}.part"
    try:
        with part.open("xb") as file:
            reply = yield from sent(request, retries, file)
            reply.raise_refusal()
        target = folder / _name(reply) if place.is_dir() else place
        _refuse_existing(target, replace=replace)
        part.replace(target)
    finally:
        with contextlib.suppress(FileNotFoundError):
            part.unlink()
    return target


def _refuse_existing(place: Path, *, replace: bool) -> None:
    if place.exists() and not replace:
        raise UsageError("there is a file already", where=str(place), right="another name, or replace=True")


def _name(reply: Reply) -> str:
    found = re.search(
        r'filename="([A-Za-z0-9_@\-][A-Za-z0-9._@\-]{0,250})"', reply.headers.get("content-disposition", "")
    )
    if found is None:
        raise AnswerError(
            "the answer has no name for the file", where=reply.asked, right="a file's name, not a folder's"
        )
    return found[1]
