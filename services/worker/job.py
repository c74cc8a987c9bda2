"""What a job is: a name, what it does, and how its effect and its done-mark stay one thing."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.kit.clock import Clock
from services.kit.db.unit import installation_unit, unit_of_work
from services.kit.errors import NotAllowed
from services.kit.jobs.rows import DATABASE_AWAY, OpenJob, describe, mark_done, mark_done_after, mark_failed, open_job

Effect = Callable[..., Awaitable[object]]

MOST_ATTEMPTS = 8
SCHEDULED_ATTEMPTS = 4
"""A job of the installation is given up sooner: its schedule brings the next one."""
TIME_LIMIT = 60.0
"""Seconds, within the database's own limit on a transaction that does nothing."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Job:
    """One kind of job. `repeatable`: the effect opens its own transactions, and may happen again after a crash."""

    name: str
    effect: Effect
    installation: bool = False
    repeatable: bool = False
    every_seconds: int | None = None
    cron: str | None = None
    most_attempts: int = MOST_ATTEMPTS
    time_limit: float = TIME_LIMIT


JOBS: dict[str, Job] = {}


def _declare(job: Job) -> None:
    if job.name in JOBS:
        raise ValueError(f"job {job.name} is declared twice")
    JOBS[job.name] = job


def job(name: str, *, most_attempts: int = MOST_ATTEMPTS, time_limit: float = TIME_LIMIT) -> Callable[[Effect], Effect]:
    """Declare what happens when an organisation's job `name` is due: `async def effect(actor, **payload)`.

    It runs in a unit of work of the one who asked (kind worker, today's clock), which also marks the job done: both
    commit or neither, and a second delivery does nothing. `time_limit` is in seconds.
    """

    def declare(effect: Effect) -> Effect:
        _declare(Job(name=name, effect=effect, most_attempts=most_attempts, time_limit=time_limit))
        return effect

    return declare


def installation_job(
    name: str, *, every_seconds: int | None = None, cron: str | None = None, repeatable: bool = False
) -> Callable[[Effect], Effect]:
    """Declare a job of the installation itself, on a schedule: `async def effect(now)`, without an acting context.

    It sees no row; it calls narrow functions. Either `every_seconds`, or `cron` (five fields, Helsinki time).
    """

    def declare(effect: Effect) -> Effect:
        if (every_seconds is None) == (cron is None):
            raise ValueError(f"job {name} needs either every_seconds or cron")
        _declare(
            Job(
                name=name,
                effect=effect,
                installation=True,
                most_attempts=SCHEDULED_ATTEMPTS,
                repeatable=repeatable,
                every_seconds=every_seconds,
                cron=cron,
            )
        )
        return effect

    return declare


async def run_job(kind: Job, job_id: UUID, clock: Clock) -> None:
    """Do the job once and mark it done; a failure is counted in its row and never raised, for messages hold data."""
    try:
        waiting = await open_job(job_id, kind.name)
        if waiting is None:
            return
        async with asyncio.timeout(kind.time_limit):
            await _do(kind, job_id, waiting, clock())
    except Exception as error:  # noqa: BLE001 - whatever an effect raises belongs into its row
        logger.warning("job %s %s failed: %s", kind.name, job_id, describe(error))
        await _count_failure(kind, job_id, error)


async def _count_failure(kind: Job, job_id: UUID, error: Exception) -> None:
    try:
        await mark_failed(job_id, error, most_attempts=kind.most_attempts)
    except DATABASE_AWAY as away:
        logger.warning("job %s %s waits for its lease to end: %s", kind.name, job_id, describe(away))


async def _do(kind: Job, job_id: UUID, waiting: OpenJob, now: datetime) -> None:
    if kind.installation != (waiting.acting is None):
        raise NotAllowed("jobs.wrong_actor")
    if waiting.acting is not None:
        actor = waiting.acting.at(now)
        async with unit_of_work(actor):
            if await mark_done(job_id):
                await kind.effect(actor, **waiting.payload)
    elif kind.repeatable:
        await kind.effect(now)
        await mark_done_after(job_id)
    else:
        async with installation_unit():
            if await mark_done(job_id):
                await kind.effect(now)
