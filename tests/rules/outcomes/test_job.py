"""What a recorded job must hold."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.domain.outcomes.rules import EMPLOYMENT_KINDS, job_faults

TODAY = date(2026, 11, 22)


def faults(**changed: Any) -> list[tuple[str, str]]:
    """Faults of a job that began three weeks ago, with these things changed."""
    given: dict[str, Any] = {
        "kind": "open",
        "employer": "Siivouspalvelu Kirkas Oy",
        "hours_tenths": 255,
        "started_on": date(2026, 11, 1),
        "ended_on": None,
        "today": TODAY,
    }
    return job_faults(**given | changed)


NEW_YEAR = {"started_on": date(2026, 12, 31), "ended_on": date(2027, 1, 1)}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        ({"hours_tenths": 1}, []),
        ({"hours_tenths": 1680}, []),
        ({"hours_tenths": 0}, [("hours_tenths", "outcomes.hours_impossible")]),
        ({"hours_tenths": -10}, [("hours_tenths", "outcomes.hours_impossible")]),
        ({"hours_tenths": 1681}, [("hours_tenths", "outcomes.hours_impossible")]),
        ({"started_on": TODAY + timedelta(days=90)}, []),
        ({"started_on": TODAY + timedelta(days=91)}, [("started_on", "outcomes.starts_too_far_ahead")]),
        ({"started_on": date(2000, 1, 1)}, []),
        ({"started_on": date(1999, 12, 31)}, [("started_on", "input.day_too_long_ago")]),
        ({"started_on": TODAY, "ended_on": TODAY}, []),
        ({"ended_on": date(2026, 10, 31)}, [("ended_on", "input.ends_before_it_starts")]),
        # Over the end of the year, seen from either side of it.
        (NEW_YEAR, []),
        (NEW_YEAR | {"today": date(2026, 12, 31)}, []),
        (NEW_YEAR | {"today": date(2027, 1, 1)}, []),
        (
            {"started_on": date(2027, 1, 1), "ended_on": date(2026, 12, 31)},
            [("ended_on", "input.ends_before_it_starts")],
        ),
        ({"started_on": date(2027, 3, 31), "today": date(2026, 12, 31)}, []),
        (
            {"started_on": date(2027, 4, 1), "today": date(2026, 12, 31)},
            [("started_on", "outcomes.starts_too_far_ahead")],
        ),
        ({"employer": " "}, [("employer", "input.missing")]),
        ({"employer": "x" * 201}, [("employer", "input.too_long")]),
        ({"kind": "volunteer"}, [("kind", "outcomes.kind_unknown")]),
        ({"kind": ""}, [("kind", "outcomes.kind_unknown")]),
    ],
)
def test_each_fault(changed: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert faults(**changed) == expected


@pytest.mark.parametrize("kind", EMPLOYMENT_KINDS)
def test_every_kind_of_the_glossary(kind: str) -> None:
    assert faults(kind=kind) == []
    assert len(EMPLOYMENT_KINDS) == 8


def test_everything_wrong_is_said_at_once() -> None:
    found = faults(kind="x", employer="", hours_tenths=0, started_on=date(1990, 1, 1), ended_on=date(1980, 1, 1))
    assert [field for field, _ in found] == ["employer", "kind", "hours_tenths", "started_on", "ended_on"]
