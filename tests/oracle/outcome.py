"""What a day came to, in plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.oracle.market import HISTORY_CANDLES
from tests.oracle.values import Value
from tests.raw_day import RawBar

if TYPE_CHECKING:
    from tests.oracle.day import Day


@dataclass
class OracleDay:
    """What a day came to, in plain values; each list is in the order in which things happened."""

    trades: list[dict[str, Any]]
    lives: list[dict[str, Any]]
    events: list[dict[str, Any]]
    rejections: list[dict[str, Any]]
    cancellations: list[dict[str, Any]]
    signals: dict[str, dict[str, Any]]
    variables: dict[str, dict[str, Value]]
    ended_step: int
    replayed_bars: bool
    short_history: bool
    left_open: list[dict[str, Any]]
    marks: tuple[int, int, int, int]
    margin: int
    exit_greeks: dict[str, dict[str, float] | None]


def as_value(day: Day) -> OracleDay:
    """The day as a value."""
    return OracleDay(
        trades=day.book.rows,
        lives=[
            {
                "entry_node_id": life.leg["entry"],
                "vpi": life.leg["vpi"],
                "position_num": life.position_num,
                "symbol": life.symbol,
                "entry_step": life.entry_step,
                "entry_event_id": life.entry_event,
                "lots": life.lots,
                "closed": life.closed,
                "excursion": day.excursions[id(life)],
                "greeks": day.entry_greeks[id(life)],
            }
            for life in day.book.lives
        ],
        events=day.events,
        rejections=day.rejections,
        cancellations=day.cancellations,
        signals={node: report.as_document() for node, report in day.reports.items()},
        variables=day.values.variables,
        ended_step=day.ended_step,
        replayed_bars=_replayed_bars(day),
        short_history=any(length < HISTORY_CANDLES for length in day.market.history_length.values()),
        left_open=[
            {
                "vpi": life.leg["vpi"],
                "symbol": life.symbol,
                "side": life.side,
                "units": life.open_units,
                "entry_price": life.entry_price,
                "last_price": day.market.price(life.symbol),
            }
            for life in day.book.open_lives()
        ],
        marks=(day.highest, day.lowest, day.drawdown, day.open_steps),
        margin=day.peak_margin,
        exit_greeks=day.exit_greeks,
    )


def _replayed_bars(day: Day) -> bool:
    used = day.ordered_symbols | {item["symbol"] for item in day.graph.instruments.values()}
    return any(isinstance(row, RawBar) for symbol in used for row in day.raw.rows.get(symbol, ())[:1])
