"""Cron texts are read in Helsinki time: Sunday is 0, and a nightly job runs once whatever the clocks do."""

from datetime import UTC, datetime, timedelta

import pytest

from services.kit.clock import HELSINKI
from services.worker.schedule import next_time


def runs(cron: str, start: datetime, days: int) -> list[datetime]:
    found, now = [], start
    while (now := next_time(now, None, cron)) < start + timedelta(days=days):
        found.append(now.astimezone(HELSINKI))
    return found


def test_seconds_count_from_now() -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert next_time(now, 90, None) - now == timedelta(seconds=90)


def test_sunday_is_zero() -> None:
    assert {run.isoweekday() for run in runs("0 3 * * 0", datetime(2026, 11, 1, tzinfo=UTC), 28)} == {7}


@pytest.mark.parametrize("start", [datetime(2026, 10, 23, tzinfo=UTC), datetime(2027, 3, 26, tzinfo=UTC)])
def test_a_nightly_job_runs_once_a_night_when_the_clocks_change(start: datetime) -> None:
    days = [run.date() for run in runs("30 3 * * *", start, 4)]
    assert len(days) == len(set(days)) == 4
