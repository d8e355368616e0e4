"""Seventy-six ways to break the engine, one line each; every one must be noticed by the oracle.

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
        "choosing.py",
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
    Mutant(
        "slippage helps the trader",
        "orders.py",
        "price.age_s, buying=buying)",
        "price.age_s, buying=not buying)",
    ),
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
    Mutant(
        "a stop needs more than its amount",
        "rules.py",
        "level = -self.exactly(self.rule.amount)\n                met = gains <= level",
        "level = -self.exactly(self.rule.amount)\n                met = gains < level",
    ),
    Mutant(
        "a level between two paise is rounded down",
        "rules.py",
        "return -(-millionths // MILLIONTHS)",
        "return millionths // MILLIONTHS",
    ),
    Mutant(
        "a target is met below its amount",
        "rules.py",
        "met = gains >= _ceiling(level)",
        "met = gains >= level // MILLIONTHS",
    ),
    Mutant(
        "a trail is not moved by whole steps",
        "rules.py",
        "moved = best // step * step if step else best",
        "moved = best",
    ),
    Mutant(
        "a trail forgets its best gain at a part",
        "rules.py",
        "self.best = max(self.best, int(gains.max()))",
        "self.best = 0",
    ),
    Mutant(
        "a rule looks in the step of its fill",
        "protection.py",
        "LifeWatch(life, [self._rule(rule, life) for rule in rules], step + 1)",
        "LifeWatch(life, [self._rule(rule, life) for rule in rules], step)",
    ),
    Mutant(
        "a candle rule sees the next candle's first price",
        "rules.py",
        "self.subject.gains(steps - 1)",
        "self.subject.gains(steps)",
    ),
    Mutant(
        "a breakeven acts in the step that arms it",
        "rules.py",
        "first = max(first, armed + 1)",
        "first = max(first, armed)",
    ),
    Mutant(
        "a rule of profit forgets parts",
        "rules.py",
        "* (self.life.lots_open * self.life.lot_size) + self.life.realised_paise",
        "* (self.life.lots_open * self.life.lot_size)",
    ),
    Mutant(
        "a put is hurt by what hurts a call",
        "protection.py",
        'life.sign if life.contract.option_type == "CE" else -life.sign',
        "life.sign",
    ),
    Mutant(
        "a target's stop moves others to cost",
        "protection.py",
        '_STOPPED = ("stop_loss", "trailing_stop")',
        '_STOPPED = ("stop_loss", "trailing_stop", "target")',
    ),
    Mutant(
        "targets come before stops",
        "plan.py",
        "key=lambda rule: RULE_KINDS.index(rule.kind)",
        "key=lambda rule: -RULE_KINDS.index(rule.kind)",
    ),
    Mutant(
        "a rule's limit is made better by its buffer",
        "protection.py",
        "limit = level - self.of.life.sign * away",
        "limit = level + self.of.life.sign * away",
    ),
    Mutant(
        "a resting limit order fills at the market",
        "orders.py",
        "filled = limit.paise if limit.rested else bound",
        "filled = bound",
    ),
    Mutant(
        "a marketable order slips beyond its limit",
        "orders.py",
        "min(filled, limit.paise) if buying else max(filled, limit.paise)",
        "filled",
    ),
    Mutant(
        "a limit order fills without a trade",
        "orders.py",
        "if quote is None or traded is None or traded > step:",
        "if quote is None:",
    ),
    Mutant(
        "a touch is enough for through",
        "orders.py",
        'beyond == 0 and self.options.limit_fill == "touch"',
        "beyond == 0",
    ),
    Mutant(
        "a re-entry goes in once too often",
        "exits.py",
        "if used >= terms.most:",
        "if used > terms.most:",
    ),
    Mutant(
        "a re-entry at cost waits on the wrong side",
        "orders.py",
        "below=closing > entry, candle_s",
        "below=closing < entry, candle_s",
    ),
    Mutant(
        "a reversed re-entry is not reversed",
        "entries.py",
        "if waiting.terms is None or not waiting.terms.reverse:",
        "if True:",
    ),
    Mutant(
        "a rule of an exit does not complete it",
        "exits.py",
        "completes=at == 0 and node is not None",
        "completes=False",
    ),
    Mutant(
        "a premium tie takes the dearer",
        "strikes.py",
        "key=lambda one: (abs(one[0] - target), one)",
        "key=lambda one: (abs(one[0] - target), -one[0], one)",
    ),
    Mutant(
        "a strike between two is the lower",
        "strikes.py",
        "target - strikes[above - 1] < strikes[above] - target",
        "target - strikes[above - 1] <= strikes[above] - target",
    ),
    Mutant("a put's percentage goes up", "strikes.py", 'return 1 if kind == "CE" else -1', "return 1"),
    Mutant("a window takes in the second after it", "levels.py", ": last + 1]", ": last + 2]"),
    Mutant("the edge of a range is a breakout", "levels.py", "edge + 1 if breakout.high else edge - 1", "edge"),
    Mutant("the floor does not trail", "square_off.py", "(over // every * by if every else over * 0)", "0"),
    Mutant("a profit at its floor is above it", "square_off.py", "total * _SCALE <= floor", "total * _SCALE < floor"),
    Mutant("what expires is closed at the market", "exits.py", "if not life.leg.carried:", "if True:"),
    Mutant(
        "a put is settled as a call", "exits.py", 'inside if life.contract.option_type == "CE" else -inside', "inside"
    ),
    Mutant(
        "a combined rule looks in the step of its first fill",
        "protection.py",
        "[RuleWatch(rule, subject) for rule in rules], step + 1)",
        "[RuleWatch(rule, subject) for rule in rules], step)",
    ),
    Mutant(
        "a combined rule looks again after it triggered",
        "protection.py",
        "                del self._rounds[entry]\n",
        "",
    ),
    Mutant(
        "a round forgets its closed rows",
        "rules.py",
        "total = np.int64(sum(life.realised_paise for life in self.lives))",
        "total = np.int64(0)",
    ),
    Mutant(
        "a delta is looked for on the other side",
        "black.py",
        '(0.0 if kind == "CE" else 1.0)\n',
        "(0.0 if True else 1.0)\n",
    ),
    Mutant(
        "a range of deltas takes the smallest",
        "strikes.py",
        "within = [(-delta, strike) for delta",
        "within = [(delta, strike) for delta",
    ),
    Mutant(
        "a forward forgets the put",
        "strikes.py",
        "(prices[0] + prices[1] - prices[2]) / 100",
        "(prices[0] + prices[1]) / 100",
    ),
    Mutant(
        "capital buys a lot too many",
        "orders.py",
        "int(capital * 100 // lot_paise)",
        "int(capital * 100 // lot_paise) + 1",
    ),
    Mutant(
        "slippage does not see a price's age",
        "orders.py",
        "price.price_paise, price.age_s, buying=buying)",
        "price.price_paise, 0, buying=buying)",
    ),
    Mutant(
        "an excursion ends before the last price",
        "excursions.py",
        "(first if life.closed else last_step) + 1",
        "first if life.closed else last_step",
    ),
    Mutant(
        "a drawdown is measured from the lowest",
        "excursions.py",
        "int((highest - total).max())",
        "int((total - np.minimum.accumulate(total)).max())",
    ),
    Mutant(
        "a lazy leg is sent with its entry",
        "entries.py",
        "if self._flat(leg) and leg.lazy is None)",
        "if self._flat(leg))",
    ),
    Mutant(
        "a lazy leg answers to any close",
        "exits.py",
        "leg.lazy is not None and order.reason in leg.lazy.causes",
        "leg.lazy is not None",
    ),
    Mutant(
        "a relative strike is counted from the money",
        "strikes.py",
        "steps_from(strikes, beside_paise, choice.otm_steps, kind)",
        "choose_strike(strikes, spot_paise, choice.otm_steps, kind)",
    ),
    Mutant(
        "priorities are turned round", "entries.py", "key=lambda leg: leg.priority)", "key=lambda leg: -leg.priority)"
    ),
    Mutant(
        "days to expiry leave out the last",
        "contracts.py",
        "(expiry - day).days <= choice.expiry_most",
        "(expiry - day).days < choice.expiry_most",
    ),
    Mutant(
        "a bought stop-limit triggers from above",
        "levels.py",
        "PriceLevel(tape, level, buying, step + 1, level",
        "PriceLevel(tape, level, not buying, step + 1, level",
    ),
)
