"""What an offer must hold."""

from typing import Any

import pytest

from services.domain.people.rules import LIMITS
from services.domain.referrals.rules import CANCEL_REASONS, REJECT_REASONS, SERVICE_TYPES, offer_faults


def faults(**changed: Any) -> list[tuple[str, str]]:
    """Faults of an offer of job coaching with one permitted plan, with these things changed."""
    given: dict[str, Any] = {
        "service": "job_coaching",
        "services_of_receiver": ["job_coaching", "workshop_period"],
        "reason": "Haluaa kokeilla puhtausalaa.\nToivoo aamuvuoroa.",
        "permitted": ["plan"],
        "by_contract": True,
    }
    return offer_faults(**given | changed)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        ({"reason": "", "permitted": []}, []),
        ({"permitted": ["plan", "ability", "plan"]}, []),
        ({"reason": "x" * LIMITS["reason"]}, []),
        ({"reason": "x" * (LIMITS["reason"] + 1)}, [("reason", "input.too_long")]),
        ({"reason": "a\x00b"}, [("reason", "input.control_characters")]),
        ({"service": "rehab_work"}, [("service", "referrals.service_not_offered")]),
        ({"service": "palmistry"}, [("service", "referrals.service_not_offered")]),
        ({"services_of_receiver": []}, [("service", "referrals.service_not_offered")]),
        ({"permitted": ["identity_number"]}, [("permitted", "referrals.class_not_permittable")]),
        ({"permitted": ["plan", "contact"]}, [("permitted", "referrals.class_not_permittable")]),
        ({"by_contract": False}, [("receiver", "referrals.no_basis_for_minimum")]),
    ],
)
def test_each_fault(changed: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert faults(**changed) == expected


def test_everything_wrong_is_said_at_once() -> None:
    found = faults(service="", reason="\x07", permitted=["money"], by_contract=False)
    assert [field for field, _ in found] == ["reason", "service", "permitted", "receiver"]


def test_the_lists_are_the_glossarys() -> None:
    assert REJECT_REASONS == ("at_capacity", "not_eligible", "wrong_service", "client_declined", "no_basis", "other")
    assert len(set(SERVICE_TYPES)) == len(SERVICE_TYPES) == 14
    assert "other" in CANCEL_REASONS and len(set(CANCEL_REASONS)) == len(CANCEL_REASONS)
