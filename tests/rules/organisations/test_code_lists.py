"""The lists are the glossary's, and every list that speaks of roles or kinds speaks of these."""

from services.domain.organisations.rules import ROLES, OrganisationKind, Role
from services.domain.sharing.rules import READERS, DataClass, Purpose

ROLES_OF_GLOSSARY = """caseworker coach guidance_counsellor procurement approver finance org_admin privacy_officer
appeal_reviewer hr"""
KINDS_OF_GLOSSARY = """employment_authority municipality wellbeing_county kela workshop activity_centre
vocational_college staffing_firm coaching_firm association social_enterprise guidance_centre outreach_youth_work
business_service other_authority"""
CLASSES_OF_GLOSSARY = """identity identity_number contact jobseeking plan service_use attainment employment_fact
employment_detail ability notes documents money"""
PURPOSES_OF_GLOSSARY = "referral service_delivery outcome_verification payment follow_up statistics matching"


def test_roles() -> None:
    assert sorted(ROLES_OF_GLOSSARY.split()) == sorted(ROLES) == sorted(Role)


def test_organisation_kinds() -> None:
    assert list(OrganisationKind) == KINDS_OF_GLOSSARY.split()


def test_every_class_has_readers_and_only_known_roles_read() -> None:
    assert set(READERS) == set(DataClass)
    assert all(readers and readers <= ROLES for readers in READERS.values())


def test_classes_and_purposes_are_words_of_the_glossary() -> None:
    assert set(DataClass) <= set(CLASSES_OF_GLOSSARY.split())
    assert sorted(Purpose) == sorted(PURPOSES_OF_GLOSSARY.split())
