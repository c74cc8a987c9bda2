"""How days, times and amounts look on a page: alike in every language, because people compare pages."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

HELSINKI = ZoneInfo("Europe/Helsinki")
NO_BREAK = "\N{NO-BREAK SPACE}"


def day(value: date) -> str:
    """`5.3.2026`; an instant is shown as its day in Helsinki."""
    if isinstance(value, datetime):
        value = value.astimezone(HELSINKI).date()
    return f"{value.day}.{value.month}.{value.year}"


def moment(value: datetime) -> str:
    """`5.3.2026 14.05`, in Helsinki, kept on one line."""
    local = value.astimezone(HELSINKI)
    return f"{day(local)}{NO_BREAK}{local.hour}.{local.minute:02d}"


def number(value: int) -> str:
    """`12 345`: groups of three, kept on one line."""
    return f"{value:,}".replace(",", NO_BREAK).replace("-", "\N{MINUS SIGN}")


def euros(cents: int) -> str:
    """`1 234,50 €` from whole cents."""
    whole, rest = divmod(abs(cents), 100)
    sign = "\N{MINUS SIGN}" if cents < 0 else ""
    return f"{sign}{number(whole)},{rest:02d}{NO_BREAK}€"


def tenths(value: int) -> str:
    """`37,5` from 375 tenths, `25` from 250."""
    whole, rest = divmod(value, 10)
    return f"{number(whole)},{rest}" if rest else number(whole)
