"""Started sign-ins, each taken once; ids of tokens, each used once; and the record of what came of it."""

from typing import Literal
from uuid import UUID

import msgspec

from services.kit.crypto import token_hash
from services.kit.db.unit import call_narrow

LOGIN_SECONDS = 600

SignInResult = Literal[
    "signed_in",
    "refused",
    "disabled",
    "provider_down",
    "signed_out",
    "signed_out_by_provider",
]


class StartedLogin(msgspec.Struct, frozen=True):
    """What was remembered when the browser left for the provider; `bind_hash` is of the secret in that browser's cookie."""

    organisation_id: UUID
    bind_hash: bytes
    nonce: str
    verifier: str
    next_path: str


async def start_login(
    state: str,
    *,
    bind: str,
    organisation_id: UUID,
    nonce: str,
    verifier: str,
    next_path: str,
) -> None:
    """Remember a sign-in for ten minutes. `state` travels through the provider, `bind` stays in the browser's cookie."""
    await call_narrow(
        "SELECT start_login($1, $2, $3, $4, $5, $6, $7)",
        token_hash(state),
        organisation_id,
        token_hash(bind),
        nonce,
        verifier,
        next_path,
        LOGIN_SECONDS,
    )


async def take_login(state: str) -> StartedLogin | None:
    """The started sign-in, exactly once; None when unknown, taken or too old."""
    rows = await call_narrow("SELECT * FROM take_login($1)", token_hash(state))
    return StartedLogin(*rows[0]) if rows else None


async def first_use(token_id: str, seconds: int) -> bool:
    """Whether this id is met for the first time within `seconds`."""
    rows = await call_narrow("SELECT use_once($1, $2)", token_hash(token_id), seconds)
    return bool(rows[0][0])


async def note_sign_in(organisation_id: UUID, account_id: UUID | None, result: SignInResult) -> None:
    """Keep for the organisation's record what came of a sign-in."""
    await call_narrow("SELECT note_sign_in($1, $2, $3)", organisation_id, account_id, result)
