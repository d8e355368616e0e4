"""Settings as a command gets them: its options, then the environment, then the defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from strikebook.errors import UsageError

if TYPE_CHECKING:
    from strikebook.settings import Settings


def read_settings(given: Mapping[str, object]) -> Settings:
    """The settings; None in ``given`` is not given. Raises UsageError that names a setting which makes no sense."""
    from pydantic import ValidationError  # noqa: PLC0415 — a third of a second, only for the server's commands

    from strikebook.settings import Settings  # noqa: PLC0415

    try:
        chosen: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        return Settings(**chosen)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        raise UsageError(
            f"{name} {first.get('input')!r}: {first['msg']}",
            where=f"--{name.replace('_', '-')} or STRIKEBOOK_{name.upper()}",
            right="docs/settings.md has every setting",
        ) from None
