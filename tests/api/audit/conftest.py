"""The log is counted here, so every test has a database of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest_asyncio

from services.kit.settings import Settings
from tests.support.cluster import Cluster
from tests.support.worker_login import engine_on


@pytest_asyncio.fixture(loop_scope="session")
async def alone(clone_database: Callable[[], Awaitable[Settings]]) -> Settings:
    """Settings of this test's own database."""
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
