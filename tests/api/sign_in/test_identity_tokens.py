"""Tokens of a provider that lies: each must be refused as it deserves, and the lawful oddities must pass."""

import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from joserfc.jwk import RSAKey
from litestar import Litestar

from services.api.oidc import Limits
from services.api.providers import Providers
from services.kit.settings import Settings
from tests.api.sign_in.conftest import Events, House
from tests.support.browser import Person
from tests.support.hostile_provider import (
    CLIENT_ID,
    LEFT_OUT,
    HostileProvider,
    packed,
    signed_by,
    signed_by_secret,
    unsigned,
)

FOREIGN = RSAKey.generate_key(2048, {"kid": "e1", "use": "sig", "alg": "RS256"}, auto_kid=False)
NOW = int(time.time())

Knobs = Callable[[HostileProvider], dict[str, Any]]


def claims(**changed: Any) -> Knobs:
    return lambda _: {"claims": changed}


def changed_after_signing(provider: HostileProvider) -> dict[str, Any]:
    def sign(header: dict[str, Any], told: dict[str, Any]) -> str:
        first, _, last = signed_by(provider.key)(header, told).split(".")
        return f"{first}.{packed(told | {'sub': 'admin'})}.{last}"

    return {"sign": sign}


def nonce_in_a_list(provider: HostileProvider) -> dict[str, Any]:
    honest = signed_by(provider.key)
    return {"sign": lambda header, told: honest(header, told | {"nonce": [told["nonce"]]})}


def crit_not_understood(provider: HostileProvider) -> dict[str, Any]:
    def sign(header: dict[str, Any], told: dict[str, Any]) -> str:
        signed = signed_by(provider.key)(header, told).split(".", 1)[1]
        return f"{packed(header | {'crit': ['x'], 'x': 1})}.{signed}"

    return {"sign": sign}


def key_in_header(_: HostileProvider) -> dict[str, Any]:
    return {"sign": signed_by(FOREIGN), "header": {"kid": "own", "jwk": FOREIGN.as_dict(private=False)}}


REFUSED: dict[str, Knobs] = {
    "nonce of another sign-in": claims(nonce="old"),
    "nonce missing": claims(nonce=LEFT_OUT),
    "nonce in a list": nonce_in_a_list,
    "aud other": claims(aud="other"),
    "aud other, azp us": claims(aud="other", azp=CLIENT_ID),
    "aud shared without azp": claims(aud=[CLIENT_ID, "other"]),
    "azp other": claims(aud=[CLIENT_ID], azp="other"),
    "azp empty": claims(aud=[CLIENT_ID, "other"], azp=""),
    "aud missing": claims(aud=LEFT_OUT),
    "aud a number": claims(aud=7),
    "iss of another provider": claims(iss="http://127.0.0.1:4001"),
    "iss with trailing slash": lambda p: {"claims": {"iss": p.issuer + "/"}},
    "iss missing": claims(iss=LEFT_OUT),
    "alg none": lambda p: {"sign": unsigned("none")},
    "alg nOnE": lambda p: {"sign": unsigned("nOnE")},
    "alg HS256 with the public key": lambda p: {"sign": signed_by_secret(p.key.as_pem(private=False))},
    "alg HS256 with a client secret": lambda p: {"sign": signed_by_secret(b"secret")},
    "unknown key under the known id": lambda p: {"sign": signed_by(FOREIGN)},
    "key in the header": key_in_header,
    "crit not understood": crit_not_understood,
    "changed after signing": changed_after_signing,
    "typ of an access token": lambda p: {"header": {"typ": "at+jwt"}},
    "expired two minutes ago": claims(exp=NOW - 120),
    "exp missing": claims(exp=LEFT_OUT),
    "exp a text": claims(exp=str(NOW + 36_000)),
    "exp not a number": claims(exp=float("nan")),
    "exp true": claims(exp=True),
    "not valid yet": claims(nbf=NOW + 3600),
    "issued in an hour": claims(iat=NOW + 3600),
    "iat missing": claims(iat=LEFT_OUT),
    "sub missing": claims(sub=LEFT_OUT),
    "sub a number": claims(sub=7),
    "sub empty": claims(sub=""),
    "sub of 300 characters": claims(sub="a" * 300),
    "sub with a line break": claims(sub="a\nb"),
    "at_hash of another token": claims(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "token of 200 kB": claims(groups=["g" * 36] * 5000),
    "answer of 300 kB": lambda p: {"token_answer": {"id_token": "x" * 300_000}},
    "not a token": lambda p: {"sign": lambda header, told: "abc"},
    "token a number": lambda p: {"token_answer": {"access_token": "x", "token_type": "Bearer", "id_token": 7}},
    "no token": lambda p: {"token_answer": {"access_token": "x", "token_type": "Bearer"}},
    "answer a list": lambda p: {"token_answer": [1]},
    "answer not JSON": lambda p: {"token_answer": b"<html>"},
    "two keys and no kid": lambda p: {"published": [p.key, FOREIGN], "header": {"kid": LEFT_OUT}},
}

LAWFUL: dict[str, Knobs] = {
    "honest": claims(),
    "aud shared, azp us": claims(aud=[CLIENT_ID, "other"], azp=CLIENT_ID),
    "expired 30 seconds ago": lambda p: claims(exp=int(time.time()) - 30)(p),
    "one key and no kid": lambda p: {"header": {"kid": LEFT_OUT}},
    "200 groups": claims(groups=["g" * 36] * 200),
    "certificate chain in the header": lambda p: {"header": {"x5c": ["A" * 1200]}},
    "at_hash right": claims(at_hash=packed(sha256(b"at").digest()[:16])),
    "name a number": claims(name=7, email=["x"]),
}


def turn(provider: HostileProvider, knobs: Knobs) -> None:
    for name, value in knobs(provider).items():
        setattr(provider, name, value)


@pytest.mark.parametrize("case", REFUSED)
async def test_refused(person: Person, house: House, case: str, events: Events) -> None:
    turn(house.provider, REFUSED[case])
    answer = await person.sign_in(house.slug)
    if case == "answer of 300 kB":  # cut off while it is read: that counts as a provider that does not work
        assert answer.status_code == 503
        assert await events(house) == ["provider_down"]
    else:
        assert answer.status_code == 401, answer.text
        assert await events(house) == ["refused"]
    assert not [cookie for cookie in person.cookies.jar if cookie.name == f"nivel-{house.slug}"]
    assert (await person.get("/api/v1/session")).status_code == 401


@pytest.mark.parametrize("case", LAWFUL)
async def test_lawful_oddities_pass(person: Person, house: House, case: str) -> None:
    turn(house.provider, LAWFUL[case])
    await person.sign_in(house.slug)
    assert (await person.session())["organisation"]["slug"] == house.slug


async def test_roles_in_the_token_give_nothing(person: Person, house: House) -> None:
    house.provider.claims = {"groups": ["org_admin"], "roles": ["org_admin"], "email": "katri@kaupunki.example"}
    await person.sign_in(house.slug)
    assert (await person.session())["roles"] == []


async def test_unknown_key_ids_cost_one_fetch_within_the_throttle(
    app: Litestar, settings: Settings, person: Person, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.state, "providers", Providers(settings, Limits(throttle=60)))
    await person.sign_in(house.slug)
    house.provider.header = {"kid": "unknown"}
    for _ in range(3):
        assert (await person.sign_in(house.slug)).status_code == 401
    assert house.provider.seen.count("/keys") == 1


async def test_a_new_key_is_learnt_and_the_withdrawn_one_forgotten(
    app: Litestar, settings: Settings, person: Person, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.state, "providers", Providers(settings, Limits(throttle=0)))
    provider = house.provider
    await person.sign_in(house.slug)
    fresh = RSAKey.generate_key(2048, {"kid": "e2", "use": "sig", "alg": "RS256"}, auto_kid=False)
    provider.header, provider.sign, provider.published = {"kid": "e2"}, signed_by(fresh), [fresh]
    await person.sign_in(house.slug)
    assert (await person.session())["organisation"]["slug"] == house.slug
    provider.header, provider.sign = {}, signed_by(provider.key)
    assert (await person.sign_in(house.slug)).status_code == 401
