"""`nivel tenants apply`: the files become rows, twice means once, and what cannot be is refused whole."""

import asyncio
import os
import shutil
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import msgspec
import pytest

from services.cli.faults import Fault
from services.cli.tenants.apply import apply_alliance
from services.cli.tenants.shapes import Alliance, Organisation
from services.kit.settings import Settings
from tests.support.alliance import LAKEUS, Cast, a_cast, renamed_lakeus

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


async def applied(owner: asyncpg.Connection, alliance: Alliance, *, demonstration: bool = True) -> list[str]:
    return await apply_alliance(owner, alliance, now=NOW, demonstration=demonstration)


async def nivel(environ: dict[str, str], *command: str) -> tuple[int | None, str, str]:
    """Run the command itself; its exit code, and the first line it printed and the first it complained."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.cli.main", *command),
        cwd=LAKEUS.parents[1],
        env={"PATH": os.environ["PATH"]} | environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode, out.decode().partition("\n")[0], err.decode().partition("\n")[0]


def with_firm(alliance: Alliance, change: Callable[[Organisation], Organisation]) -> Alliance:
    """The alliance with its staffing firm changed."""
    members = {
        slug: change(member) if member.kind == "staffing_firm" else member
        for slug, member in alliance.organisations.items()
    }
    return msgspec.structs.replace(alliance, organisations=members)


async def test_a_second_time_there_is_nothing_to_change(owner: asyncpg.Connection) -> None:
    alliance = renamed_lakeus("twice")
    first = await applied(owner, alliance)
    assert sum(line.startswith("+ organisation") for line in first) == 4
    assert await applied(owner, alliance) == []


async def test_the_human_above_two_accounts_is_one(owner: asyncpg.Connection) -> None:
    cast = await a_cast(owner)
    college, workshop = cast.worker("opisto", "riikka"), cast.worker("paja", "riikka")
    rows = await owner.fetch(
        "SELECT human_id, roles FROM account WHERE id = ANY ($1)", [college.account_id, workshop.account_id]
    )
    assert {row["human_id"] for row in rows} == {college.human_id} == {workshop.human_id}
    assert sorted(row["roles"][0] for row in rows) == ["coach", "guidance_counsellor"]


async def test_a_user_who_left_the_file_is_shut_out_and_may_come_back(owner: asyncpg.Connection) -> None:
    alliance = renamed_lakeus("leaver")
    await applied(owner, alliance)
    fewer = with_firm(alliance, lambda firm: msgspec.structs.replace(firm, users=firm.users[1:]))
    assert await applied(owner, fewer) == ["- account voima-leaver/jari: disabled", "~ cards of the start page"]
    account = alliance.id_of("account", "voima-leaver", "jari")
    assert await owner.fetchval("SELECT disabled_at FROM account WHERE id = $1", account) == NOW
    assert await applied(owner, fewer) == []
    assert "~ account voima-leaver/jari: disabled_at" in await applied(owner, alliance)
    assert await owner.fetchval("SELECT disabled_at FROM account WHERE id = $1", account) is None


async def test_who_signed_in_before_being_named_keeps_the_account(owner: asyncpg.Connection) -> None:
    alliance = renamed_lakeus("early")
    without = with_firm(alliance, lambda firm: msgspec.structs.replace(firm, users=firm.users[1:]))
    await applied(owner, without)
    firm = alliance.organisations["voima-early"]
    admitted = await owner.fetchval(
        "SELECT account_id FROM admit($1, $2, 'jari', 'Jari', 'jari@example')",
        alliance.id_of("organisation", "voima-early"),
        firm.connection.issuer,
    )
    assert await applied(owner, without) == []  # an account without roles is nobody's business here
    await applied(owner, alliance)
    row = await owner.fetchrow("SELECT roles FROM account WHERE id = $1", admitted)
    assert row["roles"] == ["coach"]
    assert await applied(owner, alliance) == []


async def test_a_new_address_of_the_identity_provider_keeps_the_accounts(owner: asyncpg.Connection) -> None:
    alliance = renamed_lakeus("moved")
    await applied(owner, alliance)

    def moved(firm: Organisation) -> Organisation:
        connection = msgspec.structs.replace(firm.connection, issuer="http://127.0.0.1:10/moved/voima")
        return msgspec.structs.replace(firm, connection=connection)

    changes = await applied(owner, with_firm(alliance, moved))
    assert "~ connection voima-moved: issuer" in changes
    assert "~ account voima-moved/jari: issuer" in changes
    assert not [line for line in changes if line.startswith(("+", "-"))]


async def test_another_wording_of_a_basis_is_another_basis_and_ends_the_shares_of_the_old(
    cast: Cast, owner: asyncpg.Connection
) -> None:
    alliance = renamed_lakeus(cast.slug.removeprefix("lakeus-"))
    firm, city = cast["voima"].id, cast["kaupunki"].id
    basis = await owner.fetchval("SELECT id FROM basis WHERE source_id = $1 AND $2 = ANY (recipient_ids)", city, firm)
    person = await owner.fetchval(
        "INSERT INTO person (id, alliance_id, recorded_at) VALUES (gen_random_uuid(), $1, $2) RETURNING id",
        cast.alliance_id,
        NOW,
    )
    share = await owner.fetchval(
        "INSERT INTO share (id, person_id, source_id, recipient_id, classes, purposes, valid_from, basis_id, opened_at)"
        " VALUES (gen_random_uuid(), $1, $2, $3, '{identity}', '{referral}', '2026-01-01', $4, $5) RETURNING id",
        person,
        city,
        firm,
        basis,
        NOW,
    )
    papers = tuple(
        msgspec.structs.replace(
            paper,
            bases=tuple(
                msgspec.structs.replace(one, reference="another law") if one.recipient == cast["voima"].slug else one
                for one in paper.bases
            ),
        )
        for paper in alliance.agreements
    )
    changes = await applied(owner, msgspec.structs.replace(alliance, agreements=papers))
    assert changes == ["- registered basis: ended", "+ registered basis: another law"]
    assert await owner.fetchval("SELECT state FROM basis WHERE id = $1", basis) == "ended"
    assert await owner.fetchval("SELECT ended_at FROM share WHERE id = $1", share) == NOW
    steps = await owner.fetch("SELECT to_state FROM basis_event WHERE basis_id = $1 ORDER BY at DESC", basis)
    assert sorted(step["to_state"] for step in steps) == ["active", "ended"]


async def test_what_people_were_told_is_never_rewritten(owner: asyncpg.Connection) -> None:
    alliance = renamed_lakeus("told")
    await applied(owner, alliance)
    notice = alliance.file.notices[0]
    other = msgspec.structs.replace(notice, longest_days=30)
    changed = msgspec.structs.replace(alliance, file=msgspec.structs.replace(alliance.file, notices=(other,), name="X"))
    with pytest.raises(Fault, match="needs a new version number"):
        await applied(owner, changed)
    assert await applied(owner, alliance) == []  # the name was not changed either


@pytest.mark.parametrize("what", ["organisation", "agreement"])
async def test_members_and_agreements_end_by_their_last_day_not_by_leaving_the_files(
    owner: asyncpg.Connection, what: str
) -> None:
    alliance = renamed_lakeus(f"gone-{what}")
    await applied(owner, alliance)
    left = msgspec.structs.replace(alliance, agreements=alliance.agreements[1:])
    if what == "organisation":
        members = {slug: member for slug, member in alliance.organisations.items() if "opisto" not in slug}
        left = msgspec.structs.replace(left, organisations=members)
    with pytest.raises(Fault, match=f"no longer name the {what} .*{what}: end it"):
        await applied(owner, left)


async def test_a_narrower_policy_replaces_the_old_one_whole(owner: asyncpg.Connection) -> None:
    alliance = renamed_lakeus("policy")
    await applied(owner, alliance)
    narrow = msgspec.structs.replace(
        alliance, file=msgspec.structs.replace(alliance.file, policy=alliance.file.policy[:1])
    )
    assert await applied(owner, narrow) == ["~ sharing policy: 0 lines more, 142 fewer, 18 in all"]
    held = await owner.fetchval("SELECT count(*) FROM policy_entry WHERE alliance_id = $1", alliance.id_of("alliance"))
    assert held == 18


async def test_only_a_demonstration_has_persona_cards(owner: asyncpg.Connection) -> None:
    alliance = renamed_lakeus("cards")
    await applied(owner, alliance)
    count = "SELECT count(*) FROM demonstration_personas() WHERE slug LIKE '%-cards'"
    assert await owner.fetchval(count) == 6
    await applied(owner, alliance, demonstration=False)
    assert await owner.fetchval(count) == 0


async def test_the_command_speaks_plainly(clone_database: Callable[[], Awaitable[Settings]], tmp_path: Path) -> None:
    settings = await clone_database()
    environ = {
        "NIVEL_MODE": "demonstration",
        "NIVEL_SECRETS": str(settings.secrets),
        "OWNER_DATABASE_URL": settings.owner_database_url,
        "NIVEL_IDENTITY_URL": "http://127.0.0.1:8411",
    }
    assert await nivel(environ, "tenants", "apply", str(LAKEUS)) == (0, "+ alliance lakeus", "")
    assert await nivel(environ, "tenants", "apply", str(LAKEUS)) == (0, "nothing to change", "")
    shutil.copytree(LAKEUS, tmp_path / "bad")
    (tmp_path / "bad" / "paja" / "organisation.toml").unlink()
    code, out, err = await nivel(environ, "tenants", "apply", str(tmp_path / "bad"))
    assert (code, out) == (1, "")
    assert err == "nivel tenants: nothing was changed, because of the files:"
    code, _, err = await nivel(
        environ | {"OWNER_DATABASE_URL": "postgresql:///x?host=/nowhere"}, "tenants", "apply", str(LAKEUS)
    )
    assert code == 1 and err.startswith("nivel tenants: cannot reach what it needs")
    code, _, err = await nivel(environ | {"OWNER_DATABASE_URL": ""}, "tenants", "apply", str(LAKEUS))
    assert (code, err) == (1, "nivel tenants: OWNER_DATABASE_URL is not set")
