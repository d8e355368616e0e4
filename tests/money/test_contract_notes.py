"""Charges against contract notes worked out by hand, on dates before and after each change of a rate."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest

from strikebook.errors import MarketDataError, UsageError
from strikebook.model.brokerage import parse_brokerage
from strikebook.money.charge_rates import Exchange, charge_rates, exchange_of
from strikebook.money.charges import Charges, ClosedLots, charges_of

FLAT = parse_brokerage(20)


@dataclass(frozen=True)
class Note:
    """Units bought and sold at a price, and each line of the note in rupees before rounding, worked out by hand."""

    name: str
    day: str
    exchange: Exchange
    units: str
    bought: str
    sold: str
    stt: str
    venue: str
    sebi: str
    stamp: str
    gst: str
    total: str
    brokerage: str
    plan: str


NOTES = """
note             |day       |at |units|bought|sold |stt    |exchange |sebi    |stamp   |gst      |total|fee |plan
# 65 × 100 sold, 65 × 60 bought: MARKET_FACTS' own example
the page's       |2026-04-02|NSE|65   |60    |100  |9.75   |3.69512  |0.0104  |0.117   |7.8669936|61.44|40  |20
# sold 7500, bought 5000; 0.1 % of 7500; 0.03553 % and 0.0001 % of 12500; 0.003 % of 5000; 18 % of 44.45375
March 2026       |2026-03-31|NSE|50   |100   |150  |7.5    |4.44125  |0.0125  |0.15    |8.001675 |60.11|40  |20
# the day on which STT went to 0.15 %: 11.25 instead of 7.5
April 2026       |2026-04-01|NSE|50   |100   |150  |11.25  |4.44125  |0.0125  |0.15    |8.001675 |63.86|40  |20
# 0.0625 % of 7500; 0.0495 % of 12500
September 2024   |2024-09-30|NSE|50   |100   |150  |4.6875 |6.1875   |0.0125  |0.15    |8.316    |59.35|40  |20
October 2024     |2024-10-01|NSE|50   |100   |150  |7.5    |4.44125  |0.0125  |0.15    |8.001675 |60.11|40  |20
# 0.05 % until the end of March 2023
March 2023       |2023-03-31|NSE|50   |100   |150  |3.75   |6.1875   |0.0125  |0.15    |8.316    |58.42|40  |20
April 2023       |2023-04-01|NSE|50   |100   |150  |4.6875 |6.1875   |0.0125  |0.15    |8.316    |59.35|40  |20
# 75 units: sold 15037.5, bought 16537.5
a loss of 2020   |2020-12-01|NSE|75   |220.5 |200.5|7.51875|15.629625|0.031575|0.496125|10.019016|73.70|40  |20
# 20 × 310 sold, 20 × 300 bought: 0.0325 % of 12200 at the other exchange
SENSEX           |2025-02-03|BSE|20   |300   |310  |6.2    |3.965    |0.0122  |0.18    |7.915896 |58.27|40  |20
# nothing was paid for what came to nothing
expired worthless|2024-10-03|NSE|25   |0     |48   |1.2    |0.42636  |0.0012  |0       |7.2769608|48.90|40  |20
# brokerage 0.05 % of each order: 2.5 and 3.75; 18 % of 10.70375
a percentage     |2025-01-02|NSE|50   |100   |150  |7.5    |4.44125  |0.0125  |0.15    |1.926675 |20.28|6.25|0.05%
# the most of 3 rupees holds for the order of 3.75 only
its most         |2025-01-02|NSE|50   |100   |150  |7.5    |4.44125  |0.0125  |0.15    |1.791675 |19.40|5.5 |0.05% max 3
# two lots of 25 in two orders at 10 a lot
by lots          |2025-01-02|NSE|50   |100   |150  |7.5    |4.44125  |0.0125  |0.15    |8.001675 |60.11|40  |10 per lot
no brokerage     |2025-01-02|NSE|50   |100   |150  |7.5    |4.44125  |0.0125  |0.15    |0.801675 |12.91|0   |0
"""


def notes() -> list[Note]:
    """The table's rows; a line that begins with # says how the next was worked out."""
    rows = [line.split("|") for line in NOTES.strip().splitlines()[1:] if not line.startswith("#")]
    return [Note(*(cell.strip() for cell in row)) for row in rows]


@pytest.mark.parametrize("note", notes(), ids=lambda note: note.name)
@pytest.mark.parametrize("side", ["BUY", "SELL"])
def test_a_contract_note_is_met_to_the_paisa(note: Note, side: str) -> None:
    """The total is the exact sum of the lines, rounded once; each line is within a paisa of its exact amount."""
    bought, sold = (round(Decimal(price) * 100) for price in (note.bought, note.sold))
    entry, leave = (bought, sold) if side == "BUY" else (sold, bought)
    lots, size = (2, int(note.units) // 2) if int(note.units) % 2 == 0 else (1, int(note.units))
    closed = ClosedLots("BUY" if side == "BUY" else "SELL", lots, size, entry, leave, lots)
    rates = charge_rates(note.exchange, date.fromisoformat(note.day))
    charges = charges_of(closed, rates, parse_brokerage(note.plan))
    exact = {
        "brokerage": note.brokerage,
        "stt": note.stt,
        "exchange": note.venue,
        "sebi": note.sebi,
        "stamp": note.stamp,
        "gst": note.gst,
    }
    by_hand = sum(map(Decimal, exact.values())).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert by_hand == Decimal(note.total)
    assert Decimal(charges.total) / 100 == by_hand
    for name, paise in charges.lines().items():
        assert abs(Decimal(paise) - Decimal(exact[name]) * 100) < 1, name


def test_parts_share_the_brokerage_of_the_order_that_opened_them() -> None:
    """Three lots closed one by one pay one entry order's 20 rupees and three exits'; the parts add up to that."""
    rates = charge_rates("NSE", date(2025, 1, 2))
    parts = [charges_of(ClosedLots("BUY", 1, 25, 10_000, 10_000, 3, before), rates, FLAT) for before in range(3)]
    exact = 3 * 20 + Decimal(20)
    assert abs(Decimal(sum(part.brokerage for part in parts)) - exact * 100) <= 2
    whole = charges_of(ClosedLots("BUY", 3, 25, 10_000, 10_000, 3), rates, FLAT)
    two_exits = 2 * 20 * Decimal("1.18") * 100
    assert abs(sum(part.total for part in parts) - whole.total - two_exits) <= 2


def test_a_settlement_costs_only_the_tax_on_exercise() -> None:
    """One lot of 25 bought at 100 and settled at 180 on 3-Oct-2024: 2,500 bought, 0.125 % of 4,500; sold: no tax."""
    rates = charge_rates("NSE", date(2024, 10, 3))
    fees = 20 + Decimal(2500) * (Decimal(rates.exchange) / 10**7 + Decimal("0.000001"))
    exact = fees * Decimal("1.18") + Decimal(2500) * Decimal("0.00003") + Decimal(4500) * Decimal("0.00125")
    bought = charges_of(ClosedLots("BUY", 1, 25, 10_000, 18_000, 1, settled=True), rates, FLAT)
    assert bought.total == round(exact * 100)
    assert (bought.stt, bought.brokerage) == (563, 2000)
    sold = charges_of(ClosedLots("SELL", 1, 25, 10_000, 18_000, 1, settled=True), rates, FLAT)
    assert (sold.stt, sold.stamp, sold.brokerage) == (250, 0, 2000)


def test_the_terms_of_today_are_the_newest_rates_on_every_day() -> None:
    """A day of 2021 is charged as the newest row of the table says, whatever the day."""
    assert charge_rates("NSE", date(2021, 1, 4), "today") == charge_rates("NSE", date(2026, 4, 1))
    assert charge_rates("NSE", date(2021, 1, 4)).stt == 5_000


def test_a_rate_that_no_source_vouches_for_is_told() -> None:
    """SENSEX before October 2024 and stamp duty before July 2020 rest on weak rows; other days say nothing."""
    assert [text[:40] for text in charge_rates("BSE", date(2024, 1, 5)).warnings] == [
        "charges: no source found for SENSEX and B"[:40]
    ]
    assert "stamp duty" in charge_rates("NSE", date(2020, 6, 30)).warnings[0]
    assert charge_rates("NSE", date(2020, 7, 1)).warnings == ()


def test_a_day_before_the_table_is_refused_by_name() -> None:
    """Without a rate there is no charge, rather than one of zero."""
    with pytest.raises(MarketDataError, match=r"no stt rate of NSE options is known for 2015-01-01 .*2016-06-01"):
        charge_rates("NSE", date(2015, 1, 1))
    with pytest.raises(MarketDataError, match=r"no exchange rate of BSE options"):
        charge_rates("BSE", date(2022, 1, 3))


def test_an_index_is_charged_by_its_exchange() -> None:
    """SENSEX and BANKEX are the other exchange's."""
    assert [exchange_of(name) for name in ("NIFTY", "BANKNIFTY", "SENSEX", "BANKEX")] == ["NSE", "NSE", "BSE", "BSE"]


def test_lines_survive_being_written_down() -> None:
    """Charges read back from their lines are the same."""
    charges = Charges(1, 2, 3, 4, 5, 6)
    assert Charges.of_lines(charges.lines()) == charges
    assert (charges + charges).total == 2 * charges.total == 42


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (20, "20 per order"),
        ("₹20", "20 per order"),
        ("Rs. 20 per order", "20 per order"),
        ("0", "0 per order"),
        ("10 per lot", "10 per lot"),
        ("0.05%", "0.05 percent"),
        ("0.05 percent max 20", "0.05 percent max 20"),
        ("10 per lot max 50.50", "10 per lot max 50.50"),
    ],
)
def test_a_plan_is_read_and_said(text: object, said: str) -> None:
    """What is stored with a run reads back as the same plan."""
    assert str(parse_brokerage(text)) == said
    assert parse_brokerage(said) == parse_brokerage(text)


@pytest.mark.parametrize("text", ["", "free", "-1", "20 max 10", "1e3", "20 per day", "101 percent", "10001", "nan"])
def test_a_plan_that_makes_no_sense_is_refused(text: str) -> None:
    """The error names the option and shows the forms."""
    with pytest.raises(UsageError) as caught:
        parse_brokerage(text)
    assert caught.value.where == "brokerage"
    assert caught.value.right
