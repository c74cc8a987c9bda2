"""Does any surface of the application tell a party something about a person it may not know?"""

from typing import Any
from uuid import uuid4

import httpx2

from services.api.surfaces import SURFACES, Surface
from tests.support.party import API, Party


async def asked(party: Party, surface: Surface, record_id: str, person_id: str, body: Any = None) -> httpx2.Response:
    """Ask a surface about a record and a person."""
    ids = dict.fromkeys(("record_id", "referral_id"), record_id) | {"person_id": person_id}
    path = surface.path.removeprefix(API).format(**ids)
    if surface.method == "POST":
        return await party.post(path, body)
    query = dict(part.split("=") for part in surface.query.format(**ids).split("&")) if surface.query else {}
    return await party.get(path, **query)


async def assert_nothing_known(party: Party, person_id: str, records: dict[str, str], find: dict[str, Any]) -> None:
    """Every surface answers as it does for ids that do not exist; no list, search or count holds the person.

    `records` are real ids by what a surface shows; `find` is a search that would hit. Counts are 0 because the party's
    alliance is fresh and this person is the only one it could know.
    """
    for surface in SURFACES:
        record_id = records.get(surface.shows, person_id)
        answer = await asked(party, surface, record_id, person_id, find)
        unknown_id, unknown_person = str(uuid4()), str(uuid4())
        unknown = await asked(party, surface, unknown_id, unknown_person, {"name": "Nobody at all"})
        told = f"{surface.method} {surface.path}: {answer.status_code} {answer.text}"
        if surface.kind == "single":
            assert answer.status_code == 404, told
        elif surface.kind == "count":
            assert answer.json() == {"count": 0}, told
        else:
            assert answer.status_code == 200, told
        assert answer.status_code == unknown.status_code, told
        assert answer.text.replace(person_id, "?") == unknown.text.replace(unknown_person, "?"), told
