"""What the files of an alliance say, as values. tenants/README.md explains every field to the people who write them."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID, uuid5

from msgspec import Meta, Struct

from services.domain.organisations.rules import OrganisationKind, Role
from services.domain.sharing.rules import BasisKind, DataClass, PolicyLine, Purpose

NAMESPACE = UUID("0b0d5a52-6a3f-4a0e-9d0c-7f5b7d3c2a11")
"""Ids of what the files describe are made from their names, so that applying a file twice means the same rows."""

Slug = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Line = Annotated[str, Meta(min_length=1, max_length=200)]
Prose = Annotated[str, Meta(min_length=1, max_length=5000)]
Colour = Annotated[str, Meta(pattern=r"^#[0-9a-f]{6}$")]
Email = Annotated[str, Meta(pattern=r"^[^@\s]+@[^@\s]+$", max_length=200)]
Address = Annotated[str, Meta(pattern=r"^(https?://|\{identity_provider\}/)[^\s?#]+$", max_length=200)]


class Words(Struct, frozen=True):
    """The same in the three languages."""

    fi: Prose
    sv: Prose
    en: Prose


class Notice(Struct, frozen=True):
    """One version of a notice; `longest_days` bounds every permission given on it."""

    code: Annotated[str, Meta(pattern=r"^[a-z][a-z_]{0,39}$")]
    version: Annotated[int, Meta(ge=1)]
    longest_days: Annotated[int, Meta(ge=1, le=3650)]
    classes: tuple[DataClass, ...]
    purposes: tuple[Purpose, ...]
    text: Words


class PolicyRule(Struct, frozen=True, rename={"sources": "from", "recipients": "to"}):
    """Every combination of what it lists is one line of the sharing policy."""

    sources: tuple[OrganisationKind, ...]
    recipients: tuple[OrganisationKind, ...]
    classes: tuple[DataClass, ...]
    purposes: tuple[Purpose, ...]
    bases: tuple[BasisKind, ...]


class User(Struct, frozen=True):
    """A worker. Two users with the same `human` are one human being; `today` makes a card of the demonstration."""

    sub: Slug
    name: Line
    email: Email
    roles: tuple[Role, ...]
    human: Slug = ""
    today: Words | None = None


class Connection(Struct, frozen=True):
    """The member's own OpenID Connect provider; the client secret is the secret file `oidc/<slug>`."""

    issuer: Address
    client_id: Line
    scope: Line = "openid email profile groups"
    algorithms: tuple[Literal["RS256", "PS256", "ES256"], ...] = ("RS256",)


class Organisation(Struct, frozen=True):
    """A member; its folder is its slug."""

    name: Line
    kind: OrganisationKind
    business_id: Line
    member_from: date
    connection: Connection
    services: tuple[str, ...] = ()
    member_until: date | None = None
    users: tuple[User, ...] = ()


class RegisteredBasis(Struct, frozen=True, rename={"source": "from", "recipient": "to"}):
    """A registered ground for sharing in one direction; its term is the agreement's."""

    kind: Literal["processor_contract", "statutory_task"]
    source: Slug
    recipient: Slug
    classes: tuple[DataClass, ...]
    purposes: tuple[Purpose, ...]
    reference: Line


class Agreement(Struct, frozen=True):
    """A frame between a buyer and one provider, with the bases it founds. Both days are included."""

    number: Line
    buyer: Slug
    provider: Slug
    valid_from: date
    valid_until: date
    bases: tuple[RegisteredBasis, ...] = ()


class AllianceFile(Struct, frozen=True):
    """alliance.toml itself; `organisations` names the folders, in the order in which people meet them."""

    slug: Slug
    name: Line
    theme_colour: Colour
    organisations: tuple[Slug, ...]
    notices: tuple[Notice, ...] = ()
    policy: tuple[PolicyRule, ...] = ()


class Alliance(Struct, frozen=True):
    """Everything in a folder of tenants/."""

    file: AllianceFile
    organisations: dict[str, Organisation]
    agreements: tuple[Agreement, ...]

    def id_of(self, *names: str) -> UUID:
        """The stable id of something of this alliance, such as `("account", "voima", "elina")`."""
        return uuid5(NAMESPACE, "/".join((self.file.slug, *names)))

    def policy_lines(self) -> frozenset[PolicyLine]:
        """The sharing policy, multiplied out. A member never shares with itself, but two of a kind may share."""
        return frozenset(
            (source.value, recipient.value, data_class.value, purpose.value, basis.value)
            for rule in self.file.policy
            for source in rule.sources
            for recipient in rule.recipients
            for data_class in rule.classes
            for purpose in rule.purposes
            for basis in rule.bases
        )
