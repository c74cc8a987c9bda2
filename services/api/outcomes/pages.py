"""Pages of jobs: record one, and the list."""

import re
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.params import FromPath, FromQuery

from services.api.errors import language_of
from services.api.forms import read_form
from services.api.navigation import shell_in
from services.api.pages import render
from services.api.paging import cursor_of, day_and_id
from services.api.people.pages import Page, dated_form, record
from services.api.request import acting
from services.api.words import choices
from services.domain.organisations.queries import members
from services.domain.outcomes.actions import RecordJob, record_job
from services.domain.outcomes.queries import count_employments, employments
from services.domain.outcomes.rules import EMPLOYMENT_KINDS
from services.domain.sharing.rules import Purpose
from services.kit.db.context import ActingContext
from services.kit.db.unit import unit_of_work
from services.kit.errors import Invalid, Reason

PURPOSE = Purpose.SERVICE_DELIVERY
HOURS = re.compile(r"(\d{1,3})(?:[,.](\d))?")
EUROS = re.compile(r"(\d{1,9})(?:[,.](\d{2}))?")


class JobForm(msgspec.Struct, frozen=True, kw_only=True):
    """A job as the form sends it: hours and euros as people write them."""

    employer: str
    started_on: date
    hours: str
    kind: str
    ended_on: date | None = None
    monthly_pay: str = ""


@get("/people/{person_id:uuid}/job")
async def job_form(request: Request[Any, Any, Any], person_id: FromPath[UUID]) -> Response[str]:
    """The empty form of a job, beginning today."""
    return await dated_form(request, person_id, "outcomes/job.html", "started_on", kinds=_kinds(request))


@post("/people/{person_id:uuid}/job")
async def save_job(request: Request[Any, Any, Any], person_id: FromPath[UUID]) -> Page:
    """Record a job."""

    async def act(actor: ActingContext) -> None:
        typed = await read_form(request, JobForm)
        given = RecordJob(
            employer=typed.employer,
            started_on=typed.started_on,
            hours_tenths=hours_tenths(typed.hours),
            kind=typed.kind,
            ended_on=typed.ended_on,
            monthly_pay_cents=cents(typed.monthly_pay) if typed.monthly_pay else None,
        )
        async with unit_of_work(actor):
            await record_job(actor, person_id=person_id, given=given)

    return await record(request, person_id, act, "outcomes/job.html", "job", kinds=_kinds(request))


@get("/jobs")
async def list_of_jobs(request: Request[Any, Any, Any], after: FromQuery[str] = "") -> Response[str]:
    """The jobs one may see, latest start first."""
    actor = await acting(request, PURPOSE)
    async with unit_of_work(actor, reading=True):
        shell = await shell_in(request, actor, "jobs")
        page = await employments(actor, after=day_and_id(after))
        return render(
            shell,
            "outcomes/list.html",
            rows=page.rows,
            next=cursor_of(page.after),
            first=not after,
            count=await count_employments(actor),
            members=await members(actor),
            own=actor.organisation_id,
        )


def _kinds(request: Request[Any, Any, Any]) -> list[tuple[str, str]]:
    return choices("employment_kind", EMPLOYMENT_KINDS, language_of(request))


def hours_tenths(text: str) -> int:
    """Tenths of an hour from "25" or "37,5"; raises Invalid for anything else."""
    match = HOURS.fullmatch(text.strip())
    if not match:
        raise Invalid([Reason("outcomes.hours_impossible", "hours")])
    return int(match[1]) * 10 + int(match[2] or 0)


def cents(text: str) -> int:
    """Cents from "2 350", "2350,00" or "2350.00 €"; raises Invalid for anything else."""
    match = EUROS.fullmatch(re.sub(r"[\s€]", "", text))
    if not match:
        raise Invalid([Reason("outcomes.pay_impossible", "monthly_pay")])
    return int(match[1]) * 100 + int(match[2] or 0)


ROUTES = [Router("/o/{org:str}", route_handlers=[job_form, save_job, list_of_jobs], include_in_schema=False)]
