"""The expiries that the synthetic market lists are the ones that were listed then."""

from __future__ import annotations

from datetime import date

import pytest

from strikebook.market.synthetic import SyntheticMarket
from strikebook.market.synthetic.trading_days import sessions

MARKET = SyntheticMarket()


def listed(underlying: str, day: str, count: int | None = None) -> list[str]:
    """The nearest expiries listed that day."""
    expiries = MARKET.load_day(underlying, date.fromisoformat(day)).contracts.expiries
    return [expiry.isoformat() for expiry in expiries[:count]]


@pytest.mark.parametrize(
    ("underlying", "day", "expected"),
    [
        ("NIFTY", "2019-02-08", ["2019-02-28", "2019-03-28", "2019-04-25"]),
        ("NIFTY", "2019-02-11", ["2019-02-14", "2019-02-21", "2019-02-28"]),
        ("NIFTY", "2021-11-03", ["2021-11-03", "2021-11-11", "2021-11-18"]),
        ("NIFTY", "2024-08-12", ["2024-08-14", "2024-08-22", "2024-08-29"]),
        ("NIFTY", "2024-08-16", ["2024-08-22", "2024-08-29", "2024-09-05"]),
        ("NIFTY", "2025-08-28", ["2025-08-28", "2025-09-04", "2025-09-11", "2025-09-18", "2025-09-25"]),
        ("NIFTY", "2025-08-29", ["2025-09-02", "2025-09-09", "2025-09-16", "2025-09-23", "2025-09-30"]),
        ("NIFTY", "2025-09-02", ["2025-09-02", "2025-09-09", "2025-09-16"]),
        ("NIFTY", "2025-10-17", ["2025-10-20", "2025-10-28", "2025-11-04"]),
        ("BANKNIFTY", "2023-09-01", ["2023-09-07", "2023-09-14"]),
        ("BANKNIFTY", "2023-09-06", ["2023-09-06", "2023-09-13", "2023-09-20", "2023-09-28", "2023-10-04"]),
        ("BANKNIFTY", "2024-02-29", ["2024-02-29", "2024-03-06", "2024-03-13", "2024-03-20", "2024-03-28"]),
        ("BANKNIFTY", "2024-03-01", ["2024-03-06", "2024-03-13", "2024-03-20", "2024-03-27"]),
        ("BANKNIFTY", "2024-11-13", ["2024-11-13", "2024-11-27", "2024-12-24"]),
        ("BANKNIFTY", "2024-11-14", ["2024-11-27", "2024-12-24"]),
        ("BANKNIFTY", "2025-01-01", ["2025-01-30", "2025-02-27"]),
        ("BANKNIFTY", "2025-08-29", ["2025-09-30", "2025-10-28", "2025-11-25"]),
        ("SENSEX", "2023-05-15", ["2023-05-19", "2023-05-26"]),
        ("SENSEX", "2025-01-01", ["2025-01-03", "2025-01-07", "2025-01-14"]),
        ("SENSEX", "2025-08-29", ["2025-09-04", "2025-09-11"]),
    ],
)
def test_the_nearest_expiries_are_those_of_the_time(underlying: str, day: str, expected: list[str]) -> None:
    """Weekday rules, moves of listed contracts and holidays hold from the day they held."""
    assert listed(underlying, day, len(expected)) == expected


def test_a_listing_reaches_months_ahead() -> None:
    """Four weeklies beside the monthlies, three monthlies, and the last months of the next three quarters."""
    assert listed("NIFTY", "2024-09-09") == [
        "2024-09-12",
        "2024-09-19",
        "2024-09-26",
        "2024-10-03",
        "2024-10-10",
        "2024-10-31",
        "2024-11-28",
        "2024-12-26",
        "2025-03-27",
    ]


def test_bank_nifty_has_no_weekly_after_november_2024() -> None:
    """From 2024-11-14 on each expiry is the only one of its month."""
    for day in MARKET.days("BANKNIFTY", date(2024, 11, 14), date(2025, 3, 31)):
        expiries = MARKET.load_day("BANKNIFTY", day).contracts.expiries
        assert len({(expiry.year, expiry.month) for expiry in expiries}) == len(expiries)


def test_every_expiry_is_a_full_trading_day_ahead() -> None:
    """No contract expires on a holiday, in a muhurat hour, or before the day that lists it; all have a lot size."""
    for name in MARKET.underlyings():
        for day in MARKET.days(name, date(2019, 1, 1), date(2026, 6, 30))[::3]:
            contracts = MARKET.load_day(name, day).contracts
            assert contracts.expiries[0] >= day
            assert len(contracts.expiries) >= 5
            assert set(contracts.lot_sizes) == set(contracts.expiries)
            for expiry in contracts.expiries:
                assert sessions()[expiry].last_step > 3600


@pytest.mark.parametrize(
    ("underlying", "day", "expiry", "lot"),
    [
        ("NIFTY", "2024-04-24", "2024-04-25", 50),
        ("NIFTY", "2024-05-02", "2024-05-02", 25),
        ("NIFTY", "2026-01-12", "2026-01-13", 65),
        ("BANKNIFTY", "2023-09-06", "2023-09-06", 15),
    ],
)
def test_lots_are_those_of_the_contract(underlying: str, day: str, expiry: str, lot: int) -> None:
    """A contract has the lot size of its expiry, from the dated table."""
    contracts = MARKET.load_day(underlying, date.fromisoformat(day)).contracts
    assert contracts.lot_sizes[date.fromisoformat(expiry)] == lot
