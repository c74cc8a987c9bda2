"""Persons as JSON: register, list, find, read; contact, plans, work ability."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, get, post, put
from litestar.params import FromPath, FromQuery

from services.api.forms import read_json
from services.api.paging import cursor_of, moment_and_id, page_size
from services.api.request import acting
from services.api.shapes import Count, Recorded
from services.api.slices import reads, slice_routes
from services.domain.people.access import AbilityView, IdentityView, PlanView
from services.domain.people.actions import (
    CorrectContact,
    RecordAbility,
    RecordPlan,
    RegisterPerson,
    correct_contact,
    record_ability,
    record_plan,
    register_person,
)
from services.domain.people.queries import PAGE, PersonView, ability, count_people, people, people_named, person, plan
from services.domain.sharing.rules import Purpose
from services.kit.db.unit import unit_of_work

PURPOSE = Purpose.SERVICE_DELIVERY
NOT_FOUND_HERE = "people.not_found_here_refer_or_register"


class Registered(msgspec.Struct, frozen=True):
    """The person's id: the same answer whether or not anybody knew the person before."""

    person_id: UUID


class PeopleList(msgspec.Struct, frozen=True):
    """One page, most recently recorded first; `after` asks for the next one and is null on the last."""

    people: tuple[IdentityView, ...]
    after: str | None


class FindPeople(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Beginning of "family name given name", and the birth date where known. In a body: names stay out of addresses."""

    name: str
    birth_date: date | None = None


class PeopleFound(msgspec.Struct, frozen=True):
    """Found among the persons one may see. `hint` is always there: whether others know the person is not told."""

    people: tuple[IdentityView, ...]
    hint: str = NOT_FOUND_HERE


@post("/people", operation_class=reads(RegisterPerson), operation_id="register_person")
async def register(request: Request[Any, Any, Any]) -> Registered:
    """Register a person, or find the one with this identity number."""
    actor = await acting(request, PURPOSE)
    given = await read_json(request, RegisterPerson)
    async with unit_of_work(actor):
        return Registered(await register_person(actor, given=given))


@get("/people", operation_id="people")
async def list_people(
    request: Request[Any, Any, Any], after: FromQuery[str] = "", limit: FromQuery[int] = PAGE
) -> PeopleList:
    """Persons whose identity one may see."""
    actor = await acting(request, PURPOSE)
    async with unit_of_work(actor, reading=True):
        page = await people(actor, after=moment_and_id(after), limit=page_size(limit))
    return PeopleList(page.people, cursor_of(page.after))


@post("/people/search", operation_class=reads(FindPeople), operation_id="people_named", status_code=200)
async def search_people(request: Request[Any, Any, Any]) -> PeopleFound:
    """Persons by name and birth date, of those whose identity one may see."""
    actor = await acting(request, PURPOSE)
    given = await read_json(request, FindPeople)
    async with unit_of_work(actor, reading=True):
        return PeopleFound(tuple(await people_named(actor, name=given.name, birth_date=given.birth_date)))


@get("/people/count", operation_id="count_people")
async def count(request: Request[Any, Any, Any]) -> Count:
    """How many persons the list holds."""
    actor = await acting(request, PURPOSE)
    async with unit_of_work(actor, reading=True):
        return Count(await count_people(actor))


@get("/people/{person_id:uuid}", operation_id="person")
async def show_person(request: Request[Any, Any, Any], person_id: FromPath[UUID]) -> PersonView:
    """One person: what one may see, and for each closed class why."""
    actor = await acting(request, PURPOSE)
    async with unit_of_work(actor, reading=True):
        return await person(actor, person_id=person_id)


@put(
    "/people/{person_id:uuid}/contact",
    operation_class=reads(CorrectContact),
    operation_id="correct_contact",
    status_code=204,
)
async def put_contact(request: Request[Any, Any, Any], person_id: FromPath[UUID]) -> None:
    """Replace one's own contact card of a person."""
    actor = await acting(request, PURPOSE)
    given = await read_json(request, CorrectContact)
    async with unit_of_work(actor):
        await correct_contact(actor, person_id=person_id, given=given)


@post("/people/{person_id:uuid}/plans", operation_class=reads(RecordPlan), operation_id="record_plan")
async def add_plan(request: Request[Any, Any, Any], person_id: FromPath[UUID]) -> Recorded:
    """Add a plan."""
    actor = await acting(request, PURPOSE)
    given = await read_json(request, RecordPlan)
    async with unit_of_work(actor):
        return Recorded(await record_plan(actor, person_id=person_id, given=given))


@get("/plans/{record_id:uuid}", operation_id="plan")
async def show_plan(request: Request[Any, Any, Any], record_id: FromPath[UUID]) -> PlanView:
    """One plan."""
    actor = await acting(request, PURPOSE)
    async with unit_of_work(actor, reading=True):
        return await plan(actor, record_id=record_id)


@post("/people/{person_id:uuid}/abilities", operation_class=reads(RecordAbility), operation_id="record_ability")
async def add_ability(request: Request[Any, Any, Any], person_id: FromPath[UUID]) -> Recorded:
    """Add an assessment of work ability."""
    actor = await acting(request, PURPOSE)
    given = await read_json(request, RecordAbility)
    async with unit_of_work(actor):
        return Recorded(await record_ability(actor, person_id=person_id, given=given))


@get("/abilities/{record_id:uuid}", operation_id="ability")
async def show_ability(request: Request[Any, Any, Any], record_id: FromPath[UUID]) -> AbilityView:
    """One assessment of work ability."""
    actor = await acting(request, PURPOSE)
    async with unit_of_work(actor, reading=True):
        return await ability(actor, record_id=record_id)


ROUTES = slice_routes(
    "people",
    [
        register,
        list_people,
        search_people,
        count,
        show_person,
        put_contact,
        add_plan,
        show_plan,
        add_ability,
        show_ability,
    ],
)
