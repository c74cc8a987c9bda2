"""Days are Helsinki's, also when the clocks change; the demonstration's clock shows its day and runs."""

import time
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.clock import HELSINKI, day_of, end_of_day, shifted_clock, start_of_day, system_clock

FORWARD, BACK = date(2026, 3, 29), date(2026, 10, 25)
days = st.dates(date(1990, 1, 1), date(2100, 1, 1))
instants = st.floats(631152000, 4102444800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@pytest.mark.parametrize(
    ("day", "hours"), [(FORWARD, 23), (BACK, 25), (date(2026, 11, 22), 24), (date(2026, 12, 31), 24)]
)
def test_how_long_a_day_is(day: date, hours: int) -> None:
    assert end_of_day(day) - start_of_day(day) == timedelta(hours=hours)


def test_midnight_in_helsinki() -> None:
    assert start_of_day(date(2026, 11, 22)) == datetime(2026, 11, 21, 22, tzinfo=UTC)
    assert end_of_day(date(2026, 7, 5)) == datetime(2026, 7, 5, 21, tzinfo=UTC)
    assert end_of_day(FORWARD) == datetime(2026, 3, 29, 21, tzinfo=UTC)
    assert end_of_day(BACK) == datetime(2026, 10, 25, 22, tzinfo=UTC)


@given(days)
def test_a_day_is_closed_at_its_start_and_open_at_its_end(day: date) -> None:
    moment = timedelta(microseconds=1)
    assert day_of(start_of_day(day)) == day == day_of(end_of_day(day) - moment)
    assert day_of(start_of_day(day) - moment) == day - timedelta(days=1)
    assert end_of_day(day) == start_of_day(day + timedelta(days=1))
    assert start_of_day(day).tzinfo is UTC and end_of_day(day).tzinfo is UTC


@given(instants)
def test_every_instant_lies_on_its_day(instant: datetime) -> None:
    day = day_of(instant)
    assert start_of_day(day) <= instant < end_of_day(day)
    assert day_of(instant.astimezone(HELSINKI)) == day


@pytest.mark.parametrize(
    ("start", "today"),
    [
        # Half past eleven in winter, shown on a summer's day, and half past midnight in summer, shown in winter: both
        # were an hour off before, which is another day.
        (datetime(2026, 1, 15, 21, 30, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 7, 14, 21, 30, tzinfo=UTC), date(2026, 12, 1)),
        (datetime(2026, 11, 22, 1, 30, tzinfo=UTC), FORWARD),  # half past three does not exist on that day
        (datetime(2026, 7, 1, 0, 30, tzinfo=UTC), BACK),  # and comes twice on this
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 12, 31, 21, 59, 59, tzinfo=UTC), date(2024, 2, 29)),
    ],
)
def test_the_shifted_clock_shows_its_day(start: datetime, today: date) -> None:
    assert day_of(fixed(today, start)) == today


def fixed(today: date, start: datetime) -> datetime:
    """What a clock made at `start` showed at that instant, to within the milliseconds that this takes."""
    return shifted_clock(today, start)() - (system_clock() - start)


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)), instants)
def test_the_shifted_clock_shows_its_day_whenever_it_is_made(today: date, start: datetime) -> None:
    start = start.replace(second=30)
    assert day_of(fixed(today, start)) == today


def test_the_shifted_clock_keeps_the_time_of_day() -> None:
    start = datetime(2026, 1, 15, 12, 0, 30, tzinfo=UTC)
    local = fixed(date(2026, 7, 1), start).astimezone(HELSINKI)
    assert (local.hour, local.minute) == (14, 0)


def test_the_shifted_clock_runs() -> None:
    clock = shifted_clock(date(2020, 1, 1))
    first, real = clock(), system_clock()
    time.sleep(0.01)
    assert timedelta(0) < clock() - first < system_clock() - real + timedelta(seconds=1)
    assert day_of(first) == date(2020, 1, 1) and first.utcoffset() is not None


def test_the_system_clock_is_aware() -> None:
    assert system_clock().tzinfo is UTC
