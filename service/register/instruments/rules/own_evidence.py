"""What one party says of its own side of an instrument: steps at home, notifications, its signature, notice. Pure."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from service.register.decisions.rules.evidence import Evidence
from service.register.decisions.rules.steps import StepAtHome, StepsOfTemplate
from service.register.instruments.rules.lifecycle import InstrumentAction
from service.register.instruments.rules.texts import KnownSignatory
from service.values import Flag, ModernDate, Name, PartyCode, Reason


class Notified(StrEnum):
    """What one side tells: that its procedures at home are completed; or that it deposited its instrument of consent."""

    NOTIFICATION = "notification"
    DEPOSIT = "deposit"


class RecordStep(StepAtHome):
    """A party says how far a step at home is. It says so anew where that was wrong, or has changed."""

    action: Literal[InstrumentAction.RECORD_STEP]


class ApplyTemplate(StepsOfTemplate):
    """A party takes the steps of a template of its own as needed here; those of which it said something already stay as they are."""

    action: Literal[InstrumentAction.APPLY_TEMPLATE]


class SendNotification(Evidence):
    """A party has notified the others, or deposited its instrument of consent: on which day, `effective_on` says."""

    action: Literal[InstrumentAction.SEND_NOTIFICATION]
    what: Notified | None = Field(description="`notification` or `deposit`; null: it turned out that there was none.")
    channel: Name | None = Field(None, examples=["Embassy in Baku, note verbale"])
    note_number: Name | None = None


class ReceiveNotification(Evidence):
    """A party has received another's notification: on which day, `effective_on` says."""

    action: Literal[InstrumentAction.RECEIVE_NOTIFICATION]
    sender: PartyCode = Field(description="Whose notification it is.")
    received: Flag = Field(True, description="false: it turned out not to have come.")  # noqa: FBT003
    note_number: Name | None = None


class SignFirst(Evidence):
    """A party signs before the other does."""

    action: Literal[InstrumentAction.SIGN_FIRST]
    effective_on: ModernDate
    place: Name
    signatory: KnownSignatory


class GiveNotice(Evidence):
    """A party gives notice."""

    action: Literal[InstrumentAction.GIVE_NOTICE]
    effective_on: ModernDate = Field(description="When it was sent.")
    received_on: ModernDate | None = Field(None, description="When the other side received it, if that is known.")
    clause: Name = Field(description="By which clause.", examples=["Article 12, paragraph 2"])


class RevokeNotice(Evidence):
    """A party takes its notice back, before it takes effect (Vienna Convention on the Law of Treaties, article 68)."""

    action: Literal[InstrumentAction.REVOKE_NOTICE]
    reason: Reason | None = None


class ObjectTo(Evidence):
    """A party objects to an end by notice of the other: it stands beside it, as disputed."""

    action: Literal[InstrumentAction.OBJECT]
    reason: Reason


class Publish(Evidence):
    """A party published it at home: on which day, `effective_on` says."""

    action: Literal[InstrumentAction.PUBLISH]
    where: Name | None = Field(description="Gazette and number; null: it turned out not to be published.")
