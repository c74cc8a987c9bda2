"""Providers that are silent, slow, or whose documents contradict what was agreed: 503 in good time, never a session."""

import time
from typing import Any

import pytest

from tests.api.conftest import LIMITS
from tests.api.sign_in.conftest import Events, House
from tests.support.browser import Person
from tests.support.hostile_provider import LEFT_OUT

ELSEWHERE = "http://127.0.0.1:9"

DOCUMENTS: dict[str, dict[str, Any]] = {
    "issuer of another": {"issuer": "http://127.0.0.1:4001"},
    "no issuer": {"issuer": LEFT_OUT},
    "sign-in page elsewhere": {"authorization_endpoint": f"{ELSEWHERE}/authorize"},
    "sign-in page on a look-alike": {"authorization_endpoint": "http://127.0.0.1@evil.example/authorize"},
    "no sign-in page": {"authorization_endpoint": LEFT_OUT},
    "sign-in page a number": {"authorization_endpoint": 7},
    "too long": {"filling": "x" * 300_000},
}

LATER: dict[str, dict[str, Any]] = {
    "token endpoint elsewhere": {"token_endpoint": f"{ELSEWHERE}/token"},
    "token endpoint on an inner host": {"token_endpoint": "http://169.254.169.254/token"},
    "keys elsewhere": {"jwks_uri": f"{ELSEWHERE}/keys"},
    "keys missing": {"jwks_uri": LEFT_OUT},
    "keys are not keys": {"jwks_uri": "{issuer}/.well-known/openid-configuration"},
}


@pytest.mark.parametrize("case", DOCUMENTS)
async def test_documents_that_cannot_be_followed(person: Person, house: House, case: str, events: Events) -> None:
    house.provider.metadata = DOCUMENTS[case]
    assert (await person.get(f"/sign-in/{house.slug}")).status_code == 503
    assert await events(house) == ["provider_down"]


@pytest.mark.parametrize("case", LATER)
async def test_documents_that_fail_later(person: Person, house: House, case: str) -> None:
    issuer = house.provider.issuer
    house.provider.metadata = {
        name: told.format(issuer=issuer) if isinstance(told, str) else told for name, told in LATER[case].items()
    }
    assert (await person.sign_in(house.slug)).status_code == 503


@pytest.mark.parametrize("knob", ["discovery_delay", "token_delay"])
async def test_slow(person: Person, house: House, knob: str) -> None:
    setattr(house.provider, knob, 30.0)
    before = time.monotonic()
    assert (await person.sign_in(house.slug)).status_code == 503
    assert time.monotonic() - before < LIMITS.deadline * 2 + 1


async def test_dripping(person: Person, house: House) -> None:
    """Each byte arrives within every time-out of a read; only the deadline of the whole helps."""
    house.provider.drip = True
    before = time.monotonic()
    assert (await person.get(f"/sign-in/{house.slug}")).status_code == 503
    assert time.monotonic() - before < LIMITS.deadline + 1


async def test_nobody_there(person: Person, house: House, owner: Any) -> None:
    await owner.execute("UPDATE connection SET issuer = $1 WHERE organisation_id = $2", ELSEWHERE, house.id)
    answer = await person.get(f"/sign-in/{house.slug}", headers={"Accept": "application/json"})
    assert answer.status_code == 503
    told = answer.json()
    assert told["code"] == "sign_in.provider_down"
    assert len(told["reference"]) == 12


async def test_plain_http_beyond_loopback(person: Person, house: House, owner: Any) -> None:
    issuer = "http://identity.example"
    await owner.execute("UPDATE connection SET issuer = $1 WHERE organisation_id = $2", issuer, house.id)
    assert (await person.get(f"/sign-in/{house.slug}")).status_code == 503
