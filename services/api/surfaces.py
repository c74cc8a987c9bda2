"""Every address that shows records about persons, by kind. A route that is not listed here fails an architecture test,
and every route that is listed is asked in the sharing tests: does it show what its reader may see, and nothing else?
"""

from typing import Literal

import msgspec


class Surface(msgspec.Struct, frozen=True):
    """`shows` is the record whose id the path names, or whose rows are listed or counted; `query` is what it needs to answer."""

    method: Literal["GET", "POST"]
    path: str
    kind: Literal["list", "single", "count", "search", "explain", "page"]
    shows: Literal["person", "plan", "ability", "permission", "share", "referral", "service_use", "job"]
    query: str = ""


API = "/api/v1"
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
)

WITHOUT_RECORDS = frozenset(
    {
        "/alive",
        "/sign-in/{org}",
        "/auth/{org}/callback",
        f"{API}/session",
        f"{API}/organisations",
        f"{API}/notices/{{code}}",
        f"{API}/audit/seal",
    }
)
"""Addresses that answer a GET without any record about a person."""
