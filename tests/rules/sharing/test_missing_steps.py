"""Why a class is closed: every step is reachable, has words, and tells only what the viewer may know."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from services.api.sharing.reasons import REASONS, reason_text
from services.domain.sharing.rules import (
    DataClass,
    Purpose,
    Refused,
    ShareFact,
    Step,
    lies_open,
    may_see,
    missing_steps,
    policy_of,
)
from tests.rules.sharing.facts import (
    CITY,
    COLLEGE,
    DAY,
    INSTANT,
    LINES,
    NOW,
    PERSON,
    POLICY,
    STAFFING,
    STRANGER,
    TODAY,
    WORKSHOP,
    a_contract,
    a_record,
    a_share,
    a_viewer,
)

NEEDS = Step("class_needs", kinds=("client_permission",))
YESTERDAY, TOMORROW = TODAY - DAY, TODAY + DAY
ENDED = date(2026, 11, 20)


def an_authority_basis(**facts: Any) -> ShareFact:
    return a_share(basis_kind="processor_contract", **facts)


REACHED: dict[str, tuple[ShareFact, Step]] = {
    **{
        f"permission {state}": (
            a_share(basis_state=state, basis_ended_on=ENDED),
            Step(f"permission_{state}", day=ENDED),
        )
        for state in ("withdrawn", "expired", "invalidated", "replaced")
    },
    **{
        f"permission {state}": (a_share(basis_state=state), Step(f"permission_{state}"))
        for state in ("requested", "refused")
    },
    **{
        f"basis {state}": (an_authority_basis(basis_state=state), Step(f"basis_{state}"))
        for state in ("registered", "challenged")
    },
    "basis ended": (an_authority_basis(basis_state="ended", basis_ended_on=ENDED), Step("basis_ended", day=ENDED)),
    "permission past": (a_share(basis_until=YESTERDAY), Step("permission_past", day=YESTERDAY)),
    "the share's own term past": (a_share(valid_until=YESTERDAY), Step("permission_past", day=YESTERDAY)),
    "the earlier of two last days": (
        a_share(valid_until=ENDED, basis_until=YESTERDAY),
        Step("permission_past", day=ENDED),
    ),
    "basis past": (
        an_authority_basis(basis_state="active", basis_until=YESTERDAY, valid_until=None),
        Step("basis_past", day=YESTERDAY),
    ),
    "share ended": (a_share(ended_at=NOW, ended_on=TODAY), Step("share_ended", day=TODAY)),
    "not yet": (a_share(valid_from=TOMORROW), Step("not_yet", day=TOMORROW)),
    "basis not yet": (a_share(basis_from=TOMORROW), Step("not_yet", day=TOMORROW)),
    "opened tomorrow": (a_share(opened_at=NOW + DAY), Step("not_yet", day=TOMORROW)),
    "opened later today": (a_share(opened_at=NOW + INSTANT), Step("not_yet", day=TODAY)),
    "other purpose": (a_share(purposes=frozenset({"referral"})), Step("other_purpose")),
    "policy closed": (a_share(basis_kind="statutory_task", basis_state="active"), Step("policy_closed")),
}


def steps(*shares: ShareFact, data_class: str = "plan", **viewer: Any) -> tuple[Step, ...]:
    return missing_steps(a_viewer(**viewer), PERSON, data_class, shares, POLICY)


@pytest.mark.parametrize(("share", "step"), REACHED.values(), ids=REACHED)
def test_each_step_is_reached_and_names_its_day(share: ShareFact, step: Step) -> None:
    assert steps(share) == (step, NEEDS)
    assert may_see(a_viewer(), a_record(), [share], POLICY) == Refused((step, NEEDS))


def test_steps_that_need_no_share() -> None:
    assert steps() == (Step("nothing_shared"), Step("class_not_shared"), NEEDS)
    assert steps(a_contract()) == (Step("class_not_shared"), NEEDS)
    assert steps(a_contract(), data_class="employment_detail") == (
        Step("class_not_shared"),
        Step("class_never_shared"),
    )
    assert steps(roles=frozenset({"finance"})) == (Step("role_reads_not"),)


def test_every_code_with_words_is_reachable_and_every_reachable_code_has_words() -> None:
    reached = {step.code for _, step in REACHED.values()}
    needing_none = {"nothing_shared", "class_not_shared", "class_needs", "class_never_shared", "role_reads_not"}
    assert reached | needing_none == set(REASONS)


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize(("share", "step"), REACHED.values(), ids=REACHED)
def test_the_day_of_a_step_is_told_in_words(share: ShareFact, step: Step, language: str) -> None:
    text = reason_text(step, language)
    assert text and "%(" not in text
    if step.day:
        assert f"{step.day.day}.{step.day.month}.{step.day.year}" in text


def test_a_permission_withdrawn_after_its_share_ended_names_the_day_of_the_withdrawal() -> None:
    """A referral was rejected on the 10th; the client withdrew the permission given with it on the 20th."""
    share = a_share(
        ended_at=datetime(2026, 11, 10, 9, tzinfo=UTC),
        ended_on=date(2026, 11, 10),
        basis_state="withdrawn",
        basis_ended_on=date(2026, 11, 20),
    )
    assert steps(share)[0] == Step("permission_withdrawn", day=date(2026, 11, 20))


def test_an_end_that_lies_ahead_is_not_told_as_past() -> None:
    coming = a_share(ended_at=NOW + DAY, ended_on=TOMORROW, purposes=frozenset({"referral"}))
    assert steps(coming) == (Step("other_purpose"), NEEDS)


@pytest.mark.parametrize("last", ["valid_until", "basis_until"])
def test_the_last_day_is_not_past_while_it_lasts(last: str) -> None:
    assert steps(a_share(**{last: TODAY, "purposes": frozenset({"referral"})})) == (Step("other_purpose"), NEEDS)


def test_each_share_gives_its_reason_once() -> None:
    withdrawn = a_share(basis_state="withdrawn", basis_ended_on=ENDED)
    refused = a_share(basis_state="refused")
    assert steps(withdrawn, withdrawn, refused) == (
        Step("permission_withdrawn", day=ENDED),
        Step("permission_refused"),
        NEEDS,
    )


def test_an_open_share_is_no_reason_for_what_another_holds() -> None:
    """The city shares its plan; why the college's is closed has nothing to do with the alliance's rules."""
    decision = may_see(a_viewer(), a_record(owner_id=COLLEGE, owner_kind="vocational_college"), [a_share()], POLICY)
    assert decision == Refused((NEEDS,))


def test_lies_open_where_a_share_opens_the_class_and_nowhere_else() -> None:
    def is_open(*shares: ShareFact, data_class: str = "plan", **viewer: Any) -> bool:
        return lies_open(a_viewer(**viewer), PERSON, data_class, shares, POLICY)

    assert is_open(a_share()) and is_open(a_contract(), a_share())
    assert not is_open() and not is_open(a_contract()) and not is_open(a_share(person_id=STRANGER))
    assert not is_open(a_share(source_kind="workshop")) and not is_open(a_share(), roles=frozenset({"hr"}))
    assert not any(is_open(share) for share, _ in REACHED.values())


@pytest.mark.parametrize("data_class", list(DataClass))
@pytest.mark.parametrize("purpose", list(Purpose))
@pytest.mark.parametrize("role", ["coach", "caseworker", "hr", "finance"])
def test_a_person_never_shared_and_a_random_id_give_equal_answers(data_class: str, purpose: str, role: str) -> None:
    """What others share of the person with others, or of other persons with the viewer, changes nothing."""
    viewer = a_viewer(purpose=purpose, roles=frozenset({role}))
    world = [
        a_share(recipient_id=COLLEGE),
        a_share(source_id=WORKSHOP, recipient_id=CITY),
        a_share(person_id=STRANGER),
        a_contract(person_id=STRANGER),
    ]
    nobody = missing_steps(viewer, uuid4(), data_class, [], POLICY)
    assert missing_steps(viewer, PERSON, data_class, world, POLICY) == nobody
    assert missing_steps(viewer, uuid4(), data_class, world, POLICY) == nobody
    hidden = may_see(viewer, a_record(owner_id=COLLEGE, owner_kind="workshop", data_class=data_class), world, POLICY)
    absent = may_see(viewer, a_record(owner_id=uuid4(), person_id=uuid4(), data_class=data_class), world, POLICY)
    assert hidden == absent == Refused(nobody)


def test_kinds_of_basis_are_told_for_the_viewers_kind_in_order() -> None:
    lines = LINES | {
        ("vocational_college", "workshop", "plan", "follow_up", "consent"),
        ("vocational_college", "workshop", "plan", "follow_up", "statutory_task"),
        ("employment_authority", "vocational_college", "plan", "referral", "vital_interest"),
    }
    told = missing_steps(a_viewer(), PERSON, "plan", [], policy_of(lines))
    assert told[-1] == Step("class_needs", kinds=("client_permission", "consent", "statutory_task"))


def test_a_staffing_firm_is_never_told_that_a_contract_would_open_ability() -> None:
    line = ("employment_authority", "staffing_firm", "ability", "referral", "processor_contract")
    firm = a_viewer(organisation_id=STAFFING, kind="staffing_firm")
    assert missing_steps(firm, PERSON, "ability", [], policy_of([line]))[-1] == Step("class_never_shared")
    assert missing_steps(firm, PERSON, "ability", [], policy_of(LINES | {line}))[-1] == NEEDS
    both = policy_of([line, (line[0], "workshop", *line[2:])])
    assert missing_steps(a_viewer(), PERSON, "ability", [], both)[-1] == Step(
        "class_needs", kinds=("processor_contract",)
    )
