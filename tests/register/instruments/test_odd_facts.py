"""Facts that are incomplete, contradict one another or count for nothing; and that a lawyer reads so."""

from typing import Any

import pytest

from tests.register.instruments.test_entry_into_force import Facts, asked, deposit, notified, nth

LAST: dict[str, Any] = {"anchor": "last_notification", "steps": [{"days": 30}]}
RECEIPT: dict[str, Any] = {"anchor": "last_receipt", "steps": [{"days": 30}]}
BOTH = ["PK", "AZ"]


def received(party: str | None, on: str, received_on: str | None = None) -> dict[str, Any]:
    return {"kind": "notification", "party": party, "on": on, "received_on": received_on}


def test_of_the_last_notification_told_without_its_receipt_that_day_alone_is_missing() -> None:
    [need] = asked(RECEIPT, [received(None, "2024-05-10")], parties=BOTH).needs
    assert (need.party, need.detail) == (None, "The day on which the notification was received is missing.")
    assert str(asked(RECEIPT, [received(None, "2024-05-10", "2024-05-12")], parties=BOTH).on) == "2024-06-11"


def test_where_nobody_is_heard_of_nothing_is_missing_of_the_other_side_alone() -> None:
    assert [one.detail for one in asked(LAST, []).needs] == ["No notification is known yet."]
    assert "of the other side" in asked(LAST, notified(PK="2024-01-01")).needs[0].detail


def test_each_party_that_deposits_for_itself_waits_for_nobody() -> None:
    """Geneva Conventions: six months after each deposit; Pakistan 1951-06-12, Azerbaijan 1993-06-01."""
    own = {"anchor": "own_deposit", "steps": [{"months": 6}]}
    found = asked(own, [deposit("1951-06-12", "PK"), deposit("1993-06-01", "AZ")])
    assert {party: str(day) for party, day in found.by_party.items()} == {"PK": "1951-12-12", "AZ": "1993-12-01"}
    assert (found.needs, asked(own, []).needs[0].detail) == ([], "No deposit is known yet.")


@pytest.mark.parametrize(
    ("facts", "warning"),
    [
        (
            [received("PK", "2024-05-10", "2024-05-01"), received("AZ", "2024-04-10", "2024-04-12")],
            "Received before it was given: notification of PK on 2024-05-10.",
        ),
        (
            [received("PK", "2024-05-10", "2024-05-11"), received("PK", "2024-06-10", "2024-06-11")],
            "Acted more than once, so that the first time counts: PK.",
        ),
        (
            [received("pk", "2024-05-10", "2024-05-11"), received("AZ", "2024-04-10", "2024-04-12")],
            "None of the parties that are named, and not counted: pk.",
        ),
    ],
)
def test_facts_that_cannot_all_be_meant_are_told(facts: Facts, warning: str) -> None:
    assert asked(RECEIPT, facts, parties=BOTH).warnings == [warning]


def test_sound_facts_are_told_nothing_of() -> None:
    twice_the_same = [*notified(PK="2024-05-10"), *notified(PK="2024-05-10"), *notified(AZ="2024-01-01")]
    assert asked(LAST, twice_the_same, parties=BOTH).warnings == []
    later = [deposit("1993-10-13", "DE"), deposit("1993-01-01", "FR"), deposit("1995-01-01", "AT")]
    assert asked({"anchor": "all_deposits"}, later, parties=["DE", "FR"]).warnings == [], "a later party is no stranger"


@pytest.mark.parametrize(
    ("rule", "facts", "said"),
    [
        pytest.param(
            nth(20, {"days": 90}, not_before="2019-01-01"),
            [deposit("2017-11-17")],
            "90 days after, not before 2019-01-01. Decided by: deposit on 2017-11-17. Counted from 2017-11-17, that would be "
            "2018-02-15; it enters into force on 2019-01-01, not earlier.",
            id="Kigali Amendment, IV",
        ),
        pytest.param(
            nth(40, {"days": 90}, not_before="convention"),
            [deposit("2003-10-30"), {"kind": "entry_into_force_of_other", "on": "2003-09-29"}],
            "90 days after, not before convention has entered into force.",
            id="Smuggling of migrants, 22",
        ),
        pytest.param(
            {"anchor": "last_notification", "steps": [{"first_of_month": 1}]},
            notified(EU="2021-04-29", GB="2021-01-01"),
            "the first day of the month following.",
            id="EU-UK Trade and Cooperation, 783",
        ),
        pytest.param(
            {"anchor": "exchange_of_ratifications", "steps": [{"months": 1}]},
            [{"kind": "exchange_of_ratifications", "on": "2023-01-31"}],
            "one month after. Decided by: exchange of ratifications on 2023-01-31. Counted from 2023-01-31, it enters into force "
            "on 2023-02-28. A month without such a day counts to its last.",
            id="a month's end",
        ),
        pytest.param(
            {"anchor": "all_deposits", "provisional": {"anchor": "fixed", "on": "1992-07-17"}, "steps": [{"days": 10}]},
            [deposit("1992-10-30", "BY"), deposit("1992-01-01", "US")],
            "on 1992-11-09. Until then it is applied provisionally, from 1992-07-17 on.",
            id="Conventional Armed Forces in Europe, XXII",
        ),
        pytest.param(
            {"anchor": "exchange_of_notes"},
            [{"kind": "exchange_of_notes", "party": "PK", "on": "2024-05-10"}],
            "The note of AZ is missing.",
            id="a note",
        ),
        pytest.param(
            {"anchor": "signature", "steps": [{"days": 10, "counting_first": True}]},
            [{"kind": "signature", "on": "2024-02-20"}],
            "10 days after, that day itself counted as the first.",
            id="counted with the first",
        ),
    ],
)
def test_a_lawyer_reads_by_which_way_the_day_was_found(rule: dict[str, Any], facts: Facts, said: str) -> None:
    assert said in asked(rule, facts, parties=BOTH if rule["anchor"] == "exchange_of_notes" else None).explanation


@pytest.mark.parametrize(
    ("rule", "recorded", "said"),
    [
        (LAST, "2024-07-01", "the fact that decides lies on 2024-06-01."),
        (
            {**LAST, "steps": [{"first_of_month": 1}]},
            "2024-07-01",
            "lies between 2024-06-01 and 2024-06-30, both included.",
        ),
        ({**LAST, "not_before": "2024-07-01"}, "2024-07-01", "lies on 2024-06-01 or earlier."),
    ],
)
def test_where_the_missing_fact_lies_is_said_as_one_would(rule: dict[str, Any], recorded: str, said: str) -> None:
    assert said in asked(rule, [], parties=BOTH, in_force_on=recorded).explanation


def test_each_fact_that_is_counted_is_told() -> None:
    both = asked(LAST, notified(PK="2016-03-01", AZ="2016-05-31"), parties=BOTH).explanation
    assert "Decided by: notification of AZ on 2016-05-31. Counted as well: notification of PK on 2016-03-01." in both
    one = asked(LAST, notified(PK="2016-03-01", TR="2016-01-01"), parties=BOTH).explanation
    assert (
        "So far there is: notification of PK on 2016-03-01. No day can be computed yet. The notification of AZ" in one
    )
    many = [deposit("2016-01-01", f"S{number}") for number in range(9)]
    assert (
        "deposit of S4 on 2016-01-01 and 4 more. It" in asked(nth(10), [*many, deposit("2016-02-01", "Z")]).explanation
    )
    convention = {"kind": "entry_into_force_of_other", "on": "2003-09-29"}
    waiting = asked(nth(1, not_before="it"), [deposit("2003-10-30", "A"), deposit("2003-11-30", "B"), convention])
    assert "Counted as well: entry into force of the other instrument on 2003-09-29. It" in waiting.explanation
    states = [
        deposit("2001-01-01", "EU", **{"class": "organisation"}),
        deposit("2001-02-01", "A", **{"class": "state"}),
    ]
    rule = {"anchor": "nth_deposit", "threshold": {"of": "count", "n": 2, "class": "state"}}
    assert "So far there is: deposit of A on 2001-02-01." in asked(rule, states).explanation


def test_of_much_that_is_missing_the_rest_is_counted() -> None:
    found = asked(LAST, [], parties=[f"P{number}" for number in range(12)])
    assert "The notification of P4 is missing. Beside these 7 more are missing." in found.explanation
    assert len(found.needs) == 12
