"""Questions about the alliance, its members and who is signed in. Those without an actor are asked before there is one."""

from datetime import date
from uuid import UUID

import msgspec

from services.kit.crypto import token_hash
from services.kit.db.context import ActingContext
from services.kit.db.unit import call_narrow, fetch
from services.kit.errors import NotFound
from services.kit.identity.sessions import IDLE_SECONDS


class Member(msgspec.Struct, frozen=True):
    """A member organisation as every member may know it: `services` are codes of the glossary's service types."""

    id: UUID
    slug: str
    name: str
    kind: str
    services: tuple[str, ...]


async def members(actor: ActingContext) -> dict[UUID, Member]:
    """The alliance's present members, by id, in order of name."""
    rows = await fetch(
        "SELECT id, slug, name, kind, services FROM organisation"
        " WHERE member_from <= $1 AND (member_until IS NULL OR $1 < member_until) ORDER BY name",
        actor.now,
    )
    return {row["id"]: Member(row["id"], row["slug"], row["name"], row["kind"], tuple(row["services"])) for row in rows}


class AgreementView(msgspec.Struct, frozen=True):
    """The frame between a buyer and a provider, as its two parties see it; days, both included."""

    number: str
    buyer_id: UUID
    provider_id: UUID
    valid_from: date
    valid_until: date


async def agreements(actor: ActingContext) -> list[AgreementView]:
    """Agreements to which the acting organisation is a party, by number."""
    rows = await fetch(
        "SELECT number, buyer_id, provider_id, valid_from, valid_until FROM agreement ORDER BY number LIMIT 200"
    )
    return [AgreementView(*row) for row in rows]


class PersonaCard(msgspec.Struct, frozen=True):
    """Somebody whose day the demonstration's start page tells, and what the sign-in of that person needs."""

    slug: str
    organisation: str
    kind: str
    name: str
    login_hint: str
    roles: tuple[str, ...]
    today: dict[str, str]


async def demonstration_personas() -> list[PersonaCard]:
    """The cards of the demonstration's start page, in their order; none in production."""
    rows = await call_narrow("SELECT * FROM demonstration_personas()")
    return [
        PersonaCard(
            row["slug"],
            row["organisation"],
            row["kind"],
            row["name"],
            row["login_hint"],
            tuple(row["roles"]),
            {"fi": row["today_fi"], "sv": row["today_sv"], "en": row["today_en"]},
        )
        for row in rows
    ]


class SignInChoice(msgspec.Struct, frozen=True):
    """An organisation that people of this installation can sign in to."""

    alliance: str
    theme_colour: str
    slug: str
    name: str
    kind: str
    issuer: str


class SignInConnection(msgspec.Struct, frozen=True):
    """How one organisation signs in: everything a provider must not be able to choose for itself is pinned here."""

    organisation_id: UUID
    slug: str
    name: str
    issuer: str
    client_id: str
    secret_name: str
    scope: str
    algorithms: tuple[str, ...]


class SignedIn(msgspec.Struct, frozen=True):
    """Who holds a live session: one account at one organisation. `others` are the human's other organisations (slug, name)."""

    alliance_id: UUID
    organisation_id: UUID
    slug: str
    organisation: str
    kind: str
    account_id: UUID
    name: str
    roles: frozenset[str]
    seconds_left: int
    others: tuple[tuple[str, str], ...]


async def sign_in_choices() -> list[SignInChoice]:
    """All organisations with a sign-in, by alliance and name; known to everybody who opens the front page."""
    return [SignInChoice(*row) for row in await call_narrow("SELECT * FROM sign_in_choices()")]


async def sign_in_connection(slug: str) -> SignInConnection:
    """The connection of one organisation; raises NotFound when there is none that is enabled."""
    rows = await call_narrow("SELECT * FROM sign_in_connection($1)", slug)
    if not rows:
        raise NotFound("organisations.no_sign_in")
    return SignInConnection(**{**rows[0], "algorithms": tuple(rows[0]["algorithms"])})


async def signed_in(session_token: str) -> SignedIn | None:
    """Who this session token stands for, asked anew at each request: a disabled account or an ended session is nobody."""
    rows = await call_narrow("SELECT * FROM signed_in($1, $2)", token_hash(session_token), IDLE_SECONDS)
    if not rows:
        return None
    row = dict(rows[0])
    others = tuple(zip(row.pop("other_slugs"), row.pop("other_names"), strict=True))
    return SignedIn(**{**row, "roles": frozenset(row["roles"]), "others": others})
