"""What an installation is told from outside: environment variables, and secrets as files of mode 0600."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from services.kit.clock import Clock, shifted_clock, system_clock

REPOSITORY = Path(__file__).resolve().parents[2]


class SettingsError(Exception):
    """A setting is missing or contradicts another; the message says which and what to do."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings of the product. URLs without trailing slash; empty string means not configured."""

    mode: Literal["production", "demonstration"] = "production"
    base_url: str = "http://127.0.0.1:8400"
    secrets: Path = Path()
    today: date | None = None
    database_url: str = ""
    worker_database_url: str = ""
    owner_database_url: str = ""
    broker_url: str = "jobs:"
    s3_endpoint: str = ""
    s3_region: str = "us-east-1"
    s3_bucket_prefix: str = "nivel"
    web: Path = REPOSITORY / ".nivel" / "web"

    @property
    def demonstration(self) -> bool:
        return self.mode == "demonstration"

    @property
    def clock(self) -> Clock:
        """The system clock, or the demonstration's shifted one."""
        return shifted_clock(self.today) if self.today else system_clock

    def secret(self, name: str) -> str:
        """The content of one secret file, without surrounding white space. `name` may hold a folder: `oidc/voima`."""
        path = self.secrets / name
        if Path(name).is_absolute() or ".." in Path(name).parts or not path.is_file():
            raise SettingsError(f"secret file {name} is missing in NIVEL_SECRETS ({self.secrets})")
        return path.read_text().strip()

    def key(self, name: str) -> bytes:
        """A secret of 32 bytes, kept as 64 hexadecimal digits."""
        digits = self.secret(name)
        if not re.fullmatch("[0-9a-fA-F]{64}", digits):
            raise SettingsError(f"secret file {name} must hold 64 hexadecimal digits")
        return bytes.fromhex(digits)


VARIABLES = {
    "NIVEL_MODE": "mode",
    "NIVEL_BASE_URL": "base_url",
    "NIVEL_SECRETS": "secrets",
    "NIVEL_TODAY": "today",
    "DATABASE_URL": "database_url",
    "WORKER_DATABASE_URL": "worker_database_url",
    "OWNER_DATABASE_URL": "owner_database_url",
    "BROKER_URL": "broker_url",
    "S3_ENDPOINT": "s3_endpoint",
    "S3_REGION": "s3_region",
    "S3_BUCKET_PREFIX": "s3_bucket_prefix",
    "NIVEL_WEB": "web",
}


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Read and check the settings; raises SettingsError naming the variable. Production refuses a set clock and http."""
    given = {field: environ[name] for name, field in VARIABLES.items() if environ.get(name)}
    try:
        settings = msgspec.convert(given, Settings, strict=False, dec_hook=lambda kind, value: kind(value))
    except msgspec.ValidationError as error:
        what, _, field = str(error).partition(" - at `$.")
        variable = next(name for name, known in VARIABLES.items() if known == field.rstrip("`"))
        raise SettingsError(f"{variable}: {what}") from error
    try:
        address = urlsplit(settings.base_url)
    except ValueError as error:
        raise SettingsError(f"NIVEL_BASE_URL: {error}") from error
    if address.path or address.query or address.fragment:
        raise SettingsError("NIVEL_BASE_URL ends with host or port: no path, no slash at its end")
    if settings.mode == "production":
        if settings.today:
            raise SettingsError("NIVEL_TODAY sets the clock and is refused in production")
        if address.scheme != "https":
            raise SettingsError("NIVEL_BASE_URL must be https in production")
    elif address.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise SettingsError("demonstration mode serves loopback only: NIVEL_BASE_URL must be on 127.0.0.1")
    return settings
