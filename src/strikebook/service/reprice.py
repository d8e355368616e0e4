"""A stored run charged again under other terms: from its day files alone, and nothing that is stored changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import groupby
from typing import Any

from strikebook.model.brokerage import Brokerage, parse_brokerage
from strikebook.model.options import Terms, parse_terms
from strikebook.money.charge_rates import charge_rates, exchange_of
from strikebook.money.charges import Charges, ClosedLots, charges_of_position
from strikebook.service.results import read_run
from strikebook.service.stored_days import stored_days
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.layout import RunKey, day_text
from strikebook.storage.summary import cost_record, rupees

Document = dict[str, Any]
_Folded = tuple[date, int, Charges]


def reprice(storage: BacktestStorage, key: RunKey, brokerage: str | None, terms: str | None) -> Document:
    """Charge every stored day of a run again; what is not given stays as the run had it.

    Raises UsageError for a plan or terms that make no sense, NotFoundError where there is no such run, StorageError
    where a day that the run lists is missing or damaged: a total without it would be wrong.
    """
    run: Document = read_run(storage, key)
    options = run["options"]
    plan = parse_brokerage(options["brokerage"] if brokerage is None else brokerage)
    chosen = parse_terms(options["terms"] if terms is None else terms)
    warnings: dict[str, None] = {}
    days = list(_days(storage, key, run, (plan, chosen), warnings))
    before = run["overall_summary"]
    return {
        "user_id": key.user_id,
        "strategy_id": key.strategy_id,
        "strategy_name": run["strategy_name"],
        "job_id": run["job_id"],
        "synthetic": run["synthetic"],
        "brokerage": str(plan),
        "terms": chosen,
        "total_pnl": rupees(sum(pnl for _, pnl, _ in days)),
        **_costs(days),
        "as_run": {
            "brokerage": options["brokerage"],
            "terms": options["terms"],
            "charges": before["charges"],
            "net_pnl": before["net_pnl"],
        },
        "months": [
            {"month": month, **_profit(list(inside))}
            for month, inside in groupby(days, lambda each: each[0].isoformat()[:7])
        ],
        "days": [{"date": day_text(day), **_profit([(day, pnl, charges)])} for day, pnl, charges in days],
        "warnings": list(warnings),
    }


def _days(
    storage: BacktestStorage,
    key: RunKey,
    run: Mapping[str, Any],
    money: tuple[Brokerage, Terms],
    warnings: dict[str, None],
) -> Iterator[_Folded]:
    """Each day with a file: its gross profit and its charges, in paise; ``warnings`` gets those of its rates."""
    for day, document in stored_days(storage, key, run):
        warnings.update(dict.fromkeys(_warnings(document, day, money[1])))
        yield day, sum(round(row["pnl"] * 100) for row in document["trades"]), _charges(document, day, *money)


def _charges(document: Mapping[str, Any], day: date, brokerage: Brokerage, terms: Terms) -> Charges:
    """The charges of a stored ledger."""
    lots = {(life["vpi"], life["position_num"]): life["lots"] for life in document["positions"]}
    rows: dict[tuple[str, int], list[ClosedLots]] = {life: [] for life in lots}
    for row in document["trades"]:
        life = row["vpi"], row["position_num"]
        entry, leave = (round(row[f"{side}_price"] * 100) for side in ("entry", "exit"))
        settled = row["exit_reason"] == "Expiry settlement"
        terms_of_row = (row["side"], row["lots"], row["lot_size"], entry, leave, lots[life])
        rows[life].append(ClosedLots(*terms_of_row, settled=settled))
    if not document["trades"]:
        return Charges()  # a day without a trade needs no rates
    rates = charge_rates(exchange_of(document["underlying"]), day, terms)
    charged = (each for closed in rows.values() for each in charges_of_position(closed, rates, brokerage))
    return sum(charged, Charges())


def _warnings(document: Mapping[str, Any], day: date, terms: Terms) -> Iterable[str]:
    return charge_rates(exchange_of(document["underlying"]), day, terms).warnings if document["trades"] else ()


def _profit(days: list[_Folded]) -> Document:
    return {"pnl": rupees(sum(pnl for _, pnl, _ in days)), **_costs(days)}


def _costs(days: list[_Folded]) -> Document:
    return cost_record(sum(pnl for _, pnl, _ in days), sum((charges for *_, charges in days), Charges()))
