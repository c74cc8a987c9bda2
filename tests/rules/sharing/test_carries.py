"""Every condition of line 3, one at a time: with one fact changed the share opens nothing."""

from typing import Any

import msgspec
import pytest

from services.domain.sharing.rules import BasisKind, DataClass, carries, policy_of
from services.kit.clock import end_of_day, start_of_day
from tests.rules.sharing.facts import (
    CITY,
    COLLEGE,
    DAY,
    INSTANT,
    LINES,
    NOW,
    POLICY,
    STAFFING,
    STRANGER,
    TODAY,
    WORKSHOP,
    a_contract,
    a_record,
    a_share,
    a_viewer,
)

CHANGED: dict[str, dict[str, Any]] = {
    "another person": {"record": {"person_id": STRANGER}},
    "another owner": {"record": {"owner_id": COLLEGE}},
    "a class outside the share": {"share": {"classes": frozenset({"ability"})}},
    "a class unknown to all": {"record": {"data_class": "zodiac"}},
    "another recipient": {"share": {"recipient_id": COLLEGE}},
    "another viewer": {"viewer": {"organisation_id": COLLEGE}},
    "the source looks at the receiver's share": {"viewer": {"organisation_id": CITY}},
    "a purpose outside the share": {"share": {"purposes": frozenset({"referral"})}},
    "another acting purpose": {"viewer": {"purpose": "statistics"}},
    "opened a moment later": {"share": {"opened_at": NOW + INSTANT}},
    "ended at this very instant": {"share": {"ended_at": NOW}},
    "ended a moment ago": {"share": {"ended_at": NOW - INSTANT}},
    "begins tomorrow": {"share": {"valid_from": TODAY + DAY}},
    "ended yesterday": {"share": {"valid_until": TODAY - DAY}},
    "basis begins tomorrow": {"share": {"basis_from": TODAY + DAY}},
    "basis ended yesterday": {"share": {"basis_until": TODAY - DAY}},
    "basis of a kind the policy does not accept": {"share": {"basis_kind": "statutory_task"}},
    "basis of an unknown kind": {"share": {"basis_kind": "rumour"}},
    "viewer of another kind": {"viewer": {"kind": "vocational_college"}},
    "viewer of an unknown kind": {"viewer": {"kind": ""}},
    "owner of another kind": {"record": {"owner_kind": "workshop"}},
    "owner of an unknown kind": {"record": {"owner_kind": ""}},
}
DEAD = ("requested", "refused", "replaced", "expired", "withdrawn", "invalidated", "registered", "challenged", "ended")

KEPT: dict[str, dict[str, Any]] = {
    "as it is": {},
    "opened at this very instant": {"opened_at": NOW},
    "ends a moment later": {"ended_at": NOW + INSTANT},
    "first day": {"valid_from": TODAY},
    "last day": {"valid_until": TODAY},
    "no last day": {"valid_until": None},
    "first day of the basis": {"basis_from": TODAY},
    "last day of the basis": {"basis_until": TODAY},
    "no last day of the basis": {"basis_until": None},
    "a registered basis in force": {"basis_state": "active"},
}


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED)
def test_one_changed_fact_closes(change: dict[str, dict[str, Any]]) -> None:
    viewer = msgspec.structs.replace(a_viewer(), **change.get("viewer", {}))
    assert not carries(a_share(**change.get("share", {})), viewer, a_record(**change.get("record", {})), POLICY)


@pytest.mark.parametrize("state", [*DEAD, "", "Given"])
def test_a_basis_counts_in_its_live_states_only(state: str) -> None:
    assert not carries(a_share(basis_state=state), a_viewer(), a_record(), POLICY)


@pytest.mark.parametrize("facts", KEPT.values(), ids=KEPT)
def test_the_edges_that_still_open(facts: dict[str, Any]) -> None:
    assert carries(a_share(**facts), a_viewer(), a_record(), POLICY)


@pytest.mark.parametrize("place", range(5))
def test_every_part_of_the_policy_line_counts(place: int) -> None:
    line = ["employment_authority", "workshop", "plan", "service_delivery", "client_permission"]
    exact = policy_of([(line[0], line[1], line[2], line[3], line[4])])
    assert carries(a_share(), a_viewer(), a_record(), exact)
    line[place] = "other"
    assert not carries(a_share(), a_viewer(), a_record(), policy_of([(line[0], line[1], line[2], line[3], line[4])]))


def test_no_policy_means_no() -> None:
    assert not carries(a_share(), a_viewer(), a_record(), policy_of(()))


def test_the_policy_is_not_symmetric() -> None:
    """What the city may give the workshop, the workshop may not therefore give the city."""
    back = a_share(source_id=WORKSHOP, recipient_id=CITY, source_kind="workshop")
    viewer = a_viewer(organisation_id=CITY, kind="employment_authority")
    assert not carries(back, viewer, a_record(owner_id=WORKSHOP, owner_kind="workshop"), POLICY)


@pytest.mark.parametrize("data_class", list(DataClass))
@pytest.mark.parametrize("kind", list(BasisKind))
def test_the_staffing_rule_stands_above_any_policy(data_class: str, kind: str) -> None:
    everything = policy_of(
        ("employment_authority", to, one, "service_delivery", basis)
        for to in ("staffing_firm", "workshop")
        for one in DataClass
        for basis in BasisKind
    )
    share = a_share(basis_kind=kind, classes=frozenset(DataClass))
    record = a_record(data_class=data_class)
    assert carries(share, a_viewer(), record, everything)
    towards_firm = msgspec.structs.replace(share, recipient_id=STAFFING)
    firm = a_viewer(organisation_id=STAFFING, kind="staffing_firm")
    closed = data_class == "ability" and kind == "processor_contract"
    assert carries(towards_firm, firm, record, everything) == (not closed)


def test_the_permission_opens_to_the_firm_what_the_contract_never_does() -> None:
    policy = policy_of(
        LINES | {("employment_authority", "staffing_firm", "ability", "service_delivery", "processor_contract")}
    )
    firm = a_viewer(organisation_id=STAFFING, kind="staffing_firm")
    record = a_record(data_class="ability")
    assert not carries(a_contract(recipient_id=STAFFING, classes=frozenset({"ability"})), firm, record, policy)
    assert carries(a_share(recipient_id=STAFFING), firm, record, policy)


@pytest.mark.parametrize(
    "day",
    [
        TODAY,
        TODAY.replace(month=3, day=29),  # 23 hours: clocks go forward
        TODAY.replace(month=10, day=25),  # 25 hours: clocks go back
        TODAY.replace(month=12, day=31),
    ],
    ids=str,
)
@pytest.mark.parametrize("last", ["valid_until", "basis_until"])
@pytest.mark.parametrize("first", ["valid_from", "basis_from"])
def test_a_single_day_is_open_from_midnight_to_midnight_in_helsinki(day: Any, first: str, last: str) -> None:
    wide = {"valid_from": day - DAY, "basis_from": day - DAY, "valid_until": None, "basis_until": None}
    share = a_share(**wide | {first: day, last: day, "opened_at": start_of_day(day - DAY)})

    def is_open(instant: Any) -> bool:
        return carries(share, a_viewer(instant), a_record(), POLICY)

    assert is_open(start_of_day(day)) and is_open(end_of_day(day) - INSTANT)
    assert not is_open(start_of_day(day) - INSTANT) and not is_open(end_of_day(day))


def test_the_hour_that_the_clocks_repeat_is_not_repeated_for_acts() -> None:
    """On 25 October 3.30 comes twice; a withdrawal at the first one stays effective at the second."""
    withdrawn_at = NOW.replace(month=10, day=25, hour=0, minute=30)
    share = a_share(
        valid_from=TODAY.replace(month=10, day=1),
        basis_from=TODAY.replace(month=10, day=1),
        opened_at=NOW.replace(month=10, day=1),
        ended_at=withdrawn_at,
    )
    assert carries(share, a_viewer(withdrawn_at - INSTANT), a_record(), POLICY)
    for later in (withdrawn_at, withdrawn_at + INSTANT, withdrawn_at + DAY / 24):
        assert not carries(share, a_viewer(later), a_record(), POLICY)
