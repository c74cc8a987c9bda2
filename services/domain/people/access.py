"""How a row about a person becomes a view: only with the decision that allows it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from services.domain.sharing.access import Sight
from services.domain.sharing.rules import Allowed, DataClass


class IdentityView(msgspec.Struct, frozen=True):
    """Name and birth date as one organisation holds them, and on which basis they are seen."""

    id: UUID
    person_id: UUID
    owner_id: UUID
    given_name: str
    family_name: str
    birth_date: date
    recorded_at: datetime
    basis: Allowed

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


class ContactView(msgspec.Struct, frozen=True):
    """Contact card."""

    id: UUID
    person_id: UUID
    owner_id: UUID
    phone: str
    email: str
    address: str
    recorded_at: datetime
    basis: Allowed


class PlanView(msgspec.Struct, frozen=True):
    """A plan as made on a day."""

    id: UUID
    person_id: UUID
    owner_id: UUID
    made_on: date
    goal: str
    steps: str
    recorded_at: datetime
    basis: Allowed


class AbilityView(msgspec.Struct, frozen=True):
    """An assessment of work ability; `partial` means partial work ability."""

    id: UUID
    person_id: UUID
    owner_id: UUID
    assessed_on: date
    partial: bool
    description: str
    recorded_at: datetime
    basis: Allowed


Row = Any
"""A database record of the view's own table."""


def identity_view(row: Row, eyes: Sight) -> IdentityView:
    """Raises WallBreach when the Python rule refuses what PostgreSQL returned; so do the others here."""
    return IdentityView(
        row["id"],
        row["person_id"],
        row["owner_id"],
        row["given_name"],
        row["family_name"],
        row["birth_date"],
        row["recorded_at"],
        _basis(row, eyes, DataClass.IDENTITY),
    )


def contact_view(row: Row, eyes: Sight) -> ContactView:
    return ContactView(
        row["id"],
        row["person_id"],
        row["owner_id"],
        row["phone"],
        row["email"],
        row["address"],
        row["recorded_at"],
        _basis(row, eyes, DataClass.CONTACT),
    )


def plan_view(row: Row, eyes: Sight) -> PlanView:
    return PlanView(
        row["id"],
        row["person_id"],
        row["owner_id"],
        row["made_on"],
        row["goal"],
        row["steps"],
        row["recorded_at"],
        _basis(row, eyes, DataClass.PLAN),
    )


def ability_view(row: Row, eyes: Sight) -> AbilityView:
    return AbilityView(
        row["id"],
        row["person_id"],
        row["owner_id"],
        row["assessed_on"],
        row["partial"],
        row["description"],
        row["recorded_at"],
        _basis(row, eyes, DataClass.ABILITY),
    )


def _basis(row: Row, eyes: Sight, data_class: DataClass) -> Allowed:
    return eyes.of(owner_id=row["owner_id"], person_id=row["person_id"], data_class=data_class)
