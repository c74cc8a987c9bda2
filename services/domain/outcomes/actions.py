"""Acts on outcomes: record a job."""

from datetime import date
from uuid import UUID, uuid4

import msgspec

from services.domain.outcomes.rules import hours_band, job_faults
from services.domain.people.actions import raise_faults, require_role
from services.domain.sharing.queries import serves
from services.domain.sharing.rules import DataClass
from services.kit.clock import day_of
from services.kit.db.context import ActingContext
from services.kit.db.unit import execute
from services.kit.errors import NotFound


class RecordJob(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A job as told by contract or employer: weekly hours in tenths of an hour, monthly pay in cents."""

    employer: str
    started_on: date
    hours_tenths: int
    kind: str = "open"
    ended_on: date | None = None
    monthly_pay_cents: int | None = None


async def record_job(actor: ActingContext, *, person_id: UUID, given: RecordJob) -> UUID:
    """Record a job of a person the acting organisation serves, as a fact and its detail; returns the fact's id."""
    if not await serves(actor, person_id):
        raise NotFound("people.no_such_person")
    require_role(actor, DataClass.EMPLOYMENT_DETAIL)
    faults = job_faults(
        kind=given.kind,
        employer=given.employer,
        hours_tenths=given.hours_tenths,
        started_on=given.started_on,
        ended_on=given.ended_on,
        today=day_of(actor.now),
    )
    if given.monthly_pay_cents is not None and not 0 <= given.monthly_pay_cents <= 10_000_000:
        faults.append(("monthly_pay_cents", "outcomes.pay_impossible"))
    raise_faults(faults)
    fact_id = uuid4()
    await execute(
        "INSERT INTO employment_fact (id, owner_id, person_id, started_on, ended_on, hours_band, kind, recorded_by,"
        " recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        fact_id,
        actor.organisation_id,
        person_id,
        given.started_on,
        given.ended_on,
        hours_band(given.hours_tenths),
        given.kind,
        actor.user_id,
        actor.now,
    )
    await execute(
        "INSERT INTO employment_detail (id, owner_id, person_id, fact_id, employer, hours_tenths, monthly_pay_cents,"
        " recorded_by, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        uuid4(),
        actor.organisation_id,
        person_id,
        fact_id,
        given.employer.strip(),
        given.hours_tenths,
        given.monthly_pay_cents,
        actor.user_id,
        actor.now,
    )
    return fact_id
