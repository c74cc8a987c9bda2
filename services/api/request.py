"""From a request to the one who acts: session, organisation, protection against forged requests.

In a handler: `actor = await acting(request, purpose)`, then `async with unit_of_work(actor): …`. The transaction is
opened in the handler, never in a dependency.
"""

import hmac
from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Request

from services.api.errors import (
    BadRequest,
    SignInNeeded,
    here,
    language_of,
    organisation_in,
    sign_in_address,
)
from services.api.pages import Acting, NavItem, OrganisationLink, Shell
from services.domain.organisations.queries import SignedIn, signed_in
from services.kit.crypto import keyed_hash
from services.kit.db.context import ActingContext
from services.kit.errors import NotAllowed
from services.kit.settings import Settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
ORGANISATION_HEADER = "nivel-organisation"
CSRF_HEADER = "x-csrf-token"
CSRF_FIELD = "csrf_token"
MOST_SESSIONS = 20
"""So many session cookies of one browser are looked at; more organisations than anybody works for."""


class OpenSession(msgspec.Struct, frozen=True):
    """The session a request belongs to."""

    token: str
    who: SignedIn
    csrf_token: str


async def acting(request: Request[Any, Any, Any], purpose: str) -> ActingContext:
    """Who acts, for which organisation, now. `purpose` is a constant of the route.

    Raises SignInNeeded (401, or on pages a redirect to the sign-in), BadRequest when several organisations are
    possible, NotAllowed for a forged request or an account without any role.
    """
    session = await session_of(request)
    who = session.who
    if not who.roles:
        raise NotAllowed("session.no_role")
    actor = ActingContext(
        kind="user",
        alliance_id=who.alliance_id,
        organisation_id=who.organisation_id,
        user_id=who.account_id,
        roles=who.roles,
        purpose=purpose,
        now=request.app.state.settings.clock(),
    )
    request.scope["state"]["actor"] = actor  # whose refusal is logged if this fails (app.py)
    return actor


async def session_of(request: Request[Any, Any, Any]) -> OpenSession:
    """The live session that the request belongs to, asked once; an unsafe method is checked for forgery."""
    found: OpenSession | None = request.scope["state"].get("session")
    if found is None:
        found = await _live_session(request)
        if request.method not in SAFE_METHODS:
            await _refuse_forgery(request, found)
        request.scope["state"]["session"] = found
    return found


async def shell_of(request: Request[Any, Any, Any], navigation: Sequence[NavItem] = ()) -> Shell:
    """Everything around a page of somebody signed in. Call it outside the unit of work."""
    session = await session_of(request)
    who = session.who
    home = f"/o/{who.slug}/"
    others = tuple(OrganisationLink(name, f"/o/{slug}/") for slug, name in who.others)
    acts = Acting(
        organisation=who.organisation,
        home=home,
        person=who.name,
        roles=tuple(sorted(who.roles)),
        sign_out=f"{home}sign-out",
        sign_in=sign_in_address(who.slug, home),
        session_seconds=who.seconds_left,
        others=others,
    )
    return Shell(
        site=request.app.state.site,
        language=language_of(request),
        here=here(request) if request.method == "GET" else home,
        csrf_token=session.csrf_token,
        acting=acts,
        navigation=tuple(navigation),
    )


def cookie_name(settings: Settings, slug: str) -> str:
    """The session cookie of one organisation. On https its name makes browsers refuse it from elsewhere."""
    return f"{cookie_prefix(settings)}nivel-{slug}"


def cookie_prefix(settings: Settings) -> str:
    """`__Host-` where the browser may demand https for it."""
    return "__Host-" if settings.base_url.startswith("https:") else ""


def csrf_token_of(request: Request[Any, Any, Any], who: SignedIn) -> str:
    """The token of every unsafe request: of the account, so that a page stays usable after signing in again elsewhere."""
    return keyed_hash(request.app.state.csrf_key, "csrf", f"{who.organisation_id} {who.account_id}").hex()


async def _live_session(request: Request[Any, Any, Any]) -> OpenSession:
    settings: Settings = request.app.state.settings
    wanted = organisation_in(request) or request.headers.get(ORGANISATION_HEADER, "")
    start = cookie_name(settings, wanted)
    tokens = [
        (name, token)
        for name, token in request.cookies.items()
        if (name == start if wanted else name.startswith(start))
    ]
    live = []
    for name, token in tokens[:MOST_SESSIONS]:
        who = await signed_in(token)
        if who and name == cookie_name(settings, who.slug):
            live.append(OpenSession(token, who, csrf_token_of(request, who)))
    if not live:
        raise SignInNeeded(organisation_in(request))
    if len(live) > 1:
        raise BadRequest("session.which_organisation")
    return live[0]


async def _refuse_forgery(request: Request[Any, Any, Any], session: OpenSession) -> None:
    """Two proofs that one of our own pages sent this: where the browser says it comes from, and the session's token."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site not in (None, "same-origin") or origin not in (None, request.app.state.settings.base_url):
        raise NotAllowed("session.csrf")
    given = request.headers.get(CSRF_HEADER) or (await request.form()).get(CSRF_FIELD, "")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), session.csrf_token.encode()):
        raise NotAllowed("session.csrf")
