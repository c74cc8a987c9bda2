"""Hear at once that a job was left: PostgreSQL's LISTEN on a connection of its own. Missing a ring costs a second."""

from collections.abc import Callable

import asyncpg

from services.kit.db.engine import engine


class Bell:
    """Calls `rung`, on the event loop, whenever a job commits."""

    def __init__(self, rung: Callable[[], None]) -> None:
        self._rung = rung
        self._connection: asyncpg.Connection | None = None

    async def listen(self) -> None:
        """Listen, again if the connection was lost; cheap when it was not."""
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(**engine.config, timeout=5)
            await self._connection.add_listener("job", lambda *_: self._rung())

    async def close(self) -> None:
        """Stop listening."""
        if self._connection is not None and not self._connection.is_closed():
            await self._connection.close(timeout=2)
