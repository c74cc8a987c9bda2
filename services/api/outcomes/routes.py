"""Jobs as JSON. The fact and its detail are two classes: `detail` is null where the reader sees the fact only."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.params import FromPath, FromQuery

from services.api.forms import read_json
from services.api.paging import cursor_of, day_and_id, page_size
from services.api.request import acting
from services.api.shapes import Count, Recorded
from services.api.slices import reads, slice_routes
from services.domain.outcomes.access import EmploymentView
from services.domain.outcomes.actions import RecordJob, record_job
from services.domain.outcomes.queries import (
    PAGE,
    EmploymentRow,
    count_employments,
    employment,
    employments,
    employments_of_person,
)
from services.domain.sharing.rules import Purpose
from services.kit.db.unit import unit_of_work

PURPOSE = Purpose.SERVICE_DELIVERY


class JobList(msgspec.Struct, frozen=True):
    """One page, latest start first; `after` asks for the next one and is null on the last."""

    jobs: tuple[EmploymentRow, ...]
    after: str | None


class PersonsJobs(msgspec.Struct, frozen=True):
    """Jobs of one person, latest start first."""

    jobs: tuple[EmploymentView, ...]


@post("/people/{person_id:uuid}/jobs", operation_class=reads(RecordJob), operation_id="record_job")
async def add_job(request: Request[Any, Any, Any], person_id: FromPath[UUID]) -> Recorded:
    """Record a job of a person one serves."""
    actor = await acting(request, PURPOSE)
    given = await read_json(request, RecordJob)
    async with unit_of_work(actor):
        return Recorded(await record_job(actor, person_id=person_id, given=given))


@get("/people/{person_id:uuid}/jobs", operation_id="employments_of_person")
async def list_jobs_of_person(request: Request[Any, Any, Any], person_id: FromPath[UUID]) -> PersonsJobs:
    """Jobs of one person, as far as one may see them."""
    actor = await acting(request, PURPOSE)
    async with unit_of_work(actor, reading=True):
        return PersonsJobs(tuple(await employments_of_person(actor, person_id=person_id)))


@get("/jobs", operation_id="employments")
async def list_jobs(
    request: Request[Any, Any, Any], after: FromQuery[str] = "", limit: FromQuery[int] = PAGE
) -> JobList:
    """Jobs one may see."""
    actor = await acting(request, PURPOSE)
    async with unit_of_work(actor, reading=True):
        page = await employments(actor, after=day_and_id(after), limit=page_size(limit))
    return JobList(page.rows, cursor_of(page.after))


@get("/jobs/count", operation_id="count_employments")
async def count(request: Request[Any, Any, Any]) -> Count:
    """How many jobs the list holds."""
    actor = await acting(request, PURPOSE)
    async with unit_of_work(actor, reading=True):
        return Count(await count_employments(actor))


@get("/jobs/{record_id:uuid}", operation_id="employment")
async def show_job(request: Request[Any, Any, Any], record_id: FromPath[UUID]) -> EmploymentView:
    """One job."""
    actor = await acting(request, PURPOSE)
    async with unit_of_work(actor, reading=True):
        return await employment(actor, record_id=record_id)


ROUTES = slice_routes("outcomes", [add_job, list_jobs_of_person, list_jobs, count, show_job])
