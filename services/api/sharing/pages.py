"""Pages of permissions: give one, withdraw one."""

from calendar import monthrange
from collections.abc import Collection
from datetime import date
from typing import Any, Literal
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.params import FromPath, FromQuery

from services.api.form_faults import typed_form
from services.api.formats import day
from services.api.forms import read_form
from services.api.navigation import shell_in
from services.api.pages import FormState, render
from services.api.people.pages import Page, served_identity, to_person
from services.api.request import acting
from services.api.words import choices
from services.domain.organisations.queries import Member, members
from services.domain.people.queries import person
from services.domain.referrals.queries import service_uses
from services.domain.sharing.actions import PERMISSION_NOTICE, give_permission, withdraw_permission
from services.domain.sharing.permittable import permittable
from services.domain.sharing.queries import BasisView, basis_of, notice, shares_of_person
from services.domain.sharing.rules import DataClass, Purpose
from services.kit.clock import day_of
from services.kit.db.context import ActingContext
from services.kit.db.unit import unit_of_work
from services.kit.errors import Conflict, Invalid, NotFound

PURPOSE = Purpose.SERVICE_DELIVERY
MONTHS = 6
"""How long a permission is proposed to last; the notice says how long it may."""
ORDER = (DataClass.CONTACT, DataClass.SERVICE_USE, DataClass.PLAN, DataClass.ABILITY)


class PermissionForm(msgspec.Struct, frozen=True, kw_only=True):
    """A permission as the form sends it; the name goes along where the policy carries it on a permission."""

    valid_until: date
    classes: tuple[str, ...] = ()
    language: Literal["fi", "sv", "en"] = "fi"


class Lost(msgspec.Struct, frozen=True):
    """What one organisation loses: number of records, their class."""

    organisation_id: UUID
    data_class: str
    records: int


@get("/people/{person_id:uuid}/permission")
async def permission_form(
    request: Request[Any, Any, Any], person_id: FromPath[UUID], to: FromQuery[str] = ""
) -> Response[str]:
    """First who may see, then what."""
    actor = await acting(request, PURPOSE)
    if not to:
        async with unit_of_work(actor, reading=True):
            identity = await served_identity(actor, person_id)
            shell = await shell_in(request, actor, "people")
            allowed = await permittable(actor)
            others = [m for m in (await members(actor)).values() if m.id != actor.organisation_id and m.kind in allowed]
        return render(shell, "sharing/recipients.html", identity=identity, recipients=others)
    return await _permission_page(request, actor, person_id, to)


@post("/people/{person_id:uuid}/permission")
async def give(request: Request[Any, Any, Any], person_id: FromPath[UUID], to: FromQuery[str]) -> Page:
    """Record what the client, present, permits."""
    actor = await acting(request, PURPOSE)
    try:
        given = await read_form(request, PermissionForm)
        async with unit_of_work(actor):
            recipient, classes = await _recipient(actor, to)
            chosen = set(given.classes)
            fixed = {DataClass.IDENTITY.value} & classes if chosen else set()
            await give_permission(
                actor,
                person_id=person_id,
                recipient_ids=[recipient.id],
                classes=sorted(chosen | fixed),
                purposes=[Purpose.REFERRAL, Purpose.SERVICE_DELIVERY],
                valid_until=given.valid_until,
                language=given.language,
            )
    except Invalid as wrong:
        return await _permission_page(request, actor, person_id, to, wrong)
    return await to_person(request, person_id, "permission")


@get("/permissions/{basis_id:uuid}/withdraw")
async def withdrawal(request: Request[Any, Any, Any], basis_id: FromPath[UUID]) -> Response[str]:
    """What would close, in numbers, before it is done."""
    actor = await acting(request, PURPOSE)
    async with unit_of_work(actor, reading=True):
        basis, person_id = await _own_permission(actor, basis_id)
        if basis.state != "given":
            raise Conflict("sharing.not_given", state=basis.state)
        shell = await shell_in(request, actor, "people")
        shares = await shares_of_person(actor, person_id=person_id)
        counts = await _own_records(actor, person_id)
        values: dict[str, Any] = {
            "identity": await served_identity(actor, person_id),
            "basis": basis,
            "lost": [
                Lost(share.recipient_id, data_class, counts[data_class])
                for share in shares
                if share.live and share.basis_id == basis.id
                for data_class in share.classes
            ],
            "stays": [
                (share.recipient_id, share.classes, share.basis_kind)
                for share in shares
                if share.live and share.basis_id != basis.id and share.recipient_id in basis.recipient_ids
            ],
            "members": await members(actor),
        }
        return render(shell, "sharing/withdraw.html", **values)


@post("/permissions/{basis_id:uuid}/withdraw")
async def withdraw(request: Request[Any, Any, Any], basis_id: FromPath[UUID]) -> Page:
    """Withdraw for the client; every share on it ends with this answer."""
    actor = await acting(request, PURPOSE)
    async with unit_of_work(actor):
        _, person_id = await _own_permission(actor, basis_id)
        await withdraw_permission(actor, basis_id=basis_id)
    return await to_person(request, person_id, "withdrawn")


def in_months(today: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def choosable(classes: Collection[str]) -> list[str]:
    """The classes that a form offers to tick, in the order of the client's page."""
    return [one.value for one in ORDER if one.value in classes]


async def _permission_page(
    request: Request[Any, Any, Any], actor: ActingContext, person_id: UUID, to: str, wrong: Invalid | None = None
) -> Response[str]:
    async with unit_of_work(actor, reading=True):
        identity = await served_identity(actor, person_id)
        shell = await shell_in(request, actor, "people")
        recipient, classes = await _recipient(actor, to)
        told = await notice(actor, code=PERMISSION_NOTICE)
    typed = await typed_form(request, shell, wrong) if wrong else None
    form = typed or FormState({"valid_until": day(in_months(day_of(actor.now), MONTHS)), "language": shell.language})
    return render(
        shell,
        "sharing/permission.html",
        status=422 if wrong else 200,
        form=form,
        identity=identity,
        recipient=recipient,
        classes=choices("data_class", choosable(classes & set(told.classes)), shell.language),
        with_name=DataClass.IDENTITY in classes,
        notice=told,
    )


async def _recipient(actor: ActingContext, slug: str) -> tuple[Member, frozenset[str]]:
    """A member by slug, and what passes to it on a permission; raises NotFound where nothing does."""
    allowed = await permittable(actor)
    for member in (await members(actor)).values():
        if member.slug == slug and member.id != actor.organisation_id and member.kind in allowed:
            return member, allowed[member.kind]
    raise NotFound("organisations.not_a_member")


async def _own_permission(actor: ActingContext, basis_id: UUID) -> tuple[BasisView, UUID]:
    basis = await basis_of(actor, basis_id)
    if basis.person_id is None or basis.source_id != actor.organisation_id:
        raise NotFound("sharing.no_such_basis")
    return basis, basis.person_id


async def _own_records(actor: ActingContext, person_id: UUID) -> dict[str, int]:
    seen = await person(actor, person_id=person_id)
    own = actor.organisation_id
    return {
        DataClass.IDENTITY: int(seen.identity.owner_id == own),
        DataClass.CONTACT: sum(card.owner_id == own for card in seen.contacts),
        DataClass.PLAN: sum(plan.owner_id == own for plan in seen.plans),
        DataClass.ABILITY: sum(ability.owner_id == own for ability in seen.abilities),
        DataClass.SERVICE_USE: sum(use.owner_id == own for use in await service_uses(actor, person_id=person_id)),
    }


ROUTES = [Router("/o/{org:str}", route_handlers=[permission_form, give, withdrawal, withdraw], include_in_schema=False)]
