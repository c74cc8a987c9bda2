"""Identity numbers as they are written on cards, letters and screens. All numbers here are artificial or published examples."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.people.rules import CENTURIES, Number, parse_number

TODAY = date(2026, 11, 22)
CHECK = "0123456789ABCDEFHJKLMNPRSTUVWXY"
SIGNS = "+-YXWVUABCDEF"


def a_number(born: date, sign: str, individual: int) -> str:
    """A number with its right check character (Digital and Population Data Services Agency: remainder of 31)."""
    digits = f"{born:%d%m%y}{individual:03d}"
    return f"{digits[:6]}{sign}{digits[6:]}{CHECK[int(digits) % 31]}"


@pytest.mark.parametrize(
    ("text", "born"),
    [
        ("131052-308T", date(1952, 10, 13)),
        ("010594Y9021", date(1994, 5, 1)),
        ("020594X903P", date(1994, 5, 2)),
        ("030594W903B", date(1994, 5, 3)),
        ("040594V9030", date(1994, 5, 4)),
        ("050594U903M", date(1994, 5, 5)),
        ("010516B903X", date(2016, 5, 1)),
        ("020516C903K", date(2016, 5, 2)),
        ("030516D9037", date(2016, 5, 3)),
        ("010501E9032", date(2001, 5, 1)),
        ("020502E902X", date(2002, 5, 2)),
        ("020503F9037", date(2003, 5, 2)),
    ],
)
def test_published_examples(text: str, born: date) -> None:
    assert parse_number(text, TODAY) == Number(text, born, artificial=text[7] == "9")


@pytest.mark.parametrize("sign", SIGNS)
def test_every_century_sign(sign: str) -> None:
    century = 1800 if sign == "+" else 2000 if sign in "ABCDEF" else 1900
    number = parse_number(a_number(date(century + 5, 6, 7), sign, 900), TODAY)
    assert number is not None and number.born == date(century + 5, 6, 7)
    assert CENTURIES[sign] == century


@pytest.mark.parametrize("sign", "GHIJKLMNOPQRSTZ*_/ 0?")
def test_any_other_sign_is_wrong(sign: str) -> None:
    assert parse_number(a_number(date(1952, 10, 13), sign, 308), TODAY) is None


@pytest.mark.parametrize(
    "text",
    [
        "131052-308t",
        "  131052-308T ",
        "131052-308T\n",
        "\u00a0131052-308T",
        "131052\u2013308T",  # a word processor made the hyphen a dash: this was an unexpected error before
        "131052\u2011308T",
        "131052\u2212308T",
        "13105\uff12-308T",  # and an East Asian keyboard a wide digit: its hash named another person before
    ],
)
def test_the_same_number_however_it_was_typed(text: str) -> None:
    """One form, since the hash of the number finds the person."""
    assert parse_number(text, TODAY) == Number("131052-308T", date(1952, 10, 13), artificial=False)


def test_lower_case_of_every_letter() -> None:
    assert parse_number("010516b903x", TODAY) == parse_number("010516B903X", TODAY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "131052-308",
        "131052-308TT",
        "131052308T",
        "131052 308T",
        "131052-308 T",
        "1310 52-308T",
        "13101952-308T",
        "131052-308U",  # wrong check character
        "131052-309T",
        "131053-308T",
        "131052-308G",  # a letter that no check uses
        "131052-308I",
        "131052-308O",
        "131052-308Q",
        "131052-308Z",
        "131052-000V",
        "000000-0000",
        "1310५2-308T",  # digits of other scripts are not what is printed on the card
        "131052-308T\u200b",
        "131052-308T;131052-308T",
        "131052-308T\x00",
    ],
)
def test_what_is_no_number(text: str) -> None:
    assert parse_number(text, TODAY) is None


@pytest.mark.parametrize("individual", [0, 1])
def test_individual_numbers_begin_at_two(individual: int) -> None:
    assert parse_number(a_number(date(1952, 10, 13), "-", individual), TODAY) is None
    assert parse_number(a_number(date(1952, 10, 13), "-", 2), TODAY) is not None


@pytest.mark.parametrize(("individual", "artificial"), [(2, False), (899, False), (900, True), (999, True)])
def test_artificial_numbers_are_told_apart(individual: int, artificial: bool) -> None:
    number = parse_number(a_number(date(1990, 1, 1), "-", individual), TODAY)
    assert number is not None and number.artificial == artificial


@pytest.mark.parametrize(("digits", "sign"), [("290201", "A"), ("290200", "+"), ("310490", "-"), ("321290", "-")])
@pytest.mark.parametrize("individual", [123, 900])
def test_days_that_do_not_exist(digits: str, sign: str, individual: int) -> None:
    check = CHECK[int(f"{digits}{individual:03d}") % 31]
    assert parse_number(f"{digits}{sign}{individual:03d}{check}", TODAY) is None


@pytest.mark.parametrize("born", [date(2000, 2, 29), date(1996, 2, 29), date(2024, 2, 29), date(1904, 2, 29)])
def test_leap_days(born: date) -> None:
    number = parse_number(a_number(born, "A" if born.year >= 2000 else "-", 901), TODAY)
    assert number is not None and number.born == born


def test_nobody_was_born_tomorrow() -> None:
    assert parse_number("131099A308T", TODAY) is None  # in 2099
    for day, known in ((TODAY, True), (TODAY + timedelta(days=1), False)):
        assert (parse_number(a_number(day, "A", 900), TODAY) is not None) == known


@given(st.dates(date(1900, 1, 1), TODAY), st.sampled_from("-YXWVUABCDEF"), st.integers(2, 999), st.booleans())
def test_every_well_formed_number_is_read(born: date, sign: str, individual: int, lower: bool) -> None:
    if (born.year >= 2000) != (sign in "ABCDEF"):
        born = born.replace(year=born.year + (-100 if born.year >= 2000 else 100), day=min(born.day, 28))
    text = a_number(born, sign, individual)
    number = parse_number(text.lower() if lower else text, date(2100, 1, 1))
    assert number == Number(text, born, artificial=individual >= 900)


@given(st.dates(date(1900, 1, 1), date(1999, 12, 31)), st.integers(2, 999), st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(born: date, individual: int, place: int, by: int) -> None:
    text = a_number(born, "-", individual)
    at = place if place < 6 else place + 1
    if at < 10:
        wrong = text[:at] + str((int(text[at]) + by) % 10) + text[at + 1 :]
        assert parse_number(wrong, TODAY) is None


@given(st.text(max_size=14))
def test_no_text_is_too_strange(text: str) -> None:
    number = parse_number(text, TODAY)
    assert number is None or parse_number(number.text, TODAY) == number
