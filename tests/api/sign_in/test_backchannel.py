"""Back-channel logout: the provider ends exactly what it may end, and nobody else ends anything."""

import secrets
import time
from typing import Any

import httpx2
import pytest
from litestar import Litestar

from tests.api.sign_in.conftest import Events, House
from tests.support.browser import Person
from tests.support.hostile_provider import LEFT_OUT, HostileProvider

EVENT: dict[str, Any] = {"http://schemas.openid.net/event/backchannel-logout": {}}


def logout_token(provider: HostileProvider, **changed: Any) -> str:
    provider.header = {"typ": "logout+jwt"}
    told = {"nonce": LEFT_OUT, "events": EVENT, "jti": secrets.token_hex(8)} | changed
    return provider.token(**told)


async def send(app: Litestar, house: House, token: str) -> httpx2.Response:
    async with Person(app, address="127.0.0.9") as provider:
        return await provider.post(f"/auth/{house.slug}/backchannel", data={"logout_token": token})


async def test_the_providers_session_ends_ours(app: Litestar, person: Person, house: House, events: Events) -> None:
    await person.sign_in(house.slug)
    answer = await send(app, house, logout_token(house.provider))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert (await person.get("/api/v1/session")).status_code == 401
    assert await events(house) == ["signed_in", "signed_out_by_provider"]


async def test_only_the_named_session_ends(app: Litestar, person: Person, house: House) -> None:
    await person.sign_in(house.slug)
    async with Person(app) as elsewhere:
        house.provider.claims = {"sid": "second"}
        await elsewhere.sign_in(house.slug)
        house.provider.claims = {}
        assert (await send(app, house, logout_token(house.provider, sid="second"))).status_code == 200
        assert (await elsewhere.get("/api/v1/session")).status_code == 401
    assert (await person.get("/api/v1/session")).status_code == 200


async def test_without_a_session_named_all_of_the_subject_end(app: Litestar, person: Person, house: House) -> None:
    await person.sign_in(house.slug)
    assert (await send(app, house, logout_token(house.provider, sid=LEFT_OUT))).status_code == 200
    assert (await person.get("/api/v1/session")).status_code == 401


REFUSED: dict[str, dict[str, Any]] = {
    "with nonce": {"nonce": "x"},
    "without events": {"events": LEFT_OUT},
    "events a text": {"events": "x"},
    "another event": {"events": {"other": {}}},
    "aud other": {"aud": "other"},
    "iss other": {"iss": "http://127.0.0.1:4001"},
    "expired": {"exp": int(time.time()) - 900},
    "without jti": {"jti": LEFT_OUT},
    "of nobody": {"sub": LEFT_OUT, "sid": LEFT_OUT},
    "an id token": {"nonce": "n", "events": LEFT_OUT},
}


@pytest.mark.parametrize("case", REFUSED)
async def test_refused(app: Litestar, person: Person, house: House, case: str) -> None:
    await person.sign_in(house.slug)
    answer = await send(app, house, logout_token(house.provider, **REFUSED[case]))
    assert answer.status_code == 400
    assert (await person.get("/api/v1/session")).status_code == 200


async def test_another_subject_or_another_organisation_ends_nothing(
    app: Litestar, person: Person, house: House, house_elsewhere: House
) -> None:
    await person.sign_in(house.slug)
    assert (await send(app, house, logout_token(house.provider, sub="somebody"))).status_code == 200
    assert (await send(app, house_elsewhere, logout_token(house.provider))).status_code == 400
    assert (await send(app, house, logout_token(house_elsewhere.provider, sub=house.provider.sub))).status_code == 400
    assert (await send(app, house, "garbage")).status_code == 400
    assert (await person.get("/api/v1/session")).status_code == 200


async def test_a_logout_token_counts_once(app: Litestar, person: Person, house: House) -> None:
    await person.sign_in(house.slug)
    token = logout_token(house.provider)
    assert (await send(app, house, token)).status_code == 200
    house.provider.header = {}
    await person.sign_in(house.slug)
    assert (await send(app, house, token)).status_code == 400
    assert (await person.get("/api/v1/session")).status_code == 200
