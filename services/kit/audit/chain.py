"""The hashes of the read log, and the question whether a chain of them still holds. Pure: values in, faults out."""

import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

import msgspec

START = bytes(32)
"""What the first link of a chain names as the hash before it."""


class LogRow(msgspec.Struct, frozen=True, kw_only=True):
    """One read as it stands in `read_log`. `mac` is HMAC-SHA256 under a key that the database does not hold."""

    id: UUID
    alliance_id: UUID
    organisation_id: UUID
    user_id: UUID | None
    at: datetime
    purpose: str
    surface: str
    result: str
    data_class: str
    person_ids: Sequence[UUID]
    record_ids: Sequence[UUID]
    basis_ids: Sequence[UUID]
    mac: bytes = b""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """One link of an alliance's chain; numbers start at 1."""

    number: int
    row_ids: Sequence[UUID]
    rows_hash: bytes
    previous: bytes
    hash: bytes


class Root(msgspec.Struct, frozen=True, kw_only=True):
    """A link's hash as it was stored outside the database."""

    number: int
    hash: bytes


class Fault(msgspec.Struct, frozen=True, order=True):
    """Something that was changed after the fact: `what`, in which link, and which row of it where that is known."""

    number: int
    what: str
    row_id: str = ""


def canonical(row: LogRow) -> bytes:
    """All fields but the MAC as one unambiguous text; instants in UTC to the microsecond."""
    ids = [[str(part) for part in parts] for parts in (row.person_ids, row.record_ids, row.basis_ids)]
    who = [str(row.id), str(row.alliance_id), str(row.organisation_id), str(row.user_id or "")]
    at = row.at.astimezone(UTC).isoformat(timespec="microseconds")
    fields = [*who, at, row.purpose, row.surface, row.result, row.data_class, *ids]
    return json.dumps(fields, separators=(",", ":")).encode()


def mac_of(key: bytes, row: LogRow) -> bytes:
    """The MAC that a genuine row carries."""
    return hmac.digest(key, canonical(row), "sha256")


def is_genuine(key: bytes, row: LogRow) -> bool:
    """Whether the row was written by a holder of the log key and is unchanged."""
    return hmac.compare_digest(row.mac, mac_of(key, row))


def hash_of_rows(rows: Sequence[LogRow]) -> bytes:
    """SHA-256 over the rows in their order, each with its MAC."""
    digest = sha256()
    for row in rows:
        digest.update(sha256(canonical(row) + row.mac).digest())
    return digest.digest()


def hash_of_link(previous: bytes, number: int, rows_hash: bytes) -> bytes:
    """SHA-256 over the link before, this link's number (8 bytes, big end first) and its rows."""
    return sha256(previous + number.to_bytes(8, "big") + rows_hash).digest()


def verify(links: Sequence[Link], rows: Mapping[UUID, LogRow], roots: Sequence[Root], *, key: bytes) -> list[Fault]:
    """Every fault of one alliance's chain, lowest link first; empty when it holds.

    `rows` are the alliance's rows by id; those in no link have not been sealed yet and are not judged. `roots` come
    from the object store. What happened to a row before its link's root was stored cannot be told.
    """
    return sorted({*_faults_of_links(links), *_faults_of_rows(links, rows, key), *_faults_of_roots(links, roots)})


def _faults_of_links(links: Sequence[Link]) -> list[Fault]:
    found: list[Fault] = []
    previous = START
    for place, link in enumerate(sorted(links, key=lambda each: each.number), start=1):
        if link.number != place:
            return [*found, Fault(place, "link missing")]
        if link.previous != previous:
            found.append(Fault(place, "link does not follow the one before"))
        if link.hash != hash_of_link(link.previous, link.number, link.rows_hash):
            found.append(Fault(place, "link changed"))
        previous = link.hash
    return found


def _faults_of_rows(links: Sequence[Link], rows: Mapping[UUID, LogRow], key: bytes) -> list[Fault]:
    found: list[Fault] = []
    sealed: set[UUID] = set()
    for link in links:
        present = [rows[row_id] for row_id in link.row_ids if row_id in rows]
        found += [Fault(link.number, "row missing", str(row_id)) for row_id in link.row_ids if row_id not in rows]
        found += [Fault(link.number, "row changed", str(row.id)) for row in present if not is_genuine(key, row)]
        found += [Fault(link.number, "row sealed twice", str(row_id)) for row_id in link.row_ids if row_id in sealed]
        if len(present) == len(link.row_ids) and hash_of_rows(present) != link.rows_hash:
            found.append(Fault(link.number, "rows differ from their seal"))
        sealed.update(link.row_ids)
    return found


def _faults_of_roots(links: Sequence[Link], roots: Sequence[Root]) -> list[Fault]:
    hashes = {link.number: link.hash for link in links}
    return [
        Fault(root.number, "link differs from its stored root")
        for root in roots
        if hashes.get(root.number) != root.hash
    ]
