"""What goes over the wire about moves, and about the machine that allows them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from service.permissions import Permission
from service.register.commitments.models import Decision, TransitionStatus
from service.register.commitments.rules.lifecycle import Action, State
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


class TransitionRead(Read):
    """A proposed move and what became of it."""

    id: UUID
    commitment_id: UUID
    reference: str
    action: Action
    status: TransitionStatus
    source: State
    target: State
    evidence: dict[str, Any]
    proposed_by: str
    proposer_id: UUID
    awaited: list[str] = Field(description="Parties that had to confirm it.")
    confirmations: list[ConfirmationRead]
    proposed_at: datetime
    expires_at: datetime | None
    confirmed_at: datetime | None = Field(description="When the last party agreed and it took effect.")
    closed_at: datetime | None


class StateRead(Read):
    """A state of the lifecycle."""

    state: State
    meaning: str
    open: bool
    spine: bool


class StepRead(Read):
    """A row of the lifecycle; `target` is a state, or `back` for the state that was left."""

    action: Action
    source: State
    target: str
    permission: Permission
    when: dict[str, str]


class LifecycleRead(Read):
    """The whole machine."""

    states: list[StateRead]
    steps: list[StepRead]
    evidence: dict[str, Any] = Field(description="JSON Schema of each action's evidence.")
    picture: str = Field(description="Mermaid state diagram.")
