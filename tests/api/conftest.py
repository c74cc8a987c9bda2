"""The real application before the real PostgreSQL, for every test that speaks HTTP."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import msgspec
import pytest
import pytest_asyncio
from litestar import Litestar

from services.api.app import create_app
from services.api.oidc import Limits
from services.kit.settings import Settings
from tests.support.alliance import Cast
from tests.support.browser import Person
from tests.support.party import Party, signed_in_party
from tests.support.started_app import empty_assets, started

LIMITS = Limits(deadline=2.0)
SERVING = {"kaupunki": "caseworker", "voima": "coach", "paja": "coach", "opisto": "guidance_counsellor"}


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def app(database: Settings, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Litestar]:
    """The application on this worker's database, with a short patience for identity providers."""
    settings = msgspec.structs.replace(database, web=empty_assets(tmp_path_factory.mktemp("web")))
    async with started(create_app(settings, engine_is_open=True, limits=LIMITS)) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def person(app: Litestar) -> AsyncIterator[Person]:
    """A browser that has never been here."""
    async with Person(app) as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def parties(app: Litestar, cast: Cast) -> AsyncIterator[dict[str, Party]]:
    """Whoever serves clients at each of the four organisations of a fresh alliance, signed in, by folder."""
    async with AsyncExitStack() as stack:
        yield {
            folder: await stack.enter_async_context(signed_in_party(app, cast, folder, who))
            for folder, who in SERVING.items()
        }


@pytest.fixture
def city(parties: dict[str, Party]) -> Party:
    """The employment authority's caseworker."""
    return parties["kaupunki"]


@pytest.fixture
def firm(parties: dict[str, Party]) -> Party:
    """The staffing firm's coach."""
    return parties["voima"]


@pytest.fixture
def workshop(parties: dict[str, Party]) -> Party:
    """The workshop's coach."""
    return parties["paja"]


@pytest.fixture
def college(parties: dict[str, Party]) -> Party:
    """The college's guidance counsellor."""
    return parties["opisto"]
