"""A first divergence in sentences: the command line and the page say it in the same words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from strikebook.model.session import clock_text

Document = Mapping[str, Any]
_NOT_FIRED: Final = {
    "no_such_signal": "it has no signal of that id with such conditions",
    "at_its_limit": "that signal was at its limit",
    "never_armed": "that signal was never armed with such conditions on that day",
    "not_armed_then": "its conditions would have held, but it was not armed then",
    "not_known": "what its conditions came to then is not recorded",
}
_NOTHING_ELSE: Final = {
    "terms": "The same fills at the same prices and times: only quantities or charges differ.",
    "reasons": "The same fills at the same prices and times: only reasons differ.",
}


def told(found: Document, base: str, other: str) -> list[str]:
    """The sentences of a divergence between two results of these names."""
    names = {"base": base, "other": other}
    sentences = []
    if found["kind"] in _NOTHING_ELSE:
        sentences.append(_NOTHING_ELSE[found["kind"]])
    sentences.append(_first(found, names))
    sentences += _conditions(found, names)
    sentences += _fields(found, names)
    sentences += _positions(found, names)
    sentences += [
        f"Seen there: {each['what']} {_shown(each['base'])} and {_shown(each['other'])}." for each in found["seen"]
    ]
    if not found["same_data"]:
        sentences.append("The market's data of that day is not the same in both.")
    return sentences


def _first(found: Document, names: Mapping[str, str]) -> str:
    when = f"On {found['date']} at {_clock(found['time'])}"
    if found["node_id"] is None:
        return f"{when} they part."
    node = f"{found['node_id']} ({found['label']})" if found["label"] else str(found["node_id"])
    if found["acted"] == "both":
        place = f", {found['vpi']} {found['end']}" if found["vpi"] and found["end"] else ""
        done = ["; ".join(map(_done, found[side]["did"])) for side in ("base", "other")]
        each = "" if done[0] == done[1] else f" {names['base']}: {done[0]}. {names['other']}: {done[1]}."
        return f"{when} both came to {node}{place}.{each}"
    actor, idle = ("base", "other") if found["acted"] == "base" else ("other", "base")
    did = [each for each in found[actor]["did"] if each["node_id"] != found["node_id"]]
    notes = (each["note"] for each in found[actor]["did"] if each["node_id"] == found["node_id"])
    own = "".join(f": {note}" for note in notes if note)
    then = ", then " + "; ".join(map(_done, did)) if did else ""
    others = "; ".join(map(_done, found[idle]["did"]))
    instead = f"at that second it had {others}" if others else "at that second it did nothing"
    return f"{when} {names[actor]} fired {node}{own}{then}; {names[idle]} did not: {instead}."


def _done(did: Document) -> str:
    told_already = did["rejected"] is None or did["rejected"] in did["note"]
    refused = "" if told_already else f" (rejected: {did['rejected']})"
    return f"{did['node_id']}: {did['note'] or 'fired'}{refused}"


def _conditions(found: Document, names: Mapping[str, str]) -> list[str]:
    sentences = []
    for pair in found["conditions"]:
        if pair["differs"]:
            sides = [side for side in ("base", "other") if pair[side] is not None]
            sentences.append("; ".join(f"{names[side]}: {_condition(pair[side])}" for side in sides) + ".")
    idle = names["other"] if found["acted"] == "base" else names["base"]
    if found["not_fired"] in _NOT_FIRED:
        sentences.append(f"{idle}: {_NOT_FIRED[found['not_fired']]}.")
    if found["fired_later_at"] is not None:
        sentences.append(f"{idle} fired it at {_clock(found['fired_later_at'])}.")
    return sentences


def _condition(leaf: Document) -> str:
    clock = leaf["condition_type"] == "time"
    values = f"{_shown(leaf['lhs_value'], clock=clock)} {leaf['operator']} {_shown(leaf['rhs_value'], clock=clock)}"
    held = {True: "held", False: "did not hold", None: "not recorded then"}[leaf["result"]]
    return f"{leaf['text']} was {values}: {held}"


def _fields(found: Document, names: Mapping[str, str]) -> list[str]:
    if not found["fields"]:
        return []
    told_fields = (f"{each['name']} {_shown(each['base'])} and {_shown(each['other'])}" for each in found["fields"])
    return [f"What differs, first in {names['base']}, then in {names['other']}: {', '.join(told_fields)}."]


def _positions(found: Document, names: Mapping[str, str]) -> list[str]:
    return [
        f"{names[side]}: {_position(found[side]['position'])}."
        for side in ("base", "other")
        if found[side]["position"] is not None
    ]


def _position(life: Document) -> str:
    opened = f"{life['vpi']} life {life['position_num']}, {life['side']} {life['quantity']} {life['symbol']}"
    entry = f"in at {_clock(life['entry_time'])} for {life['entry_price']:.2f}"
    if life["exit_time"] is None:
        return f"{opened}, {entry}, still open"
    why = life["exit_condition_preview"] or life["exit_reason"]
    return f"{opened}, {entry}, out at {_clock(life['exit_time'])} for {life['exit_price']:.2f} ({why})"


def _clock(stamp: str) -> str:
    return stamp.partition("T")[2]


def _shown(value: object, *, clock: bool = False) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return " and ".join(_shown(each, clock=clock) for each in value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if clock and value == int(value) and 0 <= value < 86_400:
        return clock_text(int(value))
    return f"{value:.6f}".rstrip("0").rstrip(".")
