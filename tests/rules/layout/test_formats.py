"""Days, times and amounts as people in Finland write them."""

from datetime import UTC, date, datetime

import pytest

from services.api.formats import day, euros, moment, number


def test_days_have_no_leading_zeros() -> None:
    assert day(date(2026, 3, 5)) == "5.3.2026"


def test_an_instant_is_shown_on_its_day_in_helsinki() -> None:
    assert day(datetime(2026, 3, 5, 22, 30, tzinfo=UTC)) == "6.3.2026"
    assert moment(datetime(2026, 3, 5, 22, 5, tzinfo=UTC)) == "6.3.2026\xa00.05"
    assert moment(datetime(2026, 7, 5, 9, 5, tzinfo=UTC)) == "5.7.2026\xa012.05"


@pytest.mark.parametrize(
    ("cents", "shown"),
    [
        (0, "0,00 €"),
        (5, "0,05 €"),
        (-50, "−0,50 €"),
        (123450, "1 234,50 €"),
        (-123456789, "−1 234 567,89 €"),
    ],
)
def test_euros(cents: int, shown: str) -> None:
    assert euros(cents) == shown.replace(" ", "\xa0")


def test_numbers_are_grouped() -> None:
    assert number(1234567) == "1\xa0234\xa0567"
    assert number(-999) == "−999"
