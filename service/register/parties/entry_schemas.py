"""What the entries of the registry's trail hold, as they are published."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from service.permissions import Kind
from service.values import Read


class PrincipalInEntry(Read):
    """A principal as an entry tells it: its name stays out of the trail, which is for good."""

    id: UUID
    client_id: str
    kind: Kind
    organisation_id: UUID | None
    issuer: str | None


class PrincipalRegistered(PrincipalInEntry):
    """A principal was registered."""


class OrganisationInEntry(Read):
    """An organisation as an entry tells it."""

    id: UUID
    party: str
    code: str
    name: str
    names: dict[str, str]


class OrganisationRegistered(OrganisationInEntry):
    """An organisation was registered under its party; in entries from before there were codes it has none."""

    code: str | None = None  # type: ignore[assignment]


class OrganisationRenamed(Read):
    """An organisation has another name since a day; its code stays."""

    id: UUID
    name: str
    names: dict[str, str]
    since: str


class OrganisationClosed(Read):
    """An organisation is no more since a day; what it had in hand went to another of its party, if one is named."""

    id: UUID
    since: str
    reason: str
    successor_id: UUID | None


class PartyRegistered(Read):
    """A government was registered."""

    code: str
    names: dict[str, str]


class RegistrarNamed(Read):
    """A party's registrar was named; what was registered together with it stands here too."""

    party: str
    organisation_id: UUID
    organisation: OrganisationInEntry | None
    principal: PrincipalInEntry | None


class PrincipalChanged(Read):
    """A principal got a new secret, or was deactivated."""

    id: UUID


class CredentialsRuled(Read):
    """Whether a party takes its own provider's logins alone, since when the registrar that said so had logged in there."""

    party: str
    own_issuer_only: bool
    logged_in_at: str | None


class AccessAnnounced(Read):
    """What the operator will do, after 72 hours, for a party whose registrar lost its access."""

    id: UUID
    party: str
    organisation_id: UUID
    reason: str
    principal: PrincipalInEntry | None
    ends_own_issuer_only: bool


class AccessStopped(Read):
    """What was announced for a party is not done."""

    id: UUID
    party: str
    reason: str


class AccessRestored(Read):
    """What was announced for a party was carried out."""

    id: UUID
    party: str


OF_REGISTRY: Final[Mapping[str, type]] = {
    "party.registered": PartyRegistered,
    "organisation.registered": OrganisationRegistered,
    "organisation.renamed": OrganisationRenamed,
    "organisation.closed": OrganisationClosed,
    "registrar.named": RegistrarNamed,
    "principal.registered": PrincipalRegistered,
    "principal.secret_rotated": PrincipalChanged,
    "principal.deactivated": PrincipalChanged,
    "party.credentials_ruled": CredentialsRuled,
    "access.announced": AccessAnnounced,
    "access.stopped": AccessStopped,
    "access.restored": AccessRestored,
}
"""What the entries of the registry's trail hold, by kind."""
