"""A whole installation for the journeys, started by the same command as everybody's and stopped at the end."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

REPOSITORY = Path(__file__).resolve().parents[2]
START_LIMIT, STOP_LIMIT = 150, 40
"""Seconds; a busy machine with two cores takes half a minute."""


class Installation(msgspec.Struct, frozen=True):
    """Where a running installation and its development identity provider answer."""

    url: str
    identity_url: str


@contextmanager
def running(data: Path) -> Iterator[Installation]:
    """`./infra/run` on `data`, until the end of the block."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = int(server.getsockname()[1])
    output = data.parent / "installation.log"
    with output.open("wb") as log:
        process = subprocess.Popen(
            [REPOSITORY / "infra" / "run", "--data", data, "--port", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={name: value for name, value in os.environ.items() if not name.startswith("NIVEL_")},
        )
    try:
        until = time.monotonic() + START_LIMIT
        while "Nivel runs" not in output.read_text():
            assert process.poll() is None and time.monotonic() < until, output.read_text()
            time.sleep(0.1)
        identity = json.loads((data / "ports.json").read_text())["identity"]
        yield Installation(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{identity}")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=STOP_LIMIT)
