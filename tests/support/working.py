"""A worker process of its own with jobs made for tests: `python -m tests.support.working`, or `Working(settings)`."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from services.kit.db.context import ActingContext
from services.kit.db.unit import execute
from services.kit.settings import REPOSITORY, Settings, load_settings

LEDGER = """
CREATE TABLE ledger (claim integer, at timestamptz NOT NULL DEFAULT clock_timestamp());
GRANT SELECT, INSERT ON ledger TO nivel_worker;
"""


class Working:
    """A running worker; its lease is two seconds, so that a killed one's jobs are soon given to another."""

    def __init__(self, settings: Settings, log: Path, *, broker_url: str = "jobs:", s3_endpoint: str = "") -> None:
        self.log = log
        environ = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(REPOSITORY),
            "NIVEL_MODE": "demonstration",
            "NIVEL_BASE_URL": "http://127.0.0.1:8400",
            "NIVEL_SECRETS": str(settings.secrets),
            "WORKER_DATABASE_URL": settings.worker_database_url,
            "BROKER_URL": broker_url,
            "S3_ENDPOINT": s3_endpoint or "http://127.0.0.1:9",
        }
        with open(log, "ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.working"],
                cwd=REPOSITORY,
                env=environ,
                stdout=output,
                stderr=output,
            )

    def said(self, words: str) -> bool:
        """Whether the log holds `words`."""
        return words in self.log.read_text()

    def wait_until_said(self, words: str, seconds: float = 15) -> None:
        """Raises AssertionError with the log when `words` do not come in time."""
        end = time.monotonic() + seconds
        while not self.said(words):
            assert time.monotonic() < end, f"{words!r} is not in the log:\n{self.log.read_text()}"
            time.sleep(0.05)

    def kill(self) -> None:
        """As the machine would: no goodbye."""
        self.process.kill()
        self.process.wait()

    def end(self, seconds: float = 12) -> int:
        """As a supervisor would; the exit code, or TimeoutExpired after a kill."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        finally:
            self.kill()


def _declare_test_jobs() -> None:
    from services.worker.job import installation_job, job

    @job("test.pay")
    async def pay(actor: ActingContext, *, claim: int, milliseconds: int = 0) -> None:
        await execute("INSERT INTO ledger (claim) VALUES ($1)", claim)
        await asyncio.sleep(milliseconds / 1000)

    @job("test.stumble", most_attempts=3)
    async def stumble(actor: ActingContext, *, claim: int) -> None:
        await execute("INSERT INTO ledger (claim) VALUES ($1)", claim)
        raise RuntimeError("Aino Virtanen 010101-123N")

    @installation_job("test.beat", every_seconds=1)
    async def beat(now: datetime) -> None:
        await execute("INSERT INTO ledger (claim) VALUES (0)")


def _work() -> int:
    from services.worker import app
    from services.worker.broker import JobBroker

    setattr(app, "JobBroker", partial(JobBroker, lease=timedelta(seconds=2)))  # noqa: B010 - the app has its own lease
    _declare_test_jobs()
    return app.run(load_settings(os.environ))


if __name__ == "__main__":
    sys.exit(_work())
