"""Lists walk their indexes under row security: no plan scans a table that grows with the alliance's people."""

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg

from services.domain.outcomes import queries as outcomes
from services.domain.people import queries as people
from services.kit.db.context import token_for
from services.kit.settings import Settings
from tests.support.cluster import Cluster
from tests.walls.two_walls import viewers, write
from tests.walls.worlds import invent

MANY = 20_000
GROWING = {
    "card_identity",
    "card_finder",
    "employment_fact",
    "employment_finder",
    "share",
    "basis",
    "person",
    "referral",
}

# Twenty thousand more persons of the first organisation, each with a card and a job, and half of them shared with the second.
GROW = f"""
CREATE TEMPORARY TABLE grown AS
    SELECT gen_random_uuid() AS person, gen_random_uuid() AS basis, n FROM generate_series(1, {MANY}) n;
INSERT INTO person SELECT person, $alliance, NULL, now() FROM grown;
INSERT INTO basis SELECT basis, $alliance, 'client_permission', 'given', person, $first, ARRAY[$second::uuid],
    ARRAY['identity', 'employment_fact'], ARRAY['service_delivery'], '2020-01-01', NULL, '', NULL, NULL, NULL, NULL,
    now(), NULL FROM grown WHERE n % 2 = 0;
INSERT INTO card_identity SELECT gen_random_uuid(), $first, person, 'A', 'B' || n, '1990-01-01', 'b' || n || ' a', NULL,
    '2026-01-01'::timestamptz + n * interval '1 minute' FROM grown;
INSERT INTO employment_fact SELECT gen_random_uuid(), $first, person, date '2020-01-01' + n % 2000, NULL, '20_30', 'open',
    NULL, now() FROM grown;
INSERT INTO share SELECT gen_random_uuid(), person, $first, $second, ARRAY['identity', 'employment_fact'],
    ARRAY['service_delivery'], '2020-01-01', NULL, basis, NULL, '2020-01-01', NULL FROM grown WHERE n % 2 = 0;
ANALYZE;
"""
LISTS = {
    "people": (people.NEWEST, (*people.FIRST, 51)),
    "people named": (people.NAMED, ("b77", "b77\U0010ffff", None, 50)),
    "jobs": (outcomes.NEWEST, (*outcomes.FIRST, 51)),
}


async def test_lists_walk_their_indexes(clone_database: Callable[[], Awaitable[Settings]], postgres: Cluster) -> None:
    settings = await clone_database()
    superuser = await asyncpg.connect(postgres.dsn("postgres", postgres.database_of(settings)))
    login = await asyncpg.connect(settings.database_url)
    try:
        world = invent(40_000)
        await write(superuser, world)
        first, second = (str(row["id"]) for row in world.organisations()[:2])
        words = {"$alliance": f"'{world.alliance_id}'::uuid", "$first": f"'{first}'::uuid", "$second": f"'{second}'"}
        await superuser.execute(re.sub(r"\$\w+", lambda found: words[found[0]], GROW))
        for actor in viewers(world, 3):
            for name, (sql, values) in LISTS.items():
                token = token_for(actor, key=settings.key("context.key"), pid=login.get_server_pid())
                await login.execute(f"BEGIN; SET LOCAL nivel.ctx = '{token}'")
                plan = await login.fetchval(f"EXPLAIN (FORMAT JSON) {sql}", actor.organisation_id, *values)
                await login.execute("ROLLBACK")
                assert scanned(json.loads(plan)[0]["Plan"]).isdisjoint(GROWING), name
    finally:
        await superuser.close()
        await login.close()


def test_the_question_bites() -> None:
    whole = {"Node Type": "Limit", "Plans": [{"Node Type": "Seq Scan", "Relation Name": "share"}]}
    assert scanned(whole) == {"share"}


def scanned(node: dict[str, Any]) -> set[str]:
    """Tables that a plan reads from end to end."""
    own = {node["Relation Name"]} if node["Node Type"] == "Seq Scan" else set()
    return own.union(*(scanned(child) for child in node.get("Plans", ())))
