"""A strategy document as read, before its parts are checked against each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from strikebook.strategy.cursor import Cursor, shown
from strikebook.strategy.end_conditions import read_end_conditions
from strikebook.strategy.expression import InstrumentRole
from strikebook.strategy.expressions import Names
from strikebook.strategy.graph import Graph, Kind
from strikebook.strategy.instruments import DeclaredInstrument, read_instrument
from strikebook.strategy.node import EndConditions, SignalKind, SignalNode
from strikebook.strategy.orders import EntryOrder, ExitOrder, read_entry, read_exit
from strikebook.strategy.refused import NOT_BUILT, refuse, refuse_costs
from strikebook.strategy.signals import read_signal

_SIGNAL_KINDS: dict[Kind, SignalKind] = {
    "entry_signal": "entry",
    "exit_signal": "exit",
    "re_entry_signal": "re_entry",
}
_TRADED = frozenset({"options", "option"})
_NOT_TRADED = frozenset({"futures", "future", "stock", "stocks", "equity", "index", "commodity", "currency"})
_EXCHANGES = frozenset({"", "NSE", "BSE", "NFO", "BFO"})


@dataclass(slots=True)
class Draft:
    """Everything read from a document. A node with an error may lack its part; the error is noted."""

    graph: Graph
    names: Names
    signals: dict[str, SignalNode] = field(default_factory=dict)
    entries: dict[str, EntryOrder] = field(default_factory=dict)
    exits: dict[str, ExitOrder] = field(default_factory=dict)
    ends: dict[str, EndConditions] = field(default_factory=dict)

    def opened(self) -> dict[str, str]:
        """The entry that opens each position id, legs in document order."""
        return {vpi: entry_id for entry_id, order in self.entries.items() for vpi, _ in order.vpis}

    def targets(self, exit_id: str) -> tuple[str, ...]:
        """The positions an exit closes, in document order."""
        target = self.exits[exit_id].target
        above = set(self.graph.entries_above(exit_id))
        return tuple(vpi for vpi, entry_id in self.opened().items() if (vpi == target if target else entry_id in above))

    def guarded(self, signal_id: str) -> tuple[str, ...]:
        """The positions a signal guards: those of the exits it leads to, in document order."""
        closed = {vpi for exit_id in self.graph.led_to(signal_id, "exit") for vpi in self.targets(exit_id)}
        return tuple(vpi for vpi in self.opened() if vpi in closed)


def read_draft(graph: Graph) -> Draft:
    """Read every node of a graph."""
    start = graph.nodes[graph.start_id]
    draft = Draft(graph, Names(dict(_instruments(start.data))))
    for node in graph.nodes.values():
        match node.kind:
            case "entry":
                draft.entries[node.id] = read_entry(node.data)
            case "exit":
                draft.exits[node.id] = read_exit(node.data)
            case "start" | "square_off":
                draft.ends[node.id] = read_end_conditions(node.data)
            case signal_kind:
                _read_signal(draft, node.id, _SIGNAL_KINDS[signal_kind])
    return draft


def _read_signal(draft: Draft, node_id: str, kind: SignalKind) -> None:
    node = draft.graph.nodes[node_id]
    signal = read_signal(node.data, node.label, kind, draft.names)
    if signal is not None:
        draft.signals[node_id] = signal


def _instruments(data: Cursor) -> Iterator[tuple[InstrumentRole, DeclaredInstrument]]:
    refuse_costs(data)
    exchange = data.get("exchange")
    if exchange.text().upper() not in _EXCHANGES:
        exchange.warn(f"the session and calendar of {shown(exchange.value)} are not known", "NSE or BSE")
    _traded_type(data)
    yield "TI", read_instrument(data.section("tradingInstrumentConfig"), "TI")
    supporting = data.section("supportingInstrumentConfig")
    if data.get("supportingInstrumentEnabled").flag():
        kind = supporting.get("type")
        text = kind.text().lower()
        if text in ("futures", "future"):
            refuse(kind, "a future as supporting instrument", "an underlying such as NIFTY")
        elif text and text not in _TRADED | _NOT_TRADED:
            kind.error(f"unknown instrument type {shown(text)}", "stock or index")
        yield "SI", read_instrument(supporting, "SI")
        return
    supporting.settle()
    if not supporting.get("symbol").blank:
        supporting.get("symbol").warn(
            "the supporting instrument is not enabled: it does nothing", "supportingInstrumentEnabled: true"
        )


def _traded_type(data: Cursor) -> None:
    instrument = data.section("tradingInstrument")
    kind, second = instrument.get("type"), data.section("tradingInstrumentConfig").get("type")
    if kind.blank:
        kind = second
    elif not second.blank and second.text().lower().rstrip("s") != kind.text().lower().rstrip("s"):
        second.warn(f"{shown(second.value)} does nothing: tradingInstrument.type counts", shown(kind.value))
    if not kind.required("what is traded"):
        return
    text = kind.text().lower()
    if text in _NOT_TRADED:
        kind.error(f"trading {text} is {NOT_BUILT}", "options")
    elif text and text not in _TRADED:
        kind.error(f"unknown instrument type {shown(text)}", "options")
    underlying = instrument.get("underlyingType")
    if not underlying.blank:
        underlying.choice("underlyingType", {"index": "index", "stock": "stock"})
