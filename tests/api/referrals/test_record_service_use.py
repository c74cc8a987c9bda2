"""Services used: added by the organisation itself, read through the basis of the referral."""

import asyncpg
import pytest

from tests.support.party import Party, rows_of_all_tables
from tests.support.people import a_person
from tests.support.referrals import an_accepted_referral
from tests.support.sharing import in_days


async def test_earlier_services_pass_with_the_minimum(city: Party, firm: Party, workshop: Party) -> None:
    person_id = await a_person(city)
    use = {"service": "career_guidance", "started_on": "2025-03-01", "ended_on": "2025-05-31"}
    use_id = (await city.do(f"/people/{person_id}/service-uses", use))["id"]
    await an_accepted_referral(city, person_id, firm)
    uses = (await firm.read(f"/people/{person_id}/service-uses"))["service_uses"]
    assert {(one["id"], one["basis"]["line"]) for one in uses if one["service"] == "career_guidance"} == {
        (use_id, "share")
    }
    assert (await workshop.read(f"/people/{person_id}/service-uses"))["service_uses"] == []


@pytest.mark.parametrize(
    ("use", "field"),
    [
        ({"service": "massage", "started_on": "2025-03-01"}, "service"),
        ({"service": "rehab_work", "started_on": in_days(1)}, "started_on"),
        ({"service": "rehab_work", "started_on": "2025-03-01", "ended_on": "2025-02-28"}, "ended_on"),
    ],
)
async def test_unfit_service_use(city: Party, owner: asyncpg.Connection, use: dict[str, str], field: str) -> None:
    person_id = await a_person(city)
    before = await rows_of_all_tables(owner)
    answer = await city.post(f"/people/{person_id}/service-uses", use)
    assert (answer.status_code, [reason["field"] for reason in answer.json()["reasons"]]) == (422, [field])
    assert await rows_of_all_tables(owner) == before
