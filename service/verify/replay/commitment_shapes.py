"""What the `data` of a commitment's entries holds, kind by kind. Pure."""

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field, StringConstraints, WithJsonSchema
from typing_extensions import TypedDict

from service.register.commitments.rules.amendment import Annex, Paragraph, Reference, TargetText
from service.register.commitments.rules.kinds import ItemNumber
from service.register.commitments.rules.leads import MOST
from service.values import Name, PartyCode, Reason, ReducedDate, Sector, Texts, Titles
from service.verify.replay.commission_shapes import Id, Time, strict

# Only ever null here, a text or an object in the commitment itself: languages have no type for what is never there.
NotYet = Annotated[None, WithJsonSchema({"type": ["string", "null"]})]
NoList = Annotated[None, WithJsonSchema({"type": ["array", "null"], "items": {"type": "string"}})]
NoneYet = Annotated[None, WithJsonSchema({"type": ["object", "null"]})]


@strict
class PartyFacts(TypedDict, total=False):
    """What one party says of its own side."""

    lead_organisation_id: Id
    further_lead_organisation_ids: Annotated[list[Id], Field(min_length=1, max_length=MOST)]
    focal_point: Name
    domestic_procedures: Reason
    domestic_procedures_completed_on: ReducedDate


@strict
class PackageItem(TypedDict):
    """One item of a package."""

    titles: Titles
    done_on: NotRequired[ReducedDate]


@strict
class Later(TypedDict):
    """What came later than version 2: none of it is required, since entries of before are silent of it. What only a move sets is null."""

    kind: NotRequired[Literal["commitment", "body_to_be_founded", "plan", "package", "event"]]
    target_text: NotRequired[TargetText | None]
    source: NotRequired[Reason | None]
    remark: NotRequired[Reason | None]
    continues: NotRequired[Reference | None]
    pushed_by: NotRequired[Reference | None]
    founded_group_ids: NotRequired[Annotated[list[Id], Field(min_length=1, max_length=20)] | None]
    event_session_id: NotRequired[Id | None]
    package_items: NotRequired[Annotated[dict[ItemNumber, PackageItem], Field(min_length=1, max_length=200)] | None]


@strict
class Members(TypedDict):
    """The members of a commitment as it is recorded; those that only a move sets are null."""

    reference: Reference
    session_id: Id | None
    working_group_id: Id | None
    item_number: Annotated[int, Field(ge=1, le=999_999)] | None
    sector: Sector
    titles: Titles
    texts: Texts
    confidentiality: Literal["public", "parties", "restricted"]
    target_date: ReducedDate | None
    instrument_required: bool
    no_instrument_reason: Reason | None
    instrument: NoneYet
    party_facts: dict[PartyCode, PartyFacts]
    state: Literal["proposed"]
    effective_on: NotYet
    suspended_from: NotYet
    review_on: NotYet


@strict
class Commitment1(Members):
    """The same, in entries of version 1."""

    carried_to_session_id: NotYet
    successor: NotYet


@strict
class Commitment2(Members, Later):
    """The same, in entries of version 2."""

    carried_over: NoneYet
    paragraph: Paragraph | None
    annex: Annex | None
    verb: Literal["agreed", "noted", "requested", "offered"]
    successors: NoList
    outcome: NotYet
    modification: NotYet
    subject_to: NoneYet
    agreed_on: NotYet
    corrected: Annotated[dict[str, int], Field(max_length=0)]
    unknown: NoneYet
    acknowledged: NoneYet
    steps: NotRequired[NoneYet]


@strict
class Commitment(Members, Later):
    """The members of a commitment as it is recorded; some stand in entries of one version alone."""

    carried_to_session_id: NotRequired[NotYet]
    successor: NotRequired[NotYet]
    carried_over: NotRequired[NoneYet]
    paragraph: NotRequired[Paragraph | None]
    annex: NotRequired[Annex | None]
    verb: NotRequired[Literal["agreed", "noted", "requested", "offered"]]
    successors: NotRequired[NoList]
    outcome: NotRequired[NotYet]
    modification: NotRequired[NotYet]
    subject_to: NotRequired[NoneYet]
    agreed_on: NotRequired[NotYet]
    corrected: NotRequired[Annotated[dict[str, int], Field(max_length=0)]]
    unknown: NotRequired[NoneYet]
    acknowledged: NotRequired[NoneYet]
    steps: NotRequired[NoneYet]


@strict
class Proposal(TypedDict):
    """A move that is proposed; `evidence` has the members that the lifecycle publishes for the action."""

    transition: Id
    action: str
    source: str
    target: str
    evidence: dict[str, Any]
    awaits: list[PartyCode]
    expires_at: Time | None


@strict
class Effective(TypedDict):
    """What a move changed: each changed member, before and after; `on`, when it happened in the world, from version 2 on."""

    before: dict[str, Any]
    after: dict[str, Any]
    on: NotRequired[ReducedDate | None]


@strict
class Recorded(TypedDict):
    """A commitment was recorded; `effective` where nobody else need confirm."""

    commitment: Commitment
    proposal: Proposal
    effective: NotRequired[Effective]


@strict
class Recorded1(TypedDict):
    """`commitment.recorded` of version 1."""

    commitment: Commitment1
    proposal: Proposal
    effective: NotRequired[Effective]


@strict
class Recorded2(TypedDict):
    """`commitment.recorded` of version 2."""

    commitment: Commitment2
    proposal: Proposal
    effective: NotRequired[Effective]


@strict
class Proposed(TypedDict):
    """A move was proposed; `expired` names an earlier proposal whose end had come, `party_left` one that needs who has left, `withdrawn` one that a retraction takes back."""

    proposal: Proposal
    effective: NotRequired[Effective]
    expired: NotRequired[Id]
    party_left: NotRequired[Id]
    withdrawn: NotRequired[Id]


@strict
class Confirmed(TypedDict):
    """A move was confirmed; `effective` where it was the last confirmation."""

    transition: Id
    reason: Reason | None
    brings: NotRequired[dict[Literal["secretariat_id"], Id]]
    effective: NotRequired[Effective]


@strict
class Refused(TypedDict):
    """A move was refused, which closes it."""

    transition: Id
    reason: Reason


@strict
class Withdrawn(TypedDict):
    """A move was taken back by its proposer."""

    transition: Id
    reason: Reason | None


@strict
class By(TypedDict):
    """The entry of another matter's move, by which this one went along."""

    kind: Literal["working_group", "instrument"]
    id: Id
    leaf: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


@strict
class Reassigned(TypedDict):
    """A commitment went along with its working group, or was handed over by it; or it follows the instrument that carries it."""

    by: By
    before: dict[str, Any]
    after: dict[str, Any]
    expired: NotRequired[Id]


@strict
class Report(TypedDict):
    """What a party says of its own side, for a period; what it does not say is null."""

    id: Id
    period_start: ReducedDate | None
    period_end: ReducedDate
    level: Literal["no_evidence", "not_started", "limited", "substantial", "complete"]
    text: Reason
    delay_reason: (
        Literal[
            "awaiting_counterpart",
            "draft_unanswered",
            "domestic_approval",
            "funding",
            "reorganisation",
            "change_of_government",
            "legal_conflict",
            "technical",
            "security",
            "third_party",
            "force_majeure",
            "deprioritised",
            "other",
        ]
        | None
    )
    next_step: Reason | None
    expected_on: ReducedDate | None


@strict
class Reported(TypedDict):
    """One party reported on its own side."""

    report: Report
    expired: NotRequired[Id]
    party_left: NotRequired[Id]


@strict
class Changed(TypedDict):
    """One party's facts of its own side were changed; what was there before is held to what was."""

    before: dict[str, Any]
    after: dict[PartyCode, PartyFacts]
    since: NotRequired[ReducedDate]
    if_match: NotRequired[Literal["*"]]
    expired: NotRequired[Id]
    party_left: NotRequired[Id]
