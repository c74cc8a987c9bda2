"""Says so when this Python is too old, or goes on with a newer one of the machine. Must itself run on any Python 3."""

import os
import shutil
import sys

OLDEST = (3, 11)


def require_python() -> None:
    """Return on a new enough Python on Linux; else start the same command with a newer Python, or end with advice."""
    if not sys.platform.startswith("linux"):
        sys.exit("Nivel starts its services on Linux only. Elsewhere use a container or a virtual machine.")
    if sys.version_info >= OLDEST:
        return
    for minor in range(OLDEST[1] + 4, OLDEST[1] - 1, -1):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            os.execv(newer, [newer, *sys.argv])
    found = ".".join(map(str, sys.version_info[:2]))
    sys.exit(
        f"Nivel needs Python 3.11 or newer; this is {found}. Install one, for example: apt install python3.11-venv"
    )
