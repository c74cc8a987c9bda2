"""The checks that read the code without running it. Standard library only."""

import subprocess
import time

from infra.environment import REPOSITORY, VENV

CHECKS = {
    "format": ("ruff", "format", "--check", "."),
    "lint": ("ruff", "check", "."),
    "types": ("mypy", "--strict", "services", "infra", "tests"),
    "imports": ("lint-imports",),
}


def run_checks() -> int:
    """Run every check, showing the words only of those that fail; returns 1 if any did."""
    failed = 0
    for name, (program, *arguments) in CHECKS.items():
        started = time.monotonic()
        command = [str(VENV / "bin" / program), *arguments]
        done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
        print(
            f"  {name} ... {'good' if done.returncode == 0 else 'FAILED'} {time.monotonic() - started:.1f} s",
            flush=True,
        )
        if done.returncode != 0:
            failed = 1
            print(done.stdout + done.stderr, flush=True)
    return failed
