"""What is right for a fact of work. Pure."""

from datetime import date, timedelta

from services.domain.people.rules import Fault, text_faults

EMPLOYMENT_KINDS = (
    "open",
    "subsidised",
    "apprenticeship",
    "leased",
    "micro",
    "light_entrepreneurship",
    "enterprise",
    "co_operative",
)

LARGEST_HOURS_TENTHS = 1680
"""168 hours a week, in tenths of an hour."""
AHEAD_DAYS = 90
"""A job may be recorded before it begins, at most so many days."""


def hours_band(hours_tenths: int) -> str:
    """The band that the fact tells: under 10, 10-17.9, 18-19.9, 20-29.9, 30 or more hours a week.

    18 and 20 hours are the thresholds of the price rules (glossary: HOURS_BELOW_18, HOURS_BELOW_20).
    """
    for limit, band in ((100, "under_10"), (180, "10_18"), (200, "18_20"), (300, "20_30")):
        if hours_tenths < limit:
            return band
    return "30_or_more"


def job_faults(
    *, kind: str, employer: str, hours_tenths: int, started_on: date, ended_on: date | None, today: date
) -> list[Fault]:
    """Every fault of a job as (field, code)."""
    faults = text_faults({"employer": employer}, required=True)
    if kind not in EMPLOYMENT_KINDS:
        faults.append(("kind", "outcomes.kind_unknown"))
    if not 0 < hours_tenths <= LARGEST_HOURS_TENTHS:
        faults.append(("hours_tenths", "outcomes.hours_impossible"))
    if started_on > today + timedelta(days=AHEAD_DAYS):
        faults.append(("started_on", "outcomes.starts_too_far_ahead"))
    if started_on < date(2000, 1, 1):
        faults.append(("started_on", "input.day_too_long_ago"))
    if ended_on is not None and ended_on < started_on:
        faults.append(("ended_on", "input.ends_before_it_starts"))
    return faults
