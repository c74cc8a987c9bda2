"""Where the one decision meets the views: nothing else builds a view of a personal record."""

from collections.abc import Iterable
from uuid import UUID

import msgspec

from services.domain.sharing.rules import (
    Allowed,
    Policy,
    RecordKey,
    Refused,
    ShareFact,
    Viewer,
    lies_open,
    may_see,
    missing_steps,
)
from services.kit.errors import WallBreach


class Sight(msgspec.Struct, frozen=True):
    """What a viewer brings to the decision: the shares towards it and the alliance's policy, read in this transaction."""

    viewer: Viewer
    shares: tuple[ShareFact, ...]
    policy: Policy
    kinds: dict[UUID, str]

    def of(self, *, owner_id: UUID, person_id: UUID, data_class: str, parties: Iterable[UUID] = ()) -> Allowed:
        """The basis on which a row that PostgreSQL returned may be shown; WallBreach when the rule refuses it."""
        key = RecordKey(owner_id, self.kinds.get(owner_id, ""), person_id, data_class, frozenset(parties))
        decision = may_see(self.viewer, key, self.shares, self.policy)
        if isinstance(decision, Refused):
            raise WallBreach("sharing.wall_breach", data_class=data_class, line=decision.missing[0].code)
        return decision

    def open_to(self, person_id: UUID, data_class: str) -> bool:
        """Is the class shared with the viewer now? Then there may still be nothing recorded, but nothing is missing."""
        return lies_open(self.viewer, person_id, data_class, self.shares, self.policy)

    def was_shared(self, person_id: UUID, data_class: str) -> bool:
        """Has anybody ever shared the class of this person with the viewer?"""
        return any(share.person_id == person_id and data_class in share.classes for share in self.shares)

    def why_closed(self, person_id: UUID, data_class: str) -> Refused:
        """The missing steps for a class of a person of whom nothing of that class is visible."""
        return Refused(missing_steps(self.viewer, person_id, data_class, self.shares, self.policy))
