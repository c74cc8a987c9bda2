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
