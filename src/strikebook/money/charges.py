"""The charges of a closed trade, line by line, in whole paise.

A trade is two executed orders. Every line is worked out exactly; the lines' sum is rounded once, half up, to whole
paise; what each line loses by being whole is given back to those that lost most, so that the lines add up to the sum.
A contract note rounds the day's transaction tax to a whole rupee; here a trade keeps its paise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Literal, NamedTuple

from strikebook.model.brokerage import Brokerage
from strikebook.money.charge_rates import SCALE, ChargeRates

_EXACT = SCALE * SCALE
"""Amounts are whole parts of a paisa, this many to one: a rate is applied twice, for the tax on charges."""


@dataclass(frozen=True, slots=True)
class Charges:
    """The lines of a contract note, each in whole paise. ``stt`` is the securities transaction tax, ``gst`` the tax on
    brokerage, exchange and SEBI charges.
    """

    brokerage: int = 0
    stt: int = 0
    exchange: int = 0
    sebi: int = 0
    stamp: int = 0
    gst: int = 0

    @property
    def total(self) -> int:
        """The sum of the lines."""
        return self.brokerage + self.stt + self.exchange + self.sebi + self.stamp + self.gst

    def __add__(self, other: Charges) -> Charges:
        return Charges(
            self.brokerage + other.brokerage,
            self.stt + other.stt,
            self.exchange + other.exchange,
            self.sebi + other.sebi,
            self.stamp + other.stamp,
            self.gst + other.gst,
        )

    def lines(self) -> dict[str, int]:
        """Each line by its name, in the order of a contract note."""
        return {
            "brokerage": self.brokerage,
            "stt": self.stt,
            "exchange": self.exchange,
            "sebi": self.sebi,
            "stamp": self.stamp,
            "gst": self.gst,
        }

    @staticmethod
    def of_lines(paise: Mapping[str, int]) -> Charges:
        """The charges of lines by name."""
        return Charges(**{name: paise[name] for name in LINES})


LINES = tuple(field.name for field in fields(Charges))


class ClosedLots(NamedTuple):
    """What charges depend on: lots of a position that were bought and sold again, prices in paise.

    ``entry_lots``: of the order that opened the position; ``lots_before``: how many of them were closed before these.
    ``settled``: they were not sold or bought again but settled at ``exit_paise``, their intrinsic value.
    """

    side: Literal["BUY", "SELL"]
    lots: int
    lot_size: int
    entry_paise: int
    exit_paise: int
    entry_lots: int
    lots_before: int = 0
    settled: bool = False


def charges_of_position(rows: Iterable[ClosedLots], rates: ChargeRates, brokerage: Brokerage) -> Iterator[Charges]:
    """The charges of each row of one position, in the order in which they were closed (``lots_before`` follows)."""
    before = 0
    for row in rows:
        yield charges_of(row if row.lots_before == before else row._replace(lots_before=before), rates, brokerage)
        before += row.lots


def charges_of(closed: ClosedLots, rates: ChargeRates, brokerage: Brokerage) -> Charges:
    """The charges of the lots' two orders.

    The order that opened the position is one order however it is closed: its brokerage is shared among the parts by
    lots, so that the parts add up to it. A settlement is no order: it costs a long position the tax on its exercise,
    a short one nothing.
    """
    units = closed.lots * closed.lot_size
    entry, leave = closed.entry_paise * units, closed.exit_paise * units
    bought, sold = (entry, leave) if closed.side == "BUY" else (leave, entry)
    opened = _brokerage(brokerage, closed.entry_lots, closed.entry_paise * closed.entry_lots * closed.lot_size)
    after = closed.lots_before + closed.lots
    share = opened * after // closed.entry_lots - opened * closed.lots_before // closed.entry_lots
    fee, tax = share, 0
    if closed.settled:
        tax = _of(leave, rates.stt_exercise) if closed.side == "BUY" else 0
        bought, sold = (entry, 0) if closed.side == "BUY" else (0, entry)
    else:
        fee += _brokerage(brokerage, closed.lots, leave)
    exchange = _of(bought + sold, rates.exchange)
    sebi = _of(bought + sold, rates.sebi)
    return _whole(
        {
            "brokerage": fee,
            "stt": _of(sold, rates.stt) + tax,
            "exchange": exchange,
            "sebi": sebi,
            "stamp": _of(bought, rates.stamp),
            "gst": (fee + exchange + sebi) * rates.gst // SCALE,
        }
    )


def _of(paise: int, rate: int) -> int:
    """A rate of an amount, in parts of a paisa."""
    return paise * rate * SCALE


def _brokerage(plan: Brokerage, lots: int, premium_paise: int) -> int:
    """A broker's fee for one order, in parts of a paisa."""
    if plan.kind == "per order":
        return int(plan.amount * 100 * _EXACT)
    if plan.kind == "per lot":
        fee = int(plan.amount * 100 * _EXACT) * lots
    else:
        fee = int(plan.amount * _EXACT) * premium_paise // 100
    return fee if plan.most is None else min(fee, int(plan.most * 100 * _EXACT))


def _whole(exact: dict[str, int]) -> Charges:
    """Lines in whole paise whose sum is the exact sum, rounded half up."""
    total = (2 * sum(exact.values()) + _EXACT) // (2 * _EXACT)
    paise = {name: amount // _EXACT for name, amount in exact.items()}
    lost_most = sorted(LINES, key=lambda name: -(exact[name] % _EXACT))
    for name in lost_most[: total - sum(paise.values())]:
        paise[name] += 1
    return Charges(**paise)
