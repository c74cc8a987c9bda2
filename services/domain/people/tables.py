"""What is stored about a person, one table per data class: PostgreSQL filters rows, not fields."""

from piccolo.columns import UUID, Boolean, Bytea, Date, ForeignKey, OnDelete, Text, Timestamptz
from piccolo.constraints import Unique
from piccolo.table import Table

from services.domain.organisations.tables import Organisation
from services.domain.sharing.tables import Person


class CardIdentity(Table, tablename="card_identity"):
    """Class identity: the name and birth date that one organisation holds. `sort_name` is folded for search."""

    id = UUID(primary_key=True)
    owner_id = ForeignKey(Organisation, null=False, on_delete=OnDelete.restrict)
    person_id = ForeignKey(Person, null=False, on_delete=OnDelete.restrict, index=True)
    given_name = Text(default=None)
    family_name = Text(default=None)
    birth_date = Date(default=None)
    sort_name = Text(default=None)
    recorded_by = UUID(default=None, null=True)
    recorded_at = Timestamptz(default=None)
    one_identity_card = Unique([owner_id, person_id])


class CardNumber(Table, tablename="card_number"):
    """Class identity_number: the identity number, sealed; readable only through the act that logs it."""

    id = UUID(primary_key=True)
    owner_id = ForeignKey(Organisation, null=False, on_delete=OnDelete.restrict)
    person_id = ForeignKey(Person, null=False, on_delete=OnDelete.restrict, index=True)
    sealed = Bytea()
    recorded_by = UUID(default=None, null=True)
    recorded_at = Timestamptz(default=None)
    one_number_card = Unique([owner_id, person_id])


class CardContact(Table, tablename="card_contact"):
    """Class contact."""

    id = UUID(primary_key=True)
    owner_id = ForeignKey(Organisation, null=False, on_delete=OnDelete.restrict)
    person_id = ForeignKey(Person, null=False, on_delete=OnDelete.restrict, index=True)
    phone = Text(default="")
    email = Text(default="")
    address = Text(default="")
    recorded_by = UUID(default=None, null=True)
    recorded_at = Timestamptz(default=None)
    one_contact_card = Unique([owner_id, person_id])


class Plan(Table, tablename="plan"):
    """Class plan: what has been agreed with the person, as made on a day."""

    id = UUID(primary_key=True)
    owner_id = ForeignKey(Organisation, null=False, on_delete=OnDelete.restrict, index=True)
    person_id = ForeignKey(Person, null=False, on_delete=OnDelete.restrict, index=True)
    made_on = Date(default=None)
    goal = Text(default=None)
    steps = Text(default="")
    recorded_by = UUID(default=None, null=True)
    recorded_at = Timestamptz(default=None)


class Ability(Table, tablename="ability"):
    """Class ability, a special category (GDPR 9): partial work ability and what it means at work."""

    id = UUID(primary_key=True)
    owner_id = ForeignKey(Organisation, null=False, on_delete=OnDelete.restrict, index=True)
    person_id = ForeignKey(Person, null=False, on_delete=OnDelete.restrict, index=True)
    assessed_on = Date(default=None)
    partial = Boolean(default=False)
    description = Text(default="")
    recorded_by = UUID(default=None, null=True)
    recorded_at = Timestamptz(default=None)


class CardFinder(Table, tablename="card_finder"):
    """Finds the identity cards that others share with an organisation; never decides. Filled by triggers only."""

    id = UUID(primary_key=True)
    organisation_id = UUID(default=None)
    record_id = UUID(default=None, index=True)
    share_id = UUID(default=None, index=True)
    person_id = UUID(default=None)
    recorded_at = Timestamptz(default=None)
    valid_until = Date(default=None, null=True)
