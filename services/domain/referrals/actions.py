"""Acts on referrals: offer, accept, reject, cancel; and services used."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid4

import msgspec

from services.domain.organisations.queries import members
from services.domain.people.actions import raise_faults, require_role
from services.domain.people.rules import text_faults
from services.domain.referrals.access import ReferralView
from services.domain.referrals.queries import referral
from services.domain.referrals.rules import (
    CANCEL_REASONS,
    MOVES,
    REJECT_REASONS,
    SERVICE_TYPES,
    allowed_moves,
    deadline_of,
    offer_faults,
    shown_classes,
)
from services.domain.sharing.actions import give_permission
from services.domain.sharing.queries import contract_between, serves
from services.domain.sharing.rules import DataClass, Purpose
from services.kit.clock import day_of
from services.kit.db.context import ActingContext
from services.kit.db.unit import execute, fetch_value
from services.kit.errors import Conflict, Invalid, NotAllowed, NotFound, Reason


class OfferReferral(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A referral to send. `permitted` are the classes the person, present, permits until `permitted_until`.

    Empty `permitted` is a refusal, and sends the minimum. `needed_to_decide` are shown already with the offer.
    """

    person_id: UUID
    receiver_id: UUID
    service: str
    reason: str = ""
    permitted: tuple[str, ...] = ()
    permitted_until: date | None = None
    language: str = "fi"
    needed_to_decide: tuple[str, ...] = ()


class RecordServiceUse(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A service the person uses or has used at the acting organisation."""

    service: str
    started_on: date
    ended_on: date | None = None


# Where the faults of the permission stand in the referral.
FIELDS = {"classes": "permitted", "purposes": "permitted", "valid_until": "permitted_until", "recipients": "receiver"}


async def offer_referral(actor: ActingContext, *, given: OfferReferral) -> UUID:
    """Send a referral, and record the person's permission with it when one is given; returns the referral's id.

    Raises NotFound for a person the organisation does not serve, Conflict when the same service is on offer already.
    """
    require_role(actor, DataClass.SERVICE_USE)
    if not await serves(actor, given.person_id):
        raise NotFound("people.no_such_person")
    receiver = (await members(actor)).get(given.receiver_id)
    if receiver is None or receiver.id == actor.organisation_id:
        raise Invalid([Reason("referrals.receiver_unknown", "receiver")])
    contract = await contract_between(actor, recipient_id=receiver.id)
    raise_faults(
        offer_faults(
            service=given.service,
            services_of_receiver=receiver.services,
            reason=given.reason,
            permitted=given.permitted,
            by_contract=contract is not None,
        )
    )
    assert contract is not None, "offer_faults refuses an offer without a contract"
    await _refuse_second_offer(actor, given)
    permission_id = await _permission(actor, given)
    shown = shown_classes(
        by_contract=contract.classes, permitted=given.permitted, needed_to_decide=given.needed_to_decide
    )
    referral_id = uuid4()
    today = day_of(actor.now)
    await execute(
        "INSERT INTO referral (id, alliance_id, person_id, sender_id, receiver_id, service, reason, state, classes,"
        " decide_classes, permitted_classes, basis_id, permission_id, offered_at, deadline, recorded_by)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, 'offered', $8, $9, $10, $11, $12, $13, $14, $15)",
        referral_id,
        actor.alliance_id,
        given.person_id,
        actor.organisation_id,
        receiver.id,
        given.service,
        given.reason.strip(),
        sorted(shown.full),
        sorted(shown.decide),
        sorted(shown.permitted),
        contract.id,
        permission_id,
        actor.now,
        deadline_of(today),
        actor.user_id,
    )
    await _record_step(actor, referral_id, "draft", "offered")
    await fetch_value("SELECT open_referral_shares($1)", referral_id)
    return referral_id


async def accept_referral(actor: ActingContext, *, referral_id: UUID) -> ReferralView:
    """The receiver takes the person into its service: the full set opens, its own service use begins today."""
    view = await _move(actor, referral_id, "accepted")
    await fetch_value("SELECT open_referral_shares($1)", referral_id)
    await _write_service_use(actor, view.person_id, view.service, day_of(actor.now), None, referral_id)
    return view


async def reject_referral(actor: ActingContext, *, referral_id: UUID, reason_code: str, text: str = "") -> ReferralView:
    """The receiver declines, with a coded reason; `other` needs words. The referral's shares end."""
    _check_reason(reason_code, REJECT_REASONS, text)
    return await _move(actor, referral_id, "rejected", reason_code, text)


async def cancel_referral(actor: ActingContext, *, referral_id: UUID, reason_code: str, text: str = "") -> ReferralView:
    """The sender takes an undecided offer back. The referral's shares end."""
    _check_reason(reason_code, CANCEL_REASONS, text)
    return await _move(actor, referral_id, "cancelled", reason_code, text)


async def record_service_use(actor: ActingContext, *, person_id: UUID, given: RecordServiceUse) -> UUID:
    """Add a service use of a person the acting organisation serves; returns its id."""
    if not await serves(actor, person_id):
        raise NotFound("people.no_such_person")
    require_role(actor, DataClass.SERVICE_USE)
    today = day_of(actor.now)
    faults = [] if given.service in SERVICE_TYPES else [("service", "referrals.service_unknown")]
    if given.started_on > today:
        faults.append(("started_on", "input.day_in_future"))
    if given.ended_on and given.ended_on < given.started_on:
        faults.append(("ended_on", "input.ends_before_it_starts"))
    raise_faults(faults)
    return await _write_service_use(actor, person_id, given.service, given.started_on, given.ended_on, None)


async def _permission(actor: ActingContext, given: OfferReferral) -> UUID | None:
    if not given.permitted:
        return None
    if given.permitted_until is None:
        raise Invalid([Reason("input.missing", "permitted_until")])
    try:
        return await give_permission(
            actor,
            person_id=given.person_id,
            recipient_ids=[given.receiver_id],
            classes=given.permitted,
            purposes=[Purpose.REFERRAL, Purpose.SERVICE_DELIVERY],
            valid_until=given.permitted_until,
            language=given.language,
            within_referral=True,
        )
    except Invalid as wrong:
        raise wrong.renamed(FIELDS) from wrong


async def _refuse_second_offer(actor: ActingContext, given: OfferReferral) -> None:
    # Two offers at once would not see each other: the second waits here until the first has committed.
    await execute(
        "SELECT pg_advisory_xact_lock(hashtext($1), hashtext($2))", str(actor.organisation_id), str(given.person_id)
    )
    other = await fetch_value(
        "SELECT id FROM referral WHERE person_id = $1 AND receiver_id = $2 AND sender_id = $3 AND service = $4"
        " AND state IN ('offered', 'accepted') LIMIT 1",
        given.person_id,
        given.receiver_id,
        actor.organisation_id,
        given.service,
    )
    if other:
        raise Conflict("referrals.already_referred", referral=str(other))


async def _move(
    actor: ActingContext, referral_id: UUID, to_state: str, reason_code: str = "", text: str = ""
) -> ReferralView:
    require_role(actor, DataClass.SERVICE_USE)
    await execute("SELECT FROM referral WHERE id = $1 FOR UPDATE", referral_id)
    view = (await referral(actor, referral_id=referral_id)).referral
    allowed = allowed_moves(view.state, view.side)
    if (view.state, to_state) in MOVES and to_state not in allowed:
        raise NotAllowed("referrals.other_side_decides", state=view.state)
    if to_state not in allowed:
        raise Conflict("referrals.state_refuses", allowed, state=view.state)
    if to_state == "accepted" and day_of(actor.now) > view.deadline:
        raise Conflict("referrals.offer_expired", state=view.state)
    await execute(
        "UPDATE referral SET state = $2, decided_at = $3, reason_code = $4 WHERE id = $1",
        referral_id,
        to_state,
        actor.now,
        reason_code,
    )
    await _record_step(actor, referral_id, view.state, to_state, reason_code, text)
    return (await referral(actor, referral_id=referral_id)).referral


def _check_reason(reason_code: str, known: Sequence[str], text: str) -> None:
    faults = [] if reason_code in known else [("reason_code", "referrals.reason_unknown")]
    faults += text_faults({"text": text}, required=reason_code == "other")
    raise_faults(faults)


async def _record_step(
    actor: ActingContext, referral_id: UUID, from_state: str, to_state: str, reason_code: str = "", text: str = ""
) -> None:
    await execute(
        "INSERT INTO referral_event (id, referral_id, organisation_id, user_id, at, from_state, to_state, reason_code,"
        " text) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        uuid4(),
        referral_id,
        actor.organisation_id,
        actor.user_id,
        actor.now,
        from_state,
        to_state,
        reason_code,
        text.strip(),
    )


async def _write_service_use(
    actor: ActingContext,
    person_id: UUID,
    service: str,
    started_on: date,
    ended_on: date | None,
    referral_id: UUID | None,
) -> UUID:
    record_id = uuid4()
    await execute(
        "INSERT INTO service_use (id, owner_id, person_id, service, started_on, ended_on, referral_id, recorded_by,"
        " recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        record_id,
        actor.organisation_id,
        person_id,
        service,
        started_on,
        ended_on,
        referral_id,
        actor.user_id,
        actor.now,
    )
    return record_id
