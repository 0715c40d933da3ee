"""The shapes that many request and answer models share: text, language tags, dates, party codes, numbers. Pure."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError

from service.values.dates import AskedDay, AskedMoment, ModernDate, Moment, ReducedDate, end, real_date, start, to_utc
from service.values.text import AS_RECORDED, LongText, Name, Reason, limited, storable

__all__ = [
    "AS_RECORDED",
    "LANGUAGE",
    "AskedDay",
    "AskedMoment",
    "Flag",
    "Language",
    "LongText",
    "ModernDate",
    "Moment",
    "Name",
    "Number",
    "PartyCode",
    "Read",
    "Reason",
    "ReducedDate",
    "Sector",
    "Strict",
    "Texts",
    "Titles",
    "end",
    "limited",
    "one_spelling_each",
    "real_date",
    "start",
    "storable",
    "to_utc",
]


class Strict(BaseModel):
    """A request model: a member that it does not know is a mistake, and is said to be one."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    elsewhere: ClassVar[Mapping[str, str]] = {}
    """Members that are not known here, and where they are, as a refusal says it."""


class Read(BaseModel):
    """An answer model: every member is always there."""

    model_config = ConfigDict(frozen=True, json_schema_serialization_defaults_required=True)


# In a body yes is `true`, and three is `3`: neither "yes" nor 1, neither "3" nor 3.0.
# In an address everything is text: a parameter of a query is a `bool` or an `int`.
Flag = StrictBool
Number = StrictInt
PartyCode = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z]{2}$"),
    Field(description="ISO 3166-1 alpha-2 code of a party.", examples=["PK"]),
]
LANGUAGE: Final = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$"
Language = Annotated[
    str,
    StringConstraints(pattern=LANGUAGE, max_length=35),
    Field(description="Language tag (BCP 47).", examples=["en"]),
]


def one_spelling_each(texts: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
    """Return `texts`; `ValueError` if two of their languages differ in capital letters alone (RFC 5646, 2.1.1: they are one)."""
    if info.context is not AS_RECORDED and len({language.lower() for language in texts}) < len(texts):
        raise PydanticCustomError("language_twice", "names one language twice, in different letters")
    return texts


Titles = Annotated[
    dict[Language, Name],
    Field(
        min_length=1,
        max_length=20,
        description="Language tag (BCP 47) to title.",
        examples=[{"en": "Customs data exchange"}],
    ),
    AfterValidator(one_spelling_each),
]
Texts = Annotated[
    dict[Language, LongText],
    Field(
        min_length=1,
        max_length=20,
        description="Language tag (BCP 47) to text.",
        examples=[{"en": "Both sides exchange customs data."}],
    ),
    AfterValidator(one_spelling_each),
]
Sector = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z_]{1,39}$"),
    Field(description="Area of cooperation, in lower case.", examples=["trade"]),
]
