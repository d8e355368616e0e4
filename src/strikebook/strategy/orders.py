"""Read entry and exit nodes: legs, contracts, quantities and targets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from strikebook.model.instrument import OptionType
from strikebook.strategy.cursor import Cursor, shown, squeezed
from strikebook.strategy.node import Leg, OptionChoice, StrikeBy
from strikebook.strategy.order_terms import LimitOrder
from strikebook.strategy.protection import LegReEntry, ProtectiveRule
from strikebook.strategy.read_order_terms import (
    chosen,
    read_amount,
    read_order_type,
    read_range_breakout,
    read_trigger_price,
    read_wait_and_trade,
)
from strikebook.strategy.read_protection import Protection, read_combined, read_lazy_leg, read_protection, read_re_entry
from strikebook.strategy.refused import NOT_BUILT, refuse

Quantity = Literal["all", "percentage", "specific"]

_SIDES: dict[str, Literal["BUY", "SELL"]] = {"buy": "BUY", "sell": "SELL"}
_OPTION_TYPES: dict[str, OptionType] = {"ce": "CE", "pe": "PE"}
_QUANTITIES: dict[str, Quantity] = {"all": "all", "percentage": "percentage", "specific": "specific"}
_PRODUCTS: dict[str, bool] = {"intraday": False, "mis": False} | dict.fromkeys(
    ("carryforward", "nrml", "delivery", "positional"), True
)
_STRIKES: dict[str, StrikeBy] = {
    "exact": "exact",
    "strike": "exact",
    "percentage": "percentage",
    "premium": "premium",
    "closestpremium": "premium",
    "premiumatleast": "premiumAtLeast",
    "premiumatmost": "premiumAtMost",
    "premiumrange": "premiumRange",
    "straddlewidth": "straddleWidth",
    "straddlepremium": "straddlePremium",
    "delta": "delta",
    "closestdelta": "delta",
    "deltarange": "deltaRange",
    "relative": "relative",
}
_QUANTITY_TYPES = {"lots": "lots", "capital": "capital"}
_EXPIRY_UNITS: dict[str, Literal["W", "M", "Q", "Y"]] = {"W": "W", "M": "M", "Q": "Q", "Y": "Y"}
_EXPIRY = re.compile(r"([WMQY])([0-9]{1,2})")
_DAYS_TO_EXPIRY = re.compile(r"D([0-9]{1,3})-([0-9]{1,3})")
_STRIKE = re.compile(r"(ATM)|(OTM|ITM)([0-9]{1,3})")
_OTHER_CONTRACTS = ("futureDetails", "futuresDetails", "stockDetails", "equityDetails")
_MOST_LOTS = 1_000_000
_MOST_STEPS = 1_000
_FARTHEST: dict[str, int] = {"percentage": 99, "straddleWidth": 100}


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
    combined: tuple[ProtectiveRule, ...]
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
    limit: LimitOrder | None


def read_entry(data: Cursor) -> EntryOrder:
    """Read an entry node's order; legs with an error are left out, the error noted."""
    protection = read_protection((data,), "entry")
    combined = read_combined(data.section("combinedConfig"))
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
        if leg is not None and leg.limit is not None and data.get("allOrNone").flag():
            place.get("orderType").error("a limit order in allOrNone", "market, or allOrNone: false")
        if leg is not None and leg.lazy is not None and data.get("allOrNone").flag():
            place.get("lazyLeg").error("a lazy leg in allOrNone", "without it, or allOrNone: false")
        if leg is not None and leg.first is not None and data.get("allOrNone").flag():
            place.error("a leg that waits for a price in allOrNone", "without it, or allOrNone: false")
        if leg is not None:
            legs.append(leg)
    given = [limit for limit in limits if limit is not None]
    most = min(given, default=None)
    whole = data.get("allOrNone").flag()
    return EntryOrder(tuple(legs), tuple(vpis), whole, most, protection, combined, tuple(named))


def read_exit(data: Cursor) -> ExitOrder:
    """Read an exit node's order."""
    node_data = data.section("exitNodeData")
    order = node_data.section("orderConfig")
    protection = read_protection((data, node_data), "exit")
    blocks = [place.section("reEntryConfig") for place in (node_data, data)]
    re_entries = [read_re_entry(block, of_exit=True) for block in blocks]
    if None not in re_entries:
        blocks[1].error("a second block of this kind in one place", "one of them")
    limit = read_order_type(order)
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
        limit,
    )


def _percentage(place: Cursor) -> Decimal:
    place.required("a percentage")
    amount = place.number()
    if amount is not None and not 0 < amount <= 100:
        place.error(f"{amount} percent", "above 0, at most 100")
    return amount or Decimal(0)


def _leg(place: Cursor, named: list[tuple[str, Cursor]]) -> Leg | None:
    vpi, side = place.get("vpi"), place.get("positionType")
    complete = vpi.required("a position id (vpi)") & side.required("buy or sell")
    limit, trigger = read_order_type(place, stop_limit=True), read_trigger_price(place)
    carried = _is_carried(place.get("productType"))
    protection = read_protection((place,), "leg")
    named.extend(protection.named)
    re_entry = read_re_entry(place.section("reEntryConfig"), of_exit=False)
    waits, breakout = read_wait_and_trade(place.section("waitAndTrade")), place.section("rangeBreakout")
    first = waits or read_range_breakout(breakout) or trigger
    if waits is not None and breakout.get("enabled").flag():
        breakout.error("both waitAndTrade and rangeBreakout", "one of them")
    if trigger is not None and first is not trigger:
        place.get("orderType").error("a stop-limit order that waits for another price too", "its triggerPrice alone")
    option = _option(place, named)
    lazy = read_lazy_leg(place.section("lazyLeg"), vpi.text(), named)
    side_name, capital = side.choice("positionType", _SIDES), _capital(place, side)
    lot_count = _lots(place) if capital is None else 1
    lot_size = place.get("multiplier", "lotSize").whole(1, _MOST_LOTS)
    identity = vpi.text()
    if not complete or not identity or lot_count is None or side_name is None or option is None:
        return None
    return Leg(
        identity,
        lot_count,
        lot_size,
        side_name,
        option,
        place.path,
        protection.rules,
        re_entry,
        limit,
        first,
        carried,
        capital,
        place.get("priority").number() or Decimal(0),
        lazy,
    )


def _lots(place: Cursor) -> int | None:
    """The lots of a leg; None where it is one by capital (whose amount is wrong), or they are missing or wrong."""
    kind = place.get("quantityType")
    if not kind.blank and squeezed(kind.text()) != "lots":
        return None
    lots = place.get("quantity")
    lots.required("a number of lots")
    return lots.whole(1, _MOST_LOTS)


def _capital(place: Cursor, side: Cursor) -> Decimal | None:
    """The rupees that a leg buys for; None for a leg of so many lots."""
    kind = place.get("quantityType")
    if chosen(kind, "quantityType", _QUANTITY_TYPES, "lots") == "lots":
        return None
    if squeezed(side.text()) == "sell":
        refuse(kind, "a sold leg by capital", "lots: what it takes is a margin")
    return read_amount(place.get("capital"))


def _is_carried(place: Cursor) -> bool:
    """Whether a position stays open over the close."""
    if place.blank:
        return False
    found = _PRODUCTS.get(squeezed(place.text()))
    if found is None:
        place.error(f"unknown productType {shown(place.value)}", "intraday or carryForward")
    elif found:
        place.warn("still open after the close: the next day starts without it", "intraday, to close it that day")
    return bool(found)


def _option(place: Cursor, named: list[tuple[str, Cursor]]) -> OptionChoice | None:
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
    expiry_code = _expiry(expiry)
    option_type = kind.choice("optionType", _OPTION_TYPES)
    by = _STRIKES.get(squeezed(strike.text())) if isinstance(strike.value, str) else None
    if by == "relative":
        beside, away = details.get("strikeLeg"), details.get("strikeSteps")
        complete &= beside.required("the leg it is counted from") & away.required("strikeSteps")
        named.append((beside.text(), beside))
        count = away.whole(-_MOST_STEPS, _MOST_STEPS)
        if not complete or expiry_code is None or option_type is None or count is None:
            return None
        unit, number, most = expiry_code
        return OptionChoice(unit, number, count, option_type, by, beside=beside.text(), expiry_most=most)
    if by is not None:
        values = _strike_values(details, by)
        if not complete or expiry_code is None or option_type is None or values is None:
            return None
        return OptionChoice(*expiry_code[:2], 0, option_type, by, *values, expiry_most=expiry_code[2])
    steps = _steps(strike)
    if not complete or expiry_code is None or steps is None or option_type is None:
        return None
    if details.get("strikeValue").value not in (None, "", 0):
        details.get("strikeValue").warn("strikeValue does nothing with a strike in steps", "without strikeValue")
    return OptionChoice(*expiry_code[:2], steps, option_type, expiry_most=expiry_code[2])


def _strike_values(details: Cursor, by: StrikeBy) -> tuple[Decimal, Decimal] | None:
    """What a strike is chosen by: a value, or the two ends of a range."""
    if by in ("premiumRange", "deltaRange"):
        ends = details.items("strikeRange")
        if len(ends) != 2:
            details.get("strikeRange").error(f"a {by} without its two ends", "strikeRange: [low, high]")
            return None
        low, high = (read_amount(end, default=Decimal(0)) for end in ends)
        if low is None or high is None:
            return None
        if low > high:
            ends[1].error(f"a range from {low} to {high}", "the lower end first")
            return None
        if by == "deltaRange" and high > 1:
            ends[1].error(f"{shown(ends[1].value)} is no delta", "at most 1, such as [0.2, 0.3]")
            return None
        return low, high
    place = details.get("strikeValue")
    if by in ("percentage", "straddleWidth"):
        place.required("strikeValue")
        value = place.number()
        if value is not None and abs(value) > _FARTHEST[by]:
            place.error(f"{shown(place.value)} is too far", f"from -{_FARTHEST[by]} to {_FARTHEST[by]}")
            return None
        return None if value is None else (value, Decimal(0))
    value = read_amount(place)
    if by == "delta" and value is not None and value >= 1:
        place.error(f"{shown(place.value)} is no delta", "between 0 and 1, such as 0.3")
        return None
    return None if value is None else (value, Decimal(0))


def _expiry(place: Cursor) -> tuple[Literal["W", "M", "Q", "Y", "D"], int, int] | None:
    text = place.text().upper()
    days = _DAYS_TO_EXPIRY.fullmatch(text)
    if days is not None:
        if int(days[1]) > int(days[2]):
            place.error(f"days to expiry from {days[1]} to {days[2]}", "the fewer days first, such as D0-7")
            return None
        return "D", int(days[1]), int(days[2])
    match = _EXPIRY.fullmatch(text)
    if match is None:
        if text:
            place.error(
                f"unknown expiry code {shown(text)}", "W0, W1, … or M, Q, Y with a number; 0 is the nearest; D0-7"
            )
        return None
    return _EXPIRY_UNITS[match[1]], int(match[2]), 0


def _steps(place: Cursor) -> int | None:
    text = place.text()
    match = _STRIKE.fullmatch(text.upper())
    if match is not None and (match[1] or int(match[3])):
        steps = int(match[3] or 0)
        return -steps if match[2] == "ITM" else steps
    if text:
        right = "ATM, OTM1, OTM2, …, ITM1, ITM2, …, " + ", ".join(dict.fromkeys(_STRIKES.values()))
        place.error(f"unknown strike code {shown(text)}", right)
    return None
