"""What docs/api.md says of the JSON API is so: its routes, its errors, its figures, and the lines that people copy."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from services.api import errors
from services.api.app import LARGEST_BODY, create_app
from services.api.paging import LARGEST
from services.domain.people.queries import EXACT_UP_TO, PAGE
from services.kit.errors import Conflict, NotAllowed, TooMany
from services.kit.identity.sessions import ABSOLUTE_SECONDS, IDLE_SECONDS
from services.kit.settings import Settings
from tests.browser.installation import running
from tests.support.secret_files import write_secrets

REPOSITORY = Path(__file__).resolve().parents[2]
TEXT = (REPOSITORY / "docs" / "api.md").read_text()
LINES_LIMIT = 120
"""Seconds."""

RAISED_WITH_A_CODE = (NotAllowed, Conflict, TooMany, errors.BadRequest)

Route = tuple[str, str, str, tuple[str, ...]]
"""(slice, method, path, what it takes: the name, with `?` where it may be left out)."""


def told(text: str) -> Iterator[Route]:
    """The routes that the page lists."""
    for part in text.partition("## Routes")[2].split("\n### ")[1:]:
        for method, path, takes in re.findall(r"(?m)^\| `([A-Z]+) (/\S+)` \| [^|]+ \|([^|]*)\|$", part):
            yield part.split("\n")[0], method, f"/api/v1{path}", tuple(sorted(re.findall(r"`(\w+`\??)", takes)))


def described(document: dict[str, Any]) -> Iterator[Route]:
    """The routes of an OpenAPI document."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            takes = [
                (one["name"], one.get("required")) for one in operation.get("parameters", ()) if one["in"] == "query"
            ]
            if "requestBody" in operation:
                body = operation["requestBody"]["content"]["application/json"]["schema"]
                takes += [(name, name in body.get("required", ())) for name in body["properties"]]
            names = sorted(f"{name}`" if required else f"{name}`?" for name, required in takes)
            yield operation["tags"][0], method.upper(), path, tuple(names)


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("secrets")
    write_secrets(folder)
    return create_app(Settings(mode="demonstration", secrets=folder)).openapi_schema.to_schema()


def test_the_page_lists_the_routes_that_there_are(document: dict[str, Any]) -> None:
    listed, there = list(told(TEXT)), set(described(document))
    assert len(listed) == len(set(listed)) > 30
    assert set(listed) - there == set(), "docs/api.md lists routes that do not exist, or take something else"
    assert there - set(listed) == set(), "docs/api.md leaves these routes out"


@pytest.mark.parametrize(
    ("as_it_is", "planted"),
    [
        ("`GET /people/count`", "`GET /people/number`"),
        ("`PUT /people/{person_id}/contact`", "`POST /people/{person_id}/contact`"),
        ("| `name`, `birth_date`? |", "| `name`, `birth_date` |"),
        ("### outcomes", "### results"),
    ],
)
def test_a_wrong_route_is_found(document: dict[str, Any], as_it_is: str, planted: str) -> None:
    assert as_it_is in TEXT
    assert set(told(TEXT.replace(as_it_is, planted))) != set(described(document))


def test_the_page_lists_the_codes_that_there_are() -> None:
    table = TEXT.partition("| status | when | codes |")[2].partition("\n\n")[0]
    rows = {int(row.split("|")[1]): set(re.findall(r"`([\w.]+)`", row.split("|")[3])) for row in table.split("\n")[2:]}
    general = {name.lower(): status.value for name, status in HTTPStatus.__members__.items()}
    codes = {code: status for status, found in rows.items() for code in found}
    raised = dict(_raised())
    assert {code: codes.get(code) for code in raised} == raised
    assert {code: status for code, status in codes.items() if code not in raised and general.get(code) != status} == {}
    assert {status for _, status in errors.STATUSES} <= set(rows)


def _raised() -> Iterator[tuple[str, int]]:
    """Each code that a request can meet, with its status: what the source raises, and what errors.py makes of the rest."""
    kinds = {kind.__name__: status for kind, status in errors.STATUSES if kind in RAISED_WITH_A_CODE}
    folders = [REPOSITORY / "services" / name for name in ("api", "domain", "kit/audit", "kit/identity")]
    source = "\n".join(path.read_text() for folder in folders for path in folder.rglob("*.py"))
    for kind, code in re.findall(r"\b(\w+)\(\s*\"([a-z_.]+)\"", source):
        if kind in kinds:
            yield code, kinds[kind]
    yield from ((code, 429) for code in re.findall(r"\"(\w+\.too_many_\w+)\"", source))
    yield from ((code, 401) for code in ("session.needed", "sign_in.refused", "sign_in.cancelled"))
    yield from (("sign_in.provider_down", 503), ("not_found", 404), ("input.invalid", 422))


def test_the_figures_of_the_page_are_those_of_the_code() -> None:
    text = " ".join(TEXT.split())
    assert (
        f"after {IDLE_SECONDS // 60} minutes without a request and in any case after {ABSOLUTE_SECONDS // 3600} hours"
        in text
    )
    assert f"`limit` is {PAGE} when not given, at most {LARGEST}" in text
    assert f"at most {LARGEST_BODY // 1024**2} MiB" in text
    assert f"exact to {EXACT_UP_TO // 1000} 000; {EXACT_UP_TO // 1000} 001 means more" in text


@pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("bash")), reason="there is no curl to try the lines with"
)
def test_the_lines_of_the_page_run_as_they_stand(tmp_path: Path) -> None:
    prepare, city, firm = re.findall(r"(?ms)^```sh\n(.*?)^```$", TEXT)
    assert firm.count("\n") == 10, "the page promises ten lines"
    with running(tmp_path / "data") as installation:
        here = prepare.replace("http://127.0.0.1:8400", installation.url)
        assert here != prepare
        script = f"set -euo pipefail\n{here}{city}echo; echo ==\n{firm}"
        for _ in range(2):  # the second time on the same data, with the first client there
            done = subprocess.run(
                ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=LINES_LIMIT, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr
            _read(installation.url, done.stdout.partition("==\n")[2])


def _read(url: str, printed: str) -> None:
    """What the firm's lines print: where the sign-in ended, the client, the job, the explanation, the sign-out."""
    home, rest = printed.split("\n", maxsplit=1)
    assert home == f"{url}/o/voima/"
    client, end = json.JSONDecoder().raw_decode(rest)
    assert client["identity"]["family_name"] == "Esimerkki" and client["identity"]["basis"]["line"] == "share"
    assert set(client["closed"]) == {"plan", "ability"}
    job, length = json.JSONDecoder().raw_decode(rest[end:])
    assert job["person_id"] == client["person_id"] and job["detail"]["employer"] == "Lakeuden Varasto Oy"
    explained, last = json.JSONDecoder().raw_decode(rest[end + length :])
    assert not explained["allowed"]
    assert "It can be shared on this basis: client's permission." in [step["text"] for step in explained["missing"]]
    assert rest[end + length + last :] == "303\n"
