"""A strategy and a day's result made by hand: what the codec is tested and measured on.

Prices encode what they belong to: leg n enters at (200 + n).05 rupees and exits one rupee higher or lower.
"""

from datetime import date
from decimal import Decimal

from strikebook.model.day_result import (
    Candle,
    CandleView,
    DayResult,
    Event,
    Fill,
    LeafCount,
    Life,
    NearMiss,
    NearMisses,
    Reading,
    Rejection,
    SetReport,
    SignalReport,
    Snapshot,
    Trade,
)
from strikebook.model.instrument import OptionContract
from strikebook.model.session import Session, naive_epoch
from strikebook.strategy.expression import (
    ConditionSet,
    Constant,
    CurrentTime,
    Group,
    IndicatorValue,
    Leaf,
    LiveValue,
    TimeOfDay,
)
from strikebook.strategy.node import (
    EndConditions,
    EntryNode,
    ExitNode,
    IndicatorUse,
    InstrumentUse,
    Leg,
    OptionChoice,
    SignalNode,
    StartNode,
    Strategy,
    Timeframe,
)

DAY = date(2024, 10, 1)
SESSION = Session(DAY)
CONTRACT = OptionContract("NIFTY", date(2024, 10, 17), 25_050_00, "CE")


def conditions(node: str) -> ConditionSet:
    """``time AND rsi AND (ltp > 25000 OR ltp crosses 25100)``."""
    path = f"$.nodes[?{node}].data.conditions[0].conditions"
    rsi = IndicatorValue("TI", 60, "rsi_1", "real", -1)
    ltp = LiveValue("TI", "ltp")
    leaves = (
        Leaf(CurrentTime(), ">=", TimeOfDay(33_420), "time", f"{path}[0]", "Current Time", "09:17"),
        Leaf(rsi, "<", Constant(30.0), "non_live", f"{path}[1]", "Previous[TI.1m.rsi(14,close)]", "30"),
        Leaf(ltp, ">", Constant(25_000.0), "live", f"{path}[2].conditions[0]", "TI.underlying_ltp", "25000"),
        Leaf(
            ltp,
            "crosses_above",
            Constant(25_100.0),
            "live",
            f"{path}[2].conditions[1]",
            "TI.underlying_ltp",
            "25100",
        ),
    )
    root = Group("AND", (leaves[0], leaves[1], Group("OR", leaves[2:])))
    text = " AND ".join(leaf.text for leaf in leaves[:2])
    return ConditionSet(root, leaves, f"{text} AND ({leaves[2].text} OR {leaves[3].text})")


def make_strategy() -> Strategy:
    """Start → entry-signal → entry-3 → exit-signal → exit-1 → re-entry → entry-3."""
    option = OptionChoice("W", 0, 0, "CE")
    nodes = (
        StartNode("start", "Start", EndConditions()),
        SignalNode("entry-signal", "Bullish", "entry", conditions("entry-signal"), None, (), None, "$"),
        EntryNode(
            "entry-3",
            "Buy a call",
            (Leg("entry-3-pos1", 1, 50, "BUY", option, "$"),),
            all_or_none=False,
            max_entries=None,
            path="$",
        ),
        SignalNode("exit-signal", "Target", "exit", conditions("exit-signal"), None, (), None, "$"),
        ExitNode("exit-1", "Out", ("entry-3-pos1",), "all", Decimal(0), "$"),
    )
    children = {
        "start": ("entry-signal",),
        "entry-signal": ("entry-3",),
        "entry-3": ("exit-signal",),
        "exit-signal": ("exit-1",),
        "exit-1": (),
    }
    use = IndicatorUse("rsi_1", "rsi", {"length": 14}, "rsi(14,close)")
    return Strategy(
        "5708424d-5962-4629-978c-05b3a174e104",
        "user_123",
        "My Strategy",
        InstrumentUse("TI", "NIFTY", {60: Timeframe("1m", 60, {"rsi_1": use})}),
        None,
        {node.id: node for node in nodes},
        children,
        {"entry-signal": ("start",)},
        "start",
        "f" * 64,
    )


def candle(step: int, *, volume: int | None = None) -> Candle:
    """The candle of the minute that holds ``step``."""
    start = naive_epoch(DAY, SESSION.open_s + step // 60 * 60)
    return Candle(start, 25_065_00, 25_070_50, 25_050_20, 25_065_80, volume)


def snapshot(step: int) -> Snapshot:
    """What is seen at a step: one timeframe of the index, one variable, two last prices."""
    previous = candle(step - 60, volume=7) if step >= 60 else None
    view = CandleView("NIFTY", 60, candle(step), previous, {"rsi(14,close)": 28.123456789, "ema(20,close)": None})
    return Snapshot(
        (view,),
        {"entry-signal": {"SignalLow": 25_050.2}},
        {"NIFTY": (25_065_80, 0), CONTRACT.symbol: (241_65, 1)},
    )


def readings() -> tuple[Reading, ...]:
    """The four leaves: time, rsi and the first of the OR hold; the crossing does not."""
    return (
        Reading(0, 33_500.0, 33_420.0, result=True),
        Reading(1, 28.123456789, 30.0, result=True),
        Reading(2, 25_065.8, 25_000.0, result=True),
        Reading(3, 25_065.8, 25_100.0, result=False, lhs_previous=25_060.0, rhs_previous=25_100.0),
    )


def fill(step: int, paise: int) -> Fill:
    """A fill one second after it was sent, five paise worse than the market for a buyer."""
    return Fill(step, step - 1, paise, paise - 5, 2, 25_065_80)


def _event(kind: str, node: str, step: int, number: int, parent: str | None) -> Event:
    clock = SESSION.stamp(step)[11:].replace(":", "")
    is_signal = kind.endswith("SignalNode")
    return Event(
        f"exec_{node}_20241001_{clock}_{number}",
        parent,
        node,
        kind,
        step,
        snapshot(step),
        "base" if is_signal else None,
        readings() if is_signal else (),
        "" if is_signal else "one order",
    )


def make_result(positions: int = 20, *, near_misses: int = 200) -> DayResult:
    """A day of that many lives of one leg, each with four events; every third one loses, the tenth is flat."""
    start = _event("startNode", "start", 0, 1, None)
    events, lives = [start], []
    for number in range(1, positions + 1):
        step = 100 + 900 * number // max(positions / 20, 1).__ceil__()
        signal = _event("entrySignalNode", "entry-signal", step, number, start.execution_id)
        entry = _event("entryNode", "entry-3", step, number, signal.execution_id)
        out = _event("exitSignalNode", "exit-signal", step + 60, number, entry.execution_id)
        exit_ = _event("exitNode", "exit-1", step + 60, number, out.execution_id)
        events += [signal, entry, out, exit_]
        lives.append(_life(number, step, entry, exit_))
    step = SESSION.last_step
    misses = NearMisses.of(NearMiss(n * 50, n * 50 + 3, "base", n % 3) for n in range(near_misses))
    leaves = (*(LeafCount(leaf, 1000 + leaf, 20_000 + leaf) for leaf in range(3)), LeafCount(3, 0, None))
    return DayResult(
        SESSION,
        tuple(life.trades[-1] for life in lives),
        tuple(lives),
        tuple(events),
        (Rejection(50, 40, "entry-3", "entry-3-pos1", "entry", "no_price", CONTRACT, False, None, "no trade"),),
        (),
        tuple(
            SignalReport(node, (160,), (SetReport("base", 21_000, leaves),), misses, near_misses, "maxEntries 9", 900)
            for node in ("entry-signal", "exit-signal")
        ),
        snapshot(step),
        step,
        replayed_bars=False,
        short_history=True,
        source="hand-made",
        synthetic=True,
    )


def _life(number: int, step: int, entry: Event, exit_: Event) -> Life:
    entry_paise = 200_05 + 100 * number
    gain = 0 if number % 10 == 0 else -100 if number % 3 == 0 else 100
    bought, sold = fill(step, entry_paise), fill(step + 60, entry_paise + gain)
    trade = Trade(
        f"entry-3-pos1-r{number - 1}",
        "entry-3-pos1",
        number,
        None,
        CONTRACT,
        "BUY",
        1,
        50,
        bought,
        sold,
        "exit_condition_met",
        "exit-1",
        exit_.execution_id,
        gain * 50,
    )
    return Life(
        "entry-3",
        "entry-3-pos1",
        number,
        CONTRACT,
        "W0",
        "ATM",
        "BUY",
        1,
        50,
        bought,
        entry.execution_id,
        (trade,),
        closed=True,
    )
