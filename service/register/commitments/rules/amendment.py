"""Shared facts that an amendment changes, as a merge patch. Pure."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

from pydantic import AfterValidator, Field, TypeAdapter, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from service.permissions import Confidentiality
from service.values import (
    AS_RECORDED,
    LANGUAGE,
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
    one_spelling_each,
)


def _language(key: str, info: ValidationInfo) -> str:
    """Hold a key to what languages are; once any key was taken, and what is recorded stays."""
    if info.context is not AS_RECORDED and not re.fullmatch(LANGUAGE, key):
        raise PydanticCustomError("language", "must be a language tag, such as en, az or ur (BCP 47)")
    return key


ChangedLanguage = Annotated[
    str,
    AfterValidator(_language),
    Field(json_schema_extra={"pattern": LANGUAGE, "maxLength": 35, "description": "Language tag (BCP 47)."}),
]

Text = TypeVar("Text")
ChangedTexts = Annotated[dict[ChangedLanguage, Text | None], Field(max_length=20), AfterValidator(one_spelling_each)]


class SharedChanges(Strict):
    """Shared facts to change, as a merge patch (RFC 7396): null in a text removes that language."""

    titles: ChangedTexts[Name] | None = None
    texts: ChangedTexts[LongText] | None = None
    sector: Sector | None = None
    target_date: ModernDate | None = None
    working_group_id: UUID | None = None
    carried_to_session_id: UUID | None = Field(None, description="The later session to which it is carried over.")
    confidentiality: Confidentiality | None = None
    instrument_required: Flag | None = None
    no_instrument_reason: Reason | None = None

    @model_validator(mode="after")
    def _something_changes(self) -> "SharedChanges":
        if not self.model_fields_set:
            raise ValueError("must name at least one fact to change")
        for name in {"titles", "texts", "sector", "confidentiality", "instrument_required"} & self.model_fields_set:
            if getattr(self, name) is None:
                raise ValueError(f"{name} cannot be removed")
        return self


SHARED: Final[Mapping[str, TypeAdapter[Any]]] = {
    "session_id": TypeAdapter(UUID | None),
    "carried_to_session_id": TypeAdapter(UUID | None),
    "working_group_id": TypeAdapter(UUID | None),
    "item_number": TypeAdapter(Annotated[Number, Field(ge=1, le=99_999)]),
    "sector": TypeAdapter(Sector),
    "titles": TypeAdapter(Titles),
    "texts": TypeAdapter(Texts),
    "confidentiality": TypeAdapter(Confidentiality),
    "target_date": TypeAdapter(ModernDate | None),
    "instrument_required": TypeAdapter(Flag),
    "no_instrument_reason": TypeAdapter(Reason | None),
}
"""Facts that are recorded and amended as they are, and the shape of each whole."""
