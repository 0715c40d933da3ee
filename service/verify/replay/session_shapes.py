"""What the `data` of a session's own entries holds, kind by kind. Pure."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from service.values import Name, PartyCode, ReducedDate
from service.verify.replay.commission_shapes import CoChair, Id, Status, strict
from service.verify.replay.commitment_shapes import Effective, NoneYet, NotYet, Proposal


@strict
class Meeting(TypedDict):
    """The members of a session as it begins; those that only a move sets are null or empty."""

    ordinal: Annotated[int, Field(ge=1, le=999)] | None
    working_group_id: Id | None
    host_party: PartyCode | None
    virtual: bool
    venue: Name | None
    starts_on: ReducedDate | None
    ends_on: ReducedDate | None
    co_chairs: dict[PartyCode, CoChair]
    minutes: NotYet
    minutes_reference: NotYet
    subject_to: Annotated[list[PartyCode], Field(max_length=0)]
    steps: NotRequired[NoneYet]
    state: Literal["planned", "proposed"]
    effective_on: NotYet
    corrected: Annotated[dict[str, int], Field(max_length=0)]


@strict
class Begun(TypedDict):
    """A session was planned by its host, or recorded; `proposal`, that it was held."""

    session: Meeting
    proposal: NotRequired[Proposal]
    effective: NotRequired[Effective]


class Published(TypedDict):
    """A session was planned by its host, or recorded: `session`; in entries of version 1 its facts stand side by side."""

    session: NotRequired[Meeting]
    proposal: NotRequired[Proposal]
    effective: NotRequired[Effective]
    id: NotRequired[Id]
    commission_id: NotRequired[Id]
    ordinal: NotRequired[int]
    status: NotRequired[Status]
    host_party: NotRequired[PartyCode]
    venue: NotRequired[Name | None]
    starts_on: NotRequired[ReducedDate | None]
    ends_on: NotRequired[ReducedDate | None]
    minutes_reference: NotRequired[Name | None]
    co_chairs: NotRequired[dict[PartyCode, CoChair]]
