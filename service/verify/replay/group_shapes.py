"""What the `data` of a working group's own entries holds, kind by kind. Pure."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from service.values import Name, PartyCode, Sector, Titles
from service.verify.replay.commission_shapes import Id, strict
from service.verify.replay.commitment_shapes import Effective, NotYet, Proposal


@strict
class Seats(TypedDict):
    """A party's organisations in a group."""

    co_lead: Id | None
    members: list[Id]


@strict
class Group(TypedDict):
    """The members of a working group as it is recorded; those that only a move sets are null or empty."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9.-]+/JWG/[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
    titles: Titles
    sector: Sector
    founded_at_session_id: Id | None
    founding_act: Name | None
    organisations: dict[PartyCode, Seats]
    contacts: Annotated[dict[str, str], Field(max_length=0)]
    merged_into_id: NotYet
    state: Literal["proposed"]
    effective_on: NotYet
    corrected: Annotated[dict[str, int], Field(max_length=0)]


@strict
class GroupRecorded(TypedDict):
    """A working group was recorded, with the proposal that it was founded."""

    working_group: Group
    proposal: Proposal
    effective: NotRequired[Effective]
