"""Withdrawing: once, by whoever recorded it, and effective for every read that starts after the answer."""

import asyncio
from uuid import uuid4

import asyncpg

from tests.support.party import Party, rows_of_all_tables
from tests.support.people import a_person, a_plan, an_ability
from tests.support.sharing import a_permission


async def test_of_two_withdrawals_at_once_one_is_told_so(city: Party, firm: Party, owner: asyncpg.Connection) -> None:
    person_id = await a_person(city)
    permission_id = await a_permission(city, person_id, firm, "plan")
    answers = await asyncio.gather(*(city.post(f"/permissions/{permission_id}/withdraw") for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    steps = await owner.fetchval("SELECT count(*) FROM basis_event WHERE basis_id = $1::text::uuid", permission_id)
    assert steps == 2


async def test_no_read_that_starts_after_the_answer_shows_anything(city: Party, firm: Party) -> None:
    person_id = await a_person(city)
    records = [f"/plans/{await a_plan(city, person_id)}", f"/abilities/{await an_ability(city, person_id)}"]
    permission_id = await a_permission(city, person_id, firm, "identity", "plan", "ability")
    before: list[int] = []
    late: list[int] = []
    begun, answered = asyncio.Event(), asyncio.Event()

    async def read_on() -> None:
        for turn in range(40):
            started_late = answered.is_set()
            answer = await firm.get(records[turn % 2])
            (late if started_late else before).append(answer.status_code)
            begun.set()
            await asyncio.sleep(0)

    readers = [asyncio.create_task(read_on()) for _ in range(3)]
    await begun.wait()
    await city.do(f"/permissions/{permission_id}/withdraw")
    answered.set()
    await asyncio.gather(*readers)
    assert 200 in before
    assert late, "no read started after the answer, so this shows nothing"
    assert set(late) == {404}


async def test_strangers_and_recipients_withdraw_nothing(
    city: Party, firm: Party, workshop: Party, owner: asyncpg.Connection
) -> None:
    person_id = await a_person(city)
    permission_id = await a_permission(city, person_id, firm, "plan")
    contract = await owner.fetchval("SELECT id FROM basis WHERE person_id IS NULL AND source_id = $1 LIMIT 1", city.id)
    before = await rows_of_all_tables(owner)
    assert (await firm.post(f"/permissions/{permission_id}/withdraw")).status_code == 403
    answers = [await workshop.post(f"/permissions/{one}/withdraw") for one in (permission_id, uuid4())]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert (await city.post(f"/permissions/{contract}/withdraw")).status_code == 404
    assert await rows_of_all_tables(owner) == before


async def test_another_permission_goes_on_carrying_the_class(city: Party, firm: Party) -> None:
    person_id = await a_person(city)
    plan_id = await a_plan(city, person_id)
    first = await a_permission(city, person_id, firm, "plan")
    second = await a_permission(city, person_id, firm, "plan", "ability")
    await city.do(f"/permissions/{first}/withdraw")
    assert (await firm.read(f"/plans/{plan_id}"))["basis"]["basis_id"] == second
    await city.do(f"/permissions/{second}/withdraw")
    assert (await firm.get(f"/plans/{plan_id}")).status_code == 404
