"""What must be true of every committed file."""

import re
import subprocess
from pathlib import Path

from msgspec import Struct

from services.cli.tenants import shapes

REPOSITORY = Path(__file__).resolve().parents[2]
LONGEST = 330
ABSOLUTE = re.compile(r"(?<![\w.])/(?:home|Users|root|workspace|mnt)/\w")
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|NotImplementedError)\b")
GENERATED = ("services/domain/migrations/nivel_2026_11_22t00_", "infra/lock", "infra/requirements")
BINARY = {".png", ".woff2", ".ico", ".jpg", ".mo"}


def committed() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    paths = [REPOSITORY / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file() and path.suffix not in BINARY]


def name_of(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


def test_no_file_names_a_place_on_one_machine() -> None:
    own = Path(__file__)
    found = [name_of(path) for path in committed() if path != own and ABSOLUTE.search(path.read_text())]
    assert not found


def test_nothing_is_left_unfinished() -> None:
    own = Path(__file__)
    code = [path for path in committed() if path.suffix in (".py", ".sql", ".js", ".mjs", ".html", ".toml")]
    assert len(code) > 50
    assert not [name_of(path) for path in code if path != own and UNFINISHED.search(path.read_text())]


def test_no_python_file_grows_past_a_comfortable_read() -> None:
    code = [path for path in committed() if path.suffix == ".py" and not name_of(path).startswith(GENERATED)]
    assert not [f"{name_of(path)}: {lines}" for path in code if (lines := path.read_text().count("\n")) > LONGEST]


def test_tenants_hold_data_only() -> None:
    found = {path.suffix for path in committed() if name_of(path).startswith("tenants/")}
    assert found <= {".toml", ".md"} and ".toml" in found


def test_every_word_of_the_files_is_explained() -> None:
    explained = (REPOSITORY / "tenants" / "README.md").read_text()
    kinds = [kind for kind in vars(shapes).values() if isinstance(kind, type) and issubclass(kind, Struct)]
    words = {word for kind in kinds for word in getattr(kind, "__struct_encode_fields__", ())}
    whole = {"file", "agreements"}  # parts of an alliance as read, not words in a file
    assert {"policy", "human", "longest_days"} <= words
    assert not [word for word in words - whole if not re.search(rf"[`.\[]{word}[`\]]", explained)]
