"""Dates and moments as a reader of a language expects them; a reduced date keeps its precision. Pure."""

import datetime as dt
import re
from functools import lru_cache

from babel.dates import format_date, format_datetime, format_skeleton

from service.values import start

_DATE = re.compile(r"[1-9][0-9]{3}(-[0-9]{2}){0,2}").fullmatch
_REDUCED = {4: "y", 7: "yMMMM"}
"""What is shown of a date of that many characters: each language has its own order and form of it."""
_REGIONS = {"en": "en_GB"}
"""Whose habits of writing dates are followed, where a language has several."""
_COMMAS = {"ur": "،"}


def is_date(value: object) -> bool:
    """Return whether `value` is a date, which may be reduced: a text of a party that is only spelled as one is none."""
    return isinstance(value, dt.date) or (
        isinstance(value, str) and _DATE(value) is not None and _is_in_calendar(value)
    )


@lru_cache(maxsize=4096)  # a page names the same days again and again
def date(value: str, language: str) -> str:
    """Return an ISO 8601 date, or one reduced to a month or a year, in words."""
    if len(value) in _REDUCED:
        return format_skeleton(_REDUCED[len(value)], start(value), locale=_place(language))
    return format_date(start(value), "long", _place(language))


def moment(value: dt.datetime, language: str) -> str:
    """Return a moment in words, in UTC."""
    comma = _COMMAS.get(language, ",")
    return f"{format_datetime(value.astimezone(dt.UTC), f'd MMMM y{comma} HH:mm', locale=_place(language))} UTC"


def _is_in_calendar(value: str) -> bool:
    try:
        start(value)
    except ValueError:
        return False
    return True


def _place(language: str) -> str:
    return _REGIONS.get(language, language)
