"""Keeps the processes of one installation running together: starts, watches, starts again, stops."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.guard import GRACE, Guard, end_groups, kill_group

FIRST_DELAY, LONGEST_DELAY, HEALTHY_AFTER = 0.5, 30.0, 60.0
"""Seconds: the delay before a restart doubles from the first to the longest, and starts over after a healthy run."""
LOG_LIMIT = 10_000_000
"""Bytes: a log longer than this is set aside when its process starts."""


class StartFailed(Exception):
    """Something could not be started; the message says what and where to read more."""


@dataclass(frozen=True)
class Program:
    """What to run and how to end it. `identity`: uid and gid to run as, for root; `outlives`: stopped after the others."""

    name: str
    argv: Sequence[str | Path]
    log: Path
    env: Mapping[str, str]
    cwd: Path = Path("/")
    stop_signal: int = signal.SIGTERM
    identity: tuple[int, int] | None = None
    outlives: bool = False


@dataclass
class _Child:
    program: Program
    process: subprocess.Popen[bytes]
    started: float
    delay: float = FIRST_DELAY
    again_at: float | None = None


class Supervisor:
    """The children of one launcher, in the order they were started."""

    def __init__(self, guard: Guard, record: Path, say: Callable[[str], None]) -> None:
        """`record`: the file that always lists the process ids, for people and for tests."""
        self._guard, self._record, self._say = guard, record, say
        self._children: dict[str, _Child] = {}

    def start(self, program: Program) -> None:
        """Start a program; call `wait_until_ready` before relying on it."""
        self._children[program.name] = _Child(program, self._spawn(program), time.monotonic())
        self._write_record()

    def _spawn(self, program: Program) -> subprocess.Popen[bytes]:
        with contextlib.suppress(FileNotFoundError):
            if program.log.stat().st_size > LOG_LIMIT:
                program.log.replace(program.log.with_suffix(".log.1"))
        with open(os.open(program.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log:
            return self._guard.spawn(
                program.argv,
                stop_signal=program.stop_signal,
                env=program.env,
                cwd=program.cwd,
                output=log,
                identity=program.identity,
            )

    def wait_until_ready(self, name: str, probe: Callable[[], bool], timeout: float = 60) -> None:
        """Wait until `probe` holds; raises StartFailed with the end of the log when the program ends or time is over."""
        child, deadline = self._children[name], time.monotonic() + timeout
        while True:
            if _has_ended(child.process.pid):
                self._reap(child)
                del self._children[name]
                how = _how(child.process.returncode)
                raise StartFailed(f"{name} ended ({how}) while starting.\n{_tail(child.program.log)}")
            if probe():
                return
            if time.monotonic() > deadline:
                raise StartFailed(f"{name} was not ready after {timeout:.0f} seconds.\n{_tail(child.program.log)}")
            time.sleep(0.05)

    def watch(self, until: Callable[[], bool] = lambda: False) -> None:
        """Start again whatever ends, until `until` holds or a signal handler raises."""
        while not until():
            if self._guard.revive():
                self._write_record()
            for child in self._children.values():
                self._look_after(child)
            time.sleep(0.1)

    def _look_after(self, child: _Child) -> None:
        now, name = time.monotonic(), child.program.name
        if child.again_at is not None:
            if now >= child.again_at:
                child.process, child.started, child.again_at = self._spawn(child.program), now, None
                self._write_record()
        elif _has_ended(child.process.pid):
            if now - child.started > HEALTHY_AFTER:
                child.delay = FIRST_DELAY
            self._reap(child)
            self._say(f"{name} ended ({_how(child.process.returncode)}); starting it again in {child.delay:g} s")
            child.again_at, child.delay = now + child.delay, min(child.delay * 2, LONGEST_DELAY)

    def _reap(self, child: _Child) -> None:
        kill_group(child.process.pid)  # before reaping: until then the number cannot be given away
        child.process.wait()
        self._guard.forget(child.process.pid)

    def stop(self) -> None:
        """End all children, those that outlive the others last; those that do not end in time are killed."""
        for last in (False, True):
            running = [c for c in self._children.values() if c.again_at is None and c.program.outlives is last]
            for child in running:
                os.kill(child.process.pid, child.program.stop_signal)
            deadline = time.monotonic() + GRACE
            while time.monotonic() < deadline and not all(_has_ended(child.process.pid) for child in running):
                time.sleep(0.02)
            for child in running:
                self._reap(child)
        self._children.clear()
        self._write_record()

    def pids(self) -> dict[str, int]:
        """The process (and process group) of each running program by its name."""
        return {name: child.process.pid for name, child in self._children.items() if child.again_at is None}

    def _write_record(self) -> None:
        content = {"launcher": os.getpid(), "guard": self._guard.pid, "children": self.pids()}
        fresh = self._record.with_suffix(".new")
        fresh.write_text(json.dumps(content))
        fresh.replace(self._record)


def end_left_behind(record: Path, marker: str) -> list[str]:
    """End what a launcher and its guard, both killed at once, left running; returns the names.

    A process is only taken for ours when its environment or command line holds `marker` (the data directory), since
    numbers are given out again.
    """
    try:
        recorded: dict[str, int] = json.loads(record.read_text())["children"]
    except (OSError, ValueError, KeyError):
        return []
    ours = {name: pid for name, pid in recorded.items() if marker.encode() in _traces(pid)}
    end_groups({pid: signal.SIGINT if name == "postgres" else signal.SIGTERM for name, pid in ours.items()})
    return sorted(ours)


def _traces(pid: int) -> bytes:
    found = b""
    for name in ("cmdline", "environ"):
        with contextlib.suppress(OSError):
            found += Path(f"/proc/{pid}/{name}").read_bytes()
    return found


def _has_ended(pid: int) -> bool:
    """Look without reaping, so that the process group can still be ended safely."""
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


def _how(code: int | None) -> str:
    return f"signal {-code}" if code is not None and code < 0 else f"code {code}"


def _tail(log: Path, lines: int = 15) -> str:
    return "\n".join([f"The end of {log}:", *log.read_text(errors="replace").splitlines()[-lines:]])
