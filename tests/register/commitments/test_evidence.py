"""What each action needs, what cannot be, and what changes: pure rules, no database."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from service.register.commitments.rules.effect import effect
from service.register.commitments.rules.evidence import MODELS, Proposal
from service.register.commitments.rules.lifecycle import LIFECYCLE, Action, State
from service.register.commitments.rules.requirements import Facts, impossible, missing
from service.register.decisions.rules.patching import merge_patch
from service.values import end, start
from tests.cases import case_of
from tests.conftest import SESSION_9
from tests.register.commitments.test_journey import DRAFT, IMPLEMENT, SIGN

PROPOSAL: TypeAdapter[Any] = TypeAdapter(Proposal)
WHOLE: dict[str, dict[str, Any]] = {
    "agree": {"agreed_on": "2025-01-24"},
    "draft_mou": DRAFT,
    "redraft": {"reason": "R"},
    "sign": SIGN,
    "implement": IMPLEMENT,
    "amend": {"reason": "R", "changes": {"sector": "energy"}},
    "approve": {},
    "acknowledge": {"version": 1},
    "dispute": {"reason": "R"},
    "carry_over": {"session_id": SESSION_9},
    "reopen": {"reason": "R"},
    "suspend": {"reason": "R", "review_on": "2027"},
    "resume": {"reason": "R"},
    "withdraw": {"reason": "R"},
    "lapse": {"reason": "R"},
    "supersede": {"successor": "PK-AZ/08/003"},
    "merge": {"target": "PK-AZ/00/003"},
    "correct": {"corrects": "0" * 64, "fact": "place", "value": None, "reason": "R"},
    "reinstate": {"undoes": "0" * 64, "reason": "R"},
    "retract": {"reason": "R"},
    "record_step": {"step": "ratification", "status": None},
    "apply_template": {"template": "agreement"},
}
NEEDED = {
    "agree": {"agreed_on"},
    "draft_mou": {"instrument_kind", "instrument_title", "drafting_party", "effective_on", "texts"},
    "redraft": {"reason"},
    "sign": {"effective_on", "place", "signatories", "authentic_texts"},
    "implement": {"effective_on", "report"},
    "amend": {"reason", "changes"},
    "approve": set(),
    "acknowledge": {"version"},
    "dispute": {"reason"},
    "carry_over": {"session_id"},
    "reopen": {"reason"},
    "suspend": {"reason", "review_on"},
    "resume": {"reason"},
    "withdraw": {"reason"},
    "lapse": {"reason"},
    "supersede": {"successor"},
    "merge": {"target"},
    "correct": {"corrects", "fact", "value", "reason"},
    "reinstate": {"undoes", "reason"},
    "retract": set(),
    "record_step": {"step", "status"},
    "apply_template": {"template"},
}


def facts(**others: Any) -> Facts:
    known: dict[str, Any] = {
        "state": State.SIGNED,
        "instrument_required": True,
        "parties": ("PK", "AZ"),
        "languages": ("en", "az"),
    }
    return Facts(**(known | others))


@pytest.mark.parametrize("action", list(Action))
def test_what_an_action_needs_is_listed_all_at_once_and_whole_evidence_lacks_nothing(action: Action) -> None:
    listed = {fault["pointer"].lstrip("/") for fault in missing(action, {}, facts())}
    assert listed == NEEDED[action]
    whole = {"action": action, **WHOLE[action]}
    assert missing(action, whole, facts(languages=("en",))) == []
    assert PROPOSAL.validate_python(whole).action is action


@pytest.mark.parametrize("action", list(Action))
def test_evidence_with_a_member_that_is_not_known_is_refused(action: Action) -> None:
    with pytest.raises(ValidationError):
        MODELS[action].model_validate({"action": action, **WHOLE[action], "remark2": "x"})


def test_every_party_signs_and_every_language_has_its_text() -> None:
    lacking = [fault["detail"] for fault in missing(Action.SIGN, SIGN, facts(parties=("PK", "AZ", "TR")))]
    assert lacking == ["a signatory for TR is needed", "the authentic text in 'az' is needed"]


def test_what_depends_on_the_case() -> None:
    treaty = missing(Action.IMPLEMENT, IMPLEMENT, facts(instrument_kind="treaty"))
    assert [fault["pointer"] for fault in treaty] == ["/entered_into_force_on"]
    agreed = facts(state=State.AGREED, instrument_required=False)
    assert [fault["pointer"] for fault in missing(Action.IMPLEMENT, IMPLEMENT, agreed)] == ["/no_instrument_reason"]
    known = facts(state=State.AGREED, instrument_required=False, no_instrument_reason="None needed")
    assert missing(Action.IMPLEMENT, IMPLEMENT, known) == []
    assert missing(Action.AGREE, {"found_in": "signed"}, facts()) == []
    assert [fault["pointer"] for fault in missing(Action.IMPLEMENT, IMPLEMENT, facts(unknown=("place",)))] == [
        "/unknown"
    ]
    assert missing(Action.IMPLEMENT, IMPLEMENT | {"unknown": ["place"]}, facts(unknown=("place",))) == []
    filed = {name: value for name, value in DRAFT.items() if name != "text_reference"}
    assert missing(Action.DRAFT_MOU, filed | {"texts": {"en": "T"}}, facts()) == []


def test_the_past_does_not_lie_in_the_future() -> None:
    today = date(2025, 6, 15)
    for said, so in (
        ("2025-06-15", True),
        ("2025-06", True),
        ("2025", True),
        ("2025-06-16", False),
        ("2025-07", False),
    ):
        assert (impossible({"effective_on": said}, facts(), today) == []) is so, said


def test_foreign_parties_and_languages_named_twice_are_found() -> None:
    signed = SIGN | {"signatories": [{"party": "TR"}], "authentic_texts": [{"language": "en"}, {"language": "en"}]}
    found = {fault["pointer"] for fault in impossible(signed, facts(), date(2030, 1, 1))}
    assert found == {"/signatories/0/party", "/authentic_texts"}
    assert impossible({"drafting_party": "TR"}, facts(), date(2030, 1, 1))[0]["pointer"] == "/drafting_party"


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2024-07-09", date(2024, 7, 9), date(2024, 7, 9)),
    ],
)
def test_a_reduced_date_is_a_period_and_falls_due_at_its_end(said: str, first: date, last: date) -> None:
    assert (start(said), end(said)) == (first, last)


@pytest.mark.parametrize("said", ["2024-13", "2023-02-29", "24", "2024-1", "2024-01-01T00:00", "0999", "２０２４", " "])
def test_what_is_no_date_is_refused(said: str) -> None:
    with pytest.raises(ValidationError):
        MODELS[Action.AGREE].model_validate({"action": "agree", "agreed_on": said})


@pytest.mark.parametrize(
    "changes", [{}, {"titles": None}, {"sector": None}, {"instrument_required": None}, {"state": "signed"}]
)
def test_an_amendment_changes_shared_facts_and_never_the_state(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        MODELS[Action.AMEND].model_validate({"action": "amend", "reason": "R", "changes": changes})


@pytest.mark.parametrize(
    ("before", "patch", "after"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_a_merge_patch_does_what_the_appendix_of_rfc_7396_shows(before: Any, patch: Any, after: Any) -> None:
    assert merge_patch(before, patch) == after


BEFORE: dict[str, Any] = {
    "state": "mou_drafted",
    "suspended_from": None,
    "review_on": None,
    "successors": None,
    "effective_on": "2025",
    "instrument": {"kind": "mou"},
    "no_instrument_reason": None,
    "titles": {"en": "T"},
    "target_date": None,
}


def test_signing_changes_state_date_and_what_is_known_of_the_instrument() -> None:
    after = effect(LIFECYCLE.step("sign", State.MOU_DRAFTED, {"instrument_unsigned": False}), SIGN, case_of(BEFORE))
    assert after == {
        "state": "signed",
        "effective_on": "2025-11-20",
        "instrument": {
            "kind": "mou",
            "signed_on": "2025-11-20",
            "place": "Baku",
            "signatories": SIGN["signatories"],
            "authentic_texts": SIGN["authentic_texts"],
        },
    }


def test_an_amendment_changes_what_it_names_and_nothing_else() -> None:
    evidence = {"reason": "R", "changes": {"titles": {"az": "Z"}, "target_date": "2027"}}
    after = effect(LIFECYCLE.step("amend", State.MOU_DRAFTED, {}), evidence, case_of(BEFORE))
    assert after == {"titles": {"en": "T", "az": "Z"}, "target_date": "2027"}


def test_suspending_keeps_what_it_left_and_resuming_forgets_it() -> None:
    after = effect(
        LIFECYCLE.step("suspend", State.MOU_DRAFTED, {}), {"reason": "R", "review_on": "2027"}, case_of(BEFORE)
    )
    assert after == {
        "state": "suspended",
        "suspended_from": "mou_drafted",
        "review_on": "2027",
        "effective_on": "2026-01-01",
    }
    assert BEFORE["effective_on"] == "2025"
    back = effect(
        LIFECYCLE.step("resume", State.SUSPENDED, {}),
        {"reason": "R"},
        case_of(BEFORE | after, at=datetime(2026, 2, 1, tzinfo=UTC)),
    )
    assert back == {"state": "mou_drafted", "suspended_from": None, "review_on": None, "effective_on": "2026-02-01"}
