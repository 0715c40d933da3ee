"""The sentences on duration and notice that a lawyer follows: the period, what comes after it, until when notice is in time. Pure."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from service.register.instruments.rules.calculations import PeriodsCalculationCreate
from service.register.instruments.rules.clauses import Step
from service.register.instruments.rules.durations import Periods, firm_until, opens_on, series, window_of
from service.register.instruments.rules.telling import steps_in_words
from service.register.instruments.rules.terms import Duration, Notice, NoticeKind, Then
from service.values.sentences import Sentence, joined

ENDS_A_FIRM_ONE: Final = {NoticeKind.ANY_TIME, NoticeKind.BEFORE_YEAR_END}
"""Notice that would end a period before its day, were it not firm."""


def explained(asked: PeriodsCalculationCreate, found: Periods) -> Sentence:
    """Return the period, what comes after it, and what notice leads to."""
    parts = [*_period_told(asked, found), *_notice_told(asked, found)]
    firm = firm_until(asked.duration, series(asked.duration, asked.in_force_on or asked.as_of))
    if firm and asked.notice.kind in ENDS_A_FIRM_ONE:
        parts.append(Sentence("No notice ends it before {day}.", day=firm))
    return joined(parts)


def _period_told(asked: PeriodsCalculationCreate, found: Periods) -> Iterator[Sentence]:
    begun = asked.in_force_on
    if found.ends_before is None:
        yield Sentence("In force from {day}, without an end that is fixed.", day=begun)
        return
    days = {"first": found.starts_on, "end": found.ends_before, "last": found.last_day_in_force}
    yield Sentence("The period from {first} ends before {end}; {last} is its last day.", **days)
    yield _then(asked.duration)
    if found.starts_on and found.ends_before <= max(found.starts_on, begun or found.starts_on):
        yield Sentence("It would end before it begins: one of these days is wrong.")
    elif begun and asked.as_of < begun:
        yield Sentence("On {day} it is not in force yet.", day=asked.as_of)
    elif not found.period:
        yield Sentence("{day} does not lie in it.", day=asked.as_of)


def _then(duration: Duration) -> Sentence:
    """Return what comes after a period."""
    match duration.then:
        case Then.TACIT:
            length = _length(duration.following)
            return Sentence(
                "Without notice it is renewed for {length}, counted from the original start.", length=length
            )
        case Then.BY_AGREEMENT if most := (duration.next_years or 0) * 12 + (duration.next_months or 0):
            length = _length(most)
            return Sentence("Unless the parties agree to renew it, for at most {length}, it ends then.", length=length)
        case Then.BY_AGREEMENT:
            return Sentence("Unless the parties agree to renew it, it ends then.")
        case Then.INDEFINITE:
            return Sentence("After it the instrument stays in force without an end that is fixed.")
    return Sentence("It ends with this period.")


def _length(months: int) -> Sentence:
    """Return so many months in words: in years, where they are whole."""
    years, rest = divmod(months, 12)
    if rest:
        return Sentence("{months} months", months=months) if months > 1 else Sentence("one month")
    return Sentence("{years} years", years=years) if years > 1 else Sentence("one year")


def _notice_told(asked: PeriodsCalculationCreate, found: Periods) -> Iterator[Sentence]:
    notice, received, end = asked.notice, asked.notice_received_on, found.ends_by_notice_before
    is_over = found.ends_before is not None and asked.as_of >= found.ends_before
    if notice.kind is NoticeKind.AFTER_PERIOD_END:
        yield _window_told(asked, found)
    elif found.last_arguable_day_for_notice:
        days = {"safe": found.last_safe_day_for_notice, "arguable": found.last_arguable_day_for_notice}
        yield Sentence("Notice is safely in time when received by {safe}; {arguable} can be argued for.", **days)
    if end and received:
        yield Sentence("By the notice received on {day} it ends before {end}.", day=received, end=end)
        if asked.in_force_on and end <= asked.in_force_on:
            yield Sentence("That is before it would have entered into force.")
    elif received:
        yield Sentence("The notice received on {day} brings no earlier end.", day=received)
    goes_on = asked.duration.then is Then.INDEFINITE and found.ends_before is None
    is_free = notice.kind is NoticeKind.ANY_TIME or (notice.kind is NoticeKind.BEFORE_PERIOD_END and goes_on)
    if is_free and not is_over and (notice.opens_after_months or not received):
        yield _any_time(notice, opens_on(notice, asked.in_force_on or asked.as_of))


def _any_time(notice: Notice, opens: date | None) -> Sentence:
    term = [
        *([Step(months=notice.all_months)] if notice.all_months else []),
        *([Step(days=notice.days)] if notice.days else []),
        *([Step(first_of_month=notice.first_of_month)] if notice.first_of_month else []),
    ]
    if not term and opens:
        return Sentence("Notice may be given from {opens} on.", opens=opens)
    if not term:
        return Sentence("Notice may be given at any time.")
    steps = steps_in_words(term)
    if opens:
        return Sentence(
            "Notice may be given from {opens} on; counted from its receipt, it takes effect {steps}.",
            opens=opens,
            steps=steps,
        )
    return Sentence("Notice may be given at any time; counted from its receipt, it takes effect {steps}.", steps=steps)


def _window_told(asked: PeriodsCalculationCreate, found: Periods) -> Sentence:
    every = series(asked.duration, asked.in_force_on or asked.as_of)
    last = found.last_arguable_day_for_notice
    window = window_of(min(asked.as_of, last), asked.notice, every) if last else None
    if window is None:
        return Sentence("There is no window for notice any more.")
    return Sentence(
        "Notice may be given from {opens} on, and is safely in time when received by {safe}; {arguable} can be argued for.",
        opens=window[0],
        safe=found.last_safe_day_for_notice,
        arguable=window[1],
    )
