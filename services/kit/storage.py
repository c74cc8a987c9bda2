"""Objects outside the database: one S3 store behind a bounded pool of threads (the SDK blocks)."""

import asyncio
import base64
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from hashlib import sha256
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec
import urllib3
from minio import Minio
from minio.commonconfig import COMPLIANCE, ENABLED, GOVERNANCE
from minio.error import MinioException, S3Error
from minio.retention import Retention

from services.kit.settings import Settings, SettingsError

THREADS = 8
LOCKED_BUCKETS = ("log",)
ABSENT = ("NoSuchKey", "NoSuchBucket", "NoSuchVersion")

Answer = TypeVar("Answer")


class StorageUnavailable(Exception):
    """The object store did not answer or refused; `args[0]` is its code or the kind of failure, never content."""


class Head(msgspec.Struct, frozen=True):
    """What the store says of an object: bytes, hash of the store's own, version, and until when it is locked."""

    size: int
    etag: str
    version: str | None
    retain_until: datetime | None


class _Store:
    def __init__(self, settings: Settings) -> None:
        address = urlsplit(settings.s3_endpoint)
        if address.scheme not in ("http", "https"):
            raise SettingsError("S3_ENDPOINT must be an http or https address")
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix="storage")
        self.prefix = settings.s3_bucket_prefix
        # In production not even the store's administrator can shorten a retention.
        self.lock = GOVERNANCE if settings.demonstration else COMPLIANCE
        self.ready = False
        self.client = Minio(
            address.netloc,
            settings.secret("s3.access"),
            settings.secret("s3.secret"),
            secure=address.scheme == "https",
            region=settings.s3_region,
            http_client=urllib3.PoolManager(
                maxsize=THREADS, retries=False, timeout=urllib3.Timeout(connect=3, read=30)
            ),
        )


_store: _Store | None = None


def open_storage(settings: Settings) -> None:
    """Tell the process its store; connects to nothing yet. Raises SettingsError when address or secrets are missing."""
    global _store
    _store = _Store(settings)


async def ensure_buckets() -> None:
    """Make the product's buckets where they are missing; the log's can lock its objects."""
    store = _opened()
    if not store.ready:
        for bucket in LOCKED_BUCKETS:
            await _ask(_ensure_locked, f"{store.prefix}-{bucket}")
        store.ready = True


def _ensure_locked(client: Minio, name: str) -> None:
    if not client.bucket_exists(name):
        try:
            client.make_bucket(name, object_lock=True)
        except S3Error as error:
            if error.code not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
                raise
    if client.get_object_lock_config(name) is None or client.get_bucket_versioning(name).status != ENABLED:
        raise StorageUnavailable(f"bucket {name} cannot lock objects")


async def put(bucket: str, key: str, content: bytes, *, retain_until: datetime | None = None) -> None:
    """Store one object, whole and checked by its SHA-256; a key that exists gets a new version."""
    lock = _opened().lock

    def store(client: Minio, name: str) -> None:
        client.put_object(
            name,
            key,
            io.BytesIO(content),
            len(content),
            part_size=max(len(content) + 1, 5 * 1024 * 1024),
            metadata={"x-amz-checksum-sha256": base64.b64encode(sha256(content).digest()).decode()},
            retention=Retention(lock, retain_until) if retain_until else None,
        )

    await _ask(store, f"{_opened().prefix}-{bucket}")


async def get(bucket: str, key: str) -> bytes | None:
    """The newest version's content, or None when there is no such object."""

    def fetch(client: Minio, name: str) -> bytes:
        answer = client.get_object(name, key)
        try:
            return answer.read()
        finally:
            answer.close()
            answer.release_conn()

    return await _ask(_or_none(fetch), f"{_opened().prefix}-{bucket}")


async def head(bucket: str, key: str) -> Head | None:
    """What the store says of the newest version, or None when there is no such object."""

    def look(client: Minio, name: str) -> Head:
        found = client.stat_object(name, key)
        until = (found.metadata or {}).get("x-amz-object-lock-retain-until-date")
        return Head(
            size=found.size or 0,
            etag=found.etag or "",
            version=found.version_id,
            retain_until=datetime.fromisoformat(until) if until else None,
        )

    return await _ask(_or_none(look), f"{_opened().prefix}-{bucket}")


def _opened() -> _Store:
    if _store is None:
        raise RuntimeError("the object store is not open: call open_storage first")
    return _store


def _or_none(act: Callable[[Minio, str], Answer]) -> Callable[[Minio, str], Answer | None]:
    def tolerant(client: Minio, name: str) -> Answer | None:
        try:
            return act(client, name)
        except S3Error as error:
            if error.code in ABSENT:
                return None
            raise

    return tolerant


async def _ask(act: Callable[[Minio, str], Answer], *values: Any) -> Answer:
    store = _opened()
    try:
        return await asyncio.get_running_loop().run_in_executor(store.threads, act, store.client, *values)
    except S3Error as error:
        raise StorageUnavailable(error.code or "refused") from error
    except (MinioException, urllib3.exceptions.HTTPError, OSError) as error:
        raise StorageUnavailable(type(error).__name__) from error
