"""One PostgreSQL server for all xdist workers of a session, and databases cloned from a migrated template."""

import asyncio
import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import msgspec

from infra.database import LOGINS, prepare_database
from infra.embedded.postgres import Running, start
from services.domain.migrate import migrate
from services.kit.settings import Settings
from tests.support.secret_files import write_secrets

TEMPLATE = "nivel_template"
PASSWORD = "secret"


class Cluster(msgspec.Struct, frozen=True):
    """A running server, by the folder of its socket. Every login has the password PASSWORD, the superuser too."""

    sockets: str

    def dsn(self, user: str, database: str) -> str:
        """The address of `database` for one login; `postgres` is the superuser."""
        return f"postgresql://{user}:{PASSWORD}@/{database}?host={self.sockets}"

    def settings(self, database: str, secrets: Path) -> Settings:
        """Settings of a demonstration on `database`."""
        return Settings(
            mode="demonstration",
            secrets=secrets,
            database_url=self.dsn("nivel_api", database),
            worker_database_url=self.dsn("nivel_worker", database),
            owner_database_url=self.dsn("nivel_owner", database),
        )

    @staticmethod
    def database_of(settings: Settings) -> str:
        """The name of the database that settings point to."""
        return urlsplit(settings.database_url).path.lstrip("/")

    async def clone(self, name: str) -> None:
        """Make the database `name`, equal to the migrated template."""
        await self._run(f'CREATE DATABASE "{name}" TEMPLATE {TEMPLATE} OWNER nivel_owner STRATEGY file_copy')
        await self._run(f'REVOKE ALL ON DATABASE "{name}" FROM public')
        await self._run(f'GRANT CONNECT ON DATABASE "{name}" TO nivel_api, nivel_worker')

    async def drop(self, name: str) -> None:
        """Remove the database, whoever is still connected."""
        await self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    async def _run(self, statement: str) -> None:
        connection = await asyncpg.connect(self.dsn("postgres", "postgres"))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


@contextmanager
def shared_cluster(meeting: Path) -> Iterator[Cluster]:
    """The session's server. `meeting` is a folder that all workers know.

    Every user holds a shared lock; who started the server waits at its end for the exclusive one, so the server
    outlives its last user and a worker that comes too late starts another.
    """
    users = os.open(meeting / "postgres.lock", os.O_RDWR | os.O_CREAT, 0o600)
    note = meeting / "postgres.json"
    running: Running | None = None
    try:
        fcntl.flock(users, fcntl.LOCK_SH)
        with _alone(meeting):
            if not note.exists():
                running = _start(note)
            sockets = json.loads(note.read_text())["sockets"]
        yield Cluster(sockets)
    finally:
        if running:
            fcntl.flock(users, fcntl.LOCK_EX)
            _stop(running, note)
        os.close(users)


@contextmanager
def _alone(meeting: Path) -> Iterator[None]:
    with open(meeting / "postgres.starting", "w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def _start(note: Path) -> Running:
    root = Path(tempfile.mkdtemp(prefix="nivel-test-"))  # short, for the socket, and reachable by the server's user
    running = start(root, PASSWORD)
    try:
        prepare_database(running.dsn, dict.fromkeys(LOGINS, PASSWORD), TEMPLATE)
        cluster = Cluster(parse_qs(urlsplit(running.dsn).query)["host"][0])
        (root / "secrets").mkdir(mode=0o700)
        write_secrets(root / "secrets")
        asyncio.run(migrate(cluster.settings(TEMPLATE, root / "secrets")))
        note.write_text(json.dumps({"sockets": cluster.sockets, "root": str(root)}))
    except BaseException:
        running.stop()
        shutil.rmtree(root)
        raise
    return running


def _stop(running: Running, note: Path) -> None:
    root = json.loads(note.read_text())["root"]
    note.unlink()
    running.stop()
    shutil.rmtree(root)
