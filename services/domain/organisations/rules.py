"""What a worker may be."""

from enum import StrEnum


class Role(StrEnum):
    """Roles of workers (glossary, roles). An account may have several; one without any sees nothing."""

    CASEWORKER = "caseworker"
    COACH = "coach"
    GUIDANCE_COUNSELLOR = "guidance_counsellor"
    PROCUREMENT = "procurement"
    APPROVER = "approver"
    FINANCE = "finance"
    ORG_ADMIN = "org_admin"
    PRIVACY_OFFICER = "privacy_officer"
    APPEAL_REVIEWER = "appeal_reviewer"
    HR = "hr"


ROLES = frozenset(Role)


class OrganisationKind(StrEnum):
    """Kinds of member (glossary, organisation kinds); the sharing policy speaks of kinds, never of single members."""

    EMPLOYMENT_AUTHORITY = "employment_authority"
    MUNICIPALITY = "municipality"
    WELLBEING_COUNTY = "wellbeing_county"
    KELA = "kela"
    WORKSHOP = "workshop"
    ACTIVITY_CENTRE = "activity_centre"
    VOCATIONAL_COLLEGE = "vocational_college"
    STAFFING_FIRM = "staffing_firm"
    COACHING_FIRM = "coaching_firm"
    ASSOCIATION = "association"
    SOCIAL_ENTERPRISE = "social_enterprise"
    GUIDANCE_CENTRE = "guidance_centre"
    OUTREACH_YOUTH_WORK = "outreach_youth_work"
    BUSINESS_SERVICE = "business_service"
    OTHER_AUTHORITY = "other_authority"
