"""Organisations whose identity providers lie when a test tells them to."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from uuid import UUID

import asyncpg
import msgspec
import pytest
import pytest_asyncio
from litestar import Litestar

from services.api.app import create_app
from tests.api.sign_in.probes import ROUTES
from tests.support.alliance import a_cast
from tests.support.browser import Person
from tests.support.hostile_provider import CLIENT_ID, HostileProvider, hostile_provider
from tests.support.started_app import started


class House(msgspec.Struct, frozen=True):
    """An organisation that signs in through a hostile provider."""

    id: UUID
    slug: str
    name: str
    provider: HostileProvider


MakeHouse = Callable[[HostileProvider], Awaitable[House]]
Events = Callable[[House], Awaitable[list[str]]]


@pytest.fixture(scope="session")
def one_provider() -> Iterator[HostileProvider]:
    with hostile_provider() as running:
        yield running


@pytest.fixture(scope="session")
def other_provider() -> Iterator[HostileProvider]:
    with hostile_provider() as running:
        yield running


@pytest.fixture
def provider(one_provider: HostileProvider) -> HostileProvider:
    """The provider of `house`, honest at the start of the test."""
    one_provider.reset()
    return one_provider


@pytest.fixture
def provider_elsewhere(other_provider: HostileProvider) -> HostileProvider:
    """The provider of `house_elsewhere`."""
    other_provider.reset()
    return other_provider


@pytest_asyncio.fixture(loop_scope="session")
async def houses(owner: asyncpg.Connection) -> MakeHouse:
    """Makes an organisation of a fresh alliance that signs in through a given provider."""

    async def make(provider: HostileProvider) -> House:
        member = (await a_cast(owner))["voima"]
        await owner.execute(
            "UPDATE connection SET issuer = $1, client_id = $2, secret_name = 'oidc/voima' WHERE organisation_id = $3",
            provider.issuer,
            CLIENT_ID,
            member.id,
        )
        return House(member.id, member.slug, member.name, provider)

    return make


@pytest_asyncio.fixture(loop_scope="session")
async def house(houses: MakeHouse, provider: HostileProvider) -> House:
    return await houses(provider)


@pytest_asyncio.fixture(loop_scope="session")
async def house_elsewhere(houses: MakeHouse, provider_elsewhere: HostileProvider) -> House:
    return await houses(provider_elsewhere)


@pytest_asyncio.fixture(loop_scope="session")
async def events(owner: asyncpg.Connection) -> Events:
    """What the organisation's record says came of its sign-ins, in order."""

    async def read(house: House) -> list[str]:
        rows = await owner.fetch("SELECT result FROM sign_in_event WHERE organisation_id = $1 ORDER BY at", house.id)
        return [row["result"] for row in rows]

    return read


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def probes(app: Litestar) -> AsyncIterator[Litestar]:
    """The application with the routes of probes.py."""
    running = create_app(app.state.settings, engine_is_open=True)
    for route in ROUTES:
        running.register(route)
    async with started(running):
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def coach(probes: Litestar, house: House, owner: asyncpg.Connection) -> AsyncIterator[Person]:
    """A browser signed in at `house` as a coach, at the application with probes."""
    async with Person(probes) as browser:
        await browser.sign_in(house.slug)
        await owner.execute("UPDATE account SET roles = '{coach}' WHERE sub = $1", house.provider.sub)
        yield browser
