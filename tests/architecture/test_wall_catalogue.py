"""The wall of a migrated database has no hole, and every kind of hole would be found."""

from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from services.domain.migrate import OUTSIDE_THE_WALL, POLICY_FILES, SERVICES
from services.domain.walls import HOLES, WallFault, verify_walls
from services.kit.settings import Settings
from tests.support.alliance import a_cast
from tests.support.cluster import Cluster

PLANTED = {
    "row security is not forced": "ALTER TABLE card_identity NO FORCE ROW LEVEL SECURITY",
    "a login role may truncate, delete, reference or set triggers": "GRANT TRUNCATE ON share TO nivel_api",
    "a table outside the wall is open to a login role": "GRANT SELECT ON context_key TO nivel_worker",
    "a login role owns something": "ALTER TABLE plan OWNER TO nivel_api",
    "a role may bypass row security or is a superuser": "ALTER ROLE nivel_owner BYPASSRLS",
    "a login role may become another role": "GRANT nivel_system TO nivel_api",
    "a definer function has another owner than nivel_system or an open search_path": (
        "CREATE FUNCTION hole() RETURNS integer LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';"
        " REVOKE EXECUTE ON FUNCTION hole() FROM PUBLIC; ALTER FUNCTION hole() OWNER TO nivel_system"
    ),
    "a view runs with its owner's rights": "CREATE VIEW hole AS SELECT * FROM card_identity",
    "everybody may run a function": "GRANT EXECUTE ON FUNCTION ctx_org() TO PUBLIC",
}


async def test_every_slice_with_policies_is_applied() -> None:
    assert sorted(POLICY_FILES) == sorted(SERVICES.glob("**/policies.sql"))


async def test_the_migrated_database_has_no_hole(owner: asyncpg.Connection) -> None:
    await verify_walls(owner, outside=OUTSIDE_THE_WALL)


async def test_every_table_of_the_product_but_two_stands_behind_the_wall(owner: asyncpg.Connection) -> None:
    open_tables = await owner.fetch(
        "SELECT relname::text AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        " AND NOT relforcerowsecurity ORDER BY relname"
    )
    assert [row["name"] for row in open_tables] == ["context_key", "migration"]


def test_a_hole_of_every_kind_is_planted() -> None:
    assert PLANTED.keys() == HOLES.keys()


@pytest.mark.parametrize("hole", PLANTED)
async def test_a_planted_hole_is_found(owner: asyncpg.Connection, hole: str) -> None:
    planting = owner.transaction()
    await planting.start()
    try:
        await owner.execute(PLANTED[hole])
        with pytest.raises(WallFault, match=hole):
            await verify_walls(owner, outside=OUTSIDE_THE_WALL)
    finally:
        await planting.rollback()


async def test_the_logins_of_the_product_see_nothing_without_a_context(
    clone_database: Callable[[], Awaitable[Settings]], postgres: Cluster
) -> None:
    database = postgres.database_of(await clone_database())
    looking = await asyncpg.connect(postgres.dsn("postgres", database))
    await a_cast(looking)
    for login in ("nivel_api", "nivel_worker", "nivel_owner"):
        connection = await asyncpg.connect(postgres.dsn(login, database))
        try:
            seen = 0
            for row in await looking.fetch("SELECT relname FROM pg_class WHERE relforcerowsecurity AND relkind = 'r'"):
                if await looking.fetchval("SELECT has_any_column_privilege($1, $2, 'SELECT')", login, row["relname"]):
                    seen += 1
                    assert await connection.fetchval(f"SELECT count(*) FROM {row['relname']}") == 0, row["relname"]
            assert seen > 5
        finally:
            await connection.close()
    await looking.close()
