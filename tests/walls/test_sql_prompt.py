"""What an SQL prompt under the application's own login can reach: nothing of anybody else."""

import time
from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import msgspec
import pytest
import pytest_asyncio

from services.kit.db.context import ActingContext, payload_of, sign, token_for
from services.kit.settings import Settings
from tests.walls.two_walls import SEE_ALL, see_with, viewers, write
from tests.walls.worlds import World, invent

FORBIDDEN = (
    "SET ROLE nivel_system",
    "SET ROLE nivel_owner",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION nivel_owner",
    "TRUNCATE plan",
    "DELETE FROM plan",
    "DROP TABLE plan",
    "DROP POLICY see ON plan",
    "ALTER TABLE plan DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE plan NO FORCE ROW LEVEL SECURITY",
    "CREATE POLICY mine ON plan USING (true)",
    "CREATE FUNCTION mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "CREATE TABLE mine (id integer)",
    "CREATE TEMPORARY VIEW mine AS SELECT * FROM context_key",
    "SELECT * FROM context_key",
    "SELECT expire_referrals(current_date, now())",
    "COPY plan TO PROGRAM 'cat'",
    "COPY plan TO '/tmp/plan'",
    "SELECT pg_read_file('/etc/passwd')",
    "INSERT INTO share (id) SELECT gen_random_uuid()",
    "UPDATE share SET ended_at = NULL",
    "UPDATE basis SET classes = ARRAY['ability']",
    "UPDATE plan SET goal = ''",
    "INSERT INTO policy_entry (id) SELECT gen_random_uuid()",
    "INSERT INTO client_relation (id) SELECT gen_random_uuid()",
    "UPDATE account SET roles = ARRAY['caseworker']",
    "SELECT * FROM session",
    "SELECT * FROM read_log",
)


@pytest_asyncio.fixture(loop_scope="session")
async def prompt(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(settings.database_url)
    yield connection
    await connection.close()


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def world(owner: asyncpg.Connection) -> World:
    made = invent(30_000)
    await write(owner, made)
    return made


async def test_control_a_genuine_context_sees_rows(
    prompt: asyncpg.Connection, world: World, settings: Settings
) -> None:
    token = token_for(_viewer(world), key=settings.key("context.key"), pid=prompt.get_server_pid())
    assert await see_with(prompt, token), "without this the other tests prove nothing"


@pytest.mark.parametrize("statement", FORBIDDEN)
async def test_forbidden_statement(
    statement: str, prompt: asyncpg.Connection, world: World, settings: Settings
) -> None:
    """Inside a genuine unit of work, as an injected statement would run."""
    token = token_for(_viewer(world), key=settings.key("context.key"), pid=prompt.get_server_pid())
    await prompt.execute(f"BEGIN; SET LOCAL nivel.ctx = '{token}'")
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await prompt.execute(statement)
    finally:
        await prompt.execute("ROLLBACK")


async def test_row_security_off_is_refused(prompt: asyncpg.Connection, world: World) -> None:
    await prompt.execute("SET row_security = off")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await prompt.fetch("SELECT * FROM plan")
    await prompt.execute("RESET row_security")


async def test_another_organisation_set_by_hand(prompt: asyncpg.Connection, world: World, settings: Settings) -> None:
    """The organisation of a genuine token exchanged for another, the signature kept."""
    mine = _viewer(world)
    other = next(o["id"] for o in world.organisations() if o["id"] != mine.organisation_id)
    token = token_for(mine, key=settings.key("context.key"), pid=prompt.get_server_pid())
    assert await see_with(prompt, token.replace(str(mine.organisation_id), str(other))) == set()


async def test_a_token_copied_from_another_connection(
    prompt: asyncpg.Connection, world: World, settings: Settings
) -> None:
    victim = await asyncpg.connect(settings.database_url)
    token = token_for(_viewer(world), key=settings.key("context.key"), pid=victim.get_server_pid())
    await victim.execute(f"BEGIN; SET LOCAL nivel.ctx = '{token}'")
    try:
        shown = await prompt.fetchval(
            "SELECT string_agg(query, '') FROM pg_stat_activity WHERE pid = $1", victim.get_server_pid()
        )
        assert not shown or token not in shown, "a token must not be readable from another connection"
        assert await see_with(prompt, token) == set()
        assert await victim.fetch(SEE_ALL), "the victim itself sees its rows with the same token"
    finally:
        await victim.execute("ROLLBACK")
        await victim.close()


async def test_a_context_kept_for_the_session_grows_stale(
    prompt: asyncpg.Connection, world: World, settings: Settings
) -> None:
    """SET without LOCAL keeps the text, but a transaction begun 31 seconds after its issue sees nothing."""
    old = payload_of(_viewer(world), pid=prompt.get_server_pid(), issued=time.time() - 31)
    await prompt.execute(f"SET nivel.ctx = '{sign(settings.key('context.key'), old)}'")
    assert await prompt.fetch(SEE_ALL) == []
    await prompt.execute("RESET nivel.ctx")


async def test_rows_for_others_are_refused(prompt: asyncpg.Connection, world: World, settings: Settings) -> None:
    """A genuine user may not write as another organisation, nor about a person it does not serve."""
    mine = _viewer(world)
    assert mine.user_id
    served = {r["person_id"] for r in world.rows["client_relation"] if r["organisation_id"] == mine.organisation_id}
    strangers = [p["id"] for p in world.rows["person"] if p["id"] not in served]
    other = next(o["id"] for o in world.organisations() if o["id"] != mine.organisation_id)
    attempts = [(other, person["id"]) for person in world.rows["person"]]
    attempts += [(mine.organisation_id, person) for person in [*strangers, uuid4()]]
    for owner_id, person_id in attempts:
        token = token_for(mine, key=settings.key("context.key"), pid=prompt.get_server_pid())
        await prompt.execute(f"BEGIN; SET LOCAL nivel.ctx = '{token}'")
        try:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await prompt.execute(
                    "INSERT INTO plan (id, owner_id, person_id, made_on, goal, steps, recorded_by, recorded_at)"
                    " VALUES (gen_random_uuid(), $1, $2, current_date, 'x', '', $3, now())",
                    owner_id,
                    person_id,
                    mine.user_id,
                )
        finally:
            await prompt.execute("ROLLBACK")


async def test_definer_functions_refuse_strangers(prompt: asyncpg.Connection, world: World, settings: Settings) -> None:
    """The few functions that see all rows act for the context's own organisation only."""
    mine = _viewer(world)
    foreign = next(
        r["id"] for r in world.rows["referral"] if mine.organisation_id not in (r["sender_id"], r["receiver_id"])
    )
    theirs = [b["id"] for b in world.rows["basis"] if b["source_id"] != mine.organisation_id and b["person_id"]]
    token = token_for(mine, key=settings.key("context.key"), pid=prompt.get_server_pid())
    await prompt.execute(f"BEGIN; SET LOCAL nivel.ctx = '{token}'")
    try:
        assert [await prompt.fetchval("SELECT open_permission_shares($1)", basis) for basis in theirs] == [0] * len(
            theirs
        )
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await prompt.fetchval("SELECT open_referral_shares($1)", foreign)
    finally:
        await prompt.execute("ROLLBACK")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await prompt.fetchval("SELECT register_anchor(NULL)")


async def test_a_session_needs_its_proof(prompt: asyncpg.Connection, owner: asyncpg.Connection, world: World) -> None:
    """Without the key nobody opens a session for an account and comes back through the front door."""
    before = await owner.fetchval("SELECT count(*) FROM session")
    for proof in (None, "", "0" * 64):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await prompt.execute(
                "SELECT open_session(sha256('mine'), $1, $2, 'i', 's', NULL, '', now(), 3600, $3)",
                world.organisations()[0]["id"],
                uuid4(),
                proof,
            )
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await prompt.fetchval("SELECT genuine('session', 'x', 'y')")
    assert await owner.fetchval("SELECT count(*) FROM session") == before


def _viewer(world: World) -> ActingContext:
    """A caseworker of an organisation that is no party to at least one referral."""
    outsider = next(
        o["id"]
        for o in world.organisations()
        if any(o["id"] not in (r["sender_id"], r["receiver_id"]) for r in world.rows["referral"])
    )
    actor = next(actor for actor in viewers(world, 1))
    return msgspec.structs.replace(actor, organisation_id=outsider, roles=frozenset({"caseworker"}), now=world.now)
