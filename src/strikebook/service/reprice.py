"""A stored run charged again under other terms: from its day files alone, and nothing that is stored changes."""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any, cast

from strikebook.model.brokerage import Brokerage, parse_brokerage
from strikebook.model.options import Terms, parse_terms
from strikebook.money.charge_rates import ChargeRates, charge_rates, exchange_of
from strikebook.money.charges import Charges, ClosedLots, charges_of_position
from strikebook.service.day_executor import DayExecutor
from strikebook.service.stored_days import StoredRun, ask_of_days, refuse_replaced, stored_ledgers
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.layout import RunKey, day_text
from strikebook.storage.summary import cost_record, rupees

Document = dict[str, Any]
_Folded = tuple[date, int, Charges]
"""A day, its gross profit in paise, its charges."""
_HERE = "strikebook.service.reprice"


def reprice(
    executor: DayExecutor, storage: BacktestStorage, key: RunKey, brokerage: str | None, terms: str | None
) -> Document:
    """Charge every stored day of a run again; what is not given stays as the run had it.

    Raises UsageError for a plan or terms that make no sense, NotFoundError where there is no such run, StorageError
    where a day that the run lists is missing or damaged (a total without it would be wrong), BusyError where another
    run takes its place meanwhile.
    """
    run = cast("StoredRun", executor.ask("strikebook.service.stored_days:stored_run", storage, key).result())
    options = run.heading["options"]
    plan = parse_brokerage(options["brokerage"] if brokerage is None else brokerage)
    chosen = parse_terms(options["terms"] if terms is None else terms)
    underlying = run.heading["market"]["underlying"]
    asked = ask_of_days(executor, f"{_HERE}:charge_days", storage, key, run.days, underlying, plan, chosen)
    answer = executor.ask(f"{_HERE}:reprice_of_parts", storage, run, list(asked), plan, chosen)
    return cast("Document", answer.result())


def charge_days(
    storage: BacktestStorage, key: RunKey, days: Sequence[date], underlying: str, brokerage: Brokerage, terms: Terms
) -> bytes:
    """Charge some stored days, for ``reprice_of_parts``."""
    folded: list[_Folded] = []
    warnings: dict[str, None] = {}
    for day, ledger in stored_ledgers(storage, key, days):
        charges = Charges()
        if ledger["trades"]:  # a day without a trade needs no rates
            rates = charge_rates(exchange_of(underlying), day, terms)
            charges = _charges(ledger, rates, brokerage)
            warnings.update(dict.fromkeys(rates.warnings))
        folded.append((day, sum(round(row["pnl"] * 100) for row in ledger["trades"]), charges))
    return pickle.dumps((folded, list(warnings)), pickle.HIGHEST_PROTOCOL)


def reprice_of_parts(
    storage: BacktestStorage, run: StoredRun, parts: Sequence[bytes], brokerage: Brokerage, terms: Terms
) -> Document:
    """A run whose days were charged in parts, in order."""
    days: list[_Folded] = []
    warnings: dict[str, None] = {}
    for part in parts:
        more_days, more_warnings = pickle.loads(part)  # noqa: S301 — made by ``charge_days`` in a worker of ours
        days += more_days
        warnings.update(dict.fromkeys(more_warnings))
    refuse_replaced(storage, run)
    before, options = run.heading["overall_summary"], run.heading["options"]
    return {
        "user_id": run.key.user_id,
        "strategy_id": run.key.strategy_id,
        "strategy_name": run.heading["strategy_name"],
        "job_id": run.heading["job_id"],
        "synthetic": run.heading["synthetic"],
        "brokerage": str(brokerage),
        "terms": terms,
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


def _charges(ledger: Mapping[str, Any], rates: ChargeRates, brokerage: Brokerage) -> Charges:
    """The charges of a stored ledger."""
    lots = {(life["vpi"], life["position_num"]): life["lots"] for life in ledger["positions"]}
    rows: dict[tuple[str, int], list[ClosedLots]] = {life: [] for life in lots}
    for row in ledger["trades"]:
        life = row["vpi"], row["position_num"]
        entry, leave = (round(row[f"{side}_price"] * 100) for side in ("entry", "exit"))
        settled = row["exit_reason"] == "Expiry settlement"
        terms = (row["side"], row["lots"], row["lot_size"], entry, leave, lots[life])
        rows[life].append(ClosedLots(*terms, settled=settled))
    charged = (each for closed in rows.values() for each in charges_of_position(closed, rates, brokerage))
    return sum(charged, Charges())


def _profit(days: list[_Folded]) -> Document:
    return {"pnl": rupees(sum(pnl for _, pnl, _ in days)), **_costs(days)}


def _costs(days: list[_Folded]) -> Document:
    return cost_record(sum(pnl for _, pnl, _ in days), sum((charges for *_, charges in days), Charges()))
