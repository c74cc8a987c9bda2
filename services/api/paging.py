"""Cursors and sizes of pages of a list. A cursor is opaque to whoever gets it, and checked when it comes back."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import date, datetime
from uuid import UUID

from services.kit.errors import Invalid, Reason

LARGEST = 200
"""Rows of one page."""
YEARS = range(1900, 9999)
"""What PostgreSQL and every time zone can hold."""


def page_size(limit: int) -> int:
    """The asked size of a page; raises Invalid outside 1-200."""
    if not 1 <= limit <= LARGEST:
        raise Invalid([Reason("input.limit_out_of_range", "limit", {"largest": LARGEST})])
    return limit


def cursor_of(key: tuple[datetime | date, UUID] | None) -> str | None:
    """The text that asks for the rows after `key`; None stays None, the last page."""
    if key is None:
        return None
    return urlsafe_b64encode(f"{key[0].isoformat()} {key[1]}".encode()).decode().rstrip("=")


def moment_and_id(cursor: str) -> tuple[datetime, UUID] | None:
    """The keyset of a list ordered by instant; None for the first page. Raises Invalid for what we did not hand out."""
    if not cursor:
        return None
    first, record_id = _parts(cursor)
    try:
        moment = datetime.fromisoformat(first)
    except ValueError:
        raise _unknown() from None
    key = (moment, record_id)
    if moment.tzinfo is None or moment.year not in YEARS or cursor_of(key) != cursor:
        raise _unknown()
    return key


def day_and_id(cursor: str) -> tuple[date, UUID] | None:
    """The keyset of a list ordered by day; None for the first page. Raises Invalid for what we did not hand out."""
    if not cursor:
        return None
    first, record_id = _parts(cursor)
    try:
        key = (date.fromisoformat(first), record_id)
    except ValueError:
        raise _unknown() from None
    if cursor_of(key) != cursor:
        raise _unknown()
    return key


def _parts(cursor: str) -> tuple[str, UUID]:
    try:
        first, record_id = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split(" ")
        return first, UUID(record_id)
    except ValueError:
        raise _unknown() from None


def _unknown() -> Invalid:
    return Invalid([Reason("input.cursor_unknown", "after")])
