"""What goes over the wire about moves, and about the machines that allow them."""

from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from service.http.openapi.unions import one_of
from service.http.problems import Problem
from service.permissions import Permission
from service.register.decisions.models import Decision, TransitionStatus
from service.register.decisions.rules.lifecycle import Who
from service.register.parties.schemas import Named
from service.values import Read, Reason, ReducedDate, Strict
from service.values.codes import MatterId, OrganisationId

Digest = Annotated[
    str, Field(pattern="^[0-9a-f]{64}$", examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
]


KeptBy = Annotated[
    str | None,
    Field(
        description="The party that keeps its commission alone, without another's word: today, as of whichever day the rest is asked."
    ),
]


class ConfirmationCreate(Strict):
    """A party's yes or no to a proposal; who has said yes may still say no, until it takes effect."""

    decision: Decision
    reason: Reason | None = Field(None, description="Needed for a refusal.")
    secretariat_id: OrganisationId | None = Field(
        None,
        description="Needed of a party that begins to take part in a commission, and only then: its secretariat there.",
    )
    reviewed: Digest | None = Field(
        None,
        description="What was looked at, as the list of transitions says it: if something has changed since, it is refused (412).",
    )

    def brings(self) -> dict[str, str]:
        """Return what it brings beside the answer, as its entry says it."""
        return {name: str(value) for name, value in self if name in BRINGS and value is not None}


BRINGS: Final = frozenset(ConfirmationCreate.model_fields) - {"decision", "reason", "reviewed"}
"""What a confirmation may have to bring; of whom what is asked, the rules of the matter say."""


class ReviewedTransition(Strict):
    """A transition, and what was looked at before it is answered."""

    id: UUID
    reviewed: Digest | None = None


class ConfirmationsCreate(Strict):
    """A party's yes or no to many proposals."""

    transitions: list[UUID | ReviewedTransition] = Field(
        min_length=1, max_length=500, description="Each by its id, or with what was reviewed of it."
    )
    decision: Decision
    reason: Reason | None = Field(None, description="Needed for a refusal.")


class SeenMatter(Strict):
    """A matter, and the version of it that was seen, where a move names one (`acknowledge`)."""

    matter_id: MatterId
    version: int = Field(strict=True, ge=0)


class ProposalsCreate(BaseModel):
    """The same move for many matters; beside these members stands its evidence, as it does for one."""

    model_config = ConfigDict(extra="allow", frozen=True)

    action: str = Field(max_length=64, examples=["suspend"], description="An action of the matters' lifecycle.")
    matters: list[MatterId | SeenMatter] = Field(
        min_length=1,
        max_length=500,
        description="Ids of matters of this commission, each with the version that was seen where the move names one.",
    )


class WithdrawalCreate(Strict):
    """Taking back one's own proposal."""

    reason: Reason | None = None


OWN_PEOPLE: Final = "Who that is, where it is of the caller's own party."


class ConfirmationRead(Read):
    """A party's yes or no, by whom, when and why."""

    party: str
    decision: Decision
    reason: str | None
    principal_id: UUID
    principal: Named | None = Field(description=OWN_PEOPLE)
    decided_at: datetime


class MatterRead(Read):
    """What a move is about."""

    kind: str = Field(description="Open to new values: `commitment` is one.")
    id: UUID
    reference: str
    titles: dict[str, str]


class WarningRead(Read):
    """Something odd that may have been so: it is no refusal."""

    pointer: str = Field(description="Where it stands in the evidence (RFC 6901).")
    detail: str


class CorrectedRead(Read):
    """A fact that a move had brought wrongly, as it is now."""

    fact: str = Field(description="Its name, as the evidence of the move spells it.", examples=["reason"])
    value: Any = Field(description="What it says now; null: it is not known.")
    entry: int = Field(description="Number of the entry, in the trail of the matter, by which it was put right last.")
    transition: UUID = Field(description="The move that did.")


class TransitionRead(Read):
    """A proposed move and what became of it."""

    id: UUID
    matter: MatterRead
    commission_id: UUID
    commission: Named | None
    action: str = Field(description="An action of the matter's lifecycle.")
    status: TransitionStatus
    source: str = Field(description="The state that it leaves.")
    target: str = Field(description="The state to which it leads.")
    evidence: dict[str, Any] = Field(
        description="What was sent with the proposal; `move` says of what kind it is. Where it names what the caller may not see, that is "
        "`withheld`, and none of it is told.",
        json_schema_extra=one_of("Evidence"),
    )
    proposed_by: str
    proposer_id: UUID
    proposer: Named | None = Field(description=OWN_PEOPLE)
    awaited: list[str] = Field(description="Parties that had to confirm it.")
    confirmations: list[ConfirmationRead]
    proposed_at: datetime
    expires_at: datetime | None
    confirmed_at: datetime | None = Field(description="When the last party agreed and it took effect.")
    closed_at: datetime | None
    corrected: list[CorrectedRead] = Field(
        description="Facts of it that corrections have put right since, as they are now; `evidence` stays what was sent."
    )
    warnings: list[WarningRead] = Field(
        description="What is odd in its dates and may have been so in history, by what its matter tells now."
    )


class WithheldEvidence(BaseModel):
    """Evidence that names what the caller may not see: none of it is told."""


class ListedTransitionRead(TransitionRead):
    """A move in the list of all that is decided, with who proposed it and what the caller may do."""

    awaiting: list[str] = Field(description="Parties whose confirmation is still awaited.")
    office: Named | None = Field(description="The office that proposed it.")
    may_answer: bool = Field(description="Whether this caller may confirm or refuse it now.")
    may_refuse: bool = Field(
        description="Whether this caller may refuse it now: also where its party has confirmed it, until it takes effect."
    )
    reviewed: str | None = Field(
        description="Of an open one: a digest (SHA-256, hex) of its evidence and of the version of what it would change. Sent with "
        "the answer, it makes sure that what is answered is what was looked at."
    )


class OpenTransition(Read):
    """The proposal that is waiting."""

    id: UUID
    proposed_by: str
    awaiting: list[str] = Field(description="Parties whose confirmation is still awaited.")
    expires_at: datetime | None


class PastRead(Read):
    """Of which day in the world, and by what was known at which moment, a matter is told."""

    as_of: date = Field(description="The day in the world.")
    known_at: datetime | None = Field(description="null: by what is known now.")
    uncertain: list[str] = Field(
        description="States that it may have reached by then: their dates are reduced, and they count from the last day of these."
    )


class Missing(Read):
    """A piece of evidence that the action needs."""

    pointer: str
    detail: str


class OutcomeRead(Read):
    """What became of one of many: a transition, or a problem."""

    id: UUID = Field(description="What was asked: the transition, or the matter of a proposal.")
    transition: TransitionRead | None
    problem: Problem | None = Field(description="The problem document (RFC 9457) with which it would be refused alone.")


class OutcomesRead(Read):
    """What became of each, in the order asked."""

    results: list[OutcomeRead]


class StateRead(Read):
    """A state of the lifecycle."""

    state: str
    meaning: str
    open: bool
    spine: bool


class StepRead(Read):
    """A row of the lifecycle; `target` is a state, or `back` for the state that was left."""

    action: str
    source: str
    target: str
    permission: Permission
    who: Who = Field(description="`all`: every party confirms it; `own`: one party alone, and at once.")
    by: str | None = Field(
        description="Of an own step: the fact that names the one party that may; null: each party may."
    )
    when: dict[str, str]


class LifecycleRead(Read):
    """The whole machine."""

    states: list[StateRead]
    steps: list[StepRead]
    evidence: dict[str, Any] = Field(description="JSON Schema of each action's evidence.")
    picture: str = Field(description="Mermaid state diagram.")


class DomesticStepRead(Read):
    """How far a step at home is, as its party says."""

    party: str
    step: str
    status: str
    on: ReducedDate | None
    note: str | None


class MissingStepRead(Read):
    """A step that is missing: whose it is, and since when."""

    party: str | None
    step: str
    detail: str
    since: ReducedDate | None
