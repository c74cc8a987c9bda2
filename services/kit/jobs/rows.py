"""The worker's side of the job table: claim, keep, give back, mark. Every function is one statement, one trip.

The row is the only authority over retries: a broker may lose, double or delay whatever it likes.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec

from services.kit.db.context import ActingContext
from services.kit.db.unit import call_narrow, fetch_value
from services.kit.errors import Invalid, NivelError, NotAllowed, NotFound, WallBreach

MOST_DISPATCHES = 25
"""A job given out so often without an answer kills its workers or is known to none: it is set aside."""
FINAL = (Invalid, NotAllowed, NotFound, WallBreach)
"""The same question gets the same answer: such a failure is not tried again."""

DATABASE_AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""What a statement raises while the database is down, starting or not yet migrated."""

CLAIM = f"""
WITH due AS (
    SELECT id FROM job WHERE queue = $1 AND done_at IS NULL AND dead_at IS NULL AND next_at <= now()
    ORDER BY next_at LIMIT $2 FOR UPDATE SKIP LOCKED),
given AS (
    UPDATE job SET next_at = now() + $3, dispatches = dispatches + 1,
        dead_at = CASE WHEN dispatches >= {MOST_DISPATCHES} THEN now() END,
        error = CASE WHEN dispatches >= {MOST_DISPATCHES} THEN 'never answered' ELSE error END
    FROM due WHERE job.id = due.id RETURNING job.id, job.name, job.dead_at)
SELECT id, name FROM given WHERE dead_at IS NULL
"""
# A row that its job has locked is left alone: it is held by its transaction, not by its lease.
KEEP = """
UPDATE job SET next_at = now() + $2 WHERE id IN (
    SELECT id FROM job WHERE id = ANY ($1) AND done_at IS NULL AND dead_at IS NULL FOR UPDATE SKIP LOCKED)
"""
GIVE_BACK = """
UPDATE job SET next_at = now(), dispatches = dispatches - 1
WHERE id = ANY ($1) AND done_at IS NULL AND dead_at IS NULL
"""
OPEN = "SELECT payload, acting FROM job WHERE id = $1 AND name = $2 AND done_at IS NULL AND dead_at IS NULL"
DONE = """
UPDATE job SET done_at = now(), error = NULL WHERE id = $1 AND done_at IS NULL AND dead_at IS NULL RETURNING true
"""
FAILED = """
UPDATE job SET attempts = attempts + 1, error = $2,
    dead_at = CASE WHEN $3 OR attempts + 1 >= $4 THEN now() END,
    next_at = now() + least(interval '1 hour', interval '1 second' * power(2, attempts)) * (0.5 + random())
WHERE id = $1 AND done_at IS NULL AND dead_at IS NULL
"""


class Acting(msgspec.Struct, frozen=True):
    """Who asked for a job, as `ctx_acting()` wrote it."""

    alliance_id: UUID
    organisation_id: UUID
    user_id: UUID | None
    person_id: UUID | None
    roles: frozenset[str]
    purpose: str

    def at(self, now: datetime) -> ActingContext:
        """The worker's context in the asker's name."""
        return ActingContext(
            kind="worker",
            alliance_id=self.alliance_id,
            organisation_id=self.organisation_id,
            user_id=self.user_id,
            person_id=self.person_id,
            roles=self.roles,
            purpose=self.purpose,
            now=now,
        )


class OpenJob(msgspec.Struct, frozen=True):
    """A job that waits to be done. `acting` is None for the installation's own."""

    payload: dict[str, str | int]
    acting: Acting | None


async def claim(queue: str, most: int, lease: timedelta) -> list[tuple[UUID, str]]:
    """At most `most` due jobs (id, name), which nobody else is given before `lease` is over."""
    return [(row["id"], row["name"]) for row in await call_narrow(CLAIM, queue, most, lease)]


async def keep(ids: Sequence[UUID], lease: timedelta) -> None:
    """Prolong the lease of jobs that wait in this process."""
    await call_narrow(KEEP, list(ids), lease)


async def give_back(ids: Sequence[UUID]) -> None:
    """Make claimed but unstarted jobs due at once."""
    await call_narrow(GIVE_BACK, list(ids))


async def open_job(job_id: UUID, name: str) -> OpenJob | None:
    """The job, unless it is done, dead or of another name."""
    rows = await call_narrow(OPEN, job_id, name)
    if not rows:
        return None
    acting = rows[0]["acting"]
    return OpenJob(
        payload=msgspec.json.decode(rows[0]["payload"], type=dict[str, str | int]),
        acting=msgspec.json.decode(acting, type=Acting) if acting else None,
    )


async def mark_done(job_id: UUID) -> bool:
    """Mark the job done inside the open unit; False when another delivery was first. Locks the row until the end."""
    return bool(await fetch_value(DONE, job_id))


async def mark_done_after(job_id: UUID) -> None:
    """Mark a repeatable job done, outside a unit, once its effect has happened."""
    await call_narrow(DONE, job_id)


async def mark_failed(job_id: UUID, error: BaseException, *, most_attempts: int) -> None:
    """Count the failure; set the next attempt (1 s doubling to 1 h, times a random 0.5 to 1.5) or set the job aside."""
    await call_narrow(FAILED, job_id, describe(error), isinstance(error, FINAL), most_attempts)


def describe(error: BaseException) -> str:
    """Type and code only: an error's message may hold what a person typed."""
    code = error.code if isinstance(error, NivelError) else ""
    if isinstance(error, asyncpg.PostgresError):
        code = f"{error.sqlstate} {error.constraint_name or ''}".strip()
    return f"{type(error).__name__} {code}".strip()
