"""What is right for a referral: its states, its classes, its deadline. Pure."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Literal

import msgspec

from services.domain.people.rules import Fault, text_faults
from services.domain.sharing.rules import MINIMUM_CLASSES, DataClass

OFFER_DAYS = 14
"""Whole days after the day of the offer in which the receiver may decide (sharing.md 7.20)."""

SERVICE_TYPES = (
    "expert_assessment",
    "career_guidance",
    "job_search_coaching",
    "career_coaching",
    "job_coaching",
    "training_trial",
    "work_trial",
    "labour_market_training",
    "benefit_supported_study",
    "integration_training",
    "rehab_work",
    "social_rehabilitation",
    "workshop_period",
    "supported_employment",
)

REJECT_REASONS = ("at_capacity", "not_eligible", "wrong_service", "client_declined", "no_basis", "other")
CANCEL_REASONS = ("client_declined", "wrong_receiver", "other_service", "other")

PERMITTED_BY_PERSON = (DataClass.PLAN, DataClass.ABILITY)
"""Classes that a referral may carry only with the person's permission."""

MOVES: dict[tuple[str, str], Literal["sender", "receiver", "system"]] = {
    ("offered", "accepted"): "receiver",
    ("offered", "rejected"): "receiver",
    ("offered", "cancelled"): "sender",
    ("offered", "expired"): "system",
}

STATES = ("offered", "accepted", "rejected", "cancelled", "expired")


class Shown(msgspec.Struct, frozen=True):
    """Which classes the offer opens, which acceptance opens, and which of them rest on the person's permission."""

    decide: frozenset[str]
    full: frozenset[str]
    permitted: frozenset[str]


def allowed_moves(state: str, side: str) -> tuple[str, ...]:
    """The states to which `side` (sender, receiver, system) may move a referral now."""
    return tuple(to for (at, to), who in MOVES.items() if at == state and who == side)


def deadline_of(offered_on: date) -> date:
    """The last day on which the offer may be decided."""
    return offered_on + timedelta(days=OFFER_DAYS)


def shown_classes(*, by_contract: Collection[str], permitted: Sequence[str], needed_to_decide: Sequence[str]) -> Shown:
    """The minimum that the contract carries, plus what the person permits; of it the offer shows name and what is ticked.

    The identity number never passes with a referral.
    """
    minimum = {c.value for c in MINIMUM_CLASSES} & set(by_contract)
    by_person = {c.value for c in PERMITTED_BY_PERSON} & set(permitted)
    full = minimum | by_person
    decide = ({DataClass.IDENTITY.value} | set(needed_to_decide)) & full
    return Shown(frozenset(decide), frozenset(full), frozenset(by_person))


def offer_faults(
    *, service: str, services_of_receiver: Collection[str], reason: str, permitted: Sequence[str], by_contract: bool
) -> list[Fault]:
    """Every fault of an offer as (field, code)."""
    faults = text_faults({"reason": reason}, required=False)
    if service not in services_of_receiver:
        faults.append(("service", "referrals.service_not_offered"))
    if set(permitted) - {c.value for c in PERMITTED_BY_PERSON}:
        faults.append(("permitted", "referrals.class_not_permittable"))
    if not by_contract:
        faults.append(("receiver", "referrals.no_basis_for_minimum"))
    return faults
