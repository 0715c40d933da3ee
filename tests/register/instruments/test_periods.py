"""How long, and until when notice is in time."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.register.instruments.rules.calculations import PeriodsCalculationCreate
from service.register.instruments.rules.calendar import days_leading_to, months_after, whole_months
from service.register.instruments.rules.clauses import Step
from service.register.instruments.rules.durations import Periods, Series
from service.register.instruments.rules.entry import stepped
from service.register.instruments.rules.periods import compute

TACIT = {"kind": "period", "years": 5, "then": "tacit", "next_years": 1}
SIX_MONTHS = {"kind": "before_period_end", "months": 6}
DAYS = st.dates()
NEAR = st.dates(date(1800, 1, 1), date(2300, 1, 1))


def asked(duration: dict[str, Any], notice: dict[str, Any], begun: str | None, day: str, **more: str) -> Periods:
    """Return what the clauses lead to."""
    body = {"duration": duration, "notice": notice, "in_force_on": begun, "as_of": day, **more}
    return compute(PeriodsCalculationCreate.model_validate(body))


def test_notice_is_safe_on_the_day_before_the_last_that_can_be_argued_for() -> None:
    found = asked(TACIT, SIX_MONTHS, "2004-04-01", "2008-06-01")
    assert (found.period, str(found.ends_before), str(found.last_day_in_force)) == (1, "2009-04-01", "2009-03-31")
    assert str(found.last_safe_day_for_notice) == "2008-09-30"
    assert str(found.last_arguable_day_for_notice) == "2008-10-01"


def test_periods_are_counted_from_the_original_start_and_do_not_drift() -> None:
    yearly = {"kind": "period", "years": 1, "then": "tacit"}
    ends = [
        str(asked(yearly, SIX_MONTHS, "2020-02-29", day).ends_before)
        for day in ("2020-03-01", "2021-02-28", "2023-02-28", "2024-02-28", "2024-02-29")
    ]
    assert ends == ["2021-02-28", "2022-02-28", "2024-02-29", "2024-02-29", "2025-02-28"]
    assert asked(yearly, SIX_MONTHS, "2020-02-29", "2024-02-29").period == 5


def test_notice_received_in_time_ends_the_period_and_late_the_next() -> None:
    def ended(received: str) -> str:
        return str(
            asked(TACIT, SIX_MONTHS, "2004-04-01", "2008-06-01", notice_received_on=received).ends_by_notice_before
        )

    assert [ended(day) for day in ("2004-05-01", "2008-09-30", "2008-10-01", "2008-10-02", "2009-10-02")] == [
        "2009-04-01",
        "2009-04-01",
        "2009-04-01",
        "2010-04-01",
        "2011-04-01",
    ]


def test_notice_at_any_time_ends_after_its_term() -> None:
    """The INF Treaty by six months' notice; the Paris Agreement by a year's; and notice on a leap day."""
    for received, months, end in (
        ("2019-02-02", 6, "2019-08-02"),
        ("2019-11-04", 12, "2020-11-04"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2023-08-31", 6, "2024-02-29"),
    ):
        notice = {"kind": "any_time", "months": months}
        found = asked({"kind": "indefinite"}, notice, "1988-06-01", "2024-01-01", notice_received_on=received)
        assert (str(found.ends_by_notice_before), found.ends_before, found.period) == (end, None, None)


def test_notice_before_the_years_end_ends_with_the_year() -> None:
    notice = {"kind": "before_year_end", "months": 6}
    for received, end in (("2023-06-30", "2024-01-01"), ("2023-07-01", "2024-01-01"), ("2023-07-02", "2025-01-01")):
        found = asked({"kind": "indefinite"}, notice, "2000-01-01", "2023-05-01", notice_received_on=received)
        assert str(found.ends_by_notice_before) == end
        assert str(found.last_safe_day_for_notice) == "2023-06-30"


def test_a_day_until_which_it_lasts_is_its_last() -> None:
    found = asked({"kind": "until", "on": "2024-02-29", "then": "end"}, {"kind": "none"}, "2020-01-01", "2024-03-01")
    assert (found.period, str(found.last_day_in_force), str(found.ends_before)) == (None, "2024-02-29", "2024-03-01")


def test_after_the_first_period_it_may_go_on_without_an_end() -> None:
    found = asked(TACIT | {"then": "indefinite"}, SIX_MONTHS, "2004-04-01", "2009-04-01")
    assert (found.period, str(found.starts_on), found.ends_before) == (2, "2009-04-01", None)


def test_without_a_day_of_entry_into_force_nothing_is_computed() -> None:
    found = asked(TACIT, SIX_MONTHS, None, "2009-04-01")
    assert ([one.kind for one in found.needs], found.ends_before) == (["in_force_on"], None)


def test_a_year_whose_end_it_does_not_see_has_no_day_for_notice() -> None:
    until = {"kind": "until", "on": "2024-12-02", "then": "end"}
    notice = {"kind": "before_year_end", "months": 6}
    days = {
        day: asked(until, notice, "1997-11-24", day).last_safe_day_for_notice
        for day in ("2023-09-01", "2024-03-01", "2026-01-01")
    }
    assert {day: str(safe) for day, safe in days.items()} == {
        "2023-09-01": "2023-06-30", "2024-03-01": "None", "2026-01-01": "None"
    }  # fmt: skip


def test_notice_before_entry_into_force_leaves_no_period() -> None:
    five = {"kind": "period", "years": 5, "then": "end"}
    for day in ("2020-04-01", "2022-01-01"):
        found = asked(five, {"kind": "any_time", "months": 3}, "2021-01-01", day, notice_received_on="2020-02-01")
        assert (found.period, str(found.ends_by_notice_before)) == (None, "2020-05-01")
        assert "That is before it would have entered into force." in found.explanation


@pytest.mark.parametrize(
    ("duration", "notice", "day", "said"),
    [
        (
            TACIT,
            SIX_MONTHS,
            "2008-06-01",
            "Without notice it is renewed for one year, counted from the original start.",
        ),
        (TACIT | {"next_years": 10}, SIX_MONTHS, "2008-06-01", "Without notice it is renewed for 10 years, counted"),
        (
            TACIT | {"next_years": 0, "next_months": 18},
            SIX_MONTHS,
            "2008-06-01",
            "it is renewed for 18 months, counted",
        ),
        (
            {"kind": "period", "years": 10, "then": "by_agreement", "next_years": 5},
            {"kind": "any_time", "months": 3},
            "2008-06-01",
            (
                "Unless the parties agree to renew it, for at most 5 years, it ends then. Notice may be given at any time; counted from "
                "its receipt, it takes effect 3 months after."
            ),
        ),
        (TACIT, {"kind": "none"}, "2004-03-31", "On 2004-03-31 it is not in force yet."),
        ({"kind": "until", "on": "1990-01-01"}, {"kind": "none"}, "2008-06-01", "It would end before it begins"),
        (
            {"kind": "indefinite"},
            {"kind": "any_time", "months": 3, "first_of_month": 1},
            "2008-06-01",
            "it takes effect 3 months after; then the first day of the month following.",
        ),
    ],
)
def test_how_long_it_lasts_is_said_as_a_clause_says_it(
    duration: dict[str, Any], notice: dict[str, Any], day: str, said: str
) -> None:
    assert said in asked(duration, notice, "2004-04-01", day).explanation


def test_of_what_is_over_nobody_is_told_to_give_notice() -> None:
    over = asked(
        {"kind": "period", "years": 4, "then": "end"}, {"kind": "any_time", "months": 3}, "2004-04-01", "2008-04-01"
    )
    assert "may be given" not in over.explanation
    window = {"kind": "after_period_end", "window_months": 12, "months": 12}
    ended = asked({"kind": "period", "years": 4, "then": "end"}, window, "2004-04-01", "2007-04-01")
    assert ended.last_safe_day_for_notice is None
    assert "There is no window for notice any more." in ended.explanation


@given(NEAR, st.integers(1, 600), st.integers(1, 600), st.integers(1, 40))
def test_the_kth_boundary_is_the_first_day_of_the_period_after(start: date, first: int, next_: int, k: int) -> None:
    every = Series(start, start, first, next_)
    boundary = every.end(k)
    assert boundary == months_after(start, first + (k - 1) * next_)
    assert boundary is not None
    assert every.of(boundary) == k + 1
    assert every.of(boundary - timedelta(1)) == k


@given(DAYS, DAYS)
def test_whole_months_are_the_most_that_fit(start: date, day: date) -> None:
    months = whole_months(start, day)
    reached, beyond = months_after(start, months), months_after(start, months + 1)
    assert reached is None or reached <= day
    assert beyond is None or beyond > day


@given(DAYS, DAYS, st.integers(1, 200_000), st.integers(0, 20_000))
def test_every_day_has_one_period_even_at_the_end_of_the_calendar(a: date, b: date, months: int, notice: int) -> None:
    begun, day = sorted((a, b))
    months = min(months, 100_000)
    body = {"kind": "period", "months": months, "then": "tacit"}
    clause = {"kind": "before_period_end", "days": notice}
    found = asked(body, clause, str(begun), str(day))
    assert found.period is not None
    assert found.starts_on is not None
    assert found.starts_on <= day
    assert found.ends_before is None or found.ends_before > day
    given = asked(body, clause, str(begun), str(day), notice_received_on=str(day))
    if given.ends_by_notice_before:
        assert (given.ends_by_notice_before - day).days >= notice


STEP = st.one_of(
    st.builds(lambda n: {"days": n}, st.integers(0, 400)),
    st.builds(lambda n: {"months": n}, st.integers(0, 40)),
    st.builds(lambda n: {"first_of_month": n}, st.integers(1, 40)),
)


@given(NEAR, st.lists(STEP, max_size=4))
def test_the_window_holds_every_day_that_leads_to_the_recorded_one_and_no_other(
    day: date, steps: list[dict[str, int]]
) -> None:
    read = [Step.model_validate(one) for one in steps]
    reached = stepped(day, read)
    assert reached is not None
    window = days_leading_to(lambda one: stepped(one, read), reached)
    assert window is not None
    first, last = window
    assert first <= day <= last
    assert stepped(first, read) == stepped(last, read) == reached
    assert stepped(first - timedelta(1), read) != reached != stepped(last + timedelta(1), read)
