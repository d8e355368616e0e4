"""Which contract a leg takes now, and how many lots: or the reason why none."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal

from strikebook.model.options import RunOptions
from tests.oracle.market import Market
from tests.oracle.strikes import Chain, strike_of
from tests.raw_day import RawDay, option_symbol


def choose(leg: dict, raw: RawDay, market: Market, options: RunOptions) -> dict:
    """``{symbol, expiry, strike, lots, lot_size, side, reason, looked_at}``; with a reason the order cannot be sent.

    ``looked_at``: the contracts whose prices the choice was made by.
    """
    choice = {"symbol": None, "expiry": None, "strike": None, "lots": 0, "lot_size": 0, "side": leg["side"]}
    choice |= {"reason": None, "looked_at": set()}
    expiry = expiry_of(leg["expiry"], raw)
    if expiry is None:
        return choice | {"reason": "no_expiry"}
    spot = market.price(raw.underlying)
    if spot is None:
        return choice | {"reason": "no_spot"}
    if market.age(raw.underlying) > options.max_price_age_s:
        return choice | {"reason": "stale_spot"}
    strike = strike_of(leg, spot, Chain(raw, market, options, expiry, choice["looked_at"]))
    if strike is None:
        return choice | {"reason": "no_strike"}
    choice["symbol"] = option_symbol(raw, expiry, strike, leg["option_type"])
    choice |= {"expiry": expiry, "strike": strike}
    choice["lot_size"] = leg["lot_size"] or raw.lot_sizes.get(expiry)
    if leg["capital"] is not None and choice["lot_size"]:
        price = market.price(choice["symbol"])
        choice["looked_at"].add(choice["symbol"])
        if price is None or market.age(choice["symbol"]) > options.max_price_age_s:
            return choice | {"reason": "no_price" if price is None else "stale_price"}
        capital = leg["capital"] * options.scale * 100
        choice["lots"] = int(capital // (price * choice["lot_size"])) if price else 0
    else:
        choice["lots"] = scaled_lots(leg["lots"], options)
    if choice["lots"] == 0 or not choice["lot_size"] or choice["lots"] * choice["lot_size"] > 10**10:
        choice["reason"] = "no_quantity"
    return choice


def expiry_of(code: str, raw: RawDay):
    """Wn: the nth listed expiry from the day on. Mn, Qn, Yn: the last one of the nth such period among them. Da-b: the
    nearest that is a to b calendar days away.
    """
    listed = sorted({expiry for expiry, _, _ in raw.listed if expiry >= raw.day})
    if code[0] == "D":
        least, most = map(int, code[1:].split("-"))
        return next((expiry for expiry in listed if least <= (expiry - raw.day).days <= most), None)
    period = {
        "W": lambda expiry: expiry,
        "M": lambda expiry: (expiry.year, expiry.month),
        "Q": lambda expiry: (expiry.year, (expiry.month - 1) // 3),
        "Y": lambda expiry: expiry.year,
    }[code[0]]
    last_of_period: dict = {}
    for expiry in listed:
        last_of_period[period(expiry)] = expiry
    number = int(code[1:])
    chosen = list(last_of_period.values())
    return chosen[number] if number < len(chosen) else None


def scaled_lots(lots: Decimal, options: RunOptions) -> int:
    """Whole lots after the run's scale."""
    return int((lots * options.scale).to_integral_value(ROUND_FLOOR))
