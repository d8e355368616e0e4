"""two_sided_rsi_w0 worked out again, second by second, straight from the source files. No strikebook code takes part.

The strategy's rules are written here by hand from its graph and STRATEGY_LANGUAGE.md; see ``BULL`` and ``BEAR``.
``python -m tests.real_days.rederive [2022-06-14 ...]`` prints the days (all of June 2022 without arguments).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path

from tests.real_days.source_days import (
    CLOSE,
    OPEN,
    Bar,
    Bars,
    OptionDay,
    Trades,
    june_2021_options,
    june_2022_options,
    replay,
    spot_bars,
)

UNITS = 75  # one lot, and the strategy says 75 to the lot
FIRST_ENTRY, SQUARE_OFF = 9 * 3600 + 17 * 60, CLOSE - 5 * 60
MAX_RE_ENTRIES = 10
WARM_UP = 500


@dataclass(frozen=True)
class Seen:
    """What a condition may look at in a second: the index now, the last completed minute and its RSI."""

    second: int
    spot: int | None
    previous: Bar | None
    rsi: float | None

    @property
    def high(self) -> int:
        return self.previous[2]

    @property
    def low(self) -> int:
        return self.previous[3]

    @property
    def close(self) -> int:
        return self.previous[4]

    @property
    def complete(self) -> bool:
        return None not in (self.spot, self.previous, self.rsi)

    def rsi_below(self, level: int) -> bool:
        """Both sides are rounded to six decimals before they are compared."""
        return round(self.rsi * 1e6) < level * 1e6

    def rsi_above(self, level: int) -> bool:
        return round(self.rsi * 1e6) > level * 1e6


@dataclass(frozen=True)
class Patience:
    """How old a price may be, and how long an entry waits for the next one."""

    max_age_s: int = 60
    wait_s: int = 60


Rule = Callable[[Seen], bool]


@dataclass(frozen=True)
class Rules:
    """One side of the strategy: it sells the at-the-money option of ``right``.

    ``stop`` compares the close with the level frozen by the signal that opened this life.
    """

    entry_node: str
    target_exit: str
    stop_exit: str
    right: str
    max_entries: int
    entry: Rule
    level: Callable[[Seen], int]
    target: Rule
    stop: Callable[[Seen, int], bool]
    again_after_target: Rule
    again_after_stop: Rule


BULL = Rules(
    "entry-2", "exit-2", "exit-3", "PE", 9,
    entry=lambda seen: seen.second >= FIRST_ENTRY and seen.rsi_below(30) and seen.spot > seen.high,
    level=lambda seen: seen.low,
    target=lambda seen: seen.rsi_above(70),
    stop=lambda seen, level: seen.rsi_below(30) and seen.close < level,
    again_after_target=lambda seen: seen.rsi_below(30) and seen.spot > seen.high,
    again_after_stop=lambda seen: seen.rsi_below(30) and seen.spot > seen.high,
)  # fmt: skip
BEAR = Rules(
    "entry-3", "exit-5", "exit-6", "CE", 10,
    entry=lambda seen: seen.second >= FIRST_ENTRY and seen.rsi_above(70) and seen.spot < seen.low,
    level=lambda seen: seen.high,
    target=lambda seen: seen.rsi_below(30),
    stop=lambda seen, level: seen.rsi_above(70) and seen.close > level,
    again_after_target=lambda seen: seen.rsi_above(70) and seen.spot > seen.low,
    again_after_stop=lambda seen: seen.rsi_above(70) and seen.spot < seen.low,
)  # fmt: skip


@dataclass
class Position:
    """One life of a side's leg. ``*_age`` is how old the price of the fill was."""

    trade_id: str
    symbol: str
    entry_time: int
    entry_price: int
    entry_age: int
    spot_at_entry: int
    signal_rsi: float
    trades: Trades
    exit_time: int = -1
    exit_price: int = -1
    exit_age: int = -1
    spot_at_exit: int = -1
    exit_node: str = ""
    exit_reason: str = ""

    @property
    def pnl(self) -> int:
        """In paise; sold at the entry, bought back at the exit."""
        return (self.entry_price - self.exit_price) * UNITS


@dataclass(frozen=True)
class Refused:
    """An order that was turned down, or an exit order that had to be sent again."""

    time: int
    leg: str
    reason: str
    retried: bool = False


@dataclass
class Worked:
    """A day as it was worked out."""

    day: date
    positions: list[Position] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    @property
    def pnl(self) -> int:
        return sum(position.pnl for position in self.positions)


@dataclass
class Side:
    """The state of one side through a day. ``asked`` is the second at which a re-entry signal asked for the entry."""

    rules: Rules
    day: date
    options: OptionDay
    worked: Worked
    patience: Patience
    entry_armed: bool = True
    asked: int | None = None
    entries: int = 0
    first_level: int | None = None
    stop_level: int | None = None
    signal_rsi: float = 0.0
    position: Position | None = None
    waiting: tuple[int, str, Trades] | None = None
    armed_exits: set[str] = field(default_factory=set)
    pending_exits: list[str] = field(default_factory=list)
    failed_exits: set[str] = field(default_factory=set)
    again: set[str] = field(default_factory=set)

    @property
    def leg(self) -> str:
        return self.rules.entry_node + "-pos1"

    def resting_orders(self, seen: Seen) -> None:
        """Orders that waited are tried before anything is decided."""
        if self.waiting is not None:
            self._try_waiting(seen)
        for kind in list(self.pending_exits):
            if kind in self.pending_exits:
                self._try_exit(kind, seen)

    def decide(self, seen: Seen) -> None:
        """The side's part of the graph, from its entry signal down."""
        rules = self.rules
        if self.entry_armed and seen.complete and rules.entry(seen):
            self.entry_armed = False
            self.first_level, self.signal_rsi = rules.level(seen), seen.rsi
            self._send_entry(seen)
        elif self.asked is not None and self.asked < seen.second:
            self.asked = None
            self._send_entry(seen)
        self._decide_exit("target", seen)
        self._decide_again("target", seen)
        self._decide_exit("stop", seen)
        self._decide_again("stop", seen)

    def _decide_exit(self, kind: str, seen: Seen) -> None:
        if kind not in self.armed_exits or not seen.complete:
            return
        rules = self.rules
        if kind == "target":
            holds = rules.target(seen)
        else:
            level = self.first_level if self.entries == 1 else self.stop_level
            holds = level is not None and rules.stop(seen, level)
        if holds:
            self.armed_exits.discard(kind)
            self.pending_exits.append(kind)
            if self.position.entry_time < seen.second:
                self._try_exit(kind, seen)

    def _decide_again(self, kind: str, seen: Seen) -> None:
        if kind not in self.again or self.position is not None or self.waiting is not None or not seen.complete:
            return
        rules = self.rules
        if (rules.again_after_target if kind == "target" else rules.again_after_stop)(seen):
            self.again.discard(kind)
            self.signal_rsi = seen.rsi
            if kind == "stop":
                self.stop_level = rules.level(seen)
            self.asked = seen.second

    def _send_entry(self, seen: Seen) -> None:
        if self.entries >= self.rules.max_entries:
            self._refuse(seen, "max_entries")
            return
        expiry = self.options.nearest_expiry(self.day)
        if expiry is None:
            self._refuse(seen, "no_expiry")
            return
        strikes = self.options.strikes(expiry, self.rules.right)
        strike = min(strikes, key=lambda strike: (abs(strike * 100 - seen.spot), -strike))
        symbol = f"NIFTY:{expiry.isoformat()}:OPT:{strike}:{self.rules.right}"
        trades = self.options.trades[expiry, strike, self.rules.right]
        quote = trades.last(seen.second)
        if quote is not None and quote[1] <= self.patience.max_age_s:
            self._open(symbol, trades, quote, seen)
        else:
            self.waiting = (seen.second, symbol, trades)

    def _try_waiting(self, seen: Seen) -> None:
        sent, symbol, trades = self.waiting
        quote = trades.last(seen.second)
        if quote is not None and seen.second - quote[1] > sent:
            self.waiting = None
            self._open(symbol, trades, quote, seen)
        elif seen.second == sent + self.patience.wait_s:
            self.waiting = None
            self._refuse(seen, "no_price" if quote is None else "stale_price")

    def _open(self, symbol: str, trades: Trades, quote: tuple[int, int], seen: Seen) -> None:
        self.position = Position(
            f"{self.leg}-r{self.entries}", symbol, seen.second, *quote, seen.spot, self.signal_rsi, trades
        )
        self.worked.positions.append(self.position)
        self.entries += 1
        self.armed_exits = {"target", "stop"}

    def _try_exit(self, kind: str, seen: Seen) -> None:
        quote = self.position.trades.last(seen.second)
        if quote is None or quote[1] > self.patience.max_age_s:
            if kind not in self.failed_exits:
                self.failed_exits.add(kind)
                self._refuse(seen, "no_price" if quote is None else "stale_price", retried=True)
            return
        node = self.rules.target_exit if kind == "target" else self.rules.stop_exit
        self.close(seen, node, "exit_condition_met")
        if self.entries < self.rules.max_entries and self.entries - 1 < MAX_RE_ENTRIES:
            self.again.add(kind)

    def close(self, seen: Seen, node: str, reason: str) -> None:
        """Close the open life at its contract's last price."""
        position = self.position
        position.exit_price, position.exit_age = position.trades.last(seen.second)
        position.exit_time, position.spot_at_exit = seen.second, seen.spot
        position.exit_node, position.exit_reason = node, reason
        self.position = None
        self.armed_exits, self.pending_exits, self.failed_exits = set(), [], set()

    def _refuse(self, seen: Seen, reason: str, *, retried: bool = False) -> None:
        self.worked.refused.append(Refused(seen.second, self.leg, reason, retried))


def wilder_rsi(closes: list[int], length: int = 14) -> list[float | None]:
    """RSI after each close, from the mean gain and the mean loss of the moves between closes.

    The first means are plain ones of ``length`` moves; then mean = (mean × (length − 1) + move) / length.
    RSI = 100 × mean gain / (mean gain + mean loss); no value where nothing moved.
    """
    values: list[float | None] = [None] * len(closes)
    moves = [after - before for before, after in pairwise(closes)]
    if len(moves) < length:
        return values
    gain = sum(max(move, 0) for move in moves[:length]) / length
    loss = sum(max(-move, 0) for move in moves[:length]) / length
    for at in range(length, len(closes)):
        if at > length:
            gain = (gain * (length - 1) + max(moves[at - 1], 0)) / length
            loss = (loss * (length - 1) + max(-moves[at - 1], 0)) / length
        values[at] = 100 * gain / (gain + loss) if gain + loss else None
    return values


def work_out(day: date, spot: Bars, options: OptionDay, patience: Patience) -> Worked:
    """Walk the day second by second, from the open to the square-off five minutes before the close."""
    bars = spot[day]
    trades = replay(bars)
    history = [bar for earlier in sorted(spot) if earlier < day for bar in spot[earlier]][-WARM_UP:]
    series = [*history, *bars]
    rsi = wilder_rsi([bar[4] for bar in series])
    worked = Worked(day)
    sides = [Side(rules, day, options, worked, patience) for rules in (BULL, BEAR)]
    completed = len(history)
    for second in range(OPEN, SQUARE_OFF + 1):
        while completed < len(series) and series[completed][0] + 60 <= second:
            completed += 1
        quote = trades.last(second)
        previous = series[completed - 1] if completed else None
        value = rsi[completed - 1] if completed else None
        seen = Seen(second, None if quote is None else quote[0], previous, value)
        if second == SQUARE_OFF:
            for side in sides:
                if side.position is not None:
                    side.close(seen, "square-off-1", "square_off_time")
            break
        assert quote[1] <= patience.max_age_s, "these days have no stale index"
        for side in sides:
            side.resting_orders(seen)
        for side in sides:
            side.decide(seen)
    return worked


def shared_folder() -> Path:
    """The folder of the real data: STRIKEBOOK_SHARED, or ``shared`` beside the checkout."""
    beside = Path(__file__).resolve().parents[2].parent / "shared"
    folder = Path(os.environ.get("STRIKEBOOK_SHARED", beside))
    if not (folder / "data" / "real").is_dir():
        raise FileNotFoundError(
            f"no real data in {folder / 'data' / 'real'}: set STRIKEBOOK_SHARED to the shared folder"
        )
    return folder


@cache
def june_2022(day: date, patience: Patience = Patience()) -> Worked:
    """A day of June 2022: the index of May and June, option closes."""
    real = shared_folder() / "data" / "real"
    spot = spot_bars(real / "spot" / "2022 MAY NIFTY.txt", real / "spot" / "2022 JUN NIFTY.txt")
    options = june_2022_options(real / "nifty_2022_06" / "options_1m_close.parquet")
    return work_out(day, spot, options.get(day, OptionDay()), patience)


def june_2021(day: date) -> Worked:
    """A day of June 2021: the index of the spot files, option bars of one file per contract."""
    real = shared_folder() / "data" / "real"
    spot = spot_bars(real / "spot" / "2021 MAY NIFTY.txt", real / "spot" / "2021 JUNE NIFTY.txt")
    return work_out(day, spot, june_2021_options(real / "nifty_2021_06").get(day, OptionDay()), Patience())


def clock_text(second: int) -> str:
    """Seconds of the day as HH:MM:SS."""
    return f"{second // 3600:02d}:{second % 3600 // 60:02d}:{second % 60:02d}"


def as_text(worked: Worked) -> str:
    """A day's trades, one a line."""
    lines = [f"{worked.day}  {len(worked.positions)} positions, {worked.pnl / 100:+.2f}"]
    lines += [
        f"  {p.trade_id:<16} {p.symbol:<30} {clock_text(p.entry_time)} {p.entry_price / 100:8.2f}"
        f"  {clock_text(p.exit_time)} {p.exit_price / 100:8.2f}  {p.pnl / 100:+10.2f}  {p.exit_reason} {p.exit_node}"
        for p in worked.positions
    ]
    lines += [f"  {clock_text(r.time)} {r.leg} refused: {r.reason}{', sent again' * r.retried}" for r in worked.refused]
    return "\n".join(lines)


if __name__ == "__main__":
    asked = [date.fromisoformat(text) for text in sys.argv[1:]]
    for each in asked or [date(2022, 6, number) for number in range(1, 31) if date(2022, 6, number).weekday() < 5]:
        sys.stdout.write(as_text(june_2021(each) if each.year == 2021 else june_2022(each)) + "\n")
