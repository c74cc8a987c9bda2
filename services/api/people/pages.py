"""Pages about persons: find, register, list; the forms that record something about one of them."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any, Literal
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from services.api.form_faults import typed_form
from services.api.forms import read_form
from services.api.navigation import shell_in
from services.api.pages import FormState, render
from services.api.paging import cursor_of, moment_and_id
from services.api.request import acting, session_of
from services.domain.people.access import IdentityView
from services.domain.people.actions import (
    CorrectContact,
    RecordAbility,
    RecordPlan,
    RegisterPerson,
    correct_contact,
    record_ability,
    record_plan,
    register_person,
    require_role,
)
from services.domain.people.queries import count_people, identities_of, people, people_named, person
from services.domain.sharing.queries import serves
from services.domain.sharing.rules import DataClass, Purpose
from services.kit.clock import day_of
from services.kit.db.context import ActingContext
from services.kit.db.unit import unit_of_work
from services.kit.errors import Invalid, NotFound

PURPOSE = Purpose.SERVICE_DELIVERY
Connection = Request[Any, Any, Any]
Page = Response[str] | Redirect


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """Beginning of the family name, or of "family name given name"."""

    name: str
    birth_date: date | None = None


class AbilityForm(msgspec.Struct, frozen=True, kw_only=True):
    """An assessment as the form sends it."""

    assessed_on: date
    partial: Literal["yes", "no"]
    description: str = ""


@get("/people")
async def list_of_people(request: Connection, after: FromQuery[str] = "") -> Response[str]:
    """The clients one may see, newest first, with the search above; roles that meet no clients are told so."""
    actor = await acting(request, PURPOSE)
    require_role(actor, DataClass.IDENTITY)
    return await _list_page(request, actor, after=after)


@post("/people/search", status_code=200)
async def find(request: Connection) -> Response[str]:
    """Names stay out of addresses: the search is sent as a form, and changes nothing."""
    actor = await acting(request, PURPOSE)
    try:
        wanted = await read_form(request, Search)
    except Invalid as wrong:
        return await _list_page(request, actor, wrong=wrong, status=422)
    async with unit_of_work(actor, reading=True):
        found = await people_named(actor, name=wanted.name, birth_date=wanted.birth_date)
        shell = await shell_in(request, actor, "people")
        return render(shell, "people/found.html", form=await typed_form(request, shell), found=found)


@get("/people/register")
async def registration(request: Connection) -> Response[str]:
    """The empty form."""
    actor = await acting(request, PURPOSE)
    require_role(actor, DataClass.IDENTITY)
    async with unit_of_work(actor, reading=True):
        return render(await shell_in(request, actor, "people"), "people/register.html", form=FormState())


@post("/people/register/from-search", status_code=200)
async def registration_from_search(request: Connection) -> Response[str]:
    """The form with what was searched for already in it."""
    actor = await acting(request, PURPOSE)
    async with unit_of_work(actor, reading=True):
        shell = await shell_in(request, actor, "people")
        sent = await typed_form(request, shell)
        family, _, given = sent.value("name").strip().partition(" ")
        values = {"family_name": family, "given_name": given, "birth_date": sent.value("birth_date")}
        return render(shell, "people/register.html", form=FormState(values))


@post("/people/register")
async def register(request: Connection) -> Page:
    """Register and go to the client's page."""
    actor = await acting(request, PURPOSE)
    try:
        given = await read_form(request, RegisterPerson)
        async with unit_of_work(actor):
            person_id = await register_person(actor, given=given)
    except Invalid as wrong:
        async with unit_of_work(actor, reading=True):
            shell = await shell_in(request, actor, "people")
            form = await typed_form(request, shell, wrong)
        return render(shell, "people/register.html", status=422, form=form)
    return await to_person(request, person_id, "registered")


@get("/people/{person_id:uuid}/contact")
async def contact_form(request: Connection, person_id: FromPath[UUID]) -> Response[str]:
    """The contact card, to correct."""
    actor = await acting(request, PURPOSE)
    async with unit_of_work(actor, reading=True):
        seen = await person(actor, person_id=person_id)
        card = next((card for card in seen.contacts if card.owner_id == actor.organisation_id), None)
    values = {"phone": card.phone, "email": card.email, "address": card.address} if card else {}
    return await client_form(request, actor, person_id, "people/contact.html", FormState(values))


@post("/people/{person_id:uuid}/contact")
async def save_contact(request: Connection, person_id: FromPath[UUID]) -> Page:
    """Replace the contact card."""

    async def act(actor: ActingContext) -> None:
        given = await read_form(request, CorrectContact)
        async with unit_of_work(actor):
            await correct_contact(actor, person_id=person_id, given=given)

    return await record(request, person_id, act, "people/contact.html", "contact")


@get("/people/{person_id:uuid}/plan")
async def plan_form(request: Connection, person_id: FromPath[UUID]) -> Response[str]:
    """The empty form of a plan, dated today."""
    return await dated_form(request, person_id, "people/plan.html", "made_on")


@post("/people/{person_id:uuid}/plan")
async def save_plan(request: Connection, person_id: FromPath[UUID]) -> Page:
    """Record a plan."""

    async def act(actor: ActingContext) -> None:
        given = await read_form(request, RecordPlan)
        async with unit_of_work(actor):
            await record_plan(actor, person_id=person_id, given=given)

    return await record(request, person_id, act, "people/plan.html", "plan")


@get("/people/{person_id:uuid}/ability")
async def ability_form(request: Connection, person_id: FromPath[UUID]) -> Response[str]:
    """The empty form of an assessment of work ability, dated today."""
    return await dated_form(request, person_id, "people/ability.html", "assessed_on")


@post("/people/{person_id:uuid}/ability")
async def save_ability(request: Connection, person_id: FromPath[UUID]) -> Page:
    """Record an assessment of work ability."""

    async def act(actor: ActingContext) -> None:
        typed = await read_form(request, AbilityForm)
        given = RecordAbility(
            assessed_on=typed.assessed_on, partial=typed.partial == "yes", description=typed.description
        )
        async with unit_of_work(actor):
            await record_ability(actor, person_id=person_id, given=given)

    return await record(request, person_id, act, "people/ability.html", "ability")


async def record(
    request: Connection,
    person_id: UUID,
    act: Callable[[ActingContext], Awaitable[None]],
    template: str,
    done: str,
    **values: Any,
) -> Page:
    """Run the act behind a form about a client: on to the client's page, or the form again with its faults."""
    actor = await acting(request, PURPOSE)
    try:
        await act(actor)
    except Invalid as wrong:
        return await client_form(request, actor, person_id, template, wrong=wrong, status=422, **values)
    return await to_person(request, person_id, done)


async def dated_form(
    request: Connection, person_id: UUID, template: str, day_field: str, **values: Any
) -> Response[str]:
    """An empty form about a client whose one day is today until changed."""
    actor = await acting(request, PURPOSE)
    today = day_of(actor.now)
    form = FormState({day_field: f"{today.day}.{today.month}.{today.year}"})
    return await client_form(request, actor, person_id, template, form, **values)


async def client_form(
    request: Connection,
    actor: ActingContext,
    person_id: UUID,
    template: str,
    form: FormState | None = None,
    *,
    wrong: Invalid | None = None,
    status: int = 200,
    **values: Any,
) -> Response[str]:
    """A form about a client whom the acting organisation serves; raises NotFound for anybody else."""
    async with unit_of_work(actor, reading=True):
        shell = await shell_in(request, actor, "people")
        identity = await served_identity(actor, person_id)
        form = form or await typed_form(request, shell, wrong)
    return render(shell, template, status=status, form=form, identity=identity, **values)


async def served_identity(actor: ActingContext, person_id: UUID) -> IdentityView:
    """The name of a client whom the acting organisation serves itself; raises NotFound otherwise."""
    found = await identities_of(actor, [person_id], surface="people.form")
    if person_id not in found or not await serves(actor, person_id):
        raise NotFound("people.no_such_person")
    return found[person_id]


async def to_person(request: Connection, person_id: UUID, done: str) -> Redirect:
    """On to the client's page, which tells what succeeded."""
    slug = (await session_of(request)).who.slug
    return Redirect(f"/o/{slug}/people/{person_id}?done={done}", status_code=303)


async def _list_page(
    request: Connection, actor: ActingContext, *, after: str = "", wrong: Invalid | None = None, status: int = 200
) -> Response[str]:
    async with unit_of_work(actor, reading=True):
        shell = await shell_in(request, actor, "people")
        page = await people(actor, after=moment_and_id(after))
        form = await typed_form(request, shell, wrong) if wrong else FormState()
        values = {"people": page.people, "count": await count_people(actor), "next": cursor_of(page.after)}
        return render(shell, "people/list.html", status=status, form=form, first=not after, **values)


ROUTES = [
    Router(
        "/o/{org:str}",
        route_handlers=[
            list_of_people,
            find,
            registration,
            registration_from_search,
            register,
            contact_form,
            save_contact,
            plan_form,
            save_plan,
            ability_form,
            save_ability,
        ],
        include_in_schema=False,
    )
]
