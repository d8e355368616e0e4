"""A strategy in sentences: its graph in execution order, each node with what it does and when."""

from __future__ import annotations

from dataclasses import dataclass

from strikebook.strategy.expression import ConditionSet, Group, Leaf
from strikebook.strategy.node import (
    EndConditions,
    EntryNode,
    ExitNode,
    InstrumentUse,
    Leg,
    Node,
    SignalNode,
    SquareOffNode,
    StartNode,
    Strategy,
)
from strikebook.strategy.order_terms import TriggerPrice, WaitAndTrade
from strikebook.strategy.rule_texts import (
    breakout_text,
    limit_text,
    lock_text,
    move_text,
    re_entry_text,
    rule_text,
    trigger_text,
)
from strikebook.strategy.texts import Instruments, expression_text, group_text, time_text, timeframe_text

_SIGNALS = {"entry": "entry signal", "exit": "exit signal", "re_entry": "re-entry signal"}


@dataclass(frozen=True, slots=True)
class Described:
    """A node at its place in the graph. ``depth`` is 0 for the start, one more for each edge down.

    ``again`` says that the node stands further up already: it has no ``details`` and nothing below it here.
    """

    depth: int
    node_id: str
    title: str
    details: tuple[str, ...]
    again: bool


def describe(strategy: Strategy) -> tuple[Described, ...]:
    """The graph depth first in edge order, each node in full where it is met first."""
    found: list[Described] = []
    shown: set[str] = set()
    pending: list[tuple[int, str]] = [(0, strategy.start_id)]
    while pending:
        depth, node_id = pending.pop()
        node = strategy.nodes[node_id]
        again = node_id in shown
        details = () if again else node_details(strategy, node)
        found.append(Described(depth, node_id, node_title(node), details, again))
        if not again:
            shown.add(node_id)
            pending.extend((depth + 1, child) for child in reversed(strategy.children[node_id]))
    return tuple(found)


def describe_lines(strategy: Strategy) -> tuple[str, ...]:
    """The description as indented lines of text."""
    lines = [strategy.name or strategy.id]
    for item in describe(strategy):
        indent = "    " * item.depth
        lines.append(f"{indent}{item.title}{' (above)' if item.again else ''}")
        lines.extend(f"{indent}    {detail}" for detail in item.details)
    return tuple(lines)


def node_title(node: Node) -> str:
    """What a node is, its id, and its label where that says more."""
    match node:
        case SignalNode(kind=kind):
            what = _SIGNALS[kind]
        case EntryNode():
            what = "entry"
        case ExitNode():
            what = "exit"
        case SquareOffNode():
            what = "square-off"
        case StartNode():
            what = "start"
    return f"{what} {node.id}" if node.label in ("", node.id) else f"{what} {node.id} “{node.label}”"


def node_details(strategy: Strategy, node: Node) -> tuple[str, ...]:
    """What a node does and when, one sentence a line."""
    match node:
        case SignalNode():
            return _signal_details(strategy, node)
        case EntryNode():
            lines = [line for leg in node.legs for line in _leg_lines(leg)]
            lines += [f"each leg: {rule_text(rule)}" for rule in node.rules]
            lines += [f"together: {rule_text(rule)}" for rule in node.combined]
            lines += ["all legs or none"] if node.all_or_none else []
            lines += [] if node.max_entries is None else [f"at most {_count(node.max_entries, 'entry')} a day"]
            return tuple(lines)
        case ExitNode():
            at = "" if node.limit is None else f" {limit_text(node.limit)}"
            lines = [exit_text(node) + at, *(f"and by itself: {rule_text(rule)}" for rule in node.rules)]
            lines += [f"then {re_entry_text(node.re_entry)}"] if node.re_entry is not None else []
            return tuple(lines)
        case SquareOffNode():
            return end_texts(node.end)
        case StartNode():
            lines = [_instrument_text(strategy.trading)]
            lines += [_instrument_text(strategy.supporting)] if strategy.supporting else []
            return (*lines, *end_texts(node.end))


def condition_lines(opening: str, conditions: ConditionSet) -> tuple[str, ...]:
    """A condition in a line for each item of its outermost group that has several, the first after ``opening``."""
    group = conditions.root
    while len(group.items) == 1 and isinstance(group.items[0], Group):
        group = group.items[0]
    several = len(group.items) > 1
    texts = [item.text if isinstance(item, Leaf) else group_text(item, inner=several) for item in group.items]
    return (f"{opening} {texts[0]}", *(f"{group.logic.lower()} {text}" for text in texts[1:]))


def _leg_lines(leg: Leg) -> list[str]:
    """A leg with its own rules."""
    lines = [leg_text(leg)]
    if leg.lazy is not None:
        lines.append(f"{leg.vpi}: only after a {' or '.join(leg.lazy.causes)} of {leg.lazy.armed_by}")
    if isinstance(leg.first, WaitAndTrade):
        lines.append(f"{leg.vpi}: once {move_text(leg.first)}")
    elif isinstance(leg.first, TriggerPrice):
        lines.append(f"{leg.vpi}: once {trigger_text(leg.first, buying=leg.side == 'BUY')}")
    elif leg.first is not None:
        lines.append(f"{leg.vpi}: once {breakout_text(leg.first)}")
    lines += [] if leg.limit is None else [f"{leg.vpi}: {limit_text(leg.limit)}"]
    lines += [f"{leg.vpi}: sent with priority {leg.priority.normalize():f}"] if leg.priority else []
    lines += [f"{leg.vpi}: stays open over the close"] if leg.carried else []
    lines += [f"{leg.vpi}: {rule_text(rule)}" for rule in leg.rules]
    return lines if leg.re_entry is None else [*lines, f"{leg.vpi}: {re_entry_text(leg.re_entry)}"]


def leg_text(leg: Leg) -> str:
    """Such as ``SELL 1 lot PE ATM W0 as entry-2-pos1 (lot size 75)``, ``BUY for 100000 rupees CE ATM W0 as call``."""
    option = leg.option
    size = "" if leg.lot_size is None else f" (lot size {leg.lot_size})"
    contract = f"{option.option_type} {option.strike_code} {option.expiry_code}"
    much = _count(leg.lots, "lot") if leg.capital is None else f"for {leg.capital.normalize():f} rupees"
    return f"{leg.side} {much} {contract} as {leg.vpi}{size}"


def exit_text(node: ExitNode) -> str:
    """Such as ``closes entry-2-pos1``, ``closes 50 % of entry-2-pos1``."""
    targets = ", ".join(node.targets)
    if node.quantity == "percentage":
        return f"closes {node.amount:f} % of {targets}"
    if node.quantity == "specific":
        return f"closes {_count(int(node.amount), 'lot')} of {targets}"
    return f"closes {targets}"


def end_texts(end: EndConditions) -> tuple[str, ...]:
    """When the day ends early, in the order it is checked."""
    lines = ["closes everything at once"] if end.immediate else []
    lines += [f"closes everything at a day's profit of {amount:f} or more" for amount in end.profit_targets]
    lines += [f"closes everything at a day's profit of {amount:f} or less" for amount in end.loss_limits]
    if end.lock is not None:
        lines.append(lock_text(end.lock))
    if end.exit_time_s is not None:
        lines.append(f"closes everything at {time_text(end.exit_time_s)}")
    if end.before_close_s is not None:
        lines.append(f"closes everything {_before_close(end.before_close_s)}")
    return tuple(lines)


def _before_close(seconds: int) -> str:
    if seconds == 0:
        return "at the close"
    minutes, rest = divmod(seconds, 60)
    return f"{_count(seconds, 'second')} before the close" if rest else f"{_count(minutes, 'minute')} before the close"


def _signal_details(strategy: Strategy, node: SignalNode) -> tuple[str, ...]:
    instruments: Instruments = {use.role: use for use in (strategy.trading, strategy.supporting) if use is not None}
    lines = list(condition_lines("when", node.conditions))
    if node.re_entry_conditions is not None:
        lines += condition_lines("in later lives when", node.re_entry_conditions)
    lines += [
        f"sets {variable.name} = {expression_text(variable.expression, instruments)}" for variable in node.variables
    ]
    if node.kind == "re_entry":
        limit = node.max_re_entries
        lines.append("any number of re-entries" if limit is None else f"at most {_count(limit, 're-entry')} a day")
    return tuple(lines)


def _instrument_text(use: InstrumentUse) -> str:
    timeframes = [
        " ".join([timeframe_text(seconds), *(item.display_name for item in timeframe.indicators.values())])
        for seconds, timeframe in use.timeframes.items()
    ]
    return f"{use.role} {use.symbol}: {'; '.join(timeframes)}" if timeframes else f"{use.role} {use.symbol}"


def _count(number: int, noun: str) -> str:
    several = noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
    return f"{number} {noun if number == 1 else several}"
