"""The first page of an installation and the home page of everybody who is signed in."""

from datetime import timedelta
from itertools import groupby
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Request, Response, get
from litestar.params import FromQuery

from services.api.done import done_of
from services.api.errors import here, language_of, sign_in_address
from services.api.languages import mark
from services.api.navigation import shell_in
from services.api.pages import Shell, render
from services.api.request import acting, session_of, shell_of
from services.domain.organisations.queries import (
    PersonaCard,
    agreements,
    demonstration_personas,
    members,
    sign_in_choices,
)
from services.domain.people.queries import count_people
from services.domain.referrals.queries import waiting
from services.domain.sharing.rules import SERVING, Purpose
from services.kit.clock import day_of
from services.kit.db.unit import unit_of_work

SOON = timedelta(days=3)
"""A deadline this near is marked."""
CONTRACT_ROLES = frozenset({"procurement", "finance", "approver"})
STEPS = (
    mark("The city refers a client"),
    mark("The firm accepts"),
    mark("A job is recorded"),
    mark("The client withdraws a permission"),
)


class PersonaLink(msgspec.Struct, frozen=True):
    """A card of the start page; `href` starts the sign-in of that person."""

    name: str
    roles: tuple[str, ...]
    today: str
    href: str


class SignInPlace(msgspec.Struct, frozen=True):
    """An organisation of the start page; `personas` only in a demonstration."""

    name: str
    kind: str
    href: str
    personas: tuple[PersonaLink, ...] = ()


@get("/", include_in_schema=False)
async def start(request: Request[Any, Any, Any]) -> Response[str]:
    """Where people sign in: personas in a demonstration, else organisations."""
    shell = Shell(site=request.app.state.site, language=language_of(request), here=here(request))
    cards = await demonstration_personas() if request.app.state.settings.demonstration else []
    if cards:
        places = [
            SignInPlace(name, kind, sign_in_address(slug, f"/o/{slug}/"), tuple(_link(card, shell) for card in group))
            for (slug, name, kind), group in groupby(cards, key=lambda card: (card.slug, card.organisation, card.kind))
        ]
        steps = [shell.text(step) for step in STEPS]
        return render(shell, "layout/start.html", organisations=places, steps=steps, step=-1)
    choices = [
        SignInPlace(choice.name, choice.kind, sign_in_address(choice.slug, f"/o/{choice.slug}/"))
        for choice in await sign_in_choices()
    ]
    return render(shell, "layout/welcome.html", organisations=choices)


@get("/o/{org:str}/", include_in_schema=False)
async def home(request: Request[Any, Any, Any], done: FromQuery[str] = "") -> Response[str]:
    """What waits, by role; for roles without clients what the account is for; for none what to do."""
    roles = (await session_of(request)).who.roles
    if not roles:
        return render(await shell_of(request), "organisations/no_role.html")
    actor = await acting(request, Purpose.REFERRAL)
    async with unit_of_work(actor, reading=True):
        shell = await shell_in(request, actor, "home")
        known = await members(actor)
        if not roles & SERVING:
            frames = await agreements(actor) if roles & CONTRACT_ROLES else None
            return render(shell, "organisations/account.html", roles=roles, agreements=frames, members=known)
        values: dict[str, Any] = {
            "received": await waiting(actor, box="received"),
            "sent": await waiting(actor, box="sent"),
            "people": await count_people(actor),
            "sends_first": "caseworker" in roles,
            "members": known,
            "soon": day_of(actor.now) + SOON,
            "done": done_of(shell, done),
        }
    return render(shell, "organisations/home.html", **values)


def _link(card: PersonaCard, shell: Shell) -> PersonaLink:
    address = f"{sign_in_address(card.slug, f'/o/{card.slug}/')}&login_hint={quote(card.login_hint, safe='')}"
    return PersonaLink(card.name, card.roles, card.today.get(shell.language, card.today["en"]), address)


ROUTES = [start, home]
