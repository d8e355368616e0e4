"""The manifest of a run: everything beside its prices that its bytes follow from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

from strikebook import __version__
from strikebook.service.run_plan import RunPlan
from strikebook.storage.codec import encoder_of

_TABLE = ".csv"
_VERSION_DIGITS = 12
_SEEDED = "synthetic:"


def manifest_of(plan: RunPlan) -> dict[str, object]:
    """The manifest of a run that follows a plan. The fingerprint of each day's prices stands with its day."""
    label = plan.market_label
    seed = label.removeprefix(_SEEDED) if label.startswith(_SEEDED) else ""
    return {
        "strategy_hash": plan.strategy_hash,
        "engine_version": __version__,
        "options": plan.options.as_document(),
        "encoder": encoder_of(plan.options.compression_level),
        "market": label,
        "seed": int(seed) if seed.isdigit() else None,
        "tables": dict(table_versions()),
    }


@lru_cache(maxsize=1)
def table_versions() -> Mapping[str, str]:
    """The dated tables (lots, expiries, sessions, charges, figures) by name, each with a hash of its content."""
    folder = resources.files("strikebook.data")
    tables = sorted((each for each in folder.iterdir() if each.name.endswith(_TABLE)), key=lambda each: each.name)
    return {
        each.name.removesuffix(_TABLE): hashlib.sha256(each.read_bytes()).hexdigest()[:_VERSION_DIGITS]
        for each in tables
    }


def changed_tables(manifest: Mapping[str, object]) -> list[str]:
    """The tables that are not what they were when a manifest was written, by name."""
    then = manifest.get("tables")
    known = then if isinstance(then, dict) else {}
    now = table_versions()
    return sorted(name for name in {*now, *known} if now.get(name) != known.get(name))
