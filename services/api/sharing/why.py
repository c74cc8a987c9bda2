"""The explanation of a decision: the very value that guards every read, in words."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, get
from litestar.params import FromPath, FromQuery, QueryParameter

from services.api.navigation import shell_in
from services.api.pages import render
from services.api.request import acting
from services.api.sharing.reasons import reason_text
from services.domain.organisations.queries import members
from services.domain.people.queries import identities_of
from services.domain.referrals.queries import referral
from services.domain.sharing.queries import Explanation, explain_access
from services.domain.sharing.rules import DataClass, Purpose, Refused
from services.kit.db.context import ActingContext
from services.kit.db.unit import unit_of_work

DataClassAsked = Annotated[DataClass, QueryParameter(name="class")]


@get("/why")
async def why(
    request: Request[Any, Any, Any],
    person: FromQuery[UUID],
    data_class: DataClassAsked,
    holder: Annotated[str, QueryParameter(name="from")] = "",
) -> Response[str]:
    """Why one may or may not see a class of a person; an id nobody has is answered like a hidden one."""
    actor = await acting(request, Purpose.SERVICE_DELIVERY)
    return await _page(request, actor, person, data_class, holder)


@get("/referrals/{referral_id:uuid}/why")
async def why_referral(request: Request[Any, Any, Any], referral_id: FromPath[UUID]) -> Response[str]:
    """Why one sees a referral, and what of the person on it."""
    actor = await acting(request, Purpose.REFERRAL)
    async with unit_of_work(actor, reading=True):
        found = (await referral(actor, referral_id=referral_id)).referral
        shell = await shell_in(request, actor, "referrals")
        told = [await explain_access(actor, person_id=found.person_id, data_class=one) for one in found.classes]
        return render(
            shell,
            "sharing/why_referral.html",
            referral=found,
            told=[(one, _reasons(one, shell.language)) for one in told],
            members=await members(actor),
        )


async def _page(
    request: Request[Any, Any, Any], actor: ActingContext, person_id: UUID, data_class: DataClass, holder: str
) -> Response[str]:
    async with unit_of_work(actor, reading=True):
        shell = await shell_in(request, actor, "people")
        known = await members(actor)
        source = next((member.id for member in known.values() if member.slug == holder), None)
        told = await explain_access(actor, person_id=person_id, data_class=data_class, source_id=source)
        identity = (await identities_of(actor, [person_id], surface="sharing.why")).get(person_id)
        return render(
            shell,
            "sharing/why.html",
            told=told,
            reasons=_reasons(told, shell.language),
            codes={step.code for step in told.decision.missing} if isinstance(told.decision, Refused) else set(),
            identity=identity,
            own=actor.organisation_id,
            members=known,
        )


def _reasons(told: Explanation, language: str) -> list[str]:
    missing = told.decision.missing if isinstance(told.decision, Refused) else ()
    return [reason_text(step, language) for step in missing]


ROUTES = [Router("/o/{org:str}", route_handlers=[why, why_referral], include_in_schema=False)]
