"""A referral is seen by its two parties, a service use by its owner or through a share."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.domain.referrals.access import referral_view, service_use_view
from services.domain.sharing.access import Sight
from services.domain.sharing.rules import Allowed, policy_of
from services.kit.errors import WallBreach
from tests.rules.sharing.facts import CITY, COLLEGE, NOW, PERSON, POLICY, WORKSHOP, a_contract, a_viewer

KINDS = {CITY: "employment_authority", WORKSHOP: "workshop", COLLEGE: "vocational_college"}
REFERRAL: dict[str, Any] = {
    "id": UUID(int=61),
    "person_id": PERSON,
    "sender_id": CITY,
    "receiver_id": WORKSHOP,
    "service": "job_coaching",
    "reason": "Haluaa kokeilla puhtausalaa.",
    "state": "offered",
    "classes": ["contact", "identity", "plan"],
    "decide_classes": ["identity"],
    "permitted_classes": ["plan"],
    "basis_id": UUID(int=32),
    "permission_id": UUID(int=31),
    "offered_at": NOW,
    "deadline": date(2026, 12, 6),
    "decided_at": None,
    "reason_code": "",
}
USE: dict[str, Any] = {
    "id": UUID(int=62),
    "person_id": PERSON,
    "owner_id": CITY,
    "service": "work_trial",
    "started_on": date(2026, 5, 4),
    "ended_on": date(2026, 7, 31),
    "referral_id": None,
    "recorded_at": NOW,
}


def eyes_of(organisation_id: UUID, *shares: Any, roles: str = "coach") -> Sight:
    viewer = a_viewer(organisation_id=organisation_id, kind=KINDS[organisation_id], roles=frozenset({roles}))
    return Sight(viewer, shares, POLICY, KINDS)


def test_both_parties_see_it_each_from_its_side() -> None:
    sender, receiver = referral_view(REFERRAL, eyes_of(CITY)), referral_view(REFERRAL, eyes_of(WORKSHOP))
    assert (sender.side, sender.basis) == ("sender", Allowed("own"))
    assert (receiver.side, receiver.basis) == ("receiver", Allowed("party"))
    lists = {"classes", "decide_classes", "permitted_classes"}
    for name, value in REFERRAL.items():
        assert getattr(receiver, name) == getattr(sender, name) == (tuple(value) if name in lists else value)


def test_nobody_else_sees_it_even_with_shares_of_the_person() -> None:
    with pytest.raises(WallBreach):
        referral_view(REFERRAL, eyes_of(COLLEGE))


@pytest.mark.parametrize("roles", ["finance", "hr", ""])
def test_a_party_whose_role_reads_no_service_use_does_not_see_it(roles: str) -> None:
    with pytest.raises(WallBreach):
        referral_view(REFERRAL, eyes_of(WORKSHOP, roles=roles))


def test_a_service_use_is_seen_by_its_owner_and_through_a_share() -> None:
    own, shared = service_use_view(USE, eyes_of(CITY)), service_use_view(USE, eyes_of(WORKSHOP, a_contract()))
    assert own.basis == Allowed("own")
    assert shared.basis == Allowed("share", a_contract().basis_id, "processor_contract")
    assert {name: getattr(shared, name) for name in USE} == USE
    with pytest.raises(WallBreach):
        service_use_view(USE, eyes_of(WORKSHOP, a_contract(classes=frozenset({"identity"}))))
    with pytest.raises(WallBreach):
        service_use_view(USE, Sight(eyes_of(WORKSHOP).viewer, (a_contract(),), policy_of(()), KINDS))
