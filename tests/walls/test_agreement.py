"""Both walls agree: on generated worlds PostgreSQL shows every viewer exactly the rows that the Python rule allows.

And the comparison bites: every planted fault is found by the same worlds.
"""

import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from services.domain.migrate import apply_policies, policy_script
from services.kit.db.context import payload_of, sign
from services.kit.settings import Settings
from tests.support.cluster import Cluster
from tests.walls.faults import FAULTS, Fault
from tests.walls.two_walls import disagreements, see_with, viewers, write
from tests.walls.worlds import World, invent

WORLDS = int(os.environ.get("WORLDS", "320"))
GROUP = 20
WORLDS_PER_FAULT = 60


@pytest_asyncio.fixture(loop_scope="session")
async def login(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(settings.database_url)
    yield connection
    await connection.close()


@pytest.mark.parametrize("first", range(0, WORLDS, GROUP))
async def test_walls_agree(
    first: int, login: asyncpg.Connection, owner: asyncpg.Connection, settings: Settings
) -> None:
    seen = 0
    for seed in range(first, first + GROUP):
        world = invent(seed)
        await write(owner, world)
        assert await disagreements(login, world, settings.key("context.key")) == [], f"world {seed}"
        seen += await _seen_through_shares(login, world, settings)
    assert seen > 0, "the worlds must let something through shares, or agreement proves nothing"


async def test_no_context_sees_nothing(
    login: asyncpg.Connection, owner: asyncpg.Connection, settings: Settings
) -> None:
    world = invent(10_000_000)
    await write(owner, world)
    assert await login.fetch("SELECT id FROM card_identity") == []
    assert await _hostile_contexts_see(login, world, settings) == set()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.replace(" ", "_"))
async def test_planted_fault_is_found(
    fault: Fault, clone_database: Callable[[], Awaitable[Settings]], postgres: Cluster
) -> None:
    settings = await clone_database()
    superuser = await asyncpg.connect(postgres.dsn("postgres", postgres.database_of(settings)))
    owner = await asyncpg.connect(settings.owner_database_url)
    await apply_policies(owner, context_key=settings.key("context.key"), script=fault.plant(policy_script()))
    login = await asyncpg.connect(settings.database_url)
    try:
        assert await _found(login, superuser, settings), f"{WORLDS_PER_FAULT} worlds did not notice: {fault.name}"
    finally:
        for connection in (superuser, owner, login):
            await connection.close()


async def _found(login: asyncpg.Connection, superuser: asyncpg.Connection, settings: Settings) -> bool:
    for seed in range(WORLDS_PER_FAULT):
        world = invent(seed)
        await write(superuser, world)
        if await disagreements(login, world, settings.key("context.key")):
            return True
        if await _hostile_contexts_see(login, world, settings):
            return True
    return False


async def _seen_through_shares(login: asyncpg.Connection, world: World, settings: Settings) -> int:
    """Rows of others that some viewer saw in this world."""
    total = 0
    for actor in viewers(world, 5):
        payload = payload_of(actor, pid=login.get_server_pid(), issued=time.time())
        rows = await see_with(login, sign(settings.key("context.key"), payload))
        own = {
            row["id"]
            for table in ("plan", "ability")
            for row in world.rows[table]
            if row["owner_id"] == actor.organisation_id
        }
        total += len({row for row in rows if row[0] in ("plan", "ability") and row[1] not in own})
    return total


async def _hostile_contexts_see(login: asyncpg.Connection, world: World, settings: Settings) -> set[tuple[str, object]]:
    """What hostile contexts show: set by hand, under a wrong key, from another connection, an hour old."""
    key, pid, now = settings.key("context.key"), login.get_server_pid(), time.time()
    seen: set[tuple[str, object]] = set()
    for actor in viewers(world, 5):
        genuine = payload_of(actor, pid=pid, issued=now)
        for token in (
            "0" * 64 + "." + genuine,
            sign(uuid4().bytes * 2, genuine),
            sign(key, payload_of(actor, pid=pid + 1, issued=now)),
            sign(key, payload_of(actor, pid=pid, issued=now - 3600)),
        ):
            seen |= await see_with(login, token)
    return seen
