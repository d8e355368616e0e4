"""The OpenAPI document: what the routes and the shapes say, made whole."""

from __future__ import annotations

import copy
from typing import Any

from fastapi import FastAPI

from strikebook.server.admission import OPEN_PATHS
from strikebook.server.wire.events import JobEvent
from strikebook.server.wire.examples import ANSWERS
from strikebook.server.wire.problems import Problem


def openapi_document(app: FastAPI, *, key_needed: bool) -> dict[str, Any]:
    """The OpenAPI document, with the shape of a problem and both ways to present a key."""
    document = copy.deepcopy(app.openapi())
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for shape in (Problem, JobEvent):  # no route answers them as JSON
        schema = shape.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= {name: part for name, part in schema.pop("$defs").items() if name not in schemas}
        schemas[shape.__name__] = schema
    for name, example in ANSWERS.items():  # not in the shapes: there the framework leaves out what is null
        if name in schemas:
            schemas[name]["example"] = example
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "description": "A key; needed only where keys are configured."},
        "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    }
    ways: list[dict[str, list[str]]] = [{"bearer": []}, {"header": []}]
    document["security"] = ways if key_needed else [{}, *ways]
    for path in OPEN_PATHS:
        document["paths"][path]["get"]["security"] = [{}]
    return document
