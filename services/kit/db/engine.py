"""The one Piccolo engine of a process. It is made without a connection and told at start where its database is."""

import asyncpg
from piccolo.engine.postgres import PostgresEngine

# Planning a statement under row security takes longer than running it, so it is planned once for each connection.
SETTINGS = {
    "plan_cache_mode": "force_generic_plan",
    "idle_in_transaction_session_timeout": "60s",
    "statement_timeout": "30s",
}


class NivelEngine(PostgresEngine):
    """Piccolo's engine connects when it is made, to ask for the server's version; this one waits for `open_engine`."""

    context_key: bytes = b""

    async def check_version(self) -> None:
        """Nothing to ask before there is a connection; `nivel migrate` checks the version."""

    async def prep_database(self) -> None:
        """No extension is needed."""


engine = NivelEngine(config={})


async def _keep_session(_: asyncpg.Connection) -> None:
    """No RESET between units: nothing here sets session state, SET LOCAL ends with its transaction (one trip saved)."""


async def open_engine(dsn: str, *, context_key: bytes, size: int = 8, name: str = "nivel") -> None:
    """Connect a pool of at most `size` connections. `context_key` is the 32-byte key that signs acting contexts."""
    engine.config = {"dsn": dsn}
    engine.context_key = context_key
    await engine.start_connection_pool(
        min_size=1,
        max_size=size,
        command_timeout=60,
        reset=_keep_session,
        server_settings={"application_name": name, **SETTINGS},
    )


async def close_engine() -> None:
    """Close the pool; a second call does nothing."""
    if engine.pool:
        await engine.close_connection_pool()
