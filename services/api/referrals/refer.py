"""Refer a client in three steps: to which service, what is shared, and the whole as the receiver will see it.

The first two steps are forms that ask: their answers, codes and days only, travel in the address, so going back keeps
them. Everything is checked anew by the act itself.
"""

from datetime import date
from typing import Any, Literal
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from services.api.form_faults import form_state, typed_form
from services.api.formats import day
from services.api.forms import read_form, read_query
from services.api.languages import mark
from services.api.navigation import shell_in
from services.api.pages import FormState, Shell, render
from services.api.people.pages import Page, served_identity
from services.api.request import acting, session_of
from services.api.sharing.pages import MONTHS, choosable, in_months
from services.api.words import choices, in_order, word
from services.domain.organisations.queries import Member, members
from services.domain.people.access import IdentityView
from services.domain.people.queries import person
from services.domain.referrals.actions import OfferReferral, offer_referral
from services.domain.referrals.queries import service_uses
from services.domain.referrals.rules import PERMITTED_BY_PERSON, Shown, deadline_of, shown_classes
from services.domain.sharing.actions import PERMISSION_NOTICE
from services.domain.sharing.permittable import permittable
from services.domain.sharing.queries import BasisView, NoticeView, contract_between, notice
from services.domain.sharing.rules import MINIMUM_CLASSES, Purpose, permission_faults
from services.kit.clock import day_of
from services.kit.db.context import ActingContext
from services.kit.db.unit import unit_of_work
from services.kit.errors import Conflict, Invalid, Reason

Connection = Request[Any, Any, Any]
# Where the faults of the act stand on these pages.
FIELDS = {
    "receiver": "choice",
    "service": "choice",
    "classes": "permitted",
    "valid_until": "permitted_until",
    "purposes": "permitted",
}


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The answers so far. `choice` is "slug.service"; `early` are classes shown before the receiver accepts."""

    choice: str
    permitted: tuple[str, ...] = ()
    permitted_until: date | None = None
    language: Literal["fi", "sv", "en"] = "fi"
    early: tuple[str, ...] = ()


class Sent(Asked, frozen=True, kw_only=True):
    """All answers, with the words to the receiver, which never stand in an address."""

    reason: str = ""


class Place(msgspec.Struct, frozen=True):
    """A receiver with whom there is an agreement, and what may pass to it on a permission."""

    member: Member
    contract: BasisView
    permittable: tuple[str, ...]


class Frame(msgspec.Struct, frozen=True):
    """What each step needs."""

    shell: Shell
    identity: IdentityView
    places: dict[str, Place]
    notice: NoticeView
    today: date


@get("/people/{person_id:uuid}/refer")
async def refer(request: Connection, person_id: FromPath[UUID]) -> Response[str]:
    """The step that the address asks for, or the earlier one that still has a fault."""
    actor = await acting(request, Purpose.SERVICE_DELIVERY)
    step = request.query_params.get("step", "")
    async with unit_of_work(actor, reading=True):
        frame = await _frame(request, actor, person_id)
        if not step:
            return _choose(frame, form_state(frame.shell, request.query_params, (), {}))
        try:
            asked = read_query(request, Asked)
            place, service = _place(frame, asked)
            if step == "share":
                return _share(frame, place, service, form_state(frame.shell, request.query_params, (), {}))
            _check_permission(frame, asked)
        except Invalid as wrong:
            return _earlier(frame, request.query_params, wrong)
        values = await _preview_values(actor, frame, asked, place, service)
        return render(frame.shell, "referrals/refer_send.html", form=FormState(), **values)


@post("/people/{person_id:uuid}/refer")
async def send(request: Connection, person_id: FromPath[UUID]) -> Page:
    """Send the referral, and record the permission with it."""
    actor = await acting(request, Purpose.SERVICE_DELIVERY)
    try:
        given = await read_form(request, Sent)
        async with unit_of_work(actor):
            slug, _, service = given.choice.partition(".")
            receiver = next((one for one in (await members(actor)).values() if one.slug == slug), None)
            if receiver is None:
                raise Invalid([Reason("referrals.receiver_unknown", "receiver")])
            referral_id = await offer_referral(
                actor,
                given=OfferReferral(
                    person_id=person_id,
                    receiver_id=receiver.id,
                    service=service,
                    reason=given.reason,
                    permitted=given.permitted,
                    permitted_until=given.permitted_until if given.permitted else None,
                    language=given.language,
                    needed_to_decide=given.early,
                ),
            )
    except Invalid as wrong:
        return await _send_again(request, actor, person_id, wrong)
    except Conflict as conflict:
        if conflict.code != "referrals.already_referred":
            raise
        return await _send_again(request, actor, person_id, conflict)
    home = f"/o/{(await session_of(request)).who.slug}/"
    return Redirect(f"{home}referrals/{referral_id}?done=sent", status_code=303)


async def _frame(request: Connection, actor: ActingContext, person_id: UUID) -> Frame:
    identity = await served_identity(actor, person_id)
    allowed = await permittable(actor)
    told = await notice(actor, code=PERMISSION_NOTICE)
    places = {}
    for member in (await members(actor)).values():
        contract = await contract_between(actor, recipient_id=member.id)
        if contract and member.id != actor.organisation_id and member.services:
            passing = set(PERMITTED_BY_PERSON) & allowed.get(member.kind, frozenset()) & set(told.classes)
            places[member.slug] = Place(member, contract, tuple(choosable(passing)))
    return Frame(await shell_in(request, actor, "people"), identity, places, told, day_of(actor.now))


def _place(frame: Frame, asked: Asked) -> tuple[Place, str]:
    slug, _, service = asked.choice.partition(".")
    place = frame.places.get(slug)
    if place is None or service not in place.member.services:
        raise Invalid([Reason("referrals.receiver_unknown", "choice")])
    return place, service


def _check_permission(frame: Frame, asked: Asked) -> None:
    if not asked.permitted:
        return
    if asked.permitted_until is None:
        raise Invalid([Reason("input.missing", "permitted_until")])
    faults = permission_faults(
        classes=asked.permitted,
        purposes=[Purpose.REFERRAL, Purpose.SERVICE_DELIVERY],
        valid_from=frame.today,
        valid_until=asked.permitted_until,
        today=frame.today,
        notice_classes=frame.notice.classes,
        notice_purposes=frame.notice.purposes,
        longest_days=frame.notice.longest_days,
    )
    if faults:
        raise Invalid([Reason(code, FIELDS.get(field, field)) for field, code in faults])


def _choose(frame: Frame, form: FormState, status: int = 200) -> Response[str]:
    groups = [
        (place.member.name, [(f"{slug}.{code}", text) for code, text in _services(frame, place)])
        for slug, place in frame.places.items()
    ]
    values = {"form": form, "identity": frame.identity, "groups": groups}
    return render(frame.shell, "referrals/refer_choose.html", status=status, **values)


def _services(frame: Frame, place: Place) -> list[tuple[str, str]]:
    return choices("service", place.member.services, frame.shell.language)


def _share(frame: Frame, place: Place, service: str, form: FormState, status: int = 200) -> Response[str]:
    until = form.value("permitted_until") or day(in_months(frame.today, MONTHS))
    fixed = sorted(set(place.contract.classes) & MINIMUM_CLASSES)
    early = choosable([*fixed, *place.permittable])
    return render(
        frame.shell,
        "referrals/refer_share.html",
        status=status,
        form=FormState({**form.values, "permitted_until": until}, form.errors),
        identity=frame.identity,
        receiver=place.member,
        service=service,
        contract=place.contract,
        fixed=fixed,
        permittable=choices("data_class", place.permittable, frame.shell.language),
        early=choices("data_class", early, frame.shell.language),
        notice=frame.notice,
    )


def _earlier(frame: Frame, sent: Any, wrong: Invalid) -> Response[str]:
    """The step on which the fault stands, with what was answered kept."""
    form = form_state(frame.shell, sent, wrong.reasons, FIELDS)
    place = frame.places.get(form.value("choice").partition(".")[0])
    if "choice" in form.errors or place is None:
        return _choose(frame, form, 422)
    return _share(frame, place, form.value("choice").partition(".")[2], form, 422)


async def _send_again(
    request: Connection, actor: ActingContext, person_id: UUID, wrong: Invalid | Conflict
) -> Response[str]:
    async with unit_of_work(actor, reading=True):
        frame = await _frame(request, actor, person_id)
        sent = await request.form()
        form = await typed_form(request, frame.shell, wrong if isinstance(wrong, Invalid) else None, FIELDS)
        if isinstance(wrong, Conflict):
            already = mark("The client has already been referred to this service. Look at the client's page.")
            form = FormState(form.values, {"": frame.shell.text(already)})
        elif set(form.errors) - {"reason"}:
            return _earlier(frame, sent, wrong)
        asked = await read_form(request, Asked)
        place, service = _place(frame, asked)
        values = await _preview_values(actor, frame, asked, place, service)
        status = 409 if isinstance(wrong, Conflict) else 422
        return render(frame.shell, "referrals/refer_send.html", status=status, form=form, **values)


async def _preview_values(
    actor: ActingContext, frame: Frame, asked: Asked, place: Place, service: str
) -> dict[str, Any]:
    shown = shown_classes(by_contract=place.contract.classes, permitted=asked.permitted, needed_to_decide=asked.early)
    return {
        "identity": frame.identity,
        "asked": asked,
        "until": asked.permitted_until,
        "receiver": place.member,
        "service": service,
        "offer": await _content(actor, frame, shown, shown.decide),
        "opens": await _content(actor, frame, shown, shown.full - shown.decide),
        "permitted": asked.permitted,
        "back": _address("share", asked),
        "deadline": deadline_of(frame.today),
    }


def _address(step: str, asked: Asked) -> str:
    answers = [("step", step), ("choice", asked.choice), ("language", asked.language)]
    answers += [("permitted", one) for one in asked.permitted] + [("early", one) for one in asked.early]
    if asked.permitted_until:
        answers.append(("permitted_until", day(asked.permitted_until)))
    return f"?{urlencode(answers)}"


async def _content(
    actor: ActingContext, frame: Frame, shown: Shown, classes: frozenset[str]
) -> list[tuple[str, str, list[str]]]:
    """What the receiver will see of each class: code, kind of basis, one line for each own record."""
    own = actor.organisation_id
    seen = await person(actor, person_id=frame.identity.person_id)
    uses = await service_uses(actor, person_id=frame.identity.person_id)
    lines = {
        "identity": [f"{frame.identity.name}, {day(frame.identity.birth_date)}"],
        "contact": [
            ", ".join(filter(None, (card.phone, card.email, card.address)))
            for card in seen.contacts
            if card.owner_id == own
        ],
        "service_use": [
            f"{frame.shell.text(word('service', use.service))}, {day(use.started_on)}–"
            for use in uses
            if use.owner_id == own
        ],
        "plan": [f"{day(plan.made_on)}: {plan.goal}" for plan in seen.plans if plan.owner_id == own],
        "ability": [
            f"{day(one.assessed_on)}: {one.description or '–'}" for one in seen.abilities if one.owner_id == own
        ],
    }
    order = in_order(classes, "data_class")
    kind = {code: "client_permission" if code in shown.permitted else "processor_contract" for code in order}
    return [(code, kind[code], lines.get(code, [])) for code in order]


ROUTES = [Router("/o/{org:str}", route_handlers=[refer, send], include_in_schema=False)]
