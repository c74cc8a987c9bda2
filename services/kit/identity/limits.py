"""Limits counted in PostgreSQL, so that they hold over all processes."""

import msgspec

from services.kit.crypto import token_hash
from services.kit.db.unit import call_narrow
from services.kit.errors import TooMany


class Limit(msgspec.Struct, frozen=True):
    """At most `attempts` in a window of `seconds`; a window begins with its first attempt."""

    attempts: int
    seconds: int


async def count_attempt(limit: Limit, code: str, *whose: object) -> None:
    """Count one attempt of `whose`; raises TooMany(code) above the limit. Only a hash of `code` and `whose` is stored."""
    key = token_hash("\x00".join((code, *map(str, whose))))
    (row,) = await call_narrow("SELECT * FROM count_attempt($1, $2)", key, limit.seconds)
    if row["counted"] > limit.attempts:
        raise TooMany(code, retry_after=row["retry_after"])
