"""A day's result as the document of its file: the brief's fields and names, and beside them what explains them.

Money is rupees as JSON numbers made from whole paise, times are exchange time without offset, and nothing in it
depends on when, where or by whom the day was run. ``docs/format-results.md`` lists every field.
"""

from __future__ import annotations

from strikebook import __version__
from strikebook.model.day_result import DayResult
from strikebook.model.options import RunOptions
from strikebook.money.day_charges import DayCharges
from strikebook.storage.condition_records import facts_of
from strikebook.storage.evidence_records import Document, Evidence
from strikebook.storage.layout import day_text
from strikebook.storage.ledger_records import Ledger, marks_record, summary_record
from strikebook.storage.stamps import ClockTexts, Stamps
from strikebook.storage.summary import totals_of_day
from strikebook.strategy.node import Strategy


class DayDocuments:
    """Makes the documents of one strategy's days; what the days share is worked out once."""

    def __init__(self, strategy: Strategy, options: RunOptions) -> None:
        self._strategy = strategy
        self._options = options.of_a_day()
        self._facts = facts_of(strategy)
        self._labels = {node.id: node.label for node in strategy.nodes.values()}
        self._clock = ClockTexts()

    def document(self, result: DayResult, charges: DayCharges) -> Document:
        """The document of one day. Equal results give equal documents, in the same order of keys: what money is worked
        out of stands before the events (``codec.decode_ledger`` reads no further).
        """
        strategy, session = self._strategy, result.session
        stamps = Stamps(session, self._clock)
        evidence = Evidence(result, stamps, self._facts, self._labels)
        ledger = Ledger(result, charges, stamps, evidence)
        return {
            "date": day_text(session.date),
            "summary": {
                **summary_record(totals_of_day(result, charges)),
                **marks_record(result.marks, result.margin_paise),
            },
            "positions": [ledger.position(life) for life in result.lives],
            "trades": ledger.trades(),
            "events": [evidence.event(event) for event in result.events],
            "rejections": [ledger.rejection(rejection) for rejection in result.rejections],
            "cancellations": [ledger.cancellation(order) for order in result.cancellations],
            "signals": evidence.signals(result.signals),
            "closing": evidence.snapshot(result.closing_snapshot),
            "strategy_id": strategy.id,
            "strategy_name": strategy.name,
            "strategy_hash": strategy.hash,
            "underlying": strategy.trading.symbol,
            "session": {
                "open": stamps[0],
                "close": stamps[session.last_step],
                "ended_at": stamps[result.ended_step],
            },
            "options": self._options,
            "source": result.source,
            "synthetic": result.synthetic,
            "replayed_bars": result.replayed_bars,
            "short_history": result.short_history,
            "warnings": [*result.warnings, *charges.warnings],
            "engine_version": __version__,
        }
