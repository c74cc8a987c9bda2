"""What happens to accounts."""

from uuid import UUID

import msgspec

from services.domain.organisations.queries import SignInConnection
from services.kit.db.unit import call_narrow


class Admitted(msgspec.Struct, frozen=True):
    """The account of a subject; a disabled one must not be signed in."""

    account_id: UUID
    disabled: bool


async def admit_account(connection: SignInConnection, *, sub: str, name: str, email: str) -> Admitted | None:
    """The account of this subject of the organisation's provider, made without roles when unknown.

    Runs before there is an actor. `name` and `email` are used only for a new account. None when the connection was
    disabled or given another issuer while the sign-in was under way.
    """
    rows = await call_narrow(
        "SELECT * FROM admit($1, $2, $3, $4, $5)",
        connection.organisation_id,
        connection.issuer,
        sub,
        name,
        email,
    )
    return Admitted(*rows[0]) if rows else None
