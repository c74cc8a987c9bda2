"""What holds in every world: more shares never close, ends and narrower scopes never open, and order says nothing."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from hypothesis import assume, given
from hypothesis import strategies as st

from services.domain.sharing.rules import (
    LIVE_STATES,
    NEVER_BY_CONTRACT_TO_STAFFING,
    Allowed,
    BasisKind,
    DataClass,
    Policy,
    PolicyLine,
    RecordKey,
    ShareFact,
    Viewer,
    lies_open,
    may_see,
    missing_steps,
    policy_of,
)
from services.kit.clock import day_of
from tests.rules.sharing.facts import CITY, DAY, INSTANT, NOW, PERSON, STAFFING, STRANGER, TODAY, WORKSHOP

KINDS = {CITY: "employment_authority", WORKSHOP: "workshop", STAFFING: "staffing_firm"}
CLASSES = ("plan", "ability", "identity")
PURPOSES = ("referral", "service_delivery")
STATES = ("given", "active", "withdrawn", "challenged")

organisations = st.sampled_from(sorted(KINDS))
days = st.sampled_from([TODAY + n * DAY for n in (-30, -1, 0, 1, 30)])
instants = st.sampled_from([NOW + n * INSTANT for n in (-1, 0, 1)] + [NOW - 30 * DAY, NOW + 30 * DAY])
last_days = st.none() | days
some_classes = st.frozensets(st.sampled_from(CLASSES), min_size=1)
some_purposes = st.frozensets(st.sampled_from(PURPOSES), min_size=1)


@st.composite
def share_facts(draw: st.DrawFn) -> ShareFact:
    """Any share, drawn so that about half of them could open something."""
    source = draw(organisations)
    ended: datetime | None = draw(st.none() | instants)
    return ShareFact(
        share_id=draw(st.uuids()),
        person_id=draw(st.sampled_from([PERSON, PERSON, PERSON, STRANGER])),
        source_id=source,
        recipient_id=draw(organisations),
        classes=draw(some_classes),
        purposes=draw(some_purposes),
        valid_from=draw(days),
        valid_until=draw(last_days),
        opened_at=draw(instants),
        ended_at=ended,
        ended_on=day_of(ended) if ended else None,
        basis_id=draw(st.sampled_from([UUID(int=n) for n in range(40, 45)])),
        basis_kind=draw(st.sampled_from([kind.value for kind in BasisKind])),
        basis_state=draw(st.sampled_from(STATES)),
        basis_from=draw(days),
        basis_until=draw(last_days),
        basis_ended_on=None,
        source_kind=KINDS[source],
    )


@st.composite
def opening(draw: st.DrawFn) -> tuple[Viewer, RecordKey, ShareFact]:
    """A viewer, a record and a share that would open it, were the policy to accept its basis."""
    viewer, record = draw(viewers()), draw(records())
    assume(record.owner_id != viewer.organisation_id)
    share = msgspec.structs.replace(
        draw(share_facts()),
        person_id=record.person_id,
        source_id=record.owner_id,
        source_kind=record.owner_kind,
        recipient_id=viewer.organisation_id,
        classes=draw(some_classes) | {record.data_class},
        purposes=draw(some_purposes) | {viewer.purpose},
        valid_from=TODAY,
        valid_until=draw(st.sampled_from([None, TODAY, TODAY + DAY])),
        opened_at=NOW,
        ended_at=draw(st.sampled_from([None, NOW + INSTANT])),
        basis_state=draw(st.sampled_from(sorted(LIVE_STATES))),
        basis_from=TODAY,
        basis_until=draw(st.sampled_from([None, TODAY, TODAY + DAY])),
    )
    return viewer, record, share


@st.composite
def viewers(draw: st.DrawFn) -> Viewer:
    organisation = draw(organisations)
    roles = draw(st.sampled_from([("coach",), ("caseworker", "finance")]))
    return Viewer(organisation, KINDS[organisation], frozenset(roles), draw(st.sampled_from(PURPOSES)), NOW, TODAY)


@st.composite
def records(draw: st.DrawFn) -> RecordKey:
    owner = draw(organisations)
    parties = draw(st.frozensets(organisations, max_size=1))
    return RecordKey(owner, KINDS[owner], PERSON, draw(st.sampled_from(CLASSES)), parties)


every_line: list[PolicyLine] = [
    (source, recipient, data_class, purpose, kind.value)
    for source in KINDS.values()
    for recipient in KINDS.values()
    for data_class in CLASSES
    for purpose in PURPOSES
    for kind in BasisKind
]
EVERYTHING = policy_of(every_line)
policies = st.builds(
    lambda left_out: policy_of(set(every_line) - left_out), st.frozensets(st.sampled_from(every_line), max_size=40)
) | st.just(EVERYTHING)
worlds = st.tuples(viewers(), records(), st.lists(share_facts(), max_size=6), policies)
World = tuple[Viewer, RecordKey, list[ShareFact], Policy]


def is_open(viewer: Viewer, record: RecordKey, shares: list[ShareFact], policy: Policy) -> bool:
    return isinstance(may_see(viewer, record, shares, policy), Allowed)


@given(opening(), st.lists(share_facts(), max_size=4), st.integers(0, 4))
def test_one_share_that_opens_is_enough_among_any_others(
    fits: tuple[Viewer, RecordKey, ShareFact], others: list[ShareFact], place: int
) -> None:
    viewer, record, share = fits
    by_contract_to_firm = (
        viewer.kind == "staffing_firm"
        and record.data_class in NEVER_BY_CONTRACT_TO_STAFFING
        and share.basis_kind == "processor_contract"
    )
    assume(not by_contract_to_firm)
    assert is_open(viewer, record, [*others[:place], share, *others[place:]], EVERYTHING)
    assert lies_open(viewer, PERSON, record.data_class, [share], EVERYTHING)


@given(worlds, share_facts())
def test_adding_a_share_never_closes(world: World, another: ShareFact) -> None:
    viewer, record, shares, policy = world
    if is_open(viewer, record, shares, policy):
        assert is_open(viewer, record, [*shares, another], policy)


@given(opening(), st.lists(share_facts(), max_size=4), st.data())
def test_an_end_or_a_narrower_scope_never_opens(
    fits: tuple[Viewer, RecordKey, ShareFact], others: list[ShareFact], data: st.DataObject
) -> None:
    """Each share is worsened in one way; what was closed before is closed after, and with all of them worsened, all is."""
    viewer, record, share = fits
    shares = data.draw(st.permutations([share, *others]))
    worsened = [msgspec.structs.replace(one, **data.draw(worse(one))) for one in shares]
    if is_open(viewer, record, worsened, EVERYTHING):
        assert is_open(viewer, record, shares, EVERYTHING)


def worse(share: ShareFact) -> st.SearchStrategy[dict[str, Any]]:
    """One change that takes something away: an end, a withdrawal, fewer classes, fewer purposes, a shorter term."""
    return st.one_of(
        st.just({"ended_at": min(NOW, share.ended_at or NOW)}),
        st.sampled_from([{"basis_state": s} for s in ("withdrawn", "ended", "expired", "invalidated", "challenged")]),
        st.builds(lambda kept: {"classes": share.classes & kept}, some_classes),
        st.builds(lambda kept: {"purposes": share.purposes & kept}, some_purposes),
        st.builds(lambda n: {"valid_from": share.valid_from + n * DAY}, st.integers(1, 3)),
        st.builds(lambda n: {"opened_at": share.opened_at + timedelta(microseconds=n)}, st.integers(1, 3)),
        st.builds(lambda day: {"valid_until": min(share.valid_until or day, day)}, days),
        st.builds(lambda day: {"basis_until": min(share.basis_until or day, day)}, days),
    )


ENDS: tuple[dict[str, Any], ...] = (
    {"ended_at": NOW},
    {"basis_state": "withdrawn"},
    {"valid_until": TODAY - DAY},
    {"basis_until": TODAY - DAY},
    {"classes": frozenset()},
    {"purposes": frozenset()},
)


@given(opening())
def test_ending_the_only_share_closes(fits: tuple[Viewer, RecordKey, ShareFact]) -> None:
    viewer, record, share = fits
    hidden = msgspec.structs.replace(record, parties=frozenset())
    for end in ENDS:
        assert not is_open(viewer, hidden, [msgspec.structs.replace(share, **end)], EVERYTHING)


@given(worlds, st.randoms(use_true_random=False))
def test_the_order_of_shares_says_nothing(world: World, die: Any) -> None:
    viewer, record, shares, policy = world
    mixed = shares.copy()
    die.shuffle(mixed)
    before, after = may_see(viewer, record, shares, policy), may_see(viewer, record, mixed, policy)
    if isinstance(before, Allowed) or isinstance(after, Allowed):
        assert before == after
    else:
        assert set(before.missing) == set(after.missing)


@given(worlds, st.sampled_from(every_line))
def test_removing_a_policy_line_never_opens(world: World, line: PolicyLine) -> None:
    viewer, record, shares, policy = world
    if is_open(viewer, record, shares, policy_of(policy.lines - {line})):
        assert is_open(viewer, record, shares, policy)


@given(worlds)
def test_without_a_policy_only_owner_and_parties_see(world: World) -> None:
    viewer, record, shares, _ = world
    expected = viewer.organisation_id == record.owner_id or viewer.organisation_id in record.parties
    assert is_open(viewer, record, shares, policy_of(())) == expected


@given(worlds)
def test_shares_to_others_and_of_others_say_nothing(world: World) -> None:
    viewer, record, shares, policy = world
    mine = [s for s in shares if s.recipient_id == viewer.organisation_id and s.person_id == PERSON]
    assert may_see(viewer, record, mine, policy) == may_see(viewer, record, shares, policy)


@given(worlds)
def test_a_refusal_always_names_a_step(world: World) -> None:
    viewer, record, shares, policy = world
    decision = may_see(viewer, record, shares, policy)
    if not isinstance(decision, Allowed):
        assert decision.missing
        assert decision.missing == missing_steps(viewer, PERSON, record.data_class, shares, policy)


@given(worlds)
def test_what_a_share_opens_lies_open(world: World) -> None:
    viewer, record, shares, policy = world
    decision = may_see(viewer, record, shares, policy)
    if isinstance(decision, Allowed) and decision.line == "share":
        assert lies_open(viewer, PERSON, record.data_class, shares, policy)
        assert decision.basis_id in {share.basis_id for share in shares}


@given(worlds)
def test_where_nothing_lies_open_no_record_of_others_is_seen(world: World) -> None:
    viewer, record, shares, policy = world
    if not lies_open(viewer, PERSON, record.data_class, shares, policy):
        assert not is_open(
            viewer, msgspec.structs.replace(record, owner_id=UUID(int=0), parties=frozenset()), [], policy
        )
        for owner, kind in KINDS.items():
            if owner != viewer.organisation_id:
                theirs = RecordKey(owner, kind, PERSON, record.data_class)
                assert not is_open(viewer, theirs, shares, policy)


@given(worlds, st.sampled_from(list(DataClass)))
def test_a_class_opens_only_where_its_name_is_shared(world: World, data_class: str) -> None:
    viewer, record, shares, policy = world
    assume(viewer.organisation_id not in {record.owner_id, *record.parties})
    other = msgspec.structs.replace(record, data_class=data_class)
    if is_open(viewer, other, shares, policy):
        assert any(data_class in share.classes for share in shares)
