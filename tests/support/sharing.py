"""Permissions given through the API."""

from datetime import timedelta
from typing import Any

from services.kit.clock import day_of, system_clock
from tests.support.party import Party


def in_days(days: int) -> str:
    """A day so many days ahead in Helsinki, as JSON writes it."""
    return (day_of(system_clock()) + timedelta(days=days)).isoformat()


async def a_permission(party: Party, person_id: str, recipient: Party, *classes: str, **given: Any) -> str:
    """Record a permission outside a referral; returns the id."""
    body = {
        "recipient_ids": [recipient.id],
        "classes": classes,
        "purposes": ["referral", "service_delivery"],
        "valid_until": in_days(90),
        **given,
    }
    return str((await party.do(f"/people/{person_id}/permissions", body))["id"])
