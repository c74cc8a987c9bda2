"""Every line is sealed exactly once, in an order that no late commit can slip past; a change afterwards is found."""

import asyncio
import logging
from collections.abc import Coroutine
from contextvars import Context
from typing import Any, TypeVar
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.kit.audit import seal
from services.kit.audit.chain import Link, LogRow, Root, verify
from services.kit.audit.log import Read, log_key, log_reads
from services.kit.audit.seal import row_of, seal_waiting
from services.kit.clock import system_clock
from services.kit.db.context import ActingContext
from services.kit.db.unit import call_narrow, unit_of_work
from tests.support.worker_login import settled, somebody

pytestmark = pytest.mark.usefixtures("as_worker")

Result = TypeVar("Result")


async def beside(work: Coroutine[Any, Any, Result]) -> Result:
    """Run `work` outside the open unit, on another connection."""
    return await asyncio.create_task(work, context=Context())


async def read(actor: ActingContext, lines: int = 1) -> None:
    async with unit_of_work(actor, reading=True):
        await log_reads(actor, surface="people.page", reads=[Read(data_class="plan", person_ids=[uuid4()])] * lines)


async def seal_now() -> int:
    return await seal_waiting(system_clock())


async def seal_all(superuser: asyncpg.Connection) -> int:
    await settled(superuser)
    return await seal_now()


async def chain(superuser: asyncpg.Connection) -> tuple[list[Link], dict[UUID, LogRow]]:
    links = [
        Link(**{name: row[name] for name in Link.__struct_fields__})
        for row in await superuser.fetch("SELECT * FROM log_seal ORDER BY number")
    ]
    rows = {row["id"]: row_of(row) for row in await superuser.fetch("SELECT * FROM read_log")}
    return links, rows


async def faults(superuser: asyncpg.Connection, *roots: Root) -> list[str]:
    links, rows = await chain(superuser)
    return [fault.what for fault in verify(links, rows, roots, key=log_key())]


async def test_links_follow_each_other_and_hold_every_line(superuser: asyncpg.Connection) -> None:
    actor = somebody()
    for lines in (3, 1):
        await read(actor, lines)
        assert await seal_all(superuser) == lines
    assert await seal_all(superuser) == 0
    links, rows = await chain(superuser)
    assert [link.number for link in links] == [1, 2]
    assert sorted(row_id for link in links for row_id in link.row_ids) == sorted(rows)
    assert await faults(superuser) == []


async def test_a_burst_becomes_several_links(superuser: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal, "MOST_ROWS", 4)
    actor = somebody()
    for _ in range(4):
        await read(actor, 3)
    assert await seal_all(superuser) == 12
    links, _ = await chain(superuser)
    assert [len(link.row_ids) for link in links] == [6, 6]  # a transaction is never divided
    assert await faults(superuser) == []


async def test_alliances_have_chains_of_their_own(superuser: asyncpg.Connection) -> None:
    actors = [somebody(), somebody(), somebody()]
    for actor in actors:
        await read(actor, 2)
    assert await seal_all(superuser) == 6
    found = await superuser.fetch("SELECT alliance_id, number, cardinality(row_ids) FROM log_seal")
    assert {tuple(row) for row in found} == {(actor.alliance_id, 1, 2) for actor in actors}


async def test_a_transaction_that_commits_late_is_not_passed_over(superuser: asyncpg.Connection) -> None:
    actor = somebody()
    async with unit_of_work(actor):
        await log_reads(actor, surface="late", reads=[Read(data_class="plan")])
        await beside(read(actor))
        assert await beside(seal_now()) == 0
    assert await seal_all(superuser) == 2
    links, rows = await chain(superuser)
    assert [rows[row_id].surface for row_id in links[0].row_ids] == ["late", "people.page"]


async def test_many_writers_and_two_sealers_skip_nothing(superuser: asyncpg.Connection) -> None:
    actor, writing = somebody(), True

    async def write(pause: float) -> None:
        for _ in range(25):
            async with unit_of_work(actor):
                await log_reads(actor, surface="s", reads=[Read(data_class="plan")])
                await asyncio.sleep(pause)

    async def keep_sealing() -> None:
        while writing:
            await seal_now()
            await asyncio.sleep(0.005)

    sealing = [asyncio.create_task(keep_sealing()) for _ in range(2)]
    await asyncio.gather(*(write(pause) for pause in (0, 0.005, 0.02)))
    writing = False
    await asyncio.gather(*sealing)
    await seal_all(superuser)
    links, rows = await chain(superuser)
    sealed = [row_id for link in links for row_id in link.row_ids]
    assert len(links) > 3
    assert len(sealed) == len(set(sealed)) == len(rows) == 75
    assert await faults(superuser) == []


@pytest.mark.parametrize(
    ("tampering", "what"),
    [
        ("UPDATE read_log SET purpose = 'statistics' WHERE id = (SELECT row_ids[1] FROM log_seal)", "row changed"),
        ("UPDATE read_log SET person_ids = '{}'", "row changed"),
        ("DELETE FROM read_log WHERE id = (SELECT row_ids[2] FROM log_seal)", "row missing"),
        ("UPDATE log_seal SET row_ids = row_ids[2:]", "rows differ from their seal"),
        ("UPDATE log_seal SET rows_hash = sha256('x')", "link changed"),
        ("UPDATE log_seal SET hash = sha256(previous || int8send(number) || rows_hash || 'x')", "link changed"),
        ("UPDATE log_seal SET number = 2", "link missing"),
        (
            "UPDATE log_seal SET row_ids = '{}', rows_hash = sha256(''),"
            " hash = sha256(previous || int8send(number) || sha256(''))",
            "link differs from its stored root",
        ),
        ("DELETE FROM log_seal", "link differs from its stored root"),
    ],
)
async def test_a_change_by_the_databases_superuser_is_found(
    superuser: asyncpg.Connection, tampering: str, what: str
) -> None:
    await read(somebody(), 3)
    await seal_all(superuser)
    (link,), _ = await chain(superuser)
    root = Root(number=link.number, hash=link.hash)
    assert await faults(superuser, root) == []
    await superuser.execute(tampering)
    assert what in await faults(superuser, root)


async def test_a_forged_line_is_sealed_and_reported(
    superuser: asyncpg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    await read(somebody())
    await superuser.execute("UPDATE read_log SET mac = sha256('guess')")
    with caplog.at_level(logging.ERROR):
        assert await seal_all(superuser) == 1
    assert "does not carry the MAC" in caplog.text
    assert await faults(superuser) == ["row changed"]


ADD = "SELECT add_seal($1, {number}, {rows}, sha256('x'), {previous}, now())"
RIGHT = {
    "number": "2",
    "rows": "(SELECT array_agg(id) FROM rows_to_seal($1, 10))",
    "previous": "(SELECT hash FROM take_chain($1))",
}


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("number", "1"),
        ("number", "3"),
        ("previous", "sha256('y')"),
        ("rows", "'{}'"),
        ("rows", "ARRAY[gen_random_uuid()]"),
        ("rows", "(SELECT array_agg(id) || gen_random_uuid() FROM rows_to_seal($1, 10))"),
    ],
)
async def test_only_the_next_link_of_waiting_lines_is_taken(
    superuser: asyncpg.Connection, field: str, wrong: str
) -> None:
    actor = somebody()
    await read(actor)
    await seal_all(superuser)
    await read(actor)
    await settled(superuser)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await call_narrow(ADD.format(**(RIGHT | {field: wrong})), actor.alliance_id)
    assert len(await call_narrow(ADD.format(**RIGHT), actor.alliance_id)) == 1
