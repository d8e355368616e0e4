"""What all shapes have in common."""

# Written by `python -m tests.client.make_shapes` from strikebook.server.wire.shape; a test holds them together.

from __future__ import annotations

from typing import Literal, TypeAlias

JobStatus: TypeAlias = Literal["queued", "running", "completed", "failed", "cancelled"]
