"""Bring the database to the present: migrations forwards, policies made anew, walls verified."""

from pathlib import Path

import asyncpg
from piccolo.apps.migrations.commands.forwards import ForwardsMigrationManager

from services.domain.walls import verify_walls
from services.kit.db.context import pads_of
from services.kit.db.engine import close_engine, engine, open_engine
from services.kit.settings import Settings

SERVICES = Path(__file__).resolve().parents[1]

# Lowest first: a file may use the tables, views and functions of those above it in this list.
POLICY_FILES = tuple(
    SERVICES / part / "policies.sql"
    for part in (
        "kit/db",
        "kit/identity",
        "kit/jobs",
        "kit/audit",
        "domain/organisations",
        "domain/sharing",
        "domain/people",
        "domain/referrals",
        "domain/outcomes",
    )
)

# Tables without row security: Piccolo's own history, and the key that no login role may touch at all.
OUTSIDE_THE_WALL = ("migration", "context_key")

CLEAR = """
DO $$
DECLARE thing record;
BEGIN
    FOR thing IN SELECT oid::regprocedure AS name, pg_get_userbyid(proowner) AS owner FROM pg_proc
                 WHERE pronamespace = 'public'::regnamespace
                   AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e') LOOP
        EXECUTE format('SET LOCAL ROLE %I', thing.owner);
        EXECUTE format('DROP FUNCTION IF EXISTS %s CASCADE', thing.name);
    END LOOP;
    RESET ROLE;
    FOR thing IN SELECT viewname AS name FROM pg_views WHERE schemaname = 'public' LOOP
        EXECUTE format('DROP VIEW IF EXISTS %I CASCADE', thing.name);
    END LOOP;
    FOR thing IN SELECT policyname AS name, tablename FROM pg_policies WHERE schemaname = 'public' LOOP
        EXECUTE format('DROP POLICY %I ON %I', thing.name, thing.tablename);
    END LOOP;
    FOR thing IN SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace
                 AND relkind IN ('r', 'S') AND pg_get_userbyid(relowner) = current_user LOOP
        EXECUTE format('REVOKE ALL ON %I FROM nivel_api, nivel_worker', thing.name);
    END LOOP;
END $$;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO nivel_api, nivel_worker, nivel_system;
GRANT CREATE ON SCHEMA public TO nivel_system;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
"""

CLOSE = """
DO $$
DECLARE thing record;
BEGIN
    FOR thing IN SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
                 AND relname <> ALL ($outside$) LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', thing.name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', thing.name);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO nivel_system', thing.name);
        EXECUTE format('CREATE POLICY system_all ON %I TO nivel_system USING (true) WITH CHECK (true)', thing.name);
    END LOOP;
    FOR thing IN SELECT oid::regprocedure AS name FROM pg_proc WHERE pronamespace = 'public'::regnamespace
                 AND prosecdef AND pg_get_userbyid(proowner) <> 'nivel_system' LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO nivel_system', thing.name);
    END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM nivel_system;
"""


def policy_script() -> str:
    """Every policies.sql in order, as one script."""
    return "\n".join(path.read_text() for path in POLICY_FILES)


async def apply_policies(connection: asyncpg.Connection, *, context_key: bytes, script: str | None = None) -> None:
    """Drop and make anew every policy, view and function in one transaction: nobody ever sees a gap in the wall.

    `connection` is the owner's. `script` replaces the policy files in tests that plant a fault.
    """
    inner, outer = pads_of(context_key)
    outside = "ARRAY[" + ", ".join(f"'{name}'" for name in OUTSIDE_THE_WALL) + "]"
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext('nivel.migrate'))")
        await connection.execute(CLEAR)
        await connection.execute(policy_script() if script is None else script)
        await connection.execute(CLOSE.replace("$outside$", outside))
        await connection.execute("SET LOCAL ROLE nivel_system")
        await connection.execute(
            "INSERT INTO context_key VALUES (1, $1, $2) ON CONFLICT (id) DO UPDATE SET inner_pad = $1, outer_pad = $2",
            inner,
            outer,
        )
        await connection.execute("RESET ROLE")


async def migrate(settings: Settings) -> None:
    """Migrations forwards, policies anew, walls verified; raises WallFault when a wall has a hole."""
    key = settings.key("context.key")
    await open_engine(settings.owner_database_url, context_key=key, size=2, name="nivel migrate")
    try:
        result = await ForwardsMigrationManager(app_name="nivel").run()
        if not result.success:
            raise RuntimeError(f"migration failed: {result.message}")
        assert engine.pool is not None
        async with engine.pool.acquire() as connection:
            await apply_policies(connection, context_key=key)
            await verify_walls(connection, outside=OUTSIDE_THE_WALL)
    finally:
        await close_engine()
