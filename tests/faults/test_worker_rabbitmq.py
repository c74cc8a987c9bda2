"""The same jobs through a real RabbitMQ node, which is killed too: the row stays the truth."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from services.kit.db.unit import unit_of_work
from services.kit.jobs.queue import enqueue
from services.kit.settings import Settings
from tests.support.worker_login import engine_on, somebody
from tests.support.working import LEDGER, Working

# Debian's command on the PATH changes user and writes below /var; the program behind it does neither.
PROGRAM = next(
    filter(None, (shutil.which("/usr/lib/rabbitmq/bin/rabbitmq-server"), shutil.which("rabbitmq-server"))), None
)
pytestmark = [pytest.mark.rabbitmq, pytest.mark.skipif(PROGRAM is None, reason="there is no rabbitmq-server here")]


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Node:
    """A RabbitMQ node of its own below `root`, with its own port mapper."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.port, distribution, self._mapper = free_ports(3)
        (root / "plugins").write_text("[].\n")
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}"
        self._environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(root),
            "ERL_EPMD_PORT": str(self._mapper),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_RELAXED_COMMAND_CHECK": "1",  # else the mapper outlives a killed node
            "RABBITMQ_NODENAME": f"nivel{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(distribution),
            "RABBITMQ_MNESIA_BASE": str(root / "data"),
            "RABBITMQ_LOG_BASE": str(root / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(root / "plugins"),
            "RABBITMQ_CONFIG_FILE": str(root / "none"),
        }

    def start(self) -> None:
        with open(self.root / "output", "ab") as output:
            self.process = subprocess.Popen(
                [str(PROGRAM)], env=self._environ, stdout=output, stderr=output, start_new_session=True
            )
        end = time.monotonic() + 60
        while b"started" not in (self.root / "output").read_bytes().lower() or not self._answers():
            assert self.process.poll() is None and time.monotonic() < end, (self.root / "output").read_text()[-2000:]
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.sendall(b"AMQP\x00\x00\x09\x01")
                return bool(connection.recv(1))
        except OSError:
            return False

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        self.kill()
        subprocess.run(
            ["epmd", "-port", str(self._mapper), "-kill"], capture_output=True, check=False, env=self._environ
        )


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    node = Node(tmp_path_factory.mktemp("rabbitmq"))
    try:
        node.start()
        yield node
    finally:
        node.end()


@pytest_asyncio.fixture(loop_scope="session")
async def ledger(superuser: asyncpg.Connection) -> asyncpg.Connection:
    """The superuser's connection to a database with the ledger that the test jobs write to."""
    await superuser.execute(LEDGER)
    return superuser


@pytest.fixture
def start(node: Node, alone: Settings, ledger: asyncpg.Connection, tmp_path: Path) -> Iterator[Callable[[], Working]]:
    started: list[Working] = []

    def another() -> Working:
        log = tmp_path / f"worker-{len(started)}.log"
        started.append(Working(alone, log, broker_url=f"{node.url}/?heartbeat=5"))
        return started[-1]

    yield another
    for worker in started:
        worker.kill()


async def leave(alone: Settings, first: int, count: int) -> None:
    actor = somebody()
    async with engine_on(alone, worker=False):
        for claim in range(first, first + count):
            async with unit_of_work(actor):
                await enqueue(actor, "test.pay", {"claim": claim, "milliseconds": 20})


async def until(ledger: asyncpg.Connection, question: str, seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not await ledger.fetchval(question):
        assert time.monotonic() < end, [dict(row) for row in await ledger.fetch("SELECT * FROM job LIMIT 5")]
        await asyncio.sleep(0.05)


ALL_DONE = "SELECT bool_and(done_at IS NOT NULL) FROM job WHERE name = 'test.pay'"
PAID = "SELECT count(*) FROM ledger WHERE claim > 0"


async def test_a_killed_worker_and_a_killed_node_lose_and_double_nothing(
    alone: Settings, ledger: asyncpg.Connection, node: Node, start: Callable[[], Working]
) -> None:
    await leave(alone, 1, 60)
    worker, other = start(), start()
    await until(ledger, f"SELECT 10 <= ({PAID})")
    worker.kill()
    await until(ledger, f"SELECT 30 <= ({PAID})")
    node.kill()
    await leave(alone, 61, 10)
    node.start()
    # What the node lost is published again when its lease ends; the test does not wait for the clock.
    await ledger.execute("UPDATE job SET next_at = now() WHERE done_at IS NULL AND dispatches > 0")
    await until(ledger, ALL_DONE)
    assert await ledger.fetchval(PAID) == 70
    assert await ledger.fetchval("SELECT count(DISTINCT claim) FROM ledger WHERE claim > 0") == 70
    assert await ledger.fetchval("SELECT count(*) > 0 FROM job WHERE name = 'test.beat' AND done_at IS NOT NULL")
    assert other.end() == 0
