"""Dates as the world gives them, which may be reduced to a month or a year, and moments of the clock. Pure."""

import calendar
import re
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from service.values.text import AS_RECORDED

FIRST_YEAR, LAST_YEAR = 1800, 2200
"""Between them governments meet, move and aim in the common calendar; another year is of another one, or a slip."""
_SHAPE: Final = "[1-9][0-9]{3}(-[0-9]{2}){0,2}"


@lru_cache(maxsize=4096)  # a register names the same days again and again
def real_date(text: str) -> str:
    """Return `text`, an ISO 8601 date that may be reduced to a month or year; `ValueError` if there is no such date."""
    if not re.fullmatch(_SHAPE, text):
        raise PydanticCustomError("date_shape", "must be a date as YYYY-MM-DD, YYYY-MM or YYYY, such as 2024-07-09")
    try:
        start(text)
    except ValueError as wrong:
        raise PydanticCustomError(
            "date_unreal", "{date} is no day of the calendar; write one such as 2024-07-09", {"date": text}
        ) from wrong
    return text


@lru_cache(maxsize=4096)
def start(text: str) -> date:
    """Return the first day of a reduced date."""
    return date.fromisoformat((text + "-01-01")[:10])


@lru_cache(maxsize=4096)
def end(text: str) -> date:
    """Return the last day of a reduced date: what is due in `2025-07` falls due on 31 July (UTC)."""
    parts = [int(part) for part in text.split("-")]
    year, month = parts[0], parts[1] if len(parts) > 1 else 12
    return date(year, month, parts[2] if len(parts) > 2 else calendar.monthrange(year, month)[1])


def other_calendar(text: str) -> str | None:
    """Return what is to be said of a date whose year is plainly not of the common calendar; None if it may well be."""
    year = int(text[:4])
    if FIRST_YEAR <= year <= LAST_YEAR:
        return None
    read = {"Islamic": year - year // 33 + 622, "Persian": year + 621, "Buddhist": year - 543, "Hebrew": year - 3760}
    likely = [f"about {common} in the {name} calendar" for name, common in read.items() if 1900 <= common <= 2100]
    guess = f"the year {year} is {' or '.join(likely)}" if likely else f"the year {year} is no year for this"
    return f"{guess}; write the date in the common calendar, such as 2024-07-09"


def _modern(text: str, info: ValidationInfo) -> str:
    if info.context is not AS_RECORDED and text[:4].isdecimal() and (said := other_calendar(text)):
        raise PydanticCustomError("date_of_another_calendar", "{said}", {"said": said})
    return text


_REDUCED: Final = Field(
    # Published only: `real_date` refuses the same in words.
    json_schema_extra={"pattern": f"^{_SHAPE}$", "minLength": 4, "maxLength": 10},
    description="ISO 8601 date, with the precision that is known: day, month or year.",
    examples=["2024-07-09", "2024-07", "2024"],
)
ReducedDate = Annotated[str, _REDUCED, AfterValidator(real_date)]
"""Any date."""
ModernDate = Annotated[str, _REDUCED, AfterValidator(_modern), AfterValidator(real_date)]
"""The date of a session, a move or a target: one of the common calendar, between 1800 and 2200."""


# The driver sends the first and the last microsecond of the calendar as infinity, which comes back without an offset.
EARLIEST, LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_moment = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?\s?([Zz]|[+-]\d{2}:?\d{2})")


def to_utc(moment: datetime) -> datetime:
    """Return `moment` in UTC; `ValueError` where that leaves the calendar, or is its first or last microsecond."""
    message = "is out of range"
    try:
        utc = moment.astimezone(UTC)
    except OverflowError as wrong:
        raise ValueError(message) from wrong
    if not EARLIEST < utc < LATEST:
        raise ValueError(message)
    return utc


def _spelled(moment: object) -> object:
    """Refuse what pydantic would take for seconds since 1970."""
    if not (isinstance(moment, datetime) or (isinstance(moment, str) and _moment.fullmatch(moment))):
        raise PydanticCustomError("moment_shape", "must be a moment with its offset, such as 2025-01-24T09:30:00Z")
    return moment


def _of_the_common_calendar(day: date) -> date:
    if said := other_calendar(day.isoformat()):
        raise PydanticCustomError("date_of_another_calendar", "{said}", {"said": said})
    return day


Moment = Annotated[
    AwareDatetime,
    AfterValidator(to_utc),
    BeforeValidator(_spelled),
    Field(description="Moment with its offset (RFC 3339), between the first and the last microsecond of the calendar."),
]
AskedDay = Annotated[date, AfterValidator(_of_the_common_calendar)]
AskedMoment = Annotated[Moment, AfterValidator(_of_the_common_calendar)]
"""As of when a reading is asked: of a year of another calendar nothing was on record, and the answer would be silence."""
