"""What must hold between the parts of an alliance's files, beyond the shape of each."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from stdnum.fi import ytunnus

from services.cli.tenants.lines import Path as Place
from services.cli.tenants.shapes import Agreement, Alliance, Organisation, RegisteredBasis
from services.domain.referrals.rules import SERVICE_TYPES
from services.domain.sharing.rules import NEVER_BY_CONTRACT_TO_STAFFING, BasisKind


class Found(Struct, frozen=True):
    """A problem with the value at `place` of `file`."""

    file: str
    place: Place
    problem: str


def faults(alliance: Alliance, agreement_files: Sequence[str]) -> Iterator[Found]:
    """Every contradiction. `agreement_files` are the names of the files of `alliance.agreements`, in their order."""
    yield from _of_the_alliance(alliance)
    for slug, organisation in alliance.organisations.items():
        for place, problem in _of_an_organisation(organisation):
            yield Found(f"{slug}/organisation.toml", place, problem)
    yield from _of_humans(alliance)
    numbers = Counter(agreement.number for agreement in alliance.agreements)
    for file, agreement in zip(agreement_files, alliance.agreements, strict=True):
        if numbers[agreement.number] > 1:
            yield Found(file, ("number",), f"the number {agreement.number} is used twice")
        for place, problem in _of_an_agreement(alliance, agreement):
            yield Found(file, place, problem)


def _of_the_alliance(alliance: Alliance) -> Iterator[Found]:
    file = alliance.file
    for slug in _twice(file.organisations):
        yield Found("alliance.toml", ("organisations",), f"{slug} is named twice")
    versions = [(notice.code, notice.version) for notice in file.notices]
    for index, version in enumerate(versions):
        if version in versions[:index]:
            yield Found("alliance.toml", ("notices", index), f"notice {version[0]} version {version[1]} is there twice")
    for index, rule in enumerate(file.policy):
        contract = BasisKind.PROCESSOR_CONTRACT in rule.bases and "staffing_firm" in rule.recipients
        for data_class in set(rule.classes) & NEVER_BY_CONTRACT_TO_STAFFING if contract else ():
            problem = f"{data_class!s} never passes to a staffing firm on a processor contract"
            yield Found("alliance.toml", ("policy", index), problem)
    issuers = Counter(member.connection.issuer for member in alliance.organisations.values())
    for slug, member in alliance.organisations.items():
        if issuers[member.connection.issuer] > 1:
            problem = f"another member has the issuer {member.connection.issuer}: each signs in through its own"
            yield Found(f"{slug}/organisation.toml", ("connection", "issuer"), problem)


def _of_an_organisation(organisation: Organisation) -> Iterator[tuple[Place, str]]:
    if not ytunnus.is_valid(organisation.business_id) or "-" not in organisation.business_id:
        yield ("business_id",), f"{organisation.business_id} is not a Finnish business ID such as 1234567-1"
    for service in organisation.services:
        if service not in SERVICE_TYPES:
            yield ("services",), f"{service} is not a type of service (one of {', '.join(SERVICE_TYPES)})"
    if organisation.member_until and organisation.member_until < organisation.member_from:
        yield ("member_until",), "member_until is before member_from"
    subjects = Counter(user.sub for user in organisation.users)
    for index, user in enumerate(organisation.users):
        if subjects[user.sub] > 1:
            yield ("users", index, "sub"), f"the sub {user.sub} is used twice"
        if not user.roles:
            yield ("users", index, "roles"), f"{user.sub} has no role and would see nothing"


def _of_humans(alliance: Alliance) -> Iterator[Found]:
    everybody = [
        (slug, index, user.human)
        for slug, organisation in alliance.organisations.items()
        for index, user in enumerate(organisation.users)
        if user.human
    ]
    uses = Counter(human for _, _, human in everybody)
    for slug, index, human in everybody:
        if uses[human] == 1:
            problem = f"human {human} links this user to nobody: is it misspelt?"
            yield Found(f"{slug}/organisation.toml", ("users", index, "human"), problem)


def _of_an_agreement(alliance: Alliance, agreement: Agreement) -> Iterator[tuple[Place, str]]:
    for field, slug in (("buyer", agreement.buyer), ("provider", agreement.provider)):
        if slug not in alliance.organisations:
            yield (field,), f"{slug} is not a member"
    if agreement.buyer == agreement.provider:
        yield ("provider",), "buyer and provider are the same"
    if agreement.valid_until < agreement.valid_from:
        yield ("valid_until",), "valid_until is before valid_from"
    for index, basis in enumerate(agreement.bases):
        for place, problem in _of_a_basis(alliance, agreement, basis):
            yield ("bases", index, *place), problem


def _of_a_basis(alliance: Alliance, agreement: Agreement, basis: RegisteredBasis) -> Iterator[tuple[Place, str]]:
    parties = {agreement.buyer, agreement.provider}
    if {basis.source, basis.recipient} != parties:
        yield (), f"from and to must be the parties {agreement.buyer} and {agreement.provider}"
        return
    if not parties <= alliance.organisations.keys():
        return
    source, recipient = alliance.organisations[basis.source].kind, alliance.organisations[basis.recipient].kind
    accepted = {
        data_class for a, b, data_class, purpose, kind in alliance.policy_lines()
        if (a, b, kind) == (source, recipient, basis.kind) and purpose in basis.purposes
    }  # fmt: skip
    for data_class in basis.classes:
        if data_class not in accepted:
            problem = (
                f"the policy accepts no {basis.kind} for {data_class.value} from {source.value} to {recipient.value}"
            )
            yield ("classes",), problem


def _twice(values: Iterable[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]
