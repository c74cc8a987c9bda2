"""Phone numbers and addresses in the forms in which people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.people.rules import contact_faults


def faults(phone: str = "", email: str = "", address: str = "") -> list[tuple[str, str]]:
    return contact_faults(phone=phone, email=email, address=address)


def test_nothing_is_no_fault() -> None:
    assert faults() == []


@pytest.mark.parametrize(
    "phone",
    [
        "0401234567",
        "040 123 4567",
        "040-123 4567",
        "040-1234567",
        "040/1234567",
        "040.123.4567",
        "040\u00a0123\u00a04567",
        "040\u2013123 4567",
        "+358401234567",
        "+358 40 123 4567",
        "+358 (0)40 123 4567",
        "(+358) 40 123 4567",
        "00358 40 1234567",
        "(09) 310 1691",
        "09 310 (1691)",
        " 040 123 4567 ",
        "+46 8-123 456 78",
        "+7 (921) 123-45-67",
        "10234",
    ],
)
def test_phone_numbers(phone: str) -> None:
    assert faults(phone=phone) == []


@pytest.mark.parametrize(
    "phone",
    [
        "-----",
        "     ",
        "(((((",
        "1234",
        "+",
        "soita iltaisin",
        "040 123 456x",
        "++358401234567 +",
        "040,1234567",
        "٠٤٠١٢٣٤٥٦٧",
    ],
)
def test_what_nobody_can_call(phone: str) -> None:
    assert faults(phone=phone) == [("phone", "people.phone_wrong")]


@pytest.mark.parametrize(
    "email",
    [
        "matti.meikalainen@example.fi",
        "Matti.Meikalainen+tyo@Example.FI",
        "m@a.fi",
        "maija_möttönen@example.fi",
        "matti@hämeenlinna.example",
        "o'brien@mail.example.co.uk",
        "12345@student.example.fi",
    ],
)
def test_addresses_of_mail(email: str) -> None:
    assert faults(email=email) == []


@pytest.mark.parametrize(
    "email",
    [
        "matti",
        "matti@",
        "@example.fi",
        "matti@example",
        "matti @example.fi",
        "a@b.fi, c@d.fi",
        "a@b@c.fi",
        "a@.",
        "a@b.fi\n",
    ],
)
def test_what_no_mail_reaches(email: str) -> None:
    assert ("email", "people.email_wrong") in faults(email=email)


def test_every_field_is_told_at_once() -> None:
    found = faults(phone="x", email="x", address="x" * 301)
    assert found == [("address", "input.too_long"), ("email", "people.email_wrong"), ("phone", "people.phone_wrong")]


def test_too_long_a_number_is_too_long_only() -> None:
    assert faults(phone="0" * 41) == [("phone", "input.too_long")]
    assert faults(phone="0" * 40) == []


@given(st.lists(st.sampled_from(["0", "40", "123", " ", "-", "/"]), min_size=1, max_size=14))
def test_what_counts_is_the_digits(parts: list[str]) -> None:
    phone = "1" + "".join(parts) + "1"
    digits = sum(c.isdigit() for c in phone)
    assert (faults(phone=phone) == []) == (digits >= 5 and len(phone) <= 40)
