"""A job runs once, as the one who asked; its row alone decides whether it is tried again."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from services.kit.db.context import ActingContext
from services.kit.db.unit import call_narrow, execute, fetch_row, unit_of_work
from services.kit.errors import Conflict, NotFound
from services.kit.jobs.queue import enqueue
from services.kit.jobs.rows import MOST_DISPATCHES, claim, give_back, keep
from services.worker.job import Effect, Job, run_job
from tests.support.worker_login import somebody

pytestmark = pytest.mark.usefixtures("as_worker")

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LEASE = timedelta(seconds=60)


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def ledger(superuser: asyncpg.Connection) -> AsyncIterator[None]:
    """Where effects can be counted."""
    await superuser.execute("CREATE TABLE ledger (note text); GRANT INSERT ON ledger TO nivel_worker")
    yield


async def left(actor: ActingContext | None = None, **payload: str | int) -> UUID:
    actor = actor or somebody()
    async with unit_of_work(actor):
        return await enqueue(actor, "test.note", payload)


def kind(effect: Effect, **options: object) -> Job:
    return Job(name="test.note", effect=effect, **options)  # type: ignore[arg-type]  # options of any field


async def note(actor: ActingContext, *, text: str) -> None:
    await execute("INSERT INTO ledger VALUES ($1)", text)


async def run(job: Job, job_id: UUID) -> None:
    await run_job(job, job_id, lambda: NOW)


async def notes(superuser: asyncpg.Connection) -> list[str]:
    return [row["note"] for row in await superuser.fetch("SELECT note FROM ledger")]


async def test_it_runs_as_the_one_who_asked(superuser: asyncpg.Connection) -> None:
    asker = somebody("coach")
    seen: list[object] = []

    async def look(actor: ActingContext) -> None:
        row = await fetch_row("SELECT ctx_kind(), ctx_org(), ctx_user(), ctx_roles(), ctx_purpose(), ctx_now()")
        assert row is not None
        seen.extend(row.values())

    job_id = await left(asker)
    await run(kind(look), job_id)
    assert seen == ["worker", asker.organisation_id, asker.user_id, ["coach"], "service_delivery", NOW]
    assert await superuser.fetchval("SELECT done_at IS NOT NULL FROM job WHERE id = $1", job_id)


async def test_a_second_delivery_does_nothing(superuser: asyncpg.Connection) -> None:
    job_id = await left(text="once")

    async def slowly(actor: ActingContext, *, text: str) -> None:
        await note(actor, text=text)
        await asyncio.sleep(0.1)

    await asyncio.gather(*(run(kind(slowly), job_id) for _ in range(3)))
    await run(kind(slowly), job_id)
    assert await notes(superuser) == ["once"]
    assert await superuser.fetchval("SELECT attempts FROM job") == 0


async def test_a_failure_undoes_the_effect_and_is_tried_again(superuser: asyncpg.Connection) -> None:
    job_id = await left(text="secret name")

    async def fail(actor: ActingContext, *, text: str) -> None:
        await note(actor, text=text)
        raise Conflict("claims.busy", person=text)

    for attempt in (1, 2, 3):
        await run(kind(fail), job_id)
        row = await superuser.fetchrow(
            "SELECT *, extract(epoch FROM next_at - now())::float AS wait FROM job WHERE id = $1", job_id
        )
        assert (row["attempts"], row["dead_at"], row["done_at"]) == (attempt, None, None)
        assert row["error"] == "Conflict claims.busy"
        assert 0.4 * 2 ** (attempt - 1) <= row["wait"] <= 1.5 * 2 ** (attempt - 1)
    assert await notes(superuser) == []
    await run(kind(note), job_id)
    assert await notes(superuser) == ["secret name"]
    assert await superuser.fetchval("SELECT error FROM job") is None


@pytest.mark.parametrize(
    ("error", "attempts"), [(ValueError("Aino Virtanen"), 3), (NotFound("people.no_such_person"), 1)]
)
async def test_it_is_set_aside_after_its_last_attempt(
    superuser: asyncpg.Connection, error: Exception, attempts: int, caplog: pytest.LogCaptureFixture
) -> None:
    job_id = await left()

    async def fail(actor: ActingContext) -> None:
        raise error

    for _ in range(3):
        await run(kind(fail, most_attempts=3), job_id)
    row = await superuser.fetchrow("SELECT * FROM job")
    assert row["dead_at"] and row["attempts"] == attempts
    assert "Aino" not in caplog.text + row["error"]
    assert await claim("default", 5, LEASE) == []


async def test_an_error_of_the_database_keeps_its_message_out_of_the_row(superuser: asyncpg.Connection) -> None:
    async def fail(actor: ActingContext) -> None:
        await execute("SELECT 'Aino'::integer")

    await run(kind(fail), await left())
    assert await superuser.fetchval("SELECT error FROM job") == "InvalidTextRepresentationError 22P02"


async def test_a_failure_that_cannot_be_counted_says_nothing_of_its_cause(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def away(*_: object, **__: object) -> None:
        raise ConnectionRefusedError

    async def fail(actor: ActingContext) -> None:
        raise ValueError("Aino Virtanen")

    monkeypatch.setattr("services.worker.job.mark_failed", away)
    await run(kind(fail), await left())
    assert "waits for its lease to end: ConnectionRefusedError" in caplog.text
    assert "Aino" not in caplog.text


async def test_it_ends_at_its_time_limit(superuser: asyncpg.Connection) -> None:
    async def linger(actor: ActingContext) -> None:
        await asyncio.sleep(5)

    await run(kind(linger, time_limit=0.05), await left())
    assert await superuser.fetchval("SELECT error FROM job") == "TimeoutError"


async def test_a_row_without_an_actor_is_refused(superuser: asyncpg.Connection) -> None:
    job_id = uuid4()
    await superuser.execute(
        "INSERT INTO job (id, name, payload, next_at, created_at) VALUES ($1, 'test.note', '{}', now(), now())", job_id
    )
    await run(kind(note), job_id)
    row = await superuser.fetchrow("SELECT * FROM job")
    assert row["dead_at"] and row["error"] == "NotAllowed jobs.wrong_actor"


async def test_an_organisation_cannot_start_the_installations_job(superuser: asyncpg.Connection) -> None:
    async def prune(now: datetime) -> None:
        await execute("INSERT INTO ledger VALUES ('pruned')")

    await run(kind(prune, installation=True), await left())
    assert await superuser.fetchval("SELECT error FROM job") == "NotAllowed jobs.wrong_actor"
    assert await notes(superuser) == []


async def test_the_name_must_be_the_rows(superuser: asyncpg.Connection) -> None:
    job_id = await left(text="x")
    await run(Job(name="test.other", effect=note), job_id)
    assert await notes(superuser) == []


async def test_a_job_leaves_the_next_one_in_the_same_name(superuser: asyncpg.Connection) -> None:
    asker = somebody()

    async def go_on(actor: ActingContext) -> None:
        await enqueue(actor, "test.next", {})

    await run(kind(go_on), await left(asker))
    rows = await superuser.fetch("SELECT name, acting, organisation_id FROM job")
    assert {row["name"] for row in rows} == {"test.note", "test.next"}
    assert len({(row["acting"], row["organisation_id"]) for row in rows}) == 1


async def test_a_claim_is_a_lease() -> None:
    first, second = await left(), await left()
    assert [job_id for job_id, _ in await claim("default", 1, LEASE)] == [first]
    assert [job_id for job_id, _ in await claim("default", 5, timedelta(0))] == [second]
    await keep([second], LEASE)
    assert await claim("default", 5, LEASE) == []
    await give_back([first])
    assert await claim("default", 5, LEASE) == [(first, "test.note")]


async def test_a_running_job_is_given_to_nobody_however_old_its_lease() -> None:
    job_id = await left()
    assert [(job_id, "test.note")] == await claim("default", 1, timedelta(0))
    claimed: list[object] = []

    async def effect(actor: ActingContext) -> None:
        claimed.extend([await claim("default", 5, LEASE), await call_narrow("SELECT done_at FROM job")])

    await run(kind(effect), job_id)
    assert claimed == [[], [(None,)]]


async def test_a_job_that_is_never_answered_is_set_aside(superuser: asyncpg.Connection) -> None:
    await left()
    given = [len(await claim("default", 5, timedelta(0))) for _ in range(MOST_DISPATCHES + 2)]
    assert sum(given) == MOST_DISPATCHES
    assert await superuser.fetchval("SELECT error FROM job WHERE dead_at IS NOT NULL") == "never answered"
