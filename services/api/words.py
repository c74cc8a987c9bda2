"""The words of the field for the codes of the domain. English here, translated by the catalogues."""

from services.api.languages import mark

WORDS = {
    "role": {
        "caseworker": mark("Caseworker"),
        "coach": mark("Coach"),
        "guidance_counsellor": mark("Guidance counsellor"),
        "procurement": mark("Procurement"),
        "finance": mark("Finance"),
        "approver": mark("Approver"),
        "org_admin": mark("Organisation administrator"),
        "privacy_officer": mark("Privacy officer"),
    },
    "referral_state": {
        "offered": mark("Offered"),
        "accepted": mark("Accepted"),
        "rejected": mark("Rejected"),
        "cancelled": mark("Cancelled"),
        "expired": mark("Expired"),
    },
    "data_class": {
        "identity": mark("Name and birth date"),
        "identity_number": mark("Identity number"),
        "contact": mark("Contact details"),
        "plan": mark("Plan"),
        "service_use": mark("Use of services"),
        "employment_fact": mark("Fact of employment"),
        "employment_detail": mark("Details of employment"),
        "ability": mark("Ability to work and function"),
    },
    "purpose": {
        "referral": mark("Referral"),
        "service_delivery": mark("Delivering the service"),
        "outcome_verification": mark("Verifying outcomes"),
        "payment": mark("Payment"),
        "follow_up": mark("Follow-up"),
        "statistics": mark("Statistics"),
        "matching": mark("Matching with jobs"),
    },
    "basis": {
        "own": mark("Own record"),
        "party": mark("Party to the referral"),
        "statutory_task": mark("Statutory task"),
        "processor_contract": mark("Processor contract"),
        "client_permission": mark("Client's permission"),
        "consent": mark("Consent"),
        "vital_interest": mark("Vital interest"),
    },
    "basis_state": {
        "requested": mark("Requested"),
        "given": mark("Given"),
        "refused": mark("Refused"),
        "replaced": mark("Replaced"),
        "expired": mark("Expired"),
        "withdrawn": mark("Withdrawn"),
        "invalidated": mark("Invalidated"),
        "registered": mark("Registered"),
        "active": mark("In force"),
        "challenged": mark("Challenged"),
        "ended": mark("Ended"),
    },
    "organisation_kind": {
        "employment_authority": mark("Employment authority"),
        "workshop": mark("Workshop"),
        "vocational_college": mark("Vocational college"),
        "staffing_firm": mark("Staffing firm"),
    },
    "reject_reason": {
        "at_capacity": mark("No places free"),
        "not_eligible": mark("Does not meet the conditions of the service"),
        "wrong_service": mark("Another service fits better"),
        "client_declined": mark("The client does not want the service"),
        "no_basis": mark("No basis for handling the information"),
        "other": mark("Another reason"),
    },
}

# How a state of a referral is coloured; the text beside it always says the same.
STATE_COLOURS = {
    "offered": "info",
    "accepted": "success",
    "rejected": "danger",
}


def word(kind: str, code: str) -> str:
    """The English text for a code; raises KeyError for one without a word, so that no raw code reaches a reader."""
    return WORDS[kind][code]
