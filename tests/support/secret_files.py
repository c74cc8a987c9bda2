"""Secret files for tests: each key is derived from its name, so that a failure can be repeated."""

from hashlib import sha256
from pathlib import Path

KEYS = ("context.key", "log.key", "identity.key", "master.key")
WORDS = ("s3.access", "s3.secret", "oidc/kaupunki", "oidc/paja", "oidc/opisto", "oidc/voima")


def write_secrets(folder: Path) -> None:
    """Fill `folder` with every secret file the product may ask for."""
    for name in (*KEYS, *WORDS):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(sha256(f"test {name}".encode()).hexdigest())
        path.chmod(0o600)
