"""The job row is the truth: outbox, idempotency key, retry state, dead letter. A broker only rings the bell."""

from piccolo.columns import JSONB, UUID, Integer, Text, Timestamptz
from piccolo.table import Table


class Job(Table, tablename="job"):
    """One thing to do later. `payload` holds ids only; `acting` is the context the worker opens its unit with."""

    id = UUID(primary_key=True)
    organisation_id = UUID(default=None, null=True)
    queue = Text(default="default")
    name = Text(default=None)
    payload = JSONB(default="{}")
    acting = JSONB(default=None, null=True)
    next_at = Timestamptz(default=None)
    dispatches = Integer(default=0)
    attempts = Integer(default=0)
    created_at = Timestamptz(default=None)
    done_at = Timestamptz(default=None, null=True)
    dead_at = Timestamptz(default=None, null=True)
    error = Text(default=None, null=True)


class Schedule(Table, tablename="schedule"):
    """A job that comes back: every so many seconds, or by a cron text in Helsinki time."""

    name = Text(primary_key=True)
    job = Text(default=None)
    every_seconds = Integer(default=None, null=True)
    cron = Text(default=None, null=True)
    next_at = Timestamptz(default=None)
    last_at = Timestamptz(default=None, null=True)
