"""The four ways an act or a question can fail. Each error carries one stable code, such as `referrals.not_offered`."""

from collections.abc import Mapping, Sequence

import msgspec


class Reason(msgspec.Struct, frozen=True):
    """One thing that is wrong with an input: `field` is the wire name of the field, or "" for the whole."""

    code: str
    field: str = ""
    details: Mapping[str, str | int] = {}


class NivelError(Exception):
    """Base of the four kinds. `code` is stable; `details` holds ids, states and numbers only, never names."""

    def __init__(self, code: str, **details: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.details: dict[str, str | int] = details


class NotFound(NivelError):
    """The thing does not exist, or is not visible to this actor: the two must look the same."""


class NotAllowed(NivelError):
    """The actor sees the thing but may not do this with it (role, sign-in too old, organisation left)."""


class Conflict(NivelError):
    """The state does not allow the act. `allowed` names what it would allow (glossary: refused with 409)."""

    def __init__(self, code: str, allowed: Sequence[str] = (), **details: str | int) -> None:
        super().__init__(code, **details)
        self.allowed = tuple(allowed)


class Invalid(NivelError):
    """The input breaks a rule. All reasons at once, so that a person corrects a form in one go."""

    def __init__(self, reasons: Sequence[Reason], code: str = "input.invalid") -> None:
        super().__init__(code)
        self.reasons = tuple(reasons)

    def renamed(self, fields: Mapping[str, str]) -> "Invalid":
        """The same reasons where a caller names the fields otherwise; a field that is not in `fields` keeps its name."""
        reasons = [Reason(r.code, fields.get(r.field, r.field), r.details) for r in self.reasons]
        return Invalid(reasons, self.code)


class TooMany(NivelError):
    """A limit per user, organisation or address is used up. `retry_after` is in seconds."""

    def __init__(self, code: str, retry_after: int) -> None:
        super().__init__(code, retry_after=retry_after)
        self.retry_after = retry_after


class WallBreach(NivelError):
    """PostgreSQL returned a row that the Python rule refuses. Logged as an alarm, answered as not found."""
