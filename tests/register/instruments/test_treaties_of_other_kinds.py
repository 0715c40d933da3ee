"""Treaties whose clauses no other test has, as their depositaries, gazettes and courts tell them.

Where it is said that some acted before, the day is not theirs: it decides nothing.
"""

from typing import Any

import pytest

from tests.register.instruments.test_entry_into_force import asked, deposit, notified
from tests.register.instruments.test_real_treaties import deposits, states, told

Json = dict[str, Any]
BEFORE = "2012-04-01"
SHARES = {
    "FR": 203859, "IT": 179137, "ES": 119037, "NL": 57170, "BE": 34771, "GR": 28167, "AT": 27834, "PT": 25092, "FI": 17974,
    "IE": 15922, "SK": 8240, "SI": 4276, "LU": 2504, "CY": 1962, "MT": 731,
}  # fmt: skip
"""Of the subscriptions to the European Stability Mechanism, in ten-thousandths of a per cent (its treaty, annex I)."""


def test_by_those_who_subscribed_nine_tenths_and_for_a_later_one_from_its_own_deposit() -> None:
    """European Stability Mechanism, 48: Germany on 2012-09-27, Estonia on 2012-10-03."""
    rule = {"anchor": "nth_deposit", "threshold": {"of": "weight", "at_least": 900_000}}
    rule["later_parties"] = {"anchor": "own_deposit"}
    early = [deposit(BEFORE, party, weight=share) for party, share in SHARES.items()]
    assert asked(rule, early).needs[0].detail == "Those who have acted weigh 726676; 900000 are needed."
    found = asked(rule, [*early, deposit("2012-09-27", "DE", weight=271464), deposit("2012-10-03", "EE", weight=1860)])
    assert (str(found.on), [one.party for one in found.decided_by]) == ("2012-09-27", ["DE"])
    assert (str(found.by_party["FR"]), str(found.by_party["EE"])) == ("2012-09-27", "2012-10-03")


def test_ten_members_with_half_of_the_subscriptions_of_whom_several_come_on_one_day() -> None:
    """Asian Infrastructure Investment Bank, 59: by seventeen members with 50.1 per cent, on 2015-12-25."""
    both = [{"of": "count", "n": 10}, {"of": "weight", "at_least": 500}]
    rule = {"anchor": "nth_deposit", "thresholds": both}
    early = deposits("2015-11-01", *states(9), weight=20)
    last = [deposit("2015-12-25", "CN", weight=306), deposit("2015-12-25", "SG", weight=15)]
    assert asked(rule, [*early, last[0]]).on is None
    found = asked(rule, [*early, *last])
    assert (str(found.on), {one.party for one in found.decided_by}) == ("2015-12-25", {"CN", "SG"})
    assert set(map(str, found.by_party.values())) == {"2015-12-25"}


def test_those_that_are_named_and_a_majority_of_the_signatories() -> None:
    """North Atlantic Treaty, 11: once the seven that are named, among them France on 1949-08-24, had deposited; Greece on 1952-02-18."""
    named = [{"of": "count", "n": 7, "class": "named"}, {"of": "count", "n": 7}]
    rule = {"anchor": "nth_deposit", "thresholds": named, "later_parties": {"anchor": "own_deposit"}}
    early = deposits("1949-08-01", *states(6), **{"class": "named"}) + deposits("1949-08-01", "NO", "IS")
    assert "6 of 7 of class named" in asked(rule, early).needs[0].detail
    found = asked(rule, [*early, deposit("1949-08-24", "FR", **{"class": "named"}), deposit("1952-02-18", "GR")])
    assert (str(found.on), str(found.by_party["GR"])) == ("1949-08-24", "1952-02-18")


def test_every_one_of_an_annex_which_may_never_come() -> None:
    """Comprehensive Nuclear-Test-Ban, XIV: all 44 States of annex 2, then 180 days; others bring it no nearer."""
    rule = {
        "anchor": "nth_deposit",
        "threshold": {"of": "count", "n": 44, "class": "annex_2"},
        "steps": [{"days": 180}],
    }
    facts = deposits("2000-01-01", *states(36), **{"class": "annex_2"}) + deposits("2001-01-01", "AZ", "KZ", "UZ")
    found = asked(rule, facts)
    assert (found.on, set(found.by_party.values())) == (None, {None})
    assert found.needs[0].detail == "36 of 44 of class annex_2 have acted; still needed: 8."


def test_a_named_day_beside_another_instrument_and_two_thirds_of_what_is_consumed() -> None:
    """Montreal Protocol, 16: on 1989-01-01, by eleven with two thirds, once the Vienna Convention (1988-09-22) was in force."""
    both = [{"of": "count", "n": 11}, {"of": "weight", "at_least": 6667}]
    rule: Json = {"anchor": "nth_deposit", "thresholds": both, "on": "1989-01-01", "steps": [{"days": 90}]}
    rule["not_before"] = "vienna-convention"
    facts = [*deposits("1988-06-01", *states(10), weight=400), deposit("1988-12-16", "EEC", weight=3000)]
    convention = {"kind": "entry_into_force_of_other", "on": "1988-09-22"}
    assert [one.kind for one in asked(rule, facts).needs] == ["entry_into_force_of_other"]
    assert str(asked(rule, [*facts, convention]).on) == "1989-01-01"


@pytest.mark.parametrize(
    ("last", "day"),
    [
        pytest.param("1957-12-13", "1958-01-01", id="as it was"),
        pytest.param("1957-12-17", "1958-01-01", id="fifteen days before the month"),
        pytest.param("1957-12-18", "1958-02-01", id="less than fifteen days before it"),
    ],
)
def test_the_month_after_next_where_it_is_late_in_the_month(last: str, day: str) -> None:
    """European Economic Community, 247: the month after the last deposit, if that comes fifteen days before it, else the next."""
    rule = {"anchor": "all_deposits", "steps": [{"days": 14}, {"first_of_month": 1}]}
    six = ["BE", "DE", "FR", "IT", "LU", "NL"]
    found = asked(rule, [*deposits("1957-11-01", *six[:5]), deposit(last, "NL")], parties=six)
    assert str(found.on) == day


def test_three_notifications_and_the_third_month() -> None:
    """United States-Mexico-Canada, protocol, 2: notified on 2, 3 and 24 April (Canada Gazette SI/2020-46), in force 2020-07-01."""
    rule = {"anchor": "last_notification", "steps": [{"first_of_month": 3}]}
    days = {"CA": "2020-04-02", "MX": "2020-04-03"}
    waiting = asked(rule, notified(**days), parties=["CA", "MX", "US"], in_force_on="2020-07-01")
    assert [one.party for one in waiting.needs] == ["US"]
    assert waiting.window
    assert list(map(str, waiting.window)) == ["2020-04-01", "2020-04-30"]
    found = asked(rule, notified(**days, US="2020-04-24"), parties=["CA", "MX", "US"])
    assert set(map(str, found.by_party.values())) == {"2020-07-01"}


def test_applied_provisionally_while_the_last_two_are_awaited() -> None:
    """Conventional Armed Forces in Europe, XXII and the protocol of 1992-07-10: provisionally from 1992-07-17, in force 1992-11-09."""
    rule: Json = {
        "anchor": "all_deposits",
        "steps": [{"days": 10}],
        "provisional": {"anchor": "fixed", "on": "1992-07-17"},
    }
    parties, early = ["AM", "BY", "KZ"], deposits("1992-07-01", "AM")
    before = asked(rule, early, parties=parties)
    assert (str(before.provisional_on), [one.party for one in before.needs]) == ("1992-07-17", ["BY", "KZ"])
    after = asked(rule, [*early, *deposits("1992-10-30", "BY", "KZ")], parties=parties)
    assert (str(after.provisional_on), str(after.on)) == ("1992-07-17", "1992-11-09")


@pytest.mark.parametrize(
    ("rule", "facts", "day"),
    [
        pytest.param(
            {"anchor": "nth_deposit", "threshold": {"of": "count", "n": 13}, "steps": [{"first_of_month": 4}]},
            [*deposits("2020-01-01", *states(12)), deposit("2023-02-17", "DE")],
            "2023-06-01",
            id="Unified Patent Court, 89: the first day of the fourth month after",
        ),
        pytest.param(
            {"anchor": "nth_deposit", "threshold": {"of": "count", "n": 7}, "steps": [{"months": 4}]},
            [*deposits("1975-01-01", *states(6)), deposit("1975-08-21", "GR")],
            "1975-12-21",
            id="Wetlands (Ramsar), 10: four months after the seventh",
        ),
        pytest.param(
            {
                "anchor": "nth_deposit",
                "threshold": {"of": "count", "n": 2},
                "steps": [{"months": 12}, {"first_of_month": 1}],
            },
            deposits("2022-08-29", "EU", "UA"),
            "2023-09-01",
            id="Judgments (HCCH 41), 28: two on one day",
        ),
        pytest.param(
            {"anchor": "exchange_of_ratifications", "steps": [{"months": 6}], "not_before": "1979-10-01"},
            [{"kind": "exchange_of_ratifications", "on": "1978-06-16"}],
            "1979-10-01",
            id="Panama Canal Treaty, II: six months after an exchange that took effect later",
        ),
        pytest.param(
            {"anchor": "all_deposits", "steps": [{"first_of_month": 1}]},
            [deposit("1987-01-01", "FR"), deposit("1987-06-24", "IE")],
            "1987-07-01",
            id="Single European Act, 33",
        ),
        pytest.param(
            {"anchor": "exchange_of_ratifications", "steps": [{"months": 1}]},
            [{"kind": "exchange_of_ratifications", "on": "1957-05-16"}],
            "1957-06-16",
            id="Amity, Iran and the United States, XXIII",
        ),
    ],
)
def test_it_enters_into_force_on_the_day_that_is_told(rule: Json, facts: list[Json], day: str) -> None:
    assert str(asked(rule, facts).on) == day


def test_a_depositary_that_counted_a_day_more_is_told_and_not_followed() -> None:
    """African Continental Free Trade Area, 23: thirty days after the 22nd, on 2019-04-29; told as in force on 2019-05-30."""
    rule = {"anchor": "nth_deposit", "threshold": {"of": "count", "n": 22}, "steps": [{"days": 30}]}
    facts = [*deposits("2019-01-01", *states(20)), *deposits("2019-04-29", "SL", "EH")]
    found = asked(rule, facts, in_force_on="2019-05-30")
    assert (str(found.on), found.warnings) == (
        "2019-05-29", ["Recorded as in force on 2019-05-30, computed as 2019-05-29."]
    )  # fmt: skip


TEN_YEARS = {"kind": "period", "years": 10, "then": "tacit", "next_years": 10}
HALF_A_YEAR = {"kind": "before_period_end", "months": 6}


@pytest.mark.parametrize(
    ("received", "ended"),
    [("2018-09-21", "2019-04-01"), ("2018-10-01", "2019-04-01"), ("2018-10-02", "2029-04-01")],
)
def test_a_treaty_of_ten_years_that_goes_on_for_ten_ends_by_notice_in_its_second_period(
    received: str, ended: str
) -> None:
    """Friendship, Russia and Ukraine, 40: in force 1999-04-01; Ukraine's note of September 2018; ended on 2019-04-01."""
    found = told(TEN_YEARS, HALF_A_YEAR, "1999-04-01", received, received)
    assert (found.period, str(found.last_safe_day_for_notice)) == (2, "2018-09-30")
    assert str(found.ends_by_notice_before) == ended


@pytest.mark.parametrize(
    ("duration", "notice", "begun", "as_of", "period", "ends", "safe"),
    [
        pytest.param(
            {"kind": "period", "years": 20, "then": "tacit", "next_years": 5}, {"kind": "before_period_end", "years": 1},
            "2002-02-28", "2022-02-28", 2, "2027-02-28", "2026-02-27", id="Good-Neighbourliness, China and Russia, 25",
        ),
        pytest.param(
            {"kind": "period", "years": 10, "then": "tacit", "next_years": 1}, HALF_A_YEAR,
            "1999-07-01", "2024-01-01", 16, "2024-07-01", "2023-12-31", id="Partnership, Azerbaijan and the European Communities",
        ),
        pytest.param(
            {"kind": "period", "years": 10, "then": "by_agreement", "next_years": 5}, {"kind": "any_time", "months": 3},
            "2011-02-05", "2021-02-04", 1, "2021-02-05", "None", id="New START, XIV, on its last day but for the extension",
        ),
        pytest.param(
            {"kind": "until", "on": "2012-12-31", "then": "by_agreement"}, {"kind": "any_time", "months": 3},
            "2003-06-01", "2012-12-31", 1, "2013-01-01", "None", id="Strategic Offensive Reductions, IV",
        ),
        pytest.param(
            {"kind": "period", "years": 99, "then": "end"}, {"kind": "none"},
            "1898-07-01", "1997-06-30", 1, "1997-07-01", "None", id="Extension of Hong Kong Territory",
        ),
    ],
)  # fmt: skip
def test_the_period_of_a_day_is_that_which_was_lived(
    duration: Json, notice: Json, begun: str, as_of: str, period: int, ends: str, safe: str
) -> None:
    found = told(duration, notice, begun, as_of)
    assert (found.period, str(found.ends_before), str(found.last_safe_day_for_notice)) == (period, ends, safe)


@pytest.mark.parametrize(
    ("duration", "notice", "begun", "received", "ended"),
    [
        pytest.param(
            {"kind": "period", "years": 10, "then": "indefinite"}, {"kind": "any_time", "years": 1},
            "1957-06-16", "2018-10-03", "2019-10-03", id="Amity, Iran and the United States, XXIII",
        ),
        pytest.param(
            {"kind": "period", "years": 20, "then": "indefinite"}, {"kind": "any_time", "years": 2},
            "1936-11-09", "1954-11-10", "1956-11-10", id="Straits (Montreux), 28: two years, at the earliest after twenty (the notice is made up)",
        ),
        pytest.param(
            {"kind": "period", "years": 5, "then": "tacit", "next_years": 5}, {"kind": "any_time", "days": 30},
            "2011-01-01", "2024-01-31", "2024-03-01", id="Austria and Azerbaijan, 2010-06-23, 10: at any time within a period (the days are made up)",
        ),
    ],
)  # fmt: skip
def test_notice_ends_what_goes_on_when_its_term_is_over(
    duration: Json, notice: Json, begun: str, received: str, ended: str
) -> None:
    assert str(told(duration, notice, begun, received, received).ends_by_notice_before) == ended


PARIS = {"kind": "any_time", "months": 12, "opens_after_months": 36}


@pytest.mark.parametrize(
    ("received", "ended"),
    [
        pytest.param("2019-11-04", "2020-11-04", id="the United States, on the first day possible"),
        pytest.param("2019-11-03", "None", id="a day too early: of no effect"),
        pytest.param("2025-01-27", "2026-01-27", id="the United States once more"),
    ],
)
def test_notice_that_may_be_given_only_after_three_years(received: str, ended: str) -> None:
    """Paris Agreement, 28: at any time after three years from entry into force (2016-11-04); a year from its receipt."""
    found = told({"kind": "indefinite"}, PARIS, "2016-11-04", received, received)
    assert str(found.ends_by_notice_before) == ended
    assert (
        "Notice may be given from 2019-11-04 on; counted from its receipt, it takes effect 12 months after."
        in found.explanation
    )
    bare = told({"kind": "indefinite"}, {"kind": "any_time", "opens_after_months": 36}, "2016-11-04", received)
    assert bare.explanation.endswith("Notice may be given from 2019-11-04 on.")


def test_after_a_firm_period_it_is_told_that_notice_may_be_given() -> None:
    ten = {"kind": "period", "years": 10, "then": "indefinite"}
    found = told(ten, {"kind": "before_period_end", "months": 12}, "1998-07-29", "2015-01-01")
    assert found.explanation.endswith(
        "Notice may be given at any time; counted from its receipt, it takes effect 12 months after."
    )
