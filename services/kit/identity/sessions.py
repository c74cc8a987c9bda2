"""Sessions of browsers. They live by the database's clock, never by the demonstration's."""

from datetime import datetime
from uuid import UUID

import msgspec

from services.kit.crypto import token_hash
from services.kit.db.context import proof_of
from services.kit.db.engine import engine
from services.kit.db.unit import call_narrow

IDLE_SECONDS = 60 * 60
ABSOLUTE_SECONDS = 10 * 60 * 60


class EndedSession(msgspec.Struct, frozen=True):
    """What was just ended; `id_token` is as sealed as it was given to `open_session`."""

    organisation_id: UUID
    account_id: UUID
    id_token: bytes | None


async def open_session(
    token: str,
    *,
    organisation_id: UUID,
    account_id: UUID,
    issuer: str,
    sub: str,
    idp_sid: str | None,
    id_token: bytes,
    auth_time: datetime,
) -> None:
    """Begin a session under a fresh random `token`; the provider's names for it are kept so that the provider can end it."""
    hashed = token_hash(token)
    await call_narrow(
        "SELECT open_session($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        hashed,
        organisation_id,
        account_id,
        issuer,
        sub,
        idp_sid,
        id_token,
        auth_time,
        ABSOLUTE_SECONDS,
        proof_of(engine.context_key, "session", f"{hashed.hex()}|{organisation_id}|{account_id}"),
    )


async def end_session(token: str) -> EndedSession | None:
    """End the session of this token; None when it had ended or never was."""
    rows = await call_narrow("SELECT * FROM end_session($1)", token_hash(token))
    return EndedSession(*rows[0]) if rows else None


async def end_sessions_of(organisation_id: UUID, issuer: str, *, idp_sid: str | None, sub: str | None) -> list[UUID]:
    """End what the provider calls `idp_sid`, or every session of `sub`; returns the accounts, one for each session."""
    rows = await call_narrow(
        "SELECT * FROM end_sessions_of($1, $2, $3, $4)",
        organisation_id,
        issuer,
        idp_sid,
        sub,
    )
    return [row["account_id"] for row in rows]
