"""A registration: name, and a birth date that comes from the number or is asked."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.domain.people.rules import OLDEST, registration_faults

TODAY = date(2026, 11, 22)
NUMBER, BORN = "131052-308T", date(1952, 10, 13)


def faults(**changed: Any) -> list[tuple[str, str]]:
    """Faults of a registration with a number, with these things changed."""
    given: dict[str, Any] = {"number": NUMBER, "given_name": "Aino", "family_name": "Mäki", "birth_date": None}
    return registration_faults(**given | {"today": TODAY} | changed)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"birth_date": BORN},
        {"number": "", "birth_date": BORN},
        {"number": "  ", "birth_date": TODAY},
        {"number": "", "birth_date": OLDEST},
        {"number": "010100-900F"},  # born on the first day that counts
        {"number": " 131052\u2013308t "},
    ],
)
def test_complete(changed: dict[str, Any]) -> None:
    assert faults(**changed) == []


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"number": ""}, [("birth_date", "people.birth_date_or_number")]),
        ({"number": "131052-308U"}, [("number", "people.number_wrong")]),
        ({"number": "131052-308U", "birth_date": BORN}, [("number", "people.number_wrong")]),
        ({"birth_date": BORN + timedelta(days=1)}, [("birth_date", "people.birth_date_differs_from_number")]),
        (
            {"number": "", "birth_date": TODAY + timedelta(days=1)},
            [("birth_date", "people.birth_date_impossible")],
        ),
        ({"number": "", "birth_date": date(1899, 12, 31)}, [("birth_date", "people.birth_date_impossible")]),
        ({"given_name": " "}, [("given_name", "input.missing")]),
        ({"family_name": "x" * 101}, [("family_name", "input.too_long")]),
        # Nobody born in the century before last is alive: a plus was typed for a minus.
        ({"number": "131052+308T"}, [("number", "people.number_wrong")]),
    ],
)
def test_each_fault(changed: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert faults(**changed) == expected


def test_everything_wrong_is_said_at_once() -> None:
    found = faults(given_name="", family_name="", number="x", birth_date=date(2030, 1, 1))
    assert [field for field, _ in found] == ["given_name", "family_name", "number", "birth_date"]


def test_a_birth_date_that_differs_and_lies_ahead_has_both_faults() -> None:
    codes = [code for _, code in faults(birth_date=TODAY + timedelta(days=1))]
    assert codes == ["people.birth_date_impossible", "people.birth_date_differs_from_number"]
