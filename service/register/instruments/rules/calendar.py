"""Arithmetic on days of the calendar, between 0001-01-01 and 9999-12-31. Pure; every answer takes the same time, however far away."""

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

from service.errors import InvalidContent, fault

Count = Callable[[date], date | None]


def months_after(day: date, months: int) -> date | None:
    """Return the same day `months` later (or earlier), the month's last where it has no such day; None outside of the calendar."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        return None
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def days_after(day: date, days: int) -> date | None:
    """Return the day `days` later (or earlier); None outside of the calendar."""
    ordinal = day.toordinal() + days
    return date.fromordinal(ordinal) if 1 <= ordinal <= date.max.toordinal() else None


def whole_months(start: date, day: date) -> int:
    """Return the most months that, counted from `start`, end on or before `day`: negative where it lies before."""
    months = (day.year - start.year) * 12 + day.month - start.month
    reached = months_after(start, months)
    return months if reached is not None and reached <= day else months - 1


def before(day: date, months: int, days: int) -> date | None:
    """Return the day that lies `months` and then `days` before `day`."""
    earlier = months_after(day, -months)
    return earlier and days_after(earlier, -days)


def within(day: date | None, pointer: str) -> date:
    """Return `day`; `InvalidContent`, of the steps at `pointer`, where the calendar has none."""
    if day is None:
        detail = "lead out of the calendar (0001-01-01 to 9999-12-31); give shorter counts"
        raise InvalidContent.listing([fault(pointer, detail)])
    return day


def days_leading_to(count: Count, target: date) -> tuple[date, date] | None:
    """Return the first and the last day from which `count`, which never goes backwards, leads to `target`; None if no day does."""
    first = _first(lambda day: (reached := count(day)) is None or reached >= target)
    behind = _first(lambda day: (reached := count(day)) is None or reached > target)
    if first is None or first == behind:
        return None
    return first, behind - timedelta(1) if behind else date.max


def _first(holds: Callable[[date], bool]) -> date | None:
    """Return the first day of the calendar for which something holds that goes on holding; by halves, about 22 questions."""
    low, high = 1, date.max.toordinal() + 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(date.fromordinal(middle)) else (middle + 1, high)
    return date.fromordinal(low) if low <= date.max.toordinal() else None
