"""Every address that shows records about persons, by kind. A route that is not listed here fails an architecture test,
and every route that is listed is asked in the sharing tests: does it show what its reader may see, and nothing else?
"""

from typing import Literal

import msgspec


class Surface(msgspec.Struct, frozen=True):
    """`shows` is the record whose id the path names, or whose rows are listed or counted; `query` is what it needs to answer.

    A list, search, count or explanation answers with what there is to see, a single record with 404 when it is hidden.
    """

    method: Literal["GET", "POST"]
    path: str
    kind: Literal["list", "single", "count", "search", "explain"]
    shows: Literal["person", "plan", "ability", "permission", "share", "referral", "service_use", "job"]
    query: str = ""


API = "/api/v1"
PAGES = "/o/{org}"
SURFACES = (
    Surface("GET", f"{API}/people", "list", "person"),
    Surface("GET", f"{API}/people/count", "count", "person"),
    Surface("POST", f"{API}/people/search", "search", "person"),
    Surface("GET", f"{API}/people/{{person_id}}", "single", "person"),
    Surface("GET", f"{API}/plans/{{record_id}}", "single", "plan"),
    Surface("GET", f"{API}/abilities/{{record_id}}", "single", "ability"),
    Surface("GET", f"{API}/people/{{person_id}}/permissions", "list", "permission"),
    Surface("GET", f"{API}/people/{{person_id}}/shares", "list", "share"),
    Surface("GET", f"{API}/access/explain", "explain", "person", "person={person_id}&class=plan"),
    Surface("GET", f"{API}/referrals", "list", "referral", "box=received"),
    Surface("GET", f"{API}/referrals/count", "count", "referral", "box=received"),
    Surface("GET", f"{API}/referrals/{{referral_id}}", "single", "referral"),
    Surface("GET", f"{API}/people/{{person_id}}/referrals", "list", "referral"),
    Surface("GET", f"{API}/people/{{person_id}}/service-uses", "list", "service_use"),
    Surface("GET", f"{API}/people/{{person_id}}/jobs", "list", "job"),
    Surface("GET", f"{API}/jobs", "list", "job"),
    Surface("GET", f"{API}/jobs/count", "count", "job"),
    Surface("GET", f"{API}/jobs/{{record_id}}", "single", "job"),
    Surface("GET", PAGES, "list", "referral"),
    Surface("GET", f"{PAGES}/people", "list", "person"),
    Surface("POST", f"{PAGES}/people/search", "search", "person"),
    Surface("GET", f"{PAGES}/people/{{person_id}}", "single", "person"),
    *(
        Surface("GET", f"{PAGES}/people/{{person_id}}/{form}", "single", "person")
        for form in ("contact", "plan", "ability", "permission", "service", "refer", "job")
    ),
    Surface("GET", f"{PAGES}/permissions/{{basis_id}}/withdraw", "single", "permission"),
    Surface("GET", f"{PAGES}/why", "explain", "person", "person={person_id}&class=plan"),
    Surface("GET", f"{PAGES}/referrals", "list", "referral"),
    Surface("GET", f"{PAGES}/referrals/{{referral_id}}", "single", "referral"),
    Surface("GET", f"{PAGES}/referrals/{{referral_id}}/why", "single", "referral"),
    Surface("GET", f"{PAGES}/jobs", "list", "job"),
)

WITHOUT_RECORDS = frozenset(
    {
        "/",
        "/alive",
        "/sign-in/{org}",
        "/auth/{org}/callback",
        f"{PAGES}/people/register",
        f"{API}/session",
        f"{API}/organisations",
        f"{API}/notices/{{code}}",
        f"{API}/audit/seal",
    }
)
"""Addresses that answer a GET without any record about a person."""
