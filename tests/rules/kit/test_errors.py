"""Errors carry a stable code and no text about anybody; each kind carries what its answer needs."""

from services.kit.errors import Conflict, Invalid, NotFound, Reason, TooMany, WallBreach


def test_what_each_kind_carries() -> None:
    assert Conflict("referrals.state_refuses", ["cancelled"], state="offered").allowed == ("cancelled",)
    assert Conflict("referrals.offer_expired", state="offered").details == {"state": "offered"}
    assert Invalid([Reason("input.missing", "goal")]).reasons == (Reason("input.missing", "goal"),)
    assert Invalid([]).code == "input.invalid"
    limited = TooMany("people.too_many_registrations", retry_after=60)
    assert (limited.retry_after, limited.details) == (60, {"retry_after": 60})


def test_an_error_says_its_code_and_nothing_else() -> None:
    for error in (NotFound("people.no_such_person"), WallBreach("sharing.wall_breach", data_class="plan")):
        assert str(error) == error.code
