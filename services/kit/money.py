"""Money is whole cents of one currency (euro). Decimal exists only where a person or a document meets an amount."""

import re

Cents = int

LARGEST: Cents = 100_000_000_00

AMOUNT = re.compile(r"(?:[0-9]+|[0-9]{1,3}(?: [0-9]{3})+)(?:[.,][0-9]{1,2})?")


def parse_euros(text: str) -> Cents:
    """Cents from what a person types: "1 234,50", "1234.5", "1234". Raises ValueError on anything else, or above 100 M€."""
    plain = re.sub("[\u00a0\u202f]", " ", text).strip().removesuffix("€").strip()
    if not AMOUNT.fullmatch(plain):
        raise ValueError("not an amount in euros and cents")
    whole, _, part = plain.replace(" ", "").replace(",", ".").partition(".")
    cents = int(whole) * 100 + int(part.ljust(2, "0"))
    if cents > LARGEST:
        raise ValueError("an amount above the largest")
    return cents
