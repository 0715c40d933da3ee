"""Clauses tried over HTTP, by whoever may call at all; whatever is sent is answered or refused, at once."""

import time
from typing import Any

import pytest

from tests.conftest import World

ENTRY, PERIODS = "/v1/calculations/entry-into-force", "/v1/calculations/periods"
RULE = {"anchor": "last_notification", "steps": [{"first_of_month": 2}]}
INDEFINITE = {"duration": {"kind": "indefinite"}, "notice": {"kind": "none"}, "as_of": "2024-01-01"}
WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "no anchor": (ENTRY, {"rule": {}}),
    "a day that is none": (ENTRY, {"rule": {"anchor": "fixed", "on": "2023-02-29"}}),
    "fixed on no day": (ENTRY, {"rule": {"anchor": "fixed"}}),
    "a moment": (ENTRY, {"rule": {"anchor": "fixed", "on": "2023-02-01T00:00:00"}}),
    "seconds": (ENTRY, {"rule": {"anchor": "fixed", "on": 1700000000}}),
    "beyond the calendar": (ENTRY, {"rule": {"anchor": "fixed", "on": "9999-12-31", "steps": [{"months": 1}]}}),
    "a threshold without its number": (ENTRY, {"rule": {"anchor": "nth_deposit", "threshold": {"of": "count"}}}),
    "no threshold": (ENTRY, {"rule": {"anchor": "nth_deposit"}}),
    "two steps in one": (ENTRY, {"rule": {**RULE, "steps": [{"days": 1, "months": 1}]}}),
    "backwards": (ENTRY, {"rule": {**RULE, "steps": [{"days": -1}]}}),
    "the month itself": (ENTRY, {"rule": {**RULE, "steps": [{"first_of_month": 0}]}}),
    "too many steps": (ENTRY, {"rule": {**RULE, "steps": [{"days": 1}] * 21}}),
    "a party twice": (ENTRY, {"rule": RULE, "parties": ["PK", "PK"]}),
    "not before a day that is none": (ENTRY, {"rule": {**RULE, "not_before": "2023-02-30"}}),
    "a member that is unknown": (ENTRY, {"rule": RULE, "fact": []}),
    "until no day": (PERIODS, {**INDEFINITE, "duration": {"kind": "until"}}),
    "a period of nothing": (PERIODS, {**INDEFINITE, "duration": {"kind": "period", "years": 0}}),
    "a period beyond the calendar": (PERIODS, {**INDEFINITE, "duration": {"kind": "period", "years": 10**9}}),
    "a window of no notice": (PERIODS, {**INDEFINITE, "notice": {"kind": "any_time", "window_months": 12}}),
    "notice without its window": (PERIODS, {**INDEFINITE, "notice": {"kind": "after_period_end", "months": 12}}),
    "the first of a month before an end": (
        PERIODS,
        {**INDEFINITE, "notice": {"kind": "before_period_end", "first_of_month": 1}},
    ),
    "notice before a period's end that opens": (
        PERIODS,
        {**INDEFINITE, "notice": {"kind": "before_period_end", "opens_after_months": 36}},
    ),
    "no day to look at": (PERIODS, {**INDEFINITE, "as_of": None}),
}


@pytest.mark.parametrize("name", WRONG)
async def test_a_clause_that_cannot_be_meant_is_refused_with_what_is_wrong(still: World, name: str) -> None:
    path, body = WRONG[name]
    answer = await still.as_("PK").post(path, json=body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["detail"]


LONG = [{"days": 3_652_059}]
SIGNED: dict[str, Any] = {"rule": {"anchor": "signature"}, "facts": [{"kind": "signature", "on": "2024-01-01"}]}


@pytest.mark.parametrize(
    ("rule", "pointer"),
    [
        ({"steps": LONG}, "/rule/steps"),
        ({"provisional": {"anchor": "signature", "steps": LONG}}, "/rule/provisional/steps"),
        ({"later_parties": {"anchor": "own_deposit", "steps": LONG}}, "/rule/later_parties/steps"),
    ],
)
async def test_which_steps_lead_out_of_the_calendar_is_said(still: World, rule: dict[str, Any], pointer: str) -> None:
    late = {"kind": "deposit", "party": "AZ", "on": "2025-01-01"}
    body = {"rule": {**SIGNED["rule"], **rule}, "facts": [*SIGNED["facts"], late]}
    answer = await still.as_("PK").post(ENTRY, json=body)
    assert answer.status_code == 422, answer.text
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]


async def test_a_bound_is_told_as_a_whole_number(still: World) -> None:
    body = {"rule": RULE, "facts": [{"kind": "deposit", "on": "2024-01-01", "weight": -1}]}
    [wrong] = (await still.as_("PK").post(ENTRY, json=body)).json()["errors"]
    assert wrong["detail"] == "must be a whole number from 0 to 9007199254740991, not -1"


async def test_the_answer_says_the_day_whose_fact_is_missing_and_where_it_must_lie(still: World) -> None:
    fact = {"kind": "notification", "party": "PK", "on": "2016-03-01"}
    body = {"rule": RULE, "parties": ["PK", "AZ"], "facts": [fact], "in_force_on": "2016-07-01"}
    found = (await still.as_("PK").post(ENTRY, json=body)).json()
    assert found["window"] == {"from": "2016-05-01", "to": "2016-05-31"}
    assert [(one["party"], one["kind"]) for one in found["needs"]] == [("AZ", "notification")]
    last = {"kind": "notification", "party": "AZ", "on": "2016-05-12", "class": "state"}
    found = (await still.as_("PK").post(ENTRY, json={**body, "facts": [fact, last]})).json()
    assert (found["on"], found["by_party"]) == ("2016-07-01", {"PK": "2016-07-01", "AZ": "2016-07-01"})
    assert found["decided_by"] == [{**last, "received_on": None, "weight": None, "weights": None}]


async def test_the_end_of_the_calendar_is_no_fault_and_takes_no_time(still: World) -> None:
    monthly = {"kind": "period", "months": 1, "then": "tacit"}
    body = {**INDEFINITE, "duration": monthly, "notice": {"kind": "before_year_end", "years": 9999}}
    body |= {"in_force_on": "0001-01-31", "as_of": "9999-12-31", "notice_received_on": "9999-12-31"}
    facts = [{"kind": "deposit", "party": f"P{number}", "on": "9999-12-31"} for number in range(1000)]
    rule = {"anchor": "nth_deposit", "threshold": {"of": "count", "n": 1000}}
    begun = time.perf_counter()
    assert (await still.as_("PK").post(PERIODS, json=body)).json()["period"] == 119_988
    found = (await still.as_("PK").post(ENTRY, json={"rule": rule, "facts": facts})).json()
    assert (found["on"], len(found["by_party"])) == ("9999-12-31", 1000)
    assert time.perf_counter() - begun < 5


async def test_who_is_not_known_tries_nothing(still: World) -> None:
    assert (await still.as_("").post(PERIODS, json=INDEFINITE)).status_code == 401
