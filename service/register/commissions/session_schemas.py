"""What goes over the wire about sessions."""

from collections.abc import Mapping
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from service.register.commissions.rules.evidence import CoChair, HoldSession, Ordinal
from service.register.commissions.rules.lifecycle import SessionAction, SessionState
from service.register.decisions.schemas import DomesticStepRead, KeptBy, Missing, MissingStepRead, OpenTransition
from service.register.parties.schemas import Named
from service.values import Flag, ModernDate, Name, PartyCode, Read, ReducedDate, Strict
from service.values.codes import WorkingGroupId


class Held(HoldSession):
    """That it was held, as is proposed together with the record."""

    action: Literal[SessionAction.HOLD] = SessionAction.HOLD


class SessionCreate(Strict):
    """A meeting that its host plans, alone; or one of before the register, which every other party confirms.

    The host of a plan is the caller's own party, also if nothing is said.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("status", "state"), "the action says how it begins, and moves lead further"),
        **dict.fromkeys(("minutes", "minutes_reference"), "minutes are adopted by a move, or in held"),
    }
    action: Literal["plan", "record"] = Field(
        description="`plan`: the host does it, and nobody confirms; `record`: what is known of one of before the register."
    )
    working_group_id: WorkingGroupId | None = Field(
        None, description="The working group whose session it is, if it is one."
    )
    ordinal: Ordinal | None = Field(None, description="Its number; absent for an extraordinary session.")
    host_party: PartyCode | None = None
    virtual: Flag = Field(
        default=False, description="Whether it meets at no place; the party stands in a host's place."
    )
    venue: Name | None = None
    starts_on: ModernDate | None = None
    ends_on: ModernDate | None = None
    co_chair: CoChair | None = Field(None, description="The co-chair of the caller's own party.")
    held: Held | None = Field(
        None, description="Of a record: evidence of the move `hold`, which is then proposed together with it."
    )


class SessionPatch(Strict):
    """The caller's own co-chair (RFC 7396); it is the spelling of the move `name_co_chair`."""

    elsewhere: ClassVar[Mapping[str, str]] = {
        "ordinal": "it changes by the action 'correct'",
        "host_party": "it changes by the action 'change_host'",
        "co_chairs": "a secretariat names its own, as co_chair",
        **dict.fromkeys(("status", "state"), "it changes by moves (POST /v1/sessions/{session_id}/transitions)"),
        **dict.fromkeys(("starts_on", "ends_on", "venue"), "its host moves it: the action 'move'"),
        "minutes_reference": "minutes are adopted: the action 'adopt'",
    }
    co_chair: CoChair | None = None


class CoChairRead(Read):
    """Who heads one party's delegation."""

    name: str
    title: str


class MinutesTextRead(Read):
    """The minutes in one language."""

    language: str
    reference: str | None
    document_id: UUID | None = Field(description="Its document in this register.")
    sha256: str | None


class SessionRead(Read):
    """A meeting of a commission, or of a working group."""

    id: UUID
    reference: str = Field(
        description="The code of the commission, or of the working group whose session it is, and the ordinal; 00 without one."
    )
    version: int = Field(description="The number in its ETag.")
    commission_id: UUID
    commission: Named | None
    kept_by: KeptBy
    working_group_id: UUID | None
    working_group: Named | None = Field(
        description="Null: a session of the commission, or of a group that the caller may not see."
    )
    ordinal: int | None = Field(description="Null: an extraordinary session.")
    state: SessionState
    host_party: str | None
    virtual: bool
    venue: str | None
    starts_on: ReducedDate | None
    ends_on: ReducedDate | None
    co_chairs: dict[str, CoChairRead] = Field(description="By party code; each party names its own.")
    minutes: list[MinutesTextRead] | None = Field(description="The adopted minutes in each of their languages.")
    minutes_reference: str | None = Field(description="What the host said of them before they could be adopted.")
    subject_to: list[str] = Field(description="Parties whose approval at home the minutes are subject to.")
    steps: list[DomesticStepRead] = Field(description="What each party says of its own steps at home.")
    steps_missing_of: list[str] = Field(description="Parties of which a step is missing.")
    missing_steps: list[MissingStepRead]
    effective_on: ReducedDate | None = Field(description="Since when, in the world, it has been in this state.")
    unknown: list[str] = Field(description="Of one that met: what nobody has said yet; `correct` supplies it.")
    corrected: dict[str, int] = Field(
        description="Facts that had been written down wrongly, and the number of the entry that put each right."
    )
    recorded_by: str
    is_joint: bool = Field(
        description="Whether every party has confirmed anything of it; until then they alone see it."
    )
    open_transition: OpenTransition | None


class AllowedSessionAction(Read):
    """A move that the caller may propose, or make, now."""

    action: SessionAction
    missing: list[Missing] = Field(description="The evidence that a proposal must bring.")
    awaits: list[str] = Field(description="Parties that would have to confirm it.")


class Awaited(Read):
    """What a session awaits of one party."""

    party: str
    session: int = Field(description="Open proposals on the session itself.")
    commitments: int = Field(description="Open proposals on its commitments, of those that the caller may see.")


class SessionDetail(SessionRead):
    """A session, with what it awaits of whom, and what the caller may do next."""

    awaits: list[Awaited]
    same_ordinal: list[UUID] = Field(description="Other sessions that bear its number and have not met, or did.")
    allowed_actions: list[AllowedSessionAction] = Field(description="Empty for callers who may not propose.")
