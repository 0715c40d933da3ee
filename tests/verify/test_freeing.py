"""Nobody can be held, as the replay sees it: whatever is proposed in whatever state, each party alone frees the place."""

from copy import deepcopy
from datetime import timedelta
from functools import cache
from typing import Any, Final

import pytest

from service.register.commitments.rules.lifecycle import LIFECYCLE, OPEN, READ, Action, State
from service.register.decisions.rules.lifecycle import Step, Who
from service.trail.entry import timestamp
from service.verify.finding import Severity
from tests.verify.journal import SESSION, Journal
from tests.verify.test_replay import DRAFT, IMPLEMENT, SIGN, judged

PARTIES: Final = ("PK", "AZ", "TR")
SIGNED: Final = SIGN | {
    "signatories": [{"party": party, "name": "N", "title": "M", "organisation": "O"} for party in PARTIES]
}
REASON: Final = {"reason": "R"}
OTHER: Final = f"{'-'.join(PARTIES)}/08/002"
EVIDENCE: Final[dict[str, dict[str, Any]]] = {
    "draft_mou": DRAFT, "sign": SIGNED, "implement": IMPLEMENT, "amend": REASON | {"changes": {"target_date": "2027"}},
    "carry_over": {"session_id": SESSION},
    "suspend": REASON | {"review_on": "2027"}, "supersede": {"successor": OTHER}, "merge": {"target": OTHER},
}  # fmt: skip
"""What is sent with each action; of others a reason."""
FOUND: Final[dict[str, dict[str, Any]]] = {
    "agreed": {},
    "mou_drafted": {"effective_on": "2025-01", "instrument_kind": "mou"},
    "signed": {"effective_on": "2025-01", "instrument_kind": "mou", "instrument_title": "M"}
    | {name: SIGNED[name] for name in ("place", "signatories", "authentic_texts")},
    "implemented": {"effective_on": "2025-01", "instrument_kind": "mou"},
}
ENDED_BY: Final = {
    State.SUSPENDED: "suspend", State.WITHDRAWN: "withdraw", State.LAPSED: "lapse", State.SUPERSEDED: "supersede",
    State.MERGED: "merge", State.RETRACTED: "retract",
}  # fmt: skip
JOINT: Final = [
    (number, row) for number, row in enumerate(LIFECYCLE.steps) if row.who is Who.ALL and READ not in row.when
]
"""What a party does alone takes no place, and needs none; here nothing is signed by an instrument of the register."""
ROWS: Final = [f"{row.source}-{row.action}-{row.target}" for _, row in JOINT]


def everyone(journal: Journal, subject: str, by: str = "PK") -> None:
    for party in PARTIES:
        if party != by:
            journal.confirm(subject, party)


@cache
def standing(row: int) -> tuple[Journal, str]:
    """Return a log of three parties in which a commitment stands where this row of the lifecycle leaves, and its id."""
    step = LIFECYCLE.steps[row]
    journal = Journal(PARTIES, version=2)
    required = bool(step.when.get("instrument_required", True))
    one: dict[str, Any] = {"instrument_required": required} | ({} if required else {"no_instrument_reason": "None"})
    if step.action is Action.CARRY_OVER:
        # To the only session there is.
        one["session"] = None
    found = step.source if step.source in FOUND else State.AGREED
    signed = {"signed_on": "2025-01"} if step.when.get("signed") else {}
    agreed = {"agreed_on": "2025-01-24", "found_in": str(found), **FOUND[found], **signed}
    subject = journal.record(1, evidence=agreed, **one)
    other = journal.record(2)
    everyone(journal, other)
    if step.source not in {State.PROPOSED, State.RETRACTED}:
        everyone(journal, subject)
    else:
        journal.close(subject, "refused", "AZ")
    if step.source in ENDED_BY:
        action = ENDED_BY[State(step.source)]
        journal.propose(subject, action, **EVIDENCE.get(action, REASON))
        if step.source is not State.RETRACTED:
            everyone(journal, subject)
    return journal, subject


def evidence_of(step: Step, journal: Journal, subject: str) -> dict[str, Any]:
    """Return what is sent with the row's action."""
    mine = [index for index, entry in enumerate(journal.entries) if entry["subject"] == subject]
    match step.action:
        case Action.AGREE:
            return {"agreed_on": "2025", "found_in": step.when["found_in"], **FOUND[str(step.when["found_in"])]}
        case Action.AMEND if step.source not in OPEN:
            return REASON | {"changes": {"confidentiality": "public"}}
        case Action.CORRECT:
            return REASON | {"corrects": journal.leaf(mine[0]), "fact": "sector", "value": "trade"}
        case Action.REINSTATE:
            return REASON | {"undoes": journal.leaf(mine[-1])}
    return EVIDENCE.get(step.action, REASON)


def opened(row: int, by: str, confirming: tuple[str, ...]) -> tuple[Journal, str]:
    """Return a log in which this row is proposed by a party and confirmed by some of the others."""
    made, subject = standing(row)
    journal, step = deepcopy(made), LIFECYCLE.steps[row]
    journal.propose(subject, step.action, by, **evidence_of(step, journal, subject))
    for party in confirming:
        journal.confirm(subject, party)
    return journal, subject


@pytest.mark.parametrize("row", [number for number, _ in JOINT], ids=ROWS)
def test_whatever_is_proposed_each_party_alone_frees_the_place(row: int) -> None:
    for by in PARTIES:
        first, second = (party for party in PARTIES if party != by)
        for confirming in ((), (first,), (second,)):
            journal, subject = opened(row, by, confirming)
            for freeing in PARTIES:
                freed = deepcopy(journal)
                freed.close(subject, "withdrawn" if freeing == by else "refused", freeing)
                # The place is free: another proposal finds room.
                step = LIFECYCLE.steps[row]
                freed.propose(subject, step.action, freeing, **evidence_of(step, standing(row)[0], subject))
                assert judged(freed.entries).findings.listed == [], (by, confirming, freeing)


@pytest.mark.parametrize("row", [number for number, _ in JOINT], ids=ROWS)
def test_whatever_is_proposed_ends_by_itself(row: int) -> None:
    journal, subject = opened(row, "PK", ("AZ",))
    proposal, _ = journal.open.pop(subject)
    journal.at += timedelta(days=181)
    step = LIFECYCLE.steps[row]
    journal.propose(subject, step.action, "TR", **evidence_of(step, standing(row)[0], subject))
    journal.entries[-1]["data"]["expired"] = proposal["transition"]
    assert judged(journal.entries).findings.listed == []


def second_thoughts(version: int = 2) -> Journal:
    """Return a log in which a party refuses what it had confirmed."""
    journal = Journal(PARTIES, version=version)
    one = journal.record(1)
    journal.confirm(one, "AZ")
    journal.close(one, "refused", "AZ")
    return journal


def test_a_party_refuses_what_it_had_confirmed_in_entries_of_version_2_alone() -> None:
    assert judged(second_thoughts().entries).findings.listed == []
    found = judged(second_thoughts(version=1).entries).findings
    assert found.outcome is Severity.TAMPERED
    assert "AZ has confirmed this proposal already" in found.listed[0].message


def test_what_was_proposed_and_confirmed_in_version_1_is_refused_after_all_in_version_2() -> None:
    journal = second_thoughts(version=1)
    journal.entries[-1]["v"] = 2
    assert judged(journal.entries).findings.listed == []


@pytest.mark.parametrize(("by", "said"), [("PK", "answers its own proposal"), ("KZ", "not a party of this commission")])
def test_who_was_not_asked_refuses_nothing(by: str, said: str) -> None:
    journal = second_thoughts()
    journal.entries[-1]["party"] = by
    assert said in judged(journal.entries).findings.listed[0].message


def test_what_was_refused_is_refused_no_more() -> None:
    journal = second_thoughts()
    journal.add(journal.entries[-1]["subject"], "transition.refused", "TR", deepcopy(journal.entries[-1]["data"]))
    assert "no such proposal is open" in judged(journal.entries).findings.listed[0].message


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize(
    ("days", "said"),
    [(None, "says no end"), (731, "more than 2 years ahead"), (729, None)],
    ids=["none", "far", "near"],
)
def test_a_proposal_of_version_2_ends_within_two_years(version: int, days: int | None, said: str | None) -> None:
    journal = Journal(version=version)
    journal.record(1)
    until = None if days is None else timestamp(journal.at + timedelta(days=days))
    journal.entries[-1]["data"]["proposal"]["expires_at"] = until
    listed = judged(journal.entries).findings.listed
    assert [said in one.message for one in listed] == ([True] if said and version > 1 else [])  # type: ignore[operator]


def test_what_takes_effect_at_once_needs_no_end() -> None:
    journal = Journal(rule="unilateral", version=2)
    journal.record(1)
    assert journal.entries[-1]["data"]["proposal"]["expires_at"] is None
    assert judged(journal.entries).findings.listed == []
