"""What the walls and the log cost: the people list and one person, against the bare query of the same rows.

Run: ./infra/bench lists [persons]   (default 100,000; the database is made for it and removed)
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID

import asyncpg

from services.domain.people.queries import count_people, people, person
from services.kit.audit.log import open_log
from services.kit.crypto import open_keys
from services.kit.db.context import ActingContext
from services.kit.db.engine import close_engine, open_engine
from services.kit.db.unit import unit_of_work
from tests.support.cluster import Cluster, shared_cluster
from tests.support.secret_files import write_secrets
from tests.walls.two_walls import viewers, write
from tests.walls.worlds import invent

ROUNDS = 15
CALLS = 20
GROW = """
CREATE TEMPORARY TABLE grown AS SELECT gen_random_uuid() AS person, gen_random_uuid() AS basis, n
    FROM generate_series(1, {persons}) n;
INSERT INTO person SELECT person, '{alliance}', NULL, now() FROM grown;
INSERT INTO basis SELECT basis, '{alliance}', 'client_permission', 'given', person, '{large}', ARRAY['{small}'::uuid],
    ARRAY['identity'], ARRAY['service_delivery'], '2020-01-01', NULL, '', NULL, NULL, NULL, NULL, now(), NULL
    FROM grown WHERE n % 10 = 0;
INSERT INTO card_identity SELECT gen_random_uuid(), '{large}', person, 'A', 'B' || n, '1990-01-01', 'b' || n, NULL,
    '2025-01-01'::timestamptz + n * interval '1 minute' FROM grown;
INSERT INTO share SELECT gen_random_uuid(), person, '{large}', '{small}', ARRAY['identity'], ARRAY['service_delivery'],
    '2020-01-01', NULL, basis, NULL, '2020-01-01', NULL FROM grown WHERE n % 10 = 0;
INSERT INTO policy_entry SELECT gen_random_uuid(), '{alliance}', l.kind, s.kind, 'identity', 'service_delivery',
    'client_permission' FROM organisation l, organisation s WHERE l.id = '{large}' AND s.id = '{small}'
    ON CONFLICT DO NOTHING;
"""
BARE = "SELECT * FROM card_identity WHERE owner_id = $1 ORDER BY recorded_at DESC, id DESC LIMIT 51"


def main(persons: int) -> None:
    """Start a server of its own, measure, stop it."""
    with tempfile.TemporaryDirectory() as folder, shared_cluster(Path(folder)) as cluster:
        secrets = Path(folder, "secrets")
        secrets.mkdir()
        write_secrets(secrets)
        asyncio.run(_measure(cluster, secrets, persons))


async def _measure(cluster: Cluster, secrets: Path, persons: int) -> None:
    """Print, for the owner of all rows and for an organisation that sees a tenth through shares, milliseconds and ratios."""
    await cluster.clone("bench")
    settings = cluster.settings("bench", secrets)
    superuser = await asyncpg.connect(cluster.dsn("postgres", "bench"))
    world = invent(1)
    await write(superuser, world)
    large, small = (row["id"] for row in world.organisations()[:2])
    await superuser.execute(GROW.format(persons=persons, alliance=world.alliance_id, large=large, small=small))
    await superuser.execute("VACUUM ANALYZE")
    open_log(settings.key("log.key"))
    open_keys(identity=settings.key("identity.key"), master=settings.key("master.key"))
    await open_engine(settings.database_url, context_key=settings.key("context.key"))
    model = next(viewers(world, 1))
    print(f"{persons:,} persons; milliseconds a call, median of {ROUNDS} rounds of {CALLS}")
    for name, organisation in (("owner of all", large), ("sees a tenth through shares", small)):
        actor = ActingContext(
            kind="user",
            alliance_id=world.alliance_id,
            organisation_id=organisation,
            user_id=model.user_id,
            roles=frozenset({"caseworker"}),
            purpose="service_delivery",
            now=world.now,
        )
        await _compare(name, actor, superuser, large)
    await close_engine()
    await superuser.close()


async def _compare(name: str, actor: ActingContext, superuser: asyncpg.Connection, large: UUID) -> None:
    async with unit_of_work(actor, reading=True):
        somebody = (await people(actor)).people[0].person_id

    async def bare() -> None:
        await superuser.fetch(BARE, large)

    async def listed() -> None:
        async with unit_of_work(actor, reading=True):
            await people(actor)

    async def counted() -> None:
        async with unit_of_work(actor, reading=True):
            await count_people(actor)

    async def one() -> None:
        async with unit_of_work(actor, reading=True):
            await person(actor, person_id=somebody)

    times: dict[str, list[float]] = {}
    asked: dict[str, Callable[[], Awaitable[None]]] = {
        "bare query of 51 rows": bare,
        "list of 50, walls and log": listed,
        "count to 10,000": counted,
        "one person, walls and log": one,
    }
    for _ in range(ROUNDS):
        for what, ask in asked.items():
            start = time.perf_counter()
            for _ in range(CALLS):
                await ask()
            times.setdefault(what, []).append((time.perf_counter() - start) / CALLS * 1000)
    base = statistics.median(times["bare query of 51 rows"])
    print(f"\n{name}")
    for what, taken in times.items():
        print(f"  {what:<28} {statistics.median(taken):8.2f}   x{statistics.median(taken) / base:.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
