"""What is right for a person's records: identity numbers, names, dates. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date

import msgspec
from stdnum.fi import hetu

# Century signs of the Finnish identity number, new ones of 2023 included; the sign is part of the identity.
CENTURIES = {"+": 1800, **dict.fromkeys("-YXWVU", 1900), **dict.fromkeys("ABCDEF", 2000)}
OLDEST = date(1900, 1, 1)
LIMITS = {"given_name": 100, "family_name": 100, "phone": 40, "email": 200, "address": 300, "goal": 500, "steps": 4000}
LIMITS |= {"description": 4000, "reason": 2000, "text": 2000, "employer": 200}
LINES_FROM = 300
"""A text that may be this long may have line breaks and tabs; a shorter one is one line."""
APOSTROPHES = frozenset("\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8")
"""Those that Unicode counts as letters; the others are punctuation."""

Fault = tuple[str, str]
"""(field, code)."""


class Number(msgspec.Struct, frozen=True):
    """A valid identity number in its one form (upper case, plain hyphen) and what it says.

    `artificial`: 900-999, never given to a human.
    """

    text: str
    born: date
    artificial: bool


def parse_number(text: str, today: date) -> Number | None:
    """The identity number, or None when form, date or check character is wrong or the birth date lies ahead.

    Dashes as word processors set them count as the hyphen; every other character must be the one that is printed.
    """
    written = hetu.compact(text)
    if not written.isascii() or not hetu.is_valid(written, allow_temporary=True):
        return None
    born = date(CENTURIES[written[6]] + int(written[4:6]), int(written[2:4]), int(written[0:2]))
    return Number(written, born, artificial=written[7] == "9") if born <= today else None


def registration_faults(
    *, number: str, given_name: str, family_name: str, birth_date: date | None, today: date
) -> list[Fault]:
    """Every fault of a registration. Without a number the birth date is asked, with one it follows from it."""
    faults = text_faults({"given_name": given_name, "family_name": family_name}, required=True)
    parsed = parse_number(number, today) if number.strip() else None
    if number.strip() and (parsed is None or parsed.born < OLDEST):
        faults.append(("number", "people.number_wrong"))
    if not number.strip() and birth_date is None:
        faults.append(("birth_date", "people.birth_date_or_number"))
    if birth_date is not None and not OLDEST <= birth_date <= today:
        faults.append(("birth_date", "people.birth_date_impossible"))
    if parsed and birth_date is not None and birth_date != parsed.born:
        faults.append(("birth_date", "people.birth_date_differs_from_number"))
    return faults


def contact_faults(*, phone: str, email: str, address: str) -> list[Fault]:
    """Every fault of a contact card; an empty field is no fault."""
    faults = text_faults({"phone": phone, "email": email, "address": address}, required=False)
    if email and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email):
        faults.append(("email", "people.email_wrong"))
    if phone and not re.fullmatch(r"[+(]{0,2}[0-9](?:[ \u00a0()/.\u2010-\u2013-]*[0-9]){4,}\)?", phone.strip()):
        faults.append(("phone", "people.phone_wrong"))
    return faults


def text_faults(texts: Mapping[str, str], *, required: bool) -> list[Fault]:
    """Texts that are empty though required, too long, or hold control characters.

    Line breaks and tabs are fine in texts of several lines. A text without any character one can see is empty.
    """
    faults: list[Fault] = []
    for field, text in texts.items():
        breaks = "\n\r\t" if LIMITS[field] >= LINES_FROM else ""
        if required and not any(c.isprintable() and not c.isspace() for c in text):
            faults.append((field, "input.missing"))
        elif len(text) > LIMITS[field]:
            faults.append((field, "input.too_long"))
        elif any(unicodedata.category(c) in ("Cc", "Cs") and c not in breaks for c in text):
            faults.append((field, "input.control_characters"))
    return faults


def fold(text: str) -> str:
    """A name as it is searched: lower case, accents and apostrophe variants folded, one space between words."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    letters = "".join(c if c.isalnum() and c not in APOSTROPHES else " " for c in plain if not unicodedata.combining(c))
    return " ".join(letters.split())


def sort_name(family_name: str, given_name: str) -> str:
    """Family name first, folded: what lists are ordered and searched by."""
    return fold(f"{family_name} {given_name}")
