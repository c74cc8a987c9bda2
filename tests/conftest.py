"""The fixtures every test may ask for: one PostgreSQL per session, one migrated template, one clone per xdist worker."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from services.kit.audit.log import open_log
from services.kit.crypto import open_keys
from services.kit.db.engine import close_engine, open_engine
from services.kit.settings import Settings
from tests.support.alliance import Cast, a_cast
from tests.support.cluster import Cluster, shared_cluster
from tests.support.secret_files import write_secrets
from tests.support.worker_login import engine_on


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Cluster]:
    """The session's PostgreSQL with the migrated template; the first xdist worker that asks starts it for all."""
    base = tmp_path_factory.getbasetemp()
    with shared_cluster(base if worker_id == "master" else base.parent) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """NIVEL_SECRETS of the tests: every key the product asks for, and a client secret per organisation of Lakeus."""
    folder = tmp_path_factory.mktemp("secrets")
    write_secrets(folder)
    return folder


@pytest.fixture(scope="session")
def settings(postgres: Cluster, secrets: Path, worker_id: str) -> Iterator[Settings]:
    """Settings of a demonstration on this worker's own clone of the template."""
    name = f"nivel_{worker_id}"
    asyncio.run(postgres.clone(name))
    yield postgres.settings(name, secrets)
    asyncio.run(postgres.drop(name))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def database(settings: Settings) -> AsyncIterator[Settings]:
    """The engine, open as `nivel_api` on this worker's clone, with the keys of the log and of identity numbers."""
    open_log(settings.key("log.key"))
    open_keys(identity=settings.key("identity.key"), master=settings.key("master.key"))
    await open_engine(settings.database_url, context_key=settings.key("context.key"), name="nivel test")
    yield settings
    await close_engine()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def owner(postgres: Cluster, settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """A superuser on the same clone, whom no wall stops: to plant rows, and to look at what an act left behind."""
    connection = await asyncpg.connect(postgres.dsn("postgres", postgres.database_of(settings)))
    yield connection
    await connection.close()


@pytest_asyncio.fixture(loop_scope="session")
async def cast(database: Settings, owner: asyncpg.Connection) -> Cast:
    """A fresh alliance, and the engine open: what nearly every test of the walls and the API starts from."""
    return await a_cast(owner)


@pytest_asyncio.fixture(loop_scope="session")
async def clone_database(
    postgres: Cluster, secrets: Path, worker_id: str
) -> AsyncIterator[Callable[[], Awaitable[Settings]]]:
    """Call it for the settings of a database of one's own, for tests that break the schema or count across alliances."""
    made: list[str] = []

    async def clone() -> Settings:
        made.append(f"nivel_{worker_id}_{len(made)}")
        await postgres.clone(made[-1])
        return postgres.settings(made[-1], secrets)

    yield clone
    for name in made:
        await postgres.drop(name)


@pytest_asyncio.fixture(loop_scope="session")
async def alone(clone_database: Callable[[], Awaitable[Settings]]) -> Settings:
    """Settings of a database of this test's own, for tests that count."""
    return await clone_database()


@pytest_asyncio.fixture(loop_scope="session")
async def superuser(alone: Settings, postgres: Cluster) -> AsyncIterator[asyncpg.Connection]:
    """Whom no wall stops, on the same database."""
    connection = await asyncpg.connect(postgres.dsn("postgres", postgres.database_of(alone)))
    yield connection
    await connection.close()


@pytest_asyncio.fixture(loop_scope="session")
async def as_api(alone: Settings) -> AsyncIterator[None]:
    """The engine as `nivel_api`."""
    async with engine_on(alone, worker=False):
        yield


@pytest_asyncio.fixture(loop_scope="session")
async def as_worker(alone: Settings) -> AsyncIterator[None]:
    """The engine as `nivel_worker`, which may log reads as well as seal."""
    async with engine_on(alone, worker=True):
        yield
