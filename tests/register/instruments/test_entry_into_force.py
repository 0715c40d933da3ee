"""Real treaties, as the registers of their depositaries tell them: the clause, the facts, and the day."""

from typing import Any

import pytest

from service.errors import InvalidContent
from service.register.instruments.rules.calculations import EntryIntoForceCalculationCreate
from service.register.instruments.rules.entry import EntryIntoForce, compute

Facts = list[dict[str, Any]]


def asked(rule: dict[str, Any], facts: Facts, **more: object) -> EntryIntoForce:
    """Return what a clause leads to."""
    return compute(EntryIntoForceCalculationCreate.model_validate({"rule": rule, "facts": facts, **more}))


def nth(n: int, *steps: dict[str, Any], **more: object) -> dict[str, Any]:
    """Return the clause of most multilateral treaties; who comes later is bound by the same steps from its own deposit."""
    later = {"anchor": "own_deposit", "steps": list(steps)}
    return {
        "anchor": "nth_deposit",
        "threshold": {"of": "count", "n": n},
        "steps": list(steps),
        "later_parties": later,
        **more,
    }


def deposit(day: str, party: str | None = None, **more: object) -> dict[str, Any]:
    """Return a deposit."""
    return {"kind": "deposit", "on": day, "party": party, **more}


MULTILATERAL = {
    "Vienna Convention on the Law of Treaties, 84 (1): 35th, 30th day": (35, {"days": 30}, "1979-12-28", "1980-01-27"),
    "Convention on the Law of the Sea, 308: 60th, 12 months": (60, {"months": 12}, "1993-11-16", "1994-11-16"),
    "WHO Framework Convention on Tobacco Control, 36: 40th, 90th day": (40, {"days": 90}, "2004-11-29", "2005-02-27"),
    "Biological Diversity, 36: 30th, 90th day": (30, {"days": 90}, "1993-09-30", "1993-12-29"),
    "Climate Change, 23: 50th, 90th day": (50, {"days": 90}, "1993-12-21", "1994-03-21"),
    "Rights of the Child, 49: 20th, 30th day": (20, {"days": 30}, "1990-08-03", "1990-09-02"),
    "Rome Statute, 126: 60th, first of the month after the 60th day": (60, None, "2002-04-11", "2002-07-01"),
    "Mine Ban, 17: 40th, first of the sixth month after that of the deposit": (
        40,
        {"first_of_month": 6},
        "1998-09-16",
        "1999-03-01",
    ),
    "Cluster Munitions, 17: 30th, likewise": (30, {"first_of_month": 6}, "2010-02-16", "2010-08-01"),
    "Chemical Weapons, XXI: 65th, 180 days": (65, {"days": 180}, "1996-10-31", "1997-04-29"),
    "Arms Trade Treaty, 22: 50th, 90 days": (50, {"days": 90}, "2014-09-25", "2014-12-24"),
    "Nuclear Weapons Prohibition, 15: 50th, 90 days": (50, {"days": 90}, "2020-10-24", "2021-01-22"),
}


@pytest.mark.parametrize("name", MULTILATERAL)
def test_a_convention_enters_into_force_when_its_depositary_says_so(name: str) -> None:
    n, step, last, day = MULTILATERAL[name]
    steps = [step] if step else [{"days": 60}, {"first_of_month": 1}]
    facts = [deposit("1970-01-01", f"S{number}") for number in range(n - 1)]
    found = asked(nth(n, *steps), [*facts, deposit(last, "LAST")])
    assert str(found.on) == str(found.by_party["LAST"]) == str(found.by_party["S0"]) == day
    assert [one.party for one in found.decided_by] == ["LAST"]
    assert asked(nth(n, *steps), facts).needs[0].detail.startswith(f"{n - 1} of {n}")
    assert str(asked(nth(n, *steps), [deposit(last)]).on) == day, "told alone, the last is the one that decides"


def test_who_comes_later_is_bound_from_its_own_deposit() -> None:
    rule = nth(35, {"days": 30})
    found = asked(rule, [deposit("1979-12-28"), deposit("2018-01-11", "AZ")], parties=["PK", "AZ"])
    assert str(found.by_party["AZ"]) == "2018-02-10"
    assert found.by_party["PK"] is None
    rule.pop("later_parties")
    assert str(asked(rule, [deposit("1979-12-28"), deposit("2018-01-11", "AZ")]).by_party["AZ"]) == "2018-01-11"


def test_the_paris_agreement_needs_55_parties_and_55_percent() -> None:
    both = [{"of": "count", "n": 55}, {"of": "weight", "at_least": 5500}]
    rule = {"anchor": "nth_deposit", "thresholds": both, "steps": [{"days": 30}]}
    early = [deposit("2016-09-21", f"S{number}", weight=87) for number in range(60)]
    found = asked(rule, [*early, deposit("2016-10-05", "EU", weight=1210)])
    assert str(found.on) == "2016-11-04"
    assert asked(rule, early).on is None


def test_only_those_of_the_class_count() -> None:
    rule = {"anchor": "nth_deposit", "threshold": {"of": "count", "n": 2, "class": "state"}}
    facts = [deposit("2001-01-01", "EU", **{"class": "organisation"}), deposit("2001-02-01", "A", **{"class": "state"})]
    assert "1 of 2 of class state" in asked(rule, facts).needs[0].detail
    found = asked(rule, [*facts, deposit("2001-03-31", "B", **{"class": "state"})])
    assert str(found.on) == str(found.by_party["EU"]) == "2001-03-31"


def test_a_protocol_waits_for_its_convention() -> None:
    """Smuggling of migrants, 22: the 90th day after the 40th deposit, though not before the convention."""
    rule = nth(40, {"days": 90}, not_before="convention")
    assert asked(rule, [deposit("2003-10-30")]).needs[0].kind == "entry_into_force_of_other"
    convention = {"kind": "entry_into_force_of_other", "on": "2003-09-29"}
    assert str(asked(rule, [deposit("2003-10-30"), convention]).on) == "2004-01-28"
    later = asked(rule, [deposit("2003-10-30"), convention | {"on": "2005-01-01"}])
    assert str(later.on) == "2005-01-01"
    assert later.decided_by[0].kind == "entry_into_force_of_other"


def notified(**days: str) -> Facts:
    """Return who notified when."""
    return [{"kind": "notification", "party": party, "on": day} for party, day in days.items()]


def test_a_bilateral_rule_needs_both_and_says_whose_is_missing() -> None:
    rule = {"anchor": "last_notification", "steps": [{"first_of_month": 2}]}
    found = asked(rule, notified(PK="2016-03-01"), parties=["PK", "AZ"], in_force_on="2016-07-01")
    assert (found.on, [one.party for one in found.needs]) == (None, ["AZ"])
    assert found.window is not None
    assert list(map(str, found.window)) == ["2016-05-01", "2016-05-31"]
    assert asked(rule, notified(PK="2016-03-01")).needs
    assert str(asked(rule, notified(PK="2016-03-01", AZ="2016-05-31")).on) == "2016-07-01"
    assert str(asked(rule, [{"kind": "notification", "on": "2016-05-31"}], parties=["PK", "AZ"]).on) == "2016-07-01"


def test_a_receipt_that_is_missing_is_the_receivers_to_tell() -> None:
    rule = {"anchor": "last_receipt"}
    facts = [*notified(PK="2024-01-31"), *notified(AZ="2024-01-01")]
    facts[1]["received_on"] = "2024-02-02"
    found = asked(rule, facts, parties=["PK", "AZ"])
    assert [one.party for one in found.needs] == ["AZ"]
    facts[0]["received_on"] = "2024-02-05"
    assert str(asked(rule, facts, parties=["PK", "AZ"]).on) == "2024-02-05"


@pytest.mark.parametrize(
    ("steps", "start", "day"),
    [
        ([{"months": 1}], "2023-01-31", "2023-02-28"),
        ([{"months": 1}], "2024-01-31", "2024-02-29"),
        ([{"months": 12}], "2024-02-29", "2025-02-28"),
        ([{"days": 30}], "2024-02-01", "2024-03-02"),
        ([{"days": 30, "counting_first": True}], "2024-02-01", "2024-03-01"),
        ([{"first_of_month": 2}], "2024-11-30", "2025-01-01"),
        ([{"months": 3}, {"first_of_month": 1}], "2023-11-30", "2024-03-01"),
        ([{"months": 1}, {"months": 1}], "2024-01-31", "2024-03-29"),
    ],
)
def test_steps_compose_left_to_right_each_clamped(steps: Facts, start: str, day: str) -> None:
    facts: Facts = [{"kind": "exchange_of_notes", "on": start}]
    found = asked({"anchor": "exchange_of_notes", "steps": steps}, facts, parties=["PK", "AZ"])
    assert {str(found.on), *map(str, found.by_party.values())} == {day}
    assert day in found.explanation


def test_ratifications_are_exchanged_by_one_act() -> None:
    """SALT I's successor New START, XIV: in force by the exchange, Munich, 5 February 2011."""
    found = asked(
        {"anchor": "exchange_of_ratifications"},
        [{"kind": "exchange_of_ratifications", "on": "2011-02-05"}],
        parties=["US", "RU"],
        in_force_on="2011-02-06",
    )
    assert str(found.on) == "2011-02-05"
    assert "2011-02-06" in found.warnings[0]


def test_provisional_application_may_precede_signature() -> None:
    """GATT: applied provisionally from 1948-01-01 by a protocol; here a day before the signature."""
    rule = {"anchor": "all_deposits", "provisional": {"anchor": "fixed", "on": "1948-01-01"}}
    found = asked(rule, [{"kind": "signature", "on": "1948-03-24"}], parties=["A", "B"])
    assert (str(found.provisional_on), found.on) == ("1948-01-01", None)
    assert [one.party for one in found.needs] == ["A", "B"]
    assert "provisionally from 1948-01-01" in found.explanation


def test_a_day_is_fixed_agreed_or_each_partys_own() -> None:
    assert str(asked({"anchor": "fixed", "on": "1995-01-01"}, []).on) == "1995-01-01"
    assert asked({"anchor": "mutually_agreed"}, []).needs[0].kind == "mutually_agreed"
    assert str(asked({"anchor": "mutually_agreed"}, [], in_force_on="1995-01-02").on) == "1995-01-02"
    own = asked(
        {"anchor": "own_deposit", "steps": [{"days": 1}]},
        [deposit("2001-01-01", "B"), deposit("2000-02-28", "A")],
        parties=["A", "B", "C"],
    )
    assert {party: str(day) for party, day in own.by_party.items()} == {
        "A": "2000-02-29",
        "B": "2001-01-02",
        "C": "None",
    }
    assert [one.party for one in own.needs] == ["C"]


def test_a_recorded_day_that_no_fact_leads_to_is_told() -> None:
    rule = {"anchor": "last_notification", "steps": [{"first_of_month": 2}]}
    found = asked(rule, notified(PK="2016-03-01"), parties=["PK", "AZ"], in_force_on="2016-07-02")
    assert found.window is None
    assert "2016-07-02" in found.warnings[0]


def test_what_leaves_the_calendar_is_refused() -> None:
    with pytest.raises(InvalidContent):
        asked({"anchor": "fixed", "on": "9999-12-31", "steps": [{"days": 1}]}, [])
