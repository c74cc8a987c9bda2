"""One application on a loopback port, in a process of its own, as granian serves it in production."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

REPOSITORY = Path(__file__).resolve().parents[2]


@contextmanager
def served(factory: str, environ: Mapping[str, str] | None = None) -> Iterator[str]:
    """Serves `module:factory`, yields its base URL once it answers, ends it afterwards."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "asgi",
        "--factory",
        "--port",
        str(port),
    ]
    process = subprocess.Popen(
        [*command, "--log-level", "error", factory],
        cwd=REPOSITORY,
        env={**os.environ, **(environ or {})},
    )
    try:
        base_url = f"http://127.0.0.1:{port}"
        _wait_until_it_answers(process, base_url)
        yield base_url
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=15)


def _wait_until_it_answers(process: subprocess.Popen[bytes], base_url: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            with urlopen(base_url, timeout=5):
                return
        except URLError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the application did not start on {base_url}") from error
            time.sleep(0.05)
