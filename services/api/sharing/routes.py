"""Permissions, shares and explanations as JSON."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.params import FromPath, FromQuery, QueryParameter

from services.api.errors import language_of
from services.api.forms import read_json
from services.api.request import acting
from services.api.shapes import Recorded
from services.api.sharing.reasons import reason_text
from services.api.slices import reads, slice_routes
from services.domain.sharing.actions import give_permission, withdraw_permission
from services.domain.sharing.queries import (
    BasisView,
    NoticeView,
    ShareView,
    explain_access,
    notice,
    permissions_of,
    shares_of_person,
)
from services.domain.sharing.rules import Allowed, DataClass, Purpose
from services.kit.db.unit import unit_of_work

PURPOSE = Purpose.SERVICE_DELIVERY


class GivePermission(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the person, present, permits until `valid_until`, that day included, on the notice read in `language`."""

    recipient_ids: tuple[UUID, ...]
    classes: tuple[str, ...]
    purposes: tuple[str, ...]
    valid_until: date
    language: str = "fi"


class PermissionList(msgspec.Struct, frozen=True):
    """Permissions recorded or received, newest first."""

    permissions: tuple[BasisView, ...]


class ShareList(msgspec.Struct, frozen=True):
    """Shares from and towards the acting organisation, live ones first."""

    shares: tuple[ShareView, ...]


class MissingStep(msgspec.Struct, frozen=True):
    """One thing that is missing, as a code and in the reader's language."""

    code: str
    text: str
    day: date | None
    kinds: tuple[str, ...]


class AccessExplained(msgspec.Struct, frozen=True):
    """The decision that guards every read. `line` and `basis` where access is allowed, `missing` where it is not."""

    person_id: UUID
    data_class: str
    purpose: str
    allowed: bool
    line: str | None
    basis: BasisView | None
    missing: tuple[MissingStep, ...]


@post("/people/{person_id:uuid}/permissions", operation_class=reads(GivePermission), operation_id="give_permission")
async def add_permission(request: Request[Any, Any, Any], person_id: FromPath[UUID]) -> Recorded:
    """Record a permission outside a referral; its shares open at once."""
    actor = await acting(request, PURPOSE)
    given = await read_json(request, GivePermission)
    async with unit_of_work(actor):
        return Recorded(
            await give_permission(
                actor,
                person_id=person_id,
                recipient_ids=given.recipient_ids,
                classes=given.classes,
                purposes=given.purposes,
                valid_until=given.valid_until,
                language=given.language,
            )
        )


@get("/people/{person_id:uuid}/permissions", operation_id="permissions_of")
async def list_permissions(request: Request[Any, Any, Any], person_id: FromPath[UUID]) -> PermissionList:
    """Permissions of one person that one recorded or received."""
    actor = await acting(request, PURPOSE)
    async with unit_of_work(actor, reading=True):
        return PermissionList(tuple(await permissions_of(actor, person_id=person_id)))


@post("/permissions/{basis_id:uuid}/withdraw", operation_id="withdraw_permission", status_code=200)
async def withdraw(request: Request[Any, Any, Any], basis_id: FromPath[UUID]) -> BasisView:
    """Withdraw a permission for the person; every share on it ends with this answer."""
    actor = await acting(request, PURPOSE)
    async with unit_of_work(actor):
        return await withdraw_permission(actor, basis_id=basis_id)


@get("/people/{person_id:uuid}/shares", operation_id="shares_of_person")
async def list_shares(request: Request[Any, Any, Any], person_id: FromPath[UUID]) -> ShareList:
    """What one lets others see of a person, and sees of others'."""
    actor = await acting(request, PURPOSE)
    async with unit_of_work(actor, reading=True):
        return ShareList(tuple(await shares_of_person(actor, person_id=person_id)))


@get("/access/explain", operation_id="explain_access")
async def explain(
    request: Request[Any, Any, Any],
    person: FromQuery[UUID],
    data_class: Annotated[DataClass, QueryParameter(name="class")],
    purpose: FromQuery[Purpose] = PURPOSE,
    organisation: FromQuery[UUID | None] = None,
) -> AccessExplained:
    """Why one may or may not see a class of a person, held by `organisation` or by anybody, for a purpose."""
    actor = await acting(request, purpose)
    async with unit_of_work(actor, reading=True):
        told = await explain_access(actor, person_id=person, data_class=data_class, source_id=organisation)
    decision = told.decision
    if isinstance(decision, Allowed):
        return AccessExplained(person, data_class, purpose, True, decision.line, told.basis, ())
    language = language_of(request)
    missing = tuple(MissingStep(s.code, reason_text(s, language), s.day, s.kinds) for s in decision.missing)
    return AccessExplained(person, data_class, purpose, False, None, None, missing)


@get("/notices/{code:str}", operation_id="notice")
async def show_notice(request: Request[Any, Any, Any], code: FromPath[str]) -> NoticeView:
    """What a person is told before permitting, in three languages, and the widest scope that allows."""
    actor = await acting(request, PURPOSE)
    async with unit_of_work(actor, reading=True):
        return await notice(actor, code=code)


ROUTES = slice_routes("sharing", [add_permission, list_permissions, withdraw, list_shares, explain, show_notice])
