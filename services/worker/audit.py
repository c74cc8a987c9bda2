"""The read log is sealed every few seconds; its newest seal is stored out of the database's reach every minute."""

from datetime import datetime

from services.kit.audit.seal import seal_waiting, store_roots
from services.worker.job import installation_job


@installation_job("audit.seal", every_seconds=3, repeatable=True)
async def seal(now: datetime) -> None:
    await seal_waiting(now)


@installation_job("audit.root", every_seconds=60, repeatable=True)
async def root(now: datetime) -> None:
    await store_roots(now)
