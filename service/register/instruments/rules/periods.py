"""Duration and notice: the period in which a day lies, when it ends, and until when notice is in time. Pure.

Periods are half-open and all counted from the original start, by arithmetic: 29 February comes back every fourth year. Notice is
safe on the day before the last that can be argued for: a period that ends before 2009-04-01 with six months' notice has
2008-09-30 and 2008-10-01. A period after which the instrument stays in force is firm: no notice ends it earlier, and after it
notice ends the instrument when its term is over.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from service.register.instruments.rules.acts import Need
from service.register.instruments.rules.calculations import PeriodsCalculationCreate
from service.register.instruments.rules.calendar import before, days_after, months_after, whole_months
from service.register.instruments.rules.clauses import Duration, DurationKind, Notice, NoticeKind, Then
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
ENDS_A_FIRM_ONE: Final = {NoticeKind.ANY_TIME, NoticeKind.BEFORE_YEAR_END}
"""Notice that would end a period before its day, were it not firm."""


def compute(asked: PeriodsCalculationCreate) -> Periods:
    """Return the period of `as_of`, its end, the last days for notice, and the end that a notice brings."""
    if asked.in_force_on is None:
        detail = Sentence("The day of entry into force is missing: without it nothing is computed.")
        return Periods(explanation=detail, needs=(Need(None, "in_force_on", detail),))
    found, ended = _period(asked, asked.in_force_on), _ended(asked, asked.in_force_on)
    if ended and asked.in_force_on < ended <= asked.as_of:
        # What notice has ended has no period any more: its last is told.
        last = asked.model_copy(update={"as_of": ended - ONE_DAY})
        found = replace(_period(last, asked.in_force_on), period=None)
    found = replace(found, ends_by_notice_before=ended)
    return replace(found, explanation=_explained(asked, found))


def _period(asked: PeriodsCalculationCreate, in_force_on: date) -> Periods:
    every, as_of = series(asked.duration, in_force_on), asked.as_of
    if every is None:
        return _with_notice(Periods(starts_on=in_force_on), asked, every)
    number = every.of(as_of)
    start, end = every.first_day(number), every.end(number)
    if asked.duration.then is Then.INDEFINITE and end and as_of >= end:
        return _with_notice(Periods(period=2, starts_on=end), asked, every)
    lies = as_of >= max(in_force_on, every.start) and (end is None or as_of < end)
    last = end - ONE_DAY if end and end > date.min else None
    return _with_notice(Periods(number if lies else None, start, end, last), asked, every)


def _with_notice(found: Periods, asked: PeriodsCalculationCreate, every: Series | None) -> Periods:
    kind, arguable = asked.notice.kind, None
    if kind is NoticeKind.BEFORE_YEAR_END:
        firm = firm_until(asked.duration, every)
        end = year_end(max(asked.as_of, firm - ONE_DAY if firm else asked.as_of).year)
        arguable = end and _arguable(asked.notice, end)
    elif kind is NoticeKind.BEFORE_PERIOD_END:
        arguable = found.ends_before and _arguable(asked.notice, found.ends_before)
    elif kind is NoticeKind.AFTER_PERIOD_END and (window := window_of(asked.as_of, asked.notice, every)):
        arguable = window[1]
    safe = days_after(arguable, -1) if arguable else None
    return replace(found, last_safe_day_for_notice=safe, last_arguable_day_for_notice=arguable)


def firm_until(duration: Duration, every: Series | None) -> date | None:
    """Return the day before which no notice ends an instrument: the end of a period after which it stays in force."""
    return every.end(1) if every and duration.then is Then.INDEFINITE else None


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


def _arguable(notice: Notice, end: date) -> date | None:
    return before(end, notice.all_months, notice.days or 0)


def _served(notice: Notice, received: date) -> date | None:
    """Return the day to which the term of a notice leads; None outside of the calendar."""
    served = months_after(received, notice.all_months)
    served = served and days_after(served, notice.days or 0)
    return months_after(served.replace(day=1), notice.first_of_month) if served and notice.first_of_month else served


def _ended(asked: PeriodsCalculationCreate, in_force_on: date) -> date | None:
    received, notice = asked.notice_received_on, asked.notice
    if received is None or notice.kind is NoticeKind.NONE:
        return None
    every, served = series(asked.duration, in_force_on), _served(notice, received)
    if served is None:
        return None
    firm = firm_until(asked.duration, every)
    if notice.kind is NoticeKind.BEFORE_PERIOD_END and not (firm and served > firm):
        return _end_of_period(every, notice, received, served) if every else None
    if notice.kind is NoticeKind.AFTER_PERIOD_END:
        window = window_of(received, notice, every)
        return served if window and window[0] <= received else None
    if notice.kind is NoticeKind.BEFORE_YEAR_END:
        least = max(served, firm - ONE_DAY) if firm else served
        ends = map(year_end, _around(least.year))
        served = next(
            (end for end in ends if _timely(end, notice, received) and not (firm and end and end < firm)), None
        )
    elif firm:
        served = max(served, firm)
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
    if notice.kind is NoticeKind.AFTER_PERIOD_END:
        parts.append(_window_told(asked, found))
    elif found.last_arguable_day_for_notice:
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
    if (
        firm := firm_until(duration, series(duration, asked.in_force_on or asked.as_of))
    ) and notice.kind in ENDS_A_FIRM_ONE:
        parts.append(Sentence("No notice ends it before {day}.", day=firm))
    return joined(parts)


def _window_told(asked: PeriodsCalculationCreate, found: Periods) -> Sentence:
    every = series(asked.duration, asked.in_force_on or asked.as_of)
    window = window_of(min(asked.as_of, found.last_arguable_day_for_notice or asked.as_of), asked.notice, every)
    if window is None:
        return Sentence("There is no window for notice any more.")
    return Sentence(
        "Notice may be given from {opens} on, and is safely in time when received by {safe}; {arguable} can be argued for.",
        opens=window[0],
        safe=found.last_safe_day_for_notice,
        arguable=window[1],
    )
