"""Real worker processes, killed at any time: every effect happens exactly once."""

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from services.kit.db.unit import unit_of_work
from services.kit.jobs.queue import enqueue
from services.kit.settings import Settings
from tests.support.cluster import Cluster
from tests.support.worker_login import engine_on, somebody
from tests.support.working import LEDGER, Working

JOBS = 100
Start = Callable[[], Working]


@pytest_asyncio.fixture(loop_scope="session")
async def ledger(superuser: asyncpg.Connection) -> asyncpg.Connection:
    """The superuser's connection to a database with the ledger that the test jobs write to."""
    await superuser.execute(LEDGER)
    return superuser


@pytest.fixture
def start(alone: Settings, ledger: asyncpg.Connection, tmp_path: Path) -> Iterator[Start]:
    """Start a worker on this test's database; whatever is left is killed."""
    started: list[Working] = []

    def another() -> Working:
        started.append(Working(alone, tmp_path / f"worker-{len(started)}.log"))
        return started[-1]

    yield another
    for worker in started:
        worker.kill()


async def leave(alone: Settings, name: str, count: int, **payload: int) -> None:
    actor = somebody()
    async with engine_on(alone, worker=False):
        for claim in range(1, count + 1):
            async with unit_of_work(actor):
                await enqueue(actor, name, {"claim": claim, **payload})


async def until(ledger: asyncpg.Connection, question: str, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not await ledger.fetchval(question):
        assert time.monotonic() < end, [dict(row) for row in await ledger.fetch("SELECT * FROM job LIMIT 5")]
        await asyncio.sleep(0.05)


ALL_DONE = "SELECT bool_and(done_at IS NOT NULL) FROM job WHERE name = 'test.pay'"
PAID = "SELECT count(*) FROM ledger WHERE claim > 0"


async def test_a_worker_killed_again_and_again_pays_each_claim_once(
    alone: Settings, ledger: asyncpg.Connection, start: Start
) -> None:
    await leave(alone, "test.pay", JOBS, milliseconds=50)
    for paid in (10, 40, 70):
        worker = start()
        await until(ledger, f"SELECT {paid} <= ({PAID})")
        worker.kill()
        assert not await ledger.fetchval(ALL_DONE)
    start()
    await until(ledger, ALL_DONE)
    assert await ledger.fetchval(PAID) == JOBS
    assert await ledger.fetchval("SELECT count(DISTINCT claim) FROM ledger WHERE claim > 0") == JOBS
    assert await ledger.fetchval("SELECT max(dispatches) FROM job WHERE name = 'test.pay'") > 1


async def test_sigterm_lets_running_jobs_end_and_gives_the_others_back(
    alone: Settings, ledger: asyncpg.Connection, start: Start
) -> None:
    await leave(alone, "test.pay", 30, milliseconds=700)
    worker = start()
    await until(ledger, "SELECT count(*) >= 8 FROM job WHERE dispatches > 0 AND name = 'test.pay'")
    await asyncio.sleep(0.3)
    began = time.monotonic()
    assert worker.end() == 0
    assert time.monotonic() - began < 5
    paid = await ledger.fetchval(PAID)
    assert 8 <= paid < 30
    assert paid == await ledger.fetchval("SELECT count(*) FROM job WHERE done_at IS NOT NULL AND name = 'test.pay'")
    assert await ledger.fetchval(
        "SELECT bool_and(next_at <= now()) FROM job WHERE done_at IS NULL AND name = 'test.pay'"
    )


async def test_a_job_that_fails_is_tried_again_then_set_aside_without_its_message(
    alone: Settings, ledger: asyncpg.Connection, start: Start
) -> None:
    await leave(alone, "test.stumble", 1)
    worker = start()
    await until(ledger, "SELECT dead_at IS NOT NULL FROM job WHERE name = 'test.stumble'")
    row = await ledger.fetchrow("SELECT * FROM job WHERE name = 'test.stumble'")
    assert (row["attempts"], row["error"]) == (3, "RuntimeError")
    assert await ledger.fetchval(PAID) == 0
    assert worker.said("job test.stumble") and not worker.said("Aino") and not worker.said("010101")


async def test_two_workers_keep_one_time_and_catch_up_once(ledger: asyncpg.Connection, start: Start) -> None:
    workers = [start(), start()]
    for worker in workers:
        worker.wait_until_said("worker ready")
    await asyncio.sleep(4)
    workers.pop().kill()
    beats = await ledger.fetchval("SELECT count(*) FROM ledger")
    assert 2 <= beats <= 6
    assert await ledger.fetchval("""
        SELECT min(gap) > interval '0.9 s' FROM (
            SELECT created_at - lag(created_at) OVER (ORDER BY created_at) AS gap
            FROM job WHERE name = 'test.beat') gaps
        WHERE gap IS NOT NULL""")
    workers.pop().kill()
    await ledger.execute("DELETE FROM ledger; UPDATE schedule SET next_at = now() - interval '1 hour'")
    start().wait_until_said("worker ready")
    await until(ledger, "SELECT count(*) > 0 FROM ledger")
    assert await ledger.fetchval("SELECT count(*) FROM ledger") == 1


async def test_a_worker_waits_for_its_database_and_can_be_stopped_while_it_waits(
    alone: Settings, ledger: asyncpg.Connection, postgres: Cluster, start: Start
) -> None:
    outside = await asyncpg.connect(postgres.dsn("postgres", "postgres"))
    closing = f'ALTER DATABASE "{postgres.database_of(alone)}" WITH ALLOW_CONNECTIONS '
    await outside.execute(closing + "false")
    early, late = start(), start()
    for worker in (early, late):
        worker.wait_until_said("waiting for the database")
    assert early.end(5) == 0
    await outside.execute(closing + "true")
    await outside.close()
    late.wait_until_said("worker ready")
    await leave(alone, "test.pay", 1)
    await until(ledger, ALL_DONE)


async def test_a_worker_survives_the_loss_of_all_its_connections(
    alone: Settings, ledger: asyncpg.Connection, start: Start
) -> None:
    worker = start()
    worker.wait_until_said("worker ready")
    await leave(alone, "test.pay", 20, milliseconds=200)
    await until(ledger, f"SELECT 8 <= ({PAID})")
    await ledger.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'nivel_worker'")
    await until(ledger, ALL_DONE)
    assert await ledger.fetchval(PAID) == 20
    await ledger.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'nivel_worker'")
    assert worker.end() == 0
