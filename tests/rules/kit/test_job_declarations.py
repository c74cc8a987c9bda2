"""Every job is declared once, and the installation's own come back when they should."""

import pytest

from services.worker import app
from services.worker.job import JOBS, installation_job, job


async def nothing() -> None:
    """No effect."""


def test_the_installations_jobs_and_their_schedules() -> None:
    assert app.DECLARING
    assert {name: each.every_seconds or each.cron for name, each in JOBS.items() if each.installation} == {
        "audit.seal": 3,
        "audit.root": 60,
        "referrals.expire": 300,
        "jobs.prune": "15 3 * * *",
    }


def test_a_job_is_declared_once() -> None:
    with pytest.raises(ValueError, match=r"audit\.seal is declared twice"):
        job("audit.seal")(nothing)


@pytest.mark.parametrize("times", [{}, {"every_seconds": 5, "cron": "* * * * *"}])
def test_the_installations_job_has_one_kind_of_schedule(times: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="either every_seconds or cron"):
        installation_job("test.unscheduled", **times)(nothing)  # type: ignore[arg-type]  # any of the two
    assert "test.unscheduled" not in JOBS
