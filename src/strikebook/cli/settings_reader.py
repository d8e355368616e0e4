"""Settings as a command gets them: its options, then the environment, then the defaults."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from strikebook.errors import UsageError

if TYPE_CHECKING:
    from strikebook.settings import Settings

_PREFIX: Final = "STRIKEBOOK_"
_OF_COMMANDS: Final = ("STRIKEBOOK_URL", "STRIKEBOOK_KEY", "STRIKEBOOK_SHARED")
"""Variables that are no settings of a server: of the walk through the API, and of the tests on real days."""

Results = Annotated[Path, typer.Option(envvar="STRIKEBOOK_RESULTS", help="The results folder.")]
DEFAULT_RESULTS: Final = Path("backtest_data")


def read_settings(given: Mapping[str, object]) -> Settings:
    """The settings; None in ``given`` is not given. Raises UsageError that names a setting which makes no sense."""
    from pydantic import ValidationError  # noqa: PLC0415 — a quarter of a second, only where settings are read
    from pydantic_settings import SettingsError  # noqa: PLC0415

    from strikebook.settings import Settings  # noqa: PLC0415

    try:
        chosen: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        return Settings(**chosen)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        variable = f"{_PREFIX}{name.upper()}"
        where = f"--{name.replace('_', '-')}" if given.get(name) is not None else variable
        what = first["msg"].removeprefix("Value error, ")
        described = Settings.model_fields[name].description or ""
        raise UsageError(
            what if first["type"] == "value_error" else f"{str(first.get('input'))[:100]!r} cannot be: {what}",
            where=where,
            right=f"{described.rstrip('.')}; docs/settings.md has every setting",
        ) from None
    except SettingsError as error:
        raise UsageError(str(error), where="environment", right="docs/settings.md has every setting") from None


def unknown_variables() -> list[str]:
    """A sentence for each variable that looks like a setting and is none, with the nearest that is one."""
    found = sorted(name for name in os.environ if name.upper().startswith(_PREFIX) and name not in _OF_COMMANDS)
    if not found:
        return []
    from strikebook.settings import Settings  # noqa: PLC0415 — slow to load: only where a variable is set

    known = [name.upper() for name in Settings.model_fields]
    sentences = []
    for name in found:
        own = name.upper().removeprefix(_PREFIX)
        if own not in known:
            nearest = difflib.get_close_matches(own, known, 1, 0.5)
            meant = f"did you mean {_PREFIX}{nearest[0]}?" if nearest else "docs/settings.md has every setting"
            sentences.append(f"{name} is no setting and is ignored ({meant})")
    return sentences
