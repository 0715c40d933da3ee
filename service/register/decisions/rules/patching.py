"""Merge patches (RFC 7396) of the facts that a matter's parties share. Pure."""

import re
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from service.values import AS_RECORDED, LANGUAGE, one_spelling_each


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


def merge_patch(before: Any, patch: Any) -> Any:  # noqa: ANN401 -- any JSON value (RFC 7396)
    """Return `before` with the merge patch applied (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    base = before if isinstance(before, dict) else {}
    merged = {name: merge_patch(base.get(name), value) for name, value in patch.items() if value is not None}
    return {name: value for name, value in base.items() if name not in patch} | merged
