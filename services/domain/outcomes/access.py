"""How facts of work become views: the fact and the detail each by the decision of its own class."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from services.domain.sharing.access import Sight
from services.domain.sharing.rules import Allowed, DataClass


class EmploymentDetailView(msgspec.Struct, frozen=True):
    """Employer, weekly hours in tenths, monthly pay in cents."""

    id: UUID
    employer: str
    hours_tenths: int
    monthly_pay_cents: int | None
    basis: Allowed


class EmploymentView(msgspec.Struct, frozen=True):
    """A fact of work; `detail` is None where its class is closed to the viewer."""

    id: UUID
    person_id: UUID
    owner_id: UUID
    started_on: date
    ended_on: date | None
    hours_band: str
    kind: str
    recorded_at: datetime
    basis: Allowed
    detail: EmploymentDetailView | None


Row = Any


def employment_view(fact: Row, detail: Row | None, eyes: Sight) -> EmploymentView:
    """Raises WallBreach when the Python rule refuses what PostgreSQL returned, fact or detail."""
    return EmploymentView(
        fact["id"],
        fact["person_id"],
        fact["owner_id"],
        fact["started_on"],
        fact["ended_on"],
        fact["hours_band"],
        fact["kind"],
        fact["recorded_at"],
        eyes.of(owner_id=fact["owner_id"], person_id=fact["person_id"], data_class=DataClass.EMPLOYMENT_FACT),
        _detail(detail, eyes) if detail is not None else None,
    )


def _detail(row: Row, eyes: Sight) -> EmploymentDetailView:
    return EmploymentDetailView(
        row["id"],
        row["employer"],
        row["hours_tenths"],
        row["monthly_pay_cents"],
        eyes.of(owner_id=row["owner_id"], person_id=row["person_id"], data_class=DataClass.EMPLOYMENT_DETAIL),
    )
