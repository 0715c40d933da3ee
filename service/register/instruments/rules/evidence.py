"""What each move of an instrument needs as evidence: one model per action, shared by the wire, the audit entry and the verifier. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from service.register.decisions.rules import mending
from service.register.decisions.rules.evidence import Evidence
from service.register.instruments.rules.facts import Acts, InstrumentChanges, RecordedDay
from service.register.instruments.rules.lifecycle import InstrumentAction
from service.register.instruments.rules.own_evidence import (
    ApplyTemplate,
    GiveNotice,
    ObjectTo,
    Publish,
    ReceiveNotification,
    RecordStep,
    RevokeNotice,
    SendNotification,
    SignFirst,
)
from service.register.instruments.rules.terms import Duration
from service.register.instruments.rules.texts import KnownText, Manner
from service.values import ModernDate, Name, PartyCode, Reason
from service.values.codes import InstrumentId

Texts = Annotated[
    list[KnownText], Field(min_length=1, max_length=20, description="Where each text is filed, and its digest.")
]


class FoundIn(StrEnum):
    """The state that an instrument was in already when it was recorded."""

    DRAFTED = "drafted"
    TEXT_AGREED = "text_agreed"
    INITIALLED = "initialled"
    SIGNED = "signed"


class Ground(StrEnum):
    """Why an instrument came to an end."""

    NOTICE = "notice"
    AGREEMENT = "agreement"
    NOT_RENEWED = "not_renewed"
    REPLACED = "replaced"
    NEVER_ENTERED_INTO_FORCE = "never_entered_into_force"
    OBSOLETE = "obsolete"


class Enter(Evidence):
    """There is such a text: a draft that was sent, or one that was further already; then with what is known of it."""

    action: Literal[InstrumentAction.ENTER]
    found_in: FoundIn | None = Field(None, description="`drafted` if nothing is said.")
    effective_on: ModernDate | None = Field(
        None, description="When the draft was sent; of a later state, since when it was in that state."
    )
    drafting_party: PartyCode | None = None
    drafted_on: ModernDate | None = Field(None, description="When the draft was sent, of one that is further already.")
    texts: Texts | None = None
    text_agreed_on: ModernDate | None = None
    initialled_on: ModernDate | None = None
    manner: Manner | None = None
    acts: Acts | None = Field(None, description="The acts of signature, as far as they are known.")


class AgreeText(Evidence):
    """The text is agreed."""

    action: Literal[InstrumentAction.AGREE_TEXT]
    effective_on: ModernDate
    place: Name
    texts: Texts | None = Field(None, description="One per authentic language; needed for those not known yet.")


class Initial(Evidence):
    """The text is initialled."""

    action: Literal[InstrumentAction.INITIAL]
    effective_on: ModernDate
    place: Name
    texts: Texts | None = Field(None, description="One per authentic language; needed for those not known yet.")


class RedraftInstrument(Evidence):
    """The text goes back: it is to be drafted anew."""

    action: Literal[InstrumentAction.REDRAFT]
    reason: Reason


class SignInstrument(Evidence):
    """It is signed, exchanged as notes, adopted or acceded to. It happened on the day of the last act."""

    action: Literal[InstrumentAction.SIGN]
    manner: Manner
    acts: Acts = Field(
        description="One or several acts, which cover every party that is awaited and has not signed first."
    )
    texts: Texts | None = Field(None, description="The authentic texts, where they are not known yet, or are others.")
    in_force_on: RecordedDay | None = Field(
        None, description="When it is to enter into force, where it says so itself."
    )
    ceremony_on: ModernDate | None = Field(None, description="The day of a ceremony, where it was another day.")
    duration: Duration | None = Field(None, description="How long, where it is not known yet.")


class AmendInstrument(Evidence):
    """Shared facts change; the state stays."""

    action: Literal[InstrumentAction.AMEND]
    reason: Reason
    changes: InstrumentChanges


class Terminate(Evidence):
    """It comes to an end."""

    action: Literal[InstrumentAction.TERMINATE]
    effective_on: ModernDate = Field(description="The first day on which it is no longer in force; it may lie ahead.")
    ground: Ground
    notice_of: PartyCode | None = Field(
        None, description="On the ground `notice`: whose. It must have run out; then a party ends it alone."
    )
    reason: Reason | None = None


class SupersedeInstrument(Evidence):
    """Another instrument takes its place."""

    action: Literal[InstrumentAction.SUPERSEDE]
    successor_id: InstrumentId = Field(description="The other instrument, signed, of the same commission.")
    reason: Reason | None = None


class Abandon(Evidence):
    """It will not be signed."""

    action: Literal[InstrumentAction.ABANDON]
    reason: Reason


class CorrectInstrument(mending.Correct):
    """A fact had been written down wrongly, or was not known; it is put right, and the old value stays in the trail."""

    action: Literal[InstrumentAction.CORRECT]


class ReinstateInstrument(mending.Reinstate):
    """The last move was a mistake, or is revived: it goes back to the state that this move left."""

    action: Literal[InstrumentAction.REINSTATE]


class RetractInstrument(Evidence):
    """Who recorded it takes it back."""

    action: Literal[InstrumentAction.RETRACT]
    reason: Reason | None = None


AnyEvidence = (
    Enter
    | AgreeText
    | Initial
    | RedraftInstrument
    | SignFirst
    | SignInstrument
    | AmendInstrument
    | GiveNotice
    | RevokeNotice
    | Terminate
    | ObjectTo
    | SupersedeInstrument
    | Abandon
    | RecordStep
    | ApplyTemplate
    | SendNotification
    | ReceiveNotification
    | Publish
    | CorrectInstrument
    | ReinstateInstrument
    | RetractInstrument
)
InstrumentProposal = TypeAliasType(
    "InstrumentProposal",
    Annotated[
        AnyEvidence,
        Field(discriminator="action", description="A move of an instrument with its evidence, told apart by `action`."),
    ],
)
"""A move of an instrument with its evidence, told apart by `action`; published under this name."""

MODELS: Final[Mapping[StrEnum, type[Evidence]]] = {
    InstrumentAction.ENTER: Enter,
    InstrumentAction.AGREE_TEXT: AgreeText,
    InstrumentAction.INITIAL: Initial,
    InstrumentAction.REDRAFT: RedraftInstrument,
    InstrumentAction.SIGN_FIRST: SignFirst,
    InstrumentAction.SIGN: SignInstrument,
    InstrumentAction.AMEND: AmendInstrument,
    InstrumentAction.GIVE_NOTICE: GiveNotice,
    InstrumentAction.REVOKE_NOTICE: RevokeNotice,
    InstrumentAction.TERMINATE: Terminate,
    InstrumentAction.OBJECT: ObjectTo,
    InstrumentAction.SUPERSEDE: SupersedeInstrument,
    InstrumentAction.ABANDON: Abandon,
    InstrumentAction.RECORD_STEP: RecordStep,
    InstrumentAction.APPLY_TEMPLATE: ApplyTemplate,
    InstrumentAction.SEND_NOTIFICATION: SendNotification,
    InstrumentAction.RECEIVE_NOTIFICATION: ReceiveNotification,
    InstrumentAction.PUBLISH: Publish,
    InstrumentAction.CORRECT: CorrectInstrument,
    InstrumentAction.REINSTATE: ReinstateInstrument,
    InstrumentAction.RETRACT: RetractInstrument,
}
