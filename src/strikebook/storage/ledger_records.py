"""The ledger in the day file: positions, their rows, and the orders that never became one."""

from __future__ import annotations

from typing import Literal

from strikebook.model.day_result import (
    Cancellation,
    DayMarks,
    DayResult,
    Event,
    Fill,
    Greeks,
    Life,
    Rejection,
    Trade,
)
from strikebook.model.instrument import OptionContract
from strikebook.money.day_charges import DayCharges
from strikebook.storage.condition_records import trip_record
from strikebook.storage.evidence_records import Evidence
from strikebook.storage.stamps import Stamps
from strikebook.storage.summary import Totals, cost_record, rupees

Document = dict[str, object]

_FILL_FIELDS = ("price", "time", "sent_time", "market_price", "price_age_s", "slippage", "limit_price")
_FILL_KEYS = {name: tuple(f"{name}_{field}" for field in _FILL_FIELDS) for name in ("entry", "exit")}
NO_CONDITION = "no condition"


def _without_condition(event: Event | None) -> str:
    """What is said of an entry that no condition asked for: what its event noted, where that is not the bare order."""
    again = event is not None and event.note.startswith("opened again")
    return f"{NO_CONDITION}: {event.note}" if event is not None and again else NO_CONDITION


class Ledger:
    """A day's ledger as records, each position with its reasons."""

    def __init__(self, result: DayResult, charges: DayCharges, stamps: Stamps, evidence: Evidence) -> None:
        self._result = result
        self._charges = charges
        self._stamps = stamps
        self._evidence = evidence
        self._fills: dict[tuple[int, str], Document] = {}
        self._costs: dict[str, Document] = {}
        self._opened_by = {(life.vpi, life.position_num): life.entry_event_id for life in result.lives}

    def position(self, life: Life) -> Document:
        """A life under the brief's names; ``exit_*`` are the closing row's, ``pnl`` the fold of all its rows."""
        contract, entry, evidence = life.contract, life.entry, self._evidence
        last = life.trades[-1] if life.closed and life.trades else None
        opened_by = evidence.deciding(life.entry_event_id)
        return {
            "position_id": life.entry_node_id,
            "position_num": life.position_num,
            "re_entry_num": life.re_entry_num,
            "vpi": life.vpi,
            "trade_id": f"{life.vpi}-r{life.re_entry_num}",
            "status": "CLOSED" if life.closed else "OPEN",
            "symbol": contract.symbol,
            "strike": _strike(contract),
            "option_type": contract.option_type,
            "expiry": contract.expiry.isoformat(),
            "expiry_code": life.expiry_code,
            "strike_code": life.strike_code,
            "choice_reason": life.chosen,
            "side": life.side,
            "quantity": life.units,
            "lots": life.lots,
            "lot_size": life.lot_size,
            **self._fill("entry", entry, buying=life.side == "BUY"),
            **self._fill("exit", None if last is None else last.exit, buying=life.side == "SELL"),
            "pnl": rupees(life.pnl_paise),
            **self._cost_of(life),
            **({} if life.closed else {"unrealized_pnl": self._unrealized(life)}),
            "exit_reason": None if last is None else last.exit_reason,
            "exit_node_id": None if last is None else last.exit_node_id,
            "mfe": rupees(life.excursion.most_paise),
            "mae": rupees(life.excursion.least_paise),
            "entry_greeks": _greeks(life.entry_greeks),
            "exit_greeks": None if last is None else _greeks(self._result.exit_greeks.get(last.trade_id)),
            "nifty_spot_at_entry": _rupees(entry.underlying_paise),
            "nifty_spot_at_exit": None if last is None else _rupees(last.exit.underlying_paise),
            "parts": self._parts(life),
            "entry_flow_ids": evidence.flow(life.entry_event_id),
            "exit_flow_ids": [] if last is None else evidence.flow(last.exit_event_id),
            "diagnostic_data": None if opened_by is None else evidence.diagnostic(opened_by),
            "condition_preview": evidence.preview(opened_by, _without_condition(opened_by)),
            "entry_trigger": None if life.entry_trip is None else trip_record(life.entry_trip),
            **self._closing(last),
            "node_variables": evidence.variables(life.entry_event_id),
        }

    def trades(self) -> list[Document]:
        """The ledger's rows in the order they were closed, with the running total."""
        rows = []
        total = 0
        for trade in self._result.trades:
            total += trade.pnl_paise
            rows.append(self.trade(trade) | {"cumulative_pnl": rupees(total)})
        return rows

    def trade(self, trade: Trade) -> Document:
        """A row of the ledger."""
        return {
            "trade_id": trade.trade_id,
            "vpi": trade.vpi,
            "position_num": trade.position_num,
            "part": trade.part,
            "symbol": trade.contract.symbol,
            "side": trade.side,
            "quantity": trade.units,
            "lots": trade.lots,
            "lot_size": trade.lot_size,
            **self._fill("entry", trade.entry, buying=trade.side == "BUY"),
            **self._fill("exit", trade.exit, buying=trade.side == "SELL"),
            "pnl": rupees(trade.pnl_paise),
            **self._cost(trade),
            "exit_reason": trade.exit_reason,
            "exit_node_id": trade.exit_node_id,
            "exit_event_id": trade.exit_event_id,
            "entry_flow_ids": self._evidence.flow(self._opened_by.get((trade.vpi, trade.position_num))),
            "exit_flow_ids": self._evidence.flow(trade.exit_event_id),
        }

    def _cost(self, trade: Trade) -> Document:
        """What a row cost."""
        known = self._costs.get(trade.trade_id)
        if known is None:
            known = self._costs[trade.trade_id] = cost_record(trade.pnl_paise, self._charges.of_rows[trade.trade_id])
        return known

    def _cost_of(self, life: Life) -> Document:
        """What a position cost; one that was closed at once has its row's, built once."""
        if len(life.trades) == 1:
            return self._cost(life.trades[0])
        return cost_record(life.pnl_paise, self._charges.of(life.trades))

    def rejection(self, rejection: Rejection) -> Document:
        """An order that was refused, and why."""
        return self.cancellation(rejection) | {
            "reason": rejection.reason,
            "retried": rejection.retried,
            "event_id": rejection.event_id,
            "detail": rejection.detail,
        }

    def cancellation(self, order: Cancellation | Rejection) -> Document:
        """An order that still waited when the day ended."""
        return {
            "time": self._stamps[order.step],
            "sent_time": self._stamps[order.sent_step],
            "node_id": order.node_id,
            "vpi": order.vpi,
            "order": order.side,
            "symbol": None if order.contract is None else order.contract.symbol,
        }

    def _parts(self, life: Life) -> list[Document]:
        """The rows of a life that was closed in parts, though some of it may still be open; of another, none."""
        in_parts = any(trade.part is not None for trade in life.trades)
        return [self.trade(trade) for trade in life.trades] if in_parts else []

    def _closing(self, last: Trade | None) -> Document:
        """Why the life was closed: the exit's conditions, or the name of what closed it without one."""
        if last is None:
            return {"exit_diagnostic_data": None, "exit_condition_preview": ""}
        decided_by = self._evidence.deciding(last.exit_event_id)
        diagnostic = self._evidence.close_of_day() if decided_by is None else self._evidence.diagnostic(decided_by)
        preview = self._evidence.preview(decided_by, f"{NO_CONDITION}: {last.exit_reason}")
        return {"exit_diagnostic_data": diagnostic, "exit_condition_preview": preview}

    def _unrealized(self, life: Life) -> float | None:
        """An open life's profit at its contract's last price; it is shown and never added to a total."""
        quote = self._result.closing_snapshot.prices.get(life.contract.symbol)
        if quote is None:
            return None
        open_units = life.units - sum(trade.units for trade in life.trades)
        gain = (quote[0] - life.entry.price_paise) * open_units
        return rupees(gain if life.side == "BUY" else -gain)

    def _fill(self, name: Literal["entry", "exit"], fill: Fill | None, *, buying: bool) -> Document:
        """The fields of a fill; a position and its row have the same, built once."""
        if fill is None:
            return dict.fromkeys(_FILL_KEYS[name])
        known = self._fills.get((id(fill), name))
        if known is None:
            step, sent_step, paise, market_paise, age_s, _, limit_paise = fill
            slip = (paise - market_paise if buying else market_paise - paise) / 100
            times = (self._stamps[step], self._stamps[sent_step])
            values = (paise / 100, *times, market_paise / 100, age_s, slip, _rupees(limit_paise))
            known = self._fills[id(fill), name] = dict(zip(_FILL_KEYS[name], values, strict=True))
        return known


def _greeks(greeks: Greeks | None) -> Document | None:
    """Estimates as the file has them, rounded: nobody needs more of an estimate."""
    if greeks is None:
        return None
    return {name: round(value * 1e6) / 1e6 for name, value in zip(Greeks._fields, greeks, strict=True)}


def marks_record(marks: DayMarks, margin_paise: int) -> Document:
    """How far the day's profit went, before charges, and the margin it took."""
    return {
        "margin_estimate": rupees(margin_paise),
        "highest_pnl": rupees(marks.highest_paise),
        "lowest_pnl": rupees(marks.lowest_paise),
        "intraday_drawdown": rupees(marks.drawdown_paise),
        "time_in_market_s": marks.open_steps,
        "session_s": marks.steps,
    }


def summary_record(totals: Totals) -> Document:
    """A day's totals under the brief's names."""
    return {
        "total_positions": totals.positions,
        "closed_positions": totals.closed,
        "open_positions": totals.positions - totals.closed,
        "total_pnl": rupees(totals.pnl_paise),
        **cost_record(totals.pnl_paise, totals.charges),
        "winning_trades": totals.winning,
        "losing_trades": totals.losing,
        "flat_trades": totals.flat,
        "win_rate": totals.win_rate,
        "trades": totals.trades,
        "rejected_orders": totals.rejections,
    }


def _strike(contract: OptionContract) -> int | float:
    whole, fraction = divmod(contract.strike_paise, 100)
    return contract.strike_paise / 100 if fraction else whole


def _rupees(paise: int | None) -> float | None:
    return None if paise is None else rupees(paise)
