"""Referrals made through the API by their two parties."""

from typing import Any

from tests.support.party import Party
from tests.support.sharing import in_days


def an_offer(person_id: str, receiver: Party, *permitted: str, **given: Any) -> dict[str, Any]:
    """The body of a referral to job coaching, with what the person permits."""
    body: dict[str, Any] = {
        "person_id": person_id,
        "receiver_id": receiver.id,
        "service": "job_coaching",
        "reason": "Haluaa varastotyöhön",
    }
    if permitted:
        body |= {"permitted": permitted, "permitted_until": in_days(90)}
    return body | given


async def a_referral(sender: Party, person_id: str, receiver: Party, *permitted: str, **given: Any) -> str:
    """Send a referral; returns the id."""
    return str((await sender.do("/referrals", an_offer(person_id, receiver, *permitted, **given)))["id"])


async def an_accepted_referral(sender: Party, person_id: str, receiver: Party, *permitted: str, **given: Any) -> str:
    """Send a referral and accept it; returns the id."""
    referral_id = await a_referral(sender, person_id, receiver, *permitted, **given)
    await receiver.do(f"/referrals/{referral_id}/accept")
    return referral_id
