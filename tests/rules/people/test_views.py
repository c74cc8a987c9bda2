"""A row about a person becomes a view with the basis on which it is seen, or not at all."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.domain.people.access import ability_view, contact_view, identity_view, plan_view
from services.domain.sharing.access import Sight
from services.domain.sharing.rules import Allowed
from services.kit.errors import WallBreach
from tests.rules.sharing.facts import CITY, COLLEGE, NOW, PERSON, POLICY, WORKSHOP, a_contract, a_share, a_viewer

ROW: dict[str, Any] = {"id": UUID(int=51), "person_id": PERSON, "owner_id": CITY, "recorded_at": NOW}
FIELDS: dict[str, tuple[Callable[[Any, Sight], Any], dict[str, Any]]] = {
    "identity": (identity_view, {"given_name": "Aino", "family_name": "Mäki", "birth_date": date(1990, 5, 4)}),
    "contact": (contact_view, {"phone": "040 123 4567", "email": "aino@example.fi", "address": "Kauppakatu 1"}),
    "plan": (plan_view, {"made_on": date(2026, 11, 2), "goal": "Puhtausala", "steps": "Työkokeilu"}),
    "ability": (ability_view, {"assessed_on": date(2026, 11, 3), "partial": True, "description": "Ei nostoja"}),
}
EYES = Sight(a_viewer(), (a_share(), a_contract()), POLICY, {CITY: "employment_authority", COLLEGE: "workshop"})


@pytest.mark.parametrize("data_class", FIELDS)
def test_a_shared_row_shows_every_field_and_its_basis(data_class: str) -> None:
    view_of, fields = FIELDS[data_class]
    view = view_of(ROW | fields, EYES)
    assert {name: getattr(view, name) for name in ROW | fields} == ROW | fields
    share = a_share() if data_class in ("plan", "ability") else a_contract()
    assert view.basis == Allowed("share", share.basis_id, share.basis_kind)


@pytest.mark.parametrize("data_class", FIELDS)
def test_an_own_row_is_seen_as_own(data_class: str) -> None:
    view_of, fields = FIELDS[data_class]
    assert view_of(ROW | fields | {"owner_id": WORKSHOP}, EYES).basis == Allowed("own")


@pytest.mark.parametrize("data_class", FIELDS)
def test_a_row_of_somebody_who_shares_nothing_breaks(data_class: str) -> None:
    view_of, fields = FIELDS[data_class]
    with pytest.raises(WallBreach):
        view_of(ROW | fields | {"owner_id": COLLEGE}, EYES)


@pytest.mark.parametrize("data_class", FIELDS)
def test_each_view_asks_for_its_own_class(data_class: str) -> None:
    """With every class shared but its own, no view comes about."""
    view_of, fields = FIELDS[data_class]
    others = frozenset(FIELDS) - {data_class}
    eyes = Sight(a_viewer(), (a_share(classes=others), a_contract(classes=others)), POLICY, EYES.kinds)
    with pytest.raises(WallBreach):
        view_of(ROW | fields, eyes)


def test_the_name_as_it_is_said() -> None:
    view_of, fields = FIELDS["identity"]
    assert view_of(ROW | fields, EYES).name == "Aino Mäki"
