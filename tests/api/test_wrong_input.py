"""Whatever is wrong with a request: a clear 4xx as a problem, and not a row more or less anywhere."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import asyncpg
import httpx2
import msgspec
import pytest
import pytest_asyncio

from tests.support.party import API, Party, rows_of_all_tables
from tests.support.people import a_person, an_artificial_number
from tests.support.referrals import a_referral, an_offer
from tests.support.sharing import a_permission, in_days

UNFIT: tuple[Any, ...] = (
    7,
    -1,
    10**30,
    True,
    None,
    [],
    {},
    ["x"],
    "",
    "a\x00b",
    "\x1b[2J",
    "‮",
    "x" * 9000,
    "2026-02-30",
)
BROKEN = (b"", b"{", b"[]", b'"text"', b"null", b"\xff\xfe", b'{"a": NaN}', b"[" * 5000, b'{"given_name": "\\ud800"}')

NOBODY = "00000000-0000-4000-8000-000000000000"


class Act(msgspec.Struct, frozen=True):
    """A request that would succeed: method, path and body."""

    name: str
    path: str
    body: dict[str, Any] | None = None
    method: str = "POST"


@pytest_asyncio.fixture(loop_scope="session")
async def acts(city: Party, firm: Party) -> AsyncIterator[list[Act]]:
    """Every act of the city's caseworker, each with a body that would do."""
    person_id = await a_person(city, number=an_artificial_number())
    permission_id = await a_permission(city, person_id, firm, "plan")
    referral_id = await a_referral(city, person_id, firm)
    permission = {
        "recipient_ids": [str(firm.id)],
        "classes": ["plan"],
        "purposes": ["referral"],
        "valid_until": in_days(30),
        "language": "fi",
    }
    offer = an_offer(person_id, firm, "plan", service="supported_employment", language="fi", needed_to_decide=["plan"])
    job = {"employer": "Varasto Oy", "started_on": in_days(0), "hours_tenths": 300, "kind": "open"}
    registration = {"given_name": "Ilona", "family_name": "Salmi", "birth_date": "1990-05-04", "email": "i@salmi.fi"}
    yield [
        Act("register_person", "/people", registration),
        Act("correct_contact", f"/people/{person_id}/contact", {"phone": "040 111222"}, "PUT"),
        Act("record_plan", f"/people/{person_id}/plans", {"made_on": in_days(0), "goal": "Työ", "steps": "1."}),
        Act("record_ability", f"/people/{person_id}/abilities", {"assessed_on": in_days(0), "partial": True}),
        Act("give_permission", f"/people/{person_id}/permissions", permission),
        Act("withdraw_permission", f"/permissions/{permission_id}/withdraw"),
        Act("offer_referral", "/referrals", json.loads(json.dumps(offer, default=str))),
        Act("cancel_referral", f"/referrals/{referral_id}/cancel", {"reason_code": "other", "text": "Muutto"}),
        Act(
            "record_service_use",
            f"/people/{person_id}/service-uses",
            {"service": "rehab_work", "started_on": in_days(0)},
        ),
        Act("record_job", f"/people/{person_id}/jobs", job),
        Act("people_named", "/people/search", {"name": "salmi", "birth_date": "1990-05-04"}),
    ]


def spoilt(act: Act) -> Iterator[tuple[str, dict[str, Any]]]:
    """The act's body with one thing wrong or odd, and what it is."""
    body = act.body or {}
    yield "unknown field", {**body, "surprise": 1}
    for field in body:
        yield f"without {field}", {name: value for name, value in body.items() if name != field}
        for value in UNFIT:
            yield f"{field} = {str(value)[:30]!r}", {**body, field: value}


def assert_problem(answer: httpx2.Response, told: str) -> None:
    assert 400 <= answer.status_code < 500, f"{told}: {answer.status_code} {answer.text[:300]}"
    assert answer.headers["content-type"] == "application/problem+json", told
    assert answer.json()["status"] == answer.status_code, told


async def test_unfit_bodies(acts: list[Act], city: Party, owner: asyncpg.Connection) -> None:
    refused = 0
    for act in acts:
        for what, body in spoilt(act):
            before = await rows_of_all_tables(owner)
            answer = await city.post(act.path, body, method=act.method)
            told = f"{act.name}, {what}"
            if answer.is_success:  # an odd value that the field allows, such as an empty text: then it must have acted
                assert act.body is None or what != "unknown field", told
                assert act.name in ("people_named", "correct_contact") or await rows_of_all_tables(owner) != before, (
                    told
                )
                continue
            refused += 1
            assert_problem(answer, told)
            if answer.status_code == 422:
                assert all(reason["code"] for reason in answer.json()["reasons"]), told
            assert await rows_of_all_tables(owner) == before, told
    assert refused > 250, "hardly anything was refused, so this shows little"


async def test_bodies_that_are_no_json(acts: list[Act], city: Party, owner: asyncpg.Connection) -> None:
    before = await rows_of_all_tables(owner)
    for act in acts:
        for content in BROKEN if act.body else ():
            assert_problem(await city.post(act.path, content, method=act.method), f"{act.name}, {content[:20]!r}")
    assert await rows_of_all_tables(owner) == before


async def test_bodies_of_twenty_megabytes(acts: list[Act], city: Party, owner: asyncpg.Connection) -> None:
    before = await rows_of_all_tables(owner)
    for act in acts:
        if act.body:
            field = next(iter(act.body))
            answer = await city.post(act.path, {**act.body, field: "n" * 20_000_000}, method=act.method)
            assert_problem(answer, act.name)
            assert answer.status_code == 413, act.name
    assert await rows_of_all_tables(owner) == before


async def test_unknown_and_malformed_ids(acts: list[Act], city: Party, owner: asyncpg.Connection) -> None:
    before = await rows_of_all_tables(owner)
    for act in acts:
        parts = act.path.split("/")
        if len(parts) < 4:
            continue
        for wrong in (str(uuid4()), "1", "%00", "..%2f..", "ä" * 300, parts[2][:-1], parts[2] + "0"):
            path = "/".join([*parts[:2], wrong, *parts[3:]])
            answer = await city.post(path, act.body, method=act.method)
            assert_problem(answer, f"{act.method} {path[:80]}")
            assert answer.status_code == 404, f"{act.method} {path[:80]}: {answer.status_code}"
    assert await rows_of_all_tables(owner) == before


async def test_forged_requests(acts: list[Act], city: Party, owner: asyncpg.Connection) -> None:
    before = await rows_of_all_tables(owner)
    genuine = city.csrf
    for city.csrf in ("", "0" * 64, genuine[:-1], genuine.upper() + "x"):
        for act in acts:
            answer = await city.post(act.path, act.body, method=act.method)
            assert_problem(answer, act.name)
            assert (answer.status_code, answer.json()["code"]) == (403, "session.csrf"), act.name
    city.csrf = genuine
    for headers in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
        for act in acts:
            city.client.headers.update(headers)
            answer = await city.post(act.path, act.body, method=act.method)
            assert answer.status_code == 403, act.name
        for name in headers:
            del city.client.headers[name]
    assert await rows_of_all_tables(owner) == before


async def test_ended_sessions(acts: list[Act], city: Party, owner: asyncpg.Connection) -> None:
    before = await rows_of_all_tables(owner)
    await owner.execute(
        "UPDATE session SET last_seen_at = now() - interval '61 minutes' WHERE organisation_id = $1", city.id
    )
    for act in acts:
        answer = await city.post(act.path, act.body, method=act.method)
        assert_problem(answer, act.name)
        assert answer.status_code == 401, act.name
    for path in ("/people", "/people/count", "/jobs", "/referrals?box=sent", f"/people/{uuid4()}"):
        assert (await city.client.get(API + path)).status_code == 401, path
    assert await rows_of_all_tables(owner) == before


@pytest.mark.parametrize("path", ["/people", "/referrals", "/jobs"])
@pytest.mark.parametrize("after", ["x", "AAAA", "MjAyNiB4", "%00", "é", "MjAyNi0wMS0wMSA", "a" * 9000])
async def test_cursors_that_nobody_handed_out(city: Party, path: str, after: str) -> None:
    answer = await city.client.get(f"{API}{path}?box=sent&after={after}")
    assert_problem(answer, path)
    assert (answer.status_code, answer.json()["reasons"][0]["field"]) == (422, "after")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/people?limit=0", 422),
        ("/people?limit=201", 422),
        ("/jobs?limit=-1", 422),
        ("/referrals?box=sent&limit=100000", 422),
        ("/referrals?box=sent&state=burnt", 422),
        ("/referrals/count?box=sent&state=%00", 422),
        ("/people?limit=many", 400),
        ("/referrals", 400),
        ("/referrals?box=mine", 400),
        ("/access/explain", 400),
        (f"/access/explain?person={NOBODY}&class=colour", 400),
        (f"/access/explain?person={NOBODY}&class=plan&purpose=gossip", 400),
        ("/access/explain?person=1&class=plan", 400),
        (f"/access/explain?person={NOBODY}&class=plan&organisation=x", 400),
        ("/notices/%00", 404),
        ("/notices/nothing", 404),
        ("/nothing", 404),
    ],
)
async def test_unfit_queries(city: Party, path: str, status: int) -> None:
    answer = await city.client.get(API + path)
    assert_problem(answer, path)
    assert answer.status_code == status, f"{path}: {answer.text}"
