"""Random expressions and conditions whose values lie near each other, so that they hold now and then."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from tests.oracle import documents as d
from tests.oracle.random_day import DayPlan

FIELDS = ("Open", "High", "Low", "Close")
OFFSETS = (0, 0, -1, -1, -1, -2, -3, None)
# The sorts of quantities that can be compared with each other, with how often each signal kind draws them.
SORTS = {
    "entry": {"spot": 50, "time": 14, "rsi": 8, "volume": 7, "oi": 3, "support": 7, "flag": 2, "profit": 4},
    "exit": {
        "spot": 22,
        "option": 26,
        "profit": 22,
        "count": 8,
        "text": 8,
        "time": 6,
        "rsi": 6,
        "volume": 3,
        "oi": 2,
        "support": 3,
        "entry_spot": 8,
    },
    "reEntry": {
        "spot": 40,
        "option": 16,
        "profit": 14,
        "count": 5,
        "text": 7,
        "time": 6,
        "rsi": 5,
        "volume": 3,
        "oi": 2,
        "support": 3,
        "entry_spot": 8,
    },
}
# How often a condition is given an alternative that soon holds.
EASY = {"entry": 0.94, "exit": 0.75, "reEntry": 0.85}
OPTION_FIELDS = ("entryPrice", "exitPrice", "currentPrice", "currentPrice", "trailingPositionPrice")
SPOT_FIELDS = ("underlyingPriceOnEntry", "underlyingPriceOnExit")
PROFIT_FIELDS = ("pnl", "unrealizedPnl", "realizedPnl")
ORDERINGS = ("<", "<=", ">", ">=", "<", ">", "crosses_above", "crosses_below", "between")


@dataclass
class Names:
    """What a condition may cite: legs, frozen variables by sort, indicator keys by (role, timeframe)."""

    vpis: list[str] = field(default_factory=list)
    variables: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    keys: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)  # key -> rsi|sma|ema


class Terms:
    """Draws expressions by sort."""

    def __init__(self, rng: Random, plan: DayPlan, names: Names) -> None:
        self.rng, self.plan, self.names = rng, plan, names

    def conditions(self, kind: str, vpis: list[str], most_leaves: int = 4) -> list[dict]:
        """A signal's list of items: mostly one AND group, sometimes OR, sometimes nested."""
        rng = self.rng
        logic = "AND" if rng.random() < 0.5 else "OR"
        count = rng.choice([1, 1, 1, 2, 2, most_leaves])
        items = [self.leaf(kind, vpis) for _ in range(count)]
        if rng.random() < 0.25:
            inner = d.group(rng.choice(["AND", "OR"]), self.leaf(kind, vpis), self.leaf(kind, vpis))
            if rng.random() < 0.3:
                inner = d.group(rng.choice(["AND", "OR", "or"]), inner, self.leaf(kind, vpis))
            items.insert(rng.randrange(len(items) + 1), inner)
        if rng.random() < EASY[kind]:
            drawn = d.group(logic, *items) if len(items) > 1 else items[0]
            either = d.group("OR", *rng.sample([drawn, self._easy_leaf(kind, vpis)], 2))
            return [either] + ([self._not_at_once()] if kind == "entry" and rng.random() < 0.5 else [])
        if rng.random() < 0.2:
            return items
        return [d.group(logic, *items)] + ([self._easy_leaf(kind, vpis)] if rng.random() < 0.3 else [])

    def _not_at_once(self) -> dict:
        """True from some moment of the day's first fifth on."""
        begin = self.plan.open_s + self.rng.randrange(5, self.plan.steps // 5)
        return d.leaf(d.now(), ">=", d.time_of_day(clock(begin)))

    def _easy_leaf(self, kind: str, vpis: list[str]) -> dict:
        """A comparison that soon holds, and not at all times."""
        rng, plan = self.rng, self.plan
        level = d.constant(round(plan.spot + rng.uniform(-0.5, 0.5) * plan.band, 2))
        draw = rng.random()
        if draw < 0.3 or (not vpis and draw < 0.5):
            return d.leaf(d.ltp(), rng.choice(["<", ">", "<=", ">=", "crosses_above", "crosses_below"]), level)
        if draw < 0.5:
            pair = rng.choice(
                [
                    (d.position(rng.choice(vpis), "currentPrice"), d.position(rng.choice(vpis), "entryPrice")),
                    (d.position(rng.choice(vpis), "pnl"), d.constant(0)),
                    (d.profit(rng.choice(["unrealized", "total"])), d.constant(0)),
                ]
            )
            return d.leaf(pair[0], rng.choice(["<", ">", "!=", "<=", ">="]), pair[1])
        if draw < 0.75 or kind != "entry":
            frame = rng.choice(plan.timeframes["TI"])
            operator = rng.choice(["<", ">", "<=", ">=", "!="])
            return d.leaf(d.ltp(), operator, d.candle(rng.choice(FIELDS), rng.choice([0, -1]), frame))
        begin = plan.open_s + rng.randrange(plan.steps // 3)
        return d.leaf(d.now(), ">=", d.time_of_day(clock(begin)))

    def leaf(self, kind: str, vpis: list[str]) -> dict:
        """A comparison of two terms of one sort."""
        rng = self.rng
        sort = rng.choices(*zip(*SORTS[kind].items(), strict=True))[0]
        if (sort == "support" and "SI" not in self.plan.timeframes) or (sort == "rsi" and not self._keys("rsi")):
            sort = "spot"
        if not vpis and sort in ("option", "count", "text", "entry_spot"):
            sort = "spot"
        if sort == "text":
            return d.leaf(self.text(vpis), rng.choice(["==", "==", "!="]), self._status())
        if sort == "flag":
            return d.leaf(d.constant(True), rng.choice(["==", "!="]), d.constant(rng.choice([True, True, False, 1])))
        if sort == "time":
            return self._time_leaf()
        if sort in ("count", "profit") and rng.random() < 0.5:
            return d.leaf(self.term(sort, vpis), rng.choice(["==", "!=", ">=", "<="]), self.term(sort, vpis))
        operator = rng.choice(ORDERINGS) if rng.random() < 0.9 else rng.choice(["==", "!="])
        left = self.wrapped(sort, vpis)
        while fixed(left):
            left = self.wrapped(sort, vpis)
        if rng.random() < 0.1 and sort in ("spot", "option", "entry_spot"):
            return self._difference_leaf(sort, vpis, operator)
        if operator == "between":
            low = self.term(sort, vpis)
            width = d.constant(self._small(sort) * rng.choice([0, 1, 5, 20]))
            return d.leaf(left, operator, [d.arithmetic(low, "-", width), d.arithmetic(low, "+", width)])
        return d.leaf(left, operator, self.wrapped(sort, vpis))

    def wrapped(self, sort: str, vpis: list[str]) -> dict:
        """A term, sometimes within arithmetic that hardly moves it."""
        rng, term = self.rng, self.term(sort, vpis)
        for _ in range(rng.choice([0, 0, 0, 1, 1, 2])):
            operation = rng.choice(["+", "-", "*", "/", "+%", "-%"])
            right = {
                "+": self._small(sort),
                "-": self._small(sort),
                "*": rng.choice([1, 1.0001, 0.9999]),
                "/": rng.choice([1, 1.0001, 3, 0]) if rng.random() < 0.3 else 1,
                "+%": rng.choice([0, 0.01, 0.2]),
                "-%": rng.choice([0, 0.01, 0.2]),
            }[operation]
            term = d.arithmetic(term, operation, d.constant(right))
        return term

    def term(self, sort: str, vpis: list[str]) -> dict:
        """An expression of that sort."""
        known = self.names.variables.get(sort)
        if known and self.rng.random() < 0.25:
            return d.variable(*self.rng.choice(known))
        return getattr(self, f"_{sort}")(vpis)

    def text(self, vpis: list[str]) -> dict:
        """A position's status, or a variable that froze one."""
        known = self.names.variables.get("text")
        if known and self.rng.random() < 0.3:
            return d.variable(*self.rng.choice(known))
        return d.position(self.rng.choice(vpis), "status")

    def _status(self) -> dict:
        return d.constant(self.rng.choice(["open", "CLOSED", "closed", "Open"]))

    def _spot(self, _vpis: list[str]) -> dict:
        return self._instrument("TI", self.plan.spot)

    def _support(self, _vpis: list[str]) -> dict:
        return self._instrument("SI", self.plan.support)

    def _instrument(self, role: str, level: float) -> dict:
        rng = self.rng
        draw = rng.random()
        if draw < 0.3:
            return {"type": "live_data", "field": rng.choice(["ltp", "underlying_ltp"]), "instrumentType": role}
        if draw < 0.65:
            frame = rng.choice(self.plan.timeframes[role])
            name, offset = rng.choice(FIELDS), rng.choice(OFFSETS)
            term = d.candle(rng.choice([name, name.lower()]), offset, frame, role)
            if offset is None:
                del term["offset"]
            return term | {"type": rng.choice(["candle_data", "candle_data", "market_data"])}
        averages = [at for at in self._keys("sma") + self._keys("ema") if at[0] == role]
        if draw < 0.85 and averages:
            _, frame, key = rng.choice(averages)
            return d.indicator(key, rng.choice([-1, -1, -2, -4]), frame, role)
        return d.constant(round(level + rng.uniform(-0.6, 0.6) * self.plan.band, 2))

    def _entry_spot(self, vpis: list[str]) -> dict:
        if self.rng.random() < 0.5:
            return d.position(self.rng.choice(vpis), self.rng.choice(SPOT_FIELDS))
        return self._spot(vpis)

    def _option(self, vpis: list[str]) -> dict:
        rng = self.rng
        if rng.random() < 0.15:
            return d.constant(round(self.plan.option * rng.uniform(0.8, 1.2), 2))
        return d.position(rng.choice(vpis), rng.choice(OPTION_FIELDS))

    def _profit(self, vpis: list[str]) -> dict:
        rng, draw = self.rng, self.rng.random()
        if draw < 0.35:
            return d.constant(rng.choice([0, 0, 0, 10, -10, 55.5, -40]))
        if not vpis:
            return d.profit(rng.choice(["realized", "unrealized", "total"]))
        if draw < 0.7:
            return d.position(rng.choice(vpis), rng.choice(PROFIT_FIELDS))
        kind = rng.choice(["realized", "unrealized", "total"])
        return d.profit(kind, rng.choice([None, rng.choice(vpis)]))

    def _count(self, vpis: list[str]) -> dict:
        rng = self.rng
        if rng.random() < 0.4:
            return d.constant(rng.choice([0, 1, 2, 3, 10, 25]))
        return d.position(rng.choice(vpis), rng.choice(["quantity", "quantity", "multiplier"]))

    def _rsi(self, _vpis: list[str]) -> dict:
        if self.rng.random() < 0.4:
            return d.constant(self.rng.choice([30, 45, 50, 55, 70]))
        role, frame, key = self.rng.choice(self._keys("rsi"))
        return d.indicator(key, self.rng.choice([-1, -1, -2, -3]), frame, role)

    def _volume(self, _vpis: list[str]) -> dict:
        rng, role = self.rng, self.rng.choice(list(self.plan.timeframes))
        draw = rng.random()
        if draw < 0.35:
            return {"type": "live_data", "field": "volume", "instrumentType": role}
        if draw < 0.75:
            return d.candle("Volume", rng.choice([0, -1, -2]), rng.choice(self.plan.timeframes[role]), role)
        return d.constant(rng.choice([0, 100, 500, 2000]))

    def _oi(self, _vpis: list[str]) -> dict:
        role = self.rng.choice(list(self.plan.timeframes))
        if self.rng.random() < 0.5:
            return {"type": "live_data", "field": "oi", "instrumentType": role}
        return d.constant(self.rng.choice([1200, 1500, 1800]))

    def _time(self, _vpis: list[str]) -> dict:
        second = self.plan.open_s + self.rng.randrange(self.plan.steps)
        if self.rng.random() < 0.3:
            return d.arithmetic(d.time_of_day(clock(second - 30)), "+", d.constant(30))
        return d.time_of_day(clock(second, seconds=self.rng.random() < 0.5))

    def _time_leaf(self) -> dict:
        rng, plan = self.rng, self.plan
        begin = plan.open_s + rng.randrange(plan.steps // 2)
        draw = rng.random()
        if draw < 0.55:
            return d.leaf(d.now(), rng.choice([">=", ">", "!="]), d.time_of_day(clock(begin)))
        if draw < 0.8:
            end = begin + rng.randrange(plan.steps // 2)
            return d.leaf(d.now(), "between", [d.time_of_day(clock(begin)), d.time_of_day(clock(end))])
        if draw < 0.9:
            return d.leaf(d.now(), "crosses_above", d.time_of_day(clock(begin)))
        return d.leaf(d.now(), rng.choice(["<", "<=", "=="]), self._time([]))

    def _difference_leaf(self, sort: str, vpis: list[str], operator: str) -> dict:
        """A spread against nought, or a ratio against one."""
        operation, about = self.rng.choice([("-", 0.0), ("/", 1.0)])
        left = d.arithmetic(self.term(sort, vpis), operation, self.term(sort, vpis))
        if operator == "between":
            return d.leaf(left, operator, [d.constant(about - 0.01), d.constant(about + 0.01)])
        return d.leaf(left, operator, d.constant(about))

    def _small(self, sort: str) -> float:
        """A distance that matters to that sort."""
        scale = {"volume": 50, "oi": 50, "rsi": 5, "count": 1, "profit": 5, "time": 20}.get(sort, 0.05)
        return round(scale * self.rng.choice([0, 1, 2]), 2)

    def _keys(self, name: str) -> list[tuple[str, str, str]]:
        return [
            (role, frame, key)
            for (role, frame), keys in self.names.keys.items()
            for key, indicator in keys.items()
            if indicator == name
        ]


def fixed(expression: dict) -> bool:
    """Whether an expression is made of constants only."""
    if expression["type"] == "expression":
        return fixed(expression["left"]) and fixed(expression["right"])
    return expression["type"] in ("constant", "time_function")


def clock(second: int, *, seconds: bool = True) -> str:
    """A second of the day as HH:MM:SS or HH:MM."""
    text = f"{second // 3600:02d}:{second // 60 % 60:02d}"
    return f"{text}:{second % 60:02d}" if seconds else text
