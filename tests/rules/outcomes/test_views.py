"""The fact and the detail of a job are two records: each needs its own class."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.domain.outcomes.access import employment_view
from services.domain.sharing.access import Sight
from services.domain.sharing.rules import Allowed, policy_of
from services.kit.errors import WallBreach
from tests.rules.sharing.facts import CITY, NOW, PERSON, WORKSHOP, a_contract, a_viewer

FACT: dict[str, Any] = {
    "id": UUID(int=71),
    "person_id": PERSON,
    "owner_id": CITY,
    "started_on": date(2026, 9, 1),
    "ended_on": None,
    "hours_band": "20_30",
    "kind": "open",
    "recorded_at": NOW,
}
DETAIL: dict[str, Any] = {
    "id": UUID(int=72),
    "person_id": PERSON,
    "owner_id": CITY,
    "employer": "Siivouspalvelu Kirkas Oy",
    "hours_tenths": 255,
    "monthly_pay_cents": 187_000,
}
POLICY = policy_of(
    ("employment_authority", "workshop", data_class, "service_delivery", "processor_contract")
    for data_class in ("employment_fact", "employment_detail")
)


def eyes(*classes: str, role: str = "coach", organisation_id: UUID = WORKSHOP) -> Sight:
    viewer = a_viewer(roles=frozenset({role}), organisation_id=organisation_id)
    share = a_contract(classes=frozenset(classes))
    return Sight(viewer, (share,), POLICY, {CITY: "employment_authority", WORKSHOP: "workshop"})


def test_both_classes_show_both() -> None:
    view = employment_view(FACT, DETAIL, eyes("employment_fact", "employment_detail"))
    assert {name: getattr(view, name) for name in FACT} == FACT
    assert view.detail is not None and view.detail.basis == view.basis
    shown = {"id", "employer", "hours_tenths", "monthly_pay_cents"}
    assert {name: getattr(view.detail, name) for name in shown} == {name: DETAIL[name] for name in shown}
    assert view.basis == Allowed("share", a_contract().basis_id, "processor_contract")


def test_without_a_detail_row_the_fact_stands_alone() -> None:
    assert employment_view(FACT, None, eyes("employment_fact")).detail is None


def test_neither_class_lends_to_the_other() -> None:
    with pytest.raises(WallBreach):
        employment_view(FACT, DETAIL, eyes("employment_fact"))
    with pytest.raises(WallBreach):
        employment_view(FACT, DETAIL, eyes("employment_detail"))


def test_the_employers_side_sees_the_fact_and_never_the_detail() -> None:
    hr = eyes(role="hr", organisation_id=CITY)
    assert employment_view(FACT, None, hr).basis == Allowed("own")
    with pytest.raises(WallBreach):
        employment_view(FACT, DETAIL, hr)
