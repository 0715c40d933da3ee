"""A story is told in sentences that a clerk can understand."""

from datetime import UTC, datetime
from typing import Any

import pytest

from service.board import story
from service.verify.replay.shape import COMMITMENT_KINDS_2

AT = {
    "party": "AZ",
    "recorded_at": datetime(2026, 1, 1, tzinfo=UTC),
    "seq": 3,
    "index": 4,
    "in_checkpoint": True,
    "leaf_hash": "9f",
}


@pytest.mark.parametrize(
    ("action", "says"), [("acknowledge", "{party} acknowledged it"), ("dispute", "{party} disputed it")]
)
def test_what_a_party_does_alone_is_not_told_as_if_somebody_had_to_answer(action: str, says: str) -> None:
    data: dict[str, Any] = {
        "proposal": {"action": action, "evidence": {"reason": "R"}},
        "effective": {"on": "2026-01-01"},
    }
    (event,) = story.told([{**AT, "kind": "transition.proposed", "data": data}], [])
    assert (event.says, event.reason, event.standing) == (says, "R", story.EFFECTIVE)


def test_a_report_is_told_with_what_it_says() -> None:
    report = {"level": "on_track", "text": "The draft is with the ministry.", "next_step": None}
    (event,) = story.told([{**AT, "kind": "commitment.reported", "data": {"report": report}}], [])
    assert event.says == "{party} reported on its own side"
    assert event.facts == {"level": "on_track", "text": "The draft is with the ministry."}


def test_a_fact_that_was_corrected_is_told_beside_what_was_proposed() -> None:
    right = {"fact": "reason", "value": "The right one", "entry": 7}
    move = {"id": "T", "action": "suspend", "corrected": [right]}
    data: dict[str, Any] = {
        "proposal": {"transition": "T", "action": "suspend", "evidence": {"reason": "The wrong one"}}
    }
    proposed, answered = story.told(
        [
            {**AT, "kind": "transition.proposed", "data": data},
            {**AT, "kind": "transition.confirmed", "data": {"transition": "T"}},
        ],
        [move],
    )
    assert (proposed.reason, proposed.corrected, answered.corrected) == ("The wrong one", [right], ())


def test_every_kind_of_entry_that_a_commitment_has_is_told_in_a_sentence() -> None:
    told = {kind for kind in story.TOLD if "." in kind}
    assert told == {*COMMITMENT_KINDS_2}, (
        "say in service/board/story.py what the new kind of entry tells, and translate it"
    )


def test_a_commitment_that_follows_its_instrument_tells_the_state_that_it_came_to() -> None:
    by = {"kind": "instrument", "id": "I", "leaf": "9f"}
    data = {"by": by, "before": {"state": "mou_drafted"}, "after": {"state": "signed"}}
    (event,) = story.told([{**AT, "kind": "commitment.followed", "data": data}], [])
    assert event.says == "It went along with the instrument that carries it"
    assert (event.before, event.after) == ("mou_drafted", "signed")
