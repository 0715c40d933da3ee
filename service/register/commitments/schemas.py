"""What goes over the wire about commitments."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from pydantic import Field

from service.permissions import Confidentiality
from service.register.commitments.naming import NamesOfCommitment
from service.register.commitments.party_schemas import PartyFactsRead
from service.register.commitments.rules.amendment import (
    Annex,
    Continues,
    Event,
    FoundedGroups,
    KindOf,
    Paragraph,
    PushedBy,
    Remark,
    Source,
    TargetText,
    Verb,
)
from service.register.commitments.rules.evidence import Agreement
from service.register.commitments.rules.kinds import UNTOLD, CommitmentKind, Hint, PackageItems
from service.register.commitments.rules.lifecycle import Action, State
from service.register.commitments.rules.reporting import Delay, Level
from service.register.decisions.schemas import (
    DomesticStepRead,
    KeptBy,
    Missing,
    MissingStepRead,
    OpenTransition,
    PastRead,
)
from service.register.instruments.record_schemas import AuthenticTextRead, SignatoryRead
from service.register.instruments.rules.lifecycle import InstrumentState
from service.register.instruments.rules.texts import InstrumentKind
from service.register.parties.schemas import Named
from service.values import Flag, ModernDate, Number, Read, Reason, ReducedDate, Sector, Strict, Texts, Titles
from service.values.codes import CommissionId, OrganisationId, SessionId, WorkingGroupId


class CommitmentCreate(Strict):
    """A commitment to record; recording opens the caller's proposal that it was agreed."""

    elsewhere: ClassVar[Mapping[str, str]] = {
        "reference": "the service gives it: a draft's, and its number once it is agreed",
        "state": "it begins as proposed; say in agreement, by found_in, in which state it was found",
        "effective_on": "it stands in agreement",
        "agreed_on": "it stands in agreement",
        "found_in": "it stands in agreement",
    }
    commission_id: CommissionId
    session_id: SessionId | None = Field(
        None, description="The session that agreed it; absent: agreed between sessions."
    )
    item_number: Number | None = Field(
        None,
        ge=1,
        le=99_999,
        description="Number of the item in the agreed minutes; given with a session, and only then. Where the minutes, or what is known of "
        "them, number nothing, it is left out, and so is the paragraph.",
    )
    paragraph: Paragraph | None = None
    annex: Annex | None = None
    verb: Verb = Field(Verb.AGREED, description="The strength of the paragraph; only `agreed` is counted.")
    working_group_id: WorkingGroupId | None = Field(None, description="The joint working group that owns it.")
    kind: KindOf = CommitmentKind.COMMITMENT
    sector: Sector
    titles: Titles
    texts: Texts
    confidentiality: Confidentiality = Confidentiality.PARTIES
    target_date: ModernDate | None = Field(None, description="A reduced date falls due at the end of its period, UTC.")
    target_text: TargetText | None = None
    source: Source | None = None
    remark: Remark | None = None
    continues: Continues | None = None
    pushed_by: PushedBy | None = None
    founded_group_ids: FoundedGroups | None = None
    event_session_id: Event | None = None
    package_items: PackageItems | None = None
    instrument_required: Flag = Field(
        description="Whether it needs a legal text (an MoU, say) before it is carried out."
    )
    no_instrument_reason: Reason | None = None
    lead_organisation_id: OrganisationId | None = Field(None, description="The lead body of the caller's own party.")
    agreement: Agreement = Field(description="Evidence of the proposal that every other party is to confirm.")


def told_of_kind(new: CommitmentCreate) -> dict[str, Any]:
    """Return what a new commitment tells of its kind, as its entry says it."""
    told = new.model_dump(mode="json", include={*UNTOLD}, exclude_none=True)
    return {**UNTOLD, **told}


class InstrumentRead(Read):
    """The legal text that carries a commitment, as far as it is known."""

    id: UUID | None = Field(
        None,
        description="Of an instrument of this register. All that is told here is read from it, and changes there alone; but where a "
        "commitment of before there were instruments tells of one, it does so alone until that one's first move.",
    )
    state: InstrumentState | None = Field(None, description="Of such an instrument.")
    kind: InstrumentKind | None = None
    title: str | None = None
    drafting_party: str | None = None
    drafted_on: ReducedDate | None = None
    text_reference: str | None = None
    signed_on: ReducedDate | None = None
    place: str | None = None
    signatories: list[SignatoryRead] | None = None
    authentic_texts: list[AuthenticTextRead] | None = None
    expires_on: ReducedDate | None = None
    enters_into_force_on: ReducedDate | None = None
    ceremony_on: ReducedDate | None = None


class ProgressRead(Read):
    """The last report of one party."""

    id: UUID = Field(description="Its id.")
    period_start: ReducedDate | None
    period_end: ReducedDate
    on: date = Field(description="The day of which it speaks.")
    level: Level = Field(description="How far it is, by its own word.")
    text: str = Field(description="What was done, in words.")
    delay_reason: Delay | None = Field(description="Why it is late, if it is.")
    next_step: str | None = Field(description="What this side does next.")
    expected_on: ReducedDate | None
    recorded_at: datetime = Field(description="When it was recorded.")


class CarriedOverRead(Read):
    """A later session that took a commitment up again."""

    session_id: UUID
    session: Named | None
    on: ReducedDate | None = Field(description="When it was carried over.")
    entry: int | None = Field(description="Number of the entry in its trail that tells of it.")


class PackageItemRead(Read):
    """One item of a package."""

    number: int
    titles: dict[str, str]
    done_on: ReducedDate | None


class CommitmentRead(NamesOfCommitment):
    """A commitment as it stands."""

    id: UUID
    reference: str = Field(
        description="Its number, which it has for good once it is agreed; until then a draft's reference."
    )
    draft_reference: str | None = Field(
        description="The reference that it was recorded with, by which it is found too."
    )
    version: int = Field(description="The number in its ETag.")
    commission_id: UUID
    kept_by: KeptBy
    session_id: UUID | None
    carried_to_session_id: UUID | None = Field(description="The last session that it was carried over to.")
    carried_over: list[CarriedOverRead] = Field(description="Every session that it was carried over to, in turn.")
    carried_over_count: int
    working_group_id: UUID | None
    item_number: int | None = Field(description="Number of the item in the agreed minutes; null between sessions.")
    paragraph: str | None = Field(description="The paragraph as the minutes print it.")
    annex: str | None = Field(description="Letter of the annex in which the paragraph stands.")
    verb: str = Field(
        description="The strength of the paragraph: agreed, noted, requested, offered; only agreed is counted."
    )
    kind: CommitmentKind = Field(description="What kind of undertaking it is.")
    sector: str
    titles: dict[str, str]
    texts: dict[str, str]
    source: str | None = Field(description="Where the record comes from.")
    remark: str | None = Field(description="What else belongs to the record.")
    continues: str | None = Field(
        description="Reference of the commitment of another commission that it continues; null also where the caller may not see it."
    )
    pushed_by: str | None = Field(
        description="Reference of the commitment of another commission that pushes it; null also where the caller may not see it."
    )
    founded_group_ids: list[UUID] = Field(
        description="Of a body to be founded: the working groups that were founded, as far as the caller may see them."
    )
    event_session_id: UUID | None = Field(description="Of an event: the session that it is.")
    package_items: list[PackageItemRead] = Field(description="Of a package: its items, by their numbers.")
    package_items_done: int | None = Field(description="How many of them are done; null where there are none.")
    hint: Hint | None = Field(
        description="Why an open one may be done, though nobody has said so: all items of a package are done, the groups of a body to be "
        "founded are active, the text of a plan is adopted, an event was held. Never a move by itself."
    )
    confidentiality: Confidentiality
    target_text: str | None = Field(description="The target in words, with or without a date.")
    target_date: ReducedDate | None
    due_on: date | None = Field(description="The last day of the target date.")
    instrument_required: bool
    no_instrument_reason: str | None
    instrument: InstrumentRead | None
    party_facts: dict[str, PartyFactsRead] = Field(description="By party code; each party changes its own.")
    steps: list[DomesticStepRead] = Field(description="What each party says of its own steps at home.")
    steps_missing_of: list[str] = Field(description="Parties of which a step is missing.")
    missing_steps: list[MissingStepRead]
    state: State
    agreed_on: ReducedDate | None
    effective_on: ReducedDate | None = Field(description="Since when, in the world, it has been in this state.")
    unknown: list[str] = Field(
        description="Found late: facts that its state normally requires and that are not known, by the names by which `correct` "
        "supplies them."
    )
    suspended_from: State | None
    review_on: ReducedDate | None
    successor: str | None = Field(
        description="Reference of the commitment that replaced it or took it up; the first of several."
    )
    successors: list[str] = Field(description="References of all that replaced it, where it was split.")
    outcome: str | None = Field(description="Of an implemented one: as_agreed, or modified.")
    modification: str | None = Field(description="In what it was done otherwise than agreed.")
    subject_to: list[str] = Field(description="Parties whose approval at home is still awaited.")
    corrected: dict[str, int] = Field(
        description="Facts that had been written down wrongly, and the number of the entry in the trail that put each right."
    )
    open_transition: OpenTransition | None
    progress: dict[str, ProgressRead] = Field(
        description="By party code: its last report of its own side; claimed, and confirmed by nobody."
    )
    overdue: bool = Field(description="Open, and past its due date.")
    due_soon: bool = Field(description="Open, and due within 30 days.")
    dormant: bool = Field(description="Open, and for six months nothing has happened in the world or was reported.")
    disputed: bool = Field(description="A proposal was refused and nothing has taken effect since.")
    one_sided: bool = Field(
        description="Recorded or moved without a party that joined later and has not acknowledged it, or disputes it."
    )
    not_acknowledged_by: list[str] = Field(
        description="Parties that came in later, by joining or acceding, and have not acknowledged it."
    )
    disputed_by: dict[str, str] = Field(description="By party that came in later: why it does not acknowledge it.")
    recorded_by: str = Field(description="The party that recorded it; until it is agreed, it alone may retract it.")
    recorded_at: datetime
    changed_at: datetime
    past: PastRead | None = Field(description="Of which day and moment this is told; null: of now.")


class AllowedAction(Read):
    """A move that the caller may propose now."""

    action: Action
    missing: list[Missing] = Field(description="The evidence that a proposal must bring.")
    awaits: list[str] = Field(description="Parties that would have to confirm it.")


class SameItem(Read):
    """Another record of the same item, as far as the caller may see it."""

    id: UUID
    reference: str
    recorded_by: str
    state: State


class CommitmentDetail(CommitmentRead):
    """A commitment, with what the caller may do next."""

    open_at_dissolution: bool = Field(
        description="Still open, though its commission is dissolved: it takes `correct`, `acknowledge`, `dispute` and side exits alone. "
        "All of them: `GET /v1/commitments?commission_id=...`, with the open states."
    )
    without_co_lead: list[str] = Field(
        description="Parties of which nobody leads the working group that owns it; empty where none owns it."
    )

    same_item: list[SameItem] = Field(
        description="What else is recorded of the same item of the minutes: one is to be agreed, the other retracted or merged."
    )
    allowed_actions: list[AllowedAction] = Field(
        description="Empty for callers who may not propose; while a proposal is open, what a party does alone."
    )
