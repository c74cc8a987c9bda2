"""Each tick of a schedule is one job, however many workers keep time and however long nobody did."""

import asyncio
from datetime import datetime, timedelta

import asyncpg
import pytest

from services.kit.clock import system_clock
from services.kit.db.unit import call_narrow
from services.kit.jobs.rows import claim
from services.worker.job import Job, run_job
from services.worker.schedule import declare, tick

pytestmark = pytest.mark.usefixtures("as_worker")


async def nothing(now: datetime) -> None:
    """An effect that cannot fail."""


BEAT = Job(name="test.beat", effect=nothing, installation=True, every_seconds=10)


async def jobs(superuser: asyncpg.Connection) -> int:
    return int(await superuser.fetchval("SELECT count(*) FROM job"))


async def test_four_workers_make_one_tick(superuser: asyncpg.Connection) -> None:
    await declare([BEAT])
    due = await asyncio.gather(*(tick(["test.beat"]) for _ in range(4)))
    assert sum(due) == 1
    assert await tick(["test.beat"]) == 0
    assert await jobs(superuser) == 1


async def test_a_missed_stretch_is_caught_up_once(superuser: asyncpg.Connection) -> None:
    await declare([BEAT])
    await superuser.execute("UPDATE schedule SET next_at = now() - interval '1 day'")
    assert [await tick(["test.beat"]), await tick(["test.beat"])] == [1, 0]
    assert await jobs(superuser) == 1
    assert await superuser.fetchval("SELECT next_at - now() BETWEEN interval '8 s' AND interval '10 s' FROM schedule")


async def test_an_open_job_is_not_piled_upon(superuser: asyncpg.Connection) -> None:
    await declare([BEAT])
    for _ in range(3):
        await superuser.execute("UPDATE schedule SET next_at = now()")
        await tick(["test.beat"])
    assert await jobs(superuser) == 1
    for job_id, _ in await claim("default", 1, timedelta(minutes=1)):
        await run_job(BEAT, job_id, system_clock)
    await superuser.execute("UPDATE schedule SET next_at = now()")
    await tick(["test.beat"])
    assert await jobs(superuser) == 2


async def test_a_restart_puts_nothing_off_and_brings_nothing_forward(superuser: asyncpg.Connection) -> None:
    night = Job(name="test.night", effect=nothing, installation=True, cron="15 3 * * *")
    await declare([BEAT, night])
    await tick(["test.beat", "test.night"])
    assert await jobs(superuser) == 1
    before = await superuser.fetch("SELECT name, next_at FROM schedule ORDER BY name")
    await declare([BEAT, night])
    assert await superuser.fetch("SELECT name, next_at FROM schedule ORDER BY name") == before
    await superuser.execute("UPDATE schedule SET next_at = now() + interval '1 year'")
    await declare([BEAT, night])
    assert await superuser.fetchval("SELECT max(next_at) < now() + interval '25 hours' FROM schedule")


async def test_an_undeclared_schedule_rests(superuser: asyncpg.Connection) -> None:
    await declare([BEAT])
    assert await tick(["test.other"]) == 0
    assert await jobs(superuser) == 0


async def test_the_installations_jobs_go_a_day_after_they_ended_or_a_month_after_they_failed(
    superuser: asyncpg.Connection,
) -> None:
    await superuser.execute("""
        INSERT INTO job (id, name, payload, next_at, created_at, organisation_id, acting, done_at)
        SELECT gen_random_uuid(), 'x', '{}', now(), now(), o, CASE WHEN o IS NOT NULL THEN '{}'::jsonb END, d
        FROM (VALUES (NULL::uuid), (gen_random_uuid())) orgs (o),
             (VALUES (NULL::timestamptz), (now()), (now() - interval '2 days')) times (d)""")
    assert [row["prune_jobs"] for row in await call_narrow("SELECT prune_jobs()")] == [1]
    assert await jobs(superuser) == 5
    await superuser.execute("UPDATE job SET done_at = NULL, dead_at = now() - interval '29 days'")
    assert [row["prune_jobs"] for row in await call_narrow("SELECT prune_jobs()")] == [0]
    await superuser.execute("UPDATE job SET dead_at = now() - interval '31 days'")
    assert [row["prune_jobs"] for row in await call_narrow("SELECT prune_jobs()")] == [2]
    assert await jobs(superuser) == 3
