"""Is the PostgreSQL wall whole? Questions to the catalogue, asked after every migration and by the tests."""

from collections.abc import Sequence

import asyncpg

LOGINS = ("nivel_api", "nivel_worker")

HOLES = {
    "row security is not forced": """
        SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
          AND NOT (relrowsecurity AND relforcerowsecurity) AND relname <> ALL ($1) AND $2::text[] IS NOT NULL""",
    "a login role may truncate, delete, reference or set triggers": """
        SELECT DISTINCT table_name || ': ' || privilege_type || ' to ' || grantee
        FROM information_schema.role_table_grants WHERE table_schema = 'public' AND grantee = ANY ($2)
          AND (privilege_type IN ('TRUNCATE', 'REFERENCES', 'TRIGGER')
               OR privilege_type = 'DELETE' AND table_name <> ALL (ARRAY['login_state'])) AND $1::text[] IS NOT NULL""",
    "a table outside the wall is open to a login role": """
        SELECT DISTINCT table_name || ' to ' || grantee FROM information_schema.role_table_grants
        WHERE table_schema = 'public' AND grantee = ANY ($2) AND table_name = ANY ($1)""",
    "a login role owns something": """
        SELECT relname::text FROM pg_class WHERE pg_get_userbyid(relowner) = ANY ($2) AND $1::text[] IS NOT NULL""",
    "a role may bypass row security or is a superuser": """
        SELECT rolname::text FROM pg_roles WHERE (rolbypassrls OR rolsuper)
          AND rolname = ANY ($2 || ARRAY['nivel_owner', 'nivel_system']) AND $1::text[] IS NOT NULL""",
    "a login role may become another role": """
        SELECT member::regrole || ' -> ' || roleid::regrole FROM pg_auth_members
        WHERE pg_get_userbyid(member) = ANY ($2) AND $1::text[] IS NOT NULL""",
    "a definer function has another owner than nivel_system or an open search_path": """
        SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef
          AND (pg_get_userbyid(proowner) <> 'nivel_system' OR NOT coalesce(proconfig::text, '') LIKE '%search_path=%')
          AND $1::text[] IS NOT NULL AND $2::text[] IS NOT NULL""",
    "a view runs with its owner's rights": """
        SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm')
          AND NOT coalesce('security_invoker=true' = ANY (reloptions), false)
          AND $1::text[] IS NOT NULL AND $2::text[] IS NOT NULL""",
    "everybody may run a function": """
        SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace
          AND has_function_privilege('public', oid, 'EXECUTE')
          AND $1::text[] IS NOT NULL AND $2::text[] IS NOT NULL""",
}


class WallFault(Exception):
    """The wall has a hole; the message names every hole found."""


async def verify_walls(connection: asyncpg.Connection, *, outside: Sequence[str]) -> None:
    """Raise WallFault unless every question about holes has an empty answer; `outside` names tables without row security."""
    found = [
        f"{what}: {row[0]}"
        for what, question in HOLES.items()
        for row in await connection.fetch(question, list(outside), list(LOGINS))
    ]
    if found:
        raise WallFault("\n".join(found))
