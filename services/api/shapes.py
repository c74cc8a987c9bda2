"""Answers that every slice gives in the same shape."""

from uuid import UUID

import msgspec


class Recorded(msgspec.Struct, frozen=True):
    """The id of what was added."""

    id: UUID


class Count(msgspec.Struct, frozen=True):
    """How many rows the list holds: exact to 10,000, then 10,001, meaning more."""

    count: int
