"""What goes over the wire about parties, organisations and principals."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from service.permissions import Kind, Role
from service.register.parties.models import RestorationOutcome
from service.values import Language, ModernDate, Moment, Name, PartyCode, Read, Reason, ReducedDate, Strict, Titles
from service.values.codes import ORGANISATION, OrganisationId

ClientId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._|@-]{2,99}$"),
    Field(description="Name by which the principal asks for tokens.", examples=["pk-ead-system"]),
]


class PartyCreate(Strict):
    """A government to register."""

    code: PartyCode
    names: Titles


class Named(Read):
    """What people know by a code and a name."""

    id: UUID = Field(description="By which requests name it.")
    code: str | None = Field(description="What it is cited by; null where it has none.")
    name: str = Field(description="What it is called.")


class PartyRead(Read):
    """A government that takes part in commissions."""

    code: str
    names: dict[str, str]
    registrar: Named | None = Field(
        description="Its organisation whose principals register and end the party's others; null until one is named."
    )
    own_issuer_only: bool = Field(
        description="Whether it takes logins at its own identity provider alone, and no secret of the service's."
    )
    created_at: datetime


class OwnIssuerOnlyCreate(Strict):
    """Whether a party takes nobody whom its own identity provider does not vouch for."""

    own_issuer_only: bool = Field(
        description="`true`: the secrets and tokens that the service gave its principals are good no more; `false`: they are again."
    )


OrganisationCode = Annotated[
    str,
    StringConstraints(pattern=rf"^{ORGANISATION}$"),
    Field(description="Short code: the party's, a slash, capital letters and digits.", examples=["PK/MODP"]),
]


class OrganisationNew(Strict):
    """A ministry, agency, service or company of a party that is known."""

    code: OrganisationCode | None = Field(
        None, description="Short code, never given to another; absent: made of the first letters of the name."
    )
    name: Name = Field(description="Name by which it is known in the register; unique within its party.")
    names: dict[Language, Name] = Field(
        default_factory=dict, max_length=20, description="Names by language tag (BCP 47)."
    )

    def of(self, party: str) -> "OrganisationCreate":
        """Return it as one of the party's."""
        return OrganisationCreate(party=party, **self.model_dump())


class OrganisationCreate(OrganisationNew):
    """A ministry, agency, service or company to register under its party."""

    party: PartyCode


class OrganisationNameCreate(Strict):
    """A new name of an organisation, and the day from which it holds."""

    name: Name = Field(description="Name by which it is known in the register; unique within its party.")
    names: dict[Language, Name] = Field(
        default_factory=dict, max_length=20, description="Names by language tag (BCP 47)."
    )
    since: ModernDate = Field(description="Day from which it has this name, at the latest today.")


class EarlierName(Read):
    """A name that an organisation had."""

    name: str
    names: dict[str, str]
    since: str | None = Field(description="Day from which it had this name; null for its first one.")
    until: str = Field(description="First day of the name that followed.")


class OrganisationRead(Read):
    """An organisation of one party."""

    id: UUID
    party: str
    code: str = Field(description="Short code by which people name it.", examples=["PK/MODP"])
    name: str
    names: dict[str, str]
    name_since: str | None = Field(description="Day from which it has this name; null for its first one.")
    earlier_names: list[EarlierName] = Field(description="Names that it had before, the oldest first.")
    closed_on: ReducedDate | None = Field(description="Day from which it is no more; null: it is there.")
    successor_id: UUID | None = Field(description="Which organisation of its party took over what it had in hand.")
    successor: Named | None
    created_at: datetime


class PrincipalCreate(Strict):
    """A person or a ministry's system to register; a representative acts for exactly one organisation."""

    client_id: ClientId = Field(
        description="Name by which it asks for tokens; with an issuer, the `sub` of its tokens."
    )
    name: Name
    kind: Kind
    organisation_id: OrganisationId | None = Field(
        None, description="Needed for a representative, and for nobody else."
    )
    issuer: Name | None = Field(
        None, description="The OpenID provider that vouches for it; absent: the service itself, by a secret."
    )


class FirstPrincipal(Strict):
    """The first person or system that acts for a party's registrar."""

    client_id: ClientId = Field(
        description="Name by which it asks for tokens; with an issuer, the `sub` of its tokens."
    )
    name: Name
    issuer: Name | None = Field(
        None, description="The OpenID provider that vouches for it; absent: the service itself, by a secret."
    )

    def acting_for(self, organisation_id: UUID) -> PrincipalCreate:
        """Return it as a representative of the organisation."""
        return PrincipalCreate(**self.model_dump(), kind=Kind.REPRESENTATIVE, organisation_id=organisation_id)


class RegistrarCreate(Strict):
    """The organisation that is to register a party's organisations and principals, with its first principal."""

    organisation: OrganisationNew | None = Field(None, description="A new organisation; or send `organisation_id`.")
    organisation_id: OrganisationId | None = Field(None, description="One that is registered already.")
    principal: FirstPrincipal | None = Field(
        None, description="Who acts for it first; needed unless somebody acts for it already."
    )


class HeldRole(Read):
    """What a principal is in the registry (no commission), in one commission, or in one of its working groups."""

    commission_id: UUID | None
    commission: Named | None
    working_group_id: UUID | None
    working_group: Named | None
    role: Role


class PrincipalRead(Read):
    """A principal, as its party and the administrator see it."""

    id: UUID
    issuer: str = Field(description="`local`, or the OpenID provider that vouches for it.")
    client_id: str
    name: str
    kind: Kind
    organisation_id: UUID | None
    organisation: Named | None
    party: str | None
    roles: list[HeldRole] = Field(description="What it is beyond reading as its party; nothing once it is deactivated.")
    registered_by: Named | None = Field(description="The principal that registered it; null where nobody can tell.")
    created_at: datetime
    deactivated_at: datetime | None
    refused_at: datetime | None = Field(
        description="Since when its party takes logins at its own identity provider alone, and this has none there; null: it may call."
    )


class PrincipalSecret(PrincipalRead):
    """A principal with its new secret: shown this once, and null when the answer is replayed."""

    client_secret: str | None


class SecretCreate(Strict):
    """A new secret for a principal."""

    old_secrets_expire_at: Moment | None = Field(
        None,
        description="Until when the secrets so far stay good; absent: for a day. A moment that has passed ends them now.",
    )


class MySecretCreate(Strict):
    """A new secret for the caller itself, which shows one that it has."""

    client_secret: str = Field(
        min_length=1,
        max_length=500,
        description="The secret that the caller has now.",
        json_schema_extra={"format": "password"},
    )
    old_secrets_expire_at: Moment | None = Field(
        None,
        description="Until when the secrets so far stay good; absent: for a day. A moment that has passed ends them now.",
    )


class MySecret(Read):
    """The caller's new secret: shown this once, and null when the answer is replayed."""

    client_id: str
    client_secret: str | None
    old_secrets_expire_at: datetime


class RegistrarRead(Read):
    """A party's registrar as it was named, with its first principal's secret: shown this once, and null when the answer is replayed."""

    party: str
    organisation: OrganisationRead
    principal: PrincipalRead | None
    client_secret: str | None


class RestorationCreate(Strict):
    """What the operator announces to do for a party whose registrar has lost its access."""

    party: PartyCode
    reason: Reason
    principal: FirstPrincipal | None = Field(None, description="A new principal that acts for the registrar.")
    ends_own_issuer_only: bool = Field(
        default=False, description="Whether the service's secrets are good again: the party's own provider is lost."
    )


class ObjectionCreate(Strict):
    """Why what was announced for a party is not to be done."""

    reason: Reason


class RestorationRead(Read):
    """What the operator announced to do for a party whose registrar lost its access; open until it is stopped or carried out."""

    id: UUID
    party: str
    registrar: Named = Field(description="The party's registrar, for which the new principal would act.")
    reason: str
    principal_id: UUID | None = Field(description="The id that the new principal gets; null: there is none.")
    client_id: str | None
    name: str | None
    issuer: str | None = Field(description="The provider that vouches for it; null: the service, by a secret.")
    ends_own_issuer_only: bool
    announced_at: datetime
    acts_from: datetime = Field(description="When it may be carried out: 72 hours after it was announced.")
    ended_at: datetime | None
    outcome: RestorationOutcome | None = Field(description="`stopped` or `restored`; null while it is open.")
    ended_by: Named | None = Field(description="Who stopped it, or carried it out.")
    objection: str | None = Field(description="Why it was stopped.")


class Me(Read):
    """Who the caller is."""

    principal_id: UUID
    client_id: str
    kind: Kind
    organisation_id: UUID | None
    organisation: Named | None
    party: str | None
    roles: list[HeldRole]
    restoration: RestorationRead | None = Field(
        description="What the operator has announced to do for the caller's party, whose registrar lost its access; null: nothing."
    )
