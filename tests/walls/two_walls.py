"""Both walls asked the same question: which records does this viewer see in this world?"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from services.domain.sharing.rules import Allowed, Policy, RecordKey, ShareFact, Viewer, may_see, policy_of
from services.kit.clock import day_of
from services.kit.db.context import ActingContext, token_for
from tests.walls.worlds import PURPOSES, ROLES, TABLES, World, edge_instant

SEE_ALL = " UNION ALL ".join(f"SELECT '{table}', id FROM {table}" for table in TABLES)
WRITE_ORDER = (
    "alliance",
    "organisation",
    "person",
    "client_relation",
    "policy_entry",
    "basis",
    "card_identity",
    "card_number",
    "card_contact",
    "plan",
    "ability",
    "service_use",
    "employment_fact",
    "employment_detail",
    "referral",
    "share",
)


async def write(superuser: asyncpg.Connection, world: World) -> None:
    """Put a world into the database as it stands, whatever acts could have made it; triggers run as always."""
    for table in WRITE_ORDER:
        rows = msgspec.json.encode(world.rows[table]).decode()
        await superuser.execute(f"INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, $1)", rows)


def viewers(world: World, how_many: int) -> Iterator[ActingContext]:
    """Viewers of a world: every organisation, with roles, purposes and instants drawn around the edges."""
    die = Random(world.seed + 1)
    organisations = world.organisations()
    for number in range(how_many):
        role = ("caseworker", "coach", "guidance_counsellor")[number % 3] if die.random() < 0.75 else die.choice(ROLES)
        yield ActingContext(
            kind="user",
            alliance_id=world.alliance_id,
            organisation_id=organisations[number % len(organisations)]["id"],
            user_id=UUID(int=die.getrandbits(128), version=4),
            roles=frozenset({role}),
            purpose=die.choice(PURPOSES),
            now=world.now if die.random() < 0.6 else edge_instant(die, world.now),
        )


class Told(msgspec.Struct, frozen=True):
    """A world as the Python rule is told it, prepared once for all its viewers."""

    kinds: dict[UUID, str]
    shares: tuple[ShareFact, ...]
    policy: Policy
    records: tuple[tuple[str, UUID, RecordKey], ...]


def tell(world: World) -> Told:
    """The rows of a world as the rule's own values."""
    kinds = {row["id"]: row["kind"] for row in world.organisations()}
    policy = policy_of(
        (p["source_kind"], p["recipient_kind"], p["data_class"], p["purpose"], p["basis_kind"])
        for p in world.rows["policy_entry"]
    )
    records = tuple(
        (table, row["id"], _key(table, row, data_class.value, kinds))
        for table, data_class in TABLES.items()
        for row in world.rows[table]
    )
    return Told(kinds, tuple(_share_facts(world, kinds)), policy, records)


def by_rule(told: Told, actor: ActingContext) -> set[tuple[str, UUID]]:
    """What the Python rule allows this viewer."""
    own = actor.organisation_id
    viewer = Viewer(own, told.kinds[own], actor.roles, actor.purpose, actor.now, day_of(actor.now))
    return {
        (table, record_id)
        for table, record_id, key in told.records
        if isinstance(may_see(viewer, key, told.shares, told.policy), Allowed)
    }


async def by_postgres(login: asyncpg.Connection, actor: ActingContext, key: bytes) -> set[tuple[str, UUID]]:
    """What PostgreSQL shows this viewer, asked with the application's own login."""
    return await see_with(login, token_for(actor, key=key, pid=login.get_server_pid()))


async def see_with(login: asyncpg.Connection, token: str) -> set[tuple[str, UUID]]:
    """What is visible in a transaction whose context is this text."""
    await login.execute(f"BEGIN; SET LOCAL nivel.ctx = '{token}'")
    try:
        return {(row[0], row[1]) for row in await login.fetch(SEE_ALL)}
    finally:
        await login.execute("ROLLBACK")


async def disagreements(
    login: asyncpg.Connection, world: World, key: bytes, how_many: int = 20
) -> list[tuple[ActingContext, set[tuple[str, UUID]], set[tuple[str, UUID]]]]:
    """Viewers for whom the walls differ, with what only PostgreSQL and what only the rule shows."""
    found = []
    told = tell(world)
    for actor in viewers(world, how_many):
        database, rule = await by_postgres(login, actor, key), by_rule(told, actor)
        if database != rule:
            found.append((actor, database - rule, rule - database))
    return found


def _key(table: str, row: dict[str, Any], data_class: str, kinds: dict[UUID, str]) -> RecordKey:
    owner = row["sender_id"] if table == "referral" else row["owner_id"]
    parties: Sequence[UUID] = (row["sender_id"], row["receiver_id"]) if table == "referral" else ()
    # Line 2 and line 1 are all that open a referral: no share carries it, so it is asked about as its parties only.
    person = UUID(int=0) if table == "referral" else row["person_id"]
    return RecordKey(owner, kinds[owner], person, data_class, frozenset(parties))


def _share_facts(world: World, kinds: dict[UUID, str]) -> Iterator[ShareFact]:
    bases = {basis["id"]: basis for basis in world.rows["basis"]}
    for row in world.rows["share"]:
        basis = bases[row["basis_id"]]
        ended: datetime | None = row["ended_at"]
        yield ShareFact(
            row["id"],
            row["person_id"],
            row["source_id"],
            row["recipient_id"],
            frozenset(row["classes"]),
            frozenset(row["purposes"]),
            row["valid_from"],
            row["valid_until"],
            row["opened_at"],
            ended,
            day_of(ended) if ended else None,
            basis["id"],
            basis["kind"],
            basis["state"],
            basis["valid_from"],
            basis["valid_until"],
            None,
            kinds[row["source_id"]],
        )
