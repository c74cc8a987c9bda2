"""Contact cards, plans and assessments: added by who serves the person, read with their basis."""

from uuid import uuid4

import asyncpg
import pytest
from litestar import Litestar

from tests.support.alliance import Cast
from tests.support.party import Party, rows_of_all_tables, signed_in_party
from tests.support.people import a_person, a_plan, an_ability
from tests.support.sharing import in_days

PLAN = {"made_on": "2026-11-02", "goal": "Työ varastossa"}


async def test_recorded_plan_and_assessment_are_read_back(city: Party) -> None:
    person_id = await a_person(city)
    plan = await city.read(f"/plans/{await a_plan(city, person_id)}")
    assert (plan["goal"], plan["made_on"], plan["basis"]["line"]) == ("Työ varastossa", "2026-11-02", "own")
    ability = await city.read(f"/abilities/{await an_ability(city, person_id)}")
    assert (ability["partial"], ability["basis"]["line"]) == (True, "own")


async def test_contact_card_is_replaced_whole(city: Party, owner: asyncpg.Connection) -> None:
    person_id = await a_person(city)
    await city.do(f"/people/{person_id}/contact", {"email": "uusi@example.fi"}, method="PUT")
    (card,) = (await city.read(f"/people/{person_id}"))["contacts"]
    assert (card["email"], card["phone"], card["address"]) == ("uusi@example.fi", "", "")


async def test_plan_made_tomorrow_is_refused(city: Party, owner: asyncpg.Connection) -> None:
    person_id = await a_person(city)
    before = await rows_of_all_tables(owner)
    answer = await city.post(f"/people/{person_id}/plans", {**PLAN, "made_on": in_days(1)})
    assert answer.json()["reasons"] == [{"code": "input.day_in_future", "field": "made_on", "details": {}}]
    assert await rows_of_all_tables(owner) == before


async def test_who_does_not_serve_the_person_adds_nothing(city: Party, firm: Party, owner: asyncpg.Connection) -> None:
    person_id = await a_person(city)
    before = await rows_of_all_tables(owner)
    answers = [await firm.post(f"/people/{one}/plans", PLAN) for one in (person_id, uuid4())]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert await rows_of_all_tables(owner) == before


@pytest.mark.parametrize("role", ["finance", "procurement", "approver", "org_admin", "privacy_officer"])
async def test_roles_that_serve_nobody_read_and_add_nothing(
    app: Litestar, cast: Cast, city: Party, owner: asyncpg.Connection, role: str
) -> None:
    person_id = await a_person(city)
    plan_id = await a_plan(city, person_id)
    before = await rows_of_all_tables(owner)
    async with signed_in_party(app, cast, "kaupunki", role) as colleague:
        assert (await colleague.get(f"/people/{person_id}")).status_code == 404
        assert (await colleague.get(f"/plans/{plan_id}")).status_code == 404
        assert await colleague.list_of("/people", "people") == []
        assert await colleague.read("/people/count") == {"count": 0}
        told = await colleague.read("/access/explain", person=person_id, **{"class": "plan"})
        assert [step["code"] for step in told["missing"]] == ["role_reads_not"]
        refused = [
            await colleague.post("/people", {"given_name": "A", "family_name": "B", "birth_date": "1990-05-04"}),
            await colleague.post(f"/people/{person_id}/plans", PLAN),
        ]
    assert [answer.status_code for answer in refused] == [403, 403]
    assert await rows_of_all_tables(owner) == before


async def test_every_read_is_logged_with_who_and_what(city: Party, owner: asyncpg.Connection) -> None:
    person_id = await a_person(city)
    plan_id = await a_plan(city, person_id)
    await city.read(f"/people/{person_id}")
    await city.read(f"/plans/{plan_id}")
    assert (await city.get(f"/plans/{uuid4()}")).status_code == 404
    rows = await owner.fetch(
        "SELECT surface, result, data_class, purpose, record_ids FROM read_log"
        " WHERE user_id = $1 AND surface <> 'people.register_person' ORDER BY xid, data_class",
        city.worker.account_id,
    )
    logged = [(row["surface"], row["result"], row["data_class"]) for row in rows]
    assert logged == [
        ("people.person", "shown", "contact"),
        ("people.person", "shown", "identity"),
        ("people.person", "shown", "plan"),
        ("people.plan", "shown", "plan"),
        ("show_plan", "people.no_such_record", ""),
    ]
    assert {row["purpose"] for row in rows} == {"service_delivery"}
    assert str(rows[3]["record_ids"][0]) == plan_id
