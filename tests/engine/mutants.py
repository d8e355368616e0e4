"""Twenty-odd ways to break the engine, one line each; every one must be noticed by the oracle.

Each mutant names a file of the engine, the text it replaces (which must stand there exactly once) and what breaks.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """One broken line."""

    name: str
    file: str
    old: str
    new: str


MUTANTS = (
    Mutant(
        "an ATM tie takes the lower strike",
        "contracts.py",
        "spot_paise - strikes[above - 1] < strikes",
        "spot_paise - strikes[above - 1] <= strikes",
    ),
    Mutant(
        "a put's direction is not mirrored",
        "contracts.py",
        'if option_type == "CE" else -otm_steps',
        'if option_type == "CE" else otm_steps',
    ),
    Mutant("an expiry of today is passed over", "contracts.py", "if expiry >= day]", "if expiry > day]"),
    Mutant(
        "a price may be one second too old",
        "orders.py",
        "quote.age_s > self.options.max_price_age_s",
        "quote.age_s > self.options.max_price_age_s + 1",
    ),
    Mutant(
        "a spot may be one second too old",
        "entries.py",
        "spot.age_s > self._broker.options.max_price_age_s",
        "spot.age_s > self._broker.options.max_price_age_s + 1",
    ),
    Mutant(
        "an order gives up one second early", "entries.py", "if step >= order.deadline", "if step >= order.deadline - 1"
    ),
    Mutant(
        "lots are rounded up", "orders.py", "return int(lots * scale)", 'return int(lots * scale + Decimal("0.999"))'
    ),
    Mutant("a part may close nothing", "orders.py", "max(int(wanted), 1)", "max(int(wanted), 0)"),
    Mutant("slippage helps the trader", "orders.py", "buying=buying)", "buying=not buying)"),
    Mutant(
        "equality counts as a crossing",
        "conditions.py",
        "relation = a > b if above else a < b",
        "relation = a >= b if above else a <= b",
    ),
    Mutant("the first known step can cross", "conditions.py", "before[0] = True", "before[0] = False"),
    Mutant(
        "between leaves out its upper end",
        "conditions.py",
        'compare("<=", left_operand, high)',
        'compare("<", left_operand, high)',
    ),
    Mutant(
        "no value is different from anything",
        "conditions.py",
        "(left != right) & ~np.isnan(left) & ~np.isnan(right)",
        "(left != right)",
    ),
    Mutant("texts compare with case", "conditions.py", "left.casefold() == right.casefold()", "left == right"),
    Mutant(
        "a candle is seen one second before it ends",
        "candles.py",
        "self._timeframe_s)[: self._session.steps]",
        "self._timeframe_s)[1 : self._session.steps + 1]",
    ),
    Mutant(
        "a position may close in the step it opened",
        "exits.py",
        "if life.entry.step == step or not self._try(order, step)",
        "if not self._try(order, step)",
    ),
    Mutant(
        "a re-entry order goes in at once",
        "entries.py",
        "self._graph.asked_step.get(node.id) == step",
        "self._graph.asked_step.get(node.id) == -1",
    ),
    Mutant(
        "an entry goes in on the step a leg closed",
        "entries.py",
        "self._graph.closed_step.get(leg.vpi) == step",
        "self._graph.closed_step.get(leg.vpi) == -1",
    ),
    Mutant(
        "an entry may go in on the last step",
        "entries.py",
        "if step == self._market.session.last_step",
        "if step > self._market.session.last_step",
    ),
    Mutant(
        "maxEntries allows one more",
        "graph.py",
        "self.filled_executions[entry_id] >= most",
        "self.filled_executions[entry_id] > most",
    ),
    Mutant("maxReEntries allows one more", "graph.py", ", 0) >= most", ", 0) > most"),
    Mutant("the re-entry set applies in the first life", "graph.py", "life.position_num > 1", "life.position_num > 0"),
    Mutant(
        "a signal with nothing to open is evaluated",
        "graph.py",
        "return not any(vpi not in waiting and vpi",
        "return False and any(vpi not in waiting and vpi",
    ),
    Mutant(
        "other exits stay armed after a close",
        "exits.py",
        "if self._graph.active(node_id) and not",
        "if False and not",
    ),
    Mutant(
        "a profit target needs more than its amount", "square_off.py", "reached |= total >= ", "reached |= total > "
    ),
    Mutant("a part is re-entered", "exits.py", "partly=not run.closed_whole", "partly=False"),
    Mutant(
        "variables are not kept",
        "machine.py",
        "if value is not None:\n                    fresh",
        "if value is None:\n                    fresh",
    ),
    Mutant("a sold leg profits when its price rises", "book.py", "pnl_paise=life.sign * (fill", "pnl_paise=(fill"),
    Mutant(
        "the best price leaves out the entry fill",
        "book.py",
        "path[0] = self.entry.price_paise / 100",
        "path[0] = path[0]",
    ),
    Mutant(
        "near misses are counted while the condition holds",
        "conditions.py",
        "_descend(group, leaves, ~root, found)",
        "_descend(group, leaves, root, found)",
    ),
)
