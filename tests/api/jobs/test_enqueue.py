"""A job is left inside an act, in the actor's own name, once for each key."""

import asyncio
import json
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from services.kit.db.unit import execute, fetch_value, unit_of_work
from services.kit.jobs.queue import enqueue
from tests.support.worker_login import somebody

pytestmark = pytest.mark.usefixtures("as_api")


async def test_a_job_commits_with_its_act_and_rings(superuser: asyncpg.Connection) -> None:
    rung = asyncio.Event()
    await superuser.add_listener("job", lambda *_: rung.set())
    actor = somebody("coach", "approver")
    async with unit_of_work(actor):
        job_id = await enqueue(actor, "outcomes.react", {"outcome": "7", "step": 2})
        assert not rung.is_set()
    await asyncio.wait_for(rung.wait(), 2)
    row = await superuser.fetchrow("SELECT * FROM job WHERE id = $1", job_id)
    assert (row["name"], json.loads(row["payload"])) == ("outcomes.react", {"outcome": "7", "step": 2})
    assert row["organisation_id"] == actor.organisation_id
    assert (row["attempts"], row["dispatches"], row["queue"]) == (0, 0, "default")
    acting = json.loads(row["acting"])
    assert acting == {
        "alliance_id": str(actor.alliance_id),
        "organisation_id": str(actor.organisation_id),
        "user_id": str(actor.user_id),
        "person_id": None,
        "roles": ["approver", "coach"],
        "purpose": "service_delivery",
    }


async def test_a_refused_act_leaves_no_job(superuser: asyncpg.Connection) -> None:
    actor = somebody()

    async def refused() -> None:
        async with unit_of_work(actor):
            await enqueue(actor, "outcomes.react", {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await refused()
    assert await superuser.fetchval("SELECT count(*) FROM job") == 0


async def test_one_key_makes_one_job_for_each_organisation(superuser: asyncpg.Connection) -> None:
    ids: list[UUID] = []
    one, other = somebody(), somebody()
    for actor in (one, one, other):
        async with unit_of_work(actor):
            ids.append(await enqueue(actor, "claims.check", {}, key="claim 1"))
            ids.append(await enqueue(actor, "claims.check", {}, key="claim 1"))
    assert len(set(ids)) == 2
    assert await superuser.fetchval("SELECT count(*) FROM job") == 2


async def test_a_job_for_later_is_due_later_on_the_databases_clock(superuser: asyncpg.Connection) -> None:
    actor = msgspec.structs.replace(somebody(), now=somebody().now + timedelta(days=200))
    async with unit_of_work(actor):
        await enqueue(actor, "claims.check", {}, at=actor.now + timedelta(hours=1))
    assert await superuser.fetchval("SELECT next_at = created_at + interval '1 hour' FROM job")


async def test_an_organisation_sees_its_own_jobs_only() -> None:
    actor = somebody()
    async with unit_of_work(actor):
        await enqueue(actor, "claims.check", {})
    async with unit_of_work(actor):
        assert await fetch_value("SELECT count(*) FROM job") == 1
    async with unit_of_work(somebody()):
        assert await fetch_value("SELECT count(*) FROM job") == 0


INSERT = """
INSERT INTO job (id, organisation_id, name, payload, acting, next_at, created_at)
VALUES ($1, {}, 'x', '{{}}', {}, now(), now())
"""


async def test_the_signed_context_may_be_written_down() -> None:
    async with unit_of_work(somebody()):
        await execute(INSERT.format("ctx_org()", "ctx_acting()"), uuid4())


@pytest.mark.parametrize(
    ("organisation", "acting"),
    [
        ("gen_random_uuid()", "ctx_acting()"),
        ("ctx_org()", 'ctx_acting() || \'{"roles": ["approver"]}\''),
        ("ctx_org()", "ctx_acting() || jsonb_build_object('organisation_id', gen_random_uuid())"),
        ("ctx_org()", "ctx_acting() || jsonb_build_object('purpose', 'statistics')"),
        ("NULL", "NULL"),
    ],
)
async def test_nobody_leaves_a_job_in_anothers_name(organisation: str, acting: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with unit_of_work(somebody()):
            await execute(INSERT.format(organisation, acting), uuid4())


@pytest.mark.parametrize("change", ["done_at = now()", "next_at = now()", "acting = NULL", "payload = '{}'"])
async def test_nobody_changes_a_job_they_left(change: str) -> None:
    actor = somebody()
    async with unit_of_work(actor):
        await enqueue(actor, "claims.check", {})
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with unit_of_work(actor):
            await execute(f"UPDATE job SET {change}")
