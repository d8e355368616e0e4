"""``strikebook openapi``: the OpenAPI document, for whoever generates a client from it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def openapi(
    out: Annotated[Path | None, typer.Option(help="The file to write.", show_default="the standard output")] = None,
) -> None:
    """Print the OpenAPI document of the server: every endpoint, every shape, with examples.

    \b
    strikebook openapi > openapi.json
    strikebook openapi --out openapi.json

    A running server has the same document at /openapi.json, and a page that shows it at /docs.
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    import orjson  # noqa: PLC0415 — the server's parts, only for this command

    from strikebook.atomic_file import write_file  # noqa: PLC0415
    from strikebook.cli.settings_reader import read_settings  # noqa: PLC0415
    from strikebook.server.app import create_api  # noqa: PLC0415
    from strikebook.server.event_feed import EventFeed  # noqa: PLC0415
    from strikebook.server.hot_reads import HotReads  # noqa: PLC0415
    from strikebook.server.keys import FILE_NAME, Keys  # noqa: PLC0415
    from strikebook.server.metrics import Metrics  # noqa: PLC0415
    from strikebook.server.openapi import openapi_document  # noqa: PLC0415
    from strikebook.server.stored_bytes import StoredBytes  # noqa: PLC0415
    from strikebook.service.assemble import build_blank  # noqa: PLC0415

    settings = read_settings({})
    backtests = build_blank(settings)
    feed = EventFeed(backtests.job_events)
    reads = HotReads(backtests, StoredBytes(backtests.storage, 0))
    api = create_api(backtests, reads, Keys(Path(FILE_NAME)), feed, Metrics(backtests, feed.readers))
    document = openapi_document(api, key_needed=False)
    content = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    if out is None:
        sys.stdout.buffer.write(content)
    else:
        write_file(out.absolute(), content)
