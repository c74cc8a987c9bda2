"""Texts: required, long enough, without characters that cannot be seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.people.rules import LIMITS, LINES_FROM, text_faults

ONE_LINE = sorted(field for field in LIMITS if LIMITS[field] < LINES_FROM)
SEVERAL = sorted(set(LIMITS) - set(ONE_LINE))


def test_which_texts_have_several_lines() -> None:
    assert ONE_LINE == ["email", "employer", "family_name", "given_name", "phone"]
    assert SEVERAL == ["address", "description", "goal", "reason", "steps", "text"]


@pytest.mark.parametrize("field", sorted(LIMITS))
def test_exactly_at_the_limit_and_one_over(field: str) -> None:
    for letter in ("a", "ä", "\U0001f600"):
        assert text_faults({field: letter * LIMITS[field]}, required=True) == []
        assert text_faults({field: letter * (LIMITS[field] + 1)}, required=True) == [(field, "input.too_long")]


@pytest.mark.parametrize("empty", ["", " ", "\t\n", "\u00a0\u2003", "\u200b", "\u200d\u2060", "\x00", "\u00ad"])
def test_what_nobody_can_see_is_empty(empty: str) -> None:
    assert text_faults({"given_name": empty}, required=True) == [("given_name", "input.missing")]


@pytest.mark.parametrize("empty", ["", " ", "\u200b"])
def test_an_empty_text_is_no_fault_where_none_is_asked(empty: str) -> None:
    assert text_faults({"phone": empty}, required=False) == []


@pytest.mark.parametrize("sign", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\ud800"])
@pytest.mark.parametrize("field", ["given_name", "steps"])
def test_control_characters_are_refused_everywhere(sign: str, field: str) -> None:
    assert text_faults({field: f"A{sign}B"}, required=True) == [(field, "input.control_characters")]


@pytest.mark.parametrize("sign", ["\n", "\r\n", "\t"])
def test_line_breaks_only_where_there_are_lines(sign: str) -> None:
    for field in SEVERAL:
        assert text_faults({field: f"A{sign}B"}, required=True) == []
    for field in ONE_LINE:
        assert text_faults({field: f"A{sign}B"}, required=True) == [(field, "input.control_characters")]


@pytest.mark.parametrize("name", ["Mäki-Niemi", "D\u2019Angelo", "محمد", "نیلوفر\u200cزاده", "李", "X Æ A-12", "."])
def test_names_from_everywhere(name: str) -> None:
    assert text_faults({"given_name": name, "family_name": name}, required=True) == []


def test_every_field_is_told_in_its_order() -> None:
    texts = {"given_name": "", "employer": "x" * 201, "goal": "a\x00"}
    assert text_faults(texts, required=True) == [
        ("given_name", "input.missing"),
        ("employer", "input.too_long"),
        ("goal", "input.control_characters"),
    ]


@given(st.text(st.characters(codec="utf-8"), max_size=120))
def test_one_fault_at_most_for_a_text(text: str) -> None:
    asked = text_faults({"given_name": text}, required=True)
    unasked = text_faults({"given_name": text}, required=False)
    assert len(asked) <= 1 and len(unasked) <= 1
    assert unasked == [] or asked != []
