"""Shared facts that an amendment changes, as a merge patch. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import Field, StringConstraints, TypeAdapter, model_validator

from service.permissions import Confidentiality
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
from service.values.codes import WorkingGroupId


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
}
"""Facts that are recorded and amended as they are, and the shape of each whole."""
