"""Makes the database and its login roles, as superuser; safe to repeat."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import asyncpg

ROLES = Path(__file__).with_name("roles.sql")
LOGINS = ("nivel_owner", "nivel_api", "nivel_worker")


def prepare_database(superuser_dsn: str, passwords: Mapping[str, str], database: str = "nivel") -> None:
    """Create the roles of roles.sql with these passwords (letters and digits), and `database` owned by nivel_owner."""
    asyncio.run(_prepare(superuser_dsn, passwords, database))


async def _prepare(superuser_dsn: str, passwords: Mapping[str, str], database: str) -> None:
    connection = await asyncpg.connect(superuser_dsn)
    try:
        await connection.execute(ROLES.read_text())
        for login in LOGINS:
            if not passwords[login].isalnum():
                raise ValueError(f"the password of {login} may hold letters and digits only")
            await connection.execute(f"alter role {login} password '{passwords[login]}'")
        if not await connection.fetchval("select true from pg_database where datname = $1", database):
            await connection.execute(f'create database "{database}" owner nivel_owner')
        await connection.execute(f'revoke all on database "{database}" from public')
        await connection.execute(f'grant connect on database "{database}" to nivel_api, nivel_worker')
    finally:
        await connection.close()
