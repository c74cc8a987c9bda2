"""Acts on permissions: give with the person present, withdraw at once."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid4

from services.domain.organisations.queries import members
from services.domain.sharing.queries import BasisView, basis_of, notice, serves
from services.domain.sharing.rules import BasisKind, permission_faults
from services.kit.clock import day_of
from services.kit.db.context import ActingContext
from services.kit.db.unit import execute, fetch_value
from services.kit.errors import Conflict, Invalid, NotAllowed, NotFound, Reason

PERMISSION_NOTICE = "client_permission"


async def register_anchor(actor: ActingContext, *, number_hash: bytes | None) -> UUID:
    """The anchor of a person and the acting organisation's relation to it: created, or found by the number's keyed hash."""
    anchor: UUID = await fetch_value("SELECT register_anchor($1)", number_hash)
    return anchor


async def give_permission(
    actor: ActingContext,
    *,
    person_id: UUID,
    recipient_ids: Sequence[UUID],
    classes: Sequence[str],
    purposes: Sequence[str],
    valid_until: date,
    language: str,
    within_referral: bool = False,
) -> UUID:
    """Record what the person, present, permits: named recipients, classes, purposes, last day (inclusive).

    Outside a referral it opens its shares at once; within one the referral's shares cite it (sharing.md 7.19).
    Raises NotFound for a person the organisation does not serve, Invalid with every fault.
    """
    if not await serves(actor, person_id):
        raise NotFound("people.no_such_person")
    told = await notice(actor, code=PERMISSION_NOTICE)
    today = day_of(actor.now)
    faults = permission_faults(
        classes=classes,
        purposes=purposes,
        valid_from=today,
        valid_until=valid_until,
        today=today,
        notice_classes=told.classes,
        notice_purposes=told.purposes,
        longest_days=told.longest_days,
    )
    known = await members(actor)
    if not recipient_ids or set(recipient_ids) - set(known) or actor.organisation_id in recipient_ids:
        faults.append(("recipients", "permission.recipient_not_a_member"))
    if language not in told.texts:
        faults.append(("language", "permission.language_without_notice"))
    if faults:
        raise Invalid([Reason(code, field) for field, code in faults])
    basis_id = uuid4()
    await execute(
        "INSERT INTO basis (id, alliance_id, kind, state, person_id, source_id, recipient_ids, classes, purposes,"
        " valid_from, valid_until, reference, notice_id, language, recorded_by, recorded_at)"
        " VALUES ($1, $2, $3, 'given', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        basis_id,
        actor.alliance_id,
        BasisKind.CLIENT_PERMISSION.value,
        person_id,
        actor.organisation_id,
        list(dict.fromkeys(recipient_ids)),
        sorted(set(classes)),
        sorted(set(purposes)),
        today,
        valid_until,
        f"{told.code} {told.version}",
        told.id,
        language,
        actor.user_id,
        actor.now,
    )
    await _record_step(actor, basis_id, "requested", "given")
    if not within_referral:
        await fetch_value("SELECT open_permission_shares($1)", basis_id)
    return basis_id


async def withdraw_permission(actor: ActingContext, *, basis_id: UUID) -> BasisView:
    """End a permission at this instant, and with it every share that cites it, in the same transaction.

    Only the organisation that recorded it does this for the person; Conflict names what its state would allow.
    """
    await execute("SELECT FROM basis WHERE id = $1 FOR UPDATE", basis_id)  # of two withdrawals at once one comes second
    basis = await basis_of(actor, basis_id)
    if not basis.given:
        raise NotFound("sharing.no_such_basis")
    if basis.source_id != actor.organisation_id:
        raise NotAllowed("sharing.recorded_elsewhere")
    if basis.state != "given":
        raise Conflict("sharing.not_given", state=basis.state)
    await execute("UPDATE basis SET state = 'withdrawn', ended_at = $2 WHERE id = $1", basis_id, actor.now)
    await _record_step(actor, basis_id, "given", "withdrawn")
    return await basis_of(actor, basis_id)


async def _record_step(actor: ActingContext, basis_id: UUID, from_state: str, to_state: str) -> None:
    await execute(
        "INSERT INTO basis_event (id, basis_id, organisation_id, user_id, at, from_state, to_state, reason)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, '')",
        uuid4(),
        basis_id,
        actor.organisation_id,
        actor.user_id,
        actor.now,
        from_state,
        to_state,
    )
