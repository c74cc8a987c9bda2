"""The steps of the tour. Each acts as one party and reads the effect back as another; a line says what each party saw."""

import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import uuid4

from services.cli.tour.invented import Invented, somebody
from services.cli.tour.person import Person, Unmet, expect

SEALED_WITHIN = 20.0
"""Seconds that the worker has for sealing the tour's last read."""
PERMITTED_DAYS = 90
CLASSES = ("identity", "contacts", "plans", "abilities")


class Story:
    """Who takes part, and what has happened so far."""

    def __init__(self, url: str, identity_url: str, today: date) -> None:
        """`identity_url` is where the issuers live, "" when only their paths can be checked; `today` the demonstration's day."""
        self.identity_url = identity_url
        self.city = Person(url, "kaupunki", "aino")
        self.firm = Person(url, "voima", "jari")
        self.workshop = Person(url, "paja", "tuula")
        self.college = Person(url, "opisto", "riikka")
        self.officer = Person(url, "kaupunki", "henrik")
        self.client: Invented = somebody()
        self.ids: dict[str, str] = {}
        self.counts: dict[str, int] = {}
        self.today = today

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for person in (self.city, self.firm, self.workshop, self.college, self.officer):
            person.browser.close()


def sign_in(story: Story) -> Iterator[str]:
    """All four parties, each through its own issuer."""
    for person in (story.city, story.firm, story.workshop, story.college, story.officer):
        sent_to = person.sign_in()
        own = f"{story.identity_url}/{person.organisation}/"
        inside = sent_to.startswith(own) if story.identity_url else urlsplit(sent_to).path.startswith(own)
        expect(inside, f"{person.organisation} was sent to {sent_to.split('?')[0]}, which is not its own issuer")
        yield f"{person.organisation}: {person.name} ({person.roles}), by its own issuer"
    members = {one["slug"]: one["id"] for one in story.city.read("/organisations")["organisations"]}
    story.ids |= members
    story.counts = {path: story.workshop.read(path)["count"] for path in ("/people/count", "/jobs/count")}


def register(story: Story) -> Iterator[str]:
    """The city's caseworker takes a jobseeker in, with a plan and an assessment of work ability."""
    story.ids["person"] = person_id = _registered(story.city, story.client, story.client.number)
    story.ids["plan"] = _planned(story, story.city, person_id, "Työ varastossa")
    body = {"assessed_on": str(story.today), "partial": True, "description": "Ei nostoja yli 10 kg"}
    story.ids["ability"] = story.city.act(f"/people/{person_id}/abilities", body)["id"]
    _expect_open(story.city, person_id, *CLASSES)
    yield f"kaupunki: {story.client.name} with contact details, a plan and an assessment of work ability"
    expect(story.firm.status(f"/people/{person_id}") == 404, "voima sees the person before anything was shared")
    yield "voima: 404"


def refused_permission(story: Story) -> Iterator[str]:
    """Another jobseeker permits nothing: the referral goes, with the minimum."""
    other = somebody()
    person_id = _registered(story.city, other, other.number)
    plan_id = _planned(story, story.city, person_id, "Työ keittiössä")
    referral_id = _referred(story, person_id)
    yield f"kaupunki: refers {other.name}, who permits nothing"
    story.firm.act(f"/referrals/{referral_id}/accept")
    _expect_open(story.firm, person_id, "identity", "contacts")
    expect(story.firm.status(f"/plans/{plan_id}") == 404, "voima reads a plan that nobody permitted")
    yield "voima: name, birth date and contact details; plan 404, ability closed"


def refer_with_permission(story: Story) -> Iterator[str]:
    """The client permits plan and ability, and the city refers."""
    story.ids["referral"] = _referred(
        story,
        story.ids["person"],
        permitted=["plan", "ability"],
        permitted_until=str(story.today + timedelta(days=PERMITTED_DAYS)),
    )
    referral = story.city.read(f"/referrals/{story.ids['referral']}")["referral"]["referral"]
    expect(referral["state"] == "offered", f"the referral is {referral['state']}, not offered")
    story.ids["permission"] = referral["permission_id"]
    yield f"kaupunki: offered with {', '.join(referral['classes'])}; permitted: {', '.join(referral['permitted_classes'])}"


def offer_arrives(story: Story) -> Iterator[str]:
    """The firm sees the offer with the name, and nothing more yet."""
    rows = list(story.firm.rows("/referrals?box=received", "referrals"))
    mine = [row for row in rows if row["referral"]["id"] == story.ids["referral"]]
    expect(len(mine) == 1, "voima does not find the offer among its received referrals")
    expect(mine[0]["identity"] is not None, "voima does not see whom the offer is about")
    expect(mine[0]["identity"]["family_name"] == story.client.family_name, "voima sees another name")
    expect(story.firm.status(f"/plans/{story.ids['plan']}") == 404, "voima reads the plan before it has accepted")
    yield f"voima: an offer about {story.client.name}; plan still 404"


def accept(story: Story) -> Iterator[str]:
    """The firm accepts: exactly the shared classes open, each with its basis."""
    story.firm.act(f"/referrals/{story.ids['referral']}/accept")
    _expect_open(story.firm, story.ids["person"], *CLASSES)
    bases = {
        "plan": story.firm.read(f"/plans/{story.ids['plan']}")["basis"]["basis_kind"],
        "ability": story.firm.read(f"/abilities/{story.ids['ability']}")["basis"]["basis_kind"],
        "identity": story.firm.read(f"/people/{story.ids['person']}")["identity"]["basis"]["basis_kind"],
    }
    expected = {"plan": "client_permission", "ability": "client_permission", "identity": "processor_contract"}
    expect(bases == expected, f"voima sees on other bases: {bases}")
    number = story.firm.read(f"/access/explain?person={story.ids['person']}&class=identity_number")
    expect(not number["allowed"], "voima may read the identity number")
    yield "voima: name, contact by processor contract; plan, ability by the client's permission; no identity number"
    state = story.city.read(f"/referrals/{story.ids['referral']}")["referral"]["referral"]["state"]
    expect(state == "accepted", f"kaupunki sees the referral as {state}")
    yield "kaupunki: the referral is accepted"


def job(story: Story) -> Iterator[str]:
    """The firm records a job; the city reads the fact of it."""
    body = {"employer": "Lakeuden Varasto Oy", "started_on": str(story.today), "hours_tenths": 375}
    story.ids["job"] = story.firm.act(f"/people/{story.ids['person']}/jobs", {**body, "monthly_pay_cents": 235000})[
        "id"
    ]
    yield "voima: a job of 37.5 hours a week"
    fact = story.city.read(f"/jobs/{story.ids['job']}")
    expect(fact["hours_band"] == "30_or_more", f"kaupunki reads the hours as {fact['hours_band']}")
    expect(fact["detail"] is None, "kaupunki reads employer and pay, which it needs only for verifying")
    listed = [row["employment"]["id"] for row in story.city.rows("/jobs", "jobs")]
    expect(story.ids["job"] in listed, "kaupunki does not find the job in its list")
    yield "kaupunki: employed since today, 30 hours or more; not the employer, not the pay"


def workshop_sees_nothing(story: Story) -> Iterator[str]:
    """The workshop has no basis: not found, not listed, not counted; explain says why."""
    person_id, stranger = story.ids["person"], uuid4()
    for path in (f"/plans/{story.ids['plan']}", f"/abilities/{story.ids['ability']}", f"/jobs/{story.ids['job']}"):
        expect(
            story.workshop.answer_to(path) == story.workshop.answer_to(f"{path.rsplit('/', 1)[0]}/{stranger}"),
            f"paja is told something by {path.split('/')[1]}",
        )
    for path in (f"/people/{person_id}", f"/plans/{story.ids['plan']}", f"/referrals/{story.ids['referral']}"):
        expect(story.workshop.status(path) == 404, f"paja reads {path.split('/')[1]}")
    for part, key in (("shares", "shares"), ("jobs", "jobs"), ("service-uses", "service_uses")):
        expect(story.workshop.read(f"/people/{person_id}/{part}")[key] == [], f"paja sees {part} of the person")
    expect(not _is_listed(story.workshop, person_id), "paja has the person in its list")
    expect(not _is_found(story.workshop, story.client, person_id), "paja finds the person by name")
    counts = {path: story.workshop.read(path)["count"] for path in story.counts}
    expect(counts == story.counts, f"paja's counts changed from {story.counts} to {counts}")
    yield "paja: 404, not in the list, not found by name, counts unchanged"
    steps = _explained(story.workshop, person_id, "plan")
    expect("nothing_shared" in steps, f"paja is told {', '.join(steps)}")
    yield f"paja asks why: {', '.join(steps)}"


def withdraw(story: Story) -> Iterator[str]:
    """The client withdraws the permission: plan and ability close at once, the minimum stays."""
    story.city.act(f"/permissions/{story.ids['permission']}/withdraw")
    yield "kaupunki: the permission is withdrawn"
    for part, record in (("plans", "plan"), ("abilities", "ability")):
        hidden, unknown = (story.firm.answer_to(f"/{part}/{one}") for one in (story.ids[record], uuid4()))
        expect(hidden[0] == 404, f"voima still reads the {record}: {hidden[0]}")
        expect(hidden == unknown, f"voima can tell the closed {record} from one that never was")
    _expect_open(story.firm, story.ids["person"], "identity", "contacts")
    closed = story.firm.read(f"/people/{story.ids['person']}")["closed"]
    for record in ("plan", "ability"):
        codes = [step["code"] for step in closed.get(record, ())]
        expect("permission_withdrawn" in codes, f"voima's page says of the {record}: {', '.join(codes)}")
    page = story.firm.page(f"/people/{story.ids['person']}")
    expect(story.client.family_name in page, "voima's page does not show the name any more")
    expect(
        page.count("The permission ended") == 2,
        "voima's page does not say of plan and ability that the permission ended",
    )
    expect(_is_listed(story.firm, story.ids["person"]), "voima lost the person from its list")
    yield 'voima: plan and ability 404; the page is open, both closed with "permission ended"; the minimum stays'
    _expect_open(story.city, story.ids["person"], *CLASSES)
    yield "kaupunki: keeps everything it holds"


def permission_alone(story: Story) -> Iterator[str]:
    """A person whom the workshop shows to the college on permission alone, and then no more."""
    other = somebody()
    person_id = _registered(story.workshop, other, "")
    plan_id = _planned(story, story.workshop, person_id, "Opiskelupaikka")
    body = {
        "recipient_ids": [story.ids["opisto"]],
        "classes": ["identity", "contact", "plan"],
        "purposes": ["referral", "service_delivery"],
        "valid_until": str(story.today + timedelta(days=PERMITTED_DAYS)),
    }
    before = story.college.read("/people/count")["count"]
    permission_id = story.workshop.act(f"/people/{person_id}/permissions", body)["id"]
    _expect_open(story.college, person_id, "identity", "contacts", "plans")
    expect(_is_listed(story.college, person_id), "opisto does not list the person whom paja shows")
    expect(_is_found(story.college, other, person_id), "opisto does not find the person whom paja shows")
    expect(story.college.read("/people/count")["count"] == before + 1, "opisto does not count the person")
    yield f"opisto: {other.name} with contact details and plan, listed, found, counted"
    story.workshop.act(f"/permissions/{permission_id}/withdraw")
    for path in (f"/people/{person_id}", f"/plans/{plan_id}"):
        expect(story.college.status(path) == 404, f"opisto still reads {path.split('/')[1]} after the withdrawal")
    expect(not _is_listed(story.college, person_id), "opisto still lists the person")
    expect(not _is_found(story.college, other, person_id), "opisto still finds the person")
    expect(story.college.read("/people/count")["count"] == before, "opisto still counts the person")
    expect(story.college.read(f"/people/{person_id}/jobs")["jobs"] == [], "opisto still sees jobs")
    yield "opisto, after the withdrawal: 404, not listed, not found, not counted"


def log_is_sealed(story: Story) -> Iterator[str]:
    """The worker seals every read of this tour into the chain; the privacy officer watches."""
    asked = story.officer.read("/audit/seal")
    wanted, state, until = asked["sealed_rows"] + asked["waiting_rows"], asked, time.monotonic() + SEALED_WITHIN
    while state["sealed_rows"] < wanted:
        if time.monotonic() > until:
            raise Unmet(
                f"{state['waiting_rows']} reads are not sealed after {SEALED_WITHIN:.0f} s: does the worker run?"
            )
        time.sleep(0.25)
        state = story.officer.read("/audit/seal")
    expect(wanted > 0, "no read was logged")
    yield f"{story.officer.name}: {state['sealed_rows']} reads sealed in {state['newest_link']} links, the tour's among them"


STEPS: tuple[tuple[str, Callable[[Story], Iterator[str]]], ...] = (
    ("sign in, each through its own issuer", sign_in),
    ("register a person", register),
    ("a refused permission still sends the minimum", refused_permission),
    ("permission and referral", refer_with_permission),
    ("the firm sees the offer", offer_arrives),
    ("the firm accepts and sees exactly what is shared", accept),
    ("the firm records a job, the city reads it", job),
    ("the workshop sees nothing", workshop_sees_nothing),
    ("a withdrawn permission closes plan and ability", withdraw),
    ("a person shared by permission alone disappears", permission_alone),
    ("the log of reads is sealed", log_is_sealed),
)


def _registered(person: Person, who: Invented, number: str) -> str:
    body = {"given_name": who.given_name, "family_name": who.family_name, "phone": "040 555 0100", "number": number}
    return str(person.act("/people", {**body, "birth_date": str(who.birth_date)})["person_id"])


def _planned(story: Story, person: Person, person_id: str, goal: str) -> str:
    return str(person.act(f"/people/{person_id}/plans", {"made_on": str(story.today), "goal": goal})["id"])


def _referred(story: Story, person_id: str, **permission: Any) -> str:
    body = {"person_id": person_id, "receiver_id": story.ids["voima"], "service": "job_coaching"}
    return str(story.city.act("/referrals", {**body, "reason": "Työvalmennus", **permission})["id"])


def _expect_open(person: Person, person_id: str, *classes: str) -> None:
    shown = person.read(f"/people/{person_id}")
    found = [name for name in CLASSES if shown[name]]
    expect(found == list(classes), f"{person.organisation} sees {', '.join(found)} and not {', '.join(classes)}")


def _is_listed(person: Person, person_id: str) -> bool:
    return any(row["person_id"] == person_id for row in person.rows("/people", "people"))


def _is_found(person: Person, who: Invented, person_id: str) -> bool:
    body = {"name": f"{who.family_name} {who.given_name}", "birth_date": str(who.birth_date)}
    return any(row["person_id"] == person_id for row in person.act("/people/search", body)["people"])


def _explained(person: Person, person_id: str, data_class: str) -> list[str]:
    told = person.read(f"/access/explain?person={person_id}&class={data_class}")
    expect(not told["allowed"], f"{person.organisation} may see {data_class}")
    return [step["code"] for step in told["missing"]]
