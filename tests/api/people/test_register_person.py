"""Registering: get or create by identity number, with an answer that never tells which of the two it was."""

import asyncpg
import pytest

from services.domain.people import actions
from services.kit.identity.limits import Limit
from tests.support.party import Party, rows_of_all_tables
from tests.support.people import a_person, an_artificial_number

ILONA = {"given_name": "Ilona", "family_name": "Virtasalmi"}


async def test_registered_person_is_readable_by_the_registering_organisation_alone(city: Party, firm: Party) -> None:
    person_id = await a_person(city, number=an_artificial_number(), email="ilona@example.fi")
    shown = await city.read(f"/people/{person_id}")
    assert (shown["identity"]["given_name"], shown["identity"]["birth_date"]) == ("Ilona", "1990-05-04")
    assert shown["identity"]["basis"] == {"line": "own", "basis_id": None, "basis_kind": ""}
    assert shown["contacts"][0]["email"] == "ilona@example.fi"
    assert (await firm.get(f"/people/{person_id}")).status_code == 404


async def test_number_is_sealed_and_in_no_answer(city: Party, owner: asyncpg.Connection) -> None:
    number = an_artificial_number()
    person_id = await a_person(city, number=number)
    for path in (f"/people/{person_id}", "/people"):
        assert number not in (await city.get(path)).text
    sealed = await owner.fetchval("SELECT sealed FROM card_number WHERE person_id = $1::text::uuid", person_id)
    assert number.encode() not in sealed


async def test_same_number_twice_is_one_person_and_one_card(city: Party, owner: asyncpg.Connection) -> None:
    number = an_artificial_number()
    person_id = await a_person(city, number=number)
    before = await rows_of_all_tables(owner)
    again = await city.do("/people", {**ILONA, "given_name": "Toinen", "number": f" {number.lower()} "})
    assert again == {"person_id": person_id}
    assert await rows_of_all_tables(owner) == before
    assert (await city.read(f"/people/{person_id}"))["identity"]["given_name"] == "Ilona"


async def test_answer_is_the_same_whether_or_not_another_organisation_knows_the_person(
    city: Party, firm: Party
) -> None:
    known, unknown = an_artificial_number(), an_artificial_number()
    person_id = await a_person(city, number=known)
    answers = [await firm.post("/people", {**ILONA, "number": number}) for number in (known, unknown)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert [list(answer.json()) for answer in answers] == [["person_id"], ["person_id"]]
    assert dict(answers[0].headers) == dict(answers[1].headers)
    # The same anchor, yet nothing that the city holds.
    assert answers[0].json()["person_id"] == person_id
    shown = await firm.read(f"/people/{person_id}")
    assert (shown["identity"]["owner_id"], shown["contacts"]) == (str(firm.id), [])


@pytest.mark.parametrize(
    ("wrong", "reasons"),
    [
        ({"number": "040590-901X"}, {("number", "people.number_wrong")}),
        ({"number": "320590-9017"}, {("number", "people.number_wrong")}),
        ({}, {("birth_date", "people.birth_date_or_number")}),
        ({"birth_date": "2190-01-01"}, {("birth_date", "people.birth_date_impossible")}),
        ({"birth_date": "1899-12-31"}, {("birth_date", "input.not_a_day")}),
        (
            {"birth_date": "1990-05-04", "phone": "call me", "email": "nobody"},
            {("phone", "people.phone_wrong"), ("email", "people.email_wrong")},
        ),
        (
            {"given_name": " ", "family_name": ""},
            {
                ("given_name", "input.missing"),
                ("family_name", "input.missing"),
                ("birth_date", "people.birth_date_or_number"),
            },
        ),
    ],
)
async def test_every_fault_is_told_at_once(
    city: Party, owner: asyncpg.Connection, wrong: dict[str, str], reasons: set[tuple[str, str]]
) -> None:
    before = await rows_of_all_tables(owner)
    answer = await city.post("/people", {**ILONA, **wrong})
    assert answer.status_code == 422
    assert {(reason["field"], reason["code"]) for reason in answer.json()["reasons"]} == reasons
    assert await rows_of_all_tables(owner) == before


async def test_registering_is_logged_and_limited(
    city: Party, firm: Party, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "REGISTRATIONS", Limit(attempts=2, seconds=60))
    first, _ = await a_person(city), await a_person(city)
    before = await rows_of_all_tables(owner)
    answer = await city.post("/people", {**ILONA, "birth_date": "1990-05-04"})
    assert (answer.status_code, answer.json()["code"]) == (429, "people.too_many_registrations")
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert await rows_of_all_tables(owner) == before
    await a_person(firm)  # the limit is each user's own
    logged = await owner.fetchval(
        "SELECT count(*) FROM read_log WHERE surface = 'people.register_person' AND $1::text::uuid = ANY (person_ids)",
        first,
    )
    assert logged == 1
