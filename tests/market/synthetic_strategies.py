"""Strategies that the tests of the synthetic market run."""

from __future__ import annotations

from tests.worked_days.making import (
    Json,
    after,
    candle,
    entry,
    entry_signal,
    exit_order,
    exit_signal,
    indicator,
    leaf,
    leg,
    make_strategy,
    number,
    re_entry_signal,
    square_off,
)

_RSI = {"rsi": {"length": 14, "price_field": "close", "display_name": "rsi(14,close)", "indicator_name": "rsi"}}
_LOW = leaf(indicator("rsi"), "<", number(30))
_HIGH = leaf(indicator("rsi"), ">", number(70))


def rsi_strategy() -> Json:
    """Sells a put when the one-minute RSI is low and a call when it is high, until it is at the other end."""
    nodes, paths = [], []
    for name, option_type, begins, ends in (("dip", "PE", _LOW, _HIGH), ("top", "CE", _HIGH, _LOW)):
        nodes += [
            entry_signal(f"{name}-go", begins, after("09:17")),
            entry(name, leg("sell", option_type)),
            exit_signal(f"{name}-stop", ends),
            exit_order(f"{name}-out", f"{name}-pos1"),
            re_entry_signal(f"{name}-again", begins, limit=10),
        ]
        paths += [f"start > {name}-go > {name} > {name}-stop > {name}-out > {name}-again > {name}"]
    return make_strategy([*nodes, square_off("end", minutes_before_close=5)], [*paths, "start > end"], indicators=_RSI)


def straddle_strategy() -> Json:
    """Sells call and put at the money after the open until five minutes before the close."""
    nodes = [
        entry_signal("go", after("09:20"), leaf(candle("Close", -1), ">", number(0))),
        entry("straddle", leg("sell", "CE"), leg("sell", "PE")),
        square_off("end", minutes_before_close=5),
    ]
    return make_strategy(nodes, ["start > go > straddle", "start > end"])


def next_weeks_wings() -> Json:
    """Sells next week's call and put two strikes out, and the month's bought ones three strikes out."""
    legs = (
        leg("sell", "CE", "OTM2", "W1"),
        leg("sell", "PE", "OTM2", "W1"),
        leg("buy", "CE", "OTM3", "M0"),
        leg("buy", "PE", "OTM3", "M0"),
    )
    nodes = [
        entry_signal("go", after("10:00")),
        entry("wings", *legs),
        exit_signal("stop", after("14:30")),
        exit_order("out", "_any"),
    ]
    return make_strategy(nodes, ["start > go > wings > stop > out"])
