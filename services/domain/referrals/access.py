"""Who may see a referral (its parties) and a service use (its owner, or through a share)."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from services.domain.sharing.access import Sight
from services.domain.sharing.rules import Allowed, DataClass


class ReferralView(msgspec.Struct, frozen=True):
    """A referral as its two parties see it. `deadline` is the last day for deciding; `side` is the viewer's."""

    id: UUID
    person_id: UUID
    sender_id: UUID
    receiver_id: UUID
    side: str
    service: str
    reason: str
    state: str
    classes: tuple[str, ...]
    decide_classes: tuple[str, ...]
    permitted_classes: tuple[str, ...]
    basis_id: UUID | None
    permission_id: UUID | None
    offered_at: datetime
    deadline: date
    decided_at: datetime | None
    reason_code: str
    basis: Allowed


class ServiceUseView(msgspec.Struct, frozen=True):
    """A service used; days, both included, `ended_on` None while it goes on."""

    id: UUID
    person_id: UUID
    owner_id: UUID
    service: str
    started_on: date
    ended_on: date | None
    referral_id: UUID | None
    recorded_at: datetime
    basis: Allowed


Row = Any


def referral_view(row: Row, eyes: Sight) -> ReferralView:
    """Raises WallBreach when the viewer is no party."""
    basis = eyes.of(
        owner_id=row["sender_id"],
        person_id=row["person_id"],
        data_class=DataClass.SERVICE_USE,
        parties=(row["sender_id"], row["receiver_id"]),
    )
    return ReferralView(
        row["id"],
        row["person_id"],
        row["sender_id"],
        row["receiver_id"],
        "sender" if row["sender_id"] == eyes.viewer.organisation_id else "receiver",
        row["service"],
        row["reason"],
        row["state"],
        tuple(row["classes"]),
        tuple(row["decide_classes"]),
        tuple(row["permitted_classes"]),
        row["basis_id"],
        row["permission_id"],
        row["offered_at"],
        row["deadline"],
        row["decided_at"],
        row["reason_code"],
        basis,
    )


def service_use_view(row: Row, eyes: Sight) -> ServiceUseView:
    """Raises WallBreach when the Python rule refuses what PostgreSQL returned."""
    basis = eyes.of(owner_id=row["owner_id"], person_id=row["person_id"], data_class=DataClass.SERVICE_USE)
    return ServiceUseView(
        row["id"],
        row["person_id"],
        row["owner_id"],
        row["service"],
        row["started_on"],
        row["ended_on"],
        row["referral_id"],
        row["recorded_at"],
        basis,
    )
