"""Who may see what on which basis: the decision, pure. Its twin in PostgreSQL is the view `share_now` in policies.sql."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

import msgspec

from services.kit.clock import day_of


class DataClass(StrEnum):
    """One row has one class (sharing.md 7.1); the words are the glossary's."""

    IDENTITY = "identity"
    IDENTITY_NUMBER = "identity_number"
    CONTACT = "contact"
    SERVICE_USE = "service_use"
    PLAN = "plan"
    ABILITY = "ability"
    EMPLOYMENT_FACT = "employment_fact"
    EMPLOYMENT_DETAIL = "employment_detail"


class Purpose(StrEnum):
    """Why somebody acts; a constant of the route or act, never the user's choice."""

    REFERRAL = "referral"
    SERVICE_DELIVERY = "service_delivery"
    OUTCOME_VERIFICATION = "outcome_verification"
    PAYMENT = "payment"
    FOLLOW_UP = "follow_up"
    STATISTICS = "statistics"
    MATCHING = "matching"


class BasisKind(StrEnum):
    """Weakest first: with several shares the decision names the weakest basis (sharing.md 2, line 3)."""

    CONSENT = "consent"
    CLIENT_PERMISSION = "client_permission"
    VITAL_INTEREST = "vital_interest"
    PROCESSOR_CONTRACT = "processor_contract"
    STATUTORY_TASK = "statutory_task"


GIVEN_BY_PERSON = frozenset({BasisKind.CONSENT, BasisKind.CLIENT_PERMISSION})
LIVE_STATES = frozenset({"given", "active"})
WEAKEST_FIRST = {kind.value: rank for rank, kind in enumerate(BasisKind)}

# What name, contact and past services need for a referral: they rest on the processor contract, so refusing is free.
MINIMUM_CLASSES = frozenset({DataClass.IDENTITY, DataClass.CONTACT, DataClass.SERVICE_USE})
# These never pass to a staffing firm on a processor contract alone, whatever the policy says (sharing.md 1 and 7.15).
NEVER_BY_CONTRACT_TO_STAFFING = frozenset({"ability", "notes"})

SERVING = frozenset({"caseworker", "coach", "guidance_counsellor"})
"""Roles that meet persons; others have no lists of people."""
MEETS_CLIENTS = SERVING | {"hr", "privacy_officer"}
"""Roles that are told of a person's permissions and shares; twin of the SQL function `role_meets_clients`."""
READERS: dict[str, frozenset[str]] = {
    DataClass.IDENTITY: SERVING,
    DataClass.IDENTITY_NUMBER: frozenset({"caseworker"}),
    DataClass.CONTACT: SERVING,
    DataClass.SERVICE_USE: SERVING,
    DataClass.PLAN: SERVING,
    DataClass.ABILITY: SERVING,
    DataClass.EMPLOYMENT_FACT: SERVING | {"hr"},
    DataClass.EMPLOYMENT_DETAIL: SERVING,
}


class Viewer(msgspec.Struct, frozen=True):
    """The acting organisation with the user's roles, at one instant, for one purpose. `today` is the Helsinki day of `now`."""

    organisation_id: UUID
    kind: str
    roles: frozenset[str]
    purpose: str
    now: datetime
    today: date


class RecordKey(msgspec.Struct, frozen=True):
    """All that the decision needs to know of a row. `parties` are organisations named in the row's own columns."""

    owner_id: UUID
    owner_kind: str
    person_id: UUID
    data_class: str
    parties: frozenset[UUID] = frozenset()


class ShareFact(msgspec.Struct, frozen=True):
    """A share with what its basis is and was. Terms in Helsinki days, both included; acts half-open in instants."""

    share_id: UUID
    person_id: UUID
    source_id: UUID
    recipient_id: UUID
    classes: frozenset[str]
    purposes: frozenset[str]
    valid_from: date
    valid_until: date | None
    opened_at: datetime
    ended_at: datetime | None
    ended_on: date | None
    basis_id: UUID
    basis_kind: str
    basis_state: str
    basis_from: date
    basis_until: date | None
    basis_ended_on: date | None
    source_kind: str


PolicyLine = tuple[str, str, str, str, str]
"""(source kind, recipient kind, data class, purpose, basis kind)."""


class Policy(msgspec.Struct, frozen=True):
    """The alliance's sharing policy. `kinds` tells per (recipient kind, class) which kinds of basis could ever open it."""

    lines: frozenset[PolicyLine]
    kinds: Mapping[tuple[str, str], tuple[str, ...]]


def policy_of(lines: Iterable[PolicyLine]) -> Policy:
    """The policy as the decision reads it; no line means no (sharing.md 7.15)."""
    known = frozenset(lines)
    kinds: dict[tuple[str, str], set[str]] = {}
    for _, recipient_kind, data_class, _, basis_kind in known:
        if _never(recipient_kind, data_class, basis_kind):
            continue
        kinds.setdefault((recipient_kind, data_class), set()).add(basis_kind)
    return Policy(known, {key: tuple(sorted(found)) for key, found in kinds.items()})


class Allowed(msgspec.Struct, frozen=True):
    """The first line of the decision that held, and for line `share` the weakest basis that carries it."""

    line: Literal["own", "party", "share"]
    basis_id: UUID | None = None
    basis_kind: str = ""


class Step(msgspec.Struct, frozen=True):
    """One missing step in words the viewer may know: a code with at most a day and names of kinds of basis."""

    code: str
    day: date | None = None
    kinds: tuple[str, ...] = ()


class Refused(msgspec.Struct, frozen=True):
    """Every step that is missing; the same for a hidden record and for one that does not exist (sharing.md 7.14)."""

    missing: tuple[Step, ...]


def may_see(viewer: Viewer, record: RecordKey, shares: Collection[ShareFact], policy: Policy) -> Allowed | Refused:
    """The decision of sharing.md 2: own record, party, active share; then the cut by role. The first line that holds wins."""
    if not role_reads(viewer, record.data_class):
        return Refused((Step("role_reads_not"),))
    if record.owner_id == viewer.organisation_id:
        return Allowed("own")
    if viewer.organisation_id in record.parties:
        return Allowed("party")
    carrying = [s for s in shares if carries(s, viewer, record, policy)]
    if carrying:
        weakest = min(carrying, key=lambda s: (WEAKEST_FIRST[s.basis_kind], s.basis_id))
        return Allowed("share", weakest.basis_id, weakest.basis_kind)
    return Refused(missing_steps(viewer, record.person_id, record.data_class, shares, policy))


def role_reads(viewer: Viewer, data_class: str) -> bool:
    """The cut by role, which no basis opens; twin of the SQL function `role_reads`."""
    return bool(viewer.roles & READERS.get(data_class, frozenset()))


def carries(share: ShareFact, viewer: Viewer, record: RecordKey, policy: Policy) -> bool:
    """Does this share open this record to this viewer now? One condition a line, in the order of the view `share_now`."""
    return (
        share.person_id == record.person_id
        and share.source_id == record.owner_id
        and share.recipient_id == viewer.organisation_id
        and record.data_class in share.classes
        and viewer.purpose in share.purposes
        and share.opened_at <= viewer.now
        and (share.ended_at is None or viewer.now < share.ended_at)
        and _in_term(viewer.today, share.valid_from, share.valid_until)
        and share.basis_state in LIVE_STATES
        and _in_term(viewer.today, share.basis_from, share.basis_until)
        and not _never(viewer.kind, record.data_class, share.basis_kind)
        and (record.owner_kind, viewer.kind, record.data_class, viewer.purpose, share.basis_kind) in policy.lines
    )


def lies_open(viewer: Viewer, person_id: UUID, data_class: str, shares: Collection[ShareFact], policy: Policy) -> bool:
    """Does any share open this class of the person to this viewer now, whether or not its source has recorded anything?"""
    return role_reads(viewer, data_class) and any(
        s.person_id == person_id and _opens(s, viewer, data_class, policy) for s in shares
    )


def missing_steps(
    viewer: Viewer, person_id: UUID, data_class: str, shares: Collection[ShareFact], policy: Policy
) -> tuple[Step, ...]:
    """Why a class of a person is closed, told from the viewer's own shares and the policy alone: nothing else is known.

    A share that is open is no reason: it opens what its own source holds, and the answer is about everything else.
    """
    if not role_reads(viewer, data_class):
        return (Step("role_reads_not"),)
    mine = [s for s in shares if s.person_id == person_id and s.recipient_id == viewer.organisation_id]
    of_class = [s for s in mine if data_class in s.classes]
    steps = [_why_not(viewer, share) for share in of_class if not _opens(share, viewer, data_class, policy)]
    if not mine:
        steps.append(Step("nothing_shared"))
    if not of_class:
        steps.append(Step("class_not_shared"))
    kinds = policy.kinds.get((viewer.kind, data_class), ())
    steps.append(Step("class_needs", kinds=kinds) if kinds else Step("class_never_shared"))
    return tuple(dict.fromkeys(steps))


def _why_not(viewer: Viewer, share: ShareFact) -> Step:
    given = share.basis_kind in GIVEN_BY_PERSON
    if share.basis_state not in LIVE_STATES:
        return Step(f"{'permission' if given else 'basis'}_{share.basis_state}", day=share.basis_ended_on)
    if share.ended_at is not None and share.ended_at <= viewer.now:
        return Step("share_ended", day=share.ended_on)
    until = min((day for day in (share.valid_until, share.basis_until) if day), default=None)
    if until and until < viewer.today:
        return Step("permission_past" if given else "basis_past", day=until)
    start = max(share.valid_from, share.basis_from, day_of(share.opened_at))
    if viewer.today < start or viewer.now < share.opened_at:
        return Step("not_yet", day=start)
    return Step("other_purpose" if viewer.purpose not in share.purposes else "policy_closed")


def _opens(share: ShareFact, viewer: Viewer, data_class: str, policy: Policy) -> bool:
    record = RecordKey(share.source_id, share.source_kind, share.person_id, data_class)
    return carries(share, viewer, record, policy)


def _never(recipient_kind: str, data_class: str, basis_kind: str) -> bool:
    return (
        recipient_kind == "staffing_firm"
        and data_class in NEVER_BY_CONTRACT_TO_STAFFING
        and basis_kind == BasisKind.PROCESSOR_CONTRACT
    )


def _in_term(day: date, first: date, last: date | None) -> bool:
    return first <= day and (last is None or day <= last)


def permission_faults(
    *,
    classes: Sequence[str],
    purposes: Sequence[str],
    valid_from: date,
    valid_until: date,
    today: date,
    notice_classes: Sequence[str],
    notice_purposes: Sequence[str],
    longest_days: int,
) -> list[tuple[str, str]]:
    """Faults of a permission as (field, code): it stays inside its notice and has an end (glossary, consent machine)."""
    faults: list[tuple[str, str]] = []
    if not classes:
        faults.append(("classes", "permission.no_class"))
    if set(classes) - set(notice_classes):
        faults.append(("classes", "permission.class_outside_notice"))
    if not purposes or set(purposes) - set(notice_purposes):
        faults.append(("purposes", "permission.purpose_outside_notice"))
    if valid_until < valid_from or valid_until < today:
        faults.append(("valid_until", "permission.ends_before_it_starts"))
    elif (valid_until - valid_from).days >= longest_days:
        faults.append(("valid_until", "permission.longer_than_notice"))
    return faults
