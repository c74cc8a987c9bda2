"""The acting context as text: no field can say more than its own place."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.db.context import ActingContext, pads_of, payload_of, proof_of, sign, token_for

FIELDS: dict[str, Any] = {
    "kind": "user",
    "alliance_id": UUID(int=1),
    "organisation_id": UUID(int=2),
    "purpose": "service_delivery",
    "now": datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
}


def test_what_is_signed() -> None:
    actor = ActingContext(**FIELDS, user_id=UUID(int=3), roles=frozenset({"hr", "coach"}))
    assert payload_of(actor, pid=77, issued=1.5).split("|") == [
        "user",
        str(UUID(int=1)),
        str(UUID(int=2)),
        str(UUID(int=3)),
        "",
        "coach,hr",
        "service_delivery",
        "2026-11-22T09:30:00+00:00",
        "77",
        "1.500000",
    ]


@pytest.mark.parametrize("mark", ["|", "'", "\\", "referral|x", "a'b"])
@pytest.mark.parametrize("field", ["purpose", "roles"])
def test_a_separator_in_a_field_is_refused(field: str, mark: str) -> None:
    value = frozenset({mark}) if field == "roles" else mark
    with pytest.raises(ValueError, match="separator"):
        payload_of(ActingContext(**FIELDS | {field: value}), pid=1, issued=0.0)


@given(st.binary(min_size=32, max_size=32), st.text(st.characters(codec="utf-8"), max_size=50))
def test_the_signature_can_be_recomputed_from_the_pads_alone(key: bytes, payload: str) -> None:
    inner, outer = pads_of(key)
    recomputed = sha256(outer + sha256(inner + f"ctx\n{payload}".encode()).digest()).hexdigest()
    assert sign(key, payload) == f"{recomputed}.{payload}"


def test_a_token_is_bound_to_its_connection() -> None:
    actor, key = ActingContext(**FIELDS), b"k" * 32
    proof, _, payload = token_for(actor, key=key, pid=5).partition(".")
    assert proof == proof_of(key, "ctx", payload) != proof_of(key, "session", payload)
    assert payload.split("|")[8] == "5"
