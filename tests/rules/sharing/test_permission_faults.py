"""A permission stays inside its notice: classes, purposes, and at most `longest_days` days, both ends counted."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.sharing.rules import permission_faults

FIRST = date(2026, 11, 22)
CLASSES = ("identity", "contact", "service_use", "plan", "ability")
PURPOSES = ("referral", "service_delivery")


def faults(**changed: Any) -> list[tuple[str, str]]:
    """Faults of a permission for one plan and one year that has none, with these things changed."""
    asked: dict[str, Any] = {
        "classes": ["plan"],
        "purposes": ["service_delivery"],
        "valid_from": FIRST,
        "valid_until": FIRST + timedelta(days=364),
        "today": FIRST,
        "notice_classes": CLASSES,
        "notice_purposes": PURPOSES,
        "longest_days": 365,
    }
    return permission_faults(**asked | changed)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        ({"classes": CLASSES, "purposes": PURPOSES}, []),
        ({"classes": []}, [("classes", "permission.no_class")]),
        ({"classes": ["plan", "identity_number"]}, [("classes", "permission.class_outside_notice")]),
        ({"classes": ["everything"]}, [("classes", "permission.class_outside_notice")]),
        ({"purposes": []}, [("purposes", "permission.purpose_outside_notice")]),
        ({"purposes": ["service_delivery", "matching"]}, [("purposes", "permission.purpose_outside_notice")]),
        ({"valid_until": FIRST}, []),
        ({"valid_until": FIRST - timedelta(days=1)}, [("valid_until", "permission.ends_before_it_starts")]),
        ({"valid_until": FIRST + timedelta(days=365)}, [("valid_until", "permission.longer_than_notice")]),
        ({"longest_days": 1, "valid_until": FIRST}, []),
        (
            {"longest_days": 1, "valid_until": FIRST + timedelta(days=1)},
            [("valid_until", "permission.longer_than_notice")],
        ),
        # One that begins later is measured from its own first day; one wholly in the past is no permission any more.
        ({"valid_from": FIRST + timedelta(days=30), "valid_until": FIRST + timedelta(days=394)}, []),
        (
            {"valid_from": FIRST - timedelta(days=9), "valid_until": FIRST - timedelta(days=1)},
            [("valid_until", "permission.ends_before_it_starts")],
        ),
    ],
)
def test_scope_and_term(changed: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert faults(**changed) == expected


def test_everything_wrong_is_said_at_once() -> None:
    found = faults(classes=[], purposes=["x"], valid_until=date(2030, 1, 1))
    assert [field for field, _ in found] == ["classes", "purposes", "valid_until"]


def test_a_year_that_holds_a_leap_day_has_a_day_more() -> None:
    """365 days from 1 March 2027 end on 28 February 2028, from 1 February 2028 already on 30 January 2029."""
    for first, last in ((date(2027, 3, 1), date(2028, 2, 28)), (date(2028, 2, 1), date(2029, 1, 30))):
        assert faults(valid_from=first, valid_until=last, today=first) == []
        assert faults(valid_from=first, valid_until=last + timedelta(days=1), today=first) != []


@given(st.integers(1, 800), st.integers(0, 900), st.dates(date(2026, 1, 1), date(2030, 1, 1)))
def test_the_longest_term_counts_both_ends(longest: int, further: int, first: date) -> None:
    found = faults(valid_from=first, valid_until=first + timedelta(days=further), today=first, longest_days=longest)
    assert (found == []) == (further + 1 <= longest)


@given(st.frozensets(st.sampled_from([*CLASSES, "notes"])), st.frozensets(st.sampled_from([*PURPOSES, "payment"])))
def test_only_a_part_of_the_notice_can_be_permitted(classes: frozenset[str], purposes: frozenset[str]) -> None:
    fits = bool(classes) and classes <= set(CLASSES) and bool(purposes) and purposes <= set(PURPOSES)
    assert (faults(classes=sorted(classes), purposes=sorted(purposes)) == []) == fits
