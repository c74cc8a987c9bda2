"""Reading the files of an alliance: every problem is found at once, each with its file and line."""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar, get_args

import msgspec
from msgspec import Struct

from services.cli.faults import Fault
from services.cli.tenants.checks import faults
from services.cli.tenants.lines import Path as Place
from services.cli.tenants.lines import lines_of
from services.cli.tenants.shapes import Agreement, Alliance, AllianceFile, Organisation

T = TypeVar("T", bound=Struct)

PLACEHOLDER = "{identity_provider}"
"""Stands in an issuer for the address of the development identity provider, which each start may choose anew."""


class TenantsFault(Fault):
    """The files cannot be used; `problems` lists every reason as `file:line: what`."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("nothing was changed, because of the files:\n" + "\n".join(self.problems))


class _File:
    """One TOML file and what is wrong with it."""

    def __init__(self, root: Path, name: str) -> None:
        self.name, self.problems = name, list[tuple[int, str]]()
        self.content: dict[str, Any] = {}
        self._lines: dict[Place, int] = {(): 1}
        try:
            text = (root / name).read_text(encoding="utf-8")
            self._lines = lines_of(text)
            self.content = tomllib.loads(text)
        except FileNotFoundError:
            self.problems.append((1, "the file is missing"))
        except UnicodeDecodeError:
            self.problems.append((1, "the file is not UTF-8"))
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"at line (\d+)", str(error))
            self.problems.append((int(line[1]) if line else 1, f"not TOML: {error}"))

    def say(self, place: Place, problem: str) -> None:
        """Note a problem with the value at `place`, or with the nearest thing around it that has a line."""
        while place not in self._lines:
            place = place[:-1]
        self.problems.append((self._lines[place], problem))

    def told(self) -> list[str]:
        return [f"{self.name}:{line}: {problem}" for line, problem in sorted(set(self.problems))]

    def shape(self, kind: type[T]) -> T | None:
        """The whole file as one value; None, with the reasons noted, when it does not fit."""
        return None if self.problems else self._shape(kind, self.content, ())

    def _shape(self, kind: type[T], raw: dict[str, Any], at: Place) -> T | None:
        before = len(self.problems)
        fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
        for key in raw.keys() - fields.keys():
            self.say((*at, key), f"unknown field {key}")
        for name, field in fields.items():
            if field.required and name not in raw:
                self.say(at, f"the field {name} is missing")
        values = {
            field.name: self._value(field.type, raw[name], (*at, name)) for name, field in fields.items() if name in raw
        }
        return kind(**values) if len(self.problems) == before else None

    def _value(self, kind: Any, raw: Any, at: Place) -> Any:
        inner = [part for part in get_args(kind) or (kind,) if isinstance(part, type) and issubclass(part, Struct)]
        if inner and isinstance(raw, dict):
            return self._shape(inner[0], raw, at)
        if inner and isinstance(raw, list) and all(isinstance(item, dict) for item in raw):
            return tuple(self._shape(inner[0], item, (*at, index)) for index, item in enumerate(raw))
        try:
            return msgspec.convert(raw, kind)
        except msgspec.ValidationError as error:
            self.say(at, f"{at[-1]}: {error}")
            return None


def read_alliance(root: Path) -> Alliance:
    """Everything below `root`, checked as a whole. Raises TenantsFault with all problems; touches nothing."""
    top = _File(root, "alliance.toml")
    file = top.shape(AllianceFile)
    there = [path.parent.name for path in sorted(root.glob("*/organisation.toml"))]
    slugs = file.organisations if file else there
    members = {slug: _File(root, f"{slug}/organisation.toml") for slug in slugs}
    papers = [_File(root, f"agreements/{path.name}") for path in sorted((root / "agreements").glob("*.toml"))]
    organisations = {slug: member.shape(Organisation) for slug, member in members.items()}
    agreements = [paper.shape(Agreement) for paper in papers]
    files = [top, *members.values(), *papers]
    if file and not any(each.problems for each in files):
        alliance = Alliance(
            file,
            {slug: found for slug, found in organisations.items() if found},
            tuple(found for found in agreements if found),
        )
        by_name = {each.name: each for each in files}
        names = [paper.name for paper in papers]
        for fault in faults(alliance, names):
            by_name[fault.file].say(fault.place, fault.problem)
        for folder in there:
            if folder not in slugs:
                top.say(("organisations",), f"organisations does not name the folder {folder}")
    problems = [line for each in files for line in each.told()]
    if problems or file is None:
        raise TenantsFault(problems)
    return alliance


def at_identity_provider(alliance: Alliance, address: str) -> Alliance:
    """The same alliance with the placeholder replaced by `address` (no trailing slash); Fault when it is needed and empty."""
    members = {}
    for slug, member in alliance.organisations.items():
        issuer = member.connection.issuer
        if PLACEHOLDER in issuer and not address:
            raise Fault(
                f"the issuer of {slug} is {issuer}: set NIVEL_IDENTITY_URL to the address of the identity provider"
            )
        connection = msgspec.structs.replace(member.connection, issuer=issuer.replace(PLACEHOLDER, address))
        members[slug] = msgspec.structs.replace(member, connection=connection)
    return msgspec.structs.replace(alliance, organisations=members)
