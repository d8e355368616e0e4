"""What each level of compression costs and saves: ``python -m bench.compression`` prints docs/retention.md's table.

The days are those of the first example on the synthetic market, so that anyone measures the same bytes; times are of
the processor, the best of some rounds.
"""

from __future__ import annotations

import sys
import time
from datetime import date
from pathlib import Path

import orjson

from strikebook.engine.day import run_day
from strikebook.market.synthetic.source import SyntheticMarket
from strikebook.model.options import DEFAULT_LEVEL, HIGHEST_LEVEL, RunOptions
from strikebook.money.day_charges import charges_of_day
from strikebook.service.strategy_file import load_strategy
from strikebook.storage.codec import compress, encoder_of
from strikebook.storage.day_document import DayDocuments

ROOT = Path(__file__).parent.parent
FIRST, LAST = date(2024, 10, 1), date(2024, 10, 31)
ROUNDS = 5


def main() -> int:
    """Measure all levels and print a table in Markdown."""
    texts = _days((ROOT / "examples" / "two_sided_rsi.json").read_bytes())
    plain = sum(map(len, texts))
    measured = {level: _measured(texts, level) for level in range(HIGHEST_LEVEL + 1)}
    lines = ["| level | encoder | ratio | milliseconds a MB of JSON | size |", "|---|---|---|---|---|"]
    for level, (size, seconds) in measured.items():
        share = f"{100 * size / measured[DEFAULT_LEVEL][0]:.0f} %" + (" (default)" if level == DEFAULT_LEVEL else "")
        per_megabyte = seconds * 1e3 / (plain / 1e6)
        lines.append(f"| {level} | {encoder_of(level)} | {plain / size:.2f} × | {per_megabyte:.1f} | {share} |")
    print("\n".join(lines))
    return 0


def _days(document: bytes) -> list[bytes]:
    """The JSON of every day of the month."""
    strategy, options, market = load_strategy(document), RunOptions(), SyntheticMarket()
    documents = DayDocuments(strategy, options)
    texts = []
    for day in market.days("NIFTY", FIRST, LAST):
        result = run_day(strategy, market.load_day("NIFTY", day), options)
        texts.append(orjson.dumps(documents.document(result, charges_of_day(result, options))))
    return texts


def _measured(texts: list[bytes], level: int) -> tuple[int, float]:
    """The bytes of all days at a level, and the time of the fastest round."""
    fastest, size = float("inf"), 0
    for _ in range(ROUNDS):
        begun = time.process_time()
        size = sum(len(compress(text, level)) for text in texts)
        fastest = min(fastest, time.process_time() - begun)
    return size, fastest


if __name__ == "__main__":
    sys.exit(main())
