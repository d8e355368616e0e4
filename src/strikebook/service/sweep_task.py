"""A day of a sweep, from its data to its stored table: what a worker process does.

The day is opened once and read once (``engine.shared_day``); every point has a machine of its own. A point that breaks
fails on that day alone; a day whose data cannot be read fails for all.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from strikebook.engine.plan import Plan, make_plan
from strikebook.engine.shared_day import SharedDay
from strikebook.errors import MarketDataError, StrikebookError
from strikebook.model.options import RunOptions
from strikebook.money.day_charges import charges_of_day
from strikebook.service.day_data import day_fingerprint, reads_of
from strikebook.service.day_fault import fault
from strikebook.service.sweep_planning import unpacked
from strikebook.service.sweep_work import SweepWork
from strikebook.storage.summary import totals_of_day
from strikebook.storage.sweep_days import PointDay, SweepDay, encode_sweep_day
from strikebook.strategy.node import InstrumentUse, Strategy


class SweepRunner:
    """Runs and stores days of one sweep."""

    def __init__(self, work: SweepWork) -> None:
        self._work = work
        strategies = [strategy for part in work.parts for strategy in unpacked(part)]
        self._plans = [make_plan(strategy) for strategy in strategies]
        self._order = side_by_side(strategies)
        self._reads = reads_of(strategies)
        self._traded = strategies[0].trading.symbol

    def run(self, day: date) -> SweepDay:
        """Run a day and store its table.

        Raises StorageError where that cannot be stored: that concerns the sweep, not the day.
        """
        made = self.make(day)
        if made.status == "failed":
            return made
        content = encode_sweep_day(made, self._work.options.compression_level)
        self._work.storage.put_day(self._work.key, day, content)
        return replace(made, file_bytes=len(content))

    def make(self, day: date) -> SweepDay:
        """Run a day: what each point came to."""
        work = self._work
        try:
            shared = SharedDay(work.market.load_day(self._traded, day))
            fingerprint = day_fingerprint(work.market, self._reads, day)
        except MarketDataError as error:
            return work.failed(day, error.told)
        except StrikebookError as error:
            return work.failed(day, str(error))
        except Exception as error:  # noqa: BLE001 — the worker's outer loop: a fault in one day must not end the sweep
            return work.failed(day, fault(error))
        points = [PointDay()] * len(self._plans)
        for number in self._order:
            points[number] = _point(shared, self._plans[number], work.options)
        if all(point.reason for point in points):
            return work.failed(day, points[0].reason)
        return SweepDay(day, "run", "", tuple(points), fingerprint, work.sweep_hash)


def side_by_side(strategies: list[Strategy]) -> list[int]:
    """The numbers of the points so that those which read the same stand next to one another."""
    groups: list[tuple[tuple[InstrumentUse, InstrumentUse | None], list[int]]] = []
    for number, strategy in enumerate(strategies):
        reads = (strategy.trading, strategy.supporting)
        group = next((numbers for known, numbers in groups if known == reads), None)
        if group is None:
            groups.append((reads, [number]))
        else:
            group.append(number)
    return [number for _, numbers in groups for number in numbers]


def _point(shared: SharedDay, plan: Plan, options: RunOptions) -> PointDay:
    try:
        result = shared.run(plan, options)
        totals = totals_of_day(result, charges_of_day(result, options))
    except MarketDataError as error:
        return PointDay(reason=error.told)
    except StrikebookError as error:
        return PointDay(reason=str(error))
    except Exception as error:  # noqa: BLE001 — a fault in one point must not end the others
        return PointDay(reason=fault(error))
    return PointDay(
        totals.pnl_paise,
        totals.charges.total,
        totals.positions,
        totals.closed,
        totals.winning,
        totals.losing,
        totals.trades,
        totals.rejections,
    )
