"""What the `data` of the registry's entries holds, kind by kind. Pure."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from service.values import Language, Name, PartyCode, ReducedDate
from service.values.codes import ORGANISATION
from service.verify.replay.commission_shapes import Id, Time, strict

Names = Annotated[dict[Language, Name], Field(max_length=20)]
Code = Annotated[str, StringConstraints(pattern=f"^{ORGANISATION}$")]
Kind = Literal["administrator", "representative", "auditor", "observer"]


@strict
class Party(TypedDict):
    """A government was registered."""

    code: PartyCode
    names: Names


@strict
class Organisation(TypedDict):
    """An organisation as it was registered; before there were codes it had none."""

    id: Id
    party: PartyCode
    code: NotRequired[Code]
    name: Name
    names: NotRequired[Names]


@strict
class Renamed(TypedDict):
    """An organisation has another name since a day."""

    id: Id
    name: Name
    names: Names
    since: ReducedDate


@strict
class Closed(TypedDict):
    """An organisation is no more since a day; what it had in hand went to the successor, if one is named."""

    id: Id
    since: ReducedDate
    reason: str
    successor_id: Id | None


@strict
class Principal(TypedDict):
    """A principal as it was registered; its name stays out of the trail."""

    id: Id
    client_id: str
    kind: Kind
    organisation_id: Id | None
    issuer: Name | None


@strict
class Registrar(TypedDict):
    """A party's registrar was named, with what was registered together with it."""

    party: PartyCode
    organisation_id: Id
    organisation: Organisation | None
    principal: Principal | None


@strict
class Ruled(TypedDict):
    """Whether a party takes its own provider's logins alone; `logged_in_at` is when who said so had logged in there."""

    party: PartyCode
    own_issuer_only: bool
    logged_in_at: Time | None


@strict
class Announced(TypedDict):
    """What the operator will do for a party whose registrar lost its access, after 72 hours."""

    id: Id
    party: PartyCode
    organisation_id: Id
    reason: str
    principal: Principal | None
    ends_own_issuer_only: bool


@strict
class Stopped(TypedDict):
    """What was announced is not done."""

    id: Id
    party: PartyCode
    reason: str


@strict
class Restored(TypedDict):
    """What was announced was done."""

    id: Id
    party: PartyCode


@strict
class Changed(TypedDict):
    """A principal got a new secret, or was deactivated."""

    id: Id
