"""What is stored about sign-ins. Bearer secrets are stored as hashes only."""

from piccolo.columns import UUID, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table


class LoginState(Table, tablename="login_state"):
    """One started sign-in, taken exactly once within ten minutes. `state_hash` and `bind_hash` are SHA-256."""

    state_hash = Bytea(primary_key=True)
    organisation_id = UUID(default=None)
    bind_hash = Bytea()
    nonce = Text(default=None)
    verifier = Text(default=None)
    next_path = Text(default=None)
    expires_at = Timestamptz(default=None)


class Session(Table, tablename="session"):
    """A signed-in browser at one organisation; times are real instants, never the demonstration's clock.

    `id_token` is sealed (AES-256-GCM) and kept only to end the session at the provider as well.
    """

    id = UUID(primary_key=True)
    token_hash = Bytea(unique=True)
    organisation_id = UUID(default=None)
    account_id = UUID(default=None, index=True)
    issuer = Text(default=None)
    sub = Text(default=None)
    idp_sid = Text(default=None, null=True)
    id_token = Bytea(default=None, null=True)
    auth_time = Timestamptz(default=None)
    created_at = Timestamptz(default=None)
    last_seen_at = Timestamptz(default=None)
    absolute_until = Timestamptz(default=None)
    ended_at = Timestamptz(default=None, null=True)


class UsedToken(Table, tablename="used_token"):
    """A logout token's id that has been seen: replay is refused until it has expired anyway."""

    token_hash = Bytea(primary_key=True)
    expires_at = Timestamptz(default=None)


class RateCount(Table, tablename="rate_count"):
    """Attempts in one window of time; `key_hash` says of whom and of what without naming either."""

    key_hash = Bytea(primary_key=True)
    window_end = Timestamptz(default=None)
    attempts = Integer(default=0)


class SignInEvent(Table, tablename="sign_in_event"):
    """One sign-in, refused sign-in or end of a session. Codes and ids only: no token, no name, no address."""

    id = UUID(primary_key=True)
    organisation_id = UUID(default=None, index=True)
    account_id = UUID(default=None, null=True)
    at = Timestamptz(default=None)
    result = Text(default=None)
