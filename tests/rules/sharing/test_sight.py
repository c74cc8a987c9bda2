"""No view of a row comes about without the decision: what the rule refuses is a breach, whatever PostgreSQL returned."""

from uuid import uuid4

import pytest

from services.domain.sharing.access import Sight
from services.domain.sharing.rules import Allowed, Refused, Step
from services.kit.errors import WallBreach
from tests.rules.sharing.facts import CITY, PERSON, POLICY, STRANGER, WORKSHOP, a_share, a_viewer

KINDS = {CITY: "employment_authority", WORKSHOP: "workshop"}


def a_sight() -> Sight:
    return Sight(a_viewer(), (a_share(),), POLICY, KINDS)


def test_the_basis_of_a_row_that_may_be_shown() -> None:
    eyes = a_sight()
    assert eyes.of(owner_id=WORKSHOP, person_id=STRANGER, data_class="plan") == Allowed("own")
    assert eyes.of(owner_id=CITY, person_id=STRANGER, data_class="plan", parties=[WORKSHOP]) == Allowed("party")
    shared = eyes.of(owner_id=CITY, person_id=PERSON, data_class="plan")
    assert shared == Allowed("share", a_share().basis_id, "client_permission")


def test_a_row_that_the_rule_refuses_is_a_breach_that_names_no_person() -> None:
    with pytest.raises(WallBreach) as caught:
        a_sight().of(owner_id=CITY, person_id=STRANGER, data_class="plan")
    assert caught.value.code == "sharing.wall_breach"
    assert caught.value.details == {"data_class": "plan", "line": "nothing_shared"}


def test_an_owner_that_is_no_member_has_no_kind_and_no_policy() -> None:
    eyes = Sight(a_viewer(), (a_share(),), POLICY, {})
    with pytest.raises(WallBreach):
        eyes.of(owner_id=CITY, person_id=PERSON, data_class="plan")


def test_why_closed_and_open_to() -> None:
    eyes = a_sight()
    assert eyes.open_to(PERSON, "plan") and not eyes.open_to(PERSON, "contact")
    assert eyes.why_closed(PERSON, "contact").missing[0] == Step("class_not_shared")
    assert not eyes.open_to(STRANGER, "plan")
    assert eyes.why_closed(STRANGER, "plan") == eyes.why_closed(uuid4(), "plan")
    assert isinstance(eyes.why_closed(STRANGER, "plan"), Refused)
