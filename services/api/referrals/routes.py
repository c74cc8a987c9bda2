"""Referrals and services used as JSON."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.params import FromPath, FromQuery, QueryParameter

from services.api.forms import read_json
from services.api.paging import cursor_of, moment_and_id, page_size
from services.api.request import acting
from services.api.shapes import Count, Recorded
from services.api.slices import reads, slice_routes
from services.domain.referrals.access import ReferralView, ServiceUseView
from services.domain.referrals.actions import (
    OfferReferral,
    RecordServiceUse,
    accept_referral,
    cancel_referral,
    offer_referral,
    record_service_use,
    reject_referral,
)
from services.domain.referrals.queries import (
    PAGE,
    Box,
    ReferralRow,
    StepView,
    count_referrals,
    referral,
    referrals,
    referrals_of_person,
    service_uses,
    steps_of,
)
from services.domain.sharing.rules import Purpose
from services.kit.db.unit import unit_of_work

InState = Annotated[str, QueryParameter(name="state")]


class ReferralList(msgspec.Struct, frozen=True):
    """One page, newest offer first; `after` asks for the next one and is null on the last."""

    referrals: tuple[ReferralRow, ...]
    after: str | None


class ReferralShown(msgspec.Struct, frozen=True):
    """One referral with its history, oldest step first."""

    referral: ReferralRow
    steps: tuple[StepView, ...]


class PersonsReferrals(msgspec.Struct, frozen=True):
    """Referrals of one person to which one is a party, newest first."""

    referrals: tuple[ReferralView, ...]


class ServiceUseList(msgspec.Struct, frozen=True):
    """Services used, newest first."""

    service_uses: tuple[ServiceUseView, ...]


class Decline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a referral is rejected or cancelled: a code, and words where the code is `other`."""

    reason_code: str
    text: str = ""


@post("/referrals", operation_class=reads(OfferReferral), operation_id="offer_referral")
async def offer(request: Request[Any, Any, Any]) -> Recorded:
    """Send a referral, with what the person permits; without a permission it carries the minimum."""
    actor = await acting(request, Purpose.REFERRAL)
    given = await read_json(request, OfferReferral)
    async with unit_of_work(actor):
        return Recorded(await offer_referral(actor, given=given))


@get("/referrals", operation_id="referrals")
async def list_referrals(
    request: Request[Any, Any, Any],
    box: FromQuery[Box],
    in_state: InState = "",
    after: FromQuery[str] = "",
    limit: FromQuery[int] = PAGE,
) -> ReferralList:
    """Received or sent referrals."""
    actor = await acting(request, Purpose.REFERRAL)
    async with unit_of_work(actor, reading=True):
        page = await referrals(actor, box=box, state=in_state, after=moment_and_id(after), limit=page_size(limit))
    return ReferralList(page.rows, cursor_of(page.after))


@get("/referrals/count", operation_id="count_referrals")
async def count(request: Request[Any, Any, Any], box: FromQuery[Box], in_state: InState = "") -> Count:
    """How many received or sent referrals the list holds."""
    actor = await acting(request, Purpose.REFERRAL)
    async with unit_of_work(actor, reading=True):
        return Count(await count_referrals(actor, box=box, state=in_state))


@get("/referrals/{referral_id:uuid}", operation_id="referral")
async def show_referral(request: Request[Any, Any, Any], referral_id: FromPath[UUID]) -> ReferralShown:
    """One referral and its history."""
    actor = await acting(request, Purpose.REFERRAL)
    async with unit_of_work(actor, reading=True):
        found = await referral(actor, referral_id=referral_id)
        return ReferralShown(found, tuple(await steps_of(actor, referral_id=referral_id)))


@post("/referrals/{referral_id:uuid}/accept", operation_id="accept_referral", status_code=200)
async def accept(request: Request[Any, Any, Any], referral_id: FromPath[UUID]) -> ReferralView:
    """Take the person into the service: the full set opens."""
    actor = await acting(request, Purpose.REFERRAL)
    async with unit_of_work(actor):
        return await accept_referral(actor, referral_id=referral_id)


@post(
    "/referrals/{referral_id:uuid}/reject",
    operation_class=reads(Decline),
    operation_id="reject_referral",
    status_code=200,
)
async def reject(request: Request[Any, Any, Any], referral_id: FromPath[UUID]) -> ReferralView:
    """Decline a received referral; what it shared ends."""
    actor = await acting(request, Purpose.REFERRAL)
    given = await read_json(request, Decline)
    async with unit_of_work(actor):
        return await reject_referral(actor, referral_id=referral_id, reason_code=given.reason_code, text=given.text)


@post(
    "/referrals/{referral_id:uuid}/cancel",
    operation_class=reads(Decline),
    operation_id="cancel_referral",
    status_code=200,
)
async def cancel(request: Request[Any, Any, Any], referral_id: FromPath[UUID]) -> ReferralView:
    """Take an undecided referral back; what it shared ends."""
    actor = await acting(request, Purpose.REFERRAL)
    given = await read_json(request, Decline)
    async with unit_of_work(actor):
        return await cancel_referral(actor, referral_id=referral_id, reason_code=given.reason_code, text=given.text)


@get("/people/{person_id:uuid}/referrals", operation_id="referrals_of_person")
async def list_referrals_of_person(request: Request[Any, Any, Any], person_id: FromPath[UUID]) -> PersonsReferrals:
    """Referrals of one person to which one is a party."""
    actor = await acting(request, Purpose.REFERRAL)
    async with unit_of_work(actor, reading=True):
        return PersonsReferrals(tuple(await referrals_of_person(actor, person_id=person_id)))


@get("/people/{person_id:uuid}/service-uses", operation_id="service_uses")
async def list_service_uses(request: Request[Any, Any, Any], person_id: FromPath[UUID]) -> ServiceUseList:
    """Services the person uses or has used, as far as one may see them."""
    actor = await acting(request, Purpose.SERVICE_DELIVERY)
    async with unit_of_work(actor, reading=True):
        return ServiceUseList(tuple(await service_uses(actor, person_id=person_id)))


@post(
    "/people/{person_id:uuid}/service-uses", operation_class=reads(RecordServiceUse), operation_id="record_service_use"
)
async def add_service_use(request: Request[Any, Any, Any], person_id: FromPath[UUID]) -> Recorded:
    """Add a service that the person uses or has used at one's own organisation."""
    actor = await acting(request, Purpose.SERVICE_DELIVERY)
    given = await read_json(request, RecordServiceUse)
    async with unit_of_work(actor):
        return Recorded(await record_service_use(actor, person_id=person_id, given=given))


ROUTES = slice_routes(
    "referrals",
    [
        offer,
        list_referrals,
        count,
        show_referral,
        accept,
        reject,
        cancel,
        list_referrals_of_person,
        list_service_uses,
        add_service_use,
    ],
)
