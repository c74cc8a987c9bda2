"""The words of the field for the codes of the domain. English here, translated by the catalogues."""

from collections.abc import Iterable

from services.api.languages import mark, texts_in

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
        "appeal_reviewer": mark("Appeal reviewer"),
        "hr": mark("Human resources"),
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
        "municipality": mark("Municipality"),
        "wellbeing_county": mark("Wellbeing services county"),
        "kela": mark("Social insurance institution"),
        "activity_centre": mark("Activity centre"),
        "coaching_firm": mark("Coaching firm"),
        "association": mark("Association"),
        "social_enterprise": mark("Social enterprise"),
        "guidance_centre": mark("Guidance centre"),
        "outreach_youth_work": mark("Outreach youth work"),
        "business_service": mark("Business service"),
        "other_authority": mark("Other authority"),
    },
    "service": {
        "expert_assessment": mark("Expert assessment"),
        "career_guidance": mark("Career guidance"),
        "job_search_coaching": mark("Job search coaching"),
        "career_coaching": mark("Career coaching"),
        "job_coaching": mark("Job coaching"),
        "training_trial": mark("Training trial"),
        "work_trial": mark("Work trial"),
        "labour_market_training": mark("Labour market training"),
        "benefit_supported_study": mark("Studies on unemployment benefit"),
        "integration_training": mark("Integration training"),
        "rehab_work": mark("Rehabilitative work"),
        "social_rehabilitation": mark("Social rehabilitation"),
        "workshop_period": mark("Workshop period"),
        "supported_employment": mark("Supported employment"),
    },
    "employment_kind": {
        "open": mark("Job on the open market"),
        "subsidised": mark("Job with wage subsidy"),
        "apprenticeship": mark("Apprenticeship"),
        "leased": mark("Work through a staffing firm"),
        "micro": mark("Occasional or on-call work"),
        "light_entrepreneurship": mark("Light entrepreneurship"),
        "enterprise": mark("Own enterprise"),
        "co_operative": mark("Work in a co-operative"),
    },
    "hours_band": {
        "under_10": mark("under 10 hours a week"),
        "10_18": mark("10 to under 18 hours a week"),
        "18_20": mark("18 to under 20 hours a week"),
        "20_30": mark("20 to under 30 hours a week"),
        "30_or_more": mark("30 hours a week or more"),
    },
    "reject_reason": {
        "at_capacity": mark("No places free"),
        "not_eligible": mark("Does not meet the conditions of the service"),
        "wrong_service": mark("Another service fits better"),
        "client_declined": mark("The client does not want the service"),
        "no_basis": mark("No basis for handling the information"),
        "other": mark("Another reason"),
    },
    "cancel_reason": {
        "client_declined": mark("The client does not want the service"),
        "wrong_receiver": mark("Sent to the wrong organisation"),
        "other_service": mark("The client goes to another service"),
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


def in_order(codes: Iterable[str], kind: str) -> list[str]:
    """Codes in the order in which people read them: name before contact, contact before plan."""
    return sorted(codes, key=list(WORDS[kind]).index)


def choices(kind: str, codes: Iterable[str], language: str) -> list[tuple[str, str]]:
    """Codes with their words in a reader's language, as a form takes them."""
    return [(code, texts_in(language).gettext(word(kind, code))) for code in codes]
