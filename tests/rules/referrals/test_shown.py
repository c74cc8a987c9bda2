"""What a referral shows: the minimum on the contract, what the person permits, and never the identity number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.referrals.rules import PERMITTED_BY_PERSON, Shown, shown_classes
from services.domain.sharing.rules import MINIMUM_CLASSES, DataClass

MINIMUM = {"identity", "contact", "service_use"}
some = st.lists(st.sampled_from([*DataClass, "notes"]), max_size=9)


@pytest.mark.parametrize(
    ("by_contract", "permitted", "ticked", "shown"),
    [
        (MINIMUM, [], [], Shown(frozenset({"identity"}), frozenset(MINIMUM), frozenset())),
        (
            MINIMUM,
            ["plan"],
            ["plan"],
            Shown(frozenset({"identity", "plan"}), frozenset(MINIMUM | {"plan"}), frozenset({"plan"})),
        ),
        (
            MINIMUM,
            ["plan", "ability"],
            ["contact"],
            Shown(
                frozenset({"identity", "contact"}),
                frozenset(MINIMUM | {"plan", "ability"}),
                frozenset({"plan", "ability"}),
            ),
        ),
        # Ticked but not permitted: not shown. Refusing has no other effect.
        (MINIMUM, [], ["plan", "ability"], Shown(frozenset({"identity"}), frozenset(MINIMUM), frozenset())),
        # A contract that carries more than the minimum lends a referral no more than that.
        (
            set(DataClass),
            [],
            ["identity_number", "employment_detail"],
            Shown(frozenset({"identity"}), frozenset(MINIMUM), frozenset()),
        ),
        ({"identity"}, [], ["contact"], Shown(frozenset({"identity"}), frozenset({"identity"}), frozenset())),
        (set(), [], [], Shown(frozenset(), frozenset(), frozenset())),
    ],
)
def test_what_is_shown(by_contract: set[str], permitted: list[str], ticked: list[str], shown: Shown) -> None:
    assert shown_classes(by_contract=by_contract, permitted=permitted, needed_to_decide=ticked) == shown


def test_the_minimum_and_what_only_the_person_permits_do_not_meet() -> None:
    assert {c.value for c in MINIMUM_CLASSES} == MINIMUM
    assert not MINIMUM_CLASSES & set(PERMITTED_BY_PERSON)
    assert DataClass.IDENTITY_NUMBER not in MINIMUM_CLASSES | set(PERMITTED_BY_PERSON)


@given(some, some, some)
def test_whatever_is_asked(by_contract: list[str], permitted: list[str], ticked: list[str]) -> None:
    shown = shown_classes(by_contract=by_contract, permitted=permitted, needed_to_decide=ticked)
    assert shown.decide <= shown.full
    assert shown.permitted <= set(permitted) & set(PERMITTED_BY_PERSON)
    assert shown.full - shown.permitted <= MINIMUM & set(by_contract)
    assert "identity_number" not in shown.full | shown.decide | shown.permitted
    assert shown.decide <= {"identity", *ticked}


@given(some, some, some)
def test_permitting_more_never_shows_less(by_contract: list[str], permitted: list[str], ticked: list[str]) -> None:
    more = shown_classes(by_contract=by_contract, permitted=permitted, needed_to_decide=ticked)
    none = shown_classes(by_contract=by_contract, permitted=[], needed_to_decide=ticked)
    assert none.full <= more.full and none.decide <= more.decide
    assert none.full == MINIMUM & set(by_contract)
