"""The band is all that a fact tells of weekly hours; 18 and 20 hours are thresholds of price rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.outcomes.rules import LARGEST_HOURS_TENTHS, hours_band

BANDS = ["under_10", "10_18", "18_20", "20_30", "30_or_more"]


@pytest.mark.parametrize(
    ("tenths", "band"),
    [
        (1, "under_10"),
        (99, "under_10"),
        (100, "10_18"),
        (179, "10_18"),
        (180, "18_20"),
        (199, "18_20"),
        (200, "20_30"),
        (299, "20_30"),
        (300, "30_or_more"),
        (375, "30_or_more"),
        (LARGEST_HOURS_TENTHS, "30_or_more"),
    ],
)
def test_both_sides_of_every_limit(tenths: int, band: str) -> None:
    assert hours_band(tenths) == band


@given(st.integers(1, LARGEST_HOURS_TENTHS), st.integers(1, LARGEST_HOURS_TENTHS))
def test_more_hours_never_mean_a_lower_band(one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert BANDS.index(hours_band(low)) <= BANDS.index(hours_band(high))
