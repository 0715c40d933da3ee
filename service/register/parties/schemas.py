"""What goes over the wire about parties, organisations and principals."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import Field, StringConstraints

from service.permissions import Kind, Role
from service.values import Language, Moment, Name, PartyCode, Read, Strict, Titles
from service.values.codes import OrganisationId

ClientId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._|@-]{2,99}$"),
    Field(description="Name by which the principal asks for tokens.", examples=["pk-ead-system"]),
]


class PartyCreate(Strict):
    """A government to register."""

    code: PartyCode
    names: Titles


class PartyRead(Read):
    """A government that takes part in commissions."""

    code: str
    names: dict[str, str]
    created_at: datetime


class OrganisationCreate(Strict):
    """A ministry, agency, service or company to register under its party."""

    party: PartyCode
    name: Name = Field(description="Name by which it is known in the register; unique within its party.")
    names: dict[Language, Name] = Field(
        default_factory=dict, max_length=20, description="Names by language tag (BCP 47)."
    )


class OrganisationRead(Read):
    """An organisation of one party."""

    id: UUID
    party: str
    name: str
    names: dict[str, str]
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


class PrincipalRead(Read):
    """A principal, as the administrator sees it."""

    id: UUID
    issuer: str = Field(description="`local`, or the OpenID provider that vouches for it.")
    client_id: str
    name: str
    kind: Kind
    organisation_id: UUID | None
    party: str | None
    created_at: datetime
    deactivated_at: datetime | None


class PrincipalSecret(PrincipalRead):
    """A principal with its new secret: shown this once, and null when the answer is replayed."""

    client_secret: str | None


class SecretCreate(Strict):
    """A new secret for a principal."""

    old_secrets_expire_at: Moment | None = Field(
        None, description="Until when the secrets so far stay good; absent: they end now."
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


class MyRole(Read):
    """What the caller is in one commission, or in one of its working groups."""

    commission_id: UUID
    working_group_id: UUID | None
    role: Role


class Me(Read):
    """Who the caller is."""

    principal_id: UUID
    client_id: str
    kind: Kind
    organisation_id: UUID | None
    party: str | None
    roles: list[MyRole]


class PrincipalRegistered(Read):
    """A principal was registered; its name stays out of the trail, which is for good."""

    id: UUID
    client_id: str
    kind: Kind
    organisation_id: UUID | None
    issuer: str | None


class OrganisationRegistered(Read):
    """An organisation was registered under its party."""

    id: UUID
    party: str
    name: str
    names: dict[str, str]


class PartyRegistered(Read):
    """A government was registered."""

    code: str
    names: dict[str, str]


class PrincipalChanged(Read):
    """A principal got a new secret, or was deactivated."""

    id: UUID


OF_REGISTRY: Final[Mapping[str, type]] = {
    "party.registered": PartyRegistered,
    "organisation.registered": OrganisationRegistered,
    "principal.registered": PrincipalRegistered,
    "principal.secret_rotated": PrincipalChanged,
    "principal.deactivated": PrincipalChanged,
}
"""What the entries of the registry's trail hold, by kind."""
