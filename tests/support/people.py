"""Persons, plans and assessments made through the API by the organisation that holds them."""

import secrets
from datetime import date
from typing import Any

from tests.support.party import Party

CHECK = "0123456789ABCDEFHJKLMNPRSTUVWXY"
A_DAY = date(1990, 5, 4)


def an_artificial_number(born: date = A_DAY) -> str:
    """An identity number that no human has: individual number 900-999."""
    individual = 900 + secrets.randbelow(100)
    sign = secrets.choice("-YXWVU" if born.year < 2000 else "ABCDEF")
    digits = f"{born:%d%m%y}{individual}"
    return f"{born:%d%m%y}{sign}{individual}{CHECK[int(digits) % 31]}"


async def a_person(party: Party, **given: Any) -> str:
    """Register a person; returns the id."""
    body = {"given_name": "Ilona", "family_name": "Virtasalmi", "birth_date": A_DAY, "phone": "040 1234567", **given}
    if "number" in given:
        del body["birth_date"]
    return str((await party.do("/people", body))["person_id"])


async def a_plan(party: Party, person_id: str, **given: Any) -> str:
    """Record a plan; returns the id."""
    body = {"made_on": "2026-11-02", "goal": "Työ varastossa", "steps": "Trukkikortti", **given}
    return str((await party.do(f"/people/{person_id}/plans", body))["id"])


async def an_ability(party: Party, person_id: str, **given: Any) -> str:
    """Record an assessment of work ability; returns the id."""
    body = {"assessed_on": "2026-11-03", "partial": True, "description": "Ei nostoja yli 10 kg", **given}
    return str((await party.do(f"/people/{person_id}/abilities", body))["id"])
