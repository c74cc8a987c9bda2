"""Lists, searches and counts tell the same as the rule: the finder finds neither too little nor too much."""

from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from services.domain.outcomes.queries import count_employments, employments
from services.domain.people.access import IdentityView
from services.domain.people.queries import count_people, people, people_named
from services.kit.db.context import ActingContext
from services.kit.db.unit import unit_of_work
from services.kit.settings import Settings
from tests.walls.two_walls import by_rule, tell, viewers, write
from tests.walls.worlds import World, invent


@pytest.mark.parametrize("seed", range(20_000, 20_040))
async def test_lists_agree(seed: int, database: Settings, owner: asyncpg.Connection) -> None:
    world = invent(seed)
    for share in world.rows["share"]:
        # An act ends a share at its own instant, so no viewer lives before the end of a share that has ended.
        share["ended_at"] = share["ended_at"] and world.now - timedelta(days=41)
    await write(owner, world)
    told = tell(world)
    for actor in viewers(world, 8):
        allowed = by_rule(told, actor)
        facts = {record_id for table, record_id in allowed if table == "employment_fact"}
        persons = _persons(world, allowed)
        async with unit_of_work(actor):
            listed = [view.person_id for page in await _pages(actor) for view in page]
            assert sorted(listed) == sorted(persons), "the people list"
            assert await count_people(actor) == len(persons), "the count of people"
            named = await people_named(actor, name="b A")
            assert sorted(view.person_id for view in named) == sorted(persons), "the search"
            assert await people_named(actor, name="c") == []
            page = await employments(actor)
            assert {row.employment.id for row in page.rows} == facts, "the list of jobs"
            assert await count_employments(actor) == len(facts), "the count of jobs"


def _persons(world: World, allowed: set[tuple[str, UUID]]) -> set[UUID]:
    """Persons of whom at least one identity card is allowed: the list shows each once."""
    return {row["person_id"] for row in world.rows["card_identity"] if ("card_identity", row["id"]) in allowed}


async def _pages(actor: ActingContext) -> list[tuple[IdentityView, ...]]:
    pages: list[tuple[IdentityView, ...]] = []
    after = None
    while True:
        page = await people(actor, after=after, limit=1)
        pages.append(page.people)
        after = page.after
        if after is None:
            return pages
