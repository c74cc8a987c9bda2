"""What every request meets: forged, anonymous, oversized, broken, too many; and what every answer carries."""

import json
from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated, Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest
import pytest_asyncio
from litestar import Litestar, Request, get, post
from litestar.params import FromPath

from services.api import sign_in
from services.api.app import create_app
from services.api.forms import read_form, read_json
from services.api.log_lines import LOG, JsonLines
from services.api.request import acting
from services.kit.db.unit import fetch_value, unit_of_work
from services.kit.errors import Conflict, NotAllowed, NotFound, WallBreach
from services.kit.identity.limits import Limit
from tests.api.sign_in.conftest import House
from tests.support.browser import Person
from tests.support.started_app import started

Connection = Request[Any, Any, Any]


class RecordNote(msgspec.Struct):
    """What the probe takes in."""

    day: date
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]
    text: str = ""
    hours: int | None = None
    classes: list[str] = []
    urgent: bool = False


@get("/api/v1/probe/{thing:uuid}", include_in_schema=False)
async def probe(request: Connection, thing: FromPath[UUID]) -> dict[str, Any]:
    actor = await acting(request, "service_delivery")
    async with unit_of_work(actor, reading=True):
        slug = await fetch_value("SELECT slug FROM organisation WHERE id = $1", actor.organisation_id)
    if thing.int == 1:
        return {"slug": slug, "roles": sorted(actor.roles)}
    raise {2: WallBreach("probe.breach"), 3: NotAllowed("probe.role"), 4: RuntimeError("Aino Esimerkki")}.get(
        thing.int, NotFound("probe.unknown")
    )


@post("/api/v1/probe", include_in_schema=False)
async def probe_act(request: Connection) -> dict[str, Any]:
    await acting(request, "service_delivery")
    given = await read_json(request, RecordNote)
    if given.title == "taken":
        raise Conflict("probe.taken", allowed=["withdraw"])
    return dict(msgspec.to_builtins(given))


@post("/o/{org:str}/probe", include_in_schema=False)
async def probe_form(request: Connection, org: FromPath[str]) -> dict[str, Any]:
    await acting(request, "service_delivery")
    return dict(msgspec.to_builtins(await read_form(request, RecordNote)))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def probes(app: Litestar) -> AsyncIterator[Litestar]:
    running = create_app(app.state.settings, engine_is_open=True)
    for route in (probe, probe_act, probe_form):
        running.register(route)
    async with started(running):
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def coach(probes: Litestar, house: House, owner: asyncpg.Connection) -> AsyncIterator[Person]:
    async with Person(probes) as browser:
        await browser.sign_in(house.slug)
        await owner.execute("UPDATE account SET roles = '{coach}' WHERE sub = $1", house.provider.sub)
        yield browser


def path_to(number: int) -> str:
    return f"/api/v1/probe/{UUID(int=number)}"


NOTE = {"day": "2026-03-24", "title": "x"}


async def test_acting(coach: Person, house: House) -> None:
    assert (await coach.get(path_to(1))).json() == {"slug": house.slug, "roles": ["coach"]}


async def test_an_account_without_a_role_is_told_what_to_do(probes: Litestar, house: House) -> None:
    async with Person(probes) as newcomer:
        await newcomer.sign_in(house.slug)
        answer = await newcomer.get(path_to(1))
        assert answer.status_code == 403
        assert answer.json()["code"] == "session.no_role"
        assert "administrator" in answer.json()["detail"]


async def test_hidden_unknown_and_malformed_look_the_same(coach: Person) -> None:
    hidden, unknown = await coach.get(path_to(2)), await coach.get(f"/api/v1/probe/{uuid4()}")
    malformed, nowhere = await coach.get("/api/v1/probe/7"), await coach.get("/api/v1/nowhere")
    assert hidden.status_code == 404
    assert hidden.content == unknown.content == malformed.content == nowhere.content
    assert hidden.headers == unknown.headers == malformed.headers == nowhere.headers
    pages = [await coach.get(f"/o/x/{name}", headers={"Accept": "text/html"}) for name in ("a", str(uuid4()))]
    assert pages[0].status_code == 404
    assert pages[0].content == pages[1].content


async def test_refusals_are_logged_as_whose_they_are(coach: Person, house: House, owner: asyncpg.Connection) -> None:
    for number in (2, 3, 9):
        await coach.get(path_to(number))
    rows = await owner.fetch("SELECT surface, result FROM read_log WHERE organisation_id = $1 ORDER BY at", house.id)
    assert [tuple(row) for row in rows] == [
        ("probe", "probe.breach"),
        ("probe", "probe.role"),
        ("probe", "probe.unknown"),
    ]


async def test_a_fault_says_nothing_but_a_reference(coach: Person, caplog: pytest.LogCaptureFixture) -> None:
    LOG.addHandler(caplog.handler)
    answer = await coach.get(path_to(4))
    LOG.removeHandler(caplog.handler)
    assert answer.status_code == 500
    told = answer.json()
    assert set(told) == {"type", "title", "status", "code", "reference"}
    (record,) = caplog.records
    line = json.loads(JsonLines().format(record))
    assert line["reference"] == told["reference"]
    assert line["error"] == "RuntimeError"
    assert any("test_requests.py" in place for place in line["where"])
    assert "Aino" not in json.dumps(line)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 201),
        ({"Origin": "http://127.0.0.1:8400", "Sec-Fetch-Site": "same-origin"}, 201),
        ({"X-CSRF-Token": ""}, 403),
        ({"X-CSRF-Token": "0" * 64}, 403),
        ({"Origin": "http://127.0.0.1:9000"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
async def test_forged_requests(coach: Person, headers: dict[str, str], status: int) -> None:
    answer = await coach.post("/api/v1/probe", json=NOTE, headers=await coach.csrf() | headers)
    assert answer.status_code == status, answer.text
    if status == 403:
        assert answer.json()["code"] == "session.csrf"


async def test_the_token_of_another_session_is_no_token(probes: Litestar, coach: Person, house: House) -> None:
    async with Person(probes) as other:
        house.provider.sub = "another"
        await other.sign_in(house.slug)
        answer = await coach.post("/api/v1/probe", json=NOTE, headers=await other.csrf())
        assert answer.status_code == 403


async def test_signing_out_cannot_be_forged(coach: Person, house: House) -> None:
    answer = await coach.post(f"/o/{house.slug}/sign-out", data={"csrf_token": "x"})
    assert answer.status_code == 403
    assert (await coach.get("/api/v1/session")).status_code == 200


async def test_nobody_signed_in(probes: Litestar, house: House) -> None:
    async with Person(probes) as nobody:
        answer = await nobody.get(path_to(1))
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "session.needed"
        assert (await nobody.post("/api/v1/probe", json=NOTE)).status_code == 401
        page = await nobody.post(f"/o/{house.slug}/probe", data={})
        assert page.status_code == 401
        assert f"/sign-in/{house.slug}" in page.text


@pytest.mark.parametrize("length", [2 * 1024 * 1024, 20 * 1024 * 1024])
async def test_too_large(coach: Person, house: House, length: int) -> None:
    answer = await coach.post("/api/v1/probe", json=NOTE | {"title": "x" * length}, headers=await coach.csrf())
    assert answer.status_code == 413
    form = await coach.post(f"/o/{house.slug}/probe", data={"title": "x" * length})
    assert form.status_code == 413
    assert len(form.text) < 20_000


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b'{"day": NaN}', b"[" * 100_000, b"[]", b'"x"', b"null", b'{"title": "\\ud800"}']
)
async def test_broken_json(coach: Person, body: bytes) -> None:
    headers = await coach.csrf() | {"Content-Type": "application/json"}
    answer = await coach.post("/api/v1/probe", content=body, headers=headers)
    assert answer.status_code == 400, answer.text
    assert answer.json()["code"] in ("input.not_json", "input.not_an_object")


async def test_json_under_another_name(coach: Person) -> None:
    headers = await coach.csrf() | {"Content-Type": "text/plain"}
    assert (await coach.post("/api/v1/probe", content=json.dumps(NOTE), headers=headers)).status_code == 400


@pytest.mark.parametrize(
    ("given", "reasons"),
    [
        ({}, {"day": "input.missing", "title": "input.missing"}),
        ({"day": "31.2.2026", "title": "x"}, {"day": "input.not_a_day"}),
        ({"day": "2026-02-30", "title": "x"}, {"day": "input.not_a_day"}),
        ({"day": "0001-01-01", "title": "x"}, {"day": "input.not_a_day"}),
        ({"day": "20260324", "title": "x"}, {"day": "input.not_a_day"}),
        ({"day": 7, "title": "x"}, {"day": "input.invalid"}),
        (NOTE | {"title": "x" * 21}, {"title": "input.too_long"}),
        (NOTE | {"title": ""}, {"title": "input.missing"}),
        (NOTE | {"title": "a\nb"}, {"title": "input.control_characters"}),
        (NOTE | {"title": "a\x00b"}, {"title": "input.control_characters"}),
        (NOTE | {"text": "a\u202eb"}, {"text": "input.control_characters"}),
        (NOTE | {"text": "x" * 4001}, {"text": "input.too_long"}),
        (NOTE | {"hours": "many"}, {"hours": "input.not_a_number"}),
        (NOTE | {"classes": "plan"}, {"classes": "input.invalid"}),
        (NOTE | {"classes": ["a\x00"]}, {"classes": "input.control_characters"}),
        (NOTE | {"organisation_id": "x"}, {"organisation_id": "input.unknown_field"}),
    ],
)
async def test_everything_wrong_with_json_at_once(
    coach: Person, given: dict[str, Any], reasons: dict[str, str]
) -> None:
    answer = await coach.post("/api/v1/probe", json=given, headers=await coach.csrf())
    assert answer.status_code == 422
    assert {reason["field"]: reason["code"] for reason in answer.json()["reasons"]} == reasons


async def test_a_form_as_typed_values(coach: Person, house: House) -> None:
    typed = {
        "csrf_token": (await coach.session())["csrf_token"],
        "day": " 4.3.2026 ",
        "title": "A\u0308iti",
        "text": "a\r\nb",
        "hours": "12",
        "classes": ["plan", "ability"],
        "urgent": "on",
        "button": "send",
    }
    answer = await coach.post(f"/o/{house.slug}/probe", data=typed)
    assert answer.status_code == 201, answer.text
    assert answer.json() == {
        "day": "2026-03-04",
        "title": "Äiti",
        "text": "a\nb",
        "hours": 12,
        "classes": ["plan", "ability"],
        "urgent": True,
    }


async def test_a_form_left_empty(coach: Person, house: House) -> None:
    typed = {"csrf_token": (await coach.session())["csrf_token"], "day": "", "title": " ", "hours": "x"}
    answer = await coach.post(f"/o/{house.slug}/probe", data=typed, headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert {reason["field"]: reason["code"] for reason in answer.json()["reasons"]} == {
        "day": "input.missing",
        "title": "input.missing",
        "hours": "input.not_a_number",
    }


async def test_a_conflict_names_what_is_allowed(coach: Person) -> None:
    answer = await coach.post("/api/v1/probe", json=NOTE | {"title": "taken"}, headers=await coach.csrf())
    assert answer.status_code == 409
    assert answer.json()["allowed"] == ["withdraw"]


async def test_wrong_method_and_wrong_host(app: Litestar, person: Person) -> None:
    answer = await person.post("/api/v1/session")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, OPTIONS"
    assert (await person.get("/alive", headers={"Host": "evil.example"})).status_code == 400


async def test_what_every_answer_carries(person: Person) -> None:
    for path in ("/alive", "/api/v1/session", "/nowhere", "/api/v1/openapi.json"):
        answer = await person.get(path)
        assert answer.headers["cache-control"] == "no-store", path
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] in ("no-referrer", "same-origin")


async def test_the_description_of_the_interface(person: Person) -> None:
    answer = await person.get("/api/v1/openapi.json")
    told = answer.json()
    assert told["openapi"].startswith("3.1")
    assert told["paths"]["/api/v1/session"]["get"]["operationId"] == "session"
    assert told["paths"]["/api/v1/session"]["get"]["tags"] == ["organisations"]
    assert all(path.startswith("/api/v1/") for path in told["paths"])


async def test_too_many_starts(person: Person, house: House, app: Litestar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "STARTS", Limit(attempts=2, seconds=60))
    answers = [await person.get(f"/sign-in/{house.slug}") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert 0 < int(answers[2].headers["retry-after"]) <= 60
    async with Person(app, address="127.0.0.2") as neighbour:
        assert (await neighbour.get(f"/sign-in/{house.slug}")).status_code == 302


async def test_too_many_failures_do_not_stop_an_honest_answer(
    person: Person, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "FAILURES", Limit(attempts=1, seconds=60))
    failures = [await person.get(f"/auth/{house.slug}/callback?state=x&code=y") for _ in range(2)]
    assert [answer.status_code for answer in failures] == [401, 429]
    await person.sign_in(house.slug)
    assert (await person.session())["organisation"]["slug"] == house.slug


async def test_a_window_passes(
    owner: asyncpg.Connection, person: Person, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "STARTS", Limit(attempts=1, seconds=60))
    assert (await person.get(f"/sign-in/{house.slug}")).status_code == 302
    assert (await person.get(f"/sign-in/{house.slug}")).status_code == 429
    await owner.execute("UPDATE rate_count SET window_end = now() - interval '1 second'")
    assert (await person.get(f"/sign-in/{house.slug}")).status_code == 302
