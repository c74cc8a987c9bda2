"""Limits counted in PostgreSQL, so that they hold over all processes."""

from collections.abc import Sequence

import asyncpg
import msgspec

from services.kit.crypto import token_hash
from services.kit.db.unit import call_narrow, fetch
from services.kit.errors import TooMany

COUNT = "SELECT * FROM count_attempt($1, $2)"


class Limit(msgspec.Struct, frozen=True):
    """At most `attempts` in a window of `seconds`; a window begins with its first attempt."""

    attempts: int
    seconds: int


async def count_attempt(limit: Limit, code: str, *whose: object) -> None:
    """Count one attempt of `whose`; raises TooMany(code) above the limit. Only a hash of `code` and `whose` is stored."""
    _refuse_above(limit, code, await call_narrow(COUNT, _key(code, whose), limit.seconds))


async def count_act(limit: Limit, code: str, *whose: object) -> None:
    """As `count_attempt`, but inside the open unit of work: what is rolled back is not counted."""
    _refuse_above(limit, code, await fetch(COUNT, _key(code, whose), limit.seconds))


def _key(code: str, whose: Sequence[object]) -> bytes:
    return token_hash("\x00".join((code, *map(str, whose))))


def _refuse_above(limit: Limit, code: str, rows: Sequence[asyncpg.Record]) -> None:
    (row,) = rows
    if row["counted"] > limit.attempts:
        raise TooMany(code, retry_after=row["retry_after"])
