"""What days and runs add up to: folds of ledger rows, in whole paise. Nothing else adds profit up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from strikebook.money.charges import Charges

if TYPE_CHECKING:
    from strikebook.model.day_result import DayResult  # loads numpy; who only adds totals need not have it
    from strikebook.money.day_charges import DayCharges


@dataclass(frozen=True, slots=True)
class Totals:
    """A fold of trades: ``pnl_paise`` of all ledger rows; wins, losses and counts per life.

    A life wins or loses when it is closed, by the fold of its rows; an open one is only counted.
    """

    positions: int = 0
    closed: int = 0
    winning: int = 0
    losing: int = 0
    pnl_paise: int = 0
    trades: int = 0
    rejections: int = 0
    charges: Charges = field(default_factory=Charges)

    def __add__(self, other: Totals) -> Totals:
        return Totals(
            self.positions + other.positions,
            self.closed + other.closed,
            self.winning + other.winning,
            self.losing + other.losing,
            self.pnl_paise + other.pnl_paise,
            self.trades + other.trades,
            self.rejections + other.rejections,
            self.charges + other.charges,
        )

    @property
    def net_paise(self) -> int:
        """Profit after charges."""
        return self.pnl_paise - self.charges.total

    @property
    def flat(self) -> int:
        """Closed lives that neither won nor lost."""
        return self.closed - self.winning - self.losing

    @property
    def win_rate(self) -> float:
        """Winning of closed lives, percent, to two decimals (half up); 0.0 without closed ones."""
        if self.closed == 0:
            return 0.0
        return (20_000 * self.winning + self.closed) // (2 * self.closed) / 100


def totals_of_day(result: DayResult, charges: DayCharges) -> Totals:
    """Fold a day's ledger."""
    closed = [life.pnl_paise for life in result.lives if life.closed]
    return Totals(
        positions=len(result.lives),
        closed=len(closed),
        winning=sum(pnl > 0 for pnl in closed),
        losing=sum(pnl < 0 for pnl in closed),
        pnl_paise=sum(trade.pnl_paise for trade in result.trades),
        trades=len(result.trades),
        rejections=len(result.rejections),
        charges=charges.of(result.trades),
    )


def cost_record(pnl_paise: int, charges: Charges) -> dict[str, object]:
    """What stands beside a gross profit, wherever one is told: its charges, line by line, and what is left."""
    return {
        "charges": rupees(charges.total),
        "net_pnl": rupees(pnl_paise - charges.total),
        "charge_lines": {name: paise / 100 for name, paise in charges.lines().items()},
    }


def rupees(paise: int) -> float:
    """Whole paise as the JSON number of rupees that prints with at most two decimals."""
    return paise / 100
