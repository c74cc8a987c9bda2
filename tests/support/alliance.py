"""A fresh alliance per test: the named cast of tenants/lakeus under slugs of its own, so tests never meet each other."""

from datetime import datetime
from functools import cache
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import msgspec

from services.cli.tenants.apply import apply_alliance
from services.cli.tenants.read import at_identity_provider, read_alliance
from services.cli.tenants.shapes import Agreement, Alliance, RegisteredBasis
from services.kit.clock import system_clock
from services.kit.db.context import ActingContext

LAKEUS = Path(__file__).resolve().parents[2] / "tenants" / "lakeus"
IDENTITY_PROVIDER = "http://127.0.0.1:9"


class Member(msgspec.Struct, frozen=True):
    """One organisation of the cast. `agreement_id` is its agreement with the city, None for the city itself."""

    id: UUID
    slug: str
    name: str
    kind: str
    issuer: str
    agreement_id: UUID | None


class Worker(msgspec.Struct, frozen=True):
    """One account of the cast. `sub` is the first name, as in tenants/lakeus."""

    account_id: UUID
    human_id: UUID
    sub: str
    name: str
    email: str
    roles: frozenset[str]


class Cast(msgspec.Struct, frozen=True):
    """Who plays: members by their folder (kaupunki, voima, paja, opisto), workers by folder and sub."""

    alliance_id: UUID
    slug: str
    members: dict[str, Member]
    workers: dict[str, dict[str, Worker]]

    def __getitem__(self, folder: str) -> Member:
        return self.members[folder]

    def worker(self, folder: str, who: str) -> Worker:
        """A worker by sub (`aino`) or by role (`caseworker`: the first who has it)."""
        here = self.workers[folder]
        if who in here:
            return here[who]
        return next(worker for worker in here.values() if who in worker.roles)

    def actor(
        self, folder: str, who: str, purpose: str = "service_delivery", now: datetime | None = None
    ) -> ActingContext:
        """The acting context of a worker, found as in `worker`. `now` is the present instant unless given."""
        worker = self.worker(folder, who)
        return ActingContext(
            kind="user",
            alliance_id=self.alliance_id,
            organisation_id=self.members[folder].id,
            user_id=worker.account_id,
            roles=worker.roles,
            purpose=purpose,
            now=now or system_clock(),
        )


@cache
def _lakeus() -> Alliance:
    return read_alliance(LAKEUS)


def renamed_lakeus(ending: str) -> Alliance:
    """The files of Lakeus with `-ending` behind every slug and number."""
    alliance = _lakeus()

    def own(slug: str) -> str:
        return f"{slug}-{ending}"

    def basis(one: RegisteredBasis) -> RegisteredBasis:
        return msgspec.structs.replace(one, source=own(one.source), recipient=own(one.recipient))

    def agreement(one: Agreement) -> Agreement:
        parties = {"buyer": own(one.buyer), "provider": own(one.provider)}
        return msgspec.structs.replace(one, number=own(one.number), bases=tuple(map(basis, one.bases)), **parties)

    renamed = Alliance(
        msgspec.structs.replace(alliance.file, slug=own(alliance.file.slug)),
        {own(slug): organisation for slug, organisation in alliance.organisations.items()},
        tuple(map(agreement, alliance.agreements)),
    )
    return at_identity_provider(renamed, f"{IDENTITY_PROVIDER}/{ending}")


async def a_cast(owner: asyncpg.Connection) -> Cast:
    """Write a fresh alliance, through the same code as `nivel tenants apply`, and say who is in it."""
    ending = uuid4().hex[:10]
    alliance = renamed_lakeus(ending)
    await apply_alliance(owner, alliance, now=system_clock(), demonstration=True)
    members, workers = {}, {}
    numbers = {agreement.provider: agreement.number for agreement in alliance.agreements}
    for slug, organisation in alliance.organisations.items():
        folder = slug.removesuffix(f"-{ending}")
        members[folder] = Member(
            id=alliance.id_of("organisation", slug),
            slug=slug,
            name=organisation.name,
            kind=organisation.kind.value,
            issuer=organisation.connection.issuer,
            agreement_id=alliance.id_of("agreement", numbers[slug]) if slug in numbers else None,
        )
        workers[folder] = {
            user.sub: Worker(
                account_id=alliance.id_of("account", slug, user.sub),
                human_id=alliance.id_of("human", *([user.human] if user.human else [slug, user.sub])),
                sub=user.sub,
                name=user.name,
                email=user.email,
                roles=frozenset(role.value for role in user.roles),
            )
            for user in organisation.users
        }
    return Cast(alliance.id_of("alliance"), alliance.file.slug, members, workers)
