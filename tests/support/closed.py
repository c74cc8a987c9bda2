"""Does any surface of the application tell a party something about a person it may not know?"""

from typing import Any
from uuid import uuid4

import httpx2

from services.api.surfaces import PAGES, SURFACES, Surface
from tests.support.party import Party


async def asked(party: Party, surface: Surface, ids: dict[str, str], find: dict[str, Any]) -> httpx2.Response:
    """Ask a surface about the person and record of `ids`, as a page or as JSON."""
    names = {**ids, "org": party.member.slug}
    address = surface.path.format(**names)
    if surface.query:
        address += "?" + surface.query.format(**names)
    page = surface.path.startswith(PAGES)
    headers = {"X-CSRF-Token": party.csrf, "Accept": "text/html" if page else "application/json"}
    if surface.method == "GET":
        return await party.client.get(address, headers=headers)
    if page:
        return await party.client.post(address, headers=headers, data=find)
    return await party.client.post(address, headers=headers, json=find)


async def assert_nothing_known(party: Party, person_id: str, records: dict[str, str], find: dict[str, Any]) -> None:
    """Every surface answers as it does for ids that do not exist; no list, search or count holds the person.

    `records` are real ids by what a surface shows; `find` is a search that would hit. Counts are 0 because the party's
    alliance is fresh and this person is the only one it could know.
    """
    for surface in SURFACES:
        real, unknown = (
            dict.fromkeys(("record_id", "referral_id", "basis_id"), record) | {"person_id": person}
            for record, person in (
                (records.get(surface.shows, person_id), person_id),
                (str(uuid4()), str(uuid4())),
            )
        )
        answer = await asked(party, surface, real, find)
        twin = await asked(party, surface, unknown, {"name": "Nobody at all"})
        told = f"{surface.method} {surface.path}: {answer.status_code} {answer.text[-2000:]}"
        assert answer.status_code == (404 if surface.kind == "single" else 200), told
        assert answer.status_code == twin.status_code, told
        if surface.kind == "count":
            assert answer.json() == {"count": 0}, told
        if "{" not in surface.path.replace("{org}", "") + surface.query:
            assert not [one for one in (person_id, *records.values()) if one in answer.text], told
            if surface.kind == "list":
                assert find["name"].split()[0] not in answer.text.lower(), told
        if surface.kind != "search" or not surface.path.startswith(PAGES):  # a page repeats what was typed
            assert without(answer, real) == without(twin, unknown), told


def without(answer: httpx2.Response, ids: dict[str, str]) -> str:
    """The text of an answer, but for the ids that were asked."""
    text = answer.text
    for one in ids.values():
        text = text.replace(one, "?")
    return text
