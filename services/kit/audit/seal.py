"""Seal the read log: chain its rows per alliance every few seconds, store the newest hash outside the database."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec

from services.kit import storage
from services.kit.audit.chain import LogRow, hash_of_link, hash_of_rows, is_genuine
from services.kit.audit.log import log_key
from services.kit.clock import system_clock
from services.kit.db.context import ActingContext
from services.kit.db.unit import call_narrow, execute, fetch, fetch_row, installation_unit
from services.kit.errors import NotAllowed

MOST_ROWS = 2000
"""Rows of one link; a burst becomes several."""
KEPT_FOR = timedelta(days=10 * 366)
"""How long a root is locked in the store, on the store's own clock."""
BUCKET = "log"

logger = logging.getLogger(__name__)


class SealState(msgspec.Struct, frozen=True, kw_only=True):
    """How far an alliance's log is sealed; links and roots are 0 when there is none yet."""

    sealed_rows: int
    waiting_rows: int
    newest_link: int
    sealed_at: datetime | None
    newest_root: int
    root_stored_at: datetime | None


async def seal_waiting(now: datetime) -> int:
    """Seal what can be sealed of every alliance, one transaction each; returns the rows sealed.

    A row with a wrong MAC is sealed as it stands and reported: leaving it out would let one forged row stop the log.
    """
    sealed, failure = 0, None
    for row in await call_narrow("SELECT alliances_to_seal() AS alliance_id"):
        try:
            while count := await _seal_next(row["alliance_id"], now):
                sealed += count
        except (OSError, asyncpg.PostgresError) as error:
            failure = error  # one alliance's trouble leaves the others' chains going
    if failure:
        raise failure
    return sealed


async def _seal_next(alliance_id: UUID, now: datetime) -> int:
    async with installation_unit():
        head = await fetch_row("SELECT * FROM take_chain($1)", alliance_id)
        if head is None:
            return 0
        found = await fetch("SELECT * FROM rows_to_seal($1, $2)", alliance_id, MOST_ROWS)
        if not found:
            return 0
        rows = [row_of(record) for record in found]
        for row in rows:
            if not is_genuine(log_key(), row):
                logger.error("read log: row %s does not carry the MAC of this installation", row.id)
        number, rows_hash = head["number"] + 1, hash_of_rows(rows)
        sealed = await fetch_row(
            "SELECT add_seal($1, $2, $3, $4, $5, $6) AS hash",
            alliance_id, number, [row.id for row in rows], rows_hash, head["hash"], now,
        )  # fmt: skip
        assert sealed is not None and sealed["hash"] == hash_of_link(head["hash"], number, rows_hash)
        if number == 1:  # the first root is not kept waiting for its minute
            await execute("UPDATE schedule SET next_at = now() WHERE name = 'audit.root'")
        return len(rows)


def row_of(record: asyncpg.Record) -> LogRow:
    """A row of `read_log` as the hashes see it."""
    return LogRow(**{name: record[name] for name in LogRow.__struct_fields__})


async def store_roots(now: datetime) -> int:
    """Store the newest link of every chain as an object under retention; returns how many. Safe to repeat.

    Raises StorageUnavailable when the store is away: sealing goes on, the roots follow.
    """
    waiting = await call_narrow("SELECT * FROM roots_to_store()")
    if waiting:
        await storage.ensure_buckets()
    for root in waiting:
        key = f"{root['alliance_id']}/{root['number']}.json"
        content = {
            "alliance": root["alliance_id"],
            "number": root["number"],
            "hash": root["hash"].hex(),
            "rows": root["rows"],
        }
        await storage.put(BUCKET, key, msgspec.json.encode(content), retain_until=system_clock() + KEPT_FOR)
        await call_narrow(
            "SELECT add_root($1, $2, $3, $4, $5)", root["alliance_id"], root["number"], key, root["rows"], now
        )
    return len(waiting)


async def seal_state(actor: ActingContext) -> SealState:
    """How far the log of the actor's alliance is sealed, inside the open unit; NotAllowed but for a privacy officer."""
    if "privacy_officer" not in actor.roles:
        raise NotAllowed("audit.for_privacy_officers")
    state = await fetch_row("SELECT * FROM seal_state()")
    assert state is not None
    return SealState(**dict(state.items()))
