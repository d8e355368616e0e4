"""Every setting, its default, and the environment variable that sets it: ``STRIKEBOOK_`` and the name in capitals.

The options of ``strikebook serve`` have the same names and go before the environment.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The settings of a server, each with its unit in its name."""

    model_config = SettingsConfigDict(env_prefix="STRIKEBOOK_", extra="ignore", frozen=True)

    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="The port to listen on; 0 takes a free one.")
    market: str = Field("synthetic", description="A folder of market data, or synthetic, or synthetic:SEED.")
    strategies: Path = Field(Path("strategies"), description="The folder of strategies.")
    results: Path = Field(Path("backtest_data"), description="The folder of results and job records.")
    examples: Path | None = Field(
        None, description="A folder of strategies that are copied into the strategies folder where that is not there."
    )
    workers: int = Field(0, ge=0, le=256, description="Processes that run days; 0 is one per processor.")
    running_jobs: int = Field(4, ge=1, le=256, description="Jobs of different users that run side by side.")
    queue_length: int = Field(100, ge=1, le=100_000, description="Jobs that may wait.")
    ttl_hours: float = Field(12.0, gt=0, le=87_600, description="Hours after which results expire.")
    cleanup_every_s: float = Field(600.0, ge=1, le=86_400, description="Seconds between two cleanups.")
    keep_jobs_hours: float = Field(168.0, gt=0, le=87_600, description="Hours that the record of an ended job is kept.")
    longest_range_days: int = Field(
        3_660, ge=1, le=10_980, description="The most days from a run's first to its last over the API."
    )
    minimum_free_mb: int = Field(200, ge=0, description="Free space that a run must leave on the results' disk.")
    largest_body_bytes: int = Field(4 * 1024 * 1024, ge=1024, description="The largest request body.")
    cache_mb: int = Field(32, ge=0, le=4096, description="Memory for day files that are asked for again.")
    allowed_hosts: tuple[str, ...] = Field(
        (), description="Host names that requests may be addressed to, beside the local ones and the address itself."
    )
    allowed_origins: tuple[str, ...] = Field(
        (), description="Origins of other sites whose pages may use the API, beside the loopback ones."
    )
    open_to_network: bool = Field(
        default=False, description="Listen on an address that is not loopback although no keys are configured."
    )
    log: str = Field("backtest_data/.logs/server.jsonl", description="Where the log goes: a file, or - for stderr.")
