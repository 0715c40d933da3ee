"""Dates of what governments do are of the common calendar."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from service.values import AS_RECORDED, AskedDay, AskedMoment, ModernDate, Moment, ReducedDate

MODERN: TypeAdapter[str] = TypeAdapter(ModernDate)


def said_of(date: object, kind: TypeAdapter[Any] = MODERN) -> str:
    with pytest.raises(ValidationError) as wrong:
        kind.validate_python(date)
    return str(wrong.value.errors()[0]["msg"])


@pytest.mark.parametrize(
    ("date", "guess"),
    [
        ("1446", "about 2025 in the Islamic calendar"),
        ("1446-07-24", "about 2025 in the Islamic calendar"),
        ("1403-11", "about 2024 in the Persian calendar"),
        ("1403-02-31", "about 2024 in the Persian calendar"),
        ("2568-01-24", "about 2025 in the Buddhist calendar"),
        ("5785", "about 2025 in the Hebrew calendar"),
        ("1799", "is no year for this"),
        ("2201-01-01", "is no year for this"),
        ("9999-12-31", "is no year for this"),
    ],
)
def test_a_date_of_another_calendar_is_refused_with_the_guess(date: str, guess: str) -> None:
    said = said_of(date)
    assert guess in said
    assert "write the date in the common calendar, such as 2024-07-09" in said


@pytest.mark.parametrize("day", ["1446-07-24", "1403-11-05", "2568-01-24", "0001-01-01", "9999-12-31"])
def test_a_day_as_of_which_is_asked_is_held_to_the_same(day: str) -> None:
    said = said_of(day, TypeAdapter(AskedDay)), said_of(f"{day}T09:30:00Z", TypeAdapter(AskedMoment))
    assert all("write the date in the common calendar" in one for one in said)


@pytest.mark.parametrize("date", ["1800", "2200-12-31", "2024-02-29", "2024-07"])
def test_a_date_of_our_age_is_taken(date: str) -> None:
    assert MODERN.validate_python(date) == date


@pytest.mark.parametrize("date", ["2023-02-29", "2024-13", "2024-00-10", "2024-01-32"])
def test_a_day_that_is_none_is_said_to_be_none(date: str) -> None:
    assert said_of(date) == f"{date} is no day of the calendar; write one such as 2024-07-09"


@pytest.mark.parametrize(
    "date", ["0000", "0000-00-00", "24-07-09", "2024-7-9", "9999-99-99", "٢٠٢٤", "2024-07-09T00:00", 2024, None]
)
def test_what_is_no_date_is_refused_of_every_kind(date: object) -> None:
    assert said_of(date)
    assert said_of(date, TypeAdapter(ReducedDate))


def test_dates_of_instruments_and_of_old_entries_are_taken_as_they_are() -> None:
    assert TypeAdapter(ReducedDate).validate_python("9999-12-31") == "9999-12-31"
    assert MODERN.validate_python("1446", context=AS_RECORDED) == "1446"


@pytest.mark.parametrize(
    "moment", [1_700_000_000, "1700000000", 1e9, True, "2025-01-24", "2025-01-24T09:30:00", ["2025"], {}]
)
def test_a_moment_is_written_as_one(moment: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Moment).validate_python(moment)
