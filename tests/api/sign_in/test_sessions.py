"""Sessions: always new, one per organisation, ended by time, by sign-out and by closing the account."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import asyncpg
import msgspec
import pytest
import pytest_asyncio
from litestar import Litestar

from services.api.app import create_app
from services.kit.crypto import token_hash
from services.kit.settings import Settings
from tests.api.sign_in.conftest import Events, House
from tests.support.browser import Person, location_of
from tests.support.hostile_provider import CLIENT_ID
from tests.support.started_app import started


def cookie_of(person: Person, house: House) -> str:
    return next(cookie.value for cookie in person.cookies.jar if cookie.name == f"nivel-{house.slug}") or ""


@pytest_asyncio.fixture(loop_scope="session")
async def signed_in(person: Person, house: House, owner: asyncpg.Connection) -> UUID:
    """`person` is signed in at `house` as a coach; the account."""
    await person.sign_in(house.slug)
    account: UUID = await owner.fetchval(
        "UPDATE account SET roles = '{coach}' WHERE organisation_id = $1 AND sub = $2 RETURNING id",
        house.id,
        house.provider.sub,
    )
    return account


async def test_only_the_hash_of_the_token_is_stored(
    person: Person, house: House, signed_in: UUID, owner: asyncpg.Connection
) -> None:
    row = await owner.fetchrow("SELECT * FROM session WHERE account_id = $1", signed_in)
    assert row
    assert row["token_hash"] == token_hash(cookie_of(person, house))
    assert b"eyJ" not in row["id_token"]
    assert row["idp_sid"] == f"sid-of-{house.provider.sub}"


async def test_a_planted_cookie_is_replaced_and_worth_nothing(app: Litestar, person: Person, house: House) -> None:
    person.cookies.set(f"nivel-{house.slug}", "planted", domain="127.0.0.1", path="/")
    await person.sign_in(house.slug)
    assert cookie_of(person, house) != "planted"
    async with Person(app) as attacker:
        attacker.cookies.set(f"nivel-{house.slug}", "planted", domain="127.0.0.1", path="/")
        assert (await attacker.get("/api/v1/session")).status_code == 401


async def test_signing_in_again_ends_the_session_before(
    app: Litestar, person: Person, house: House, signed_in: UUID
) -> None:
    before = cookie_of(person, house)
    await person.sign_in(house.slug)
    assert cookie_of(person, house) != before
    async with Person(app) as thief:
        thief.cookies.set(f"nivel-{house.slug}", before, domain="127.0.0.1", path="/")
        assert (await thief.get("/api/v1/session")).status_code == 401


async def test_a_token_counts_only_under_its_own_organisations_name(
    app: Litestar, person: Person, house: House, house_elsewhere: House, signed_in: UUID
) -> None:
    async with Person(app) as mover:
        mover.cookies.set(f"nivel-{house_elsewhere.slug}", cookie_of(person, house), domain="127.0.0.1", path="/")
        assert (await mover.get("/api/v1/session")).status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE session SET last_seen_at = now() - interval '61 minutes' WHERE account_id = $1",
        "UPDATE session SET absolute_until = now() - interval '1 second' WHERE account_id = $1",
        "UPDATE session SET ended_at = now() WHERE account_id = $1",
        "UPDATE account SET disabled_at = now() WHERE id = $1",
    ],
    ids=["idle", "absolute", "ended", "account closed"],
)
async def test_what_ends_a_session(person: Person, signed_in: UUID, owner: asyncpg.Connection, change: str) -> None:
    assert (await person.session())["roles"] == ["coach"]
    await owner.execute(change, signed_in)
    assert (await person.get("/api/v1/session")).status_code == 401


async def test_use_keeps_a_session_alive_and_is_written_down_once_a_minute(
    person: Person, signed_in: UUID, owner: asyncpg.Connection
) -> None:
    seen = "SELECT last_seen_at FROM session WHERE account_id = $1"
    just_now = await owner.fetchval(seen, signed_in)
    await person.session()
    assert await owner.fetchval(seen, signed_in) == just_now
    old = await owner.fetchval(
        "UPDATE session SET last_seen_at = now() - interval '50 minutes' WHERE account_id = $1 RETURNING last_seen_at",
        signed_in,
    )
    assert (await person.session())["seconds_left"] == 3600
    assert await owner.fetchval(seen, signed_in) > old


async def test_the_absolute_end_is_told(person: Person, signed_in: UUID, owner: asyncpg.Connection) -> None:
    soon = "UPDATE session SET absolute_until = now() + interval '10 minutes' WHERE account_id = $1"
    await owner.execute(soon, signed_in)
    assert 590 <= (await person.session())["seconds_left"] <= 600


async def test_a_closed_account_cannot_sign_in(
    person: Person, house: House, signed_in: UUID, owner: asyncpg.Connection, events: Events
) -> None:
    await owner.execute("UPDATE account SET disabled_at = now() WHERE id = $1", signed_in)
    assert (await person.sign_in(house.slug)).status_code == 403
    assert await events(house) == ["signed_in", "disabled"]


async def test_sign_out_ends_it_here_and_at_the_provider(
    person: Person, house: House, signed_in: UUID, events: Events
) -> None:
    token = (await person.session())["csrf_token"]
    answer = await person.post(f"/o/{house.slug}/sign-out", data={"csrf_token": token})
    assert answer.status_code == 303
    target = location_of(answer)
    assert target.startswith(f"{house.provider.issuer}/end?client_id={CLIENT_ID}&post_logout_redirect_uri=http%3A")
    assert "id_token_hint=eyJ" in target
    assert (await person.get("/api/v1/session")).status_code == 401
    assert await events(house) == ["signed_in", "signed_out"]


async def test_sign_out_works_without_the_provider(
    app: Litestar, person: Person, house: House, signed_in: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = (await person.session())["csrf_token"]
    provider = app.state.providers._providers[house.id]
    monkeypatch.setattr(provider, "_metadata_at", float("-inf"))
    house.provider.metadata = {"issuer": "http://127.0.0.1:4001"}
    answer = await person.post(f"/o/{house.slug}/sign-out", data={"csrf_token": token})
    assert location_of(answer) == "http://127.0.0.1:8400/"
    assert (await person.get("/api/v1/session")).status_code == 401


async def test_sign_out_works_without_a_connection(
    person: Person, house: House, signed_in: UUID, owner: asyncpg.Connection
) -> None:
    token = (await person.session())["csrf_token"]
    await owner.execute("UPDATE connection SET enabled = false WHERE organisation_id = $1", house.id)
    answer = await person.post(f"/o/{house.slug}/sign-out", data={"csrf_token": token})
    assert location_of(answer) == "http://127.0.0.1:8400/"
    assert (await person.get("/api/v1/session")).status_code == 401


async def test_one_human_in_two_organisations(
    person: Person, house: House, house_elsewhere: House, signed_in: UUID, owner: asyncpg.Connection
) -> None:
    await person.sign_in(house_elsewhere.slug)
    answer = await person.get("/api/v1/session")
    assert answer.status_code == 400
    assert answer.json()["code"] == "session.which_organisation"
    assert house.slug not in answer.text
    for one in (house, house_elsewhere):
        told = await person.session(one.slug)
        assert told["organisation"] == {"slug": one.slug, "name": one.name}
        assert told["other_organisations"] == []
    human = await owner.fetchval("SELECT human_id FROM account WHERE id = $1", signed_in)
    elsewhere = "UPDATE account SET human_id = $1 WHERE organisation_id = $2 AND sub = $3"
    await owner.execute(elsewhere, human, house_elsewhere.id, house_elsewhere.provider.sub)
    other = {"slug": house_elsewhere.slug, "name": house_elsewhere.name}
    assert (await person.session(house.slug))["other_organisations"] == [other]
    await owner.execute(
        "UPDATE account SET disabled_at = now() WHERE organisation_id = $1 AND sub = $2",
        house_elsewhere.id,
        house_elsewhere.provider.sub,
    )
    assert (await person.session(house.slug))["other_organisations"] == []


async def test_same_subject_and_mail_at_two_providers_stay_two_accounts(
    person: Person, house: House, house_elsewhere: House, owner: asyncpg.Connection
) -> None:
    house_elsewhere.provider.sub = house.provider.sub
    await person.sign_in(house.slug)
    await person.sign_in(house_elsewhere.slug)
    humans = await owner.fetch("SELECT DISTINCT human_id FROM account WHERE sub = $1", house.provider.sub)
    assert len(humans) == 2


@pytest.mark.parametrize("change", ["enabled = false", "issuer = 'http://127.0.0.1:9'"])
async def test_a_connection_changed_under_way_admits_nobody(
    person: Person, house: House, owner: asyncpg.Connection, change: str
) -> None:
    address = await person.callback_address(house.slug)
    await owner.execute(f"UPDATE connection SET {change} WHERE organisation_id = $1", house.id)
    assert (await person.get(address)).status_code in (404, 401, 503)
    assert (await person.get("/api/v1/session")).status_code == 401


async def test_https_cookies_are_the_hosts_own(
    settings: Settings, app: Litestar, house: House, houses: Callable[..., Awaitable[House]]
) -> None:
    base = "https://nivel.example"
    secure = msgspec.structs.replace(app.state.settings, base_url=base)
    async with started(create_app(secure, engine_is_open=True)) as running, Person(running, base=base) as person:
        address = await person.callback_address(house.slug)
        answer = await person.get(address)
        assert answer.headers["strict-transport-security"].startswith("max-age=31536000")
        cookies = [
            line for line in answer.headers.get_list("set-cookie") if line.startswith(f"__Host-nivel-{house.slug}=")
        ]
        assert len(cookies) == 1
        assert "Secure" in cookies[0]
        assert "Path=/" in cookies[0]
        assert "Domain" not in cookies[0]
        assert (await person.session())["organisation"]["slug"] == house.slug
