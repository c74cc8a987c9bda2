"""Questions about persons. Every row passes the Python wall, and every read is logged in the same transaction."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from uuid import UUID

import msgspec

from services.domain.people.access import (
    AbilityView,
    ContactView,
    IdentityView,
    PlanView,
    Row,
    ability_view,
    contact_view,
    identity_view,
    plan_view,
)
from services.domain.people.rules import fold
from services.domain.sharing.queries import sight
from services.domain.sharing.rules import DataClass, Step
from services.kit.audit.log import Read, log_reads
from services.kit.db.context import ActingContext
from services.kit.db.unit import fetch, fetch_row, fetch_value
from services.kit.errors import NotFound

PAGE = 50
EXACT_UP_TO = 10_000

Cursor = tuple[datetime, UUID]
"""Keyset of the people list: (recorded_at, card id) of the last row shown."""


class PersonView(msgspec.Struct, frozen=True):
    """What the acting organisation may see of one person in this slice. `closed` tells for each closed class why."""

    person_id: UUID
    identity: IdentityView
    contacts: tuple[ContactView, ...]
    plans: tuple[PlanView, ...]
    abilities: tuple[AbilityView, ...]
    closed: dict[str, tuple[Step, ...]]


class PeoplePage(msgspec.Struct, frozen=True):
    """One page, newest first; `after` is the cursor of the next page, None on the last."""

    people: tuple[IdentityView, ...]
    after: Cursor | None


# Own cards by their index, shared ones by the finder; row security decides on every row it is asked for, once.
# A person whom several organisations share shows with the newest card that is open.
SHARED = """
    SELECT DISTINCT ON (f.recorded_at, f.record_id) c.* FROM card_finder f JOIN card_identity c ON c.id = f.record_id
    WHERE f.organisation_id = $1
      AND NOT EXISTS (SELECT FROM card_identity own WHERE own.owner_id = $1 AND own.person_id = f.person_id)
      AND NOT EXISTS (SELECT FROM card_finder newer JOIN card_identity o ON o.id = newer.record_id
                      WHERE newer.organisation_id = $1 AND newer.person_id = f.person_id
                        AND (newer.recorded_at, newer.record_id) > (f.recorded_at, f.record_id))"""

NEWEST = f"""
SELECT * FROM (
    (SELECT * FROM card_identity
     WHERE owner_id = $1 AND (recorded_at, id) < ($2, $3) ORDER BY recorded_at DESC, id DESC LIMIT $4)
    UNION ALL
    ({SHARED} AND (f.recorded_at, f.record_id) < ($2, $3) ORDER BY f.recorded_at DESC, f.record_id DESC LIMIT $4)
) found ORDER BY recorded_at DESC, id DESC LIMIT $4"""

NAMED = f"""
SELECT * FROM (
    (SELECT * FROM card_identity
     WHERE owner_id = $1 AND sort_name >= $2 AND sort_name < $3 AND ($4::date IS NULL OR birth_date = $4)
     ORDER BY sort_name, id LIMIT $5)
    UNION ALL
    (SELECT * FROM ({SHARED}) shared
     WHERE sort_name >= $2 AND sort_name < $3 AND ($4::date IS NULL OR birth_date = $4)
     ORDER BY sort_name, id LIMIT $5)
) found ORDER BY sort_name, id LIMIT $5"""

COUNT = """
SELECT count(*) FROM (
    (SELECT person_id FROM card_identity WHERE owner_id = $1 LIMIT $2)
    UNION
    (SELECT f.person_id FROM card_finder f JOIN card_identity c ON c.id = f.record_id
     WHERE f.organisation_id = $1 LIMIT $2)
    LIMIT $2
) counted"""

FIRST: Cursor = (datetime(9999, 1, 1, tzinfo=UTC), UUID(int=0))


async def people(actor: ActingContext, *, after: Cursor | None = None, limit: int = PAGE) -> PeoplePage:
    """Persons whose identity the acting organisation may see, most recently recorded first."""
    moment, card = after or FIRST
    rows = await fetch(NEWEST, actor.organisation_id, moment, card, limit + 1)
    views = await _identities(actor, rows[:limit], surface="people.list")
    more = len(rows) > limit
    return PeoplePage(tuple(views), (views[-1].recorded_at, views[-1].id) if more else None)


async def people_named(
    actor: ActingContext, *, name: str, birth_date: date | None = None, limit: int = PAGE
) -> list[IdentityView]:
    """Persons whose folded "family given" name begins with `name`, of those the acting organisation may see.

    A name without letters finds people by their birth date alone, and nobody without one.
    """
    start = fold(name)
    if not start and birth_date is None:
        return []
    rows = await fetch(NAMED, actor.organisation_id, start, start + "\U0010ffff", birth_date, limit)
    return await _identities(actor, rows, surface="people.search")


async def count_people(actor: ActingContext) -> int:
    """How many persons the list holds: exact to 10,000, then 10,001, meaning more."""
    return int(await fetch_value(COUNT, actor.organisation_id, EXACT_UP_TO + 1))


async def person(actor: ActingContext, *, person_id: UUID) -> PersonView:
    """One person; NotFound when nothing of the identity class is visible, whether or not the person exists."""
    cards = await fetch(
        "SELECT * FROM card_identity WHERE person_id = $1 ORDER BY owner_id <> $2, recorded_at DESC, id",
        person_id,
        actor.organisation_id,
    )
    if not cards:
        raise NotFound("people.no_such_person")
    eyes = await sight(actor, [person_id])
    # Of one's own client an empty class is not closed: nothing has been recorded, and nobody ever shared it.
    own = cards[0]["owner_id"] == actor.organisation_id
    contacts = await _rows("card_contact", "recorded_at", person_id)
    plans = await _rows("plan", "made_on", person_id)
    abilities = await _rows("ability", "assessed_on", person_id)
    view = PersonView(
        person_id,
        identity_view(cards[0], eyes),
        tuple(contact_view(row, eyes) for row in contacts),
        tuple(plan_view(row, eyes) for row in plans),
        tuple(ability_view(row, eyes) for row in abilities),
        {
            data_class: eyes.why_closed(person_id, data_class).missing
            for data_class, rows in (
                (DataClass.CONTACT, contacts),
                (DataClass.PLAN, plans),
                (DataClass.ABILITY, abilities),
            )
            if not rows
            and not eyes.open_to(person_id, data_class)
            and (not own or eyes.was_shared(person_id, data_class))
        },
    )
    seen: list[tuple[DataClass, Sequence[AnyView]]] = [
        (DataClass.IDENTITY, [view.identity]),
        (DataClass.CONTACT, view.contacts),
        (DataClass.PLAN, view.plans),
        (DataClass.ABILITY, view.abilities),
    ]
    await log_reads(actor, surface="people.person", reads=[_read(c, views) for c, views in seen if views])
    return view


async def plan(actor: ActingContext, *, record_id: UUID) -> PlanView:
    """One plan; NotFound when it is hidden or does not exist."""
    row = await fetch_row("SELECT * FROM plan WHERE id = $1", record_id)
    if row is None:
        raise NotFound("people.no_such_record")
    view = plan_view(row, await sight(actor, [row["person_id"]]))
    await log_reads(actor, surface="people.plan", reads=[_read(DataClass.PLAN, [view])])
    return view


async def ability(actor: ActingContext, *, record_id: UUID) -> AbilityView:
    """One assessment of work ability; NotFound when it is hidden or does not exist."""
    row = await fetch_row("SELECT * FROM ability WHERE id = $1", record_id)
    if row is None:
        raise NotFound("people.no_such_record")
    view = ability_view(row, await sight(actor, [row["person_id"]]))
    await log_reads(actor, surface="people.ability", reads=[_read(DataClass.ABILITY, [view])])
    return view


async def identities_of(actor: ActingContext, person_ids: Iterable[UUID], *, surface: str) -> dict[UUID, IdentityView]:
    """The visible name of each of these persons, by person; own cards first. Persons without a visible name are absent."""
    rows = await fetch(
        "SELECT * FROM card_identity WHERE person_id = ANY ($1) ORDER BY owner_id = $2, recorded_at, id",
        list(set(person_ids)),
        actor.organisation_id,
    )
    return {view.person_id: view for view in await _identities(actor, rows, surface=surface)}


AnyView = IdentityView | ContactView | PlanView | AbilityView


async def _rows(table: str, order: str, person_id: UUID) -> list[Row]:
    return list(
        await fetch(f"SELECT * FROM {table} WHERE person_id = $1 ORDER BY {order} DESC, id LIMIT 200", person_id)
    )


async def _identities(actor: ActingContext, rows: Sequence[Row], *, surface: str) -> list[IdentityView]:
    if not rows:
        return []
    eyes = await sight(actor, [row["person_id"] for row in rows])
    views = [identity_view(row, eyes) for row in rows]
    await log_reads(actor, surface=surface, reads=[_read(DataClass.IDENTITY, views)])
    return views


def _read(data_class: DataClass, views: Sequence[AnyView]) -> Read:
    return Read(
        data_class=data_class.value,
        person_ids=tuple(dict.fromkeys(view.person_id for view in views)),
        record_ids=tuple(view.id for view in views),
        basis_ids=tuple(dict.fromkeys(view.basis.basis_id for view in views if view.basis.basis_id)),
    )
