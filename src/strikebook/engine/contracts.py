"""Choosing the contract of a leg: from what is listed that day, never by arithmetic."""

from __future__ import annotations

from bisect import bisect_left
from datetime import date

from strikebook.model.instrument import OptionType
from strikebook.strategy.node import OptionChoice


def choose_expiry(listed: tuple[date, ...], choice: OptionChoice, day: date) -> date | None:
    """Return the expiry of a code among the listed ones on or after ``day``; None where there is none.

    ``Wn``: the nth, from 0. ``Mn``, ``Qn``, ``Yn``: the last one of the nth month, quarter or year that has any.
    ``Da-b``: the nearest one that is a to b calendar days away.
    """
    ahead = [expiry for expiry in listed if expiry >= day]
    if choice.expiry_unit == "D":
        near = (expiry for expiry in ahead if choice.expiry_number <= (expiry - day).days <= choice.expiry_most)
        return next(near, None)
    if choice.expiry_unit != "W":
        ahead = list({_period(expiry, choice.expiry_unit): expiry for expiry in ahead}.values())
    return ahead[choice.expiry_number] if choice.expiry_number < len(ahead) else None


def _period(expiry: date, unit: str) -> tuple[int, int]:
    if unit == "M":
        return (expiry.year, expiry.month)
    return (expiry.year, (expiry.month - 1) // 3 if unit == "Q" else 0)


def at_the_money(strikes: tuple[int, ...], spot_paise: int) -> int:
    """Return the position of the strike nearest to spot in an ascending list; the higher one on a tie."""
    above = bisect_left(strikes, spot_paise)
    if above == 0:
        return 0
    if above == len(strikes) or spot_paise - strikes[above - 1] < strikes[above] - spot_paise:
        return above - 1
    return above


def choose_strike(strikes: tuple[int, ...], spot_paise: int, otm_steps: int, option_type: OptionType) -> int | None:
    """Return the listed strike so many steps out of the money (upwards for a call, downwards for a put)."""
    if not strikes:
        return None
    return _further(strikes, at_the_money(strikes, spot_paise), otm_steps, option_type)


def steps_from(strikes: tuple[int, ...], strike_paise: int, otm_steps: int, option_type: OptionType) -> int | None:
    """Return the listed strike so many steps further out of the money than another; None where that is not listed."""
    if strike_paise not in strikes:
        return None
    return _further(strikes, strikes.index(strike_paise), otm_steps, option_type)


def _further(strikes: tuple[int, ...], at: int, otm_steps: int, option_type: OptionType) -> int | None:
    at += otm_steps if option_type == "CE" else -otm_steps
    return strikes[at] if 0 <= at < len(strikes) else None
