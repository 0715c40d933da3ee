"""What a progress report may say, and which of a party's reports is its last."""

from datetime import date
from itertools import permutations
from typing import Any

import pytest

from service.register.commitments.rules.reporting import last_of, tells_of, wrong

TODAY = date(2026, 3, 10)


def report(**given: Any) -> dict[str, Any]:
    return {"period_start": None, "period_end": "2025-12", "level": "limited", "delay_reason": None, **given}


@pytest.mark.parametrize(
    ("given", "target", "pointers"),
    [
        ({}, None, []),
        ({}, "2026", []),
        ({"period_end": "2026"}, None, []),
        ({"period_end": "2026-03-11"}, None, ["/period_end"]),
        ({"period_end": "2027"}, None, ["/period_end"]),
        ({"period_start": "2025-12-31", "period_end": "2025-12-31"}, None, []),
        ({"period_start": "2026-01"}, None, ["/period_start"]),
        ({"period_start": "2025"}, None, []),
        ({}, "2025-11", ["/delay_reason"]),
        ({}, "2025-12", []),
        ({}, "2025-12-30", ["/delay_reason"]),
        ({"delay_reason": "funding"}, "2025-11", []),
        ({"level": "complete"}, "2025-11", []),
        ({"period_end": "2026"}, "2026-03-09", ["/delay_reason"]),
        ({"period_end": "2026"}, "2026-03-10", []),
        ({"period_end": None}, "2020", []),
    ],
)
def test_a_report_ends_in_the_past_begins_before_it_ends_and_says_why_it_is_late(
    given: dict[str, Any], target: str | None, pointers: list[str]
) -> None:
    assert [one["pointer"] for one in wrong(report(**given), target, TODAY)] == pointers


def test_a_report_of_a_period_that_still_runs_speaks_of_the_day_it_was_made() -> None:
    assert tells_of("2026", TODAY) == TODAY
    assert tells_of("2024-02", TODAY) == date(2024, 2, 29)


def test_the_last_report_speaks_of_the_latest_day_and_of_one_day_the_later_made_counts() -> None:
    reports = [{"on": "2025-06-30", "n": 0}, {"on": "2025-12-31", "n": 1}, {"on": "2025-06-30", "n": 2}]
    for order in permutations(reports):
        last: Any = None
        for one in order:
            last = last_of(last, one)
        assert last["n"] == 1
    assert last_of(reports[0], reports[2])["n"] == 2
