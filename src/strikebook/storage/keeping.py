"""How long results are kept and how many bytes a user may have: what the server says, what an administrator says for a
user, what a run asks for.

1. Pinned results are kept, whatever else is said.
2. Else a run lives as long as was said of its results since they were made (``ttl_hours`` in metadata.json); else as it
   asked for (its option ``ttl_hours``); else as its user's; else as the server's.
3. Never longer than the longest: the user's, else the largest of the server's and of what holds without asking.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, Literal

import orjson

from strikebook.errors import StorageError, UsageError
from strikebook.model.options import AS_CONFIGURED, LONGEST_TTL_HOURS
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.layout import check_id

BYTES_A_MEGABYTE: Final = 1_000_000
LARGEST_QUOTA_MB: Final = 1_000_000_000
Whose = Literal["run", "user", "server"]
_NAMES: Final = ("ttl_hours", "longest_ttl_hours", "quota_mb")


@dataclass(frozen=True, slots=True)
class UserLimits:
    """What an administrator says for a user; None is what the server says. A quota of 0 is none at all."""

    ttl_hours: float | None = None
    longest_ttl_hours: float | None = None
    quota_mb: float | None = None

    def as_document(self) -> dict[str, float | None]:
        """The limits as they are stored and told."""
        return {
            "ttl_hours": self.ttl_hours,
            "longest_ttl_hours": self.longest_ttl_hours,
            "quota_mb": self.quota_mb,
        }


@dataclass(frozen=True, slots=True)
class Keeping:
    """What holds for the results of a user: the server's defaults, or what ``for_user`` makes of them."""

    time_to_live: timedelta = timedelta(hours=12)
    longest: timedelta = timedelta(hours=168)
    quota_bytes: int | None = None
    whose: Whose = "server"

    def for_user(self, limits: UserLimits) -> Keeping:
        """What holds for a user of whom an administrator says this."""
        own = self
        if limits.ttl_hours is not None:
            own = replace(own, time_to_live=timedelta(hours=limits.ttl_hours), whose="user")
        longest = max(own.longest, own.time_to_live)
        if limits.longest_ttl_hours is not None:
            longest = timedelta(hours=limits.longest_ttl_hours)
        quota = own.quota_bytes
        if limits.quota_mb is not None:
            quota = quota_of(limits.quota_mb)
        return replace(own, longest=longest, quota_bytes=quota)

    def of_run(self, asked: Decimal | None) -> tuple[timedelta, Whose]:
        """How long a run lives that asks for so many hours (None: for nothing), and who says so."""
        if asked is None:
            return min(self.time_to_live, self.longest), self.whose
        return min(timedelta(hours=float(asked)), self.longest), "run"

    def expires_at(self, metadata: Mapping[str, object]) -> datetime | None:
        """When the results of that metadata expire; None where they are pinned. Raises ValueError or KeyError."""
        created_at = datetime.fromisoformat(str(metadata["created_at"]))
        return None if is_pinned(metadata) else created_at + self.of_run(asked_hours(metadata))[0]


SERVER_DEFAULTS: Final = Keeping()


def quota_of(megabytes: float) -> int | None:
    """The bytes of a quota, at least one; None for 0, which is no limit."""
    return max(1, round(megabytes * BYTES_A_MEGABYTE)) if megabytes else None


def keeping_of(storage: BacktestStorage, server: Keeping, user_id: str) -> Keeping:
    """What holds for a user by now. Raises StorageError where that user's limits cannot be read."""
    return server.for_user(read_limits(storage.limits(user_id), user_id))


def read_limits(content: bytes | None, user_id: str) -> UserLimits:
    """A user's limits as they are stored. Raises StorageError for what is damaged: nothing is deleted by a guess."""
    if content is None:
        return UserLimits()
    try:
        return checked_limits(orjson.loads(content))
    except (orjson.JSONDecodeError, UsageError) as error:
        raise StorageError(
            f"the limits of {user_id} cannot be read: {error}",
            where=f".limits/{user_id}.json",
            right=f"set them again: strikebook limits set {user_id}, or remove them",
        ) from None


def checked_limits(values: object) -> UserLimits:
    """Limits by name. Raises UsageError for an unknown name, a value that makes no sense, or two that disagree."""
    if not isinstance(values, Mapping):
        raise UsageError("limits that are no object", where="limits", right=", ".join(_NAMES))
    for name in values:
        if name not in _NAMES:
            raise UsageError(f"unknown limit {str(name)[:40]!r}", where=str(name)[:40], right=", ".join(_NAMES))
    limits = UserLimits(
        _number("ttl_hours", values.get("ttl_hours"), LONGEST_TTL_HOURS),
        _number("longest_ttl_hours", values.get("longest_ttl_hours"), LONGEST_TTL_HOURS),
        _number("quota_mb", values.get("quota_mb"), LARGEST_QUOTA_MB),
    )
    ttl, longest = limits.ttl_hours, limits.longest_ttl_hours
    if ttl is not None and longest is not None and ttl > longest:
        raise UsageError(
            f"ttl_hours {ttl:g} above longest_ttl_hours {longest:g}", where="ttl_hours", right="at most the longest"
        )
    return limits


def encode_limits(limits: UserLimits) -> bytes:
    """A user's limits as they are stored."""
    return orjson.dumps(limits.as_document(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def is_pinned(metadata: Mapping[str, object]) -> bool:
    """Whether results are kept until they are unpinned."""
    return metadata.get("pinned") is True


def said_hours(metadata: Mapping[str, object]) -> float | None:
    """The time to live that was said of results since they were made. Raises ValueError where that is none."""
    said = metadata.get("ttl_hours")
    try:
        return None if said is None else checked_hours(said)
    except UsageError as error:
        raise ValueError(error.what) from None


def checked_hours(value: object) -> float:
    """Hours that results may live. Raises UsageError."""
    hours = _number("ttl_hours", value, LONGEST_TTL_HOURS)
    if hours is None:
        raise UsageError("no ttl_hours", where="ttl_hours", right=f"hours above 0, at most {LONGEST_TTL_HOURS}")
    return hours


def asked_hours(metadata: Mapping[str, object]) -> Decimal | None:
    """The time to live that was said of a run's results, else that it asked for. Raises ValueError where what stands
    there is none.
    """
    said = said_hours(metadata)
    if said is not None:
        return Decimal(str(said))
    options = metadata.get("options")
    told = options.get("ttl_hours", AS_CONFIGURED) if isinstance(options, Mapping) else AS_CONFIGURED
    if told == AS_CONFIGURED:
        return None
    try:
        hours = Decimal(str(told))
        if 0 < hours <= LONGEST_TTL_HOURS:
            return hours
    except ArithmeticError:
        pass
    raise ValueError(f"options.ttl_hours {str(told)[:40]!r}")


def refuse_longer(keeping: Keeping, asked: Decimal | None, user_id: str) -> None:
    """Raise UsageError where a run asks to be kept longer than it may."""
    check_id(user_id, "user_id")
    longest = keeping.longest.total_seconds() / 3600
    if asked is not None and float(asked) > longest:
        raise UsageError(
            f"ttl_hours {asked:f} is longer than {user_id} may ask for",
            where="ttl_hours",
            right=f"at most {longest:g}; or pin the results once they are there",
        )


def _number(name: str, value: object, largest: float) -> float | None:
    if value is None:
        return None
    least = 0 if name == "quota_mb" else 1e-6
    right = f"a number from 0 to {largest}" if name == "quota_mb" else f"hours above 0, at most {largest}"
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= largest:
        raise UsageError(f"{name} {str(value)[:40]!r}", where=name, right=right)
    return float(value)
