"""What parties report of their own side, as the verifier holds it to the rules: forged logs that their own key signed."""

from copy import deepcopy
from typing import Any, Final

import pytest

from service.verify.finding import Severity
from tests.verify.journal import Entry, Journal, name
from tests.verify.test_replay import judged

REPORT: Final[dict[str, Any]] = {
    "id": name(8, 1), "period_start": "2024", "period_end": "2025-01", "level": "limited", "text": "A study.",
    "delay_reason": "funding", "next_step": None, "expected_on": "2026",
}  # fmt: skip


def reported() -> list[Entry]:
    """Return a log in which both sides report on one commitment; the last entry takes another back."""
    journal = Journal(version=2)
    first, second = journal.record(1, target_date="2024-12"), journal.record(2)
    journal.add(first, "commitment.reported", "PK", {"report": REPORT})
    journal.confirm(first)
    journal.add(first, "commitment.reported", "AZ", {"report": {**REPORT, "level": "complete", "delay_reason": None}})
    journal.propose(second, "retract")
    return journal.entries


FORGERIES: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "a stranger's": ({"party": "TR"}, "not a party of this commission"),
    "an administrator's": ({"party": None}, "not a party of this commission"),
    "of version 1": ({"v": 1}, "no entries of the kind"),
    "of a period to come": ({"period_end": "2025-02"}, "period_end lies in the future"),
    "that ends before it begins": ({"period_start": "2025-02"}, "period_start comes after"),
    "that is late without a reason": ({"delay_reason": None}, "delay_reason is needed"),
    "of no level": ({"level": "done"}, "report/level"),
    "without words": ({"text": None}, "report/text"),
    "for no reason that is known": ({"delay_reason": "rain"}, "report/delay_reason"),
    "that is not trimmed": ({"text": " A study."}, "not trimmed"),
    "that says more": ({"party_facts": {}}, "not what commitment.reported holds"),
}


def test_reports_of_both_sides_are_proven() -> None:
    verdict = judged(reported())
    assert (verdict.findings.listed, verdict.findings.outcome) == ([], Severity.PROVEN)


@pytest.mark.parametrize("forged", FORGERIES)
def test_a_report_that_breaks_a_rule_is_found(forged: str) -> None:
    changes, rule = FORGERIES[forged]
    entries = deepcopy(reported())
    entry = next(one for one in entries if one["kind"] == "commitment.reported")
    if changes.keys() <= entry.keys():
        entry |= changes
    else:
        entry["data"]["report"] |= changes
    found = judged(entries).findings
    assert found.outcome is Severity.TAMPERED
    assert any(rule in one.message for one in found.listed), found.listed


def test_a_report_on_what_was_taken_back_is_found() -> None:
    entries = reported()
    last = entries[-1]
    entries.append({**last, "kind": "commitment.reported", "data": {"report": REPORT | {"delay_reason": None}}})
    found = judged(entries).findings
    assert any("what was taken back" in one.message for one in found.listed), found.listed
