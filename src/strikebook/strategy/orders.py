"""Read entry and exit nodes: legs, contracts, quantities and targets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from strikebook.model.instrument import OptionType
from strikebook.strategy.cursor import Cursor, shown, spellings, squeezed
from strikebook.strategy.node import Leg, OptionChoice
from strikebook.strategy.protection import LegReEntry
from strikebook.strategy.read_protection import Protection, read_protection, read_re_entry
from strikebook.strategy.refused import NOT_BUILT, refuse, refuse_limit_order

Quantity = Literal["all", "percentage", "specific"]

_SIDES: dict[str, Literal["BUY", "SELL"]] = {"buy": "BUY", "sell": "SELL"}
_OPTION_TYPES: dict[str, OptionType] = {"ce": "CE", "pe": "PE"}
_QUANTITIES: dict[str, Quantity] = {"all": "all", "percentage": "percentage", "specific": "specific"}
_PRODUCTS = spellings("intraday")
_EXPIRY_UNITS: dict[str, Literal["W", "M", "Q", "Y"]] = {"W": "W", "M": "M", "Q": "Q", "Y": "Y"}
_EXPIRY = re.compile(r"([WMQY])([0-9]{1,2})")
_STRIKE = re.compile(r"(ATM)|(OTM|ITM)([0-9]{1,3})")
_OTHER_STRIKES = frozenset({"premium", "delta", "exact", "closestpremium", "strike", "price", "percentage"})
_OTHER_CONTRACTS = ("futureDetails", "futuresDetails", "stockDetails", "equityDetails")
_MOST_LOTS = 1_000_000


@dataclass(frozen=True, slots=True)
class EntryOrder:
    """What an entry node's data says; ``max_entries`` is the smallest its legs give.

    ``vpis`` are those of all legs, with their places; ``legs`` lacks those with an error. ``protection`` is the
    entry's own; ``named`` are the positions that rules of the entry or of its legs name.
    """

    legs: tuple[Leg, ...]
    vpis: tuple[tuple[str, Cursor], ...]
    all_or_none: bool
    max_entries: int | None
    protection: Protection
    named: tuple[tuple[str, Cursor], ...]


@dataclass(frozen=True, slots=True)
class ExitOrder:
    """What an exit node's data says; ``target`` "" stands for every leg of the entries above.

    ``place`` is where the target is written.
    """

    target: str
    place: Cursor
    quantity: Quantity
    amount: Decimal
    protection: Protection
    re_entry: LegReEntry | None


def read_entry(data: Cursor) -> EntryOrder:
    """Read an entry node's order; legs with an error are left out, the error noted."""
    protection = read_protection((data,), "entry")
    places = data.items("positions")
    if not places and data.get("positions").value in (None, []):
        data.get("positions").error("an entry without a leg", "at least one position")
    legs: list[Leg] = []
    vpis: list[tuple[str, Cursor]] = []
    named = list(protection.named)
    limits = [data.get("maxEntries").whole(1)]
    for place in places:
        if not isinstance(place.value, dict):
            place.error(f"{shown(place.value)} where a leg belongs", "an object {…}")
            continue
        limits.append(place.get("maxEntries").whole(1))
        identity = place.get("vpi")
        if isinstance(identity.value, str) and not identity.blank:
            vpis.append((identity.text(), identity))
        leg = _leg(place, named)
        if leg is not None:
            legs.append(leg)
    given = [limit for limit in limits if limit is not None]
    most = min(given, default=None)
    return EntryOrder(tuple(legs), tuple(vpis), data.get("allOrNone").flag(), most, protection, tuple(named))


def read_exit(data: Cursor) -> ExitOrder:
    """Read an exit node's order."""
    node_data = data.section("exitNodeData")
    order = node_data.section("orderConfig")
    protection = read_protection((data, node_data), "exit")
    re_entries = [read_re_entry(place.section("reEntryConfig"), of_exit=True) for place in (node_data, data)]
    refuse_limit_order(order.get("orderType"))
    place = order.get("targetPositionVpi")
    target = place.text()
    written = order.get("quantity")
    quantity = "all" if written.blank else written.choice("quantity", _QUANTITIES)
    amount = Decimal(0)
    if quantity == "percentage":
        amount = _percentage(order.get("partialQuantityPercentage"))
    elif quantity == "specific":
        lots = order.get("specificQuantity")
        lots.required("a number of lots")
        amount = Decimal(lots.whole(1, _MOST_LOTS) or 0)
    return ExitOrder(
        "" if target.lower() == "_any" else target,
        place,
        quantity or "all",
        amount,
        protection,
        re_entries[0] or re_entries[1],
    )


def _percentage(place: Cursor) -> Decimal:
    place.required("a percentage")
    amount = place.number()
    if amount is not None and not 0 < amount <= 100:
        place.error(f"{amount} percent", "above 0, at most 100")
    return amount or Decimal(0)


def _leg(place: Cursor, named: list[tuple[str, Cursor]]) -> Leg | None:
    vpi, lots, side = place.get("vpi"), place.get("quantity"), place.get("positionType")
    complete = vpi.required("a position id (vpi)") & lots.required("a number of lots")
    complete &= side.required("buy or sell")
    refuse_limit_order(place.get("orderType"))
    _product(place.get("productType"))
    protection = read_protection((place,), "leg")
    named.extend(protection.named)
    re_entry = read_re_entry(place.section("reEntryConfig"), of_exit=False)
    option = _option(place)
    lot_count, side_name = lots.whole(1, _MOST_LOTS), side.choice("positionType", _SIDES)
    lot_size = place.get("multiplier", "lotSize").whole(1, _MOST_LOTS)
    identity = vpi.text()
    if not complete or not identity or lot_count is None or side_name is None or option is None:
        return None
    return Leg(identity, lot_count, lot_size, side_name, option, place.path, protection.rules, re_entry)


def _product(place: Cursor) -> None:
    text = place.text()
    if squeezed(text) in ("carryforward", "nrml", "delivery", "positional"):
        refuse(place, "a position over days", "intraday")
    elif text:
        place.choice("productType", _PRODUCTS)


def _option(place: Cursor) -> OptionChoice | None:
    for name in _OTHER_CONTRACTS:
        if place.get(name).value not in (None, {}, "", False):
            refuse(place.get(name), "a leg that is no option", "optionDetails")
    details = place.section("optionDetails")
    if not details.given:
        if not place.get("optionDetails").given:
            place.get("optionDetails").error(
                f"a leg without optionDetails: a future or a stock is {NOT_BUILT}", "an option"
            )
        return None
    expiry, strike, kind = details.get("expiry"), details.get("strikeType"), details.get("optionType")
    complete = expiry.required("an expiry code") & strike.required("a strike code") & kind.required("CE or PE")
    expiry_code, steps = _expiry(expiry), _steps(strike)
    option_type = kind.choice("optionType", _OPTION_TYPES)
    if not complete or expiry_code is None or steps is None or option_type is None:
        return None
    if details.get("strikeValue").value not in (None, "", 0):
        details.get("strikeValue").warn("strikeValue does nothing with a strike in steps", "without strikeValue")
    return OptionChoice(expiry_code[0], expiry_code[1], steps, option_type)


def _expiry(place: Cursor) -> tuple[Literal["W", "M", "Q", "Y"], int] | None:
    text = place.text().upper()
    match = _EXPIRY.fullmatch(text)
    if match is None:
        if text:
            place.error(f"unknown expiry code {shown(text)}", "W0, W1, … or M, Q, Y with a number; 0 is the nearest")
        return None
    return _EXPIRY_UNITS[match[1]], int(match[2])


def _steps(place: Cursor) -> int | None:
    text = place.text()
    match = _STRIKE.fullmatch(text.upper())
    if match is not None and (match[1] or int(match[3])):
        steps = int(match[3] or 0)
        return -steps if match[2] == "ITM" else steps
    if squeezed(text) in _OTHER_STRIKES:
        refuse(place, f"a strike by {text.lower()}", "ATM, OTM1, ITM1, …")
    elif text:
        place.error(f"unknown strike code {shown(text)}", "ATM, OTM1, OTM2, …, ITM1, ITM2, …")
    return None
