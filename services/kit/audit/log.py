"""Write the read log: one statement per request, however many kinds of record it showed."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import msgspec

from services.kit.audit.chain import LogRow, mac_of
from services.kit.db.context import ActingContext
from services.kit.db.unit import execute, unit_of_work

SHOWN = "shown"

INSERT = """
INSERT INTO read_log (id, alliance_id, organisation_id, user_id, at, purpose, surface, result, data_class,
                      person_ids, record_ids, basis_ids, mac)
SELECT r.id, $1, $2, $3, $4, $5, $6, $7, r.data_class, r.person_ids, r.record_ids, r.basis_ids, decode(r.mac, 'hex')
FROM jsonb_to_recordset($8::jsonb)
    AS r(id uuid, data_class text, person_ids uuid[], record_ids uuid[], basis_ids uuid[], mac text)
"""

_key = b""


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """What was shown of one class: of whom, which records, on which bases (empty for the organisation's own)."""

    data_class: str
    person_ids: Sequence[UUID] = ()
    record_ids: Sequence[UUID] = ()
    basis_ids: Sequence[UUID] = ()


def open_log(key: bytes) -> None:
    """Give the process the 32-byte log key; nothing can be logged, and so nothing shown, before."""
    global _key
    _key = key


def log_key() -> bytes:
    """The key given to `open_log`."""
    if not _key:
        raise RuntimeError("the read log is not open: call open_log first")
    return _key


async def log_reads(actor: ActingContext, *, surface: str, reads: Sequence[Read]) -> None:
    """Log inside the open unit what `surface` (for example `people.page`) shows; an empty `reads` writes nothing."""
    if reads:
        await _insert(actor, surface, SHOWN, reads)


async def log_refusal(
    actor: ActingContext, *, surface: str, code: str, data_class: str = "", person_ids: Sequence[UUID] = ()
) -> None:
    """Log a refusal (`code` of the error) in a small unit of its own: the refused one has been rolled back."""
    async with unit_of_work(actor, reading=True):
        await _insert(actor, surface, code, [Read(data_class=data_class, person_ids=person_ids)])


async def _insert(actor: ActingContext, surface: str, result: str, reads: Sequence[Read]) -> None:
    rows = [
        LogRow(
            id=uuid4(),
            alliance_id=actor.alliance_id,
            organisation_id=actor.organisation_id,
            user_id=actor.user_id,
            at=actor.now,
            purpose=actor.purpose,
            surface=surface,
            result=result,
            data_class=read.data_class,
            person_ids=read.person_ids,
            record_ids=read.record_ids,
            basis_ids=read.basis_ids,
        )
        for read in reads
    ]
    parts = [
        {
            "id": row.id,
            "data_class": row.data_class,
            "person_ids": row.person_ids,
            "record_ids": row.record_ids,
            "basis_ids": row.basis_ids,
            "mac": mac_of(log_key(), row).hex(),
        }
        for row in rows
    ]
    await execute(
        INSERT,
        actor.alliance_id,
        actor.organisation_id,
        actor.user_id,
        actor.now,
        actor.purpose,
        surface,
        result,
        msgspec.json.encode(parts).decode(),
    )
