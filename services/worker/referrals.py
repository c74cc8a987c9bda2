"""Offers past their last day expire by themselves."""

from datetime import datetime

from services.kit.clock import day_of
from services.kit.db.unit import execute
from services.worker.job import installation_job


@installation_job("referrals.expire", every_seconds=300)
async def expire(now: datetime) -> None:
    await execute("SELECT expire_referrals($1, $2)", day_of(now), now)
