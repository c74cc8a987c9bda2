"""Giving a permission: inside its notice, to named members, for persons one serves."""

from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from tests.support.party import Party, rows_of_all_tables
from tests.support.people import a_person, a_plan
from tests.support.sharing import a_permission, in_days


async def test_permission_opens_exactly_its_classes_for_its_recipient(
    workshop: Party, college: Party, firm: Party
) -> None:
    person_id = await a_person(workshop)
    plan_id = await a_plan(workshop, person_id)
    permission_id = await a_permission(workshop, person_id, college, "identity", "plan")
    shown = await college.read(f"/people/{person_id}")
    assert (len(shown["plans"]), shown["contacts"], shown["plans"][0]["basis"]["basis_id"]) == (1, [], permission_id)
    for party, seen in ((college, [permission_id]), (workshop, [permission_id]), (firm, [])):
        listed = (await party.read(f"/people/{person_id}/permissions"))["permissions"]
        assert [one["id"] for one in listed] == seen
    assert (await firm.get(f"/plans/{plan_id}")).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "reasons"),
    [
        ({"classes": []}, {("classes", "permission.no_class")}),
        ({"classes": ["employment_detail"]}, {("classes", "permission.class_outside_notice")}),
        ({"purposes": ["payment"]}, {("purposes", "permission.purpose_outside_notice")}),
        ({"purposes": []}, {("purposes", "permission.purpose_outside_notice")}),
        ({"valid_until": in_days(-1)}, {("valid_until", "permission.ends_before_it_starts")}),
        ({"valid_until": in_days(365)}, {("valid_until", "permission.longer_than_notice")}),
        ({"recipient_ids": []}, {("recipients", "permission.recipient_not_a_member")}),
        ({"recipient_ids": [str(uuid4())]}, {("recipients", "permission.recipient_not_a_member")}),
        ({"language": "se"}, {("language", "permission.language_without_notice")}),
        (
            {"classes": [], "purposes": []},
            {("classes", "permission.no_class"), ("purposes", "permission.purpose_outside_notice")},
        ),
    ],
)
async def test_unfit_permissions_leave_nothing(
    city: Party, firm: Party, owner: asyncpg.Connection, wrong: dict[str, Any], reasons: set[tuple[str, str]]
) -> None:
    person_id = await a_person(city)
    before = await rows_of_all_tables(owner)
    body = {"recipient_ids": [firm.id], "classes": ["plan"], "purposes": ["referral"], "valid_until": in_days(364)}
    answer = await city.post(f"/people/{person_id}/permissions", {**body, **wrong})
    assert answer.status_code == 422
    assert {(reason["field"], reason["code"]) for reason in answer.json()["reasons"]} == reasons
    assert await rows_of_all_tables(owner) == before
    assert (await city.post(f"/people/{person_id}/permissions", body)).status_code == 201


async def test_permission_of_a_person_one_does_not_serve(
    city: Party, firm: Party, workshop: Party, owner: asyncpg.Connection
) -> None:
    person_id = await a_person(city)
    before = await rows_of_all_tables(owner)
    body = {"recipient_ids": [firm.id], "classes": ["plan"], "purposes": ["referral"], "valid_until": in_days(30)}
    answers = [await workshop.post(f"/people/{one}/permissions", body) for one in (person_id, uuid4())]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert await rows_of_all_tables(owner) == before
