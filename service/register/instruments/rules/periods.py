"""Duration and notice: the period in which a day lies, when it ends, and until when notice is in time. Pure.

Periods are half-open and all counted from the original start, by arithmetic: 29 February comes back every fourth year. Notice is
safe on the day before the last that can be argued for: a period that ends before 2009-04-01 with six months' notice has
2008-09-30 and 2008-10-01.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from service.register.instruments.rules.acts import Need
from service.register.instruments.rules.calendar import before, days_after, months_after, whole_months
from service.register.instruments.rules.clauses import (
    Duration,
    DurationKind,
    Notice,
    NoticeKind,
    PeriodsCalculationCreate,
    Then,
)
from service.values.sentences import Sentence, joined

ONE_DAY = timedelta(1)


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


THEN: Final = {
    Then.END: "It ends with this period.",
    Then.TACIT: "Without notice it is renewed for {months} months, counted from the original start.",
    Then.BY_AGREEMENT: "It is renewed by agreement alone.",
    Then.INDEFINITE: "After it the instrument stays in force without an end that is fixed.",
}
"""What comes after a period."""


def compute(asked: PeriodsCalculationCreate) -> Periods:
    """Return the period of `as_of`, its end, the last days for notice, and the end that a notice brings."""
    if asked.in_force_on is None:
        detail = Sentence("The day of entry into force is missing: without it nothing is computed.")
        return Periods(explanation=detail, needs=(Need(None, "in_force_on", detail),))
    found = _period(asked, asked.in_force_on)
    found = replace(found, ends_by_notice_before=_ended(asked, asked.in_force_on))
    return replace(found, explanation=_explained(asked, found))


def _period(asked: PeriodsCalculationCreate, in_force_on: date) -> Periods:
    every, as_of = series(asked.duration, in_force_on), asked.as_of
    if every is None:
        return _with_notice(Periods(starts_on=in_force_on), asked)
    number = every.of(as_of)
    start, end = every.first_day(number), every.end(number)
    if asked.duration.then is Then.INDEFINITE and end and as_of >= end:
        return _with_notice(Periods(period=2, starts_on=end), asked)
    lies = as_of >= max(in_force_on, every.start) and (end is None or as_of < end)
    last = end - ONE_DAY if end and end > date.min else None
    return _with_notice(Periods(number if lies else None, start, end, last), asked)


def _with_notice(found: Periods, asked: PeriodsCalculationCreate) -> Periods:
    end = found.ends_before
    if asked.notice.kind is NoticeKind.BEFORE_YEAR_END:
        end = _year_end(asked.as_of.year)
    elif asked.notice.kind is not NoticeKind.BEFORE_PERIOD_END:
        end = None
    arguable = end and _arguable(asked.notice, end)
    safe = days_after(arguable, -1) if arguable else None
    return replace(found, last_safe_day_for_notice=safe, last_arguable_day_for_notice=arguable)


def _year_end(year: int) -> date | None:
    return months_after(date(year, 1, 1), 12)


def _arguable(notice: Notice, end: date) -> date | None:
    return before(end, notice.all_months, notice.days or 0)


def _ended(asked: PeriodsCalculationCreate, in_force_on: date) -> date | None:
    received, notice = asked.notice_received_on, asked.notice
    every = series(asked.duration, in_force_on)
    if received is None or notice.kind is NoticeKind.NONE:
        return None
    served = months_after(received, notice.all_months)
    served = served and days_after(served, notice.days or 0)
    if served is None:
        return None
    if notice.kind is NoticeKind.BEFORE_PERIOD_END:
        return _end_of_period(every, notice, received, served) if every else None
    if notice.kind is NoticeKind.BEFORE_YEAR_END:
        served = next((end for year in _around(served.year) if _timely(end := _year_end(year), notice, received)), None)
    expires = every.end(1) if every and asked.duration.then not in {Then.TACIT, Then.INDEFINITE} else None
    return None if served and expires and served > expires else served


def _around(number: int, least: int = 1) -> range:
    """Return the numbers among which the first that is in time must be: clamping moves a day by less than one period."""
    return range(max(least, number - 2), min(number + 2, date.max.year) + 1)


def _timely(end: date | None, notice: Notice, received: date) -> bool:
    arguable = end and _arguable(notice, end)
    return arguable is not None and received <= arguable


def _end_of_period(every: Series, notice: Notice, received: date, served: date) -> date | None:
    number = every.of(served)
    numbers = range(max(1, number - 2), number + 3) if every.following else range(1, 2)
    return next((end for one in numbers if _timely(end := every.end(one), notice, received)), None)


def _explained(asked: PeriodsCalculationCreate, found: Periods) -> Sentence:
    duration, notice = asked.duration, asked.notice
    parts = []
    if found.ends_before is None:
        parts.append(Sentence("In force from {day}, without an end that is fixed.", day=asked.in_force_on))
    else:
        parts.append(
            Sentence(
                "The period from {first} ends before {end}; {last} is its last day.",
                first=found.starts_on,
                end=found.ends_before,
                last=found.last_day_in_force,
            )
        )
        parts.append(Sentence(THEN[duration.then or Then.END], months=duration.following))
        if not found.period:
            parts.append(Sentence("{day} does not lie in it.", day=asked.as_of))
    if found.last_arguable_day_for_notice:
        parts.append(
            Sentence(
                "Notice is safely in time when received by {safe}; {arguable} can be argued for.",
                safe=found.last_safe_day_for_notice,
                arguable=found.last_arguable_day_for_notice,
            )
        )
    received = asked.notice_received_on
    if found.ends_by_notice_before:
        end = found.ends_by_notice_before
        parts.append(Sentence("By the notice received on {day} it ends before {end}.", day=received, end=end))
    elif received:
        parts.append(Sentence("The notice received on {day} brings no earlier end.", day=received))
    elif notice.kind is NoticeKind.ANY_TIME:
        parts.append(Sentence("Notice may be given at any time."))
    return joined(parts)
