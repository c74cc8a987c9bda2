"""Jobs recorded through the API."""

from typing import Any

from tests.support.party import Party
from tests.support.sharing import in_days


async def a_job(party: Party, person_id: str, **given: Any) -> str:
    """Record a job of 37.5 hours a week; returns the id."""
    body = {
        "employer": "Varasto Oy",
        "started_on": in_days(0),
        "hours_tenths": 375,
        "monthly_pay_cents": 235000,
        **given,
    }
    return str((await party.do(f"/people/{person_id}/jobs", body))["id"])
