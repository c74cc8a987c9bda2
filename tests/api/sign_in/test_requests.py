"""What every request meets: forged, anonymous, oversized, broken, too many; and what every answer carries."""

import json
from uuid import UUID, uuid4

import asyncpg
import pytest
from litestar import Litestar

from services.api import sign_in
from services.api.log_lines import LOG, JsonLines
from services.kit.identity.limits import Limit
from tests.api.sign_in.conftest import House
from tests.api.sign_in.probes import NOTE
from tests.support.browser import Person


def path_to(number: int) -> str:
    return f"/api/v1/probe/{UUID(int=number)}"


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
    (record,) = [record for record in caplog.records if record.name == LOG.name]
    line = json.loads(JsonLines().format(record))
    assert line["reference"] == told["reference"]
    assert line["error"] == "RuntimeError"
    assert any("probes.py" in place for place in line["where"])
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


async def test_a_page_sends_nobody_to_the_sign_in_and_back(probes: Litestar, house: House) -> None:
    async with Person(probes) as nobody:
        answer = await nobody.get(f"/o/{house.slug}/probe?sivu=2")
        assert answer.status_code == 303
        assert answer.headers["location"] == f"/sign-in/{house.slug}?next=%2Fo%2F{house.slug}%2Fprobe%3Fsivu%3D2"


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
