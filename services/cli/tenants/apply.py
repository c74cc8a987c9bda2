"""Writing an alliance to the database: one transaction, as `nivel_system`; a second time there is nothing to change."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from services.cli.faults import Fault
from services.cli.tenants.shapes import Agreement, Alliance
from services.kit.clock import end_of_day, start_of_day

Row = dict[str, Any]


class Work:
    """One application of the files: the connection, the instant, and what has changed so far."""

    def __init__(self, connection: asyncpg.Connection, alliance: Alliance, now: datetime) -> None:
        self.connection, self.alliance, self.now = connection, alliance, now
        self.alliance_id = alliance.id_of("alliance")
        self.member_ids = {slug: alliance.id_of("organisation", slug) for slug in alliance.organisations}
        self.changes: list[str] = []

    async def keep(self, table: str, rows: Sequence[Row], names: Sequence[str], key: str = "id") -> None:
        """Make `rows` (all with the same columns) stand in `table`; `names` say what each is, for the report."""
        if not rows:
            return
        columns = list(rows[0])
        found = await self.connection.fetch(
            f"SELECT {', '.join(columns)} FROM {table} WHERE {key} = ANY ($1)", [row[key] for row in rows]
        )
        stored = {row[key]: dict(row) for row in found}
        new = [row for row in rows if row[key] not in stored]
        other = [row for row in rows if row[key] in stored and stored[row[key]] != row]
        places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
        if new:
            await self.connection.executemany(
                f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", [list(row.values()) for row in new]
            )
        if other:
            await self.connection.executemany(
                f"UPDATE {table} SET ({', '.join(columns)}) = ROW({places}) WHERE {key} = ${columns.index(key) + 1}",
                [list(row.values()) for row in other],
            )
        for row, name in zip(rows, names, strict=True):
            before = stored.get(row[key])
            if before is None:
                self.changes.append(f"+ {table} {name}")
            elif before != row:
                self.changes.append(f"~ {table} {name}: {', '.join(c for c in columns if before[c] != row[c])}")

    async def gone(self, table: str, ids: Iterable[UUID], column: str) -> None:
        """Refuse when the database has rows of this alliance that the files no longer name."""
        left = await self.connection.fetch(
            f"SELECT {column} AS name FROM {table} WHERE alliance_id = $1 AND id <> ALL ($2)",
            self.alliance_id,
            list(ids),
        )
        if left:
            names = ", ".join(sorted(row["name"] for row in left))
            raise Fault(f"the files no longer name the {table} {names}: end it with a last day, do not remove it")


async def apply_alliance(
    connection: asyncpg.Connection, alliance: Alliance, *, now: datetime, demonstration: bool
) -> list[str]:
    """Bring the database to what the files say and return what changed, one line each.

    Ends what the files no longer name (accounts, registered bases); raises Fault for what cannot be ended so
    (organisations, agreements, the text of a notice), and then nothing has changed. `connection` may become `nivel_system`.
    """
    async with connection.transaction():
        await connection.execute("SET LOCAL ROLE nivel_system")
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext('nivel.tenants'))")
        work = Work(connection, alliance, now)
        await _members(work)
        await _accounts(work, demonstration)
        await _notices(work)
        await _policy(work)
        await _agreements(work)
        return work.changes


async def _members(work: Work) -> None:
    file, members = work.alliance.file, work.alliance.organisations
    row: Row = {"id": work.alliance_id, "slug": file.slug, "name": file.name, "theme_colour": file.theme_colour}
    await work.keep("alliance", [row], [file.slug])
    rows: list[Row] = [
        {
            "id": work.member_ids[slug],
            "alliance_id": work.alliance_id,
            "slug": slug,
            "kind": member.kind.value,
            "name": member.name,
            "business_id": member.business_id,
            "services": list(member.services),
            "member_from": start_of_day(member.member_from),
            "member_until": end_of_day(member.member_until) if member.member_until else None,
        }
        for slug, member in members.items()
    ]
    await work.keep("organisation", rows, list(members))
    await work.gone("organisation", work.member_ids.values(), "slug")
    connections: list[Row] = [
        {
            "id": work.alliance.id_of("connection", slug),
            "organisation_id": work.member_ids[slug],
            "issuer": member.connection.issuer,
            "client_id": member.connection.client_id,
            "secret_name": f"oidc/{slug}",
            "scope": member.connection.scope,
            "algorithms": list(member.connection.algorithms),
            "enabled": True,
        }
        for slug, member in members.items()
    ]
    await work.keep("connection", connections, list(members))


async def _accounts(work: Work, demonstration: bool) -> None:
    known = await work.connection.fetch(
        "SELECT id, organisation_id, issuer, sub, human_id, disabled_at FROM account WHERE organisation_id = ANY ($1)",
        list(work.member_ids.values()),
    )
    # Somebody who signed in before being named here has an account already.
    existing = {(row["organisation_id"], row["issuer"], row["sub"]): row["id"] for row in known}
    humans, rows, cards, names = list[Row](), list[Row](), list[Row](), list[str]()
    for slug, member in work.alliance.organisations.items():
        for user in member.users:
            issuer, organisation_id = member.connection.issuer, work.member_ids[slug]
            own = work.alliance.id_of("account", slug, user.sub)
            human = work.alliance.id_of("human", *([user.human] if user.human else [slug, user.sub]))
            account = existing.get((organisation_id, issuer, user.sub), own)
            humans.append({"id": human})
            names.append(f"{slug}/{user.sub}")
            rows.append(
                {
                    "id": account,
                    "human_id": human,
                    "organisation_id": organisation_id,
                    "issuer": issuer,
                    "sub": user.sub,
                    "name": user.name,
                    "email": user.email,
                    "roles": sorted(role.value for role in user.roles),
                    "disabled_at": None,
                }
            )
            if user.today and demonstration:
                today = {"today_fi": user.today.fi, "today_sv": user.today.sv, "today_en": user.today.en}
                cards.append({"account_id": account, "position": len(cards), **today})
    unique = list({human["id"]: human for human in humans}.values())
    before = len(work.changes)
    await work.keep("human", unique, [str(human["id"]) for human in unique])
    del work.changes[before:]  # a human is nothing to report beside the accounts
    await work.keep("account", rows, names)
    await _disable_others(work, [row["id"] for row in rows])
    await _cards(work, cards)


async def _disable_others(work: Work, named: list[UUID]) -> None:
    """The files own the roles: who has roles and is not named any more is shut out. Without roles one sees nothing anyway."""
    ended = await work.connection.fetch(
        "UPDATE account a SET disabled_at = $1 FROM organisation o WHERE o.id = a.organisation_id AND o.alliance_id = $2"
        " AND a.id <> ALL ($3) AND a.roles <> '{}' AND a.disabled_at IS NULL RETURNING o.slug || '/' || a.sub AS name",
        work.now,
        work.alliance_id,
        named,
    )
    work.changes += [f"- account {row['name']}: disabled" for row in ended]


async def _cards(work: Work, cards: list[Row]) -> None:
    removed = await work.connection.execute(
        "DELETE FROM persona p USING account a WHERE a.id = p.account_id AND a.organisation_id = ANY ($1)"
        " AND p.account_id <> ALL ($2)",
        list(work.member_ids.values()),
        [card["account_id"] for card in cards],
    )
    before = len(work.changes)
    await work.keep("persona", cards, [str(card["position"]) for card in cards], key="account_id")
    changed = removed != "DELETE 0" or len(work.changes) > before
    work.changes[before:] = ["~ cards of the start page"] if changed else []


async def _notices(work: Work) -> None:
    rows: list[Row] = [
        {
            "id": work.alliance.id_of("notice", notice.code, str(notice.version)),
            "alliance_id": work.alliance_id,
            "code": notice.code,
            "version": notice.version,
            "text_fi": notice.text.fi.strip(),
            "text_sv": notice.text.sv.strip(),
            "text_en": notice.text.en.strip(),
            "classes": [data_class.value for data_class in notice.classes],
            "purposes": [purpose.value for purpose in notice.purposes],
            "longest_days": notice.longest_days,
        }
        for notice in work.alliance.file.notices
    ]
    before = len(work.changes)
    await work.keep("notice", rows, [f"{row['code']} version {row['version']}" for row in rows])
    for change in work.changes[before:]:
        if change.startswith("~"):
            raise Fault(f"{change[2:]}: people were told this text already, so a change needs a new version number")


async def _policy(work: Work) -> None:
    columns = ("source_kind", "recipient_kind", "data_class", "purpose", "basis_kind")
    wanted = work.alliance.policy_lines()
    found = await work.connection.fetch(
        f"SELECT id, {', '.join(columns)} FROM policy_entry WHERE alliance_id = $1", work.alliance_id
    )
    stored = {tuple(row[column] for column in columns): row["id"] for row in found}
    new, old = sorted(wanted - stored.keys()), [stored[line] for line in stored.keys() - wanted]
    await work.connection.execute("DELETE FROM policy_entry WHERE id = ANY ($1)", old)
    await work.connection.execute(
        f"INSERT INTO policy_entry (id, alliance_id, {', '.join(columns)}) SELECT gen_random_uuid(), $1, *"
        " FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[])",
        work.alliance_id,
        *([line[index] for line in new] for index in range(len(columns))),
    )
    if new or old:
        work.changes.append(f"~ sharing policy: {len(new)} lines more, {len(old)} fewer, {len(wanted)} in all")


async def _agreements(work: Work) -> None:
    ids = {paper.number: work.alliance.id_of("agreement", paper.number) for paper in work.alliance.agreements}
    rows: list[Row] = [
        {
            "id": ids[paper.number],
            "alliance_id": work.alliance_id,
            "number": paper.number,
            "buyer_id": work.member_ids[paper.buyer],
            "provider_id": work.member_ids[paper.provider],
            "valid_from": paper.valid_from,
            "valid_until": paper.valid_until,
        }
        for paper in work.alliance.agreements
    ]
    await work.keep("agreement", rows, list(ids))
    await work.gone("agreement", ids.values(), "number")
    await _bases(work, [(ids[paper.number], paper) for paper in work.alliance.agreements])


async def _bases(work: Work, papers: Sequence[tuple[UUID, Agreement]]) -> None:
    """The substance of a basis never changes: another wording or term is another basis, and the old one ends."""
    wanted: dict[tuple[object, ...], Row] = {}
    for agreement_id, paper in papers:
        for basis in paper.bases:
            row: Row = {
                "kind": basis.kind,
                "source_id": work.member_ids[basis.source],
                "recipient_ids": [work.member_ids[basis.recipient]],
                "classes": sorted(data_class.value for data_class in basis.classes),
                "purposes": sorted(purpose.value for purpose in basis.purposes),
                "valid_from": paper.valid_from,
                "valid_until": paper.valid_until,
                "reference": basis.reference,
                "agreement_id": agreement_id,
            }
            wanted[_substance(row)] = row
    columns = list(next(iter(wanted.values()), {}))
    active = await work.connection.fetch(
        "SELECT id, kind, source_id, recipient_ids, classes, purposes, valid_from, valid_until, reference, agreement_id"
        " FROM basis WHERE alliance_id = $1 AND person_id IS NULL AND state = 'active'",
        work.alliance_id,
    )
    stored = {_substance({key: value for key, value in row.items() if key != "id"}): row["id"] for row in active}
    ended = [(stored[substance], "active", "ended") for substance in stored.keys() - wanted.keys()]
    begun = {uuid4(): row for substance, row in wanted.items() if substance not in stored}
    await work.connection.execute(
        "UPDATE basis SET state = 'ended', ended_at = $1 WHERE id = ANY ($2)", work.now, [step[0] for step in ended]
    )
    if begun:
        places = ", ".join(f"${number}" for number in range(1, len(columns) + 4))
        await work.connection.executemany(
            f"INSERT INTO basis (id, alliance_id, recorded_at, {', '.join(columns)}, state) VALUES ({places}, 'active')",
            [[basis_id, work.alliance_id, work.now, *row.values()] for basis_id, row in begun.items()],
        )
    await work.connection.executemany(
        "INSERT INTO basis_event (id, basis_id, organisation_id, at, from_state, to_state, reason)"
        " SELECT gen_random_uuid(), id, source_id, $4, $2, $3, 'alliance files' FROM basis WHERE id = $1",
        [(*step, work.now) for step in [*ended, *((basis_id, "registered", "active") for basis_id in begun)]],
    )
    work.changes += ["- registered basis: ended" for _ in ended]
    work.changes += [f"+ registered basis: {row['reference']}" for row in begun.values()]


def _substance(row: Row) -> tuple[object, ...]:
    return tuple(tuple(value) if isinstance(value, list) else value for value in row.values())
