"""The launcher with real processes: nothing it starts outlives it, what is killed comes back, data is kept."""

import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from infra.guard import Guard
from infra.supervise import Program, StartFailed, Supervisor

REPOSITORY = Path(__file__).resolve().parents[2]
PROGRAMS = ("postgres", "objects", "identity", "worker", "api")
START_LIMIT, STOP_LIMIT = 120, 30
"""Seconds."""

# One data directory serves all tests of this file, so they stay on one worker.
pytestmark = pytest.mark.xdist_group("launcher")


class Launched:
    """One run of ./infra/run on a data directory."""

    def __init__(self, data: Path, port: int, *more: str) -> None:
        self.data, self.port, self.output = data, port, data.parent / "output"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [REPOSITORY / "infra" / "run", "--data", data, "--port", str(port), *more],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # signals to the test run are not for it, and its own only reach itself
            )

    def said(self) -> str:
        return self.output.read_text()

    def until_up(self) -> "Launched":
        def up() -> bool:
            assert self.process.poll() is None, self.said()
            return "Nivel runs" in self.said()

        eventually(up, START_LIMIT, self.said)
        return self

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(STOP_LIMIT)

    def recorded(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.data / "pids.json").read_text())
        return found

    def answers(self) -> bool:
        """Whether the API has a page or a refusal to give, rather than nothing."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=5):
                return True
        except urllib.error.HTTPError as refusal:
            return refusal.code < 500
        except OSError:
            return False


def eventually(holds: Callable[[], bool], seconds: float, explain: Callable[[], str] = str) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, explain()
        time.sleep(0.1)


def living(data: Path) -> list[str]:
    """Every living process that was started for this data directory, by its command line or its environment."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                words = (entry / "cmdline").read_bytes()
                if str(data).encode() in words + (entry / "environ").read_bytes():
                    found.append(f"{entry.name} {words.replace(bytes(1), b' ').decode()}")
    return found


def groups_alive(pids: set[int]) -> set[int]:
    """The recorded process groups that still have a member, whatever that member's command line says."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                state, _, group = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
                if state != "Z" and int(group) in pids:
                    found.add(int(group))
    return found


def a_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="nivel-launcher-", dir="/tmp"))
    folder.chmod(0o711)  # as root the database runs as another user, who must reach it
    yield folder / "data"
    shutil.rmtree(folder)


@pytest.fixture
def launched(data: Path) -> Iterator[Launched]:
    run = Launched(data, a_free_port()).until_up()
    yield run
    if run.process.poll() is None:
        run.end(signal.SIGTERM)
    eventually(lambda: not living(data), STOP_LIMIT, lambda: "\n".join(living(data)))


def test_all_programs_run_and_no_secret_can_be_read_by_others(launched: Launched) -> None:
    assert set(launched.recorded()["children"]) == set(PROGRAMS)
    assert launched.answers()
    secrets = [path for path in (launched.data / "secrets").rglob("*") if path.is_file()]
    private = [*secrets, launched.data / "env.json", launched.data / "identity" / "config.json"]
    assert {"context.key", "log.key", "identity.key", "master.key", "s3.access", "s3.secret"} <= {
        p.name for p in secrets
    }
    assert {str(path): oct(stat.S_IMODE(path.stat().st_mode)) for path in private} == {str(p): "0o600" for p in private}
    assert stat.S_IMODE((launched.data / "secrets").stat().st_mode) == 0o700
    said, logs = launched.said(), b"".join(path.read_bytes() for path in launched.data.rglob("*.log"))
    for path in secrets:
        assert path.read_text().strip() not in said
        assert path.read_bytes().strip() not in logs


def test_everything_listens_on_loopback_only(launched: Launched) -> None:
    listening = subprocess.run(
        ["cat", "/proc/net/tcp", "/proc/net/tcp6"], capture_output=True, text=True, check=True
    ).stdout
    ports = {*json.loads((launched.data / "ports.json").read_text()).values(), launched.port}
    heard = {}
    for line in listening.splitlines():
        fields = line.split()
        if len(fields) > 3 and fields[3] == "0A":
            address, _, port = fields[1].rpartition(":")
            if int(port, 16) in ports:
                heard[int(port, 16)] = address
    assert launched.port in heard
    assert set(heard.values()) == {"0100007F"}


def test_killed_programs_are_started_again(launched: Launched) -> None:
    before = launched.recorded()["children"]
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)

    def all_new() -> bool:
        now = launched.recorded()["children"]
        return set(now) == set(PROGRAMS) and not set(now.values()) & set(before.values())

    eventually(all_new, 30, launched.said)
    eventually(launched.answers, 30, launched.said)
    eventually(lambda: asyncio.run(a_row(launched, "select 1")) == 1, 30, launched.said)
    for name in PROGRAMS:
        assert re.search(rf"{name} ended \(signal 9\); starting it again in 0.5 s", launched.said())
    assert not groups_alive(set(before.values()))


def test_killed_guard_is_replaced_and_still_guards(launched: Launched) -> None:
    first = launched.recorded()["guard"]
    os.kill(first, signal.SIGKILL)
    eventually(lambda: bool(launched.recorded()["guard"] != first), 10)
    groups = {launched.recorded()["guard"], *launched.recorded()["children"].values()}
    launched.end(signal.SIGKILL)
    eventually(lambda: not groups_alive(groups), STOP_LIMIT)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_no_process_outlives_the_launcher(launched: Launched, number: signal.Signals) -> None:
    record = launched.recorded()
    groups = {record["guard"], *record["children"].values()}
    assert groups_alive(groups) == groups
    assert len(living(launched.data)) >= len(PROGRAMS)
    code = launched.end(number)
    assert code == {signal.SIGINT: 0, signal.SIGKILL: -signal.SIGKILL}.get(number, 128 + number)
    eventually(lambda: not groups_alive(groups), STOP_LIMIT)
    eventually(lambda: not living(launched.data), STOP_LIMIT, lambda: "\n".join(living(launched.data)))


@pytest.mark.parametrize("step", ["Preparing", "PostgreSQL", "identity provider", "database tables", "API and worker"])
def test_a_start_that_is_killed_half_way_leaves_no_process(data: Path, step: str) -> None:
    run = Launched(data, a_free_port())
    eventually(lambda: step in run.said(), START_LIMIT, run.said)
    run.end(signal.SIGKILL)
    eventually(lambda: not living(data), STOP_LIMIT, lambda: "\n".join(living(data)))


def test_what_a_killed_launcher_and_guard_leave_is_ended_by_the_next_start(launched: Launched) -> None:
    record = launched.recorded()
    os.kill(launched.process.pid, signal.SIGSTOP)  # else it would replace the guard in between
    os.kill(record["guard"], signal.SIGKILL)
    launched.end(signal.SIGKILL)
    left = groups_alive(set(record["children"].values()))
    assert left, "nothing was left behind, so this test shows nothing"
    again = Launched(launched.data, a_free_port()).until_up()
    try:
        assert "ended what a killed start had left" in again.said()
        assert not groups_alive(left)
    finally:
        again.end(signal.SIGTERM)


def test_a_second_start_on_the_same_data_is_refused(launched: Launched) -> None:
    first = launched.output.read_text()
    refused = subprocess.run(
        [REPOSITORY / "infra" / "run", "--data", launched.data, "--port", str(a_free_port())],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=START_LIMIT,
        check=False,
    )
    assert refused.returncode == 1
    assert f"already runs on {launched.data} (process {launched.process.pid})" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert launched.answers()
    assert launched.output.read_text() == first


def test_a_taken_port_is_explained_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        refused = subprocess.run(
            [REPOSITORY / "infra" / "run", "--data", tmp_path / "data", "--port", str(port)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=START_LIMIT,
            check=False,
        )
    assert refused.returncode == 1
    assert f"Port {port} is taken by" in refused.stderr
    assert f"(process {os.getpid()})" in refused.stderr
    assert "--port" in refused.stderr
    assert not (tmp_path / "data" / "secrets").exists()


def test_a_program_that_ends_while_starting_is_explained_with_the_end_of_its_log(tmp_path: Path) -> None:
    guard = Guard()
    supervisor = Supervisor(guard, tmp_path / "pids.json", print)
    argv = ["/bin/sh", "-c", "echo the disk is full; exit 3"]
    try:
        supervisor.start(Program(name="store", argv=argv, log=tmp_path / "store.log", env={}))
        with pytest.raises(StartFailed, match=r"store ended \(code 3\) while starting(.|\n)*the disk is full"):
            supervisor.wait_until_ready("store", lambda: False)
        supervisor.stop()
    finally:
        guard.close()


def test_the_next_start_tells_its_time_and_keeps_data_secrets_and_addresses(data: Path) -> None:
    first = Launched(data, a_free_port()).until_up()
    try:
        # A schema of its own: what stands in the product's gets the product's walls at the next start.
        asyncio.run(a_row(first, "drop schema if exists kept cascade"))
        asyncio.run(a_row(first, "create schema kept"))
        asyncio.run(a_row(first, "create table kept.note (word text)"))
        asyncio.run(a_row(first, "insert into kept.note values ('kept')"))
        kept = {path: path.read_bytes() for path in [*(data / "secrets").rglob("*.*"), data / "ports.json"]}
    finally:
        first.end(signal.SIGINT)
    later = Launched(data, first.port).until_up()
    try:
        assert asyncio.run(a_row(later, "select word from kept.note")) == "kept"
        assert {path: path.read_bytes() for path in kept} == kept
        assert re.search(r"\(later start, [0-9.]+ s\)", later.said()), later.said()
    finally:
        later.end(signal.SIGINT)


async def a_row(run: Launched, statement: str) -> Any:
    """The first value of a statement run as the database's owner; none while the database is away."""
    owner = json.loads((run.data / "env.json").read_text())["OWNER_DATABASE_URL"]
    try:
        connection = await asyncpg.connect(owner)
    except (OSError, asyncpg.PostgresError):
        return None
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()
