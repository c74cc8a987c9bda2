"""Amounts as people in Finland type them, and back without losing a cent."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.money import LARGEST, parse_euros


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("1 234,50", 123450),
        ("1\u00a0234,50\u00a0€", 123450),
        ("1\u202f234,50 €", 123450),
        ("1234.5", 123450),
        ("1234", 123400),
        ("1234,5€", 123450),
        (" 2350,00 ", 235000),
        ("12 345 678,90", 1234567890),
        ("0", 0),
        ("0,00", 0),
        ("0,05", 5),
        ("0,5", 50),
        ("007", 700),
        ("100 000 000", LARGEST),
        ("100000000,00", LARGEST),
    ],
)
def test_what_people_type(typed: str, cents: int) -> None:
    assert parse_euros(typed) == cents


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "€",
        "-5",
        "\u22125",
        "+5",
        ",50",
        "5,",
        "5.",
        "1,234",  # a thousand to an English reader, a third decimal to a Finnish one
        "1,234.50",
        "1.234,50",
        "12 50",  # twelve fifty, not one thousand two hundred and fifty
        "1 2345",
        "1  234",
        "1234 500",
        "5,505",
        "0,001",
        "1e3",
        "1E+999999",  # an unexpected error before
        "1_000",
        "0x10",
        "٥",
        "NaN",
        "Infinity",
        "sNaN",
        "kymmenen",
        "5 eur",
        "€5€",
        "100000000,01",
        "9" * 400,
        "9" * 5000,
        "5\n5",
    ],
)
def test_what_is_no_amount(typed: str) -> None:
    with pytest.raises(ValueError):
        parse_euros(typed)


@given(st.integers(0, LARGEST))
def test_every_amount_comes_back(cents: int) -> None:
    amount = Decimal(cents) / 100
    shown = f"{amount:,.2f}".replace(",", " ").replace(".", ",")
    assert parse_euros(f"{shown} €") == parse_euros(f"{amount:.2f}") == cents


@given(st.text(max_size=12))
def test_no_text_is_too_strange(text: str) -> None:
    try:
        cents = parse_euros(text)
    except ValueError:
        return
    assert 0 <= cents <= LARGEST
