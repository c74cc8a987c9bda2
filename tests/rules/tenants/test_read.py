"""The files of an alliance are read as a whole: every problem is told, with its file and line."""

import shutil
from pathlib import Path

import pytest

from services.cli.faults import Fault
from services.cli.tenants.read import TenantsFault, at_identity_provider, read_alliance

LAKEUS = Path(__file__).resolve().parents[3] / "tenants" / "lakeus"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of Lakeus to spoil."""
    shutil.copytree(LAKEUS, tmp_path / "lakeus")
    return tmp_path / "lakeus"


def spoil(folder: Path, file: str, before: str, after: str) -> int:
    """Replace `before`, which must be there, and return its line."""
    text = (folder / file).read_text()
    assert before in text
    (folder / file).write_text(text.replace(before, after, 1))
    return text[: text.index(before)].count("\n") + 1


def problems(folder: Path) -> tuple[str, ...]:
    with pytest.raises(TenantsFault) as caught:
        read_alliance(folder)
    return caught.value.problems


def test_lakeus_has_the_cast_of_the_demonstration() -> None:
    lakeus = read_alliance(LAKEUS)
    roles = {
        slug: [role.value for user in member.users for role in user.roles]
        for slug, member in lakeus.organisations.items()
    }
    assert [roles["kaupunki"].count(role) for role in ("caseworker", "procurement", "finance", "approver")] == [
        1,
        2,
        1,
        2,
    ]
    assert "coach" in roles["voima"] and "hr" in roles["voima"] and "coach" in roles["paja"]
    assert "guidance_counsellor" in roles["opisto"]
    for here in roles.values():
        assert {"approver", "org_admin", "privacy_officer"} <= set(here)
    humans = [user.human for member in lakeus.organisations.values() for user in member.users if user.human]
    assert len(humans) == 2 and len(set(humans)) == 1


def test_a_staffing_firm_never_gets_ability_on_the_contract_and_plan_needs_permission_everywhere() -> None:
    lines = read_alliance(LAKEUS).policy_lines()
    assert {line[4] for line in lines if line[2] in ("plan", "ability")} == {"client_permission"}
    assert ("employment_authority", "staffing_firm", "identity", "referral", "processor_contract") in lines
    assert {line[4] for line in lines if line[:2] == ("workshop", "vocational_college")} == {"client_permission"}
    assert not [line for line in lines if line[2] == "identity_number"]


def test_problems_of_every_file_are_told_at_once_with_their_lines(folder: Path) -> None:
    role = spoil(folder, "kaupunki/organisation.toml", '["finance"]', '["financier"]')
    colour = spoil(folder, "alliance.toml", 'theme_colour = "#0f4c81"', 'theme_colour = "blue"')
    day = spoil(folder, "agreements/paja.toml", "valid_from = 2025-01-01", 'valid_from = "soon"')
    (folder / "voima" / "organisation.toml").write_text("name = \n")
    found = problems(folder)
    assert any(f.startswith(f"kaupunki/organisation.toml:{role}: roles: Invalid enum value 'financier'") for f in found)
    assert any(f.startswith(f"alliance.toml:{colour}: theme_colour:") for f in found)
    assert any(f.startswith(f"agreements/paja.toml:{day}: valid_from:") for f in found)
    assert any(f.startswith("voima/organisation.toml:1: not TOML") for f in found)
    assert len(found) == 4


@pytest.mark.parametrize(
    ("file", "before", "after", "told"),
    [
        ("voima/organisation.toml", 'email = "jari.', 'mail = "jari.', "unknown field mail"),
        ("voima/organisation.toml", 'sub = "petra"', 'sub = "jari"', "the sub jari is used twice"),
        ("voima/organisation.toml", '"job_coaching"', '"coaching"', "coaching is not a type of service"),
        ("voima/organisation.toml", "97002", "97003", "is not a Finnish business ID"),
        ("voima/organisation.toml", 'roles = ["hr"]', "roles = []", "mikael has no role and would see nothing"),
        ("voima/organisation.toml", "}/voima", "}/paja", "another member has the issuer"),
        ("voima/organisation.toml", "{identity_provider}", "ftp:/", "issuer:"),
        ("paja/organisation.toml", 'human = "riikka-backman"', 'human = "rikka"', "human rikka links this user to nobody"),
        ("paja/organisation.toml", "member_from", "member_until = 2024-12-31\nmember_from", "member_until is before"),
        ("agreements/voima.toml", "LAK-2025-01", "LAK-2025-02", "the number LAK-2025-02 is used twice"),
        ("agreements/voima.toml", 'provider = "voima"', 'provider = "vioma"', "vioma is not a member"),
        ("agreements/voima.toml", 'provider = "voima"', 'provider = "kaupunki"', "buyer and provider are the same"),
        ("agreements/voima.toml", "2029-12-31", "2024-12-31", "valid_until is before valid_from"),
        ("agreements/voima.toml", '"employment_fact",', '"contact",', "the policy accepts no processor_contract for contact"),
        ("agreements/voima.toml", 'from = "kaupunki"', 'from = "paja"', "from and to must be the parties"),
        ("alliance.toml", '"paja", "opisto"]', '"paja"]', "does not name the folder opisto"),
        ("alliance.toml", '"paja", "opisto"]', '"paja", "opisto", "paja"]', "paja is named twice"),
        ("alliance.toml", '["client_permission"]', '["processor_contract"]', "never passes to a staffing firm"),
    ],
)  # fmt: skip
def test_each_contradiction_is_told_where_it_stands(
    folder: Path, file: str, before: str, after: str, told: str
) -> None:
    spoil(folder, file, before, after)
    if told.startswith("does not name"):
        (folder / "agreements" / "opisto.toml").unlink()
        spoil(folder, "paja/organisation.toml", 'human = "riikka-backman"\n', "")
    assert any(problem.startswith(f"{file}:") and told in problem for problem in problems(folder))


def test_a_missing_file_is_told_by_its_name(folder: Path) -> None:
    (folder / "paja" / "organisation.toml").unlink()
    assert problems(folder) == ("paja/organisation.toml:1: the file is missing",)
    shutil.rmtree(folder)
    assert problems(folder) == ("alliance.toml:1: the file is missing",)


def test_the_line_after_long_texts_and_nested_tables_is_right(folder: Path) -> None:
    line = spoil(folder, "alliance.toml", 'from = ["employment_authority"]', 'from = ["authority"]')
    assert problems(folder)[0].startswith(f"alliance.toml:{line}: from: Invalid enum value 'authority'")


def test_the_identity_provider_takes_the_place_of_its_name() -> None:
    lakeus = read_alliance(LAKEUS)
    there = at_identity_provider(lakeus, "http://127.0.0.1:8411")
    assert there.organisations["paja"].connection.issuer == "http://127.0.0.1:8411/paja"
    with pytest.raises(Fault, match="NIVEL_IDENTITY_URL"):
        at_identity_provider(lakeus, "")


def test_ids_come_from_names_and_differ_between_alliances() -> None:
    lakeus = read_alliance(LAKEUS)
    assert lakeus.id_of("organisation", "voima") == read_alliance(LAKEUS).id_of("organisation", "voima")
    assert lakeus.id_of("organisation", "voima") != lakeus.id_of("organisation", "paja")
