"""Pages of referrals: the lists, one referral, and what its parties decide; services used."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect

from services.api.done import done_of
from services.api.errors import language_of
from services.api.form_faults import typed_form
from services.api.forms import read_form
from services.api.navigation import shell_in
from services.api.pages import FormState, render
from services.api.paging import cursor_of, moment_and_id
from services.api.people.pages import Page, dated_form, record, to_person
from services.api.request import acting, session_of
from services.api.words import choices
from services.domain.organisations.queries import members
from services.domain.referrals.actions import (
    RecordServiceUse,
    accept_referral,
    cancel_referral,
    record_service_use,
    reject_referral,
)
from services.domain.referrals.queries import Box, count_referrals, referral, referrals, steps_of
from services.domain.referrals.rules import CANCEL_REASONS, REJECT_REASONS, SERVICE_TYPES, STATES, allowed_moves
from services.domain.sharing.rules import Purpose
from services.kit.clock import day_of
from services.kit.db.context import ActingContext
from services.kit.db.unit import unit_of_work
from services.kit.errors import Invalid

PURPOSE = Purpose.REFERRAL
Connection = Request[Any, Any, Any]
InState = Annotated[str, QueryParameter(name="state")]


class Decline(msgspec.Struct, frozen=True, kw_only=True):
    """Why a referral is rejected or cancelled, as the form sends it."""

    reason_code: str
    text: str = ""


class ServiceForm(msgspec.Struct, frozen=True, kw_only=True):
    """A service used, as the form sends it."""

    service: str
    started_on: date
    ended_on: date | None = None


@get("/referrals")
async def list_of_referrals(
    request: Connection, box: FromQuery[Box] = "received", in_state: InState = "", after: FromQuery[str] = ""
) -> Response[str]:
    """Received or sent, narrowed by state."""
    actor = await acting(request, PURPOSE)
    async with unit_of_work(actor, reading=True):
        shell = await shell_in(request, actor, "referrals")
        page = await referrals(actor, box=box, state=in_state, after=moment_and_id(after))
        return render(
            shell,
            "referrals/list.html",
            rows=page.rows,
            next=cursor_of(page.after),
            first=not after,
            count=await count_referrals(actor, box=box, state=in_state),
            box=box,
            state=in_state,
            states=STATES,
            members=await members(actor),
        )


@get("/referrals/{referral_id:uuid}")
async def referral_page(request: Connection, referral_id: FromPath[UUID], done: FromQuery[str] = "") -> Response[str]:
    """One referral, for its parties."""
    actor = await acting(request, PURPOSE)
    return await _referral_page(request, actor, referral_id, done=done)


@post("/referrals/{referral_id:uuid}/accept")
async def accept(request: Connection, referral_id: FromPath[UUID]) -> Redirect:
    """Take the client into the service, and go to the client's page."""
    actor = await acting(request, PURPOSE)
    async with unit_of_work(actor):
        taken = await accept_referral(actor, referral_id=referral_id)
    return await to_person(request, taken.person_id, "accepted")


@post("/referrals/{referral_id:uuid}/reject")
async def reject(request: Connection, referral_id: FromPath[UUID]) -> Page:
    """Decline with a reason; what the offer showed closes."""
    actor = await acting(request, PURPOSE)
    try:
        given = await read_form(request, Decline)
        async with unit_of_work(actor):
            await reject_referral(actor, referral_id=referral_id, reason_code=given.reason_code, text=given.text)
    except Invalid as wrong:
        return await _referral_page(request, actor, referral_id, wrong=wrong)
    return await _to_referral(request, referral_id, "rejected")


@post("/referrals/{referral_id:uuid}/cancel")
async def cancel(request: Connection, referral_id: FromPath[UUID]) -> Page:
    """Take an undecided offer back."""
    actor = await acting(request, PURPOSE)
    try:
        given = await read_form(request, Decline)
        async with unit_of_work(actor):
            await cancel_referral(actor, referral_id=referral_id, reason_code=given.reason_code, text=given.text)
    except Invalid as wrong:
        return await _referral_page(request, actor, referral_id, wrong=wrong)
    return await _to_referral(request, referral_id, "cancelled")


@get("/people/{person_id:uuid}/service")
async def service_form(request: Connection, person_id: FromPath[UUID]) -> Response[str]:
    """The empty form of a service used, beginning today."""
    return await dated_form(request, person_id, "referrals/service.html", "started_on", services=_services(request))


@post("/people/{person_id:uuid}/service")
async def save_service(request: Connection, person_id: FromPath[UUID]) -> Page:
    """Record a service used."""

    async def act(actor: ActingContext) -> None:
        typed = await read_form(request, ServiceForm)
        given = RecordServiceUse(service=typed.service, started_on=typed.started_on, ended_on=typed.ended_on)
        async with unit_of_work(actor):
            await record_service_use(actor, person_id=person_id, given=given)

    return await record(request, person_id, act, "referrals/service.html", "service_use", services=_services(request))


def _services(request: Connection) -> list[tuple[str, str]]:
    return choices("service", SERVICE_TYPES, language_of(request))


async def _referral_page(
    request: Connection,
    actor: ActingContext,
    referral_id: UUID,
    *,
    done: str = "",
    wrong: Invalid | None = None,
) -> Response[str]:
    async with unit_of_work(actor, reading=True):
        found = await referral(actor, referral_id=referral_id)
        shell = await shell_in(request, actor, "referrals")
        form = await typed_form(request, shell, wrong) if wrong else FormState()
        view = found.referral
        values = {
            "row": found,
            "steps": await steps_of(actor, referral_id=referral_id),
            "moves": allowed_moves(view.state, view.side),
            "by_contract": [one for one in view.classes if one not in view.permitted_classes],
            "reject_reasons": choices("reject_reason", REJECT_REASONS, shell.language),
            "cancel_reasons": choices("cancel_reason", CANCEL_REASONS, shell.language),
            "late": day_of(actor.now) > view.deadline,
            "members": await members(actor),
            "done": done_of(shell, done),
        }
        return render(shell, "referrals/referral.html", status=422 if wrong else 200, form=form, **values)


async def _to_referral(request: Connection, referral_id: UUID, done: str) -> Redirect:
    slug = (await session_of(request)).who.slug
    return Redirect(f"/o/{slug}/referrals/{referral_id}?done={done}", status_code=303)


ROUTES = [
    Router(
        "/o/{org:str}",
        route_handlers=[list_of_referrals, referral_page, accept, reject, cancel, service_form, save_service],
        include_in_schema=False,
    )
]
