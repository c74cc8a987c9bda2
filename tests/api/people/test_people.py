"""Lists, searches and counts of persons agree with each other."""

import pytest

from tests.support.party import Party
from tests.support.people import a_person, an_artificial_number
from tests.support.referrals import an_accepted_referral
from tests.support.sharing import a_permission


async def test_pages_hold_everybody_once_newest_first(city: Party) -> None:
    ids = [await a_person(city, family_name=f"Salmi{number}") for number in "abcde"]
    listed = await city.list_of("/people", "people", limit=2)
    assert [row["person_id"] for row in listed] == ids[::-1]
    assert (await city.read("/people", limit=5))["after"] is None
    assert await city.read("/people/count") == {"count": 5}


async def test_person_known_from_two_sides_is_listed_once(city: Party, workshop: Party, college: Party) -> None:
    number = an_artificial_number()
    person_id = await a_person(workshop, number=number)
    await a_permission(workshop, person_id, college, "identity")
    assert await college.read("/people/count") == {"count": 1}
    assert await a_person(college, number=number, given_name="Ilona Maria") == person_id
    (row,) = await college.list_of("/people", "people")
    assert (row["given_name"], row["basis"]["line"]) == ("Ilona Maria", "own")
    assert await college.read("/people/count") == {"count": 1}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("ÖHMAN Åsa", True),
        ("ohman a", True),
        ("öhman", True),
        ("asa", False),
        ("", False),
        ("öhmanä", False),
    ],
)
async def test_search_folds_names_and_begins_at_the_family_name(city: Party, name: str, found: bool) -> None:
    person_id = await a_person(city, given_name="Åsa", family_name="Öhman")
    answer = await city.do("/people/search", {"name": name})
    assert [row["person_id"] for row in answer["people"]] == ([person_id] if found else [])
    assert answer["hint"] == "people.not_found_here_refer_or_register"


async def test_search_narrows_by_birth_date(city: Party) -> None:
    older = await a_person(city, birth_date="1960-01-01")
    await a_person(city, birth_date="1980-01-01")
    answer = await city.do("/people/search", {"name": "virtasalmi", "birth_date": "1960-01-01"})
    assert [row["person_id"] for row in answer["people"]] == [older]


async def test_search_finds_a_person_shared_by_referral(city: Party, firm: Party) -> None:
    person_id = await a_person(city)
    assert (await firm.do("/people/search", {"name": "virtasalmi"}))["people"] == []
    await an_accepted_referral(city, person_id, firm)
    (row,) = (await firm.do("/people/search", {"name": "virtasalmi"}))["people"]
    assert (row["person_id"], row["basis"]["basis_kind"]) == (person_id, "processor_contract")
