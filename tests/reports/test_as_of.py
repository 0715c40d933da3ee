"""What a report tells of a day that is past: what awaited whom then, and where a commitment had been carried to by then."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from service.permissions import Confidentiality
from service.register.history.rules.known import completed, gathered, known
from service.register.history.rules.lives import Known
from service.reports.rules.report import Asked, report
from service.reports.rules.source import Source
from service.tlog.merkle import leaf_hash
from tests.verify.journal import Entry, Journal, name, seal

NINTH = name(2, 9)


def of(journal: Journal) -> list[tuple[str, dict[str, Any]]]:
    return [(leaf_hash(one).hex(), json.loads(one)) for one in seal(journal.entries)]


def told(found: Known, day: str) -> dict[str, Any]:
    return report(Source(found, "origin", 1, "root", "key"), Asked(Confidentiality.PARTIES, date.fromisoformat(day)))


def awaiting(found: Known, day: str) -> list[str]:
    """Return who was awaited on a day, which the matrix tells like the list of what is awaited."""
    made = told(found, day)
    (row,) = made["matrix"]
    assert [row["awaiting"]] == ([one["awaiting"] for one in made["awaiting"]] or [[]])
    return list(row["awaiting"])


def on(journal: Journal, day: str) -> Journal:
    """Let time pass until a day."""
    journal.at = datetime.fromisoformat(day).replace(tzinfo=UTC)
    return journal


def agreed() -> tuple[Journal, str]:
    journal = Journal(("PK", "AZ", "TR"), version=6)
    subject = on(journal, "2025-02-01").record(1)
    for by in ("AZ", "TR"):
        journal.confirm(subject, by)
    on(journal, "2025-03-01").propose(subject, "lapse", reason="R", expires_at="2025-08-28T00:00:00.000000Z")
    return journal, subject


def test_what_awaited_whom_is_told_as_of_the_day_though_it_was_answered_since() -> None:
    journal, subject = agreed()
    on(journal, "2025-04-01").confirm(subject, "AZ")
    before = gathered(of(journal))
    entries = len(journal.entries)
    on(journal, "2025-05-01").confirm(subject, "TR")
    days = ("2025-02-28", "2025-03-01", "2025-03-31", "2025-04-01", "2025-04-30", "2025-05-01")
    answers = [[], ["AZ", "TR"], ["AZ", "TR"], ["TR"], ["TR"], []]
    assert [awaiting(known(of(journal)), day) for day in days] == answers
    # Going on from what was kept tells the same, and leaves that as it was.
    assert [awaiting(completed(gathered(of(journal)[entries:], before)), day) for day in days] == answers
    assert [awaiting(completed(before), day) for day in days] == [*answers[:5], ["TR"]]


@pytest.mark.parametrize("how", ["refused", "withdrawn"])
def test_a_proposal_that_came_to_nothing_awaited_answers_until_then(how: str) -> None:
    journal, subject = agreed()
    on(journal, "2025-05-01").close(subject, how, "AZ" if how == "refused" else "PK")
    found = known(of(journal))
    assert [awaiting(found, day) for day in ("2025-04-30", "2025-05-01")] == [["AZ", "TR"], []]


def test_nobody_is_awaited_after_a_proposals_last_day_though_nobody_has_recorded_that() -> None:
    found = known(of(agreed()[0]))
    assert [awaiting(found, day) for day in ("2025-08-28", "2025-08-29")] == [["AZ", "TR"], []]


def test_a_dispute_is_told_as_of_the_days_on_which_it_stood() -> None:
    journal, subject = agreed()
    on(journal, "2025-05-01").close(subject, "refused", "AZ")
    before, entries = gathered(of(journal)), len(journal.entries)
    on(journal, "2025-06-01").propose(subject, "withdraw", reason="R")
    on(journal, "2025-07-01").close(subject, "refused", "TR")
    on(journal, "2025-08-01").propose(subject, "suspend", reason="R", review_on="2027")
    for by in ("AZ", "TR"):
        on(journal, "2025-09-01").confirm(subject, by)
    days = ("2025-04-30", "2025-05-01", "2025-06-30", "2025-07-01", "2025-08-31", "2025-09-01")
    answers: list[list[str]] = [[], ["AZ"], ["AZ"], ["TR"], ["TR"], []]
    for found in (known(of(journal)), completed(gathered(of(journal)[entries:], before))):
        assert [[one["refused_by"] for one in told(found, day)["disputes"]] for day in days] == answers
    assert [one["refused_by"] for one in told(completed(before), days[-1])["disputes"]] == ["AZ"]


@pytest.mark.parametrize("party", ["PK", "AZ"])
def test_nobody_is_awaited_once_a_party_has_left_that_is_needed_though_nobody_has_recorded_that(party: str) -> None:
    journal, subject = agreed()
    on(journal, "2025-04-01").confirm(subject, "TR")
    found = known(of(journal))
    charter = found.lives[found.commission]
    left = {"on": "2025-06-30", "notified_on": None, "at": "2025-06-01T10:00:00.000000Z"}
    charter.members = {**charter.members, "departed": {party: left}}
    assert [awaiting(found, day) for day in ("2025-05-31", "2025-06-01", "2025-08-01")] == [["AZ"], [], []]
    charter.members = {**charter.members, "departed": {"TR": left, "AZ": {**left, "at": "2025-02-28T10:00:00.000000Z"}}}
    assert awaiting(found, "2025-08-01") == ["AZ"]


def met() -> tuple[Journal, str]:
    """Return a log with three sessions, and a commitment of the first."""
    journal, eighth = Journal(version=6), Journal().entries[1]
    for ordinal in (9, 10):
        later: Entry = eighth | {"data": eighth["data"] | {"id": name(2, ordinal), "ordinal": ordinal}}
        journal.entries.append(later)
    subject = on(journal, "2025-02-01").record(1)
    journal.confirm(subject)
    return journal, subject


def test_where_it_was_carried_to_is_told_as_of_the_day() -> None:
    journal, subject = met()
    on(journal, "2026-11-20").move(subject, "carry_over", session_id=NINTH, effective_on="2025-10")
    found = known(of(journal))
    rows = [told(found, day)["matrix"][0]["carried_over_to"] for day in ("2025-10-30", "2025-10-31")]
    assert rows == [[], [9]]


def test_a_session_that_a_correction_named_took_it_up_when_that_was_heard_of() -> None:
    journal, subject = met()
    on(journal, "2025-03-01").move(subject, "carry_over", session_id=NINTH, effective_on="2025")
    carried = journal.leaf()
    on(journal, "2025-06-01").move(
        subject, "correct", corrects=carried, fact="session_id", value=name(2, 10), reason="R"
    )
    days = ("2025-02-28", "2025-03-01", "2025-12-31")
    assert [told(known(of(journal)), day)["matrix"][0]["carried_over_to"] for day in days] == [[], [10], [10]]
