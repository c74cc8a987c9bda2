"""The page of one person: everything one may see on one timeline, what is closed and why, who sees it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, get
from litestar.params import FromPath, FromQuery

from services.api.done import done_of
from services.api.navigation import shell_in
from services.api.pages import Shell, render
from services.api.request import acting
from services.api.sharing.reasons import reason_text
from services.domain.organisations.queries import Member, members
from services.domain.outcomes.queries import employments_of_person
from services.domain.people.queries import PersonView, person
from services.domain.referrals.queries import referrals_of_person, service_uses
from services.domain.sharing.queries import ShareView, permissions_of, serves, shares_of_person
from services.domain.sharing.rules import Allowed, DataClass, Purpose, Step
from services.kit.clock import day_of
from services.kit.db.unit import unit_of_work

PURPOSE = Purpose.SERVICE_DELIVERY
NEVER_OPENED = frozenset({"nothing_shared", "class_not_shared", "class_needs", "class_never_shared"})


class Event(msgspec.Struct, frozen=True):
    """One record on the timeline. `kind` chooses how `record` is shown; `basis` and `why` tell on what it is seen."""

    kind: str
    when: date
    owner_id: UUID
    record: Any
    basis: str
    why: str

    @property
    def written(self) -> datetime:
        """When it was recorded: the order within one day."""
        moment: datetime = self.record.offered_at if self.kind == "referral" else self.record.recorded_at
        return moment


class Closed(msgspec.Struct, frozen=True):
    """A class of which nothing is open. `ended`: it was open once, and `reason` says how that ended."""

    data_class: str
    reason: str
    why: str
    ended: bool


class Seer(msgspec.Struct, frozen=True):
    """Who sees what of the acting organisation's own records: one line for each organisation and basis."""

    organisation_id: UUID
    classes: tuple[str, ...]
    until: date | None
    basis: str


@get("/people/{person_id:uuid}")
async def person_page(
    request: Request[Any, Any, Any], person_id: FromPath[UUID], done: FromQuery[str] = ""
) -> Response[str]:
    """Not found for everybody who may not see the name, whether or not the person exists."""
    actor = await acting(request, PURPOSE)
    async with unit_of_work(actor, reading=True):
        seen = await person(actor, person_id=person_id)
        shell = await shell_in(request, actor, "people")
        known = await members(actor)
        addresses = Addresses(shell, person_id, known)
        shares = await shares_of_person(actor, person_id=person_id)
        events = timeline(seen, addresses)
        events += [
            Event("referral", day_of(one.offered_at), one.sender_id, one, "party", addresses.referral(one.id))
            for one in await referrals_of_person(actor, person_id=person_id)
        ]
        events += [
            Event("service", one.started_on, one.owner_id, one, *addresses.mark(one.basis, "service_use", one.owner_id))
            for one in await service_uses(actor, person_id=person_id)
        ]
        events += [
            Event("job", one.started_on, one.owner_id, one, *addresses.mark(one.basis, "employment_fact", one.owner_id))
            for one in await employments_of_person(actor, person_id=person_id)
        ]
        values: dict[str, Any] = {
            "identity": seen.identity,
            "identity_mark": addresses.mark(seen.identity.basis, DataClass.IDENTITY, seen.identity.owner_id),
            "contacts": [(c, *addresses.mark(c.basis, DataClass.CONTACT, c.owner_id)) for c in seen.contacts],
            "events": sorted(events, key=lambda event: (event.when, event.written), reverse=True),
            "closed": closed_classes(seen, addresses),
            "permissions": await permissions_of(actor, person_id=person_id),
            "seers": seers(shares, actor.organisation_id),
            "serves": await serves(actor, person_id),
            "own": actor.organisation_id,
            "today": day_of(actor.now),
            "members": known,
            "done": done_of(shell, done),
            "why_detail": addresses.why(DataClass.EMPLOYMENT_DETAIL),
        }
        return render(shell, "people/person.html", **values)


class Addresses(msgspec.Struct, frozen=True):
    """Where the explanations of one person's page lie."""

    shell: Shell
    person_id: UUID
    members: dict[UUID, Member]

    @property
    def home(self) -> str:
        """The acting organisation's own part of the site, ending in a slash."""
        return self.shell.acting.home if self.shell.acting else "/"

    def why(self, data_class: str, owner_id: UUID | None = None) -> str:
        """The explanation of a class, of one holder's records where a holder is given."""
        holder = f"&from={self.members[owner_id].slug}" if owner_id in self.members else ""
        return f"{self.home}why?person={self.person_id}&class={data_class}{holder}"

    def referral(self, referral_id: UUID) -> str:
        """The explanation of a referral."""
        return f"{self.home}referrals/{referral_id}/why"

    def mark(self, basis: Allowed, data_class: str, owner_id: UUID) -> tuple[str, str]:
        """Word of the basis and address of its explanation."""
        return basis.basis_kind or basis.line, self.why(data_class, owner_id)


def timeline(seen: PersonView, addresses: Addresses) -> list[Event]:
    """Plans and assessments as events."""
    plans = [Event("plan", p.made_on, p.owner_id, p, *addresses.mark(p.basis, "plan", p.owner_id)) for p in seen.plans]
    return plans + [
        Event("ability", a.assessed_on, a.owner_id, a, *addresses.mark(a.basis, "ability", a.owner_id))
        for a in seen.abilities
    ]


def closed_classes(seen: PersonView, addresses: Addresses) -> list[Closed]:
    """What is closed here: first what has ended, with the reason that a reader would ask for first."""
    closed = []
    for data_class, steps in seen.closed.items():
        ended = [step for step in steps if step.code not in NEVER_OPENED]
        reason = " ".join(reason_text(step, addresses.shell.language) for step in ended[:1] or _least(steps))
        closed.append(Closed(data_class, reason, addresses.why(data_class), bool(ended)))
    return sorted(closed, key=lambda one: not one.ended)


def seers(shares: list[ShareView], own: UUID) -> list[Seer]:
    """Live shares of the organisation's own records, one line for each recipient and basis."""
    lines = [
        Seer(share.recipient_id, tuple(sorted(share.classes)), share.valid_until, share.basis_kind)
        for share in shares
        if share.live and share.source_id == own
    ]
    return list(dict.fromkeys(lines))


def _least(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    return tuple(step for step in steps if step.code != "nothing_shared" or len(steps) == 1)


ROUTES = [Router("/o/{org:str}", route_handlers=[person_page], include_in_schema=False)]
