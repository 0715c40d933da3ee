"""What the entry that founds a commission holds. Pure."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from service.values import Language, Name, PartyCode, ReducedDate, Titles
from service.verify.replay.commission_shapes import Code, Id, Rule, Secretariat, strict
from service.verify.replay.commitment_shapes import NotYet


@strict
class Charter(TypedDict):
    """The members of a charter at the founding; those that only a move sets are null or empty."""

    code: Code
    titles: Titles
    parties: Annotated[list[PartyCode], Field(min_length=2, max_length=20)]
    outside: Annotated[list[PartyCode], Field(max_length=19)]
    secretariats: dict[PartyCode, Id]
    languages: Annotated[list[Language], Field(min_length=1, max_length=10)]
    founded_on: ReducedDate | None
    founding_act: Name | None
    confidentiality: NotRequired[Literal["public", "parties"]]
    entered: Annotated[dict[str, NotYet], Field(max_length=0)]
    departed: Annotated[dict[str, NotYet], Field(max_length=0)]
    successor: NotYet
    reopened: NotRequired[NotYet]
    auditors: NotRequired[Annotated[list[Id], Field(max_length=0)]]
    step_templates: NotRequired[Annotated[dict[str, NotYet], Field(max_length=0)]]
    state: Literal["founded", "kept", "in_force"]
    effective_on: NotYet
    corrected: Annotated[dict[str, int], Field(max_length=0)]


@strict
class Founded2(TypedDict):
    """A commission was founded, with its charter."""

    commission: Charter


class Published(TypedDict):
    """A commission was founded: `commission`; in entries of version 1 its facts stand side by side."""

    commission: NotRequired[Charter]
    id: NotRequired[Id]
    code: NotRequired[Code]
    titles: NotRequired[Titles]
    parties: NotRequired[list[Secretariat]]
    languages: NotRequired[list[Language]]
    rule: NotRequired[Rule]
    founded_on: NotRequired[ReducedDate | None]
