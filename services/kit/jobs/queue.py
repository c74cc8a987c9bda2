"""Ask for work later, inside the act: the job commits with it or not at all."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid4, uuid5

import msgspec

from services.kit.db.context import ActingContext
from services.kit.db.unit import fetch

JOBS = UUID("5d1f5cb2-7c1a-4d0e-9b57-2a4b1f6a9c3e")
"""Namespace of the ids that are derived from a key."""

# The acting context is copied by PostgreSQL from the signed one, and the policy on `job` compares the two: nobody can
# leave work for the worker in another's name. Due times run on the database's clock, so a shifted clock is taken out.
ENQUEUE = """
WITH fresh AS (
    INSERT INTO job (id, organisation_id, name, payload, acting, next_at, created_at)
    VALUES ($1, ctx_org(), $2, $3::jsonb, ctx_acting(),
            now() + coalesce($4::timestamptz - ctx_now(), interval '0'), now())
    ON CONFLICT DO NOTHING RETURNING id)
SELECT pg_notify('job', '') FROM fresh
"""


async def enqueue(
    actor: ActingContext,
    name: str,
    payload: Mapping[str, str | int],
    *,
    key: str | None = None,
    at: datetime | None = None,
) -> UUID:
    """Leave a job for the worker, which runs it as `actor`; returns its id.

    `payload` holds ids, never names or identity numbers. With `key` the same name and key of one organisation make
    one job, however often they are asked for. `at` is on the actor's clock (default: at once).
    """
    job_id = uuid4() if key is None else uuid5(JOBS, f"{name}|{actor.organisation_id}|{key}")
    await fetch(ENQUEUE, job_id, name, msgspec.json.encode(payload).decode(), at)
    return job_id
