"""The acting context: who acts, for which organisation, for which purpose, and at which instant.

It travels into the transaction as one signed setting (design: sharing, section 4). PostgreSQL recomputes the
signature in `ctx_fields()`; a context that was set by hand, altered, copied to another connection or older than
30 seconds when its transaction began is no context at all, and nothing is visible.
"""

import hmac
import time
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

Kind = Literal["user", "machine", "person", "link", "worker"]


class ActingContext(msgspec.Struct, frozen=True, kw_only=True):
    """`actor` of every action and query. `now` is the instant of the act, aware; rules derive the Helsinki day from it."""

    kind: Kind
    alliance_id: UUID
    organisation_id: UUID
    purpose: str
    now: datetime
    user_id: UUID | None = None
    person_id: UUID | None = None
    roles: frozenset[str] = frozenset()


def payload_of(context: ActingContext, *, pid: int, issued: float) -> str:
    """The signed text. `pid` binds it to one database connection, `issued` (seconds since 1970) to the next 30 seconds."""
    fields = (
        context.kind,
        context.alliance_id,
        context.organisation_id,
        context.user_id or "",
        context.person_id or "",
        ",".join(sorted(context.roles)),
        context.purpose,
        context.now.isoformat(),
        pid,
        f"{issued:.6f}",
    )
    text = "|".join(str(field) for field in fields)
    if text.count("|") != len(fields) - 1 or "'" in text or "\\" in text:
        raise ValueError("a field of the acting context holds a separator")
    return text


def proof_of(key: bytes, use: str, text: str) -> str:
    """HMAC-SHA256 as 64 hexadecimal digits, checked by the SQL function `genuine`. `use` keeps kinds of proof apart."""
    return hmac.digest(key, f"{use}\n{text}".encode(), "sha256").hex()


def sign(key: bytes, payload: str) -> str:
    """The value of the setting `nivel.ctx`: the proof, a point, the payload."""
    return proof_of(key, "ctx", payload) + "." + payload


def token_for(context: ActingContext, *, key: bytes, pid: int) -> str:
    """A token that is good for one transaction begun on connection `pid` within 30 seconds."""
    return sign(key, payload_of(context, pid=pid, issued=time.time()))


def pads_of(key: bytes) -> tuple[bytes, bytes]:
    """Inner and outer block of HMAC-SHA256 (RFC 2104), which is all that PostgreSQL needs to recompute a signature."""
    block = key.ljust(64, b"\x00")
    return bytes(b ^ 0x36 for b in block), bytes(b ^ 0x5C for b in block)
