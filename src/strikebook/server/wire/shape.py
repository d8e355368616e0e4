"""What all shapes have in common."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict
from pydantic.config import JsonDict

JobStatus = Literal["queued", "running", "completed", "failed", "cancelled"]


class Asked(BaseModel):
    """What a client sends: unknown members are refused, and nothing is converted from another type."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


def _say_nothing_of_others(schema: JsonDict) -> None:
    """Leave open in the document what else an object may have: a generated type then has its members and no others."""
    schema.pop("additionalProperties", None)


class Answer(BaseModel):
    """What a client gets. A later version may answer more members than these; this one does not."""

    model_config = ConfigDict(extra="allow", json_schema_extra=_say_nothing_of_others)


class Part(BaseModel):
    """What stands inside an answer; as with the answer, there may be more one day."""

    model_config = ConfigDict(extra="allow", json_schema_extra=_say_nothing_of_others)
