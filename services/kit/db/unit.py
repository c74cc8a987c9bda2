"""`unit_of_work`: one transaction, one acting context, sent to PostgreSQL in one trip."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from piccolo.engine.exceptions import TransactionError
from piccolo.engine.postgres import PostgresTransaction

from services.kit.db.context import ActingContext, token_for
from services.kit.db.engine import engine


class _Unit(PostgresTransaction):
    """Piccolo's transaction with the context in its BEGIN; releases its connection however the transaction ends."""

    __slots__ = ("acting", "reading")

    def __init__(self, acting: ActingContext | None, *, reading: bool) -> None:
        try:
            super().__init__(engine, allow_nested=False)
        except TransactionError as error:
            raise RuntimeError("a unit of work is open already: nested units would silently join it") from error
        self.acting, self.reading = acting, reading

    async def begin(self) -> None:
        token = ""
        if self.acting:
            token = token_for(self.acting, key=engine.context_key, pid=self.connection.get_server_pid())
        # A read only writes its log row: losing the last second of it in a crash is accepted (decision 0005).
        relaxed = "SET LOCAL synchronous_commit = off;" if self.reading else ""
        try:
            await self.connection.execute(f"BEGIN; SET LOCAL nivel.ctx = '{token}';{relaxed}")
        except BaseException:
            await self._release()
            raise

    async def commit(self) -> None:
        await self.connection.execute("COMMIT")
        self._committed = True

    async def rollback(self) -> None:
        await self.connection.execute("ROLLBACK")
        self._rolled_back = True

    async def __aexit__(self, exception_type: object, exception: object, traceback: object) -> bool:
        try:
            if exception_type is None:
                await self.commit()
            elif not self.connection.is_closed():
                await self.rollback()
        finally:
            engine.current_transaction.reset(self.context)
            await self._release()
        return False

    async def _release(self) -> None:
        assert engine.pool is not None
        await engine.pool.release(self.connection)


@asynccontextmanager
async def unit_of_work(acting: ActingContext, *, reading: bool = False) -> AsyncIterator[None]:
    """Open the transaction in which everything of one request or job happens; commits at its end, rolls back on error.

    `reading` marks a unit whose only writes are read-log rows (asynchronous commit). Never open one in a web
    framework's dependency, never `asyncio.gather` inside one: it is one connection.
    """
    async with _Unit(acting, reading=reading):
        yield


@asynccontextmanager
async def installation_unit() -> AsyncIterator[None]:
    """A transaction without an acting context, for the installation's own jobs: only narrow functions act in it."""
    async with _Unit(None, reading=False):
        yield


def _connection() -> asyncpg.Connection:
    unit = engine.current_transaction.get()
    if unit is None:
        raise RuntimeError("no unit of work is open")
    connection: asyncpg.Connection = unit.connection
    return connection


async def fetch(sql: str, *values: object) -> list[asyncpg.Record]:
    """All rows of one statement with `$1` parameters, inside the open unit."""
    return list(await _connection().fetch(sql, *values))


async def fetch_row(sql: str, *values: object) -> asyncpg.Record | None:
    """The first row, or None."""
    return await _connection().fetchrow(sql, *values)


async def fetch_value(sql: str, *values: object) -> Any:
    """The first column of the first row, or None."""
    return await _connection().fetchval(sql, *values)


async def execute(sql: str, *values: object) -> str:
    """Run one statement; returns PostgreSQL's command tag, such as `UPDATE 1`."""
    return str(await _connection().execute(sql, *values))


async def call_narrow(sql: str, *values: object) -> list[asyncpg.Record]:
    """Call one of the narrow system functions that exist before a context does (sign-in, sessions, limits)."""
    assert engine.pool is not None, "open_engine first"
    async with engine.pool.acquire() as connection:
        return list(await connection.fetch(sql, *values))
