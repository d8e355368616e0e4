"""Charts of days, made in a worker by the engine's own functions, and kept while the day they are of stays the same."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import date
from typing import Final, cast

from strikebook.errors import MarketDataError, NotFoundError
from strikebook.service.results import read_run
from strikebook.service.run import RunPlace
from strikebook.service.stored_days import as_documented
from strikebook.storage.backtest_storage import Stamp
from strikebook.storage.layout import RunKey, day_text

_KEPT_BYTES: Final = 16 * 1024 * 1024

_Wanted = tuple[RunKey, date, Stamp | None, str | None, str | None]


class ChartCache:
    """The charts that were asked for last, at most 16 MB of them."""

    def __init__(self, place: RunPlace, market_name: str) -> None:
        self._place = place
        self._market_name = market_name
        self._lock = threading.Lock()
        self._kept: OrderedDict[_Wanted, bytes] = OrderedDict()
        self._size = 0

    def chart(self, key: RunKey, day: date, timeframe: str | None, symbol: str | None) -> bytes:
        """A day's chart as JSON. Raises what ``service.chart.day_chart`` raises, and MarketDataError where the data
        of that day has changed since the run: a chart of other prices would explain nothing.
        """
        wanted = (key, day, self._place.storage.stamp(key, day), timeframe, symbol)
        with self._lock:
            if wanted in self._kept:
                self._kept.move_to_end(wanted)
                return self._kept[wanted]
        made = self._make(key, day, timeframe, symbol)
        with self._lock:
            if wanted not in self._kept:
                self._kept[wanted] = made
                self._size += len(made)
            while self._size > _KEPT_BYTES and len(self._kept) > 1:
                self._size -= len(self._kept.popitem(last=False)[1])
        return made

    def _make(self, key: RunKey, day: date, timeframe: str | None, symbol: str | None) -> bytes:
        strategy = self._place.storage.strategy(key)
        if strategy is None:
            raise NotFoundError(f"no results of {key}", where=str(key), right="run it again")
        self._refuse_other_data(key, strategy, day)
        question = "strikebook.service.chart:day_chart"
        asked = self._place.executor.ask(question, self._market_name, strategy, day.isoformat(), timeframe, symbol)
        return cast("bytes", asked.result())

    def _refuse_other_data(self, key: RunKey, strategy: bytes, day: date) -> None:
        metadata = read_run(self._place.storage, key)
        with as_documented(str(key)):
            label = cast("dict[str, str]", metadata["market"])["label"]
            days = cast("list[dict[str, object]]", metadata["daily_summaries"])
            then = next((each.get("fingerprint") for each in days if each["date"] == day_text(day)), None)
            if then is None and metadata["status"] == "running":
                return  # it was stored a moment ago: the metadata lists it within the next half second
        question = "strikebook.service.day_data:fingerprints"
        asked = self._place.executor.ask(question, self._place.market, strategy, (day,))
        if cast("dict[date, str]", asked.result()).get(day) != then:
            raise MarketDataError(
                f"the market data of {day_text(day)} is not what this run was made from",
                where=str(key),
                right=f"run it again, or serve the market it was made from ({label})",
            )
