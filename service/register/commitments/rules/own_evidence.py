"""What one party says of its own side of a commitment: its approval, its steps at home, what it makes of what was there before it. Pure."""

from typing import Annotated, Literal

from pydantic import Field

from service.register.commitments.rules.lifecycle import Action
from service.register.decisions.rules.evidence import Evidence
from service.register.decisions.rules.steps import StepAtHome, StepsOfTemplate
from service.values import Flag, Reason


class Approve(Evidence):
    """A party's approval at home is there: it is no longer awaited. No other party confirms it."""

    action: Literal[Action.APPROVE]
    approved: Flag = Field(True, description="false: it turned out not to be there, and is awaited again.")  # noqa: FBT003


class Acknowledge(Evidence):
    """A party that came in later acknowledges what was recorded without it. No other party confirms it."""

    action: Literal[Action.ACKNOWLEDGE]
    version: Annotated[
        int, Field(strict=True, ge=0, examples=[3], description="The version that it saw: the present one.")
    ]


class Dispute(Evidence):
    """A party that came in later does not acknowledge what was recorded without it, or does so no longer."""

    action: Literal[Action.DISPUTE]
    reason: Reason


class RecordCommitmentStep(StepAtHome):
    """A party says how far a step at home is. It says so anew where that was wrong, or has changed."""

    action: Literal[Action.RECORD_STEP]


class ApplyCommitmentTemplate(StepsOfTemplate):
    """A party takes the steps of a template of its own as needed here; those of which it said something already stay as they are."""

    action: Literal[Action.APPLY_TEMPLATE]
