"""`nivel api`: the web server, on loopback; a proxy in front speaks to the world."""

import argparse
from collections.abc import Mapping

from granian import Granian
from granian.constants import Interfaces

from services.kit.settings import load_settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen, and with how many processes."""
    parser.add_argument("--port", type=int, default=8400, metavar="N", help="port on 127.0.0.1 (default 8400)")
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="processes (default 1)")


def run(given: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Serve until told to stop. The settings are read here once, so that a wrong one is said plainly."""
    load_settings(environ)
    Granian(
        "services.api.app:application",
        factory=True,
        interface=Interfaces.ASGI,
        address="127.0.0.1",
        port=given.port,
        workers=given.workers,
        log_access=False,  # addresses of pages say who was looked at; the read log says it better
        respawn_failed_workers=True,
    ).serve()
    return 0
