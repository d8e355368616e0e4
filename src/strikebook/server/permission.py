"""Whose things a request may be about: its ids are ids, and its key is that user's, or the administrator's."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from strikebook.server.admission import Admission
from strikebook.server.guard import admission_of, caller_of
from strikebook.server.problems import ProblemError, invalid, problem_of
from strikebook.server.reply import Scope
from strikebook.service.backtests import unknown_job
from strikebook.storage.layout import RunKey, is_id


def permitted_key(scope: Scope, user_id: str, strategy_id: str) -> RunKey:
    """The key of a run that the caller may see. Raises ProblemError for ids that are none, and for another user's."""
    return own_key(admission_of(scope), user_id, strategy_id)


def own_key(admission: Admission, user_id: str, strategy_id: str) -> RunKey:
    """The key of a run that whoever was let in may see. Raises as ``permitted_key``."""
    key = _run_key(user_id, strategy_id)
    _refuse_other(admission, user_id)
    return key


def own_user(scope: Scope, user_id: str | None) -> str | None:
    """Whose things are asked for: the one that is named, else the caller's own, None for all of an admin's."""
    if user_id is None:
        return caller_of(scope).user_id
    refuse_other_user(scope, user_id)
    return user_id


def refuse_other_user(scope: Scope, user_id: str) -> None:
    """Raise ProblemError where the caller may not act for that user."""
    _refuse_other(admission_of(scope), user_id)


def _refuse_other(admission: Admission, user_id: str) -> None:
    if not admission.known_caller.may_act_for(user_id):
        raise ProblemError(403, "this key is another user's", "user_id", "the user whose key it is")


def refuse_others_job(admission: Admission, document: Mapping[str, object]) -> None:
    """Another user's job is as if it were not there: ids of jobs say nothing about users."""
    if not admission.known_caller.may_act_for(str(document["user_id"])):
        raise problem_of(unknown_job(str(document["job_id"])))


@lru_cache(maxsize=1024)
def _run_key(user_id: str, strategy_id: str) -> RunKey:
    wrong = [
        (name, f"{text[:60]!r} cannot be an id")
        for name, text in (("user_id", user_id), ("strategy_id", strategy_id))
        if not is_id(text)
    ]
    if wrong:
        raise invalid(wrong)
    return RunKey(user_id, strategy_id)
