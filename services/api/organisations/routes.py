"""The members of one's own alliance, as JSON."""

from typing import Any

import msgspec
from litestar import Request, get

from services.api.request import acting
from services.api.slices import slice_routes
from services.domain.organisations.queries import Member, members
from services.domain.sharing.rules import Purpose
from services.kit.db.unit import unit_of_work


class MemberList(msgspec.Struct, frozen=True):
    """Present members in order of name."""

    organisations: tuple[Member, ...]


@get("/organisations", operation_id="members")
async def list_members(request: Request[Any, Any, Any]) -> MemberList:
    """Present members of the alliance."""
    actor = await acting(request, Purpose.SERVICE_DELIVERY)
    async with unit_of_work(actor, reading=True):
        return MemberList(tuple((await members(actor)).values()))


ROUTES = slice_routes("organisations", [list_members])
