"""One position with its reasons: what was traded, each condition with both values, candles, variables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from strikebook.cli.texts import clock_of, net, price_text, profit, rupees_text, value_text
from strikebook.errors import UsageError

_TAXES = ("stt", "sebi", "gst")


def print_position(console: Console, day: Mapping[str, Any], number: int) -> None:
    """Print position ``number`` of a day. Raises UsageError where there are fewer."""
    position = position_of(day, number)
    console.print(f"{day['date']}  position {number}: {position['trade_id']}", style="bold")
    console.print(
        f"{position['side']} {position['quantity']} units ({position['lots']} × {position['lot_size']}) of "
        f"{position['symbol']}, chosen as {position['expiry_code']} {position['strike_code']} "
        f"({position['choice_reason']}); life {position['position_num']} of {position['vpi']}"
    )
    _print_fill(console, position, "entry", "in")
    _print_fill(console, position, "exit", "out")
    reason = position["exit_reason"] or "still open"
    console.print("profit ", profit(position["pnl"]), net(position), f"  {reason}", sep="")
    _print_charges(console, position["charge_lines"])
    console.print(
        f"    at best {rupees_text(position['mfe'], sign=True)}, at worst {rupees_text(position['mae'], sign=True)}"
    )
    for name, word in (("entry", "in"), ("exit", "out")):
        _print_greeks(console, word, position[f"{name}_greeks"])
    for part in position["parts"]:
        console.print(
            f"    part {part['trade_id']}: {part['quantity']} units out {clock_of(part['exit_time'])} "
            f"at {price_text(part['exit_price'])}, {rupees_text(part['pnl'], sign=True)}"
        )
    _print_reasons(console, "Why it was opened", position["condition_preview"], position["diagnostic_data"])
    if position["entry_trigger"] is not None:
        trigger = position["entry_trigger"]
        console.print(f"then its order waited: {trigger['text']}: {trigger['substituted_text']}")
    _print_reasons(console, "Why it was closed", position["exit_condition_preview"], position["exit_diagnostic_data"])
    console.print()
    console.print("entry flow: " + " → ".join(position["entry_flow_ids"]), style="dim")
    if position["exit_flow_ids"]:
        console.print("exit flow:  " + " → ".join(position["exit_flow_ids"]), style="dim")


def position_of(day: Mapping[str, Any], number: int) -> Mapping[str, Any]:
    """Position ``number`` of a day. Raises UsageError where there are fewer."""
    positions: Sequence[Mapping[str, Any]] = day["positions"]
    if number > len(positions):
        right = f"1 to {len(positions)}" if positions else "the day has no positions"
        raise UsageError(f"no position {number} on {day['date']}", where="--position", right=right)
    return positions[number - 1]


def _print_fill(console: Console, position: Mapping[str, Any], name: str, word: str) -> None:
    if position[f"{name}_price"] is None:
        return
    slippage = position[f"{name}_slippage"]
    slipped = f", {rupees_text(slippage)} worse than the market" if slippage else ""
    limit = position[f"{name}_limit_price"]
    slipped += "" if limit is None else f", limit {price_text(limit)}"
    spot = position[f"nifty_spot_at_{name}"]
    console.print(
        f"{word:<4}{clock_of(position[f'{name}_time'])} at {price_text(position[f'{name}_price'])} "
        f"(sent {clock_of(position[f'{name}_sent_time'])}, price {position[f'{name}_price_age_s']} s old{slipped}); "
        f"underlying {price_text(spot)}"
    )


def _print_greeks(console: Console, word: str, greeks: Mapping[str, float] | None) -> None:
    if greeks is not None:
        console.print(
            f"    estimated {word}: volatility {greeks['iv']:.1%}, delta {greeks['delta']:+.2f}, "
            f"theta {greeks['theta']:+.2f} a day, vega {greeks['vega']:+.2f}",
            style="dim",
        )


def _print_charges(console: Console, lines: Mapping[str, float]) -> None:
    told = ", ".join(f"{name.upper() if name in _TAXES else name} {rupees_text(line)}" for name, line in lines.items())
    console.print(f"    charges: {told}", style="dim")


def _print_reasons(console: Console, title: str, text: str, reasons: Mapping[str, Any] | None) -> None:
    console.print()
    console.print(Text(title, "bold"))
    if reasons is None:
        return
    again = " (re-entry conditions)" if reasons["condition_set"] == "re_entry" else ""
    at = f" at {clock_of(reasons['evaluated_at'])}, {reasons['node_id']}" if reasons["node_id"] else ""
    console.print(f"{text}{again}{at}")
    if reasons["conditions_evaluated"]:
        console.print(_conditions(reasons))
        console.print(f"in one line: {reasons['substituted_text']}")
    candles = _candles(reasons["candle_data"])
    if candles.row_count:
        console.print(candles)
    variables = [
        f"{node}.{name} = {value_text(value)}"
        for node, values in reasons["node_variables"].items()
        for name, value in values.items()
    ]
    if variables:
        console.print("variables: " + ", ".join(variables))
    prices = [
        f"{symbol} {price_text(last['price'])} ({last['age_s']} s old)"
        for symbol, last in reasons["last_prices"].items()
    ]
    if prices:
        console.print("last prices: " + ", ".join(prices))


def _conditions(reasons: Mapping[str, Any]) -> Table:
    table = Table("", "condition", "with values", "kind", "before")
    for leaf in reasons["conditions_evaluated"]:
        held = Text("yes", "green") if leaf["result"] else Text("no", "red")
        before = ""
        if "lhs_previous" in leaf:
            before = f"{value_text(leaf['lhs_previous'])} against {value_text(leaf['rhs_previous'])}"
        missing = f" ({leaf['missing']})" if "missing" in leaf else ""
        table.add_row(held, leaf["text"], leaf["substituted_text"] + missing, leaf["condition_type"], before)
    return table


def _candles(candle_data: Mapping[str, Any]) -> Table:
    table = Table("candle", "", "from", "open", "high", "low", "close", "indicators")
    for column in table.columns[3:7]:
        column.justify = "right"
    for symbol, data in candle_data.items():
        for timeframe, frame in data["timeframes"].items():
            for name, word in (("current", "forming"), ("previous", "last")):
                candle = frame[name]
                if candle is None:
                    table.add_row(f"{symbol} {timeframe}", word, "none yet")
                    continue
                indicators = [f"{key} {value_text(value)}" for key, value in candle.get("indicators", {}).items()]
                table.add_row(
                    f"{symbol} {timeframe}",
                    word,
                    clock_of(candle["timestamp"]),
                    *(price_text(candle[field]) for field in ("open", "high", "low", "close")),
                    ", ".join(indicators),
                )
    return table
