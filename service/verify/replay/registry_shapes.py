"""What the `data` of the registry's entries holds, kind by kind. Pure."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from service.values import Language, Name, PartyCode, ReducedDate
from service.values.codes import ORGANISATION
from service.verify.replay.commission_shapes import Id, strict

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
class Changed(TypedDict):
    """A principal got a new secret, or was deactivated."""

    id: Id
