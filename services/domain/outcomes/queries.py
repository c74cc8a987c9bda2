"""Questions about facts of work."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import msgspec

from services.domain.outcomes.access import EmploymentView, Row, employment_view
from services.domain.people.access import IdentityView
from services.domain.people.queries import identities_of
from services.domain.sharing.queries import sight
from services.domain.sharing.rules import DataClass
from services.kit.audit.log import Read, log_reads
from services.kit.db.context import ActingContext
from services.kit.db.unit import fetch, fetch_row, fetch_value
from services.kit.errors import NotFound

PAGE = 50
EXACT_UP_TO = 10_000

Cursor = tuple[date, UUID]


class EmploymentRow(msgspec.Struct, frozen=True):
    """A fact of work with the person's name where it is visible to the viewer, else None."""

    employment: EmploymentView
    identity: IdentityView | None


class EmploymentPage(msgspec.Struct, frozen=True):
    """One page; `after` is the cursor of the next one, None on the last."""

    rows: tuple[EmploymentRow, ...]
    after: Cursor | None


NEWEST = """
SELECT * FROM (
    (SELECT * FROM employment_fact
     WHERE owner_id = $1 AND (started_on, id) < ($2, $3) ORDER BY started_on DESC, id DESC LIMIT $4)
    UNION ALL
    (SELECT DISTINCT ON (f.started_on, f.record_id) e.* FROM employment_finder f
     JOIN employment_fact e ON e.id = f.record_id
     WHERE f.organisation_id = $1 AND (f.started_on, f.record_id) < ($2, $3)
     ORDER BY f.started_on DESC, f.record_id DESC LIMIT $4)
) found ORDER BY started_on DESC, id DESC LIMIT $4"""

COUNT = """
SELECT count(*) FROM (
    (SELECT id FROM employment_fact WHERE owner_id = $1 LIMIT $2)
    UNION
    (SELECT e.id FROM employment_finder f JOIN employment_fact e ON e.id = f.record_id
     WHERE f.organisation_id = $1 LIMIT $2)
    LIMIT $2
) counted"""

FIRST: Cursor = (date(9999, 1, 1), UUID(int=0))


async def employments(actor: ActingContext, *, after: Cursor | None = None, limit: int = PAGE) -> EmploymentPage:
    """Facts of work the acting organisation may see, latest start first."""
    day, last = after or FIRST
    rows = await fetch(NEWEST, actor.organisation_id, day, last, limit + 1)
    views = await _views(actor, rows[:limit], surface="outcomes.list")
    names = await identities_of(actor, [view.person_id for view in views], surface="outcomes.list")
    more = len(rows) > limit
    return EmploymentPage(
        tuple(EmploymentRow(view, names.get(view.person_id)) for view in views),
        (views[-1].started_on, views[-1].id) if more else None,
    )


async def count_employments(actor: ActingContext) -> int:
    """How many the list holds: exact to 10,000, then 10,001, meaning more."""
    return int(await fetch_value(COUNT, actor.organisation_id, EXACT_UP_TO + 1))


async def employments_of_person(actor: ActingContext, *, person_id: UUID) -> list[EmploymentView]:
    """Facts of work of one person, as far as visible, latest start first."""
    rows = await fetch(
        "SELECT * FROM employment_fact WHERE person_id = $1 ORDER BY started_on DESC, id LIMIT 200", person_id
    )
    return await _views(actor, rows, surface="outcomes.of_person")


async def employment(actor: ActingContext, *, record_id: UUID) -> EmploymentView:
    """One fact of work; NotFound when it is hidden or does not exist."""
    row = await fetch_row("SELECT * FROM employment_fact WHERE id = $1", record_id)
    if row is None:
        raise NotFound("outcomes.no_such_fact")
    return (await _views(actor, [row], surface="outcomes.employment"))[0]


async def _views(actor: ActingContext, rows: Sequence[Row], *, surface: str) -> list[EmploymentView]:
    if not rows:
        return []
    details = await fetch("SELECT * FROM employment_detail WHERE fact_id = ANY ($1)", [row["id"] for row in rows])
    by_fact = {row["fact_id"]: row for row in details}
    eyes = await sight(actor, [row["person_id"] for row in rows])
    views = [employment_view(row, by_fact.get(row["id"]), eyes) for row in rows]
    reads = [_read(DataClass.EMPLOYMENT_FACT, views)]
    detailed = [view for view in views if view.detail]
    if detailed:
        reads.append(_read(DataClass.EMPLOYMENT_DETAIL, detailed))
    await log_reads(actor, surface=surface, reads=reads)
    return views


def _read(data_class: DataClass, views: Sequence[EmploymentView]) -> Read:
    bases = [
        view.detail.basis if data_class == DataClass.EMPLOYMENT_DETAIL and view.detail else view.basis for view in views
    ]
    return Read(
        data_class=data_class.value,
        person_ids=tuple(dict.fromkeys(view.person_id for view in views)),
        record_ids=tuple(view.id for view in views),
        basis_ids=tuple(dict.fromkeys(basis.basis_id for basis in bases if basis.basis_id)),
    )
