"""What an installation is told: contradictions are refused at the start, with the name of the variable."""

from datetime import date
from pathlib import Path

import pytest

from services.kit.clock import day_of, system_clock
from services.kit.settings import VARIABLES, Settings, SettingsError, load_settings

PRODUCTION = {"NIVEL_BASE_URL": "https://nivel.example.fi"}
DEMONSTRATION = {"NIVEL_MODE": "demonstration"}


@pytest.fixture
def secrets(tmp_path: Path) -> Settings:
    """Settings of a folder of secrets, beside which lies a file that is none."""
    folder = tmp_path / "secrets"
    (folder / "oidc").mkdir(parents=True)
    (folder / "context.key").write_text("ab" * 32 + "\n")
    (folder / "oidc" / "voima").write_text(" client secret\n")
    (tmp_path / "outside").write_text("outside")
    return Settings(secrets=folder)


def test_production_is_what_one_gets_without_asking() -> None:
    settings = load_settings(PRODUCTION)
    assert settings.mode == "production" and not settings.demonstration
    assert settings.clock is system_clock


def test_every_variable_reaches_its_setting() -> None:
    given = {
        "NIVEL_MODE": "demonstration",
        "NIVEL_BASE_URL": "http://localhost:8400",
        "NIVEL_TODAY": "2026-11-22",
    }
    given |= {name: f"/value/of/{name}" for name in VARIABLES if name not in given}
    settings = load_settings(given | {"PATH": "/bin"})
    for name, field in VARIABLES.items():
        assert str(getattr(settings, field)) == given[name]
    assert settings.secrets == Path("/value/of/NIVEL_SECRETS")
    assert settings.today == date(2026, 11, 22) and day_of(settings.clock()) in (date(2026, 11, 22), date(2026, 11, 23))


def test_an_empty_variable_is_not_set() -> None:
    assert load_settings(PRODUCTION | {"NIVEL_TODAY": "", "S3_REGION": ""}).s3_region == "us-east-1"


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({}, "NIVEL_BASE_URL"),  # the default address is the demonstration's
        ({"NIVEL_BASE_URL": "http://nivel.example.fi"}, "NIVEL_BASE_URL"),
        ({"NIVEL_BASE_URL": "nivel.example.fi"}, "NIVEL_BASE_URL"),
        ({"NIVEL_BASE_URL": "https://nivel.example.fi/"}, "NIVEL_BASE_URL"),
        ({"NIVEL_BASE_URL": "https://[::1"}, "NIVEL_BASE_URL"),
        (PRODUCTION | {"NIVEL_TODAY": "2026-11-22"}, "NIVEL_TODAY"),
        (PRODUCTION | {"NIVEL_TODAY": "22.11.2026"}, "NIVEL_TODAY"),
        (DEMONSTRATION | {"NIVEL_TODAY": "2026-02-29"}, "NIVEL_TODAY"),
        ({"NIVEL_MODE": "demo"}, "NIVEL_MODE"),
        ({"NIVEL_MODE": "Production"}, "NIVEL_MODE"),
    ],
)
def test_what_is_refused(environ: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        load_settings(environ)


@pytest.mark.parametrize("host", ["127.0.0.1:8400", "localhost", "LOCALHOST:80", "[::1]:8400"])
def test_a_demonstration_on_loopback(host: str) -> None:
    assert load_settings(DEMONSTRATION | {"NIVEL_BASE_URL": f"http://{host}"}).demonstration


@pytest.mark.parametrize(
    "address",
    [
        "http://nivel.example.fi",
        "https://nivel.example.fi",
        "http://0.0.0.0:8400",
        "http://127.0.0.1@nivel.example.fi",
        "http://127.0.0.1.example.fi",
        "http://localhost.example.fi",
        "http://192.168.1.5:8400",
        "//",
    ],
)
def test_a_demonstration_nowhere_else(address: str) -> None:
    with pytest.raises(SettingsError, match="NIVEL_BASE_URL"):
        load_settings(DEMONSTRATION | {"NIVEL_BASE_URL": address})


def test_secrets_are_read_without_white_space(secrets: Settings) -> None:
    assert secrets.secret("oidc/voima") == "client secret"
    assert secrets.key("context.key") == b"\xab" * 32


@pytest.mark.parametrize(
    "name", ["../outside", "oidc/../../outside", "oidc/../context.key", "missing", "oidc", "", "."]
)
def test_nothing_outside_the_folder_is_a_secret(secrets: Settings, name: str) -> None:
    with pytest.raises(SettingsError, match="is missing in NIVEL_SECRETS"):
        secrets.secret(name)


def test_an_absolute_path_is_no_name_of_a_secret(secrets: Settings) -> None:
    with pytest.raises(SettingsError, match="is missing in NIVEL_SECRETS"):
        secrets.secret(str(secrets.secrets.parent / "outside"))


@pytest.mark.parametrize("text", ["", "ab" * 31, "ab" * 33, "zz" * 32, "ab " * 32, "key", "٠" * 64])
def test_a_key_has_sixty_four_hexadecimal_digits(secrets: Settings, text: str) -> None:
    (secrets.secrets / "log.key").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"log\.key must hold 64 hexadecimal digits") as caught:
        secrets.key("log.key")
    assert not text or text not in str(caught.value).replace("log.key", "")
