"""Acts on a person's records: register, correct a card, record a plan or an assessment."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid4

import msgspec

from services.domain.people.rules import (
    Fault,
    contact_faults,
    parse_number,
    registration_faults,
    sort_name,
    text_faults,
)
from services.domain.sharing.actions import register_anchor
from services.domain.sharing.queries import serves
from services.domain.sharing.rules import READERS, DataClass
from services.kit.audit.log import Read, log_reads
from services.kit.clock import day_of
from services.kit.crypto import keyed_hash, keyring, seal
from services.kit.db.context import ActingContext
from services.kit.db.unit import execute, fetch_value
from services.kit.errors import Invalid, NotAllowed, NotFound, Reason
from services.kit.identity.limits import Limit, count_act

REGISTRATIONS = Limit(attempts=300, seconds=24 * 60 * 60)
"""Per user: more than a busy front desk takes in, far less than a list of numbers to try."""


class RegisterPerson(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A person to register. Empty strings mean not given; without `number` the birth date is required."""

    given_name: str
    family_name: str
    number: str = ""
    birth_date: date | None = None
    phone: str = ""
    email: str = ""
    address: str = ""


class CorrectContact(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole contact card as it shall be."""

    phone: str = ""
    email: str = ""
    address: str = ""


class RecordPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A plan made with the person on a day, not in the future."""

    made_on: date
    goal: str
    steps: str = ""


class RecordAbility(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An assessment of work ability made on a day, not in the future."""

    assessed_on: date
    partial: bool
    description: str = ""


async def register_person(actor: ActingContext, *, given: RegisterPerson) -> UUID:
    """Register a person as the acting organisation's client; returns the person's id.

    With an identity number this is get-or-create across the alliance: answer, form and timing say nothing about
    whether anybody knew the person before. A card that the organisation holds already is left as it is. Logged; raises
    TooMany above `REGISTRATIONS`.
    """
    require_role(actor, DataClass.IDENTITY)
    today = day_of(actor.now)
    faults = registration_faults(
        number=given.number,
        given_name=given.given_name,
        family_name=given.family_name,
        birth_date=given.birth_date,
        today=today,
    )
    raise_faults(faults + contact_faults(phone=given.phone, email=given.email, address=given.address))
    await count_act(REGISTRATIONS, "people.too_many_registrations", actor.user_id)
    number = parse_number(given.number, today) if given.number.strip() else None
    number_hash = keyed_hash(keyring.identity, f"person {actor.alliance_id}", number.text) if number else None
    person_id = await register_anchor(actor, number_hash=number_hash)
    seen = Read(data_class=DataClass.IDENTITY.value, person_ids=(person_id,))
    await log_reads(actor, surface="people.register_person", reads=[seen])
    card = await fetch_value(
        "INSERT INTO card_identity (id, owner_id, person_id, given_name, family_name, birth_date, sort_name,"
        " recorded_by, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        " ON CONFLICT (owner_id, person_id) DO NOTHING RETURNING id",
        uuid4(),
        actor.organisation_id,
        person_id,
        given.given_name.strip(),
        given.family_name.strip(),
        number.born if number else given.birth_date,
        sort_name(given.family_name, given.given_name),
        actor.user_id,
        actor.now,
    )
    if card is None:
        return person_id
    if number:
        sealed_id = uuid4()
        await execute(
            "INSERT INTO card_number (id, owner_id, person_id, sealed, recorded_by, recorded_at)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            sealed_id,
            actor.organisation_id,
            person_id,
            seal(keyring.master, number.text, str(sealed_id)),
            actor.user_id,
            actor.now,
        )
    if given.phone or given.email or given.address:
        await _write_contact(actor, person_id, given.phone, given.email, given.address)
    return person_id


async def correct_contact(actor: ActingContext, *, person_id: UUID, given: CorrectContact) -> None:
    """Replace the acting organisation's own contact card of a person it serves."""
    await _must_serve(actor, person_id, DataClass.CONTACT)
    raise_faults(contact_faults(phone=given.phone, email=given.email, address=given.address))
    await _write_contact(actor, person_id, given.phone, given.email, given.address)


async def record_plan(actor: ActingContext, *, person_id: UUID, given: RecordPlan) -> UUID:
    """Add a plan; returns its id. Earlier plans stay."""
    await _must_serve(actor, person_id, DataClass.PLAN)
    faults = text_faults({"goal": given.goal}, required=True) + text_faults({"steps": given.steps}, required=False)
    raise_faults(faults + _day_faults("made_on", given.made_on, actor))
    record_id = uuid4()
    await execute(
        "INSERT INTO plan (id, owner_id, person_id, made_on, goal, steps, recorded_by, recorded_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        record_id,
        actor.organisation_id,
        person_id,
        given.made_on,
        given.goal.strip(),
        given.steps.strip(),
        actor.user_id,
        actor.now,
    )
    return record_id


async def record_ability(actor: ActingContext, *, person_id: UUID, given: RecordAbility) -> UUID:
    """Add an assessment of work ability (GDPR 9); returns its id. Earlier ones stay."""
    await _must_serve(actor, person_id, DataClass.ABILITY)
    faults = text_faults({"description": given.description}, required=False)
    raise_faults(faults + _day_faults("assessed_on", given.assessed_on, actor))
    record_id = uuid4()
    await execute(
        "INSERT INTO ability (id, owner_id, person_id, assessed_on, partial, description, recorded_by, recorded_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        record_id,
        actor.organisation_id,
        person_id,
        given.assessed_on,
        given.partial,
        given.description.strip(),
        actor.user_id,
        actor.now,
    )
    return record_id


def require_role(actor: ActingContext, data_class: DataClass) -> None:
    """Who may read a class may write it; other roles are told so."""
    if not actor.roles & READERS[data_class]:
        raise NotAllowed("people.role_may_not", data_class=data_class.value)


def raise_faults(faults: Sequence[Fault]) -> None:
    """Raise Invalid with every fault, or do nothing."""
    if faults:
        raise Invalid([Reason(code, field) for field, code in faults])


async def _must_serve(actor: ActingContext, person_id: UUID, data_class: DataClass) -> None:
    if not await serves(actor, person_id):
        raise NotFound("people.no_such_person")
    require_role(actor, data_class)


def _day_faults(field: str, day: date, actor: ActingContext) -> list[Fault]:
    return [(field, "input.day_in_future")] if day > day_of(actor.now) else []


async def _write_contact(actor: ActingContext, person_id: UUID, phone: str, email: str, address: str) -> None:
    await execute(
        "INSERT INTO card_contact (id, owner_id, person_id, phone, email, address, recorded_by, recorded_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (owner_id, person_id) DO UPDATE SET"
        " phone = excluded.phone, email = excluded.email, address = excluded.address,"
        " recorded_by = excluded.recorded_by, recorded_at = excluded.recorded_at",
        uuid4(),
        actor.organisation_id,
        person_id,
        phone.strip(),
        email.strip(),
        address.strip(),
        actor.user_id,
        actor.now,
    )
