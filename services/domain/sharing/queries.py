"""Questions about shares, bases and the reason why."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg
import msgspec

from services.domain.organisations.queries import Member, members
from services.domain.sharing.access import Sight
from services.domain.sharing.rules import (
    GIVEN_BY_PERSON,
    MEETS_CLIENTS,
    Allowed,
    DataClass,
    RecordKey,
    Refused,
    ShareFact,
    Viewer,
    may_see,
    policy_of,
)
from services.kit.audit.log import Read, log_reads
from services.kit.clock import day_of
from services.kit.db.context import ActingContext
from services.kit.db.unit import fetch, fetch_row, fetch_value
from services.kit.errors import Invalid, NotAllowed, NotFound, Reason


class NoticeView(msgspec.Struct, frozen=True):
    """What the person is told, and the widest scope a permission on it may have. `longest_days` counts both ends."""

    id: UUID
    code: str
    version: int
    texts: dict[str, str]
    classes: tuple[str, ...]
    purposes: tuple[str, ...]
    longest_days: int


class BasisView(msgspec.Struct, frozen=True):
    """A basis as its source and its recipients may see it."""

    id: UUID
    kind: str
    state: str
    person_id: UUID | None
    source_id: UUID
    recipient_ids: tuple[UUID, ...]
    classes: tuple[str, ...]
    purposes: tuple[str, ...]
    valid_from: date
    valid_until: date | None
    reference: str
    recorded_at: datetime
    ended_at: datetime | None

    @property
    def given(self) -> bool:
        """Given by the person, so that the person may withdraw it."""
        return self.kind in GIVEN_BY_PERSON


class ShareView(msgspec.Struct, frozen=True):
    """What the acting organisation lets another see, or sees of another: classes, purposes, term, basis."""

    id: UUID
    source_id: UUID
    recipient_id: UUID
    classes: tuple[str, ...]
    purposes: tuple[str, ...]
    valid_until: date | None
    basis_id: UUID
    basis_kind: str
    live: bool


class Explanation(msgspec.Struct, frozen=True):
    """The decision for a person and a class: `decision` is the very value that guards every read."""

    person_id: UUID
    data_class: str
    purpose: str
    decision: Allowed | Refused
    basis: BasisView | None = None


SHARE_FACTS = """
SELECT s.id AS share_id, s.person_id, s.source_id, s.recipient_id, s.classes, s.purposes, s.valid_from, s.valid_until,
       s.opened_at, s.ended_at, b.id AS basis_id, b.kind AS basis_kind, b.state AS basis_state,
       b.valid_from AS basis_from, b.valid_until AS basis_until, b.ended_at AS basis_ended_at
FROM share s JOIN basis b ON b.id = s.basis_id
WHERE s.recipient_id = $1 AND s.person_id = ANY ($2) ORDER BY s.opened_at DESC LIMIT 5000"""

BASIS = """SELECT id, kind, state, person_id, source_id, recipient_ids, classes, purposes, valid_from, valid_until,
reference, recorded_at, ended_at FROM basis"""


async def viewer_of(actor: ActingContext, known: dict[UUID, Member] | None = None) -> Viewer:
    """The acting organisation as the decision sees it; NotFound when it is not a present member."""
    known = known if known is not None else await members(actor)
    own = known.get(actor.organisation_id)
    if own is None:
        raise NotFound("organisations.not_a_member")
    return Viewer(own.id, own.kind, actor.roles, actor.purpose, actor.now, day_of(actor.now))


async def sight(actor: ActingContext, person_ids: Sequence[UUID]) -> Sight:
    """Everything the decision needs about these persons, read in this transaction and never kept beyond it."""
    known = await members(actor)
    viewer = await viewer_of(actor, known)
    kinds = {member.id: member.kind for member in known.values()}
    shares = [_fact(row, kinds) for row in await fetch(SHARE_FACTS, actor.organisation_id, list(set(person_ids)))]
    lines = await fetch(
        "SELECT source_kind, recipient_kind, data_class, purpose, basis_kind FROM policy_entry WHERE recipient_kind = $1",
        viewer.kind,
    )
    return Sight(viewer, tuple(shares), policy_of((a, b, c, d, e) for a, b, c, d, e in lines), kinds)


async def explain_access(
    actor: ActingContext, *, person_id: UUID, data_class: str, source_id: UUID | None = None
) -> Explanation:
    """Why the acting organisation may or may not see what others hold of a class of a person, for the acting purpose.

    `source_id` asks about one holder (its own rows included). The answer for a person whom the viewer cannot know
    equals the one for an id that does not exist. Who asked is logged: the answer tells what is shared.
    """
    if data_class not in set(DataClass):
        raise Invalid([Reason("sharing.unknown_class", "class")])
    eyes = await sight(actor, [person_id])
    sources = {share.source_id for share in eyes.shares} if source_id is None else {source_id}
    if source_id == actor.organisation_id and not await serves(actor, person_id):
        sources = set()
    for source in sorted(sources):
        key = RecordKey(source, eyes.kinds.get(source, ""), person_id, data_class)
        decision = may_see(eyes.viewer, key, eyes.shares, eyes.policy)
        if isinstance(decision, Allowed):
            basis = await basis_of(actor, decision.basis_id) if decision.basis_id else None
            await _log(actor, "sharing.explain", person_id, [basis.id] if basis else [])
            return Explanation(person_id, data_class, actor.purpose, decision, basis)
    await _log(actor, "sharing.explain", person_id, [])
    return Explanation(person_id, data_class, actor.purpose, eyes.why_closed(person_id, data_class))


async def serves(actor: ActingContext, person_id: UUID) -> bool:
    """Does the acting organisation serve the person itself today?"""
    return bool(await fetch_value("SELECT EXISTS (SELECT FROM served_now WHERE person_id = $1)", person_id))


async def basis_of(actor: ActingContext, basis_id: UUID) -> BasisView:
    """One basis; NotFound when the acting organisation is neither its source nor a recipient."""
    row = await fetch_row(f"{BASIS} WHERE id = $1", basis_id)
    if row is None:
        raise NotFound("sharing.no_such_basis")
    return _basis(row)


async def permissions_of(actor: ActingContext, *, person_id: UUID) -> list[BasisView]:
    """Permissions and consents of one person that the acting organisation recorded or received, newest first."""
    require_client_role(actor)
    rows = await fetch(f"{BASIS} WHERE person_id = $1 ORDER BY recorded_at DESC, id LIMIT 200", person_id)
    if rows:
        await _log(actor, "sharing.permissions", person_id, [row["id"] for row in rows])
    return [_basis(row) for row in rows]


async def contract_between(actor: ActingContext, *, recipient_id: UUID) -> BasisView | None:
    """The registered basis on which the acting organisation may give the minimum to `recipient_id` today, if any."""
    row = await fetch_row(
        f"{BASIS} WHERE person_id IS NULL AND state = 'active' AND source_id = $1 AND $2 = ANY (recipient_ids)"
        " AND valid_from <= $3 AND (valid_until IS NULL OR valid_until >= $3) ORDER BY kind DESC, valid_from, id LIMIT 1",
        actor.organisation_id,
        recipient_id,
        day_of(actor.now),
    )
    return _basis(row) if row else None


async def shares_of_person(actor: ActingContext, *, person_id: UUID) -> list[ShareView]:
    """Shares of one person from or towards the acting organisation, live ones first."""
    require_client_role(actor)
    today = day_of(actor.now)
    rows = await fetch(
        "SELECT s.*, b.kind AS basis_kind, b.state AS basis_state, b.valid_until AS basis_until FROM share s"
        " JOIN basis b ON b.id = s.basis_id WHERE s.person_id = $1 ORDER BY s.opened_at DESC, s.id LIMIT 500",
        person_id,
    )
    views = [_share(row, actor.now, today) for row in rows]
    if views:
        await _log(actor, "sharing.shares", person_id, [view.basis_id for view in views])
    return sorted(views, key=lambda view: not view.live)


def require_client_role(actor: ActingContext) -> None:
    """Raise NotAllowed for a role that does not meet clients."""
    if not actor.roles & MEETS_CLIENTS:
        raise NotAllowed("sharing.role_may_not")


async def notice(actor: ActingContext, *, code: str) -> NoticeView:
    """The newest version of a notice."""
    if not code.isidentifier():
        raise NotFound("sharing.no_such_notice")
    row = await fetch_row("SELECT * FROM notice WHERE code = $1 ORDER BY version DESC LIMIT 1", code)
    if row is None:
        raise NotFound("sharing.no_such_notice")
    return NoticeView(
        row["id"],
        row["code"],
        row["version"],
        {"fi": row["text_fi"], "sv": row["text_sv"], "en": row["text_en"]},
        tuple(row["classes"]),
        tuple(row["purposes"]),
        row["longest_days"],
    )


def _fact(row: asyncpg.Record, kinds: dict[UUID, str]) -> ShareFact:
    ended, basis_ended = row["ended_at"], row["basis_ended_at"]
    return ShareFact(
        row["share_id"],
        row["person_id"],
        row["source_id"],
        row["recipient_id"],
        frozenset(row["classes"]),
        frozenset(row["purposes"]),
        row["valid_from"],
        row["valid_until"],
        row["opened_at"],
        ended,
        day_of(ended) if ended else None,
        row["basis_id"],
        row["basis_kind"],
        row["basis_state"],
        row["basis_from"],
        row["basis_until"],
        day_of(basis_ended) if basis_ended else None,
        kinds.get(row["source_id"], ""),
    )


def _basis(row: asyncpg.Record) -> BasisView:
    return BasisView(
        row["id"],
        row["kind"],
        row["state"],
        row["person_id"],
        row["source_id"],
        tuple(row["recipient_ids"]),
        tuple(row["classes"]),
        tuple(row["purposes"]),
        row["valid_from"],
        row["valid_until"],
        row["reference"],
        row["recorded_at"],
        row["ended_at"],
    )


def _share(row: asyncpg.Record, now: datetime, today: date) -> ShareView:
    ends = [day for day in (row["valid_until"], row["basis_until"]) if day]
    live = (
        (row["ended_at"] is None or now < row["ended_at"])
        and row["basis_state"] in ("given", "active")
        and row["valid_from"] <= today
        and all(today <= day for day in ends)
    )
    return ShareView(
        row["id"],
        row["source_id"],
        row["recipient_id"],
        tuple(row["classes"]),
        tuple(row["purposes"]),
        min(ends, default=None),
        row["basis_id"],
        row["basis_kind"],
        live,
    )


async def _log(actor: ActingContext, surface: str, person_id: UUID, basis_ids: Sequence[UUID]) -> None:
    """What is permitted about a person tells something about the person: reading it is a read like any other."""
    read = Read(data_class="", person_ids=(person_id,), basis_ids=tuple(dict.fromkeys(basis_ids)))
    await log_reads(actor, surface=surface, reads=[read])
