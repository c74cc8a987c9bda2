"""What is stored about outcomes: facts, split by data class."""

from piccolo.columns import UUID, BigInt, Date, ForeignKey, OnDelete, Text, Timestamptz
from piccolo.table import Table

from services.domain.organisations.tables import Organisation
from services.domain.sharing.tables import Person


class EmploymentFact(Table, tablename="employment_fact"):
    """Class employment_fact: employed or not, since when, hours a week as a band. No employer, no pay."""

    id = UUID(primary_key=True)
    owner_id = ForeignKey(Organisation, null=False, on_delete=OnDelete.restrict, index=True)
    person_id = ForeignKey(Person, null=False, on_delete=OnDelete.restrict, index=True)
    started_on = Date(default=None)
    ended_on = Date(default=None, null=True)
    hours_band = Text(default=None)
    kind = Text(default=None)
    recorded_by = UUID(default=None, null=True)
    recorded_at = Timestamptz(default=None)


class EmploymentDetail(Table, tablename="employment_detail"):
    """Class employment_detail of one fact: employer, weekly hours in tenths, monthly pay in cents."""

    id = UUID(primary_key=True)
    owner_id = ForeignKey(Organisation, null=False, on_delete=OnDelete.restrict, index=True)
    person_id = ForeignKey(Person, null=False, on_delete=OnDelete.restrict, index=True)
    fact_id = ForeignKey(EmploymentFact, null=False, on_delete=OnDelete.restrict, unique=True)
    employer = Text(default=None)
    hours_tenths = BigInt(default=None)
    monthly_pay_cents = BigInt(default=None, null=True)
    recorded_by = UUID(default=None, null=True)
    recorded_at = Timestamptz(default=None)


class EmploymentFinder(Table, tablename="employment_finder"):
    """Finds the employment facts that others share with an organisation; never decides. Filled by triggers only."""

    id = UUID(primary_key=True)
    organisation_id = UUID(default=None)
    record_id = UUID(default=None, index=True)
    share_id = UUID(default=None, index=True)
    person_id = UUID(default=None)
    started_on = Date(default=None)
    valid_until = Date(default=None, null=True)
