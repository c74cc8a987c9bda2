"""Sending a referral: to whom, with what, and once."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from tests.support.party import Party, rows_of_all_tables
from tests.support.people import a_person
from tests.support.referrals import a_referral, an_offer
from tests.support.sharing import in_days


async def test_offer_is_in_both_boxes_and_counts(city: Party, firm: Party, workshop: Party) -> None:
    ids = [await a_referral(city, await a_person(city), firm) for _ in range(3)]
    for party, box in ((city, "sent"), (firm, "received")):
        rows = await party.list_of("/referrals", "referrals", box=box, limit=2)
        assert [row["referral"]["id"] for row in rows] == ids[::-1]
        assert await party.read("/referrals/count", box=box, state="offered") == {"count": 3}
        assert await party.read("/referrals/count", box=box, state="accepted") == {"count": 0}
    assert await workshop.read("/referrals/count", box="received") == {"count": 0}


async def test_permission_given_with_the_referral_opens_nothing_by_itself(city: Party, firm: Party) -> None:
    person_id = await a_person(city)
    await a_referral(city, person_id, firm, "plan")
    (permission,) = (await city.read(f"/people/{person_id}/permissions"))["permissions"]
    assert (permission["classes"], permission["recipient_ids"]) == (["plan"], [str(firm.id)])
    assert (permission["state"], permission["valid_until"]) == ("given", in_days(90))
    shares = (await city.read(f"/people/{person_id}/shares"))["shares"]
    assert [(share["classes"], share["purposes"]) for share in shares] == [(["identity"], ["referral"])]


@pytest.mark.parametrize(
    ("wrong", "reasons"),
    [
        ({"service": "massage"}, {("service", "referrals.service_not_offered")}),
        ({"service": "workshop_period"}, {("service", "referrals.service_not_offered")}),
        ({"receiver_id": str(uuid4())}, {("receiver", "referrals.receiver_unknown")}),
        ({"permitted": ["plan"]}, {("permitted_until", "input.missing")}),
        (
            {"permitted": ["identity_number"], "permitted_until": "2099-01-01"},
            {("permitted", "referrals.class_not_permittable")},
        ),
        (
            {"permitted": ["plan"], "permitted_until": "2020-01-01"},
            {("permitted_until", "permission.ends_before_it_starts")},
        ),
        (
            {"permitted": ["plan"], "permitted_until": "2099-01-01"},
            {("permitted_until", "permission.longer_than_notice")},
        ),
    ],
)
async def test_unfit_offers_leave_nothing(
    city: Party, firm: Party, owner: asyncpg.Connection, wrong: dict[str, Any], reasons: set[tuple[str, str]]
) -> None:
    person_id = await a_person(city)
    before = await rows_of_all_tables(owner)
    answer = await city.post("/referrals", an_offer(person_id, firm, **wrong))
    assert answer.status_code == 422
    assert {(reason["field"], reason["code"]) for reason in answer.json()["reasons"]} == reasons
    assert await rows_of_all_tables(owner) == before


async def test_person_whom_one_does_not_serve_cannot_be_referred(
    city: Party, firm: Party, workshop: Party, owner: asyncpg.Connection
) -> None:
    person_id = await a_person(city)
    before = await rows_of_all_tables(owner)
    answers = [await workshop.post("/referrals", an_offer(one, firm)) for one in (person_id, str(uuid4()))]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert await rows_of_all_tables(owner) == before


async def test_same_service_is_offered_once_even_when_sent_twice_at_once(
    city: Party, firm: Party, owner: asyncpg.Connection
) -> None:
    person_id = await a_person(city)
    answers = await asyncio.gather(*(city.post("/referrals", an_offer(person_id, firm, "plan")) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    sent = next(answer.json()["id"] for answer in answers if answer.status_code == 201)
    for answer in answers:
        if answer.status_code == 409:
            assert answer.json()["code"] == "referrals.already_referred"
            assert answer.json()["details"] == {"referral": sent}
    written = await owner.fetchval("SELECT count(*) FROM basis WHERE person_id = $1::text::uuid", person_id)
    assert written == 1
