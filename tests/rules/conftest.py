"""Rules need nothing from outside: whoever opens a connection here has put a rule in the wrong place."""

import socket
from typing import NoReturn

import pytest
from hypothesis import settings

settings.register_profile("rules", deadline=None, max_examples=60, database=None)
settings.load_profile("rules")


def _refuse(*_: object) -> NoReturn:
    raise AssertionError("tests/rules may not open connections")


@pytest.fixture(autouse=True)
def _no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    for way in ("connect", "connect_ex", "bind", "sendto"):
        monkeypatch.setattr(socket.socket, way, _refuse)
