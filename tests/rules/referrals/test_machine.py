"""Every (state, side, target): allowed exactly where the glossary says so, as far as these states go."""

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.referrals.rules import MOVES, OFFER_DAYS, STATES, allowed_moves, deadline_of

SIDES = ("sender", "receiver", "system")
GLOSSARY = {
    ("offered", "receiver", "accepted"),
    ("offered", "receiver", "rejected"),
    ("offered", "sender", "cancelled"),
    ("offered", "system", "expired"),
}


@pytest.mark.parametrize(("state", "side", "target"), list(product(STATES, SIDES, STATES)))
def test_every_move(state: str, side: str, target: str) -> None:
    assert (target in allowed_moves(state, side)) == ((state, side, target) in GLOSSARY)


@pytest.mark.parametrize(
    ("state", "side"), [("draft", "sender"), ("", "sender"), ("offered", "client"), ("offered", "")]
)
def test_unknown_states_and_sides_move_nothing(state: str, side: str) -> None:
    assert allowed_moves(state, side) == ()


def test_the_machine_speaks_of_its_own_states_only() -> None:
    assert {state for move in MOVES for state in move} == set(STATES)
    assert set(MOVES.values()) == set(SIDES)


def test_every_end_is_an_end() -> None:
    for state in set(STATES) - {"offered"}:
        assert all(allowed_moves(state, side) == () for side in SIDES)


@pytest.mark.parametrize(
    ("offered", "deadline"),
    [
        (date(2026, 11, 22), date(2026, 12, 6)),
        (date(2026, 12, 24), date(2027, 1, 7)),
        (date(2028, 2, 15), date(2028, 2, 29)),
        (date(2026, 10, 20), date(2026, 11, 3)),  # over the end of summer time
    ],
)
def test_the_deadline_is_a_day_two_weeks_on(offered: date, deadline: date) -> None:
    assert deadline_of(offered) == deadline
    assert deadline.isoweekday() == offered.isoweekday()


@given(st.dates(date(2025, 1, 1), date(2100, 1, 1)))
def test_fourteen_whole_days_after_the_day_of_the_offer(offered: date) -> None:
    whole = [offered + timedelta(days=n) for n in range(1, 40) if offered + timedelta(days=n) <= deadline_of(offered)]
    assert len(whole) == OFFER_DAYS == 14
