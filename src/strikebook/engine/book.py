"""The positions of a day and the ledger: one append-only list of trades, of which every total is a fold."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from strikebook.engine.tape import Floats, Tape
from strikebook.model.day_result import Excursion, ExitReason, Fill, Greeks, Life, Trade, Trip
from strikebook.model.instrument import OptionContract
from strikebook.strategy.node import Leg


@dataclass(eq=False)
class OpenLife:
    """A position while it lives, and what remains readable of it afterwards.

    ``why``: of its contract and size. ``begins_round``: no other position of its entry was open when it was opened.
    """

    entry_node_id: str
    leg: Leg
    position_num: int
    contract: OptionContract
    symbol: str
    tape: Tape
    lots: int
    lot_size: int
    entry: Fill
    entry_event_id: str
    lots_open: int
    entry_trip: Trip | None = None
    why: str = ""
    rows: list[Trade] = field(default_factory=list)
    begins_round: bool = True

    @property
    def vpi(self) -> str:
        """The leg's position id."""
        return self.leg.vpi

    @property
    def sign(self) -> int:
        """+1 for a bought leg, -1 for a sold one."""
        return 1 if self.leg.side == "BUY" else -1

    @property
    def closed(self) -> bool:
        """True once all its lots are closed."""
        return self.lots_open == 0

    @property
    def realised_paise(self) -> int:
        """The profit of its rows."""
        return sum(row.pnl_paise for row in self.rows)

    def unrealised_column(self) -> NDArray[np.float64]:
        """The open lots' profit in rupees, marked at the last price, at every step from the entry on."""
        units = self.lots_open * self.lot_size
        return self.sign * (self.tape.paise - self.entry.price_paise) * units / 100

    @cached_property
    def best_column(self) -> Floats:
        """The best price since the entry, in rupees, from the entry's step on; the entry fill included."""
        path = self.tape.rupees[self.entry.step :].copy()
        path[0] = self.entry.price_paise / 100
        extreme = np.maximum if self.sign > 0 else np.minimum
        return extreme.accumulate(path)

    def frozen(self, excursion: Excursion, entry_greeks: Greeks | None) -> Life:
        """The position as the day records it."""
        return Life(
            self.entry_node_id,
            self.vpi,
            self.position_num,
            self.contract,
            self.leg.option.expiry_code,
            self.leg.option.strike_code,
            self.leg.side,
            self.lots,
            self.lot_size,
            self.entry,
            self.entry_event_id,
            tuple(self.rows),
            self.closed,
            self.entry_trip,
            excursion,
            entry_greeks,
            self.why,
        )


class Book:
    """All lives of a day, in order of opening, and the ledger, in order of closing.

    ``latest``: vpi -> the leg's latest life. ``open_legs``: vpi -> the leg's open life, in order of opening.
    """

    def __init__(self) -> None:
        self.lives: list[OpenLife] = []
        self.ledger: list[Trade] = []
        self.latest: dict[str, OpenLife] = {}
        self.open_legs: dict[str, OpenLife] = {}
        self._closed: tuple[int, list[OpenLife]] = (-1, [])

    def open_lives(self) -> list[OpenLife]:
        """Every open position in order of opening."""
        return list(self.open_legs.values())

    def visible_lives(self, step: int) -> list[OpenLife]:
        """The positions that are open or were closed in the step, in order of opening."""
        closed_step, closed = self._closed
        if closed_step != step:
            return list(self.open_legs.values())
        return [life for life in self.lives if life in closed or not life.closed]

    def position_num(self, vpi: str) -> int:
        """The number the leg's next life gets: 1, 2, 3, …"""
        life = self.latest.get(vpi)
        return 1 if life is None else life.position_num + 1

    def add(self, life: OpenLife) -> None:
        """Enter a new position."""
        life.begins_round = all(each.entry_node_id != life.entry_node_id for each in self.open_legs.values())
        self.lives.append(life)
        self.latest[life.vpi] = self.open_legs[life.vpi] = life

    def realised_paise(self, vpi: str | None = None) -> int:
        """The ledger's profit: of one leg over all its lives, or of everything."""
        return sum(row.pnl_paise for row in self.ledger if vpi is None or row.vpi == vpi)

    def close(
        self,
        life: OpenLife,
        lots: int,
        fill: Fill,
        reason: ExitReason,
        *,
        node_id: str | None,
        event_id: str | None,
    ) -> Trade:
        """Close lots of a position at a fill and append the row: a part, or the closing one."""
        part = None if lots == life.lots_open else sum(row.part is not None for row in life.rows) + 1
        stem = f"{life.vpi}-r{life.position_num - 1}"
        side: Literal["BUY", "SELL"] = life.leg.side
        trade = Trade(
            trade_id=stem if part is None else f"{stem}-x{part}",
            vpi=life.vpi,
            position_num=life.position_num,
            part=part,
            contract=life.contract,
            side=side,
            lots=lots,
            lot_size=life.lot_size,
            entry=life.entry,
            exit=fill,
            exit_reason=reason,
            exit_node_id=node_id,
            exit_event_id=event_id,
            pnl_paise=life.sign * (fill.price_paise - life.entry.price_paise) * lots * life.lot_size,
        )
        life.lots_open -= lots
        life.rows.append(trade)
        self.ledger.append(trade)
        if life.closed:
            del self.open_legs[life.vpi]
            if self._closed[0] != fill.step:
                self._closed = (fill.step, [])
            self._closed[1].append(life)
        return trade
