"""Money is whole cents of one currency (euro). Decimal exists only where a person or a document meets an amount."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

Cents = int

LARGEST: Cents = 100_000_000_00


def parse_euros(text: str) -> Cents:
    """Cents from what a person types: "1 234,50", "1234.5", "1234". Raises ValueError on anything else, or above 100 M€."""
    plain = text.translate({ord(c): None for c in "\u00a0\u202f €"}).replace(",", ".")
    try:
        amount = Decimal(plain) * 100
    except InvalidOperation as error:
        raise ValueError("not an amount") from error
    if not amount.is_finite() or amount != amount.to_integral_value() or not 0 <= amount <= LARGEST:
        raise ValueError("not an amount in whole cents")
    return int(amount)


def euros(cents: Cents) -> Decimal:
    """The amount in euros with two decimals, exact."""
    return (Decimal(cents) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
