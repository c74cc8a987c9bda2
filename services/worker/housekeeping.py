"""What the installation tidies up after itself."""

from datetime import datetime

from services.kit.db.unit import execute
from services.worker.job import installation_job


@installation_job("jobs.prune", cron="15 3 * * *")
async def prune(now: datetime) -> None:
    await execute("SELECT prune_jobs()")
