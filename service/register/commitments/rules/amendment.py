"""Shared facts that an amendment changes, as a merge patch. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import Field, StringConstraints, TypeAdapter, model_validator

from service.permissions import Confidentiality
from service.register.commitments.rules.kinds import ChangedItems, CommitmentKind, PackageItems
from service.register.decisions.rules.patching import ChangedTexts
from service.values import (
    Flag,
    LongText,
    ModernDate,
    Name,
    Number,
    Reason,
    Sector,
    Strict,
    Texts,
    Titles,
)
from service.values.codes import SessionId, WorkingGroupId


class Verb(StrEnum):
    """The strength of a paragraph; only what is agreed counts as a commitment."""

    AGREED = "agreed"
    NOTED = "noted"
    REQUESTED = "requested"
    OFFERED = "offered"


Paragraph = Annotated[
    Name,
    StringConstraints(max_length=40),
    Field(
        description="The paragraph as the minutes print it; several records may cite one.", examples=["12(b)", "III.4"]
    ),
]
Annex = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z]{1,3}$"),
    Field(description="Letter of the annex in which the paragraph stands.", examples=["B"]),
]


REFERENCE: Final = r"^[A-Z]{2}(-[A-Z]{2})+(\.[A-Z0-9]{1,8})?/[0-9]{2,4}/([0-9]{3,6}|d-[a-z2-7]{4,13})$"
Reference = Annotated[str, Field(pattern=REFERENCE, max_length=80, examples=["PK-AZ/08/004"])]
KindOf = Annotated[
    CommitmentKind,
    Field(
        description="What kind of undertaking it is: a commitment, a body to be founded, a plan, a package of items, an event."
    ),
]
TargetText = Annotated[
    Name,
    Field(
        description="The target in words, as the minutes print it, with or without a date.",
        examples=["within 40 days of signing"],
    ),
]
Source = Annotated[Reason, Field(description="Where the record comes from.")]
Remark = Annotated[Reason, Field(description="What else belongs to the record.")]
Continues = Annotated[
    Reference,
    Field(
        description="The commitment of another commission that it continues: a reference, by which nothing is confirmed there.",
        examples=["PK-TR/07/003"],
    ),
]
PushedBy = Annotated[
    Reference,
    Field(
        description="The commitment of another commission that pushes it: a reference, by which nothing is confirmed there.",
        examples=["PK-TR/07/003"],
    ),
]
FoundedGroups = Annotated[
    list[WorkingGroupId],
    Field(min_length=1, max_length=20, description="Of a body to be founded: the working groups that were founded."),
]
Event = Annotated[SessionId, Field(description="Of an event: the session that it is.")]


class SharedChanges(Strict):
    """Shared facts to change, as a merge patch (RFC 7396): null in a text removes that language."""

    titles: ChangedTexts[Name] | None = None
    texts: ChangedTexts[LongText] | None = None
    sector: Sector | None = None
    target_date: ModernDate | None = None
    working_group_id: WorkingGroupId | None = None
    paragraph: Paragraph | None = None
    annex: Annex | None = None
    verb: Verb | None = Field(None, description="The strength of the paragraph; only `agreed` is counted.")
    confidentiality: Confidentiality | None = None
    instrument_required: Flag | None = None
    no_instrument_reason: Reason | None = None
    kind: KindOf | None = None
    target_text: TargetText | None = None
    source: Source | None = None
    remark: Remark | None = None
    continues: Continues | None = None
    pushed_by: PushedBy | None = None
    founded_group_ids: FoundedGroups | None = None
    event_session_id: Event | None = None
    package_items: ChangedItems | None = None

    @model_validator(mode="after")
    def _something_changes(self) -> "SharedChanges":
        if not self.model_fields_set:
            raise ValueError("must name at least one fact to change")
        for name in {
            "titles",
            "texts",
            "sector",
            "confidentiality",
            "instrument_required",
            "verb",
            "kind",
        } & self.model_fields_set:
            if getattr(self, name) is None:
                raise ValueError(f"{name} cannot be removed")
        return self


SHARED: Final[Mapping[str, TypeAdapter[Any]]] = {
    "session_id": TypeAdapter(UUID | None),
    "working_group_id": TypeAdapter(UUID | None),
    "item_number": TypeAdapter(Annotated[Number, Field(ge=1, le=99_999)]),
    "paragraph": TypeAdapter(Paragraph | None),
    "annex": TypeAdapter(Annex | None),
    "verb": TypeAdapter(Verb),
    "sector": TypeAdapter(Sector),
    "titles": TypeAdapter(Titles),
    "texts": TypeAdapter(Texts),
    "confidentiality": TypeAdapter(Confidentiality),
    "target_date": TypeAdapter(ModernDate | None),
    "instrument_required": TypeAdapter(Flag),
    "no_instrument_reason": TypeAdapter(Reason | None),
    "kind": TypeAdapter(CommitmentKind),
    "target_text": TypeAdapter(TargetText | None),
    "source": TypeAdapter(Source | None),
    "remark": TypeAdapter(Remark | None),
    "continues": TypeAdapter(Continues | None),
    "pushed_by": TypeAdapter(PushedBy | None),
    "founded_group_ids": TypeAdapter(Annotated[list[UUID], Field(min_length=1, max_length=20)] | None),
    "event_session_id": TypeAdapter(UUID | None),
    "package_items": TypeAdapter(PackageItems | None),
}
"""Facts that are recorded and amended as they are, and the shape of each whole."""
