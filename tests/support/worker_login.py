"""The engine of this process, for a while logged in as the worker."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg

from services.kit.audit.log import open_log
from services.kit.clock import system_clock
from services.kit.db.context import ActingContext
from services.kit.db.engine import close_engine, engine, open_engine
from services.kit.settings import Settings


@asynccontextmanager
async def engine_on(settings: Settings, *, worker: bool) -> AsyncIterator[None]:
    """Replace the engine's pool by one on `settings`, as `nivel_worker` or `nivel_api`, and put the old one back."""
    kept, engine.pool = (engine.pool, engine.config, engine.context_key), None
    dsn = settings.worker_database_url if worker else settings.database_url
    await open_engine(dsn, context_key=settings.key("context.key"), size=5, name="nivel test")
    open_log(settings.key("log.key"))
    try:
        yield
    finally:
        await close_engine()
        engine.pool, engine.config, engine.context_key = kept


async def settled(superuser: asyncpg.Connection) -> None:
    """Wait until every logged read may be sealed: any older transaction of the server, in whichever test, holds it up."""
    end = time.monotonic() + 30
    while await superuser.fetchval(
        "SELECT count(*) FROM read_log WHERE xid >= pg_snapshot_xmin(pg_current_snapshot())"
    ):
        assert time.monotonic() < end, "a transaction stays open"
        await asyncio.sleep(0.02)


def somebody(*roles: str) -> ActingContext:
    """A user of an organisation and an alliance that nobody else knows."""
    return ActingContext(
        kind="user",
        alliance_id=uuid4(),
        organisation_id=uuid4(),
        user_id=uuid4(),
        roles=frozenset(roles or ("caseworker",)),
        purpose="service_delivery",
        now=system_clock(),
    )
