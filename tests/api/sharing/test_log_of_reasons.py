"""Reading what is permitted, shared or explained about a person is logged like any other read."""

import asyncpg

from tests.support.party import Party
from tests.support.people import a_person
from tests.support.sharing import a_permission


async def test_permissions_shares_and_explanations_are_logged(
    city: Party, firm: Party, owner: asyncpg.Connection
) -> None:
    person_id = await a_person(city)
    permission_id = await a_permission(city, person_id, firm, "plan")
    await firm.read(f"/people/{person_id}/permissions")
    await firm.read(f"/people/{person_id}/shares")
    await firm.read("/access/explain", person=person_id, **{"class": "plan"})
    await firm.read("/access/explain", person=person_id, **{"class": "ability"})
    rows = await owner.fetch(
        "SELECT surface, person_ids, basis_ids FROM read_log WHERE organisation_id = $1 ORDER BY xid", firm.id
    )
    assert {str(one) for row in rows for one in row["person_ids"]} == {person_id}
    assert [(row["surface"], [str(one) for one in row["basis_ids"]]) for row in rows] == [
        ("sharing.permissions", [permission_id]),
        ("sharing.shares", [permission_id]),
        ("sharing.explain", [permission_id]),
        ("sharing.explain", []),
    ]
