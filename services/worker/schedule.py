"""The installation's own jobs come back: exactly one worker makes each tick, and a missed stretch makes one tick."""

import asyncio
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from cronsim import CronSim

from services.kit.clock import HELSINKI
from services.kit.db.unit import execute, fetch, fetch_value, installation_unit
from services.kit.jobs.rows import DATABASE_AWAY
from services.worker.job import Job

TICKS = UUID("0c1e7b0e-6d43-4b9c-9a3e-6f1d9a54c7b2")
"""Namespace: a tick's id follows from its schedule and its time, so it exists once."""
PULSE = 1.0

DECLARE = """
INSERT INTO schedule (name, job, every_seconds, cron, next_at) VALUES ($1, $1, $2, $3, $4)
ON CONFLICT (name) DO UPDATE SET every_seconds = $2, cron = $3, next_at = least(schedule.next_at, $5)
"""
DUE = "SELECT name, job, every_seconds, cron, next_at FROM schedule WHERE next_at <= now() AND name = ANY ($1)"
# While the last one is still open (slow, or tried again) there is nothing to catch up with.
TICK = """
INSERT INTO job (id, name, payload, next_at, created_at)
SELECT $1, $2, '{}', now(), now()
WHERE NOT EXISTS (SELECT FROM job WHERE name = $2 AND acting IS NULL AND done_at IS NULL AND dead_at IS NULL)
ON CONFLICT DO NOTHING
"""

logger = logging.getLogger(__name__)


def next_time(now: datetime, every_seconds: int | None, cron: str | None) -> datetime:
    """The next instant after `now`; a nightly job runs once in the nights when Helsinki changes its clocks."""
    if every_seconds:
        return now + timedelta(seconds=every_seconds)
    return next(CronSim(cron or "", now.astimezone(HELSINKI)))


async def declare(jobs: Iterable[Job]) -> None:
    """Write the schedules down as the code has them: a new one starts at once, a known one is never put off."""
    async with installation_unit():
        now: datetime = await fetch_value("SELECT now()")
        for job in jobs:
            latest = next_time(now, job.every_seconds, job.cron)
            first = now if job.every_seconds else latest
            await execute(DECLARE, job.name, job.every_seconds, job.cron, first, latest)


async def tick(names: list[str]) -> int:
    """Leave a job for each schedule that is due; returns how many were. Another worker at it means nothing to do."""
    async with installation_unit():
        if not await fetch_value("SELECT pg_try_advisory_xact_lock(hashtext('nivel.schedule'))"):
            return 0
        now: datetime = await fetch_value("SELECT now()")
        due = await fetch(DUE, names)
        for row in due:
            await execute(TICK, uuid5(TICKS, f"{row['name']}|{row['next_at'].isoformat()}"), row["job"])
            upcoming = next_time(now, row["every_seconds"], row["cron"])
            await execute(
                "UPDATE schedule SET next_at = $2, last_at = $3 WHERE name = $1", row["name"], upcoming, row["next_at"]
            )
        if due:
            await execute("SELECT pg_notify('job', '')")
        return len(due)


async def keep_time(jobs: list[Job]) -> None:
    """Declare the schedules and tick until cancelled; waits out an absent database."""
    names: list[str] = []
    while True:
        try:
            if not names:
                await declare(jobs)
                names = [job.name for job in jobs]
            await tick(names)
        except DATABASE_AWAY as error:
            logger.warning("schedule waits: %s", type(error).__name__)
        await asyncio.sleep(PULSE)
