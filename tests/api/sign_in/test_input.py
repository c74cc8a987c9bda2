"""What comes in is read once and strictly: too large, broken, and everything wrong with it at once."""

import json
from typing import Any

import pytest

from tests.api.sign_in.conftest import House
from tests.api.sign_in.probes import NOTE
from tests.support.browser import Person


@pytest.mark.parametrize("length", [2 * 1024 * 1024, 20 * 1024 * 1024])
async def test_too_large(coach: Person, house: House, length: int) -> None:
    answer = await coach.post("/api/v1/probe", json=NOTE | {"title": "x" * length}, headers=await coach.csrf())
    assert answer.status_code == 413
    form = await coach.post(f"/o/{house.slug}/probe", data={"title": "x" * length})
    assert form.status_code == 413
    assert len(form.text) < 20_000


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b'{"day": NaN}', b"[" * 100_000, b"[]", b'"x"', b"null", b'{"title": "\\ud800"}']
)
async def test_broken_json(coach: Person, body: bytes) -> None:
    headers = await coach.csrf() | {"Content-Type": "application/json"}
    answer = await coach.post("/api/v1/probe", content=body, headers=headers)
    assert answer.status_code == 400, answer.text
    assert answer.json()["code"] in ("input.not_json", "input.not_an_object")


async def test_json_under_another_name(coach: Person) -> None:
    headers = await coach.csrf() | {"Content-Type": "text/plain"}
    assert (await coach.post("/api/v1/probe", content=json.dumps(NOTE), headers=headers)).status_code == 400


@pytest.mark.parametrize(
    ("given", "reasons"),
    [
        ({}, {"day": "input.missing", "title": "input.missing"}),
        ({"day": "31.2.2026", "title": "x"}, {"day": "input.not_a_day"}),
        ({"day": "2026-02-30", "title": "x"}, {"day": "input.not_a_day"}),
        ({"day": "0001-01-01", "title": "x"}, {"day": "input.not_a_day"}),
        ({"day": "20260324", "title": "x"}, {"day": "input.not_a_day"}),
        ({"day": 7, "title": "x"}, {"day": "input.invalid"}),
        (NOTE | {"title": "x" * 21}, {"title": "input.too_long"}),
        (NOTE | {"title": ""}, {"title": "input.missing"}),
        (NOTE | {"title": "a\nb"}, {"title": "input.control_characters"}),
        (NOTE | {"title": "a\x00b"}, {"title": "input.control_characters"}),
        (NOTE | {"text": "a\u202eb"}, {"text": "input.control_characters"}),
        (NOTE | {"text": "x" * 4001}, {"text": "input.too_long"}),
        (NOTE | {"hours": "many"}, {"hours": "input.not_a_number"}),
        (NOTE | {"classes": "plan"}, {"classes": "input.invalid"}),
        (NOTE | {"classes": ["a\x00"]}, {"classes": "input.control_characters"}),
        (NOTE | {"organisation_id": "x"}, {"organisation_id": "input.unknown_field"}),
    ],
)
async def test_everything_wrong_with_json_at_once(
    coach: Person, given: dict[str, Any], reasons: dict[str, str]
) -> None:
    answer = await coach.post("/api/v1/probe", json=given, headers=await coach.csrf())
    assert answer.status_code == 422
    assert {reason["field"]: reason["code"] for reason in answer.json()["reasons"]} == reasons


async def test_a_form_as_typed_values(coach: Person, house: House) -> None:
    typed = {
        "csrf_token": (await coach.session())["csrf_token"],
        "day": " 4.3.2026 ",
        "title": "A\u0308iti",
        "text": "a\r\nb",
        "hours": "12",
        "classes": ["plan", "ability"],
        "urgent": "on",
        "button": "send",
    }
    answer = await coach.post(f"/o/{house.slug}/probe", data=typed)
    assert answer.status_code == 201, answer.text
    assert answer.json() == {
        "day": "2026-03-04",
        "title": "Äiti",
        "text": "a\nb",
        "hours": 12,
        "classes": ["plan", "ability"],
        "urgent": True,
    }


async def test_a_form_left_empty(coach: Person, house: House) -> None:
    typed = {"csrf_token": (await coach.session())["csrf_token"], "day": "", "title": " ", "hours": "x"}
    answer = await coach.post(f"/o/{house.slug}/probe", data=typed, headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert {reason["field"]: reason["code"] for reason in answer.json()["reasons"]} == {
        "day": "input.missing",
        "title": "input.missing",
        "hours": "input.not_a_number",
    }
