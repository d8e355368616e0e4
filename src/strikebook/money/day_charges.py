"""The charges of a day's ledger, row by row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from strikebook.model.day_result import DayResult, Trade
from strikebook.model.options import RunOptions
from strikebook.money.charge_rates import charge_rates, exchange_of
from strikebook.money.charges import Charges, ClosedLots, charges_of_position


@dataclass(frozen=True, slots=True)
class DayCharges:
    """What each row of a ledger cost, by its id. ``warnings`` name rates that rest on a weak source."""

    of_rows: Mapping[str, Charges]
    warnings: tuple[str, ...] = ()

    def of(self, rows: Iterable[Trade]) -> Charges:
        """The fold of some rows."""
        charges = [self.of_rows[row.trade_id] for row in rows]
        return charges[0] if len(charges) == 1 else sum(charges, Charges())


def charges_of_day(result: DayResult, options: RunOptions) -> DayCharges:
    """Work out every row's charges at the rates that the options ask for.

    Raises MarketDataError where the table of rates does not reach back to the day.
    """
    rows: dict[str, Charges] = {}
    warnings: tuple[str, ...] = ()
    for life in result.lives:
        if not life.trades:
            continue
        rates = charge_rates(exchange_of(life.contract.underlying), result.session.date, options.terms)
        warnings = rates.warnings
        closed = [_closed(trade, life.lots) for trade in life.trades]
        charged = charges_of_position(closed, rates, options.brokerage)
        rows.update(zip((trade.trade_id for trade in life.trades), charged, strict=True))
    return DayCharges(rows, warnings)


def _closed(trade: Trade, entry_lots: int) -> ClosedLots:
    entry, leave = trade.entry.price_paise, trade.exit.price_paise
    settled = trade.exit_reason == "Expiry settlement"
    return ClosedLots(trade.side, trade.lots, trade.lot_size, entry, leave, entry_lots, settled=settled)
