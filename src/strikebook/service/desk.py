"""Questions that need the strategy language or the market, answered in a worker process by name."""

from __future__ import annotations

import os
from datetime import date
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from strikebook.errors import MarketDataError, StrategyError
from strikebook.service.market_choice import open_market
from strikebook.service.strategy_file import decode_document
from strikebook.service.strategy_graph import strategy_graph
from strikebook.strategy.parse import parse_strategy

Document = dict[str, object]
MOST_FINDINGS = 200
"""Findings that an answer lists, errors first; it says how many there are."""
_EVER = (date(1990, 1, 1), date(2200, 1, 1))


def check_strategy(content: bytes, where: str) -> Document:
    """All findings about a strategy, whether it can run, what it trades, its graph. Never raises for a bad strategy."""
    unknown: Document = {"strategy_id": None, "strategy_name": None, "summary": None, "findings_total": 1}
    try:
        document = decode_document(content, where)
    except StrategyError as error:
        finding = {"severity": "error", "path": "$", "what": error.what, "right": error.right, "node_id": None}
        return {"runnable": False, "findings": [finding], "graph": {"nodes": [], "edges": []}, **unknown}
    parsed = parse_strategy(document)
    strategy, total = parsed.strategy, len(parsed.findings)
    graph = strategy_graph(document, strategy)
    findings = [
        {
            "severity": found.severity,
            "path": found.path,
            "what": found.what,
            "right": found.right,
            "node_id": found.node_id,
        }
        for found in sorted(parsed.findings, key=lambda each: each.severity)[:MOST_FINDINGS]
    ]
    if strategy is None:
        return {**unknown, "runnable": False, "findings": findings, "findings_total": total, "graph": graph}
    supporting = strategy.supporting
    return {
        "runnable": True,
        "strategy_id": strategy.id,
        "strategy_name": strategy.name,
        "findings": findings,
        "findings_total": total,
        "summary": {
            "strategy_hash": strategy.hash,
            "underlying": strategy.trading.symbol,
            "supporting": None if supporting is None else supporting.symbol,
            "timeframes_s": sorted(strategy.trading.timeframes),
            "nodes": len(strategy.nodes),
        },
        "graph": graph,
    }


def market_overview(market_name: str) -> Document:
    """What data a market has: per underlying its first and last day and all days, month by month. Reads no prices."""
    market = open_market(market_name)
    underlyings = []
    for name in market.underlyings():
        days = market.days(name, *_EVER)
        underlyings.append(
            {
                "underlying": name,
                "first": days[0].isoformat(),
                "last": days[-1].isoformat(),
                "days": len(days),
                "months": {
                    month: [day.day for day in grouped] for month, grouped in groupby(days, lambda day: f"{day:%Y-%m}")
                },
                **({} if market.synthetic and market_name.startswith("synthetic") else _stored(market_name, name)),
            }
        )
    return {"market": market.label, "synthetic": market.synthetic, "underlyings": underlyings}


def _stored(folder: str, underlying: str) -> Document:
    """What the files of an underlying hold; worked out anew only when one of them changed."""
    files = sorted((Path(folder) / underlying).glob("*.parquet"))
    stamp = tuple((file.name, *os.stat(file)[6:9:2]) for file in files)  # noqa: PTH116 — size and time alone
    return _described(folder, underlying, stamp)


@lru_cache(maxsize=64)
def _described(folder: str, underlying: str, _stamp: tuple[object, ...]) -> Document:
    from strikebook.market.info import info  # noqa: PLC0415 — reads every footer: only when something changed

    try:
        found = next(each for each in info(Path(folder)).underlyings if each.underlying == underlying)
    except MarketDataError as error:
        return {"problem": str(error)}
    return {
        "contracts": found.contracts,
        "expiries": [expiry.isoformat() for expiry in found.expiries],
        "tick_rows": found.tick_rows,
        "bar_rows": found.bar_rows,
        "bytes": found.bytes,
    }
