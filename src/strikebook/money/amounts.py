"""How amounts of rupees are written: Indian grouping, a sign that needs no colour."""

from __future__ import annotations


def grouped(whole: int) -> str:
    """A whole number in Indian grouping: 1,23,456."""
    digits = str(abs(whole))
    head, tail = digits[:-3], digits[-3:]
    while head:
        tail = f"{head[-2:]},{tail}"
        head = head[:-2]
    return f"-{tail}" if whole < 0 else tail


def rupees_text(amount: float, *, sign: bool = False) -> str:
    """An amount of rupees: ₹1,23,456.50; with ``sign`` also its plus."""
    paise = round(amount * 100)
    mark = "-" if paise < 0 else "+" if sign and paise > 0 else ""
    whole, fraction = divmod(abs(paise), 100)
    return f"{mark}₹{grouped(whole)}.{fraction:02d}"


def short_rupees_text(amount: float) -> str:
    """An amount with its sign, to the whole rupee (half up), for a calendar: +1,23,457."""
    paise = round(amount * 100)
    whole = grouped((abs(paise) + 50) // 100)
    return f"-{whole}" if paise < 0 else f"+{whole}" if paise > 0 else whole
