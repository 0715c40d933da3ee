"""Treaties in force, as their depositaries tell them: UN Treaty Collection, Council of the EU, Council of Europe, HCCH, NORMLEX, IMO, WTO."""

from typing import Any

import pytest

from service.register.instruments.rules.calculations import EntryIntoForceCalculationCreate, PeriodsCalculationCreate
from service.register.instruments.rules.durations import Periods
from service.register.instruments.rules.entry import EntryIntoForce, compute
from service.register.instruments.rules.periods import compute as periods

Json = dict[str, Any]
THREE_MONTHS_THEN_THE_FIRST = [{"months": 3}, {"first_of_month": 1}]
NTH: dict[str, tuple[int, list[Json], str, str]] = {
    "Genocide Convention, XIII": (20, [{"days": 90}], "1950-10-14", "1951-01-12"),
    "New York Convention on arbitral awards, XII": (3, [{"days": 90}], "1959-03-09", "1959-06-07"),
    "Diplomatic Relations, 51": (22, [{"days": 30}], "1964-03-25", "1964-04-24"),
    "ICSID Convention, 68": (20, [{"days": 30}], "1966-09-14", "1966-10-14"),
    "Consular Relations, 77": (22, [{"days": 30}], "1967-02-17", "1967-03-19"),
    "Racial Discrimination, 19": (27, [{"days": 30}], "1968-12-05", "1969-01-04"),
    "Civil and Political Rights, 49": (35, [{"months": 3}], "1975-12-23", "1976-03-23"),
    "Discrimination against Women, 27": (20, [{"days": 30}], "1981-08-04", "1981-09-03"),
    "Child Abduction (HCCH 28), 43: first of the third calendar month after": (
        3,
        [{"first_of_month": 3}],
        "1983-09-29",
        "1983-12-01",
    ),
    "Torture, 27": (20, [{"days": 30}], "1987-05-27", "1987-06-26"),
    "Sale of Goods, 99: first of the month after twelve months": (
        10,
        [{"months": 12}, {"first_of_month": 1}],
        "1986-12-11",
        "1988-01-01",
    ),
    "Basel Convention, 25, over a leap day": (20, [{"days": 90}], "1992-02-05", "1992-05-05"),
    "Energy Charter Treaty, 44": (30, [{"days": 90}], "1998-01-16", "1998-04-16"),
    "ILO 182, 10: twelve months after two": (2, [{"months": 12}], "1999-11-19", "2000-11-19"),
    "Organized Crime, 38": (40, [{"days": 90}], "2003-07-01", "2003-09-29"),
    "Cartagena Protocol, 37": (50, [{"days": 90}], "2003-06-13", "2003-09-11"),
    "Rotterdam Convention, 26, over a leap day": (50, [{"days": 90}], "2003-11-26", "2004-02-24"),
    "Stockholm Convention, 26": (50, [{"days": 90}], "2004-02-17", "2004-05-17"),
    "Cybercrime (ETS 185), 36": (5, THREE_MONTHS_THEN_THE_FIRST, "2004-03-18", "2004-07-01"),
    "Corruption, 68": (30, [{"days": 90}], "2005-09-15", "2005-12-14"),
    "Persons with Disabilities, 45": (20, [{"days": 30}], "2008-04-03", "2008-05-03"),
    "ILO 189, 21": (2, [{"months": 12}], "2012-09-05", "2013-09-05"),
    "Istanbul Convention (CETS 210), 75": (10, THREE_MONTHS_THEN_THE_FIRST, "2014-04-22", "2014-08-01"),
    "Nagoya Protocol, 33": (50, [{"days": 90}], "2014-07-14", "2014-10-12"),
    "Choice of Court (HCCH 37), 31": (2, THREE_MONTHS_THEN_THE_FIRST, "2015-06-11", "2015-10-01"),
    "Trade Facilitation, by two thirds of the members": (110, [], "2017-02-22", "2017-02-22"),
    "Minamata Convention, 31": (50, [{"days": 90}], "2017-05-18", "2017-08-16"),
    "Multilateral tax instrument, 34": (5, THREE_MONTHS_THEN_THE_FIRST, "2018-03-22", "2018-07-01"),
    "Singapore Convention on Mediation, 14": (3, [{"months": 6}], "2020-03-12", "2020-09-12"),
    "ILO 190, 14": (2, [{"months": 12}], "2020-06-25", "2021-06-25"),
    "Biodiversity beyond national jurisdiction, 68": (60, [{"days": 120}], "2025-09-19", "2026-01-17"),
}
ALL: dict[str, tuple[str, list[Json], str | None, str, str]] = {
    "Maastricht, R": ("all_deposits", [{"first_of_month": 1}], "1993-01-01", "1993-10-13", "1993-11-01"),
    "EEA, adjusting protocol, 22": ("all_deposits", [{"first_of_month": 1}], "1993-07-01", "1993-12-13", "1994-01-01"),
    "Amsterdam, 14": ("all_deposits", [{"first_of_month": 2}], None, "1999-03-30", "1999-05-01"),
    "Nice, 12": ("all_deposits", [{"first_of_month": 2}], None, "2002-12-18", "2003-02-01"),
    "Lisbon, 6": ("all_deposits", [{"first_of_month": 1}], "2009-01-01", "2009-11-13", "2009-12-01"),
    "Accession of Croatia, 3": ("all_deposits", [], "2013-07-01", "2013-06-21", "2013-07-01"),
    "EU-Ukraine, 486": ("all_deposits", [{"first_of_month": 2}], None, "2017-07-11", "2017-09-01"),
    "EU-Switzerland, free movement, 25": (
        "last_notification",
        [{"first_of_month": 2}],
        None,
        "2002-04-17",
        "2002-06-01",
    ),
    "EU-UK Trade and Cooperation, 783": (
        "last_notification",
        [{"first_of_month": 1}],
        None,
        "2021-04-29",
        "2021-05-01",
    ),
    "Germany-Pakistan, investment, 14: a month after the exchange": (
        "exchange_of_ratifications",
        [{"months": 1}],
        None,
        "1962-10-28",
        "1962-11-28",
    ),
}
KINDS = {"all_deposits": "deposit", "last_notification": "notification"}


def asked(rule: Json, facts: list[Json], **more: object) -> EntryIntoForce:
    return compute(EntryIntoForceCalculationCreate.model_validate({"rule": rule, "facts": facts, **more}))


def deposits(day: str, *parties: str, **more: object) -> list[Json]:
    return [{"kind": "deposit", "party": party, "on": day, **more} for party in parties]


def states(count: int) -> list[str]:
    return [f"S{number}" for number in range(count)]


@pytest.mark.parametrize("name", NTH)
def test_so_many_deposits_bring_it_into_force(name: str) -> None:
    n, steps, last, day = NTH[name]
    rule: Json = {"anchor": "nth_deposit", "threshold": {"of": "count", "n": n}, "steps": steps}
    found = asked(rule, [*deposits("1949-01-01", *states(n - 1)), *deposits(last, "LAST")])
    assert str(found.on) == day
    assert f"({n} in all)" in found.explanation, "a lawyer reads which deposit it is"
    window = asked(rule, deposits("1949-01-01", *states(n - 1)), in_force_on=day).window
    assert window is not None
    assert str(window[0]) <= last <= str(window[1])


@pytest.mark.parametrize("name", ALL)
def test_the_act_of_the_last_party_brings_it_into_force(name: str) -> None:
    anchor, steps, earliest, last, day = ALL[name]
    kind = KINDS.get(anchor, anchor)
    facts = [{"kind": kind, "party": "A", "on": "1960-01-01"}, {"kind": kind, "party": "B", "on": last}]
    rule: Json = {"anchor": anchor, "steps": steps, "not_before": earliest}
    found = asked(rule, facts, parties=["A", "B"])
    assert {str(found.on), *map(str, found.by_party.values())} == {day}


def test_depositaries_and_forty_others_for_the_non_proliferation_treaty() -> None:
    both = [{"of": "count", "n": 3, "class": "depositary"}, {"of": "count", "n": 40, "class": "other"}]
    early = deposits("1969-09-01", *states(43), **{"class": "other"})
    facts = [*early, *deposits("1968-11-27", "GB", **{"class": "depositary"})]
    rule: Json = {"anchor": "nth_deposit", "thresholds": both}
    assert "1 of 3 of class depositary" in asked(rule, facts).needs[0].detail
    found = asked(rule, [*facts, *deposits("1970-03-05", "US", "SU", **{"class": "depositary"})])
    assert str(found.on) == "1970-03-05"
    assert "3 of class depositary + 40 of class other" in found.explanation


def test_five_permanent_members_and_a_majority_of_the_others_for_the_charter() -> None:
    both = [{"of": "count", "n": 5, "class": "permanent"}, {"of": "count", "n": 24, "class": "other"}]
    facts = deposits("1945-09-01", "US", "FR", "CN", "GB", **{"class": "permanent"})
    facts += deposits("1945-10-01", *states(23), **{"class": "other"})
    facts += [
        *deposits("1945-10-24", "SU", **{"class": "permanent"}),
        *deposits("1945-10-24", "PL", **{"class": "other"}),
    ]
    assert str(asked({"anchor": "nth_deposit", "thresholds": both}, facts).on) == "1945-10-24"


@pytest.mark.parametrize(
    ("n", "weight", "months", "last", "day"),
    [
        pytest.param(30, 330, 12, "2012-08-20", "2013-08-20", id="Maritime Labour Convention, VIII"),
        pytest.param(30, 350, 12, "2016-09-08", "2017-09-08", id="Ballast Water, 18"),
        pytest.param(25, 500, 12, "1979-05-25", "1980-05-25", id="Safety of Life at Sea, X"),
        pytest.param(15, 400, 24, "2023-06-26", "2025-06-26", id="Recycling of Ships, 17"),
    ],
)
def test_so_many_states_with_so_much_of_the_tonnage(n: int, weight: int, months: int, last: str, day: str) -> None:
    both = [{"of": "count", "n": n}, {"of": "weight", "at_least": weight}]
    rule: Json = {"anchor": "nth_deposit", "thresholds": both, "steps": [{"months": months}]}
    early = deposits("1975-01-01", *states(n + 3), weight=5)
    assert "weigh" in asked(rule, early).needs[0].detail
    assert str(asked(rule, [*early, *deposits(last, "LAST", weight=weight)]).on) == day


def test_six_notifications_and_each_later_partys_own_for_the_trans_pacific_partnership() -> None:
    days = {"MX": "2018-06-28", "JP": "2018-07-06", "SG": "2018-07-19", "NZ": "2018-10-25", "CA": "2018-10-29"}
    days |= {"AU": "2018-10-31", "VN": "2018-11-15", "PE": "2021-07-21"}
    steps = [{"days": 60}]
    rule: Json = {"anchor": "last_notification", "threshold": {"of": "count", "n": 6}, "steps": steps}
    rule["later_parties"] = {"anchor": "last_notification", "steps": steps}
    facts = [{"kind": "notification", "party": party, "on": day} for party, day in days.items()]
    found = asked(rule, facts, parties=[*days, "BN"])
    told = {party: str(day) for party, day in found.by_party.items()}
    assert str(found.on) == told["MX"] == told["AU"] == "2018-12-30"
    assert (told["VN"], told["PE"], told["BN"]) == ("2019-01-14", "2021-09-19", "None")
    assert "the notification by which the threshold was met (6 in all): 60 days after" in found.explanation
    assert (
        "For those that act later it is counted from the last notification given: 60 days after." in found.explanation
    )


def test_two_classes_and_later_parties_for_the_regional_economic_partnership() -> None:
    both = [{"of": "count", "n": 6, "class": "asean"}, {"of": "count", "n": 3, "class": "other"}]
    steps = [{"days": 60}]
    rule: Json = {"anchor": "nth_deposit", "thresholds": both, "steps": steps}
    rule["later_parties"] = {"anchor": "own_deposit", "steps": steps}
    facts = deposits("2021-10-27", *states(6), **{"class": "asean"})
    facts += deposits("2021-04-15", "CN", "JP", **{"class": "other"})
    facts += deposits("2021-11-02", "AU", "NZ", **{"class": "other"})
    facts += deposits("2021-12-03", "KR", **{"class": "other"}) + deposits("2022-01-17", "MY", **{"class": "asean"})
    found = asked(rule, facts)
    told = {party: str(day) for party, day in found.by_party.items()}
    assert [told[party] for party in ("CN", "AU", "KR", "MY")] == [
        "2022-01-01",
        "2022-01-01",
        "2022-02-01",
        "2022-03-18",
    ]


def test_pakistan_is_bound_by_the_tax_instrument_from_its_own_deposit() -> None:
    rule: Json = {"anchor": "nth_deposit", "threshold": {"of": "count", "n": 5}, "steps": THREE_MONTHS_THEN_THE_FIRST}
    rule["later_parties"] = {"anchor": "own_deposit", "steps": THREE_MONTHS_THEN_THE_FIRST}
    facts = [*deposits("2018-01-01", *states(4)), *deposits("2018-03-22", "SI"), *deposits("2020-12-18", "PK")]
    found = asked(rule, facts)
    assert (str(found.on), str(found.by_party["PK"])) == ("2018-07-01", "2021-04-01")
    assert "Counted from 2018-03-22 by way of 2018-06-22, it enters into force on 2018-07-01." in found.explanation


def test_part_xi_of_the_law_of_the_sea_is_applied_before_it_is_in_force() -> None:
    both = [{"of": "count", "n": 40}, {"of": "count", "n": 7, "class": "pioneer"}]
    rule: Json = {"anchor": "nth_deposit", "thresholds": both, "steps": [{"days": 30}]}
    rule["provisional"] = {"anchor": "fixed", "on": "1994-11-16"}
    facts = [*deposits("1995-01-01", *states(39)), *deposits("1996-06-28", *"ABCDEFG", **{"class": "pioneer"})]
    found = asked(rule, facts)
    assert (str(found.provisional_on), str(found.on)) == ("1994-11-16", "1996-07-28")


INDEFINITE = {"kind": "indefinite"}
TEN_THEN_ON = {"kind": "period", "years": 10, "then": "indefinite"}
A_YEAR = {"kind": "any_time", "months": 12}
ENDED: dict[str, tuple[Json, Json, str, str, str | None]] = {
    "Anti-Ballistic Missile, XV: six months": (
        INDEFINITE,
        {"kind": "any_time", "months": 6},
        "1972-10-03",
        "2001-12-13",
        "2002-06-13",
    ),
    "Open Skies, XV: six months": (
        INDEFINITE,
        {"kind": "any_time", "months": 6},
        "2002-01-01",
        "2020-05-22",
        "2020-11-22",
    ),
    "Rome Statute, 127: a year": (INDEFINITE, A_YEAR, "2002-07-01", "2016-10-27", "2017-10-27"),
    "Paris Agreement, 28: after three years": (
        {"kind": "period", "years": 3, "then": "indefinite"},
        A_YEAR,
        "2016-11-04",
        "2019-11-04",
        "2020-11-04",
    ),
    "Kyoto Protocol, 27: after three years": (
        {"kind": "period", "years": 3, "then": "indefinite"},
        A_YEAR,
        "2005-02-16",
        "2011-12-15",
        "2012-12-15",
    ),
    "Energy Charter Treaty, 47: after five years": (
        {"kind": "period", "years": 5, "then": "indefinite"},
        A_YEAR,
        "1998-04-16",
        "2022-12-20",
        "2023-12-20",
    ),
    "Istanbul Convention, 80: three months, then the first of the month": (
        INDEFINITE,
        {"kind": "any_time", "months": 3, "first_of_month": 1},
        "2014-08-01",
        "2021-03-22",
        "2021-07-01",
    ),
    "UNESCO, II (6): the end of the year after": (
        INDEFINITE,
        {"kind": "before_year_end", "months": 12},
        "1946-11-04",
        "2017-10-12",
        "2019-01-01",
    ),
    "China-USSR alliance, 1950, 6: thirty years, a year's notice": (
        {"kind": "period", "years": 30, "then": "tacit", "next_years": 5},
        {"kind": "before_period_end", "years": 1},
        "1950-04-11",
        "1979-04-03",
        "1980-04-11",
    ),
    "ILO 158, 17: within the year after ten": (
        {"kind": "period", "years": 10, "then": "tacit"},
        {"kind": "after_period_end", "window_months": 12, "months": 12},
        "1985-11-23",
        "1996-11-20",
        "1997-11-20",
    ),
    "ILO 89, 15: on the last safe day of its window": (
        {"kind": "period", "years": 10, "then": "tacit"},
        {"kind": "after_period_end", "window_months": 12, "months": 12},
        "1951-02-27",
        "1992-02-26",
        "1993-02-26",
    ),
    "ILO 158, when its window is closed": (
        {"kind": "period", "years": 10, "then": "tacit"},
        {"kind": "after_period_end", "window_months": 12, "months": 12},
        "1985-11-23",
        "1997-11-20",
        None,
    ),
}


def told(duration: Json, notice: Json, begun: str, as_of: str, received: str | None = None) -> Periods:
    body = {
        "duration": duration,
        "notice": notice,
        "in_force_on": begun,
        "as_of": as_of,
        "notice_received_on": received,
    }
    return periods(PeriodsCalculationCreate.model_validate(body))


@pytest.mark.parametrize("name", ENDED)
def test_notice_ends_it_on_the_day_that_the_depositary_told(name: str) -> None:
    duration, notice, begun, received, ended = ENDED[name]
    found = told(duration, notice, begun, received, received)
    assert str(found.ends_by_notice_before) == str(ended)
    assert not ended or f"it ends before {ended}" in found.explanation
    if ended:
        assert told(duration, notice, begun, ended, received).period is None, "what has ended has no period"


@pytest.mark.parametrize("notice", [A_YEAR, {"kind": "before_period_end", "months": 12}])
@pytest.mark.parametrize(
    ("received", "ended"),
    [("2005-02-01", "2008-07-29"), ("2008-01-15", "2009-01-15"), ("2015-02-28", "2016-02-28")],
)
def test_ten_years_are_firm_and_after_them_notice_ends_it_after_its_term(
    notice: Json, received: str, ended: str
) -> None:
    """Investment treaties of Austria, Germany, the United Kingdom, the United States: ten years, then on, with a year's notice."""
    found = told(TEN_THEN_ON, notice, "1998-07-29", received, received)
    assert str(found.ends_by_notice_before) == ended


def test_notice_of_a_years_end_within_firm_years_is_of_the_first_year_that_may_end() -> None:
    notice = {"kind": "before_year_end", "months": 6}
    five = {"kind": "period", "years": 5, "then": "indefinite"}
    found = told(five, notice, "1995-10-03", "1997-02-01", "1997-02-01")
    assert (str(found.last_safe_day_for_notice), str(found.ends_by_notice_before)) == ("2000-06-30", "2001-01-01")
    assert "No notice ends it before 2000-10-03." in found.explanation


def test_a_window_for_notice_opens_when_a_period_ends_and_the_next_is_told_once_it_has_closed() -> None:
    """ILO 158 may be denounced from 23 November 2025 to 23 November 2026 (NORMLEX)."""
    ten = {"kind": "period", "years": 10, "then": "tacit"}
    notice = {"kind": "after_period_end", "window_months": 12, "months": 12}
    for as_of in ("2020-01-01", "2025-11-23", "2026-11-23"):
        found = told(ten, notice, "1985-11-23", as_of)
        assert (str(found.last_safe_day_for_notice), str(found.last_arguable_day_for_notice)) == (
            "2026-11-22",
            "2026-11-23",
        )
        assert "Notice may be given from 2025-11-23 on" in found.explanation
    assert str(told(ten, notice, "1985-11-23", "2026-11-24").last_arguable_day_for_notice) == "2036-11-23"


EEA: Json = {"anchor": "all_deposits", "on": "1993-01-01", "steps": [{"first_of_month": 2}]}


@pytest.mark.parametrize(
    ("last", "day"),
    [
        pytest.param("1992-12-15", "1993-01-01", id="in time, though the steps would lead to 1 February"),
        pytest.param("1992-08-15", "1993-01-01", id="in time, though the steps would lead to 1 October"),
        pytest.param("1993-01-01", "1993-01-01", id="on the day itself"),
        pytest.param("1993-01-02", "1993-03-01", id="a day too late"),
        pytest.param("1993-06-30", "1993-08-01", id="half a year too late"),
    ],
)
def test_a_day_that_is_named_counts_where_all_is_done_by_then_and_else_the_steps(last: str, day: str) -> None:
    """European Economic Area, 129 (3), as it was signed on 1992-05-02; a protocol put another day in its place."""
    found = asked(EEA, deposits("1992-06-01", "AT", "FI") + deposits(last, "SE"), parties=["AT", "FI", "SE"])
    assert {str(found.on), *map(str, found.by_party.values())} == {day}
    assert "on 1993-01-01 where all of it is done by then, otherwise counted from the last deposit" in found.explanation
    assert ("It was done by then" in found.explanation) is (day == "1993-01-01")


def test_of_a_named_day_the_window_of_what_is_missing_lies_before_it() -> None:
    facts = deposits("1992-06-01", "AT", "FI")
    named = asked(EEA, facts, parties=["AT", "FI", "SE"], in_force_on="1993-01-01")
    assert [one.party for one in named.needs] == ["SE"]
    assert named.window is not None
    assert str(named.window[1]) == "1993-01-01"
    later = asked(EEA, facts, parties=["AT", "FI", "SE"], in_force_on="1993-08-01")
    assert later.window is not None
    assert list(map(str, later.window)) == ["1993-06-01", "1993-06-30"]
    assert asked(EEA, facts, parties=["AT", "FI", "SE"], in_force_on="1993-02-01").window is None


def test_who_comes_later_has_a_named_day_of_its_own() -> None:
    rule = {**EEA, "later_parties": {"anchor": "own_deposit", "on": "1995-05-01", "steps": [{"months": 1}]}}
    first = deposits("1993-06-30", "AT", "FI")
    found = asked(rule, [*first, *deposits("1995-04-03", "LI"), *deposits("1995-05-02", "CH")], parties=["AT", "FI"])
    assert {party: str(day) for party, day in found.by_party.items()} == {
        "AT": "1993-08-01", "FI": "1993-08-01", "LI": "1995-05-01", "CH": "1995-06-02"
    }  # fmt: skip


def test_ships_are_recycled_once_there_are_so_many_states_with_so_much_tonnage_and_so_much_capacity() -> None:
    """Recycling of Ships, 17: fifteen States, 40 per cent of the tonnage, and yards of their own for 3 per cent of that tonnage."""
    measures = [
        {"of": "weight", "at_least": least, "weight": name} for name, least in (("tonnage", 400), ("yards", 12))
    ]
    rule: Json = {
        "anchor": "nth_deposit",
        "thresholds": [{"of": "count", "n": 15}, *measures],
        "steps": [{"months": 24}],
    }
    ships = deposits("2019-11-28", *states(15), weights={"tonnage": 20})
    found = asked(rule, ships)
    assert [one.detail for one in found.needs] == [
        "Those who have acted weigh 300 by tonnage; 400 are needed.",
        "Those who have acted weigh 0 by yards; 12 are needed.",
    ]
    assert "What has no weight adds nothing to the weight that is needed." in found.warnings
    liberia = deposits("2023-06-26", "LR", weights={"tonnage": 150, "yards": 0})
    bangladesh = deposits("2023-06-26", "BD", weights={"tonnage": 3, "yards": 12})
    assert asked(rule, [*ships, *liberia]).on is None
    assert str(asked(rule, [*ships, *liberia, *bangladesh]).on) == "2025-06-26"
    assert "a weight of 12 by yards" in found.explanation


def test_a_weight_is_named_of_a_threshold_of_weight_alone() -> None:
    with pytest.raises(ValueError, match="names what a threshold of weight measures"):
        asked({"anchor": "nth_deposit", "threshold": {"of": "count", "n": 1, "weight": "tonnage"}}, [])
