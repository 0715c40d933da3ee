"""What is recorded of an instrument as it is, and amended: parties, languages, clauses, relations, acts of signature. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import AfterValidator, Field, TypeAdapter, model_validator
from pydantic_core import PydanticCustomError

from service.permissions import Confidentiality
from service.register.decisions.rules.patching import ChangedTexts
from service.register.instruments.rules.clauses import EntryIntoForceRule, Fact
from service.register.instruments.rules.terms import Duration, Notice
from service.register.instruments.rules.texts import InstrumentKind, KnownSignatory, Manner
from service.values import Language, ModernDate, Name, PartyCode, ReducedDate, Strict, Titles
from service.values.codes import CommitmentId, InstrumentId

MOST_COMMITMENTS: Final = 100
REQUIRED: Final = frozenset(
    {"kind", "titles", "contracting_parties", "authentic_languages", "confidentiality", "commitment_ids"}
)
"""Those that an instrument always has."""


def _each_once(listed: list[Any]) -> list[Any]:
    if len({str(one) for one in listed}) < len(listed):
        raise PydanticCustomError("named_twice", "names something twice; once is enough")
    return listed


ONCE: Final = AfterValidator(_each_once)
Parties = Annotated[
    list[PartyCode],
    Field(
        min_length=2,
        max_length=50,
        description="Its parties, also those that are none of the commission.",
        examples=[["PK", "AZ"]],
    ),
    ONCE,
]
Languages = Annotated[
    list[Language],
    Field(min_length=1, max_length=20, description="Languages of its authentic texts.", examples=[["en"]]),
    ONCE,
]
Carried = Annotated[
    list[CommitmentId], Field(max_length=MOST_COMMITMENTS, description="Commitments that it carries."), ONCE
]


class Character(StrEnum):
    """What a party holds the instrument to be: the name does not decide."""

    BINDING = "binding"
    NOT_BINDING = "not_binding"
    NOT_SAID = "not_said"


Characters = Annotated[
    dict[PartyCode, Character], Field(max_length=50, description="By party; of who is left out nothing is known.")
]


class RelationKind(StrEnum):
    """What an instrument is to another."""

    AMENDS = "amends"
    IMPLEMENTS = "implements"
    SUPERSEDES = "supersedes"
    TERMINATES = "terminates"
    ANNEX_OF = "annex_of"


class Relation(Strict):
    """What it is to another instrument: of this register, or one that only its title tells."""

    kind: RelationKind
    instrument_id: InstrumentId | None = None
    title: Name | None = Field(None, description="Of one that is not in this register.")


class SignatureAct(Strict):
    """One act by which parties signed, exchanged notes, adopted or acceded, as far as it is known."""

    on: ModernDate | None = Field(None, description="The day, at the place of the act.")
    place: Name | None = None
    parties: Annotated[list[PartyCode], Field(min_length=1, max_length=50), ONCE]
    signatories: list[KnownSignatory] | None = Field(None, max_length=50)


class LaterAct(SignatureAct):
    """An act of later or outside parties."""

    manner: Manner | None = Field(
        None,
        description="`acceded`: they came to an instrument that others had made, so that its entry into force waits for none of them. "
        "Where nothing is said, that of the instrument itself.",
    )


Acts = Annotated[list[SignatureAct], Field(min_length=1, max_length=50)]
LaterActs = Annotated[list[LaterAct], Field(min_length=1, max_length=50)]
Relations = Annotated[list[Relation], Field(max_length=50)]
Facts = Annotated[
    list[Fact],
    Field(
        max_length=200,
        description="What its entry into force counts from and is no party's own step here: an exchange of ratifications, what "
        "parties outside of this register did, entry into force of another instrument.",
    ),
]
RecordedDay = Annotated[
    ReducedDate, Field(description="When it entered, or is to enter, into force, as the parties recorded it.")
]


class InstrumentChanges(Strict):
    """Shared facts, as a merge patch: null removes one. Lists and clauses are replaced whole, titles language by language."""

    kind: InstrumentKind | None = None
    titles: ChangedTexts[Name] | None = None
    contracting_parties: Parties | None = None
    legal_character: Characters | None = None
    authentic_languages: Languages | None = None
    prevailing_language: Language | None = None
    confidentiality: Confidentiality | None = None
    text_reference: Name | None = None
    commitment_ids: Carried | None = None
    entry_into_force: EntryIntoForceRule | None = None
    in_force_on: RecordedDay | None = None
    facts: Facts | None = None
    duration: Duration | None = None
    notice: Notice | None = None
    relations: Relations | None = None
    depositary: Name | None = None
    registration: Name | None = None
    ceremony_on: ModernDate | None = None
    later_acts: LaterActs | None = Field(None, description="Signatures and accessions of later or outside parties.")

    @model_validator(mode="after")
    def _something_changes(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("must name at least one fact to change")
        for name in sorted(REQUIRED & self.model_fields_set):
            if getattr(self, name) is None:
                raise ValueError(f"{name} cannot be removed")
        return self


SHARED: Final[Mapping[str, TypeAdapter[Any]]] = {
    "kind": TypeAdapter(InstrumentKind),
    "titles": TypeAdapter(Titles),
    "contracting_parties": TypeAdapter(Parties),
    "legal_character": TypeAdapter(Characters | None),
    "authentic_languages": TypeAdapter(Languages),
    "prevailing_language": TypeAdapter(Language | None),
    "confidentiality": TypeAdapter(Confidentiality),
    "text_reference": TypeAdapter(Name | None),
    "commitment_ids": TypeAdapter(Annotated[list[UUID], Field(max_length=MOST_COMMITMENTS), ONCE]),
    "entry_into_force": TypeAdapter(EntryIntoForceRule | None),
    "in_force_on": TypeAdapter(RecordedDay | None),
    "facts": TypeAdapter(Facts | None),
    "duration": TypeAdapter(Duration | None),
    "notice": TypeAdapter(Notice | None),
    "relations": TypeAdapter(Relations | None),
    "depositary": TypeAdapter(Name | None),
    "registration": TypeAdapter(Name | None),
    "ceremony_on": TypeAdapter(ModernDate | None),
    "later_acts": TypeAdapter(LaterActs | None),
}
"""Facts that are recorded as they are, and the shape of each."""
