"""Who am I here? The question every machine client and every script of a page asks first."""

from typing import Any

import msgspec
from litestar import Request, get

from services.api.request import session_of


class OrganisationView(msgspec.Struct, frozen=True):
    """An organisation by slug and name."""

    slug: str
    name: str


class SessionView(msgspec.Struct, frozen=True):
    """The session as its holder may know it. `csrf_token` goes into the header X-CSRF-Token of every unsafe request."""

    organisation: OrganisationView
    user: str
    roles: list[str]
    csrf_token: str
    seconds_left: int
    other_organisations: list[OrganisationView]


@get("/api/v1/session", operation_id="session", tags=["organisations"])
async def session(request: Request[Any, Any, Any]) -> SessionView:
    """Who is signed in, for which organisation, and where else the same human works."""
    found = await session_of(request)
    who = found.who
    return SessionView(
        organisation=OrganisationView(who.slug, who.organisation),
        user=who.name,
        roles=sorted(who.roles),
        csrf_token=found.csrf_token,
        seconds_left=who.seconds_left,
        other_organisations=[OrganisationView(slug, name) for slug, name in who.others],
    )


ROUTES = [session]
