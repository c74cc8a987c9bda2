"""What is stored about persons as such, and about who may see what on which basis."""

from piccolo.columns import UUID, Array, Bytea, Date, ForeignKey, Integer, OnDelete, Text, Timestamptz
from piccolo.constraints import Unique
from piccolo.table import Table

from services.domain.organisations.tables import Agreement, Alliance, Organisation


class Person(Table, tablename="person"):
    """The anchor: an id without readable data. `id_hash` is a keyed hash of the identity number, None without one."""

    id = UUID(primary_key=True)
    alliance_id = ForeignKey(Alliance, null=False, on_delete=OnDelete.restrict, index=True)
    id_hash = Bytea(null=True, default=None)
    recorded_at = Timestamptz(default=None)
    one_number = Unique([alliance_id, id_hash])


class ClientRelation(Table, tablename="client_relation"):
    """The organisation serves the person itself; days, both included."""

    id = UUID(primary_key=True)
    organisation_id = ForeignKey(Organisation, null=False, on_delete=OnDelete.restrict)
    person_id = ForeignKey(Person, null=False, on_delete=OnDelete.restrict, index=True)
    valid_from = Date(default=None)
    valid_until = Date(default=None, null=True)
    one_relation = Unique([organisation_id, person_id, valid_from])


class Notice(Table, tablename="notice"):
    """What a person is told before a permission: the widest scope that a permission given on it may have."""

    id = UUID(primary_key=True)
    alliance_id = ForeignKey(Alliance, null=False, on_delete=OnDelete.restrict, index=True)
    code = Text(default=None)
    version = Integer(default=1)
    text_fi = Text(default=None)
    text_sv = Text(default=None)
    text_en = Text(default=None)
    classes = Array(base_column=Text(), default=[])
    purposes = Array(base_column=Text(), default=[])
    longest_days = Integer(default=None)
    one_version = Unique([alliance_id, code, version])


class Basis(Table, tablename="basis"):
    """Why a share is lawful, from one source to named recipients. Without `person_id` it is a registered basis."""

    id = UUID(primary_key=True)
    alliance_id = ForeignKey(Alliance, null=False, on_delete=OnDelete.restrict, index=True)
    kind = Text(default=None)
    state = Text(default=None)
    person_id = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict, index=True)
    source_id = ForeignKey(Organisation, null=False, on_delete=OnDelete.restrict, index=True)
    recipient_ids = Array(base_column=UUID(default=None), default=[])
    classes = Array(base_column=Text(), default=[])
    purposes = Array(base_column=Text(), default=[])
    valid_from = Date(default=None)
    valid_until = Date(default=None, null=True)
    reference = Text(default=None)
    agreement_id = ForeignKey(Agreement, null=True, default=None, on_delete=OnDelete.restrict, index=True)
    notice_id = ForeignKey(Notice, null=True, default=None, on_delete=OnDelete.restrict, index=True)
    language = Text(default=None, null=True)
    recorded_by = UUID(default=None, null=True)
    recorded_at = Timestamptz(default=None)
    ended_at = Timestamptz(default=None, null=True)


class BasisEvent(Table, tablename="basis_event"):
    """One step of a basis through its states; rows are only ever added."""

    id = UUID(primary_key=True)
    basis_id = ForeignKey(Basis, null=False, on_delete=OnDelete.restrict, index=True)
    organisation_id = UUID(default=None)
    user_id = UUID(default=None, null=True)
    at = Timestamptz(default=None)
    from_state = Text(default=None)
    to_state = Text(default=None)
    reason = Text(default="")


class Share(Table, tablename="share"):
    """The right of one organisation to data classes of one person held by another, citing one basis.

    Term in days, both included; opened and ended at instants, half-open.
    """

    id = UUID(primary_key=True)
    person_id = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)
    source_id = ForeignKey(Organisation, null=False, on_delete=OnDelete.restrict, index=True)
    recipient_id = ForeignKey(Organisation, null=False, on_delete=OnDelete.restrict)
    classes = Array(base_column=Text(), default=[])
    purposes = Array(base_column=Text(), default=[])
    valid_from = Date(default=None)
    valid_until = Date(default=None, null=True)
    basis_id = ForeignKey(Basis, null=False, on_delete=OnDelete.restrict, index=True)
    referral_id = UUID(default=None, null=True, index=True)
    opened_at = Timestamptz(default=None)
    ended_at = Timestamptz(default=None, null=True)


class PolicyEntry(Table, tablename="policy_entry"):
    """One line of the alliance's sharing policy: this kind of basis is accepted for this class between these kinds."""

    id = UUID(primary_key=True)
    alliance_id = ForeignKey(Alliance, null=False, on_delete=OnDelete.restrict)
    source_kind = Text(default=None)
    recipient_kind = Text(default=None)
    data_class = Text(default=None)
    purpose = Text(default=None)
    basis_kind = Text(default=None)
    one_line = Unique([alliance_id, source_kind, recipient_kind, data_class, purpose, basis_kind])
