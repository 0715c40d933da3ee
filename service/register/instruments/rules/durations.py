"""The periods of a duration, and which of them notice may end. Pure.

Periods are half-open and all counted from the original start, by arithmetic: 29 February comes back every fourth year. A period
after which the instrument stays in force is firm: no notice ends it earlier.
"""

from dataclasses import dataclass
from datetime import date

from service.register.instruments.rules.acts import Need
from service.register.instruments.rules.calendar import days_after, months_after, whole_months
from service.register.instruments.rules.terms import Duration, DurationKind, Notice, Then


@dataclass(frozen=True, slots=True)
class Periods:
    """The period of one day. `period` is None where nothing is in force on that day, or there are no periods."""

    period: int | None = None
    starts_on: date | None = None
    ends_before: date | None = None
    last_day_in_force: date | None = None
    last_safe_day_for_notice: date | None = None
    last_arguable_day_for_notice: date | None = None
    ends_by_notice_before: date | None = None
    explanation: str = ""
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """All periods of a duration: where they begin, when the first ends, and how many months each that follows has (0: none follows)."""

    start: date
    counted_from: date
    first: int
    following: int

    def end(self, number: int) -> date | None:
        """Return the day before which period `number` (1 is the first) ends; None outside of the calendar."""
        return months_after(self.counted_from, self.first + (number - 1) * self.following)

    def first_day(self, number: int) -> date | None:
        """Return the first day of period `number`."""
        return self.start if number == 1 else self.end(number - 1)

    def of(self, day: date) -> int:
        """Return the number of the period in which a day lies; 1 before the first, the last after all."""
        months = whole_months(self.counted_from, day)
        if months < self.first or not self.following:
            return 1
        return 2 + (months - self.first) // self.following


def series(duration: Duration, in_force_on: date) -> Series | None:
    """Return the periods of a duration; None of one that is indefinite, or ends with the calendar."""
    following = duration.following if duration.then is Then.TACIT else 0
    if duration.kind is DurationKind.PERIOD:
        counted_from = duration.counts_from or in_force_on
        return Series(counted_from, counted_from, duration.first, following)
    if duration.kind is DurationKind.UNTIL and duration.on and (end := days_after(duration.on, 1)):
        return Series(in_force_on, end, 0, following)
    return None


def firm_until(duration: Duration, every: Series | None) -> date | None:
    """Return the day before which no notice ends an instrument: the end of a period after which it stays in force."""
    return every.end(1) if every and duration.then is Then.INDEFINITE else None


def expires(duration: Duration, every: Series | None) -> date | None:
    """Return the day before which an instrument ends by itself; None where its period is followed by others, or by none that ends."""
    return every.end(1) if every and duration.then not in {Then.TACIT, Then.INDEFINITE} else None


def opens_on(notice: Notice, in_force_on: date) -> date | None:
    """Return the first day on which notice may be given; None where it always may, or never within the calendar."""
    return months_after(in_force_on, notice.opens_after_months) if notice.opens_after_months else None


def window_of(day: date, notice: Notice, every: Series | None) -> tuple[date, date] | None:
    """Return the first and the last arguable day of the window for notice in which a day lies, else of the next; None where none follows."""
    if every is None:
        return None
    number = every.of(day)
    for one in range(max(1, number - 2), number + 3 if every.following else 2):
        opens = every.end(one)
        closes = opens and months_after(opens, notice.window_months or 0)
        if opens and closes and day <= closes:
            return opens, closes
    return None


def year_end(year: int) -> date | None:
    """Return the day before which a calendar year ends."""
    return months_after(date(year, 1, 1), 12)
