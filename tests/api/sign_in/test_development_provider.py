"""The certified provider of the demonstration: its own pages, a real code flow, and its own session ended with ours."""

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import httpx2
import pytest
import pytest_asyncio

from infra.environment import NODE_HOME, REPOSITORY, node_programs
from tests.support.alliance import Cast
from tests.support.browser import BASE, Person, location_of

SECRET = "0123456789abcdef"
PROGRAMS = node_programs()

pytestmark = pytest.mark.skipif(
    PROGRAMS is None or not (NODE_HOME / "node_modules").is_dir(), reason="development identity provider: not installed"
)


@pytest.fixture
def issuer(cast: Cast, tmp_path: Path) -> Iterator[str]:
    """The firm's issuer, running with the firm's people."""
    firm = cast["voima"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    users = [
        {"sub": worker.sub, "name": worker.name, "email": worker.email, "groups": []}
        for worker in cast.workers["voima"].values()
    ]
    config = {
        "port": port,
        "base_url": f"http://127.0.0.1:{port}",
        "keys": str(tmp_path / "keys.json"),
        "modules": str(NODE_HOME),
        "issuers": [
            {
                "slug": firm.slug,
                "name": firm.name,
                "client_id": "nivel-test",
                "client_secret": SECRET,
                "redirect_uri": f"{BASE}/auth/{firm.slug}/callback",
                "post_logout_redirect_uri": f"{BASE}/",
                "backchannel_logout_uri": f"{BASE}/auth/{firm.slug}/backchannel",
                "users": users,
            }
        ],
    }
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert PROGRAMS
    with subprocess.Popen([PROGRAMS[0], REPOSITORY / "infra" / "identity.mjs", tmp_path / "config.json"]) as process:
        try:
            address = f"{config['base_url']}/{firm.slug}"
            _wait_for(f"{address}/.well-known/openid-configuration")
            yield address
        finally:
            process.terminate()


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if httpx2.get(address, trust_env=False).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    raise AssertionError("the development identity provider did not start")


@pytest_asyncio.fixture(loop_scope="session")
async def slug(cast: Cast, issuer: str, owner: asyncpg.Connection, secrets: Path) -> str:
    """The firm's slug, its connection and accounts moved to the running issuer."""
    firm = cast["voima"]
    (secrets / "oidc" / firm.slug).write_text(SECRET)
    connection = (
        "UPDATE connection SET issuer = $1, client_id = 'nivel-test', secret_name = $2 WHERE organisation_id = $3"
    )
    await owner.execute(connection, issuer, f"oidc/{firm.slug}", firm.id)
    await owner.execute("UPDATE account SET issuer = $1 WHERE organisation_id = $2", issuer, firm.id)
    return firm.slug


async def test_a_persona_signs_in_and_out(person: Person, cast: Cast, slug: str) -> None:
    coach = cast.worker("voima", "coach")
    await person.sign_in(slug, coach.sub)
    told = await person.session()
    assert told["user"] == coach.name
    assert told["roles"] == sorted(coach.roles)
    # The provider remembers, so a second sign-in asks nothing; another persona is asked for again.
    other = cast.worker("voima", "approver")
    await person.sign_in(slug, other.sub)
    told = await person.session()
    assert told["user"] == other.name

    end = await person.post(f"/o/{slug}/sign-out", data={"csrf_token": told["csrf_token"]})
    page = await person.get(location_of(end))
    assert (await person.get("/api/v1/session")).status_code == 401
    back = await person.fill(page, logout="yes")
    assert location_of(back) == f"{BASE}/"


async def test_without_a_hint_the_person_chooses(person: Person, cast: Cast, slug: str) -> None:
    login = await person.follow(await person.get(f"/sign-in/{slug}"), stop=lambda address: "/interaction/" in address)
    page = await person.get(location_of(login))
    coach = cast.worker("voima", "coach")
    assert f'<option value="{coach.sub}">' in page.text
    await person.follow(await person.fill(page, sub=coach.sub))
    assert (await person.session())["user"] == coach.name


async def test_a_code_counts_once(person: Person, cast: Cast, slug: str) -> None:
    sub = cast.worker("voima", "coach").sub
    address = await person.callback_address(slug, sub)
    code = httpx2.URL(address).params["code"]
    assert (await person.get(address)).status_code == 303
    again = httpx2.URL(await person.callback_address(slug, sub)).copy_set_param("code", code)
    assert (await person.get(again)).status_code == 401


async def test_the_code_of_another_browser_fails_the_proof_key(person: Person, cast: Cast, slug: str) -> None:
    sub = cast.worker("voima", "coach").sub
    mine = httpx2.URL(await person.callback_address(slug, sub))
    theirs = httpx2.URL(await person.callback_address(slug, sub))
    assert (await person.get(mine.copy_set_param("code", theirs.params["code"]))).status_code == 401
