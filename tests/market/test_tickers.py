from __future__ import annotations

from datetime import date

import pytest

from strikebook.errors import MarketDataError
from strikebook.market.importing.mapping import SymbolRules
from strikebook.market.importing.tickers import symbol_of_terms, universal_symbol

CODED = SymbolRules(
    spelling="coded", expiries={"24NOV": date(2024, 11, 28)}, rename={"NIFTY%2050": "NIFTY", "NIFTY 50": "NIFTY"}
)
DATED = SymbolRules(spelling="dated", rename={"NIFTY 50.NSE_IDX": "NIFTY"})


@pytest.mark.parametrize(
    ("rules", "spelled", "universal"),
    [
        (CODED, "NIFTY2161715600CE", "NIFTY:2021-06-17:OPT:15600:CE"),
        (CODED, "NIFTY2372018450PE", "NIFTY:2023-07-20:OPT:18450:PE"),
        (CODED, "NIFTY24O1725050CE", "NIFTY:2024-10-17:OPT:25050:CE"),
        (CODED, "NIFTY24N0724250PE", "NIFTY:2024-11-07:OPT:24250:PE"),
        (CODED, "BANKNIFTY24D2451000CE", "BANKNIFTY:2024-12-24:OPT:51000:CE"),
        (CODED, "NIFTY24NOV24250PE", "NIFTY:2024-11-28:OPT:24250:PE"),
        (CODED, "NIFTY24NOVFUT", "NIFTY:2024-11-28:FUT"),
        (CODED, "NIFTY%2050", "NIFTY"),
        (CODED, "BANKNIFTY", "BANKNIFTY"),
        (DATED, "NIFTY07NOV2424250PE.NFO", "NIFTY:2024-11-07:OPT:24250:PE"),
        (DATED, "NIFTY07NOV2424250PE", "NIFTY:2024-11-07:OPT:24250:PE"),
        (DATED, "NIFTY28NOV24FUT.NFO", "NIFTY:2024-11-28:FUT"),
        (DATED, "NIFTY 50.NSE_IDX", "NIFTY"),
        (SymbolRules(), "nifty:2024-10-17:opt:25050:ce", "NIFTY:2024-10-17:OPT:25050:CE"),
    ],
)
def test_spellings(rules: SymbolRules, spelled: str, universal: str):
    """Each spelling of a contract comes to its one universal symbol."""
    assert universal_symbol(spelled, rules) == universal


def test_a_monthly_ticker_without_its_expiry_is_refused():
    """No rule knows a month's expiry: it is asked for, with the line to add."""
    with pytest.raises(MarketDataError, match=r'the expiry of 24OCT is not known \("24OCT" = "YYYY-MM-DD" under'):
        universal_symbol("NIFTY24OCT24250PE", CODED)


@pytest.mark.parametrize("spelled", ["NIFTY07NOV2424250PE.NFO", "NIFTY 50", "", "NIFTY2163215600CE"])
def test_what_cannot_be_read_is_refused(spelled: str):
    """A ticker in another spelling, or with a date that does not exist, is never guessed at."""
    with pytest.raises(MarketDataError):
        universal_symbol(spelled, SymbolRules(spelling="coded"))


@pytest.mark.parametrize(("right", "letters"), [("c", "CE"), ("Call", "CE"), ("PE", "PE"), (" put ", "PE")])
def test_option_types_in_any_words(right: str, letters: str):
    """C, call, CE and their puts are understood."""
    assert symbol_of_terms("NIFTY", date(2022, 6, 16), "15600.0", right) == f"NIFTY:2022-06-16:OPT:15600:{letters}"


@pytest.mark.parametrize(
    ("strike", "right"), [("0", "CE"), ("-5", "CE"), ("abc", "CE"), ("100.001", "CE"), ("100", "X")]
)
def test_terms_without_sense_are_refused(strike: str, right: str):
    """A strike must be positive and of whole paise, a right a call or a put."""
    with pytest.raises(MarketDataError):
        symbol_of_terms("NIFTY", date(2022, 6, 16), strike, right)
