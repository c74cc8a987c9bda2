"""Secrets of one installation: made at random on the first start, one file of mode 0600 each, never printed."""

import os
import secrets
from pathlib import Path

HEX_KEYS = ("context.key", "log.key", "identity.key", "master.key", "s3.jwt", "identity-provider.key")
"""32 random bytes each, as 64 hexadecimal digits."""
WORDS = ("s3.access", "s3.secret", "postgres", "nivel_owner", "nivel_api", "nivel_worker")
"""Names and passwords: letters and digits only, so that they fit into addresses and SQL unquoted."""


class Secrets:
    """The folder of secret files."""

    def __init__(self, folder: Path) -> None:
        """Make the folder and whatever is missing in it; an existing secret is never changed."""
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        for name in HEX_KEYS + WORDS:
            self.made(name)

    def made(self, name: str) -> str:
        """The secret of this name, which may hold a folder (`oidc/voima`); made now if there is none."""
        path = self.folder / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            # Written beside and renamed: a start that is killed here leaves no empty secret behind.
            fresh = path.with_name(path.name + ".new")
            with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(secrets.token_hex(32))
            fresh.rename(path)
        path.chmod(0o600)
        return path.read_text().strip()
