"""What the `data` of an instrument's own entries holds, kind by kind; its clauses are held to their models beside. Pure."""

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from service.values import Language, Name, PartyCode, ReducedDate, Titles
from service.verify.replay.commission_shapes import Id, strict
from service.verify.replay.commitment_shapes import Effective, NoList, NotYet, Proposal

NobodyYet = Annotated[dict[str, str], Field(max_length=0)]
Clause = dict[str, Any]
Listed = list[dict[str, Any]]


@strict
class InstrumentMembers(TypedDict):
    """The members of an instrument as it is recorded; those that only a move sets are null or empty."""

    reference: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9.-]+/I/d-[a-z0-9]{4,13}$")]
    kind: str
    titles: Titles
    contracting_parties: list[PartyCode]
    legal_character: dict[PartyCode, str] | None
    authentic_languages: list[Language]
    prevailing_language: Language | None
    confidentiality: Literal["public", "parties", "restricted"]
    text_reference: Name | None
    commitment_ids: list[Id]
    entry_into_force: Clause | None
    in_force_on: ReducedDate | None
    facts: Listed | None
    duration: Clause | None
    notice: Clause | None
    relations: Listed | None
    depositary: Name | None
    registration: Name | None
    ceremony_on: ReducedDate | None
    later_acts: Listed | None
    drafting_party: NotYet
    drafted_on: NotYet
    texts: NoList
    text_agreed_on: NotYet
    text_agreed_at: NotYet
    initialled_on: NotYet
    initialled_at: NotYet
    manner: NotYet
    acts: NoList
    signed_on: NotYet
    signatures: NobodyYet
    steps: NobodyYet
    sent: NobodyYet
    received: NobodyYet
    notices: NobodyYet
    publications: NobodyYet
    objections: NobodyYet
    ended_on: NotYet
    ground: NotYet
    successor_id: NotYet
    state: Literal["proposed"]
    effective_on: NotYet
    corrected: Annotated[dict[str, int], Field(max_length=0)]


@strict
class OpenedBy(TypedDict):
    """The entry, by its leaf hash, of the move of a commitment that opened the instrument, or was put on it."""

    kind: Literal["commitment"]
    id: Id
    leaf: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


@strict
class InstrumentRecorded(TypedDict):
    """An instrument was recorded, with the proposal that there is such a text; `effective` where nobody else need confirm."""

    instrument: InstrumentMembers
    proposal: Proposal
    effective: NotRequired[Effective]
    opened_by: NotRequired[OpenedBy]
    """The entry of the move that opened it, by the same confirmation."""
    told_by: NotRequired[OpenedBy]
    """The last entry of the commitment that alone told of it, before there were instruments."""


@strict
class Extended(TypedDict):
    """It carries one more: what was found through it, by the move of that commitment."""

    by: OpenedBy
    before: dict[str, Any]
    after: dict[str, Any]
    expired: NotRequired[Id]
