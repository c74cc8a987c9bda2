"""How a slice's JSON routes are told to the application, and what OpenAPI says of the bodies they read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Router
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import Operation

ROOT = "/api/v1"


def slice_routes(word: str, handlers: Sequence[HTTPRouteHandler]) -> list[Router]:
    """The routes of one slice; its word is their tag."""
    return [Router(ROOT, route_handlers=list(handlers), tags=[word])]


def reads(kind: type[msgspec.Struct]) -> type[Operation]:
    """The OpenAPI operation of a handler that reads this struct with `read_json`, which Litestar cannot see."""

    @dataclass
    class Reading(Operation):
        def to_schema(self) -> dict[str, Any]:
            (schema,), parts = msgspec.json.schema_components([kind])
            body = {"required": True, "content": {"application/json": {"schema": parts.get(kind.__name__, schema)}}}
            return {**super().to_schema(), "requestBody": body}

    return Reading
