"""What each move of a session needs as evidence: one model per action, shared by the wire, the audit entry and the verifier. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import Field, TypeAdapter, model_validator
from typing_extensions import TypeAliasType

from service.register.commissions.rules.lifecycle import SessionAction
from service.register.decisions.rules import mending
from service.register.decisions.rules.evidence import DocumentDigest, DocumentId, Evidence
from service.register.decisions.rules.steps import StepAtHome, StepsOfTemplate
from service.values import Flag, Language, ModernDate, Name, Number, PartyCode, Reason, Strict

Ordinal = Annotated[Number, Field(ge=1, le=999)]


class CoChair(Strict):
    """Who heads one party's delegation."""

    name: Name
    title: Name


class MinutesText(Strict):
    """The minutes in one language: where they are filed, their document, or its digest."""

    language: Language
    reference: Name | None = Field(None, description="Where the signed text is filed.")
    document_id: DocumentId | None = None
    sha256: DocumentDigest | None = None

    @model_validator(mode="after")
    def _is_found_somewhere(self) -> "MinutesText":
        if self.reference is None and self.sha256 is None and self.document_id is None:
            raise ValueError(
                "needs a reference, the document_id of the text, or the sha256 of one that is kept elsewhere"
            )
        return self


class MoveSession(Evidence):
    """The host moves it to new days, or puts it off without any."""

    action: Literal[SessionAction.MOVE]
    starts_on: ModernDate | None = None
    ends_on: ModernDate | None = None
    venue: Name | None = Field(None, description="Where it is to meet, if that is another place.")
    reason: Reason


class ChangeHost(Evidence):
    """Another party hosts it."""

    action: Literal[SessionAction.CHANGE_HOST]
    host_party: PartyCode
    virtual: Flag | None = Field(None, description="Whether it meets at no place; the party stands in a host's place.")
    venue: Name | None = Field(None, description="Where it is to meet there; absent: it is not known yet.")
    reason: Reason | None = None


class CancelSession(Evidence):
    """It does not meet."""

    action: Literal[SessionAction.CANCEL]
    reason: Reason


class Adoption(Evidence):
    """What may be said of minutes that are adopted."""

    subject_to: list[PartyCode] | None = Field(
        None, max_length=20, description="Parties whose approval at home the minutes are subject to."
    )


class HoldSession(Adoption):
    """It met; with `minutes`, these were adopted there and then."""

    action: Literal[SessionAction.HOLD]
    starts_on: ModernDate | None = Field(None, description="Its first day; one of the two days may be unknown.")
    ends_on: ModernDate | None = Field(None, description="Its last day.")
    venue: Name | None = Field(None, description="Where it met; needed unless it was virtual, or is known already.")
    minutes: Annotated[list[MinutesText], Field(min_length=1, max_length=20)] | None = Field(
        None, description="The minutes in each of their languages, if they are adopted with the same move."
    )


class AdoptMinutes(Adoption):
    """Every party adopts the minutes."""

    action: Literal[SessionAction.ADOPT]
    minutes: list[MinutesText] = Field(
        min_length=1, max_length=20, description="The minutes in each of their languages."
    )


class NameCoChair(Evidence):
    """A party says who heads its delegation."""

    action: Literal[SessionAction.NAME_CO_CHAIR]
    co_chair: CoChair | None = Field(description="Of the caller's own party; null: nobody.")


class RecordSessionStep(StepAtHome):
    """A party says how far a step at home is, for the minutes. It says so anew where that was wrong, or has changed."""

    action: Literal[SessionAction.RECORD_STEP]


class ApplySessionTemplate(StepsOfTemplate):
    """A party takes the steps of a template of its own as needed here; those of which it said something already stay as they are."""

    action: Literal[SessionAction.APPLY_TEMPLATE]


class CorrectSession(mending.Correct):
    """A fact had been written down wrongly; it is put right, and the old value stays in the trail."""

    action: Literal[SessionAction.CORRECT]


class ReinstateSession(mending.Reinstate):
    """The last move was a mistake, or is revived: it goes back to the state that this move left."""

    action: Literal[SessionAction.REINSTATE]


class RetractSession(Evidence):
    """Who recorded it takes it back."""

    action: Literal[SessionAction.RETRACT]
    reason: Reason | None = None


AnyEvidence = (
    MoveSession
    | ChangeHost
    | CancelSession
    | HoldSession
    | AdoptMinutes
    | NameCoChair
    | RecordSessionStep
    | ApplySessionTemplate
    | CorrectSession
    | ReinstateSession
    | RetractSession
)
SessionProposal = TypeAliasType(
    "SessionProposal",
    Annotated[
        AnyEvidence,
        Field(discriminator="action", description="A move of a session with its evidence, told apart by `action`."),
    ],
)
"""A move of a session with its evidence, told apart by `action`; published under this name."""

MODELS: Final[Mapping[StrEnum, type[Evidence]]] = {
    SessionAction.MOVE: MoveSession,
    SessionAction.CHANGE_HOST: ChangeHost,
    SessionAction.CANCEL: CancelSession,
    SessionAction.HOLD: HoldSession,
    SessionAction.ADOPT: AdoptMinutes,
    SessionAction.NAME_CO_CHAIR: NameCoChair,
    SessionAction.RECORD_STEP: RecordSessionStep,
    SessionAction.APPLY_TEMPLATE: ApplySessionTemplate,
    SessionAction.CORRECT: CorrectSession,
    SessionAction.REINSTATE: ReinstateSession,
    SessionAction.RETRACT: RetractSession,
}
SHARED: Final[Mapping[str, TypeAdapter[Any]]] = {
    "ordinal": TypeAdapter(Ordinal | None),
    "host_party": TypeAdapter(PartyCode | None),
    "virtual": TypeAdapter(Flag),
    "venue": TypeAdapter(Name | None),
    "starts_on": TypeAdapter(ModernDate | None),
    "ends_on": TypeAdapter(ModernDate | None),
    "minutes_reference": TypeAdapter(Name | None),
}
"""Facts that are recorded as they are, and the shape of each."""
