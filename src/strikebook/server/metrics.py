"""What an operator watches, for Prometheus: requests by endpoint, jobs, days, readers, free space, the process itself.

Requests are counted where they are noted for the log, in plain numbers; all else is looked at when it is asked for.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import accumulate
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from strikebook import __version__
from strikebook.server.access_log import Access
from strikebook.server.page_paths import is_page
from strikebook.service.backtests import Backtests

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST.encode()
_BOUNDS_S: Final = (0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10.0)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})
_API: Final = "/api/v1/"
_RUNS: Final = "backtest"


class Metrics(Collector):
    """The counts of one server."""

    def __init__(self, backtests: Backtests, readers: Callable[[], int]) -> None:
        self._backtests = backtests
        self._readers = readers
        self._endpoints = frozenset({"page"})
        self._name_of = lru_cache(maxsize=1024)(self._endpoint)
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._bytes: Counter[str] = Counter()
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._within: dict[str, list[int]] = {}
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def count_under(self, paths: Iterable[str]) -> None:
        """Count requests under the names of these paths' endpoints; any other is ``other``."""
        self._endpoints |= {_name(path) for path in paths}
        self._name_of.cache_clear()

    def note(self, access: Access) -> None:
        """Count a request that was answered, or broke off (status 0)."""
        _, _, method, path, status, took_ms, sent, _ = access
        name = self._name_of(path)
        self._requests[method if method in _METHODS else "other", name, status or 0] += 1
        self._bytes[name] += sent
        self._seconds[name] += took_ms / 1e3
        within = self._within.get(name)
        if within is None:
            within = self._within[name] = [0] * (len(_BOUNDS_S) + 1)
        within[bisect_left(_BOUNDS_S, took_ms / 1e3)] += 1

    def text(self) -> bytes:
        """All of it in Prometheus' text format. It may block."""
        return generate_latest(self._registry)

    def _endpoint(self, path: str) -> str:
        """The name that a request is counted under: there are so many of them, whatever is asked for."""
        name = _name(path)
        return name if name in self._endpoints else "other"

    def collect(self) -> Iterator[Metric]:
        """The metrics as they are now."""
        info = GaugeMetricFamily("strikebook_info", "The version that runs.", labels=["version"])
        info.add_metric([__version__], 1)
        yield info
        yield from self._of_requests()
        yield from self._of_work()

    def _of_requests(self) -> Iterator[Metric]:
        requests = CounterMetricFamily(
            "strikebook_requests", "Requests answered.", labels=["method", "endpoint", "status"]
        )
        for (method, name, status), count in list(self._requests.items()):
            requests.add_metric([method, name, str(status)], count)
        sent = CounterMetricFamily("strikebook_sent_bytes", "Bytes of bodies sent.", labels=["endpoint"])
        took = HistogramMetricFamily(
            "strikebook_request_seconds", "How long answers took, streams included.", labels=["endpoint"]
        )
        for name, within in list(self._within.items()):
            sent.add_metric([name], self._bytes[name])
            counts = list(accumulate(within))
            buckets = [(str(bound), count) for bound, count in zip((*_BOUNDS_S, "+Inf"), counts, strict=True)]
            took.add_metric([name], buckets, self._seconds[name])
        yield from (requests, sent, took)
        yield GaugeMetricFamily("strikebook_event_readers", "Readers of events now.", value=self._readers())

    def _of_work(self) -> Iterator[Metric]:
        figures = self._backtests.figures()
        jobs = GaugeMetricFamily("strikebook_jobs", "Jobs recorded, by state.", labels=["state"])
        for state, count in figures.jobs.items():
            jobs.add_metric([state], count)
        days = CounterMetricFamily("strikebook_days", "Days dealt with since the server began.", labels=["status"])
        for status, count in figures.days.items():
            days.add_metric([status], count)
        yield from (jobs, days)
        yield GaugeMetricFamily("strikebook_damaged_records", "Job records that cannot be read.", value=figures.damaged)
        yield GaugeMetricFamily("strikebook_results", "Runs whose results are stored.", value=figures.results)
        if figures.free_bytes is not None:
            yield GaugeMetricFamily(
                "strikebook_free_bytes", "Free space on the results' disk.", value=figures.free_bytes
            )


def _name(path: str) -> str:
    """What a path is of: ``day`` for ``/api/v1/backtest/day/…``, ``health`` for ``/health``."""
    if not path.startswith(_API):
        return "page" if is_page(path) else path[1:].partition("/")[0]
    first, _, rest = path[len(_API) :].partition("/")
    return rest.partition("/")[0] if first == _RUNS else first
