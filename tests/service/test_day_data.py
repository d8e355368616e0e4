"""What a day's data is known by: its own prices, and the candles before it in every timeframe that is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import orjson
import pytest

from strikebook.market.memory import MemoryMarket
from strikebook.market.synthetic import SyntheticMarket
from strikebook.service.day_data import day_fingerprint, fingerprints, reads_of
from strikebook.service.strategy_file import load_strategy
from tests.service.made_run import DAYS, small_day, small_market

DOCUMENT = (Path(__file__).parents[2] / "examples" / "two_sided_rsi.json").read_bytes()
READS = reads_of([load_strategy(DOCUMENT)])
CALL = "NIFTY:2024-10-10:OPT:25000:CE"


def other_market(changed: date, symbol: str) -> MemoryMarket:
    """The small market with dearer prices of one symbol on one day."""
    market = small_market()
    day = small_day(changed)
    rows = replace(day.rows[symbol], price_paise=day.rows[symbol].price_paise + 5)
    return replace(market, held={**market.held, ("NIFTY", changed): replace(day, rows={**day.rows, symbol: rows})})


@pytest.mark.parametrize(
    ("changed", "symbol", "other"),
    [
        (DAYS[1], "NIFTY", [DAYS[1], DAYS[2], DAYS[3]]),
        (DAYS[1], CALL, [DAYS[1]]),
        (DAYS[3], "NIFTY", [DAYS[3]]),
    ],
)
def test_a_day_is_known_by_its_prices_and_by_the_candles_before_it(
    changed: date, symbol: str, other: list[date]
) -> None:
    """Dearer prices change the text of their own day; those of the underlying that of the days after it too."""
    before, after = (fingerprints(market, DOCUMENT, DAYS) for market in (small_market(), other_market(changed, symbol)))
    assert [day for day in DAYS if before[day] != after[day]] == other


def test_days_far_enough_back_do_not_matter() -> None:
    """What 500 candles do not reach is read by no indicator: a day that is known for longer is the same day."""
    reads = {"NIFTY": [60]}
    early = [date(2023, 1, 2 + number) for number in range(5)]
    held = {("NIFTY", day): small_day(day) for day in (*early, *MANY, *DAYS)}
    long, short = MemoryMarket(held), MemoryMarket({place: day for place, day in held.items() if place[1] not in early})
    assert day_fingerprint(long, reads, DAYS[3]) == day_fingerprint(short, reads, DAYS[3])
    assert day_fingerprint(long, reads, MANY[1]) != day_fingerprint(short, reads, MANY[1])


def test_a_day_without_data_is_left_out() -> None:
    """The others are known."""
    assert list(fingerprints(small_market(DAYS[:2]), DOCUMENT, DAYS)) == list(DAYS[:2])


def test_what_several_strategies_read_is_taken_together() -> None:
    """Every timeframe of every one of them, the traded underlying first."""
    document = orjson.loads(DOCUMENT)
    assert list(READS) == ["NIFTY"]
    text = orjson.dumps(document).decode()
    other = text.replace(f'"{READS["NIFTY"][0] // 60}m"', '"7m"')
    assert other != text
    both = reads_of([load_strategy(DOCUMENT), load_strategy(other.encode())])
    assert list(both["NIFTY"]) == sorted({*READS["NIFTY"], 420})


def test_a_made_up_day_is_known_by_its_seed_alone() -> None:
    """The days before it are made of the same seed."""
    market = SyntheticMarket(7)
    day = date(2024, 10, 1)
    assert day_fingerprint(market, READS, day) == market.fingerprint("NIFTY", day)


MANY = tuple(date(2023, month, day) for month in range(2, 8) for day in range(1, 21))
"""Of each the small day has five whole minutes: more than 500 candles."""
