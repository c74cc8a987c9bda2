"""Jobs: fact and detail are two classes; lists, counts and pages agree."""

from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from tests.support.outcomes import a_job
from tests.support.party import Party, rows_of_all_tables
from tests.support.people import a_person
from tests.support.referrals import an_accepted_referral
from tests.support.sharing import in_days


@pytest.mark.parametrize(
    ("tenths", "band"),
    [
        (99, "under_10"),
        (100, "10_18"),
        (179, "10_18"),
        (180, "18_20"),
        (199, "18_20"),
        (200, "20_30"),
        (300, "30_or_more"),
    ],
)
async def test_hours_become_a_band(city: Party, tenths: int, band: str) -> None:
    job_id = await a_job(city, await a_person(city), hours_tenths=tenths)
    job = await city.read(f"/jobs/{job_id}")
    assert (job["hours_band"], job["detail"]["hours_tenths"]) == (band, tenths)


async def test_sender_reads_the_fact_and_nobody_else_anything(city: Party, firm: Party, workshop: Party) -> None:
    person_id = await a_person(city)
    await an_accepted_referral(city, person_id, firm)
    ids = [await a_job(firm, person_id, started_on=in_days(-days)) for days in (3, 2, 1)]
    for party in (city, firm):
        assert [row["employment"]["id"] for row in await party.list_of("/jobs", "jobs", limit=2)] == ids[::-1]
        assert await party.read("/jobs/count") == {"count": 3}
    answer = await city.get(f"/people/{person_id}/jobs")
    assert "Varasto" not in answer.text
    assert "235000" not in answer.text
    assert [job["detail"] for job in answer.json()["jobs"]] == [None, None, None]
    assert await workshop.read("/jobs/count") == {"count": 0}
    hidden, unknown = await workshop.get(f"/jobs/{ids[0]}"), await workshop.get(f"/jobs/{uuid4()}")
    assert (hidden.status_code, hidden.content) == (404, unknown.content)


async def test_city_reads_the_detail_for_verifying_only(city: Party, firm: Party) -> None:
    person_id = await a_person(city)
    await an_accepted_referral(city, person_id, firm)
    await a_job(firm, person_id)
    question = {"person": person_id, "class": "employment_detail"}
    assert not (await city.read("/access/explain", **question))["allowed"]
    assert (await city.read("/access/explain", purpose="outcome_verification", **question))["allowed"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"employer": " "}, "employer"),
        ({"employer": "x" * 201}, "employer"),
        ({"hours_tenths": 0}, "hours_tenths"),
        ({"hours_tenths": 1681}, "hours_tenths"),
        ({"kind": "dream"}, "kind"),
        ({"started_on": in_days(91)}, "started_on"),
        ({"started_on": "1999-12-31"}, "started_on"),
        ({"started_on": "2026-01-02", "ended_on": "2026-01-01"}, "ended_on"),
        ({"monthly_pay_cents": -1}, "monthly_pay_cents"),
        ({"monthly_pay_cents": 10_000_001}, "monthly_pay_cents"),
    ],
)
async def test_unfit_jobs(city: Party, owner: asyncpg.Connection, wrong: dict[str, Any], field: str) -> None:
    person_id = await a_person(city)
    before = await rows_of_all_tables(owner)
    body = {"employer": "Varasto Oy", "started_on": in_days(0), "hours_tenths": 375, **wrong}
    answer = await city.post(f"/people/{person_id}/jobs", body)
    assert (answer.status_code, [reason["field"] for reason in answer.json()["reasons"]]) == (422, [field])
    assert await rows_of_all_tables(owner) == before
