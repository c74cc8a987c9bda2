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
from services.kit.money import parse_euros

PURPOSE = Purpose.SERVICE_DELIVERY
HOURS = re.compile(r"(\d{1,3})(?:[,.](\d))?")
# Where the faults of the act stand on the form.
FIELDS = {"hours_tenths": "hours", "monthly_pay_cents": "monthly_pay"}


class JobForm(msgspec.Struct, frozen=True, kw_only=True):
    """A job as the form sends it: hours and euros as people write them."""

    started_on: date
    kind: str
    employer: str = ""
    hours: str = ""
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
        given = job_of(await read_form(request, JobForm))
        try:
            async with unit_of_work(actor):
                await record_job(actor, person_id=person_id, given=given)
        except Invalid as wrong:
            raise wrong.renamed(FIELDS) from wrong

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


def job_of(typed: JobForm) -> RecordJob:
    """The act from the form; raises Invalid with everything that cannot be read."""
    hours = HOURS.fullmatch(typed.hours)
    pay = None
    reasons = [] if typed.employer else [Reason("input.missing", "employer")]
    if not hours:
        reasons.append(Reason("outcomes.hours_impossible" if typed.hours else "input.missing", "hours"))
    try:
        pay = parse_euros(typed.monthly_pay) if typed.monthly_pay else None
    except ValueError:
        reasons.append(Reason("outcomes.pay_impossible", "monthly_pay"))
    if reasons or not hours:
        raise Invalid(reasons)
    return RecordJob(
        employer=typed.employer,
        started_on=typed.started_on,
        hours_tenths=int(hours[1]) * 10 + int(hours[2] or 0),
        kind=typed.kind,
        ended_on=typed.ended_on,
        monthly_pay_cents=pay,
    )


ROUTES = [Router("/o/{org:str}", route_handlers=[job_form, save_job, list_of_jobs], include_in_schema=False)]
