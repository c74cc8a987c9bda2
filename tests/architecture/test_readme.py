"""What README and the pages below docs/ say exists: paths, commands, pictures, settings, Finnish words, measured figures."""

import argparse
import re
import shlex
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest

from infra.options import options
from services.api.languages import texts_in
from services.cli.main import COMMANDS

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [
        *(REPOSITORY / name for name in ("README.md", "CHANGELOG.md", "tenants/README.md")),
        *(REPOSITORY / "docs").rglob("*.md"),
    ]
)
OWN = frozenset({".ci", "docs", "infra", "services", "tenants", "tests"})
"""The folders of the repository: a word in code letters that begins with one is a path."""
FILES = (".css", ".html", ".js", ".json", ".md", ".mjs", ".png", ".po", ".py", ".sql", ".toml", ".txt")
PROGRAM = re.compile(r"^(?:[A-Z_]+=\S+ )*(?:(?:\./)?(?:infra|\.ci)/\w+(?: |$)|nivel(?: |$))")
SETTING = re.compile(r"\b(?:NIVEL_|[A-Z]+_DATABASE_|DATABASE_|BROKER_|S3_)[A-Z_]+\b")
WORDS = re.compile(r"\*\*([^*]+)\*\*\s\(\*([^*]+)\*\)")
"""**Send** (*Lähetä*): the words of a button, English and Finnish."""


def without_fences(text: str) -> str:
    return re.sub(r"(?ms)^ *```.*?^ *```$", "", text)


def spans(text: str) -> list[str]:
    """What stands in code letters, and each line of a block of commands without its comment."""
    blocks = re.findall(r"(?ms)^ *```sh\n(.*?)^ *```$", text)
    lines = [re.sub(r"\s+# .*", "", line).strip() for block in blocks for line in block.splitlines()]
    return re.findall(r"`([^`\n]+)`", without_fences(text)) + lines


def wrong_links(text: str, page: Path) -> Iterator[str]:
    """Links and pictures that lead to nothing."""
    for target in re.findall(r"\]\(([^)\s]+)\)", without_fences(text)):
        if "://" not in target and not (page.parent / target.partition("#")[0]).exists():
            yield target


def wrong_paths(text: str, _: Path) -> Iterator[str]:
    """Paths in code letters without a file; `<slice>` stands for any name and needs one at least."""
    for span in spans(text):
        for word in span.split():
            path = word.removeprefix("./").partition("::")[0]
            inside = path.split("/")[0] in OWN and "/" in path
            if (inside or ("/" in path and path.endswith(FILES) and path[0] not in "/$")) and not any(
                REPOSITORY.glob(re.sub(r"<\w+>", "*", path))
            ):
                yield word


def wrong_commands(text: str, _: Path) -> Iterator[str]:
    """Commands that do not exist, or that would refuse their options; `DIR` and `URL` stand for any."""
    for span in spans(text):
        if PROGRAM.match(span):
            words = [word for word in shlex.split(span.replace("…", "x")) if "=" not in word or word.startswith("-")]
            if not _would_run(words[0].removeprefix("./"), words[1:]):
                yield span


def _would_run(program: str, arguments: list[str]) -> bool:
    if program == "nivel" or program == "infra/nivel":
        if arguments[:1] == ["--data"]:
            arguments = arguments[2:]
        return not arguments or (arguments[0] in COMMANDS and _nivel_takes(arguments[0], arguments[1:]))
    if program == "infra/run":
        return _taken(options, arguments)
    file = REPOSITORY / program
    return file.is_file() and bool(file.stat().st_mode & 0o111)


def _nivel_takes(command: str, arguments: list[str]) -> bool:
    parser = argparse.ArgumentParser()
    import_module(COMMANDS[command][0]).arguments(parser)
    # Named without anything after it, a command is spoken of, not shown.
    return not arguments or _taken(parser.parse_args, arguments)


def _taken(parse: Callable[[list[str]], object], arguments: list[str]) -> bool:
    try:
        parse(arguments)
    except SystemExit:
        return False
    return True


def wrong_settings(text: str, _: Path) -> Iterator[str]:
    """Settings that nothing reads."""
    for name in sorted({name for span in spans(text) for name in SETTING.findall(span)}):
        if name not in CODE:
            yield name


def wrong_words(text: str, _: Path) -> Iterator[str]:
    """Words of a button that the Finnish pages do not show so."""
    for english, finnish in WORDS.findall(text):
        message, shown = " ".join(english.split()), " ".join(finnish.split())
        if texts_in("fi").gettext(message) != shown:
            yield f"{message}: {shown}"


def wrong_figures(text: str, _: Path) -> Iterator[str]:
    """Rows under "measured" without a figure, or without the command that measures it."""
    part = re.search(r"(?ms)^## [^\n]*measured[^\n]*\n(.*?)(?=^## |\Z)", text)
    rows = re.findall(r"(?m)^\|(.+)\|$", part[1])[2:] if part else []
    for row in rows:
        what, figure, command = (cell.strip() for cell in row.split("|"))
        if not figure or not PROGRAM.match(command.strip("`")):
            yield what


CODE = frozenset(
    SETTING.findall(
        "\n".join(
            path.read_text()
            for folder in ("infra", "services", "tests")
            for path in (REPOSITORY / folder).rglob("*.py")
            if path != Path(__file__)
        )
    )
)
QUESTIONS = (wrong_links, wrong_paths, wrong_commands, wrong_settings, wrong_words, wrong_figures)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(REPOSITORY).as_posix())
def test_a_page_names_only_what_exists(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = {question.__name__: list(question(page.read_text(), page)) for question in QUESTIONS}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}, capsys.readouterr().err


def test_the_pages_name_enough_to_be_worth_asking() -> None:
    text = "\n".join(page.read_text() for page in PAGES)
    assert len(PAGES) > 10
    assert len(WORDS.findall(text)) > 40 and len(re.findall(r"!\[", text)) > 10
    assert len([span for span in spans(text) if PROGRAM.match(span)]) > 20
    assert "## What has been measured" in (REPOSITORY / "README.md").read_text()


def test_every_role_page_is_linked() -> None:
    roles = REPOSITORY / "docs" / "roles"
    linked = re.findall(r"\]\((\w[\w-]*\.md)\)", (roles / "README.md").read_text())
    assert {page.name for page in roles.glob("*.md")} - {"README.md"} == set(linked)


@pytest.mark.parametrize(
    ("question", "text", "wrong"),
    [
        (wrong_links, "see [there](docs/nowhere.md) or [here](README.md#top)", "docs/nowhere.md"),
        (wrong_links, "![picture](docs/screenshots/99-nothing-en-wide.png)", "docs/screenshots/99-nothing-en-wide.png"),
        (wrong_paths, "`services/domain/<slice>/acts.py`", "services/domain/<slice>/acts.py"),
        (wrong_paths, "`service/kit/clock.py`", "service/kit/clock.py"),
        (wrong_paths, "`./infra/test tests/walls/test_nothing.py`", "tests/walls/test_nothing.py"),
        (wrong_commands, "`./infra/walk`", "./infra/walk"),
        (wrong_commands, "```sh\n./infra/run --tour\n./infra/run --fast  # quickly\n```\n", "./infra/run --fast"),
        (wrong_commands, "`nivel migrate`, `nivel tenants remove DIR`", "nivel tenants remove DIR"),
        (wrong_commands, "`nivel api --port 8400`, `nivel serve`", "nivel serve"),
        (wrong_commands, "`./infra/nivel --data DIR tenants check DIR`, `./infra/nivel shell`", "./infra/nivel shell"),
        (wrong_settings, "`NIVEL_WEB`, `NIVEL_COLOUR`", "NIVEL_COLOUR"),
        (wrong_words, "**Why?** (*Miksi?*), **Refer** (*Lähetä*)", "Refer: Lähetä"),
        (wrong_figures, "## What has been measured\n\n|a|b|c|\n|-|-|-|\n| fast | 5 s | |\n", "fast"),
        (wrong_figures, "## What has been measured\n\n|a|b|c|\n|-|-|-|\n| good | | `./infra/test` |\n", "good"),
    ],
)  # fmt: skip
def test_a_wrong_word_is_found(question: Callable[[str, Path], Iterator[str]], text: str, wrong: str) -> None:
    assert list(question(text, REPOSITORY / "README.md")) == [wrong]
