"""What each action needs as evidence: one model per action, shared by the wire, the audit entry and the verifier. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from service.register.commitments.rules.amendment import Reference, SharedChanges
from service.register.commitments.rules.lifecycle import Action, State
from service.register.commitments.rules.own_evidence import (
    Acknowledge,
    ApplyCommitmentTemplate,
    Approve,
    Dispute,
    RecordCommitmentStep,
)
from service.register.decisions.rules import mending
from service.register.decisions.rules.evidence import Evidence
from service.register.instruments.rules.texts import (
    AuthenticText,
    InstrumentKind,
    KnownSignatory,
    KnownText,
    Signatory,
)
from service.values import LongText, ModernDate, Name, PartyCode, Reason, ReducedDate, Texts
from service.values.codes import InstrumentId, SessionId

FoundIn = Literal[State.AGREED, State.MOU_DRAFTED, State.SIGNED, State.IMPLEMENTED]


class Outcome(StrEnum):
    """What was carried out."""

    AS_AGREED = "as_agreed"
    MODIFIED = "modified"


class Agreement(Evidence):
    """It was agreed; for a commitment found in a later state, all that is known of how it came there.

    What is not known is left out: the commitment lists it as `unknown`, and `correct` supplies it later. Where the kind and the title of
    a text are known, an instrument of the register is opened with what is said of it, in the state that it was found in.
    """

    agreed_on: ModernDate | None = Field(None, description="When it was agreed; needed where `found_in` is not said.")
    subject_to: list[PartyCode] | None = Field(
        None, max_length=20, description="Parties whose approval at home is awaited before it binds them."
    )
    found_in: FoundIn = Field(
        State.AGREED, description="The state it was already in when it was recorded; said, no day need be known."
    )
    effective_on: ModernDate | None = Field(None, description="Since when it was in the state it was found in.")
    instrument_id: InstrumentId | None = Field(
        None,
        description="Of one that was found drafted, signed or implemented: the instrument of this register that carries it from then on. "
        "What that tells is read from it, and not said again.",
    )
    instrument_kind: InstrumentKind | None = None
    instrument_title: Name | None = None
    drafting_party: PartyCode | None = Field(None, description="Of one that was found in mou_drafted.")
    texts: Texts | None = Field(None, description="The draft of one that was found in mou_drafted.")
    text_reference: Name | None = Field(None, description="Where that draft is filed, if it is not given here.")
    signed_on: ModernDate | None = Field(
        None, description="When the instrument was signed, of one that was found implemented."
    )
    place: Name | None = Field(None, description="Where the instrument was signed.")
    signatories: list[KnownSignatory] | None = Field(None, max_length=50, description="Those who are known.")
    authentic_texts: list[KnownText] | None = Field(None, max_length=50, description="Those that are known.")
    expires_on: ReducedDate | None = Field(None, description="Until when the instrument is valid.")
    enters_into_force_on: ReducedDate | None = None
    ceremony_on: ReducedDate | None = Field(None, description="Date of a ceremony, where it was another day.")
    report: LongText | None = Field(None, description="The implementation report of one that was found implemented.")
    outcome: Outcome | None = Field(None, description="Of one that was found implemented.")
    modification: Reason | None = Field(None, description="How it was modified, of one that was found implemented.")
    no_instrument_reason: Reason | None = Field(
        None, description="Why one that was found implemented was done without an instrument."
    )


class Agree(Agreement):
    """The other side confirms that it was agreed."""

    action: Literal[Action.AGREE]


class DraftMou(Evidence):
    """A draft was sent: an instrument of the register is opened with what is said of it, unless one is named."""

    action: Literal[Action.DRAFT_MOU]
    instrument_kind: InstrumentKind | None = None
    instrument_title: Name | None = None
    drafting_party: PartyCode | None = None
    effective_on: ModernDate | None = Field(None, description="When the draft was sent.")
    instrument_id: InstrumentId | None = Field(
        None,
        description="Instead of all else: an instrument of this register, of which it is a proposal to carry the commitment.",
    )
    texts: Texts | None = None
    text_reference: Name | None = Field(None, description="Where the text is filed, if it is not given here.")


class Redraft(Evidence):
    """The draft goes back: it has to be written anew."""

    action: Literal[Action.REDRAFT]
    reason: Reason


class Sign(Evidence):
    """The instrument was signed by every party, in every agreed language.

    Where an instrument of the register carries the commitment, it is a proposal of that instrument; where that is signed already,
    nothing more is said: it is read from there.
    """

    action: Literal[Action.SIGN]
    effective_on: ModernDate | None = Field(None, description="When it was signed.")
    place: Name | None = None
    signatories: list[Signatory] | None = Field(None, max_length=50, description="One per party.")
    authentic_texts: list[AuthenticText] | None = Field(None, max_length=50, description="One per language agreed.")
    expires_on: ReducedDate | None = Field(None, description="Until when the instrument is valid.")
    enters_into_force_on: ReducedDate | None = None
    ceremony_on: ReducedDate | None = Field(None, description="Date of a ceremony, where it was another day.")


class Implement(Evidence):
    """It was carried out."""

    action: Literal[Action.IMPLEMENT]
    effective_on: ModernDate = Field(description="When it was completed.")
    report: LongText = Field(description="The implementation report.")
    entered_into_force_on: ReducedDate | None = Field(None, description="Needed where the instrument is a treaty.")
    no_instrument_reason: Reason | None = Field(None, description="Needed where it was done without an instrument.")
    outcome: Outcome | None = Field(None, description="`as_agreed` if nothing is said.")
    modification: Reason | None = Field(None, description="Needed where it was modified: how.")
    unknown: list[mending.FactName] | None = Field(
        None, max_length=20, description="Of what is listed as unknown on the commitment: what neither side knows."
    )


class Amend(Evidence):
    """Shared facts change; the state stays."""

    action: Literal[Action.AMEND]
    reason: Reason
    changes: SharedChanges


class CarryOver(Evidence):
    """A later session takes it up again; the state stays, and every session that it was carried to remains."""

    action: Literal[Action.CARRY_OVER]
    session_id: SessionId | None = Field(None, description="The later session, of the same commission.")
    reason: Reason | None = None


class Reopen(Evidence):
    """It turned out not to be done."""

    action: Literal[Action.REOPEN]
    reason: Reason = Field(description="What turned out not to be done.")


class Suspend(Evidence):
    """It is set aside for a time."""

    action: Literal[Action.SUSPEND]
    reason: Reason
    review_on: ModernDate = Field(description="When it is to be looked at again.")


class Resume(Evidence):
    """It goes on from the state it left."""

    action: Literal[Action.RESUME]
    reason: Reason


class Withdraw(Evidence):
    """Every side drops it."""

    action: Literal[Action.WITHDRAW]
    reason: Reason


class Lapse(Evidence):
    """It is closed without having been implemented."""

    action: Literal[Action.LAPSE]
    reason: Reason


class Supersede(Evidence):
    """Another commitment replaces it."""

    action: Literal[Action.SUPERSEDE]
    successor: Reference | None = Field(
        None, description="Reference of the commitment that replaces it, of the same commission."
    )
    successors: list[Reference] | None = Field(
        None, min_length=1, max_length=20, description="Instead, where it is split: those that replace it together."
    )
    reason: Reason | None = None


class Merge(Evidence):
    """It is carried on within another commitment."""

    action: Literal[Action.MERGE]
    target: Reference = Field(description="Reference of the commitment that takes it up, of the same commission.")
    reason: Reason | None = None


class Correct(mending.Correct):
    """A fact had been written down wrongly; it is put right, and the old value stays in the trail."""

    action: Literal[Action.CORRECT]


class Reinstate(mending.Reinstate):
    """The last move was a mistake, or is revived: it goes back to the state that this move left."""

    action: Literal[Action.REINSTATE]


class Retract(Evidence):
    """Who recorded it takes it back: it was recorded by mistake, or is the other side's to record."""

    action: Literal[Action.RETRACT]
    reason: Reason | None = None


AnyEvidence = (
    Agree
    | DraftMou
    | Redraft
    | Sign
    | Implement
    | Amend
    | CarryOver
    | Reopen
    | Suspend
    | Resume
    | Withdraw
    | Lapse
    | Supersede
    | Merge
    | Correct
    | Reinstate
    | Retract
    | Approve
    | Acknowledge
    | Dispute
    | RecordCommitmentStep
    | ApplyCommitmentTemplate
)
Proposal = TypeAliasType(
    "Proposal",
    Annotated[
        AnyEvidence, Field(discriminator="action", description="A move with its evidence, told apart by `action`.")
    ],
)
"""A move with its evidence, told apart by `action`; published under this name."""

MODELS: Final[Mapping[StrEnum, type[Evidence]]] = {
    Action.AGREE: Agree,
    Action.DRAFT_MOU: DraftMou,
    Action.REDRAFT: Redraft,
    Action.SIGN: Sign,
    Action.IMPLEMENT: Implement,
    Action.AMEND: Amend,
    Action.CARRY_OVER: CarryOver,
    Action.REOPEN: Reopen,
    Action.SUSPEND: Suspend,
    Action.RESUME: Resume,
    Action.WITHDRAW: Withdraw,
    Action.LAPSE: Lapse,
    Action.SUPERSEDE: Supersede,
    Action.MERGE: Merge,
    Action.CORRECT: Correct,
    Action.REINSTATE: Reinstate,
    Action.RETRACT: Retract,
    Action.APPROVE: Approve,
    Action.ACKNOWLEDGE: Acknowledge,
    Action.DISPUTE: Dispute,
    Action.RECORD_STEP: RecordCommitmentStep,
    Action.APPLY_TEMPLATE: ApplyCommitmentTemplate,
}
