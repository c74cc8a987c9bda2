"""Accept, reject and cancel: who may, from which state, and what it opens or ends."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from tests.support.party import Party, rows_of_all_tables
from tests.support.people import a_person, a_plan
from tests.support.referrals import a_referral, an_accepted_referral

DECLINED = {"reason_code": "client_declined"}


async def test_accepting_opens_the_full_set_and_begins_the_service(city: Party, firm: Party) -> None:
    person_id = await a_person(city)
    referral_id = await a_referral(city, person_id, firm, "plan")
    accepted = await firm.do(f"/referrals/{referral_id}/accept")
    assert (accepted["state"], accepted["side"]) == ("accepted", "receiver")
    seen = await city.read(f"/referrals/{referral_id}")
    assert seen["referral"]["referral"]["state"] == "accepted"
    assert [(step["from_state"], step["to_state"]) for step in seen["steps"]] == [
        ("draft", "offered"),
        ("offered", "accepted"),
    ]
    (use,) = (await city.read(f"/people/{person_id}/service-uses"))["service_uses"]
    assert (use["owner_id"], use["service"], use["referral_id"]) == (str(firm.id), "job_coaching", referral_id)
    shares = (await firm.read(f"/people/{person_id}/shares"))["shares"]
    towards = {
        (one["basis_kind"], *one["classes"]) for one in shares if one["live"] and one["recipient_id"] == str(firm.id)
    }
    assert towards == {("processor_contract", "contact", "identity", "service_use"), ("client_permission", "plan")}


async def test_offer_shows_what_is_needed_to_decide_and_no_more(city: Party, firm: Party) -> None:
    person_id = await a_person(city)
    plan_id = await a_plan(city, person_id)
    referral_id = await a_referral(city, person_id, firm, "plan", "ability", needed_to_decide=["plan"])
    shown = (await firm.read(f"/referrals/{referral_id}"))["referral"]
    assert shown["referral"]["decide_classes"] == ["identity", "plan"]
    assert shown["identity"]["given_name"] == "Ilona"
    told = await firm.read("/access/explain", person=person_id, purpose="referral", **{"class": "plan"})
    assert (told["allowed"], told["basis"]["kind"]) == (True, "client_permission")
    told = await firm.read("/access/explain", person=person_id, purpose="referral", **{"class": "ability"})
    assert not told["allowed"]
    assert (await firm.get(f"/plans/{plan_id}")).status_code == 404  # delivering the service is another purpose


@pytest.mark.parametrize(("act", "who"), [("reject", "firm"), ("cancel", "city")])
async def test_ended_offer_closes_what_it_showed(city: Party, firm: Party, act: str, who: str) -> None:
    person_id = await a_person(city)
    referral_id = await a_referral(city, person_id, firm)
    ended = await {"firm": firm, "city": city}[who].do(f"/referrals/{referral_id}/{act}", DECLINED)
    assert (ended["state"], ended["reason_code"]) == (
        {"reject": "rejected", "cancel": "cancelled"}[act],
        "client_declined",
    )
    (row,) = await firm.list_of("/referrals", "referrals", box="received")
    assert (row["referral"]["state"], row["identity"]) == (ended["state"], None)
    assert await firm.read("/people/count") == {"count": 0}
    assert await firm.read("/referrals/count", box="received", state="offered") == {"count": 0}


@pytest.mark.parametrize(
    ("act", "who", "status", "code"),
    [
        ("accept", "city", 403, "referrals.other_side_decides"),
        ("reject", "city", 403, "referrals.other_side_decides"),
        ("cancel", "firm", 403, "referrals.other_side_decides"),
        ("accept", "workshop", 404, "not_found"),
        ("reject", "workshop", 404, "not_found"),
        ("cancel", "workshop", 404, "not_found"),
    ],
)
async def test_other_side_and_strangers_decide_nothing(
    city: Party, firm: Party, workshop: Party, owner: asyncpg.Connection, act: str, who: str, status: int, code: str
) -> None:
    referral_id = await a_referral(city, await a_person(city), firm)
    before = await rows_of_all_tables(owner)
    party = {"city": city, "firm": firm, "workshop": workshop}[who]
    answer = await party.post(f"/referrals/{referral_id}/{act}", DECLINED)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    if status == 404:
        unknown = await party.post(f"/referrals/{uuid4()}/{act}", DECLINED)
        assert (unknown.status_code, unknown.content) == (404, answer.content)
    assert await rows_of_all_tables(owner) == before
    assert (await city.read(f"/referrals/{referral_id}"))["referral"]["referral"]["state"] == "offered"


@pytest.mark.parametrize("act", ["accept", "reject"])
async def test_decided_referral_is_decided_once(city: Party, firm: Party, act: str) -> None:
    referral_id = await an_accepted_referral(city, await a_person(city), firm)
    answer = await firm.post(f"/referrals/{referral_id}/{act}", DECLINED)
    assert (answer.status_code, answer.json()["code"], answer.json()["allowed"]) == (409, "referrals.state_refuses", [])


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"reason_code": "bored"}, {"reason_code"}),
        ({"reason_code": "other"}, {"text"}),
        ({"reason_code": "other", "text": " "}, {"text"}),
        ({"reason_code": "other", "text": "x" * 2001}, {"text"}),
    ],
)
async def test_rejection_needs_a_known_reason(city: Party, firm: Party, body: dict[str, Any], fields: set[str]) -> None:
    referral_id = await a_referral(city, await a_person(city), firm)
    answer = await firm.post(f"/referrals/{referral_id}/reject", body)
    assert answer.status_code == 422
    assert {reason["field"] for reason in answer.json()["reasons"]} == fields


async def test_offer_past_its_last_day_cannot_be_accepted(city: Party, firm: Party, owner: asyncpg.Connection) -> None:
    referral_id = await a_referral(city, await a_person(city), firm)
    await owner.execute("UPDATE referral SET deadline = deadline - 15 WHERE id = $1::text::uuid", referral_id)
    before = await rows_of_all_tables(owner)
    answer = await firm.post(f"/referrals/{referral_id}/accept")
    assert (answer.status_code, answer.json()["code"]) == (409, "referrals.offer_expired")
    assert await rows_of_all_tables(owner) == before


@pytest.mark.parametrize("rivals", [("accept", "accept"), ("accept", "reject"), ("accept", "cancel")])
async def test_of_two_decisions_at_once_one_holds(
    city: Party, firm: Party, owner: asyncpg.Connection, rivals: tuple[str, str]
) -> None:
    for _ in range(5):
        referral_id = await a_referral(city, await a_person(city), firm)
        answers = await asyncio.gather(
            *((city if act == "cancel" else firm).post(f"/referrals/{referral_id}/{act}", DECLINED) for act in rivals)
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409], [answer.text for answer in answers]
        won = next(answer.json()["state"] for answer in answers if answer.status_code == 200)
        state = await owner.fetchval("SELECT state FROM referral WHERE id = $1::text::uuid", referral_id)
        assert state == won
        steps = await owner.fetchval(
            "SELECT count(*) FROM referral_event WHERE referral_id = $1::text::uuid", referral_id
        )
        live = await owner.fetchval(
            "SELECT count(*) FROM share WHERE referral_id = $1::text::uuid AND ended_at IS NULL", referral_id
        )
        assert (steps, live > 0) == (2, won == "accepted")
