"""Small invented worlds: organisations, persons, bases, shares and records with dates on every edge.

A world is plain rows by table, made from a seed alone; every value that a rule compares is drawn so that being one
instant or one day off changes the answer.
"""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import msgspec

from services.domain.sharing.rules import GIVEN_BY_PERSON, BasisKind, DataClass, Purpose

KINDS = ("employment_authority", "workshop", "vocational_college", "staffing_firm")
ROLES = ("caseworker", "coach", "guidance_counsellor", "hr", "finance", "procurement", "privacy_officer")
PURPOSES = (Purpose.REFERRAL.value, Purpose.SERVICE_DELIVERY.value, Purpose.FOLLOW_UP.value)
GIVEN_STATES = ("given", "withdrawn", "expired", "replaced", "invalidated", "requested", "refused")
REGISTERED_STATES = ("active", "ended", "challenged", "registered")
# A summer noon, an instant one second before and after midnight in Helsinki, and the hour that the clocks repeat.
INSTANTS = (
    datetime(2026, 6, 15, 9, 0, tzinfo=UTC),
    datetime(2026, 6, 14, 20, 59, 59, tzinfo=UTC),
    datetime(2026, 6, 14, 21, 0, 0, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
)
TABLES = {
    "card_identity": DataClass.IDENTITY,
    "card_number": DataClass.IDENTITY_NUMBER,
    "card_contact": DataClass.CONTACT,
    "plan": DataClass.PLAN,
    "ability": DataClass.ABILITY,
    "service_use": DataClass.SERVICE_USE,
    "employment_fact": DataClass.EMPLOYMENT_FACT,
    "employment_detail": DataClass.EMPLOYMENT_DETAIL,
    "referral": DataClass.SERVICE_USE,
}

Rows = list[dict[str, Any]]


class World(msgspec.Struct, frozen=True):
    """Rows by table in the order in which they can be written, and the base instant around which terms lie."""

    seed: int
    now: datetime
    alliance_id: UUID
    rows: dict[str, Rows]

    def organisations(self) -> Rows:
        return self.rows["organisation"]


def invent(seed: int) -> World:
    """The world of a seed: 4-5 organisations, 2-3 persons, about 16 shares, a record of each class for each owner."""
    die = Random(seed)
    now = die.choice(INSTANTS)
    alliance = _id(die)
    rows: dict[str, Rows] = {
        "alliance": [{"id": alliance, "slug": f"w{alliance.hex}", "name": "W", "theme_colour": ""}]
    }
    rows["organisation"] = [_organisation(die, alliance, kind) for kind in (*KINDS, die.choice(KINDS))]
    rows["person"] = [_person(die, alliance, now) for _ in range(die.randint(2, 3))]
    rows["client_relation"] = _relations(die, rows, now)
    rows["basis"] = [_basis(die, alliance, rows, now) for _ in range(14)]
    rows["policy_entry"] = _policy(die, alliance)
    for table in TABLES:
        rows.setdefault(table, [])
    for owner in rows["organisation"]:
        for person in (person for person in rows["person"] if die.random() < 0.8):
            _records(die, rows, owner["id"], person["id"], now)
    rows["referral"] = [_referral(die, alliance, rows, now) for _ in range(5)]
    rows["share"] = [share for basis in rows["basis"] for share in _shares(die, basis, rows, now)]
    return World(seed, now, alliance, rows)


def edge_instant(die: Random, now: datetime) -> datetime:
    """Before, exactly at, or after `now`, mostly by one microsecond."""
    step = die.choice((timedelta(microseconds=1), timedelta(microseconds=1), timedelta(hours=5), timedelta(days=40)))
    return now + die.choice((-1, 0, 1)) * step


def _id(die: Random) -> UUID:
    return UUID(int=die.getrandbits(128), version=4)


def _day(die: Random, now: datetime) -> date:
    """Around today in Helsinki, and around today in UTC, which is another day near midnight."""
    return (now + timedelta(hours=3)).date() + timedelta(days=die.choice((-30, -1, -1, 0, 0, 1, 1, 30)))


def _term(die: Random, now: datetime) -> tuple[date, date | None]:
    first, last = sorted((_day(die, now), _day(die, now)))
    wide = die.random()
    if wide < 0.5:
        first = (now - timedelta(days=100)).date()
    return first, None if wide > 0.75 else last


def _organisation(die: Random, alliance: UUID, kind: str) -> dict[str, Any]:
    own = _id(die)
    return {
        "id": own,
        "alliance_id": alliance,
        "slug": f"o{own.hex}",
        "kind": kind,
        "name": kind,
        "business_id": "0000000-0",
        "services": ["job_coaching"],
        "member_from": datetime(2020, 1, 1, tzinfo=UTC),
        "member_until": None,
    }


def _person(die: Random, alliance: UUID, now: datetime) -> dict[str, Any]:
    return {"id": _id(die), "alliance_id": alliance, "id_hash": None, "recorded_at": now}


def _relations(die: Random, rows: dict[str, Rows], now: datetime) -> Rows:
    return [
        {
            "id": _id(die),
            "organisation_id": organisation["id"],
            "person_id": person["id"],
            "valid_from": (now - timedelta(days=100)).date(),
            "valid_until": die.choice((None, _day(die, now) + timedelta(days=60))),
        }
        for organisation in rows["organisation"]
        for person in rows["person"]
        if die.random() < 0.5
    ]


def _basis(die: Random, alliance: UUID, rows: dict[str, Rows], now: datetime) -> dict[str, Any]:
    kind = die.choice(list(BasisKind)).value
    registered = kind in (BasisKind.STATUTORY_TASK, BasisKind.PROCESSOR_CONTRACT)
    source, *recipients = die.sample([o["id"] for o in rows["organisation"]], die.randint(2, 3))
    first, last = _term(die, now)
    states = GIVEN_STATES if kind in GIVEN_BY_PERSON else REGISTERED_STATES
    state = die.choice(states) if die.random() < 0.35 else states[0]
    return {
        "id": _id(die),
        "alliance_id": alliance,
        "kind": kind,
        "state": state,
        "person_id": None if registered else die.choice(rows["person"])["id"],
        "source_id": source,
        "recipient_ids": recipients,
        "classes": _some(die, [c.value for c in DataClass], 6),
        "purposes": _some(die, PURPOSES, 2),
        "valid_from": first,
        "valid_until": last,
        "reference": "",
        "agreement_id": None,
        "notice_id": None,
        "language": None,
        "recorded_by": None,
        "recorded_at": now,
        "ended_at": now - timedelta(days=1) if state in ("withdrawn", "ended") else None,
    }


def _shares(die: Random, basis: dict[str, Any], rows: dict[str, Rows], now: datetime) -> Rows:
    shares = []
    for recipient in basis["recipient_ids"]:
        first, last = _term(die, now) if die.random() < 0.5 else (basis["valid_from"], basis["valid_until"])
        shares.append(
            {
                "id": _id(die),
                "person_id": basis["person_id"] or die.choice(rows["person"])["id"],
                "source_id": basis["source_id"],
                "recipient_id": recipient,
                "classes": _some(die, basis["classes"], 5),
                "purposes": _some(die, basis["purposes"], 2),
                "valid_from": first,
                "valid_until": last,
                "basis_id": basis["id"],
                "referral_id": None,
                "opened_at": now - timedelta(days=30) if die.random() < 0.6 else edge_instant(die, now),
                "ended_at": None if die.random() < 0.6 else edge_instant(die, now),
            }
        )
    return shares


def _policy(die: Random, alliance: UUID) -> Rows:
    return [
        {
            "id": _id(die),
            "alliance_id": alliance,
            "source_kind": source,
            "recipient_kind": recipient,
            "data_class": data_class.value,
            "purpose": purpose,
            "basis_kind": kind.value,
        }
        for source in KINDS
        for recipient in KINDS
        for data_class in DataClass
        for purpose in PURPOSES
        for kind in BasisKind
        if die.random() < 0.7
    ]


def _records(die: Random, rows: dict[str, Rows], owner: UUID, person: UUID, now: datetime) -> None:
    def row(**fields: Any) -> dict[str, Any]:
        return {
            "id": _id(die),
            "owner_id": owner,
            "person_id": person,
            "recorded_by": None,
            "recorded_at": now,
        } | fields

    day = (now - timedelta(days=10)).date()
    fact = row(started_on=day, ended_on=None, hours_band="20_30", kind="open")
    rows["card_identity"].append(row(given_name="A", family_name="B", birth_date=date(1990, 1, 1), sort_name="b a"))
    rows["card_number"].append(row(sealed="\\x00"))
    rows["card_contact"].append(row(phone="", email="", address=""))
    rows["plan"].append(row(made_on=day, goal="g", steps=""))
    rows["ability"].append(row(assessed_on=day, partial=True, description=""))
    rows["service_use"].append(row(service="job_coaching", started_on=day, ended_on=None, referral_id=None))
    rows["employment_fact"].append(fact)
    rows["employment_detail"].append(row(fact_id=fact["id"], employer="E", hours_tenths=250, monthly_pay_cents=None))


def _referral(die: Random, alliance: UUID, rows: dict[str, Rows], now: datetime) -> dict[str, Any]:
    sender, receiver = die.sample([o["id"] for o in rows["organisation"]], 2)
    return {
        "id": _id(die),
        "alliance_id": alliance,
        "person_id": die.choice(rows["person"])["id"],
        "sender_id": sender,
        "receiver_id": receiver,
        "service": "job_coaching",
        "reason": "",
        "state": die.choice(("offered", "accepted", "rejected", "cancelled", "expired")),
        "classes": [],
        "decide_classes": [],
        "permitted_classes": [],
        "basis_id": None,
        "permission_id": None,
        "offered_at": now,
        "deadline": now.date(),
        "decided_at": None,
        "reason_code": "",
        "recorded_by": None,
    }


def _some(die: Random, values: Any, most: int) -> list[str]:
    return sorted(die.sample(list(values), min(len(values), die.randint(1, most))))
