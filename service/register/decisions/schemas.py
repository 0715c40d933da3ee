"""What goes over the wire about moves, and about the machines that allow them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from service.http.openapi.unions import one_of
from service.permissions import Permission
from service.register.decisions.models import Decision, TransitionStatus
from service.register.decisions.rules.lifecycle import Who
from service.values import Read, Reason, Strict


class ConfirmationCreate(Strict):
    """A party's yes or no to a proposal."""

    decision: Decision
    reason: Reason | None = Field(None, description="Needed for a refusal.")


class WithdrawalCreate(Strict):
    """Taking back one's own proposal."""

    reason: Reason | None = None


class ConfirmationRead(Read):
    """A party's yes or no, by whom, when and why."""

    party: str
    decision: Decision
    reason: str | None
    principal_id: UUID
    decided_at: datetime


class MatterRead(Read):
    """What a move is about."""

    kind: str = Field(description="Open to new values: `commitment` is one.")
    id: UUID
    reference: str
    titles: dict[str, str]


class TransitionRead(Read):
    """A proposed move and what became of it."""

    id: UUID
    matter: MatterRead
    commission_id: UUID
    action: str = Field(description="An action of the matter's lifecycle.")
    status: TransitionStatus
    source: str = Field(description="The state that it leaves.")
    target: str = Field(description="The state to which it leads.")
    evidence: dict[str, Any] = Field(
        description="What was sent with the proposal; `move` says of what kind it is.",
        json_schema_extra=one_of("Evidence"),
    )
    proposed_by: str
    proposer_id: UUID
    awaited: list[str] = Field(description="Parties that had to confirm it.")
    confirmations: list[ConfirmationRead]
    proposed_at: datetime
    expires_at: datetime | None
    confirmed_at: datetime | None = Field(description="When the last party agreed and it took effect.")
    closed_at: datetime | None


class OfficeRead(Read):
    """The organisation for which a principal acts."""

    id: UUID
    name: str


class ListedTransitionRead(TransitionRead):
    """A move in the list of all that is decided, with who proposed it and what the caller may do."""

    awaiting: list[str] = Field(description="Parties whose confirmation is still awaited.")
    office: OfficeRead | None = Field(description="The office that proposed it.")
    may_answer: bool = Field(description="Whether this caller may confirm or refuse it now.")


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
    when: dict[str, str]


class LifecycleRead(Read):
    """The whole machine."""

    states: list[StateRead]
    steps: list[StepRead]
    evidence: dict[str, Any] = Field(description="JSON Schema of each action's evidence.")
    picture: str = Field(description="Mermaid state diagram.")
