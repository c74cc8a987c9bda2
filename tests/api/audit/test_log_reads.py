"""A read leaves one line for each class it showed, in the reader's own name, in one trip."""

from uuid import uuid4

import asyncpg
import pytest

from services.kit.audit.chain import is_genuine
from services.kit.audit.log import Read, log_key, log_reads, log_refusal
from services.kit.audit.seal import row_of
from services.kit.db.engine import engine
from services.kit.db.unit import execute, fetch, unit_of_work
from tests.support.worker_login import somebody

pytestmark = pytest.mark.usefixtures("as_api")


async def test_a_line_for_each_class_in_the_readers_name(superuser: asyncpg.Connection) -> None:
    actor = somebody()
    persons, records, bases = [uuid4(), uuid4()], [uuid4() for _ in range(3)], [uuid4()]
    async with unit_of_work(actor, reading=True):
        await log_reads(
            actor,
            surface="people.page",
            reads=[
                Read(data_class="plan", person_ids=persons, record_ids=records, basis_ids=bases),
                Read(data_class="identity", person_ids=persons[:1]),
            ],
        )
    rows = {row["data_class"]: row for row in await superuser.fetch("SELECT * FROM read_log")}
    assert set(rows) == {"plan", "identity"}
    plan = rows["plan"]
    assert (plan["person_ids"], plan["record_ids"], plan["basis_ids"]) == (persons, records, bases)
    assert (plan["alliance_id"], plan["organisation_id"]) == (actor.alliance_id, actor.organisation_id)
    assert (plan["user_id"], plan["at"], plan["purpose"]) == (actor.user_id, actor.now, actor.purpose)
    assert (plan["surface"], plan["result"]) == ("people.page", "shown")
    assert rows["identity"]["record_ids"] == []
    assert all(is_genuine(log_key(), row_of(row)) for row in rows.values())


async def test_many_classes_are_one_statement_and_one_trip() -> None:
    actor, sent = somebody(), 0
    reads = [Read(data_class=str(n), person_ids=[uuid4()], record_ids=[uuid4()] * n) for n in range(5)]
    async with unit_of_work(actor):
        await log_reads(actor, surface="people.page", reads=reads)
        unit = engine.current_transaction.get()
        assert unit is not None

        def count(query: object) -> None:
            nonlocal sent
            sent += 1

        with unit.connection.query_logger(count):
            await log_reads(actor, surface="people.page", reads=reads)
    assert sent == 1


async def test_nothing_shown_writes_nothing(superuser: asyncpg.Connection) -> None:
    actor = somebody()
    async with unit_of_work(actor):
        await log_reads(actor, surface="people.list", reads=[])
    assert await superuser.fetchval("SELECT count(*) FROM read_log") == 0


async def test_a_refusal_stays_though_the_act_was_rolled_back(superuser: asyncpg.Connection) -> None:
    actor, person = somebody(), uuid4()

    async def refused() -> None:
        async with unit_of_work(actor):
            await log_reads(actor, surface="people.page", reads=[Read(data_class="plan", person_ids=[person])])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await refused()
    await log_refusal(actor, surface="people.page", code="people.no_such_person", person_ids=[person])
    rows = await superuser.fetch("SELECT * FROM read_log")
    assert [(row["result"], row["person_ids"]) for row in rows] == [("people.no_such_person", [person])]
    assert is_genuine(log_key(), row_of(rows[0]))


INSERT = """
INSERT INTO read_log (id, alliance_id, organisation_id, user_id, at, purpose, surface, result, data_class, mac)
VALUES (gen_random_uuid(), {alliance_id}, {organisation_id}, {user_id}, {at}, {purpose}, 's', 'shown', 'plan', '\\x00')
"""
OWN = {
    "alliance_id": "ctx_alliance()",
    "organisation_id": "ctx_org()",
    "user_id": "ctx_user()",
    "at": "ctx_now()",
    "purpose": "ctx_purpose()",
}


async def test_a_line_in_ones_own_name_may_be_written() -> None:
    async with unit_of_work(somebody()):
        await execute(INSERT.format(**OWN))


@pytest.mark.parametrize(
    ("field", "other"),
    [
        ("alliance_id", "gen_random_uuid()"),
        ("organisation_id", "gen_random_uuid()"),
        ("user_id", "gen_random_uuid()"),
        ("user_id", "NULL"),
        ("at", "ctx_now() - interval '1 microsecond'"),
        ("purpose", "'statistics'"),
    ],
)
async def test_no_line_in_anothers_name(field: str, other: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with unit_of_work(somebody()):
            await execute(INSERT.format(**(OWN | {field: other})))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_log",
        "SELECT * FROM log_waiting",
        "SELECT * FROM log_seal",
        "UPDATE read_log SET purpose = 'x'",
        "DELETE FROM read_log",
        "SELECT alliances_to_seal()",
        "SELECT rows_to_seal(gen_random_uuid(), 1)",
        "SELECT add_seal(gen_random_uuid(), 1, '{}', '', '', now())",
        "INSERT INTO read_log (xid) VALUES ('1')",
    ],
)
async def test_the_application_neither_reads_nor_changes_the_log(sql: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with unit_of_work(somebody("privacy_officer")):
            await fetch(sql)
