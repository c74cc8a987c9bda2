"""A privacy officer sees how far her alliance's log is sealed; nobody else does."""

import asyncpg
import msgspec
import pytest

from services.kit.audit.log import Read, log_reads
from services.kit.audit.seal import SealState, seal_state, seal_waiting
from services.kit.clock import system_clock
from services.kit.db.unit import fetch, unit_of_work
from services.kit.errors import NotAllowed
from services.kit.settings import Settings
from tests.support.worker_login import engine_on, settled, somebody


async def test_it_counts_her_own_alliance(alone: Settings, superuser: asyncpg.Connection) -> None:
    officer, stranger = somebody("privacy_officer"), somebody()
    async with engine_on(alone, worker=True):
        for actor, lines in ((officer, 2), (stranger, 5)):
            async with unit_of_work(actor):
                await log_reads(actor, surface="s", reads=[Read(data_class="plan")] * lines)
        await settled(superuser)
        await seal_waiting(now := system_clock())
    async with engine_on(alone, worker=False):
        async with unit_of_work(officer):
            await log_reads(officer, surface="s", reads=[Read(data_class="plan")])
        async with unit_of_work(officer, reading=True):
            state = await seal_state(officer)
        newcomer = somebody("privacy_officer")
        async with unit_of_work(newcomer, reading=True):
            assert await seal_state(newcomer) == SealState(
                sealed_rows=0, waiting_rows=0, newest_link=0, sealed_at=None, newest_root=0, root_stored_at=None
            )
    assert state == SealState(
        sealed_rows=2, waiting_rows=1, newest_link=1, sealed_at=now, newest_root=0, root_stored_at=None
    )


@pytest.mark.usefixtures("as_api")
async def test_both_walls_refuse_other_roles() -> None:
    actor = somebody("caseworker")
    with pytest.raises(NotAllowed):
        async with unit_of_work(actor):
            await seal_state(actor)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with unit_of_work(actor):
            await fetch("SELECT * FROM seal_state()")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with unit_of_work(msgspec.structs.replace(actor, roles=frozenset())):
            await fetch("SELECT * FROM seal_state()")
