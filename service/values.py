"""The shapes that many request and answer models share: text, language tags, reduced dates, party codes.

Pure. Every string that a client sends is trimmed, may not be empty, and may not hold NUL, which PostgreSQL cannot store.
"""

import calendar
import re
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

_unstorable = re.compile("[\x00\ud800-\udfff]").search


class Strict(BaseModel):
    """A request model: a member that it does not know is a mistake, and is said to be one."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Read(BaseModel):
    """An answer model: every member is always there."""

    model_config = ConfigDict(frozen=True, json_schema_serialization_defaults_required=True)


def storable(text: str) -> str:
    """Return `text`; `ValueError` if PostgreSQL or UTF-8 cannot hold it."""
    if _unstorable(text):
        raise ValueError("must not contain NUL or half of a surrogate pair")
    return text


def limited(most: int, least: int = 1) -> Any:  # noqa: ANN401 -- an annotation
    """Return the annotation of a trimmed text of `least` to `most` characters."""
    return Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=least, max_length=most), AfterValidator(storable)
    ]


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), AfterValidator(storable)]
Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000), AfterValidator(storable)
]
LongText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000), AfterValidator(storable)
]
PartyCode = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z]{2}$"),
    Field(description="ISO 3166-1 alpha-2 code of a party.", examples=["PK"]),
]
Language = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$", max_length=35),
    Field(description="Language tag (BCP 47).", examples=["en"]),
]
Titles = Annotated[
    dict[Language, Name], Field(min_length=1, max_length=20, description="Language tag (BCP 47) to title.")
]
Texts = Annotated[
    dict[Language, LongText], Field(min_length=1, max_length=20, description="Language tag (BCP 47) to text.")
]
Sector = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z_]{1,39}$"),
    Field(description="Area of cooperation, in lower case.", examples=["trade"]),
]


@lru_cache(maxsize=4096)  # a register names the same days again and again
def real_date(text: str) -> str:
    """Return `text`, an ISO 8601 date that may be reduced to a month or year; `ValueError` if there is no such date."""
    if not re.fullmatch(r"\d{4}(-\d{2}){0,2}", text):
        raise ValueError("must be a date as YYYY-MM-DD, YYYY-MM or YYYY")
    start(text)
    return text


@lru_cache(maxsize=4096)
def start(text: str) -> date:
    """Return the first day of a reduced date."""
    return date.fromisoformat((text + "-01-01")[:10])


def end(text: str) -> date:
    """Return the last day of a reduced date: what is due in `2025-07` falls due on 31 July (UTC)."""
    parts = [int(part) for part in text.split("-")]
    year, month = parts[0], parts[1] if len(parts) > 1 else 12
    return date(year, month, parts[2] if len(parts) > 2 else calendar.monthrange(year, month)[1])


ReducedDate = Annotated[
    str,
    AfterValidator(real_date),
    Field(
        min_length=4,
        max_length=10,
        pattern=r"^[1-9]\d{3}(-\d{2}){0,2}$",
        # Said once more: what is checked after a function is not published by itself.
        json_schema_extra={"pattern": r"^[1-9][0-9]{3}(-[0-9]{2}){0,2}$"},
        description="ISO 8601 date, with the precision that is known: day, month or year.",
        examples=["2024-07-09", "2024-07", "2024"],
    ),
]


# The driver sends the first and the last microsecond of the calendar as infinity, which comes back without an offset.
EARLIEST, LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def to_utc(moment: datetime) -> datetime:
    """Return `moment` in UTC; `ValueError` where that leaves the calendar, or is its first or last microsecond."""
    message = "is out of range"
    try:
        utc = moment.astimezone(UTC)
    except OverflowError as wrong:
        raise ValueError(message) from wrong
    if utc in {EARLIEST, LATEST}:
        raise ValueError(message)
    return utc


Moment = Annotated[
    AwareDatetime,
    AfterValidator(to_utc),
    Field(description="Moment with its offset (RFC 3339), between the first and the last microsecond of the calendar."),
]
