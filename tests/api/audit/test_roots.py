"""The newest seal is stored under retention in a real object store, and cannot be removed there."""

import asyncio
import json
import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import asyncpg
import msgspec
import pytest
from minio import Minio
from minio.deleteobjects import DeleteObject
from minio.error import S3Error

from infra.embedded import objects
from services.kit import storage
from services.kit.audit.log import Read, log_reads
from services.kit.audit.seal import seal_waiting, store_roots
from services.kit.clock import system_clock
from services.kit.db.context import ActingContext
from services.kit.db.unit import unit_of_work
from services.kit.settings import Settings
from services.kit.storage import StorageUnavailable, get, head, open_storage, put
from tests.support.worker_login import settled, somebody
from tests.support.working import LEDGER, Working

BUCKET = "nivel-log"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[objects.Running]:
    running = objects.start(tmp_path_factory.mktemp("objects"), say=lambda _: None)
    yield running
    running.stop()


@pytest.fixture
def reached(store: objects.Running, alone: Settings, tmp_path: Path) -> Iterator[Settings]:
    """Settings with which the store is reached; the process's store is put back afterwards."""
    for key in ("context.key", "log.key"):
        shutil.copy(alone.secrets / key, tmp_path)
    (tmp_path / "s3.access").write_text(store.access)
    (tmp_path / "s3.secret").write_text(store.secret)
    kept = storage._store
    settings = msgspec.structs.replace(alone, s3_endpoint=store.endpoint, secrets=tmp_path)
    open_storage(settings)
    yield settings
    storage._store = kept


def administrator(store: objects.Running) -> Minio:
    return Minio(store.endpoint.removeprefix("http://"), store.access, store.secret, secure=False, region="us-east-1")


async def sealed(superuser: asyncpg.Connection, actor: ActingContext) -> None:
    async with unit_of_work(actor):
        await log_reads(actor, surface="s", reads=[Read(data_class="plan")] * 2)
    await settled(superuser)
    await seal_waiting(system_clock())


@pytest.mark.usefixtures("reached", "as_worker")
async def test_a_root_is_stored_once_and_kept_from_removal(
    superuser: asyncpg.Connection, store: objects.Running
) -> None:
    actor = somebody()
    for _ in range(2):
        await sealed(superuser, actor)
    assert [await store_roots(system_clock()), await store_roots(system_clock())] == [1, 0]
    link = await superuser.fetchrow("SELECT * FROM log_seal WHERE number = 2")
    key = f"{actor.alliance_id}/2.json"
    content = json.loads(await get("log", key) or b"")
    assert content == {"alliance": str(actor.alliance_id), "number": 2, "hash": link["hash"].hex(), "rows": 4}
    row = await superuser.fetchrow("SELECT * FROM log_root")
    assert (row["alliance_id"], row["number"], row["object_key"], row["rows"]) == (actor.alliance_id, 2, key, 4)
    found = await head("log", key)
    assert found and found.retain_until and found.retain_until > system_clock() + timedelta(days=3600)
    with pytest.raises(S3Error) as refused:
        administrator(store).remove_object(BUCKET, key, version_id=found.version)
    assert refused.value.code == "AccessDenied"
    list(administrator(store).remove_objects(BUCKET, [DeleteObject(key, found.version)]))
    assert administrator(store).stat_object(BUCKET, key, version_id=found.version).size == found.size


@pytest.mark.usefixtures("as_api")
async def test_a_running_worker_seals_and_stores_the_first_root_within_seconds(
    superuser: asyncpg.Connection, reached: Settings, tmp_path: Path
) -> None:
    await superuser.execute(LEDGER)
    worker = Working(reached, tmp_path / "worker.log", s3_endpoint=reached.s3_endpoint)
    try:
        worker.wait_until_said("worker ready")
        actor = somebody()
        async with unit_of_work(actor, reading=True):
            await log_reads(actor, surface="s", reads=[Read(data_class="plan")])
        end = time.monotonic() + 30
        while not await superuser.fetchval("SELECT count(*) FROM log_root"):
            assert time.monotonic() < end, worker.log.read_text()
            await asyncio.sleep(0.1)
        assert worker.end() == 0
    finally:
        worker.kill()
    assert await head("log", f"{actor.alliance_id}/1.json")
    assert await superuser.fetchval("SELECT count(*) FROM job WHERE attempts > 0") == 0


@pytest.mark.usefixtures("as_worker")
async def test_without_the_store_sealing_goes_on_and_the_root_follows(
    superuser: asyncpg.Connection, reached: Settings
) -> None:
    actor = somebody()
    open_storage(msgspec.structs.replace(reached, s3_endpoint="http://127.0.0.1:9"))
    await sealed(superuser, actor)
    with pytest.raises(StorageUnavailable):
        await store_roots(system_clock())
    await sealed(superuser, actor)
    assert await superuser.fetchval("SELECT count(*) FROM log_seal") == 2
    assert await superuser.fetchval("SELECT count(*) FROM log_root") == 0
    open_storage(reached)
    assert await store_roots(system_clock()) == 1
    await sealed(superuser, actor)
    assert await store_roots(system_clock()) == 1
    roots = await superuser.fetch("SELECT number, rows FROM log_root ORDER BY number")
    assert [tuple(row) for row in roots] == [(2, 4), (3, 6)]


@pytest.mark.usefixtures("reached")
async def test_objects_come_back_whole_and_the_absent_are_none() -> None:
    await storage.ensure_buckets()
    content = bytes(range(256)) * 25_000  # 6.4 MB: more than one part of the SDK's own choosing
    await put("log", "test/large", content)
    assert await get("log", "test/large") == content
    found = await head("log", "test/large")
    assert found and found.size == len(content) and found.retain_until is None
    assert await get("log", "test/none") is None
    assert await head("log", "test/none") is None


async def test_wrong_keys_are_an_unavailable_store(reached: Settings) -> None:
    (reached.secrets / "s3.secret").write_text("x" * 40)
    open_storage(reached)
    with pytest.raises(StorageUnavailable, match="SignatureDoesNotMatch"):
        await get("log", "test/large")
    with pytest.raises(StorageUnavailable):
        await storage.ensure_buckets()


async def test_a_bucket_that_cannot_lock_is_refused(reached: Settings, store: objects.Running) -> None:
    administrator(store).make_bucket("plain-log")
    open_storage(msgspec.structs.replace(reached, s3_bucket_prefix="plain"))
    with pytest.raises(StorageUnavailable):
        await storage.ensure_buckets()
