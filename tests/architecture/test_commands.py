"""Every command of `nivel` exists, explains itself, and says a fault plainly."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from services.cli.main import COMMANDS, main
from services.kit.settings import REPOSITORY


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_exists_and_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    module, about = COMMANDS[command]
    assert import_module(module).__doc__
    with pytest.raises(SystemExit) as left:
        main([command, "--help"])
    assert left.value.code == 0
    assert about in " ".join(capsys.readouterr().out.split())


def test_a_wrong_command_line_is_two(capsys: pytest.CaptureFixture[str]) -> None:
    for line in (["migrat"], [], ["migrate", "--quickly"], ["tenants", "remove", "x"], ["api", "--port", "http"]):
        with pytest.raises(SystemExit) as left:
            main(line)
        assert left.value.code == 2
        assert capsys.readouterr().err.startswith("usage: nivel")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("NIVEL_BASE_URL", "http://nivel.example", "NIVEL_BASE_URL must be https in production"),
        ("NIVEL_TODAY", "2026-11-20", "NIVEL_TODAY sets the clock and is refused in production"),
        ("NIVEL_MODE", "demo", "Invalid enum value 'demo'"),
    ],
)
def test_a_wrong_setting_is_said_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str, told: str
) -> None:
    monkeypatch.setenv("NIVEL_BASE_URL", "https://nivel.example")
    monkeypatch.setenv("NIVEL_MODE", "production")
    monkeypatch.delenv("NIVEL_TODAY", raising=False)
    monkeypatch.setenv(name, value)
    assert main(["api"]) == 1
    err = capsys.readouterr().err
    assert err.startswith("nivel api: ") and told in err and "Traceback" not in err


def test_a_database_that_is_not_there_is_said_plainly(secrets: Path) -> None:
    """In a process of its own: here the engine may be open already."""
    environ = {
        "NIVEL_MODE": "demonstration",
        "NIVEL_BASE_URL": "http://127.0.0.1:8400",
        "NIVEL_SECRETS": str(secrets),
        "OWNER_DATABASE_URL": "postgresql://nivel_owner:x@/nivel?host=/nowhere",
    }
    command = [sys.executable, "-c", "import sys; from services.cli.main import main; sys.exit(main(['migrate']))"]
    ended = subprocess.run(command, cwd=REPOSITORY, env=environ, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith("nivel migrate: cannot reach what it needs")
