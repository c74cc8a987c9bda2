"""Questions about the alliance and its members."""

from uuid import UUID

import msgspec

from services.kit.db.context import ActingContext
from services.kit.db.unit import fetch


class Member(msgspec.Struct, frozen=True):
    """A member organisation as every member may know it: `services` are codes of the glossary's service types."""

    id: UUID
    slug: str
    name: str
    kind: str
    services: tuple[str, ...]


async def members(actor: ActingContext) -> dict[UUID, Member]:
    """The alliance's present members, by id, in order of name."""
    rows = await fetch(
        "SELECT id, slug, name, kind, services FROM organisation"
        " WHERE member_from <= $1 AND (member_until IS NULL OR $1 < member_until) ORDER BY name",
        actor.now,
    )
    return {row["id"]: Member(row["id"], row["slug"], row["name"], row["kind"], tuple(row["services"])) for row in rows}
