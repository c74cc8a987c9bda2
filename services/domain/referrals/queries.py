"""Questions about referrals and services used."""

from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

import msgspec

from services.domain.people.access import IdentityView
from services.domain.people.queries import identities_of
from services.domain.referrals.access import ReferralView, ServiceUseView, referral_view, service_use_view
from services.domain.referrals.rules import STATES
from services.domain.sharing.queries import sight
from services.domain.sharing.rules import DataClass
from services.kit.audit.log import Read, log_reads
from services.kit.db.context import ActingContext
from services.kit.db.unit import fetch, fetch_row, fetch_value
from services.kit.errors import Invalid, NotFound, Reason

PAGE = 50
EXACT_UP_TO = 10_000

Box = Literal["received", "sent"]
Cursor = tuple[datetime, UUID]


class ReferralRow(msgspec.Struct, frozen=True):
    """A referral with the person's name where it is visible to the viewer, else None."""

    referral: ReferralView
    identity: IdentityView | None


class ReferralPage(msgspec.Struct, frozen=True):
    """One page; `after` is the cursor of the next one, None on the last."""

    rows: tuple[ReferralRow, ...]
    after: Cursor | None


class StepView(msgspec.Struct, frozen=True):
    """One step of a referral; `organisation_id` None is the installation itself (expiry)."""

    at: datetime
    organisation_id: UUID | None
    from_state: str
    to_state: str
    reason_code: str
    text: str


COLUMN: dict[Box, str] = {"received": "receiver_id", "sent": "sender_id"}
FIRST: Cursor = (datetime(9999, 1, 1, tzinfo=UTC), UUID(int=0))


async def referrals(
    actor: ActingContext, *, box: Box, state: str = "", after: Cursor | None = None, limit: int = PAGE
) -> ReferralPage:
    """The acting organisation's inbox or outbox, newest offer first; `state` narrows it."""
    _check_state(state)
    moment, last = after or FIRST
    rows = await fetch(
        f"SELECT * FROM referral WHERE {COLUMN[box]} = $1 AND (offered_at, id) < ($2, $3)"
        " AND ($4 = '' OR state = $4) ORDER BY offered_at DESC, id DESC LIMIT $5",
        actor.organisation_id,
        moment,
        last,
        state,
        limit + 1,
    )
    views = await _with_names(actor, [dict(row) for row in rows[:limit]], surface=f"referrals.{box}")
    more = len(rows) > limit
    return ReferralPage(views, (views[-1].referral.offered_at, views[-1].referral.id) if more else None)


async def waiting(actor: ActingContext, *, box: Box, limit: int = PAGE) -> tuple[ReferralRow, ...]:
    """Offers that wait for a decision, oldest deadline first."""
    rows = await fetch(
        f"SELECT * FROM referral WHERE {COLUMN[box]} = $1 AND state = 'offered' ORDER BY deadline, id LIMIT $2",
        actor.organisation_id,
        limit,
    )
    return await _with_names(actor, [dict(row) for row in rows], surface=f"referrals.waiting_{box}")


async def count_referrals(actor: ActingContext, *, box: Box, state: str = "") -> int:
    """How many the list holds: exact to 10,000, then 10,001, meaning more."""
    _check_state(state)
    return int(
        await fetch_value(
            f"SELECT count(*) FROM (SELECT FROM referral WHERE {COLUMN[box]} = $1 AND ($2 = '' OR state = $2) LIMIT $3) c",
            actor.organisation_id,
            state,
            EXACT_UP_TO + 1,
        )
    )


async def referral(actor: ActingContext, *, referral_id: UUID) -> ReferralRow:
    """One referral; NotFound for everybody but its parties."""
    row = await fetch_row("SELECT * FROM referral WHERE id = $1", referral_id)
    if row is None:
        raise NotFound("referrals.no_such_referral")
    return (await _with_names(actor, [dict(row)], surface="referrals.referral"))[0]


async def steps_of(actor: ActingContext, *, referral_id: UUID) -> list[StepView]:
    """The referral's history, oldest first."""
    rows = await fetch("SELECT * FROM referral_event WHERE referral_id = $1 ORDER BY at, id LIMIT 200", referral_id)
    return [
        StepView(row["at"], row["organisation_id"], row["from_state"], row["to_state"], row["reason_code"], row["text"])
        for row in rows
    ]


async def referrals_of_person(actor: ActingContext, *, person_id: UUID) -> list[ReferralView]:
    """Referrals of one person to which the acting organisation is a party, newest first."""
    rows = await fetch("SELECT * FROM referral WHERE person_id = $1 ORDER BY offered_at DESC, id LIMIT 200", person_id)
    eyes = await sight(actor, [person_id])
    views = [referral_view(row, eyes) for row in rows]
    await _log(actor, views, surface="referrals.of_person")
    return views


async def service_uses(actor: ActingContext, *, person_id: UUID) -> list[ServiceUseView]:
    """Services the person uses or has used, as far as visible, newest first."""
    rows = await fetch(
        "SELECT * FROM service_use WHERE person_id = $1 ORDER BY started_on DESC, id LIMIT 200", person_id
    )
    eyes = await sight(actor, [person_id])
    views = [service_use_view(row, eyes) for row in rows]
    await _log(actor, views, surface="referrals.service_uses")
    return views


def _check_state(state: str) -> None:
    if state and state not in STATES:
        raise Invalid([Reason("referrals.state_unknown", "state")])


async def _with_names(actor: ActingContext, rows: list[dict[str, object]], *, surface: str) -> tuple[ReferralRow, ...]:
    if not rows:
        return ()
    persons = [row["person_id"] for row in rows if isinstance(row["person_id"], UUID)]
    eyes = await sight(actor, persons)
    views = [referral_view(row, eyes) for row in rows]
    names = await identities_of(actor, persons, surface=surface)
    await _log(actor, views, surface=surface)
    return tuple(ReferralRow(view, names.get(view.person_id)) for view in views)


async def _log(actor: ActingContext, views: list[ReferralView] | list[ServiceUseView], *, surface: str) -> None:
    if views:
        read = Read(
            data_class=DataClass.SERVICE_USE.value,
            person_ids=tuple(dict.fromkeys(view.person_id for view in views)),
            record_ids=tuple(view.id for view in views),
            basis_ids=tuple(dict.fromkeys(view.basis.basis_id for view in views if view.basis.basis_id)),
        )
        await log_reads(actor, surface=surface, reads=[read])
