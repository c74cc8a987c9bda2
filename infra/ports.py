"""Ports on loopback: chosen free on the first start and kept, because the database stores addresses of issuers."""

import contextlib
import errno
import json
import socket
from collections.abc import Callable, Iterable
from pathlib import Path

LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether this process could listen on the port now; a port below 1024 may be forbidden: that is not free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            return False
    return True


def is_answering(port: int) -> bool:
    """Whether something accepts connections on the port."""
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1):
        return True
    return False


def holder(port: int) -> str:
    """Which process listens on the port, as `name (process 123)`, or `another process` when that cannot be read."""
    inodes = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
            inodes.add(f"socket:[{fields[9]}]")
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if any(str(link.readlink()) in inodes for link in (entry / "fd").iterdir()):
                    return f"{(entry / 'comm').read_text().strip()} (process {entry.name})"
    return "another process"


def kept_ports(file: Path, names: Iterable[str], say: Callable[[str], None]) -> dict[str, int]:
    """The port of each name as kept in `file`; those missing, or taken by somebody else meanwhile, are chosen anew."""
    kept: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
    ports, held = {}, []
    for name in names:
        port = kept.get(name)
        if port is not None and not is_free(port):
            say(f"port {port} ({name}) is taken by {holder(port)}; another one is chosen")
            port = None
        if port is None:
            held.append(socket.create_server((LOOPBACK, 0)))  # held until all are chosen: never the same one twice
            port = int(held[-1].getsockname()[1])
        ports[name] = port
    for server in held:
        server.close()
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(ports, indent=1))
    fresh.replace(file)
    return ports
