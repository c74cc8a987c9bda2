"""The import contracts of pyproject.toml hold, and each would notice a breach."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]

BREACHES = {
    "api | worker | cli use the domain": ("services/kit/money.py", "import services.domain.people.rules"),
    "slices depend downwards only": ("services/domain/people/rules.py", "import services.domain.referrals.rules"),
    "inside a slice": ("services/domain/sharing/queries.py", "import services.domain.sharing.actions"),
    "rules and access know no database": ("services/domain/people/access.py", "import services.kit.db.unit"),
    "api and worker go through actions": ("services/worker/job.py", "import services.kit.jobs.tables"),
    "domain and kit know no web framework": ("services/kit/storage.py", "import jinja2"),
}


def verdicts(root: Path) -> dict[str, str]:
    """The contracts' names with KEPT or BROKEN, as import-linter prints them."""
    found = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as main; main()", "--no-cache"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line.rsplit(" ", 1) for line in found.stdout.splitlines() if line.endswith((" KEPT", " BROKEN"))]
    assert lines, found.stdout + found.stderr
    return {line[0]: line[1] for line in lines}


def test_every_contract_is_kept() -> None:
    found = verdicts(REPOSITORY)
    assert len(found) == len(BREACHES)
    assert set(found.values()) == {"KEPT"}, found


@pytest.fixture(scope="module")
def breached(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The verdicts on a copy with one breach of every contract."""
    root = tmp_path_factory.mktemp("breached")
    shutil.copy(REPOSITORY / "pyproject.toml", root)
    shutil.copytree(REPOSITORY / "services", root / "services", ignore=shutil.ignore_patterns("__pycache__", "static"))
    for file, line in BREACHES.values():
        path = root / file
        path.write_text(f"{path.read_text()}\n\n{line}\n")
    return verdicts(root)


@pytest.mark.parametrize("contract", BREACHES)
def test_each_contract_notices_its_breach(breached: dict[str, str], contract: str) -> None:
    assert [verdict for name, verdict in breached.items() if name.startswith(contract)] == ["BROKEN"]


def test_a_new_slice_must_be_placed_before_it_can_land(tmp_path: Path) -> None:
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    shutil.copytree(
        REPOSITORY / "services", tmp_path / "services", ignore=shutil.ignore_patterns("__pycache__", "static")
    )
    (tmp_path / "services" / "domain" / "surprises").mkdir()
    (tmp_path / "services" / "domain" / "surprises" / "__init__.py").write_text("")
    found = verdicts(tmp_path)
    assert [verdict for name, verdict in found.items() if name.startswith("slices")] == ["BROKEN"]
