"""What is stored about referrals and about services used."""

from piccolo.columns import UUID, Array, Date, ForeignKey, OnDelete, Text, Timestamptz
from piccolo.table import Table

from services.domain.organisations.tables import Alliance, Organisation
from services.domain.sharing.tables import Basis, Person


class Referral(Table, tablename="referral"):
    """Class service_use: one organisation asks another to serve a person. Both are parties by columns of the row.

    `classes` are what acceptance opens, `decide_classes` what the offer opens; a class of `permitted_classes` cites
    `permission_id`, every other cites `basis_id`.
    """

    id = UUID(primary_key=True)
    alliance_id = ForeignKey(Alliance, null=False, on_delete=OnDelete.restrict, index=True)
    person_id = ForeignKey(Person, null=False, on_delete=OnDelete.restrict, index=True)
    sender_id = ForeignKey(Organisation, null=False, on_delete=OnDelete.restrict)
    receiver_id = ForeignKey(Organisation, null=False, on_delete=OnDelete.restrict)
    service = Text(default=None)
    reason = Text(default="")
    state = Text(default=None)
    classes = Array(base_column=Text(), default=[])
    decide_classes = Array(base_column=Text(), default=[])
    permitted_classes = Array(base_column=Text(), default=[])
    basis_id = ForeignKey(Basis, null=True, default=None, on_delete=OnDelete.restrict, index=True)
    permission_id = ForeignKey(Basis, null=True, default=None, on_delete=OnDelete.restrict, index=True)
    offered_at = Timestamptz(default=None)
    deadline = Date(default=None)
    decided_at = Timestamptz(default=None, null=True)
    reason_code = Text(default="")
    recorded_by = UUID(default=None, null=True)


class ReferralEvent(Table, tablename="referral_event"):
    """One step of a referral through its states; rows are only ever added."""

    id = UUID(primary_key=True)
    referral_id = ForeignKey(Referral, null=False, on_delete=OnDelete.restrict, index=True)
    organisation_id = UUID(default=None, null=True)
    user_id = UUID(default=None, null=True)
    at = Timestamptz(default=None)
    from_state = Text(default=None)
    to_state = Text(default=None)
    reason_code = Text(default="")
    text = Text(default="")


class ServiceUse(Table, tablename="service_use"):
    """Class service_use: a service the person uses or has used at the owner; days, both included."""

    id = UUID(primary_key=True)
    owner_id = ForeignKey(Organisation, null=False, on_delete=OnDelete.restrict, index=True)
    person_id = ForeignKey(Person, null=False, on_delete=OnDelete.restrict, index=True)
    service = Text(default=None)
    started_on = Date(default=None)
    ended_on = Date(default=None, null=True)
    referral_id = ForeignKey(Referral, null=True, default=None, on_delete=OnDelete.restrict, index=True)
    recorded_by = UUID(default=None, null=True)
    recorded_at = Timestamptz(default=None)
