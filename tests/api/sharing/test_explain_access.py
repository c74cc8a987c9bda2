"""Why: the decision itself, in words the reader may know, in the reader's language."""

from uuid import uuid4

import pytest

from services.api.sharing.reasons import REASONS, reason_text
from services.domain.sharing.rules import Step
from tests.support.party import Party
from tests.support.people import a_person, a_plan
from tests.support.sharing import a_permission


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fi", "Tästä henkilöstä ei näytetä mitään organisaatiollesi."),
        ("sv", "Ingenting om den här personen visas för din organisation."),
        ("en", "Nothing about this person is shared with your organisation."),
        ("de", "Tästä henkilöstä ei näytetä mitään organisaatiollesi."),
    ],
)
async def test_words_follow_the_readers_language(workshop: Party, language: str, words: str) -> None:
    workshop.client.headers["Accept-Language"] = language
    told = await workshop.read("/access/explain", person=uuid4(), **{"class": "plan"})
    assert told["missing"][0] == {"code": "nothing_shared", "text": words, "day": None, "kinds": []}


async def test_hidden_and_unknown_persons_are_explained_alike(city: Party, workshop: Party) -> None:
    person_id, unknown = await a_person(city), str(uuid4())
    await a_plan(city, person_id)
    for question in ({}, {"organisation": city.id}, {"organisation": workshop.id}, {"organisation": uuid4()}):
        for data_class in ("plan", "identity", "identity_number", "employment_detail"):
            answers = [
                await workshop.get("/access/explain", person=one, **question, **{"class": data_class})
                for one in (person_id, unknown)
            ]
            assert answers[0].text.replace(person_id, "?") == answers[1].text.replace(unknown, "?")
            assert not answers[0].json()["allowed"]


async def test_answer_is_the_decision_that_guards_reads(city: Party, firm: Party) -> None:
    person_id = await a_person(city)
    plan_id = await a_plan(city, person_id)
    question = {"person": person_id, "class": "plan"}
    assert not (await firm.read("/access/explain", **question))["allowed"]
    permission_id = await a_permission(city, person_id, firm, "plan", purposes=["service_delivery"])
    told = await firm.read("/access/explain", **question)
    assert (told["line"], told["basis"]["id"], told["basis"]["state"]) == ("share", permission_id, "given")
    assert (await firm.read(f"/plans/{plan_id}"))["basis"]["basis_id"] == permission_id
    other = await firm.read("/access/explain", purpose="referral", **question)
    assert [step["code"] for step in other["missing"]] == ["other_purpose", "class_needs"]
    own = await city.read("/access/explain", organisation=city.id, **question)
    assert (own["allowed"], own["line"]) == (True, "own")


@pytest.mark.parametrize("code", REASONS)
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_reason_has_words_in_every_language(code: str, language: str) -> None:
    text = reason_text(Step(code, kinds=("client_permission",)), language)
    assert text.endswith(".")
    assert "%" not in text
    assert code not in text
    assert language == "en" or text != reason_text(Step(code, kinds=("client_permission",)), "en")
