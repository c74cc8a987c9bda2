"""A colleague whose role does not meet clients is not even told that a client has given permissions."""

import pytest
from litestar import Litestar

from tests.support.alliance import Cast
from tests.support.party import Party, signed_in_party
from tests.support.people import a_person
from tests.support.sharing import a_permission


@pytest.mark.parametrize("role", ["finance", "procurement", "approver", "org_admin"])
async def test_permissions_and_shares_are_for_those_who_meet_clients(
    role: str, app: Litestar, cast: Cast, city: Party, firm: Party
) -> None:
    person_id = await a_person(city)
    await a_permission(city, person_id, firm, "plan")
    async with signed_in_party(app, cast, "kaupunki", role) as colleague:
        for question in (f"/people/{person_id}/permissions", f"/people/{person_id}/shares"):
            assert (await city.get(question)).json(), "the caseworker is told"
            assert (await colleague.get(question)).status_code == 403
        assert (await colleague.get(f"/people/{person_id}")).status_code == 404


async def test_a_search_without_letters_finds_nobody(city: Party) -> None:
    await a_person(city)
    assert (await city.post("/people/search", {"name": "%"})).json()["people"] == []
