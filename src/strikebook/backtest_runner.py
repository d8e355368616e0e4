"""The brief's name for the way into a run: ``run_backtest(request, on_progress, stop, now)`` returns its metadata."""

from strikebook.service.planning import RunRequest
from strikebook.service.run import Progress, run_backtest

__all__ = ["Progress", "RunRequest", "run_backtest"]
