"""What is stored about the alliance, its members and their workers."""

from piccolo.columns import UUID, Array, Boolean, Date, ForeignKey, Integer, OnDelete, Text, Timestamptz
from piccolo.constraints import Unique
from piccolo.table import Table


class Alliance(Table, tablename="alliance"):
    id = UUID(primary_key=True)
    slug = Text(default=None, unique=True)
    name = Text(default=None)
    theme_colour = Text(default=None)


class Organisation(Table, tablename="organisation"):
    """A member. `kind` is one of the glossary's organisation kinds; membership is half-open [from, until)."""

    id = UUID(primary_key=True)
    alliance_id = ForeignKey(Alliance, null=False, on_delete=OnDelete.restrict, index=True)
    slug = Text(default=None, unique=True)
    kind = Text(default=None)
    name = Text(default=None)
    business_id = Text(default=None)
    services = Array(base_column=Text(), default=[])
    member_from = Timestamptz(default=None)
    member_until = Timestamptz(default=None, null=True)


class Connection(Table, tablename="connection"):
    """A member's own OpenID Connect provider. The secret is named, never stored."""

    id = UUID(primary_key=True)
    organisation_id = ForeignKey(Organisation, null=False, on_delete=OnDelete.restrict, unique=True)
    issuer = Text(default=None)
    client_id = Text(default=None)
    secret_name = Text(default=None)
    scope = Text(default=None)
    algorithms = Array(base_column=Text(), default=[])
    enabled = Boolean(default=True)


class Human(Table, tablename="human"):
    """One human being above the accounts: four-eyes rules follow the human, not the account."""

    id = UUID(primary_key=True)


class Account(Table, tablename="account"):
    """A human's sign-in at one organisation, known by (organisation, issuer, sub), never by e-mail."""

    id = UUID(primary_key=True)
    human_id = ForeignKey(Human, null=False, on_delete=OnDelete.restrict, index=True)
    organisation_id = ForeignKey(Organisation, null=False, on_delete=OnDelete.restrict, index=True)
    issuer = Text(default=None)
    sub = Text(default=None)
    name = Text(default=None)
    email = Text(default=None)
    roles = Array(base_column=Text(), default=[])
    disabled_at = Timestamptz(default=None, null=True)
    one_identity = Unique([organisation_id, issuer, sub])


class Agreement(Table, tablename="agreement"):
    """The frame between a buyer and one provider: parties and term, both days included. Prices are versions of their own."""

    id = UUID(primary_key=True)
    alliance_id = ForeignKey(Alliance, null=False, on_delete=OnDelete.restrict, index=True)
    number = Text(default=None, unique=True)
    buyer_id = ForeignKey(Organisation, null=False, on_delete=OnDelete.restrict, index=True)
    provider_id = ForeignKey(Organisation, null=False, on_delete=OnDelete.restrict, index=True)
    valid_from = Date(default=None)
    valid_until = Date(default=None)


class Persona(Table, tablename="persona"):
    """A card of the demonstration's start page: whose day it tells, in three languages. Empty in production."""

    account_id = ForeignKey(Account, primary_key=True, null=False, on_delete=OnDelete.cascade)
    position = Integer(default=None)
    today_fi = Text(default=None)
    today_sv = Text(default=None)
    today_en = Text(default=None)
