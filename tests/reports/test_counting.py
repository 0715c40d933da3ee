"""The counting rule, item by item: what is in n, what in m, and what is excluded and why."""

import json
from copy import deepcopy
from datetime import date
from typing import Any

from service.register.history.rules.known import known
from service.reports.rules.counting import items, metrics
from service.reports.rules.report import compared
from service.tlog.merkle import leaf_hash
from tests.verify.journal import Journal, seal

DAY = date(2026, 1, 1)
DRAFT: dict[str, Any] = {
    "instrument_kind": "mou", "instrument_title": "MoU", "drafting_party": "PK", "effective_on": "2025-01-24", "text_reference": "N",
}  # fmt: skip


def counted(journal: Journal) -> dict[str, Any]:
    """Return the metric of what both confirmed, with what was excluded by its item's number."""
    stored = seal(journal.entries)
    found = known((leaf_hash(one).hex(), json.loads(one)) for one in stored)
    metric: dict[str, Any] = metrics(found, items(found, DAY, None, None))["fully_implemented"]
    numbers = {life.id: life.members["item_number"] for life in found.of("commitment")}
    metric["excluded"] = {numbers[one["id"]]: one["reason"] for one in metric["excluded"]}
    return metric


def done(journal: Journal, number: int, **more: Any) -> str:
    """Record a commitment that was carried out."""
    subject = journal.record(number, instrument_required=False)
    journal.confirm(subject)
    evidence = {"effective_on": "2025-01-24", "report": "R", "no_instrument_reason": "N", **more}
    journal.move(subject, "implement", **evidence)
    return subject


def test_each_item_is_counted_once_or_excluded_with_its_reason() -> None:
    journal = Journal(version=2)
    done(journal, 1)
    done(journal, 2, outcome="modified", modification="Smaller.")
    open_ones = [journal.record(number) for number in range(3, 9)]
    for one in open_ones:
        journal.confirm(one)
    suspended, lapsed, withdrawn, merged, superseded, _ = open_ones
    reference = journal.facts[open_ones[5]]["reference"]
    journal.move(suspended, "suspend", reason="R", review_on="2027")
    journal.move(lapsed, "lapse", reason="R")
    journal.move(withdrawn, "withdraw", reason="R")
    journal.move(merged, "merge", target=reference)
    journal.move(superseded, "supersede", successors=[reference])
    journal.record(9)
    journal.confirm(journal.record(10, verb="noted"))
    journal.propose(journal.record(11), "retract")
    done_then_reopened = done(journal, 12)
    journal.move(done_then_reopened, "reopen", reason="R", effective_on="2025-01-24")
    claimed = journal.record(13, instrument_required=False)
    journal.confirm(claimed)
    journal.propose(claimed, "implement", effective_on="2025-01-24", report="R", no_instrument_reason="N")
    metric = counted(journal)
    # In m: two that are done, suspended, lapsed, the successor, the reopened one, and one that is claimed.
    assert (metric["numerator"], metric["denominator"], len(metric["modified"])) == (2, 7, 1)
    assert metric["excluded"] == {
        5: "withdrawn", 6: "merged", 7: "superseded", 9: "not_confirmed", 10: "not_agreed_but_noted",
    }  # fmt: skip
    assert {one["key"]: (one["numerator"], one["denominator"]) for one in metric["by_state"]} == {
        "implemented": (2, 2), "suspended": (0, 1), "lapsed": (0, 1), "agreed": (0, 3),
    }  # fmt: skip


def test_a_superseded_one_is_counted_itself_until_what_replaced_it_is_agreed() -> None:
    """Else a commitment leaves m by two confirmations, and what was to replace it never comes."""
    journal = Journal(version=6)
    replaced, new, other = journal.record(1), journal.record(2), journal.record(3)
    journal.confirm(replaced)
    names = [journal.facts[one]["reference"] for one in (new, other)]
    journal.move(replaced, "supersede", successors=names, reason="R")
    metric = counted(journal)
    assert (metric["denominator"], metric["excluded"]) == (1, {2: "not_confirmed", 3: "not_confirmed"})
    assert [(one["key"], one["denominator"]) for one in metric["by_state"]] == [("superseded", 1)]
    before = deepcopy(journal.entries)
    journal.propose(new, "retract")
    assert counted(journal)["denominator"] == 1
    journal.confirm(other)
    metric = counted(journal)
    assert (metric["denominator"], metric["excluded"]) == (1, {1: "superseded"})
    # Who may not see what replaced it cannot tell: to them it is superseded.
    found = known((leaf_hash(one).hex(), json.loads(one)) for one in seal(before))
    told = metrics(found, items(found, DAY, None, {replaced}))["fully_implemented"]
    assert (told["denominator"], [one["reason"] for one in told["excluded"]]) == (0, ["superseded"])


def test_what_one_party_keeps_alone_is_counted_apart() -> None:
    journal = Journal(rule="unilateral", version=2)
    subject = journal.record(1, instrument_required=False)
    journal.propose(subject, "implement", effective_on="2025-01-24", report="R", no_instrument_reason="N")
    metric = counted(journal)
    assert (metric["numerator"], metric["denominator"], metric["by_state"]) == (0, 0, [])
    assert (metric["one_sided"]["numerator"], metric["one_sided"]["denominator"]) == (1, 1)


def test_what_was_taken_back_is_no_change_between_two_days() -> None:
    journal = Journal(version=2)
    journal.propose(journal.record(1), "retract")
    kept = journal.record(2)
    journal.confirm(kept)
    found = known((leaf_hash(one).hex(), json.loads(one)) for one in seal(journal.entries))
    changes = compared(found, items(found, date(2999, 1, 1), None, None), date(2000, 1, 1), None, None)
    assert changes is not None
    assert [one["id"] for one in changes["changed"]] == [kept]


def test_a_commitment_is_reckoned_once_for_a_day_and_anew_for_another() -> None:
    journal = Journal(version=2)
    done(journal, 1)
    found = known((leaf_hash(one).hex(), json.loads(one)) for one in seal(journal.entries))
    (first,), (again,) = (items(found, DAY, None, None) for _ in range(2))
    (before,) = items(found, date(2025, 1, 1), None, None)
    assert first is again
    assert (first.then.state, before.then.state) == ("implemented", None)
