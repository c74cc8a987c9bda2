"""Starts everything one installation needs on this machine, keeps it running, and stops it together.

Run by ./infra/run inside the environment it made.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import sys
import time
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any

from infra.database import LOGINS, prepare_database
from infra.embedded import objects
from infra.embedded.postgres import Postgres
from infra.environment import HOME, NODE_HOME, PYTHON, REPOSITORY, VENV, node_programs, step
from infra.guard import Guard
from infra.options import Options, options
from infra.ports import holder, is_answering, is_free, kept_ports
from infra.secret_files import Secrets
from infra.supervise import Program, StartFailed, Supervisor, end_left_behind

ALLIANCE = REPOSITORY / "tenants" / "lakeus"
NIVEL = (PYTHON, VENV / "bin" / "nivel")
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE")
"""What the product's processes see of the caller's environment; proxies, for one, would catch loopback addresses."""
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STOPPING = 30.0
"""Seconds to wait for a predecessor that is still ending."""


class Stop(Exception):
    """A signal asked to stop; `number` is the signal's."""

    def __init__(self, number: int) -> None:
        self.number = number


def main(arguments: list[str]) -> int:
    """Start, watch and stop; returns the exit code."""
    asked = options(arguments)
    began = float(os.environ.get("NIVEL_STARTED") or time.time())
    for number in STOP_SIGNALS:
        signal.signal(number, _on_signal)
    try:
        lock = take_data_directory(asked.data)
        if not is_free(asked.port):
            raise StartFailed(
                f"Port {asked.port} is taken by {holder(asked.port)}. "
                f"Stop it, or choose another port: ./infra/run --port {asked.port + 1}"
            )
        return Installation(asked, lock).run(began)
    except StartFailed as problem:
        print(f"\n{problem}", file=sys.stderr, flush=True)
        return 1
    except Stop as stop:
        return 0 if stop.number == signal.SIGINT and not asked.tour else 128 + stop.number


def _on_signal(number: int, _frame: FrameType | None) -> None:
    _ignore_signals()
    raise Stop(number)


def _ignore_signals() -> None:
    """Stopping is bounded in time and must not be interrupted."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def take_data_directory(data: Path) -> int:
    """Lock the data directory for this process; returns the open lock. Raises StartFailed when it is in use."""
    data.mkdir(mode=0o711, parents=True, exist_ok=True)
    if not os.access(data, os.W_OK | os.X_OK):
        raise StartFailed(f"{data} belongs to another user. Choose another place: ./infra/run --data DIR")
    data.chmod(0o711)  # the database may run as another user, who must pass through but not look around
    lock = os.open(data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    deadline, told = time.monotonic() + STOPPING, False
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            owner = os.pread(lock, 20, 0).decode().strip()
            if Path(f"/proc/{owner or 'none'}").exists() or time.monotonic() > deadline:
                raise StartFailed(
                    f"Nivel already runs on {data} (process {owner}). "
                    "Stop it there with Ctrl-C, or start on other data: ./infra/run --data DIR"
                ) from None
            if not told:
                print("  waiting for the previous start to end", flush=True)
                told = True
            time.sleep(0.1)
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    return lock


class Installation:
    """One data directory and the processes that serve it."""

    def __init__(self, asked: Options, lock: int) -> None:
        self.asked, self.data = asked, asked.data
        self.first_start = not (self.data / "env.json").exists()
        left = end_left_behind(self.data / "pids.json", str(self.data))
        if left:
            print(f"  ended what a killed start had left: {', '.join(left)}", flush=True)
        self.base_url = f"http://127.0.0.1:{asked.port}"
        self.secrets = Secrets(self.data / "secrets")
        self.guard = Guard(keep_open=[lock])
        self.supervisor = Supervisor(self.guard, self.data / "pids.json", _say)
        names = [*objects.PORTS, "identity"]
        self.ports = kept_ports(self.data / "ports.json", names, _say)
        self.identity_url = f"http://127.0.0.1:{self.ports['identity']}"
        self.people: list[dict[str, Any]] = []

    def run(self, began: float) -> int:
        """Start everything, then watch until a signal, or play the tour; always ends what was started."""
        try:
            self._start()
            self._greet(time.time() - began)
            if self.asked.tour:
                return self._tour()
            self.supervisor.watch()
            return 0
        finally:
            _ignore_signals()
            print("Stopping ... ", end="", flush=True)
            self.supervisor.stop()
            self.guard.close()
            print("stopped", flush=True)

    def _start(self) -> None:
        store = objects.Objects(
            self.data / "objects",
            self.ports,
            access=self.secrets.made("s3.access"),
            secret=self.secrets.made("s3.secret"),
            signing=self.secrets.made("s3.jwt"),
        )
        database = Postgres(self.data / "postgres", self.secrets.made("postgres"))
        self.env = self._environment(database, store)
        self._keep_environment()
        # Started one after the other without waiting, so that they come up at the same time.
        self.supervisor.start(store.program())
        with step("PostgreSQL"):
            self.supervisor.start(database.program())
            self.supervisor.wait_until_ready("postgres", database.is_ready)
            prepare_database(database.dsn(), {name: self.secrets.made(name) for name in LOGINS})
        if self.asked.demo:
            with step("identity provider"):
                self.supervisor.start(self._identity_program())
                self.supervisor.wait_until_ready("identity", lambda: is_answering(self.ports["identity"]))
        with step("database tables"):
            self._nivel("migrate")
        if self.asked.demo:
            with step(f"demonstration alliance {ALLIANCE.name}"):
                self._nivel("tenants", "apply", str(ALLIANCE))
        with step("object store"):
            self.supervisor.wait_until_ready("objects", store.is_ready)
            store.flush_before_answering(self.guard)
        with step("API and worker"):
            self.supervisor.start(self._product("worker", "worker", leaves_out="DATABASE_URL"))
            self.supervisor.start(
                self._product("api", "api", "--port", str(self.asked.port), leaves_out="WORKER_DATABASE_URL")
            )
            self.supervisor.wait_until_ready("api", lambda: is_answering(self.asked.port))
            self.supervisor.wait_until_ready("worker", lambda: True)  # it has no port; that it still runs must do

    def _environment(self, database: Postgres, store: objects.Objects) -> dict[str, str]:
        """The settings of the product's processes."""
        login = {name: database.dsn(name, self.secrets.made(name), "nivel") for name in LOGINS}
        today = {"NIVEL_TODAY": self.asked.today.isoformat()} if self.asked.today else {}
        return {
            **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
            "PYTHONUNBUFFERED": "1",
            "TZ": "UTC",
            "NIVEL_MODE": "demonstration",
            "NIVEL_BASE_URL": self.base_url,
            "NIVEL_SECRETS": str(self.secrets.folder),
            "NIVEL_WEB": str(HOME / "web"),
            "NIVEL_IDENTITY_URL": self.identity_url,
            "DATABASE_URL": login["nivel_api"],
            "WORKER_DATABASE_URL": login["nivel_worker"],
            "OWNER_DATABASE_URL": login["nivel_owner"],
            "BROKER_URL": "jobs:",
            "S3_ENDPOINT": store.endpoint,
            "S3_REGION": objects.REGION,
            "S3_BUCKET_PREFIX": "nivel",
            **today,
        }

    def _keep_environment(self) -> None:
        """Leave the settings where ./infra/nivel finds them; they hold passwords."""
        fresh = self.data / "env.json.new"
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(self.env, file, indent=1)
        fresh.replace(self.data / "env.json")

    def _product(self, name: str, *command: str, leaves_out: str) -> Program:
        """The API or the worker; neither gets the owner's login or the other's."""
        env = {key: value for key, value in self.env.items() if key not in ("OWNER_DATABASE_URL", leaves_out)}
        return Program(name=name, argv=[*NIVEL, *command], log=self._log(name), env=env, cwd=REPOSITORY)

    def _log(self, name: str) -> Path:
        folder = self.data / "logs"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder / f"{name}.log"

    def _nivel(self, *command: str) -> str:
        """Run one command of the product to its end and return what it printed; raises StartFailed with its errors."""
        log, answer = self._log(command[0]), self._log(command[0]).with_suffix(".out")
        with open(log, "wb") as errors, open(answer, "wb") as output:
            code = self.guard.run([*NIVEL, *command], env=self.env, cwd=REPOSITORY, output=output, errors=errors)
        if code != 0:
            said = (answer.read_text(errors="replace") + log.read_text(errors="replace"))[-3000:]
            raise StartFailed(f"nivel {' '.join(command)} ended with code {code}:\n{said}")
        return answer.read_text()

    def _identity_program(self) -> Program:
        """The development identity provider: the issuers the alliance describes, with this installation's secrets."""
        self.people = json.loads(self._nivel("idp-config", str(ALLIANCE)))["issuers"]
        for issuer in self.people:
            issuer["client_secret"] = self.secrets.made(f"oidc/{issuer['slug']}")
        folder = self.data / "identity"
        folder.mkdir(mode=0o700, exist_ok=True)
        config = {
            "port": self.ports["identity"],
            "base_url": self.identity_url,
            "keys": str(folder / "keys.json"),
            "modules": str(NODE_HOME),
            "issuers": self.people,
        }
        with open(os.open(folder / "config.json", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(config, file)
        programs = node_programs()
        if programs is None:
            raise StartFailed("There is no Node for the identity provider; start again to install it.")
        argv = [programs[0], REPOSITORY / "infra" / "identity.mjs", folder / "config.json"]
        env = {name: self.env[name] for name in PASSED_ON if name in self.env}
        return Program(name="identity", argv=argv, log=self._log("identity"), env=env)

    def _greet(self, seconds: float) -> None:
        kind = "first" if self.first_start else "later"
        print(f"\nNivel runs: {self.base_url}/    ({kind} start, {seconds:.1f} s)", flush=True)
        for issuer in self.people:
            print(f"  {issuer['name']}")
            for user in issuer["users"]:
                print(f"    {user['name']} <{user['email']}>")
        if self.people:
            print("Choose one of them on the start page; no password is asked.")
        today = f" Today is {self.asked.today:%-d.%-m.%Y}." if isinstance(self.asked.today, date) else ""
        print(f"Data and logs: {self.data}.{today} Stop with Ctrl-C.\n", flush=True)

    def _tour(self) -> int:
        """Play the tour with its words on the screen, the services watched meanwhile; returns its exit code."""
        tour = self.guard.spawn([*NIVEL, "tour", "--url", self.base_url], env=self.env, cwd=REPOSITORY)
        self.supervisor.watch(until=lambda: tour.poll() is not None)
        self.guard.forget(tour.pid)
        return tour.returncode if tour.returncode >= 0 else 128 - tour.returncode


def _say(words: str) -> None:
    print(f"  {words}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
