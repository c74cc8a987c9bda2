"""The first half of the main job, through HTTP as all four organisations: each effect is read back as another party."""

from typing import Any
from uuid import uuid4

from tests.support.closed import assert_nothing_known
from tests.support.outcomes import a_job
from tests.support.party import Party
from tests.support.people import a_person, a_plan, an_ability, an_artificial_number
from tests.support.referrals import a_referral, an_accepted_referral
from tests.support.sharing import a_permission

FIND = {"name": "virtasalmi ilona", "birth_date": "1990-05-04"}


async def open_classes(party: Party, person_id: str) -> dict[str, bool]:
    """Which classes of the person page show something."""
    shown = await party.read(f"/people/{person_id}")
    return {name: bool(shown[name]) for name in ("identity", "contacts", "plans", "abilities")}


async def explained(party: Party, person_id: str, data_class: str, **more: Any) -> dict[str, Any]:
    told = await party.read("/access/explain", person=person_id, **{"class": data_class}, **more)
    return dict(told)


async def test_refused_permission_still_sends_the_minimum(city: Party, firm: Party) -> None:
    person_id = await a_person(city, number=an_artificial_number())
    await a_plan(city, person_id)
    await an_ability(city, person_id)
    referral_id = await a_referral(city, person_id, firm)

    (offer,) = await firm.list_of("/referrals", "referrals", box="received")
    assert offer["referral"]["id"] == referral_id
    assert offer["identity"]["family_name"] == "Virtasalmi"
    assert offer["referral"]["classes"] == ["contact", "identity", "service_use"]
    # The offer alone shows the name, for deciding; delivering the service has not begun.
    assert (await firm.get(f"/people/{person_id}")).status_code == 404

    await firm.do(f"/referrals/{referral_id}/accept")
    assert await open_classes(firm, person_id) == {
        "identity": True,
        "contacts": True,
        "plans": False,
        "abilities": False,
    }
    shown = await firm.read(f"/people/{person_id}")
    assert shown["contacts"][0]["phone"] == "040 1234567"
    assert shown["identity"]["basis"]["basis_kind"] == "processor_contract"
    assert "class_not_shared" in [step["code"] for step in shown["closed"]["plan"]]


async def test_main_job(city: Party, firm: Party, workshop: Party, college: Party) -> None:
    person_id = await a_person(city, number=an_artificial_number())
    plan_id, ability_id = await a_plan(city, person_id), await an_ability(city, person_id)
    referral_id = await an_accepted_referral(city, person_id, firm, "plan", "ability")

    # The firm sees exactly the shared classes, each on its own basis.
    assert await open_classes(firm, person_id) == dict.fromkeys(("identity", "contacts", "plans", "abilities"), True)
    plan = await firm.read(f"/plans/{plan_id}")
    assert (plan["goal"], plan["basis"]["basis_kind"]) == ("Työ varastossa", "client_permission")
    assert (await firm.read(f"/abilities/{ability_id}"))["basis"]["basis_kind"] == "client_permission"
    number = await explained(firm, person_id, "identity_number")
    assert not number["allowed"]

    # It records a job; the city reads the fact, not the employer or the pay.
    job_id = await a_job(firm, person_id)
    job = await city.read(f"/jobs/{job_id}")
    assert (job["hours_band"], job["detail"]) == ("30_or_more", None)
    assert job["basis"]["basis_kind"] == "processor_contract"
    assert [row["employment"]["id"] for row in await city.list_of("/jobs", "jobs")] == [job_id]
    assert await city.read("/jobs/count") == {"count": 1}
    assert (await firm.read(f"/jobs/{job_id}"))["detail"]["employer"] == "Varasto Oy"
    uses = await city.list_of(f"/people/{person_id}/service-uses", "service_uses")
    assert [(use["service"], use["owner_id"]) for use in uses] == [("job_coaching", str(firm.id))]

    # The workshop sees nothing by any route, and is told why in words it may know.
    (permission,) = await city.list_of(f"/people/{person_id}/permissions", "permissions")
    records = {"plan": plan_id, "ability": ability_id, "referral": referral_id, "job": job_id}
    records["permission"] = permission["id"]
    for stranger in (workshop, college):
        await assert_nothing_known(stranger, person_id, records, FIND)
    why = await explained(workshop, person_id, "plan")
    assert [step["code"] for step in why["missing"]] == ["nothing_shared", "class_not_shared", "class_needs"]
    assert all(step["text"] for step in why["missing"])

    # The permission is withdrawn: the firm's next read of plan and ability is the answer for an unknown id.
    assert (await firm.post(f"/permissions/{permission['id']}/withdraw")).status_code == 403
    ended = await city.do(f"/permissions/{permission['id']}/withdraw")
    assert ended["state"] == "withdrawn"
    for path in ("plans", "abilities"):
        hidden = await firm.get(f"/{path}/{plan_id if path == 'plans' else ability_id}")
        unknown = await firm.get(f"/{path}/{uuid4()}")
        assert (hidden.status_code, hidden.content) == (404, unknown.content)
        assert dict(hidden.headers) == dict(unknown.headers)

    # The page stays open through the minimum and says that the permission ended; the city keeps everything.
    assert await open_classes(firm, person_id) == {
        "identity": True,
        "contacts": True,
        "plans": False,
        "abilities": False,
    }
    shown = await firm.read(f"/people/{person_id}")
    assert {name: steps[0]["code"] for name, steps in shown["closed"].items()} == {
        "plan": "permission_withdrawn",
        "ability": "permission_withdrawn",
    }
    assert await open_classes(city, person_id) == dict.fromkeys(("identity", "contacts", "plans", "abilities"), True)
    again = await city.post(f"/permissions/{permission['id']}/withdraw")
    assert (again.status_code, again.json()["code"]) == (409, "sharing.not_given")


async def test_person_shared_by_permission_alone_disappears(city: Party, workshop: Party, college: Party) -> None:
    person_id = await a_person(workshop)
    plan_id = await a_plan(workshop, person_id)
    job_id = await a_job(workshop, person_id)
    permission_id = await a_permission(workshop, person_id, college, "identity", "contact", "plan")

    assert [one["person_id"] for one in await college.list_of("/people", "people")] == [person_id]
    assert await college.read("/people/count") == {"count": 1}
    found = await college.do("/people/search", FIND)
    assert [one["person_id"] for one in found["people"]] == [person_id]
    assert (await college.read(f"/plans/{plan_id}"))["basis"]["basis_kind"] == "client_permission"
    told = await explained(college, person_id, "plan", organisation=workshop.id)
    assert (told["allowed"], told["line"], told["basis"]["id"]) == (True, "share", permission_id)

    await workshop.do(f"/permissions/{permission_id}/withdraw")

    records = {"plan": plan_id, "job": job_id}
    assert (await college.get(f"/people/{person_id}")).status_code == 404
    assert (await college.get(f"/plans/{plan_id}")).status_code == 404
    assert await college.list_of("/people", "people") == []
    assert await college.read("/people/count") == {"count": 0}
    assert (await college.do("/people/search", FIND))["people"] == []
    assert await college.list_of("/jobs", "jobs") == []
    why = await explained(college, person_id, "plan")
    assert [step["code"] for step in why["missing"]] == ["permission_withdrawn", "class_needs"]
    assert (await workshop.read(f"/people/{person_id}"))["plans"][0]["id"] == plan_id
    await assert_nothing_known(city, person_id, records, FIND)
