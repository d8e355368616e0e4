"""Who says how long results live and what they may take, in which order, and what is refused."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from strikebook.errors import StorageError, UsageError
from strikebook.storage.keeping import (
    Keeping,
    UserLimits,
    checked_limits,
    encode_limits,
    read_limits,
    refuse_longer,
)

SERVER = Keeping(timedelta(hours=12), timedelta(hours=100), 5_000_000)


def hours(keeping: Keeping, asked: str | None = None) -> tuple[float, str]:
    lives, whose = keeping.of_run(None if asked is None else Decimal(asked))
    return lives.total_seconds() / 3600, whose


def test_the_run_goes_before_its_user_and_the_user_before_the_server() -> None:
    """Each says who it was; a quota of a user goes before the server's, and 0 is none at all."""
    user = SERVER.for_user(UserLimits(ttl_hours=48, quota_mb=0.5))
    assert hours(SERVER) == (12, "server")
    assert hours(user) == (48, "user")
    assert hours(user, "3.5") == (3.5, "run")
    assert (SERVER.for_user(UserLimits()), user.quota_bytes) == (SERVER, 500_000)
    assert SERVER.for_user(UserLimits(quota_mb=0)).quota_bytes is None
    assert SERVER.for_user(UserLimits(quota_mb=1e-9)).quota_bytes == 1


@pytest.mark.parametrize(
    ("limits", "longest"),
    [
        (UserLimits(), 100),
        (UserLimits(ttl_hours=300), 300),
        (UserLimits(longest_ttl_hours=6), 6),
        (UserLimits(ttl_hours=300, longest_ttl_hours=400), 400),
    ],
)
def test_nothing_lives_longer_than_the_longest(limits: UserLimits, longest: float) -> None:
    """The user's where it was said, else the largest of what holds; it cuts what a run or the server says."""
    keeping = SERVER.for_user(limits)
    assert hours(keeping, "87600") == (longest, "run")
    assert hours(keeping)[0] <= longest
    refuse_longer(keeping, Decimal(longest), "me")
    with pytest.raises(UsageError, match=rf"longer than me may ask for.*at most {longest}"):
        refuse_longer(keeping, Decimal(longest) + Decimal("0.1"), "me")


def test_when_metadata_expires() -> None:
    """By its own option, not at all when it is pinned; one without options is as the server says."""
    at = datetime(2024, 12, 2, 15, 30)  # noqa: DTZ001 — exchange time
    made: dict[str, object] = {"created_at": at.isoformat()}
    assert SERVER.expires_at(made) == at + timedelta(hours=12)
    assert SERVER.expires_at({**made, "options": {"ttl_hours": "default"}}) == at + timedelta(hours=12)
    assert SERVER.expires_at({**made, "options": {"ttl_hours": "30"}}) == at + timedelta(hours=30)
    assert SERVER.expires_at({**made, "options": {"ttl_hours": "30"}, "pinned": True}) is None
    for wrong in ("soon", "-1", "nan", "1e9", None):
        with pytest.raises(ValueError, match="ttl_hours"):
            SERVER.expires_at({**made, "options": {"ttl_hours": wrong}})


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"ttl": 1}, "ttl"),
        ({"ttl_hours": 0}, "ttl_hours"),
        ({"ttl_hours": "12"}, "ttl_hours"),
        ({"ttl_hours": True}, "ttl_hours"),
        ({"ttl_hours": float("nan")}, "ttl_hours"),
        ({"longest_ttl_hours": 87_601}, "longest_ttl_hours"),
        ({"quota_mb": -1}, "quota_mb"),
        ({"ttl_hours": 10, "longest_ttl_hours": 9}, "ttl_hours"),
        ([], "limits"),
    ],
)
def test_limits_that_make_no_sense_are_refused_by_name(values: object, where: str) -> None:
    """The name stands in the error, with what would be right; a stored file that says so is damaged."""
    with pytest.raises(UsageError) as refused:
        checked_limits(values)
    assert refused.value.where == where
    assert refused.value.right


def test_limits_are_stored_and_read_back() -> None:
    """Nothing stored is nothing said; what is damaged is an error that says how to mend it, never no limits."""
    limits = UserLimits(48, None, 500)
    assert read_limits(encode_limits(limits), "me") == limits
    assert read_limits(None, "me") == UserLimits()
    for damaged in (b"", b"{", b"[]", b'{"quota_mb": "much"}', b"\xff"):
        with pytest.raises(StorageError, match=r"limits of me cannot be read.*limits set me"):
            read_limits(damaged, "me")
