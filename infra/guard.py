"""A process that outlives its owner by a moment, to end the owner's children however the owner died.

The guard reads a pipe of which only the owner holds the other end. `+ PID SIGNAL` and `- PID` tell it what runs; at the
end of the file it sends each child its signal, waits, and kills what is left of each process group. Every child is
started behind a gate (it waits for one line before it becomes the real program), so no child can run that the guard has
not heard of. Standard library only: this also runs before the environment exists.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO

GRACE = 12.0
"""Seconds between the polite signal and the kill."""
GATE = 'read -r go || exit 1; exec "$@" </dev/null'


def members(groups: Iterable[int]) -> set[int]:
    """The process groups among `groups` that still have a living member; a zombie that nobody reaps does not count."""
    wanted, found = set(groups), set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                state, _, group = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
                if state not in "ZX" and int(group) in wanted:
                    found.add(int(group))
    return found


def kill_group(group: int) -> None:
    """End every member of a process group at once."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def end_groups(children: Mapping[int, int], grace: float = GRACE) -> None:
    """Signal each leader (a forking server hears the signal once, not once a member), wait, then kill what is left."""
    for pid, number in children.items():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
    deadline = time.monotonic() + grace
    left = members(children)
    while left and time.monotonic() < deadline:
        for pid in left:
            if not Path(f"/proc/{pid}").exists():
                kill_group(pid)  # the leader is gone and left members behind
        time.sleep(0.05)
        left = members(left)
    for pid in left:
        kill_group(pid)


class Guard:
    """Starts children behind the gate and keeps the guarding process informed."""

    def __init__(self, *, keep_open: Sequence[int] = ()) -> None:
        """`keep_open`: descriptors (a lock) the guarding process shall hold until it has ended the children."""
        self._keep_open = tuple(keep_open)
        self._children: dict[int, int] = {}
        self._process = self._launch()

    @property
    def pid(self) -> int:
        return self._process.pid

    def _launch(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", __file__],
            stdin=subprocess.PIPE,
            cwd="/",
            start_new_session=True,
            pass_fds=self._keep_open,
        )

    def _tell(self, line: str) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        with contextlib.suppress(BrokenPipeError):
            pipe.write(f"{line}\n".encode())
            pipe.flush()

    def spawn(
        self,
        argv: Sequence[str | Path],
        *,
        stop_signal: int = signal.SIGTERM,
        env: Mapping[str, str] | None = None,
        cwd: str | Path = "/",
        output: IO[bytes] | int | None = None,
        errors: IO[bytes] | int = subprocess.STDOUT,
        identity: tuple[int, int] | None = None,
        umask: int = 0o077,
    ) -> subprocess.Popen[bytes]:
        """Start one child in a session of its own. `identity`: uid and gid to run as (root only).

        Without `output` the child writes where this process writes; `errors` may part from it.
        """
        user, group = identity or (None, None)
        child = subprocess.Popen(
            ["/bin/sh", "-c", GATE, "gate", *map(str, argv)],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=errors if output is not None else None,
            env=env,
            cwd=cwd,
            umask=umask,
            user=user,
            group=group,
            extra_groups=None if identity is None else [],
            start_new_session=True,
        )
        self._children[child.pid] = stop_signal
        self._tell(f"+ {child.pid} {int(stop_signal)}")
        assert child.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            child.stdin.write(b"go\n")
            child.stdin.close()
        return child

    def forget(self, pid: int) -> None:
        """Say that a child was reaped, before its number can be given to somebody else's process."""
        self._children.pop(pid, None)
        self._tell(f"- {pid}")

    def run(
        self,
        argv: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        cwd: str | Path = "/",
        output: IO[bytes] | int | None = None,
        errors: IO[bytes] | int = subprocess.STDOUT,
        umask: int = 0o077,
    ) -> int:
        """Run one command to its end and return its exit code; it does not survive this process."""
        child = self.spawn(argv, env=env, cwd=cwd, output=output, errors=errors, umask=umask)
        try:
            return child.wait()
        except BaseException:
            end_groups({child.pid: signal.SIGTERM}, grace=5)
            child.wait()
            raise
        finally:
            kill_group(child.pid)
            self.forget(child.pid)

    def revive(self) -> bool:
        """Start the guarding process again if somebody ended it; true when that was needed."""
        if self._process.poll() is None:
            return False
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process = self._launch()
        for pid, number in self._children.items():
            self._tell(f"+ {pid} {number}")
        return True

    def close(self) -> None:
        """End whatever is still registered, and the guarding process itself."""
        if self._process.stdin is not None and not self._process.stdin.closed:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        self._process.wait()


def stand_guard(lines: Iterable[bytes]) -> None:
    """Follow the owner's words until there are no more, then end the children it left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    children: dict[int, int] = {}
    for line in lines:
        word, pid, *rest = line.split()
        if word == b"+":
            children[int(pid)] = int(rest[0])
        else:
            children.pop(int(pid), None)
    end_groups(children)


if __name__ == "__main__":
    stand_guard(sys.stdin.buffer)
