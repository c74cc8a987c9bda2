"""The clock, read only at the edges (request, job, command). Inside, `now` comes with the acting context."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

HELSINKI = ZoneInfo("Europe/Helsinki")

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)


def shifted_clock(today: date, start: datetime | None = None) -> Clock:
    """A clock that runs as usual but whose Helsinki date was `today` when it was made: the demonstration's clock."""
    start = start or system_clock()
    local = start.astimezone(HELSINKI)
    # In UTC: between two times of one zone Python subtracts what the clocks on the wall show, an hour off in summer.
    shift = datetime.combine(today, local.time(), HELSINKI).astimezone(UTC) - start
    return lambda: system_clock() + shift


def day_of(instant: datetime) -> date:
    """The calendar day in Europe/Helsinki on which an aware instant falls."""
    return instant.astimezone(HELSINKI).date()


def end_of_day(day: date) -> datetime:
    """The first instant after `day` in Helsinki, in UTC: a term "until `day`" includes the whole day."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), HELSINKI).astimezone(UTC)


def start_of_day(day: date) -> datetime:
    """The first instant of `day` in Helsinki, in UTC."""
    return datetime.combine(day, datetime.min.time(), HELSINKI).astimezone(UTC)
