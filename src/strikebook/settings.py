"""Every setting, its default, and the environment variable that sets it: ``STRIKEBOOK_`` and the name in capitals.

The options of the commands that have the same names go before the environment. ``docs/settings.md`` lists all of them.
"""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX: Final = "STRIKEBOOK_"
NO_LOG: Final = "off"

_HOST_NAME: Final = re.compile(r"[A-Za-z0-9._\-]+|[0-9A-Fa-f:]+")
_ORIGIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://(?:[A-Za-z0-9._\-]+|\[[0-9A-Fa-f:]+\])(?::\d{1,5})?/?")

_WEBHOOK_HOST: Final = re.compile(
    r"(https?://)?((\*\.)?[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)*|\[[0-9A-Fa-f:.]{2,45}\])(:(?P<port>[0-9]{1,5}))?", re.ASCII
)


class Settings(BaseSettings):
    """The settings of a server, each with its unit in its name. A variable that is empty counts as not set."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True)

    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="The port to listen on; 0 takes a free one.")
    market: str = Field("synthetic", description="A folder of market data, or synthetic, or synthetic:SEED.")
    strategies: Path = Field(Path("strategies"), description="The folder of strategies.")
    results: Path = Field(Path("backtest_data"), description="The folder of results, job records and keys.")
    examples: Path | None = Field(
        None, description="A folder of strategies that are copied into the strategies folder where that is not there."
    )
    workers: int = Field(0, ge=0, le=256, description="Processes that run days; 0 is one per processor.")
    running_jobs: int = Field(4, ge=1, le=256, description="Jobs of different users that run side by side.")
    queue_length: int = Field(100, ge=1, le=100_000, description="Jobs that may wait.")
    compression_level: int = Field(1, ge=0, le=9, description="Level of gzip of the days of runs that ask for none.")
    ttl_hours: float = Field(12.0, gt=0, le=87_600, description="Hours after which results expire.")
    longest_ttl_hours: float = Field(
        168.0, gt=0, le=87_600, description="The most hours that a run may ask to be kept."
    )
    quota_mb: float = Field(
        0.0, ge=0, le=1_000_000_000, description="Megabytes that the results of a user may take; 0 for no limit."
    )
    cleanup_every_s: float = Field(600.0, ge=1, le=86_400, description="Seconds between two cleanups.")
    keep_jobs_hours: float = Field(168.0, gt=0, le=87_600, description="Hours that the record of an ended job is kept.")
    keep_jobs: int = Field(1_000, ge=0, le=1_000_000, description="The most records of ended jobs that are kept.")
    longest_range_days: int = Field(
        3_660, ge=1, le=10_980, description="The most days from a run's first to its last over the API."
    )
    minimum_free_mb: int = Field(200, ge=0, description="Free space that a run must leave on the results' disk.")
    largest_body_bytes: int = Field(4 * 1024 * 1024, ge=1024, description="The largest request body.")
    cache_mb: int = Field(32, ge=0, le=4096, description="Memory for day files that are asked for again.")
    requests_per_minute: int = Field(
        0, ge=0, le=1_000_000, description="The most requests a minute of each user; 0 for no limit."
    )
    accel_prefix: str = Field(
        "",
        pattern=r"^(/[A-Za-z0-9_][A-Za-z0-9._\-]*)*$",
        description="Where an nginx in front has the results folder as an internal location (X-Accel-Redirect), as "
        "/_results; without it the server sends day files itself.",
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Host names that requests may be addressed to, beside the local ones and the address itself; "
        "commas between them.",
    )
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Origins of other sites whose pages may use the API, beside the loopback ones; "
        "commas between them.",
    )
    open_to_network: bool = Field(
        default=False, description="Listen on an address that is not loopback although no keys are configured."
    )
    webhook_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Hosts that webhooks may be sent to: hooks.example.com, *.example.com, hooks.example.com:8443, "
        "http://intranet:8080; commas between them. None: there are no webhooks.",
    )
    webhook_networks: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Networks of addresses that are not public and that webhooks may be sent to all the same: "
        "10.1.0.0/16; commas between them.",
    )
    webhook_timeout_s: float = Field(10.0, gt=0, le=120, description="Seconds after which a try is broken off.")
    webhook_retry_s: float = Field(
        10.0, gt=0, le=3_600, description="Seconds until a delivery that failed is tried again; then twice that."
    )
    webhook_tries: int = Field(12, ge=1, le=100, description="Tries after which a delivery is given up.")
    webhook_off_after_h: float = Field(
        72.0,
        ge=0,
        le=8_760,
        description="Hours of nothing but failed tries after which a webhook is switched off; 0: never.",
    )
    log: str = Field(
        "",
        description="Where the log goes: a file, or - for stderr, or off for none. "
        "Without it: .logs/server.jsonl in the results folder.",
    )
    log_mb: float = Field(
        10.0, gt=0, le=10_000, description="Size at which a log file is set aside; three older ones are kept."
    )

    @property
    def log_target(self) -> str:
        """Where the log goes: ``log``, or the file in the results folder that stands for none given."""
        return self.log or str(self.results / ".logs" / "server.jsonl")

    @field_validator("allowed_hosts", "allowed_origins", "webhook_hosts", "webhook_networks", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("allowed_hosts")
    @classmethod
    def _check_hosts(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if _HOST_NAME.fullmatch(name) is None:
                raise ValueError(
                    f"{name!r} is not a host name: like example.org,192.168.1.20, without http:// and port"
                )
        return names

    @field_validator("allowed_origins")
    @classmethod
    def _check_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if _ORIGIN.fullmatch(origin) is None:
                raise ValueError(f"{origin!r} is not an origin: like https://example.org,http://192.168.1.20:3000")
        return origins

    @field_validator("webhook_hosts")
    @classmethod
    def _check_webhook_hosts(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        for host in hosts:
            found = _WEBHOOK_HOST.fullmatch(host)
            if found is None or not 0 < int(found["port"] or 443) < 65_536:
                raise ValueError(f"{host!r} names no host: like hooks.example.com,*.example.com,http://intranet:8080")
        return hosts

    @field_validator("webhook_networks")
    @classmethod
    def _check_networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        for network in networks:
            try:
                ipaddress.ip_network(network)
            except ValueError:
                raise ValueError(f"{network!r} is no network: like 10.1.0.0/16,fd00::/8") from None
        return networks
