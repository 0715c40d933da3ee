"""Duration and notice: the period in which a day lies, when it ends, and until when notice is in time. Pure.

Periods are half-open and all counted from the original start, by arithmetic: 29 February comes back every fourth year. Notice is
safe on the day before the last that can be argued for: a period that ends before 2009-04-01 with six months' notice has
2008-09-30 and 2008-10-01. A period after which the instrument stays in force is firm: no notice ends it earlier, and after it
notice ends the instrument when its term is over.
"""

from dataclasses import replace
from datetime import date, timedelta

from service.register.instruments.rules.acts import Need
from service.register.instruments.rules.calculations import PeriodsCalculationCreate
from service.register.instruments.rules.calendar import before, days_after, months_after
from service.register.instruments.rules.durations import (
    Periods,
    Series,
    expires,
    firm_until,
    opens_on,
    series,
    window_of,
    year_end,
)
from service.register.instruments.rules.lasting import explained
from service.register.instruments.rules.terms import Notice, NoticeKind, Then
from service.values.sentences import Sentence

ONE_DAY = timedelta(1)


def compute(asked: PeriodsCalculationCreate) -> Periods:
    """Return the period of `as_of`, its end, the last days for notice, and the end that a notice brings."""
    if asked.in_force_on is None:
        detail = Sentence("The day of entry into force is missing: without it nothing is computed.")
        return Periods(explanation=detail, needs=(Need(None, "in_force_on", detail),))
    found, ended = _period(asked, asked.in_force_on), _ended(asked, asked.in_force_on)
    if ended and ended <= asked.as_of:
        # What notice has ended has no period any more: its last is told.
        last = asked.model_copy(update={"as_of": max(ended - ONE_DAY, asked.in_force_on)})
        found = replace(_period(last, asked.in_force_on), period=None)
    found = replace(found, ends_by_notice_before=ended)
    return replace(found, explanation=explained(asked, found))


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
    over = expires(asked.duration, every)
    if kind is NoticeKind.BEFORE_YEAR_END:
        firm = firm_until(asked.duration, every)
        end = year_end(max(asked.as_of, firm - ONE_DAY if firm else asked.as_of).year)
        # Of a year that it does not see the end of, there is nothing to give notice of.
        arguable = _arguable(asked.notice, end) if end and not (over and end > over) else None
    elif kind is NoticeKind.BEFORE_PERIOD_END:
        arguable = found.ends_before and _arguable(asked.notice, found.ends_before)
    elif kind is NoticeKind.AFTER_PERIOD_END and (window := window_of(asked.as_of, asked.notice, every)):
        arguable = None if over else window[1]
    safe = days_after(arguable, -1) if arguable else None
    return replace(found, last_safe_day_for_notice=safe, last_arguable_day_for_notice=arguable)


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
    opens = opens_on(notice, in_force_on)
    if served is None or (notice.opens_after_months and (opens is None or received < opens)):
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
    over = expires(asked.duration, every)
    return None if served and over and served > over else served


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
