"""Routes that do nothing but show what every route does: who acts, what came in, what goes wrong."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.params import FromPath

from services.api.forms import read_form, read_json
from services.api.request import acting
from services.kit.db.unit import fetch_value, unit_of_work
from services.kit.errors import Conflict, NotAllowed, NotFound, WallBreach

Connection = Request[Any, Any, Any]
NOTE = {"day": "2026-03-24", "title": "x"}


class RecordNote(msgspec.Struct):
    """What the probe takes in."""

    day: date
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]
    text: str = ""
    hours: int | None = None
    classes: list[str] = []
    urgent: bool = False


@get("/api/v1/probe/{thing:uuid}", include_in_schema=False)
async def probe(request: Connection, thing: FromPath[UUID]) -> dict[str, Any]:
    actor = await acting(request, "service_delivery")
    async with unit_of_work(actor, reading=True):
        slug = await fetch_value("SELECT slug FROM organisation WHERE id = $1", actor.organisation_id)
    if thing.int == 1:
        return {"slug": slug, "roles": sorted(actor.roles)}
    raise {2: WallBreach("probe.breach"), 3: NotAllowed("probe.role"), 4: RuntimeError("Aino Esimerkki")}.get(
        thing.int, NotFound("probe.unknown")
    )


@post("/api/v1/probe", include_in_schema=False)
async def probe_act(request: Connection) -> dict[str, Any]:
    await acting(request, "service_delivery")
    given = await read_json(request, RecordNote)
    if given.title == "taken":
        raise Conflict("probe.taken", allowed=["withdraw"])
    return dict(msgspec.to_builtins(given))


@post("/o/{org:str}/probe", include_in_schema=False)
async def probe_form(request: Connection, org: FromPath[str]) -> dict[str, Any]:
    await acting(request, "service_delivery")
    return dict(msgspec.to_builtins(await read_form(request, RecordNote)))


@get("/o/{org:str}/probe", include_in_schema=False)
async def probe_page(request: Connection, org: FromPath[str]) -> str:
    await acting(request, "service_delivery")
    return org


ROUTES = [probe, probe_page, probe_act, probe_form]
