"""A world that just opens: the city shares a plan with the workshop on the client's permission. Tests change one fact."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from services.domain.sharing.rules import Policy, PolicyLine, RecordKey, ShareFact, Viewer, policy_of
from services.kit.clock import day_of

CITY, WORKSHOP, COLLEGE, STAFFING = (UUID(int=n) for n in range(1, 5))
PERSON, STRANGER = UUID(int=11), UUID(int=12)
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
TODAY = day_of(NOW)
DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)

LINES: frozenset[PolicyLine] = frozenset(
    ("employment_authority", recipient, data_class, purpose, kind)
    for recipient in ("workshop", "staffing_firm")
    for purpose in ("referral", "service_delivery")
    for kind, classes in (
        ("processor_contract", ("identity", "contact", "service_use")),
        ("client_permission", ("plan", "ability")),
    )
    for data_class in classes
)
POLICY: Policy = policy_of(LINES)


def a_viewer(now: datetime = NOW, **facts: Any) -> Viewer:
    """A coach of the workshop who delivers a service."""
    viewer = Viewer(WORKSHOP, "workshop", frozenset({"coach"}), "service_delivery", now, day_of(now))
    return msgspec.structs.replace(viewer, **facts)


def a_record(**facts: Any) -> RecordKey:
    """A plan that the city made with the person."""
    return msgspec.structs.replace(RecordKey(CITY, "employment_authority", PERSON, "plan"), **facts)


def a_share(**facts: Any) -> ShareFact:
    """The client's permission for November and December."""
    share = ShareFact(
        share_id=UUID(int=21),
        person_id=PERSON,
        source_id=CITY,
        recipient_id=WORKSHOP,
        classes=frozenset({"plan", "ability"}),
        purposes=frozenset({"referral", "service_delivery"}),
        valid_from=date(2026, 11, 1),
        valid_until=date(2026, 12, 31),
        opened_at=datetime(2026, 11, 1, 8, tzinfo=UTC),
        ended_at=None,
        ended_on=None,
        basis_id=UUID(int=31),
        basis_kind="client_permission",
        basis_state="given",
        basis_from=date(2026, 11, 1),
        basis_until=date(2026, 12, 31),
        basis_ended_on=None,
        source_kind="employment_authority",
    )
    return msgspec.structs.replace(share, **facts)


def a_contract(**facts: Any) -> ShareFact:
    """The minimum on the processor contract, without a last day."""
    return a_share(
        **{
            "share_id": UUID(int=22),
            "classes": frozenset({"identity", "contact", "service_use"}),
            "valid_until": None,
            "basis_id": UUID(int=32),
            "basis_kind": "processor_contract",
            "basis_state": "active",
            "basis_until": None,
        }
        | facts
    )
