"""The shapes of requests and answers, for validation and for the OpenAPI document; examples are the brief's."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictFloat, StrictInt, StrictStr
from pydantic.config import JsonDict

ID_PATTERN = r"^[A-Za-z0-9_@\-][A-Za-z0-9._@\-]{0,127}$"
_YEAR = "(000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})"
_MONTHS = (("(0[1-9]|[12][0-9]|3[01])", "(0[13578]|1[02])"), ("(0[1-9]|[12][0-9]|30)", "(0[469]|11)"))
_FEBRUARY = ("(0[1-9]|[12][0-9])", "02")
_STORED_DAYS = "|".join(f"{day}-{month}-{_YEAR}" for day, month in (*_MONTHS, _FEBRUARY))
_ISO_DAYS = "|".join(f"{_YEAR}-{month}-{day}" for day, month in (*_MONTHS, _FEBRUARY))
DATE_PATTERN = f"^({_STORED_DAYS}|{_ISO_DAYS})$"
TIMEFRAME_PATTERN = r"^([1-9][0-9]{0,2}m|1[0-3][0-9]{2}m|14[0-3][0-9]m|[1-9]h|1[0-9]h|2[0-3]h|1d)$"
SYMBOL_PATTERN = (
    rf"^[A-Z0-9][A-Z0-9&_\-]{{0,31}}(:({_ISO_DAYS}):OPT:[0-9]{{1,9}}(\.[0-9]{{1,2}})?:(CE|PE))?$"  # a future has none
)
SCALE_PATTERN = r"^(10000|[1-9][0-9]{0,3}(\.[0-9]{1,10})?|0\.[0-9]{0,9}[1-9][0-9]{0,9})$"
SLIPPAGE_PATTERN = r"^(10000|[0-9]{1,4}(\.[0-9]{1,10})?) ?(points?|pts?|ticks?|percent|%)?$"
JOB_PATTERN = r"^bt_[0-9]{8}_[0-9]{6}_[0-9a-f]{6}$"
STRATEGY_ID = "5708424d-5962-4629-978c-05b3a174e104"
JOB_ID = "bt_20241202_153045_abc123"

JobStatus = Literal["queued", "running", "completed", "failed", "cancelled"]


class Asked(BaseModel):
    """What a client sends: unknown members are refused, and nothing is converted from another type."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Answer(BaseModel):
    """What a client gets; there may be more members than these."""

    model_config = ConfigDict(extra="allow")


class Options(Asked):
    """The options of a run, with the names of the command line."""

    scale: (
        Annotated[StrictInt, Field(ge=1, le=10_000)]
        | Annotated[StrictFloat, Field(gt=0, le=10_000)]
        | Annotated[StrictStr, Field(pattern=SCALE_PATTERN)]
        | None
    ) = Field(None, description="Multiplies every quantity; above 0, at most 10000.")
    max_price_age_s: StrictInt | None = Field(None, ge=0, le=86_400, description="The oldest price that fills.")
    wait_for_trade_s: StrictInt | None = Field(None, ge=0, le=86_400, description="How long an order waits for one.")
    fill: Literal["last", "next"] | None = Field(None, description="Fill at the last price, or at the next trade's.")
    slippage: StrictStr | None = Field(
        None, pattern=SLIPPAGE_PATTERN, description="`0.5 points`, `2 ticks` or `0.1 percent`; at most 10000."
    )

    def given(self) -> dict[str, object]:
        """The options that were given."""
        return {name: value for name, value in self.model_dump().items() if value is not None}


def examples() -> dict[str, object]:
    """The examples of the answers, by the names of their shapes."""
    extras = {each.__name__: each.model_config.get("json_schema_extra") for each in Answer.__subclasses__()}
    return {name: extra["example"] for name, extra in extras.items() if isinstance(extra, dict)}


class RunBody(Asked):
    """A run to be queued."""

    model_config = ConfigDict(
        extra="forbid",
        allow_inf_nan=False,
        json_schema_extra={
            "example": {
                "user_id": "user_123",
                "strategy_id": STRATEGY_ID,
                "start_date": "2024-02-01",
                "end_date": "2024-12-31",
            }
        },
    )

    user_id: Annotated[StrictStr, Field(pattern=ID_PATTERN)]
    strategy_id: Annotated[StrictStr, Field(pattern=ID_PATTERN)]
    start_date: Annotated[StrictStr, Field(pattern=DATE_PATTERN, description="The first day, YYYY-MM-DD.")]
    end_date: Annotated[StrictStr, Field(pattern=DATE_PATTERN, description="The last day, included.")]
    options: Options | None = None


class Queued(Answer):
    """A job that was queued."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {"job_id": JOB_ID, "status": "queued", "message": "Backtest queued successfully"}
        },
    )

    job_id: str
    status: Literal["queued"]
    message: str


class ProgressAnswer(Answer):
    """Where a job stands; ``current_date`` is the day finished last."""

    current_date: str | None
    completed_days: int
    total_days: int
    percentage: float
    failed_days: int
    pnl: float


class Status(Answer):
    """A job."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "job_id": JOB_ID,
                "user_id": "user_123",
                "strategy_id": STRATEGY_ID,
                "status": "running",
                "progress": {
                    "current_date": "2024-08-15",
                    "completed_days": 150,
                    "total_days": 230,
                    "percentage": 65.2,
                    "failed_days": 0,
                    "pnl": -45430.5,
                },
                "submitted_at": "2024-12-02T15:30:45",
                "started_at": "2024-12-02T15:30:45",
                "completed_at": None,
                "estimated_completion": "2024-12-02T15:45:00",
                "queue_position": None,
                "error": None,
                "failed_days": [],
            }
        },
    )

    job_id: str
    user_id: str
    strategy_id: str
    status: JobStatus
    progress: ProgressAnswer
    submitted_at: str
    started_at: str | None
    completed_at: str | None
    estimated_completion: str | None
    queue_position: int | None
    error: str | None
    failed_days: list[dict[str, str]]


class Jobs(Answer):
    """Jobs, the newest first."""

    jobs: list[Status]


class OverallSummary(Answer):
    """Folds of the days' totals."""

    total_positions: int
    total_pnl: float
    win_rate: float
    total_winning_trades: int
    total_losing_trades: int


class DailySummary(Answer):
    """A day of the plan."""

    date: str
    positions: int
    pnl: float
    has_data: bool
    file_size_kb: float
    status: Literal["pending", "traded", "no_trades", "no_data", "failed"]
    reason: str


class Metadata(Answer):
    """A run: ``docs/format-results.md`` has every member."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "strategy_id": STRATEGY_ID,
                "strategy_name": "My Strategy",
                "start_date": "2024-02-01",
                "end_date": "2024-12-31",
                "total_days": 230,
                "status": "completed",
                "created_at": "2024-12-02T15:30:45",
                "expires_at": "2024-12-03T03:30:45",
                "overall_summary": {
                    "total_positions": 2300,
                    "total_pnl": -45430.50,
                    "win_rate": 43.33,
                    "total_winning_trades": 996,
                    "total_losing_trades": 1304,
                },
                "daily_summaries": [
                    {
                        "date": "01-10-2024",
                        "positions": 10,
                        "pnl": -1250.50,
                        "has_data": True,
                        "file_size_kb": 205.3,
                        "status": "traded",
                        "reason": "",
                    }
                ],
            }
        },
    )

    strategy_id: str
    strategy_name: str
    start_date: str
    end_date: str
    total_days: int
    status: JobStatus
    created_at: str
    expires_at: str
    overall_summary: OverallSummary
    daily_summaries: list[DailySummary]


class Results(Answer):
    """The runs of a user whose results are there: their metadata without the days."""

    results: list[dict[str, Any]]


class DaySummary(Answer):
    """The totals of a day."""

    total_positions: int
    closed_positions: int
    total_pnl: float
    winning_trades: int
    losing_trades: int
    win_rate: float


_OHLC: JsonDict = {"open": 25065.0, "high": 25070.5, "low": 25050.2, "close": 25065.8}
_CANDLES: JsonDict = {
    "current": {"timestamp": "2024-10-01T09:16:00", **_OHLC},
    "previous": {"timestamp": "2024-10-01T09:15:00", **_OHLC},
}


class Day(Answer):
    """A day with its positions and their reasons: ``docs/format-results.md`` has every member."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "date": "01-10-2024",
                "summary": {
                    "total_positions": 10,
                    "closed_positions": 10,
                    "total_pnl": -1250.50,
                    "winning_trades": 4,
                    "losing_trades": 6,
                    "win_rate": 40.0,
                },
                "positions": [
                    {
                        "position_id": "entry-3",
                        "position_num": 1,
                        "re_entry_num": 0,
                        "symbol": "NIFTY:2024-10-17:OPT:25050:CE",
                        "strike": 25050,
                        "option_type": "CE",
                        "side": "BUY",
                        "quantity": 50,
                        "entry_price": 241.65,
                        "entry_time": "2024-10-01T09:16:59",
                        "exit_price": 185.30,
                        "exit_time": "2024-10-01T15:30:00",
                        "pnl": -2817.50,
                        "exit_reason": "EOD Square-off",
                        "status": "CLOSED",
                        "nifty_spot_at_entry": 25065.80,
                        "nifty_spot_at_exit": 24998.50,
                        "diagnostic_data": {
                            "conditions_evaluated": [
                                {
                                    "lhs_value": 66.67,
                                    "rhs_value": 70.0,
                                    "operator": ">",
                                    "result": False,
                                    "condition_type": "non_live",
                                }
                            ],
                            "candle_data": {"NIFTY": _CANDLES},
                        },
                        "exit_diagnostic_data": {"conditions_evaluated": [], "candle_data": {}},
                        "condition_preview": "RSI(14) > 70",
                        "exit_condition_preview": "RSI(14) < 30",
                        "node_variables": {"entry-signal-1": {"stop_loss": 25050.2}},
                    }
                ],
            }
        },
    )

    date: str
    summary: DaySummary
    positions: list[dict[str, Any]]


class ClearedAnswer(Answer):
    """What a clearing removed; ``deleted_files`` counts day files."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "message": f"Cleared all backtest data for strategy {STRATEGY_ID}",
                "deleted_files": 230,
                "freed_space_mb": 45.3,
            }
        },
    )

    message: str
    deleted_files: int
    freed_space_mb: float


class CleanupStatus(Answer):
    """The retention."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "cleanup_enabled": True,
                "ttl_hours": 12,
                "message": "Cleanup runs automatically on startup and periodically",
                "last_run": "2024-12-02T15:30:00",
                "next_run": "2024-12-02T15:40:00",
                "next_expiry": {
                    "user_id": "user_123",
                    "strategy_id": STRATEGY_ID,
                    "expires_at": "2024-12-03T03:30:45",
                },
            }
        },
    )

    cleanup_enabled: bool
    ttl_hours: float
    message: str
    last_run: str | None
    next_run: str | None
    next_expiry: dict[str, str] | None


class CleanupDone(Answer):
    """What a cleanup did."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "message": "Cleanup completed",
                "deleted_strategies": 5,
                "freed_space_mb": 120.5,
                "cutoff_time": "2024-12-01T15:30:00",
                "failed": [],
            }
        },
    )

    message: str
    deleted_strategies: int
    freed_space_mb: float
    cutoff_time: str
    failed: list[dict[str, str]]


class Strategies(Answer):
    """Strategies that can be run."""

    strategies: list[dict[str, Any]]


class Findings(Answer):
    """What the check of a strategy found."""

    runnable: bool
    strategy_id: str | None
    strategy_name: str | None
    findings: list[dict[str, Any]]


class Deleted(Answer):
    """A strategy that was deleted."""

    message: str


class Market(Answer):
    """What data there is."""

    market: str
    synthetic: bool
    underlyings: list[dict[str, Any]]


class Why(Answer):
    """What a node did on a day, and why it did no more."""

    date: str
    node_id: str
    kind: Literal["signal", "order"]


class Hours(BaseModel):
    """When a session opened and closed."""

    open: str
    close: str


class Chart(Answer):
    """Candles of a day, indicators (a value for each candle), and the last price of every minute."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "date": "01-10-2024",
                "symbol": "NIFTY",
                "timeframe": "1m",
                "timeframes": ["1m", "3m", "5m", "10m", "15m", "30m", "1h", "1d"],
                "session": {"open": "2024-10-01T09:15:00", "close": "2024-10-01T15:30:00"},
                "candles": [{"timestamp": "2024-10-01T09:16:00", **_OHLC}],
                "indicators": {"rsi(14,close)": [66.67]},
                "prices": [25065.8],
                "source": "synthetic:1",
                "synthetic": True,
            }
        },
    )

    date: str
    symbol: str
    timeframe: str
    timeframes: list[str]
    session: Hours
    candles: list[dict[str, Any]]
    indicators: dict[str, list[float | None]]
    prices: list[float | None]
    source: str
    synthetic: bool


class Health(Answer):
    """How the server is."""

    status: str


class Mistake(BaseModel):
    """One of several mistakes of a request."""

    where: str
    what: str
    right: str


class Problem(Answer):
    """An error: what, where, and what would be right. The members with a default stand there where they apply."""

    type: str
    title: str
    status: int
    detail: str
    where: str
    right: str
    request_id: str
    errors: list[Mistake] = Field([], description="422: every mistake of the request.")
    job: Status | None = Field(None, description="409: the job that is running.")
    cancel: str | None = Field(None, description="409: POST it to stop that job.")
    nearest_dates: list[str] = Field([], description="404 of a day: the stored days that are nearest.")
