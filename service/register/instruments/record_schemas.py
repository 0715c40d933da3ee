"""What goes over the wire about instruments of the register."""

from collections.abc import Mapping
from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from service.permissions import Confidentiality
from service.register.decisions.schemas import (
    DomesticStepRead,
    KeptBy,
    Missing,
    MissingStepRead,
    OpenTransition,
    PastRead,
)
from service.register.instruments.rules.clauses import EntryIntoForceRule
from service.register.instruments.rules.evidence import Enter
from service.register.instruments.rules.facts import (
    Carried,
    Characters,
    Facts,
    Languages,
    LaterActs,
    Parties,
    RecordedDay,
    Relations,
)
from service.register.instruments.rules.lifecycle import InstrumentAction, InstrumentState
from service.register.instruments.rules.standing import Force
from service.register.instruments.rules.terms import Duration, Notice
from service.register.instruments.rules.texts import InstrumentKind
from service.register.instruments.schemas import (
    DecidingFactRead,
    DurationRead,
    EntryIntoForceRead,
    EntryIntoForceRuleRead,
    NoticeClauseRead,
    PeriodsRead,
)
from service.register.parties.schemas import Named
from service.values import Language, ModernDate, Name, Read, ReducedDate, Strict, Titles
from service.values.codes import CommissionId


class Entering(Enter):
    """That there is such a text, as is proposed together with the record."""

    action: Literal[InstrumentAction.ENTER] = InstrumentAction.ENTER


class InstrumentCreate(Strict):
    """A legal text, which the other parties confirm; of one that is found late, as much as is known.

    What is not known is left out, listed as unknown, and supplied later by `correct` or `amend`.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {
        "state": "in which state it was found stands in entering, as found_in",
        "signed_on": "the days of signature stand in entering, as acts",
        "acts": "they stand in entering",
        "parties": "its parties are contracting_parties",
        "languages": "its languages are authentic_languages",
        "reference": "it has its number as soon as 'enter' takes effect",
    }
    commission_id: CommissionId
    kind: InstrumentKind
    titles: Titles
    contracting_parties: Parties
    legal_character: Characters | None = None
    authentic_languages: Languages
    prevailing_language: Language | None = Field(None, description="That of the text that prevails on divergence.")
    confidentiality: Confidentiality = Confidentiality.PARTIES
    text_reference: Name | None = Field(None, description="Where the text is filed.")
    commitment_ids: Carried = Field(default_factory=list)
    entry_into_force: EntryIntoForceRule | None = Field(None, description="The clause on its entry into force.")
    in_force_on: RecordedDay | None = None
    facts: Facts | None = None
    duration: Duration | None = Field(None, description="The clause on its duration.")
    notice: Notice | None = Field(None, description="The clause on notice.")
    relations: Relations | None = None
    depositary: Name | None = None
    registration: Name | None = Field(None, description="Its registration with the United Nations.")
    ceremony_on: ModernDate | None = Field(None, description="Date of a ceremony, where it was another day.")
    later_acts: LaterActs | None = None
    entering: Entering = Field(description="Evidence of the move `enter`, which is proposed with it.")


class SignatoryRead(Read):
    """Who signed for one party, as far as it is known."""

    party: str
    name: str | None = None
    title: str | None = None
    organisation: str | None = None


class AuthenticTextRead(Read):
    """One authentic text, as far as it is known."""

    language: str
    reference: str | None = None
    document_id: UUID | None = Field(None, description="Its document in this register.")
    sha256: str | None = None


class SignatureActRead(Read):
    """One act of signature, exchange, adoption or accession, as far as it is known."""

    on: ReducedDate | None
    place: str | None
    parties: list[str]
    signatories: list[SignatoryRead] | None


class LaterActRead(SignatureActRead):
    """An act of later or outside parties, as far as it is known."""

    manner: str | None


class RelationRead(Read):
    """What it is to another instrument."""

    kind: str
    instrument_id: UUID | None
    instrument: Named | None
    title: str | None


class FirstSignatureRead(Read):
    """A signature before the other side's."""

    on: ReducedDate
    place: str
    signatory: SignatoryRead


class ReceiptRead(Read):
    """That a party received it, as that party says."""

    party: str
    on: ReducedDate | None
    note_number: str | None


class NotificationRead(Read):
    """A notification, or a deposit, as its sender says; and who says that it was received."""

    sender: str
    what: str
    on: ReducedDate | None
    channel: str | None
    note_number: str | None
    received: list[ReceiptRead]


class NoticeRead(Read):
    """A notice that a party gave."""

    party: str
    sent_on: ReducedDate
    received_on: ReducedDate | None
    clause: str
    revoked_on: ReducedDate | None
    ends_before: date | None = Field(
        description="The first day on which the instrument no longer binds this party, by this notice; null where that cannot be "
        "computed. Where two others are left, it goes on between them."
    )


class PublicationRead(Read):
    """Where a party published it at home."""

    party: str
    where: str
    on: ReducedDate | None


class RegisteredInstrumentRead(Read):
    """An instrument as it stands."""

    id: UUID
    reference: str = Field(description="Its number, once `enter` has taken effect; until then a draft's reference.")
    draft_reference: str
    version: int = Field(description="The number in its ETag.")
    commission_id: UUID
    commission: Named | None
    kept_by: KeptBy
    kind: InstrumentKind
    titles: dict[str, str]
    contracting_parties: list[str]
    not_confirmed_by: list[str] = Field(
        description="Its parties that take no part in the commission's register, and confirm nothing here."
    )
    legal_character: dict[str, str]
    authentic_languages: list[str]
    prevailing_language: str | None
    confidentiality: Confidentiality
    text_reference: str | None
    commitment_ids: list[UUID] = Field(description="Commitments that it carries, of those that the caller may see.")
    commitments: list[Named]
    entry_into_force: EntryIntoForceRuleRead | None
    in_force_on: ReducedDate | None = Field(description="When it entered into force, as the parties recorded it.")
    facts: list[DecidingFactRead]
    duration: DurationRead | None
    notice: NoticeClauseRead | None
    relations: list[RelationRead]
    depositary: str | None
    registration: str | None
    ceremony_on: ReducedDate | None
    later_acts: list[LaterActRead]
    drafting_party: str | None
    drafted_on: ReducedDate | None
    texts: list[AuthenticTextRead]
    text_agreed_on: ReducedDate | None
    text_agreed_at: str | None
    initialled_on: ReducedDate | None
    initialled_at: str | None
    manner: str | None
    acts: list[SignatureActRead]
    signed_on: ReducedDate | None = Field(description="The day of the last act.")
    signatures: dict[str, FirstSignatureRead] = Field(description="By party code: who signed before the others.")
    steps: list[DomesticStepRead]
    notifications: list[NotificationRead]
    notices: list[NoticeRead]
    publications: list[PublicationRead]
    objections: dict[str, str] = Field(description="By party code: why it objects to an end by notice.")
    disputed: bool = Field(description="A party objects to its end by notice.")
    ended_on: ReducedDate | None
    ground: str | None
    successor_id: UUID | None
    successor: Named | None
    state: InstrumentState
    effective_on: ReducedDate | None = Field(description="Since when, in the world, it has been in this state.")
    in_force: bool | None = Field(description="Whether it is in force today (UTC); null where that is not known.")
    in_force_from: date | None = Field(description="The day that counts: the recorded one, else the computed one.")
    ends_before: date | None = Field(
        description="The first day on which it is no longer in force, where such a day is fixed."
    )
    notice_by: date | None = Field(description="The next last safe day for notice.")
    steps_missing_of: list[str] = Field(description="Parties of which a step is missing.")
    missing_steps: list[MissingStepRead]
    unknown: list[str] = Field(
        description="What is not known of it, by the names by which `correct` or `amend` supplies it."
    )
    corrected: dict[str, int] = Field(
        description="Facts that had been written down wrongly, and the number of the entry that put each right."
    )
    recorded_by: str
    is_joint: bool = Field(
        description="Whether anything of it has been confirmed; until then the parties alone see it."
    )
    open_transition: OpenTransition | None
    past: PastRead | None = Field(description="Of which day and moment this is told; null: of now.")


class AllowedInstrumentAction(Read):
    """A move that the caller may propose, or make, now."""

    action: InstrumentAction
    missing: list[Missing] = Field(description="The evidence that a proposal must bring.")
    awaits: list[str] = Field(description="Parties that would have to confirm it.")


class InstrumentDetail(RegisteredInstrumentRead):
    """An instrument, with what its clauses lead to today, and what the caller may do next."""

    force: Force
    computed_entry_into_force: EntryIntoForceRead | None = Field(
        description="By its clause and what happened; null where no clause is known, or it leads out of the calendar."
    )
    periods: PeriodsRead | None = Field(description="As at today (UTC); null where no clause on duration is known.")
    warnings: list[str] = Field(description="What a lawyer should look at again: the recorded day beside another one.")
    allowed_actions: list[AllowedInstrumentAction] = Field(description="Empty for callers who may not propose.")
