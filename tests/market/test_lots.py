from __future__ import annotations

from datetime import date

import pytest

from strikebook.market.lots import lot_sizes


@pytest.mark.parametrize(
    ("underlying", "expiry", "traded", "lot"),
    [
        ("NIFTY", "2021-07-22", "2021-07-01", 75),
        ("NIFTY", "2021-07-29", "2021-07-01", 50),
        ("NIFTY", "2022-06-09", "2022-06-08", 50),
        ("NIFTY", "2024-04-25", "2024-04-25", 50),
        ("NIFTY", "2024-05-02", "2024-04-29", 25),
        ("NIFTY", "2024-12-26", "2024-12-20", 25),
        ("NIFTY", "2025-01-02", "2024-12-30", 75),
        ("NIFTY", "2025-01-30", "2025-01-20", 25),
        ("NIFTY", "2025-03-27", "2024-12-26", 25),
        ("NIFTY", "2025-03-27", "2024-12-27", 75),
        ("NIFTY", "2025-12-30", "2025-12-30", 75),
        ("NIFTY", "2026-01-06", "2026-01-02", 65),
        ("BANKNIFTY", "2020-07-23", "2020-07-20", 20),
        ("BANKNIFTY", "2020-07-30", "2020-07-20", 25),
        ("BANKNIFTY", "2023-07-20", "2023-07-20", 25),
        ("BANKNIFTY", "2023-07-27", "2023-07-20", 15),
        ("BANKNIFTY", "2025-02-27", "2025-02-03", 30),
        ("BANKNIFTY", "2025-07-31", "2025-07-01", 35),
        ("BANKNIFTY", "2026-01-27", "2026-01-05", 30),
        ("FINNIFTY", "2024-07-30", "2024-07-29", 25),
        ("MIDCPNIFTY", "2025-07-31", "2025-07-30", 140),
        ("SENSEX", "2023-05-19", "2023-05-16", 10),
        ("SENSEX", "2025-01-07", "2025-01-02", 20),
    ],
)
def test_the_lot_belongs_to_the_contract(underlying: str, expiry: str, traded: str, lot: int):
    """Every change that the facts of the market list, on both sides of its date."""
    day = date.fromisoformat(expiry)
    assert lot_sizes(underlying, [day], date.fromisoformat(traded)) == {day: lot}


def test_an_unknown_underlying_has_no_lot():
    """Nothing is guessed."""
    assert lot_sizes("RELIANCE", [date(2024, 1, 25)], date(2024, 1, 2)) == {}
