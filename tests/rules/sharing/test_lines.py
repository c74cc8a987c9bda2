"""The lines of the decision in their order, and the cut by role that stands above all of them."""

from typing import Any
from uuid import UUID

import pytest

from services.domain.organisations.rules import ROLES
from services.domain.sharing.rules import (
    READERS,
    WEAKEST_FIRST,
    Allowed,
    BasisKind,
    DataClass,
    Refused,
    Step,
    may_see,
    policy_of,
)
from tests.rules.sharing.facts import CITY, COLLEGE, LINES, POLICY, WORKSHOP, a_contract, a_record, a_share, a_viewer

NOTHING = policy_of(())


def test_own_record_needs_no_share_and_no_policy() -> None:
    assert may_see(a_viewer(), a_record(owner_id=WORKSHOP), [], NOTHING) == Allowed("own")


def test_a_party_needs_no_share_and_no_policy() -> None:
    assert may_see(a_viewer(), a_record(parties=frozenset({CITY, WORKSHOP})), [], NOTHING) == Allowed("party")


def test_a_party_to_something_else_is_no_party() -> None:
    assert isinstance(may_see(a_viewer(), a_record(parties=frozenset({CITY, COLLEGE})), [], NOTHING), Refused)


def test_own_comes_before_party_and_party_before_share() -> None:
    share = a_share()
    assert may_see(a_viewer(), a_record(), [share], POLICY) == Allowed("share", share.basis_id, "client_permission")
    assert may_see(a_viewer(), a_record(parties=frozenset({WORKSHOP})), [share], POLICY) == Allowed("party")
    owned = a_record(owner_id=WORKSHOP, parties=frozenset({WORKSHOP}))
    assert may_see(a_viewer(), owned, [share], POLICY) == Allowed("own")


@pytest.mark.parametrize("purpose", ["payment", "statistics", "anything"])
def test_own_and_party_hold_for_any_purpose(purpose: str) -> None:
    viewer = a_viewer(purpose=purpose)
    assert may_see(viewer, a_record(owner_id=WORKSHOP), [], NOTHING) == Allowed("own")
    assert may_see(viewer, a_record(parties=frozenset({WORKSHOP})), [], NOTHING) == Allowed("party")


@pytest.mark.parametrize(
    "record",
    [a_record(owner_id=WORKSHOP), a_record(parties=frozenset({WORKSHOP})), a_record()],
    ids=["own", "party", "share"],
)
@pytest.mark.parametrize("roles", [(), ("finance",), ("org_admin", "privacy_officer"), ("hr",), ("wizard",)])
def test_a_role_that_does_not_read_the_class_opens_no_line(record: Any, roles: tuple[str, ...]) -> None:
    decision = may_see(a_viewer(roles=frozenset(roles)), record, [a_share()], POLICY)
    assert decision == Refused((Step("role_reads_not"),))


def test_one_reading_role_among_others_is_enough() -> None:
    viewer = a_viewer(roles=frozenset({"finance", "hr", "coach"}))
    assert may_see(viewer, a_record(owner_id=WORKSHOP), [], NOTHING) == Allowed("own")


@pytest.mark.parametrize("role", sorted(ROLES))
@pytest.mark.parametrize("data_class", list(DataClass))
def test_who_reads_what(role: str, data_class: str) -> None:
    serving = role in ("caseworker", "coach", "guidance_counsellor")
    reads = {
        DataClass.IDENTITY_NUMBER: role == "caseworker",
        DataClass.EMPLOYMENT_FACT: serving or role == "hr",
    }.get(DataClass(data_class), serving)
    own = may_see(a_viewer(roles=frozenset({role})), a_record(owner_id=WORKSHOP, data_class=data_class), [], NOTHING)
    assert isinstance(own, Allowed) == reads


@pytest.mark.parametrize("unknown", ["", "notes", "Plan", "money"])
def test_a_class_without_readers_is_closed_even_to_its_owner(unknown: str) -> None:
    every_role = a_viewer(roles=ROLES)
    assert unknown not in READERS
    assert may_see(every_role, a_record(owner_id=WORKSHOP, data_class=unknown), [], POLICY) == Refused(
        (Step("role_reads_not"),)
    )


def test_the_weakest_basis_is_named() -> None:
    """Basis ids run against the ranks, so that neither their order nor that of the shares can stand in for the rank."""
    order = ["consent", "client_permission", "vital_interest", "processor_contract", "statutory_task"]
    assert sorted(WEAKEST_FIRST, key=WEAKEST_FIRST.__getitem__) == order == [kind.value for kind in BasisKind]
    policy = policy_of(("employment_authority", "workshop", "plan", "service_delivery", kind) for kind in order)
    shares = [a_share(basis_kind=kind, basis_id=UUID(int=100 - n)) for n, kind in enumerate(order)]
    while shares:
        expected = Allowed("share", shares[0].basis_id, shares[0].basis_kind)
        assert may_see(a_viewer(), a_record(), shares, policy) == expected
        assert may_see(a_viewer(), a_record(), shares[::-1], policy) == expected
        shares = shares[1:]


def test_of_two_equal_bases_always_the_same_is_named() -> None:
    shares = [a_share(basis_id=UUID(int=9)), a_share(basis_id=UUID(int=8))]
    for order in (shares, shares[::-1]):
        assert may_see(a_viewer(), a_record(), order, POLICY) == Allowed("share", UUID(int=8), "client_permission")


def test_a_weaker_basis_that_does_not_carry_is_not_named() -> None:
    lines = LINES | {("employment_authority", "workshop", "plan", "service_delivery", "consent")}
    withdrawn = a_share(basis_kind="consent", basis_state="withdrawn", basis_id=UUID(int=1))
    decision = may_see(a_viewer(), a_record(), [withdrawn, a_share()], policy_of(lines))
    assert decision == Allowed("share", a_share().basis_id, "client_permission")


def test_several_shares_add_up_over_classes_but_none_lends_its_class() -> None:
    shares = [a_share(), a_contract()]
    for data_class in ("identity", "contact", "service_use", "plan", "ability"):
        assert isinstance(may_see(a_viewer(), a_record(data_class=data_class), shares, POLICY), Allowed)
    for data_class in ("identity_number", "employment_fact", "employment_detail"):
        assert isinstance(may_see(a_viewer(), a_record(data_class=data_class), shares, POLICY), Refused)
