"""Every state against every action: what the table does not allow is refused."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from service.errors import TransitionNotAllowed
from service.register.commitments.rules.effect import INSTRUMENT
from service.register.commitments.rules.evidence import MODELS
from service.register.commitments.rules.lifecycle import LIFECYCLE, MEANING, Action, State
from service.register.commitments.rules.matter import COMMITMENT
from service.register.commitments.schemas import InstrumentRead
from service.register.decisions.rules.lifecycle import Step
from service.register.decisions.rules.machine import machine
from tests.conftest import World, item
from tests.tables import with_steps

# Written from the domain's description, not from the table: action, from, to, on what condition.
SPINE: dict[tuple[str, str, str], dict[str, Any]] = {
    ("agree", "proposed", "agreed"): {"found_in": "agreed"},
    ("agree", "proposed", "mou_drafted"): {"found_in": "mou_drafted"},
    ("agree", "proposed", "signed"): {"found_in": "signed", "instrument_unsigned": False},
    ("agree", "proposed", "implemented"): {"found_in": "implemented", "instrument_unsigned": False},
    ("draft_mou", "agreed", "mou_drafted"): {},
    ("redraft", "mou_drafted", "agreed"): {"carried": False},
    ("sign", "mou_drafted", "signed"): {"instrument_unsigned": False},
    ("sign", "agreed", "signed"): {"instrument_signed": True},
    ("implement", "signed", "implemented"): {},
    ("implement", "agreed", "implemented"): {"instrument_required": False},
    ("reopen", "implemented", "signed"): {"signed": True},
    ("reopen", "implemented", "agreed"): {"signed": False},
    ("retract", "proposed", "retracted"): {"is_joint": False},
    ("suspend", "proposed", "suspended"): {},
    ("suspend", "agreed", "suspended"): {},
    ("suspend", "mou_drafted", "suspended"): {},
    ("suspend", "signed", "suspended"): {},
}
OPEN_STATES = ("proposed", "agreed", "mou_drafted", "signed", "suspended")
ENDS = {"withdraw": "withdrawn", "lapse": "lapsed", "supersede": "superseded", "merge": "merged"}
EXITS: dict[tuple[str, str, str], dict[str, Any]] = {
    **{(action, source, end): {} for action, end in ENDS.items() for source in OPEN_STATES},
    **{("amend", str(state), str(state)): {} for state in State if state is not State.RETRACTED},
    **{
        ("approve", state, state): {"subject_to_approval": True}
        for state in ("agreed", "mou_drafted", "signed", "implemented", "suspended")
    },
    **{
        (action, str(state), str(state)): {"recorded_without_a_party": True}
        for action in ("acknowledge", "dispute")
        for state in State
        if state is not State.RETRACTED
    },
    **{
        (action, str(state), str(state)): {}
        for action in ("record_step", "apply_template")
        for state in State
        if state is not State.RETRACTED
    },
    **{("carry_over", source, source): {} for source in OPEN_STATES},
    **{("correct", str(state), str(state)): {} for state in State},
}
EXPECTED: dict[tuple[str, str, str], dict[str, Any]] = {**SPINE, **EXITS}
UNDONE = ("agreed", "mou_drafted", "signed", "implemented", *ENDS.values(), "retracted")
FACTS = [
    {
        "found_in": found,
        "instrument_required": required,
        "is_joint": joint,
        "signed": signed,
        "subject_to_approval": subject,
        "recorded_without_a_party": later,
        "carried": carried,
        "instrument_signed": carried and signed,
        "instrument_unsigned": carried and not signed,
    }
    for found, required, joint, signed, subject, later, carried in product(
        ["agreed", "mou_drafted", "signed", "implemented"], *[[True, False]] * 6
    )
]


def expected_target(action: str, state: str, facts: dict[str, Any]) -> str | None:
    """Return where the domain says that the action leads, or None."""
    for (one, source, end), condition in EXPECTED.items():
        if (one, source) == (action, state) and all(facts[name] == value for name, value in condition.items()):
            return end
    return None


@pytest.mark.parametrize(("state", "action"), list(product(State, Action)))
def test_each_action_in_each_state_leads_where_the_domain_says_or_is_refused(state: State, action: Action) -> None:
    for facts in FACTS:
        if (action, state) == (Action.RESUME, State.SUSPENDED):
            for left in set(OPEN_STATES) - {"suspended"}:
                assert LIFECYCLE.step(action, state, facts).leads_to(State(left)) == left
            continue
        if action is Action.REINSTATE and state in UNDONE:
            assert LIFECYCLE.step(action, state, facts).leads_to(State.AGREED) == State.AGREED
            continue
        end = expected_target(action, state, facts)
        if end is None:
            with pytest.raises(TransitionNotAllowed) as refused:
                LIFECYCLE.step(action, state, facts)
            assert refused.value.members["state"] == state
            assert str(state) in refused.value.detail
            assert refused.value.members["allowed_actions"] == LIFECYCLE.allowed(state, facts)
        else:
            assert LIFECYCLE.step(action, state, facts).leads_to(None) == end


def test_an_action_that_nobody_knows_is_refused_like_any_other() -> None:
    with pytest.raises(TransitionNotAllowed):
        LIFECYCLE.step("fly", State.AGREED, {})


def test_the_table_holds_nothing_that_the_domain_does_not() -> None:
    rows = {(str(row.action), str(row.source), str(row.target)): dict(row.when) for row in LIFECYCLE.steps}
    assert rows.pop(("resume", "suspended", "back")) == {}
    assert [rows.pop(("reinstate", state, "back")) for state in UNDONE] == [{}] * len(UNDONE)
    assert rows == EXPECTED
    assert len(LIFECYCLE.steps) == len(EXPECTED) + 1 + len(UNDONE), "a row stands twice"


def test_table_enums_and_evidence_models_cover_each_other_exactly() -> None:
    assert {row.action for row in LIFECYCLE.steps} == set(Action) == set(MODELS)
    reached = {row.target for row in LIFECYCLE.steps if isinstance(row.target, State)} | {State.PROPOSED}
    assert reached == set(State) == set(MEANING)
    for action, model in MODELS.items():
        assert model.model_fields["action"].annotation.__args__ == (action,)  # type: ignore[union-attr]


def test_what_evidence_brings_to_the_instrument_is_told_by_the_commitment() -> None:
    brought = {name for facts in INSTRUMENT.values() for name in facts.values()}
    assert brought <= InstrumentRead.model_fields.keys(), "add the new one to InstrumentRead, or nobody reads it"


def test_a_closed_one_takes_mending_another_reader_or_owner_and_steps_at_home_and_nothing_else() -> None:
    closed = (State.WITHDRAWN, State.LAPSED, State.SUPERSEDED, State.MERGED)
    assert {row.source for row in LIFECYCLE.steps} == set(State)
    together = {"recorded_without_a_party": False}
    assert [LIFECYCLE.allowed(state, together) for state in closed] == [
        ["amend", "correct", "reinstate", "record_step", "apply_template"]
    ] * 4
    assert LIFECYCLE.allowed(State.RETRACTED, {}) == ["correct", "reinstate"]


def test_from_each_state_that_a_move_brings_a_move_leads_back() -> None:
    for row in LIFECYCLE.steps:
        left = State.AGREED if row.action is Action.RESUME else row.source
        if row.target not in {row.source, "back"}:
            back = [one.action for one in LIFECYCLE.steps_from(State(row.target)) if one.target == "back"]
            assert back, f"{row.action} leads to {row.target}, and nothing leads back to {left}"


def test_a_refusal_names_the_condition_that_was_not_met() -> None:
    said = LIFECYCLE.refusal("implement", State.AGREED, {"instrument_required": True}).detail
    assert "only if instrument_required = false" in said


def test_a_suspended_one_that_forgot_what_it_left_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="knows the state it left"):
        LIFECYCLE.step("resume", State.SUSPENDED, {}).leads_to(None)


def test_the_picture_shows_every_row() -> None:
    drawn = LIFECYCLE.picture()
    for row in LIFECYCLE.steps:
        end = "the_state_it_left" if row.target == "back" else row.target
        assert any(
            line.startswith(f"    {row.source} --> {end}:") and row.action in line for line in drawn.splitlines()
        ), row


@pytest.fixture
def without_redraft() -> Iterator[None]:
    """A copy of the table without `redraft`, in which `reopen` leads from a draft back to agreed."""
    rows = [row for row in LIFECYCLE.steps if row.action is not Action.REDRAFT]
    with with_steps(LIFECYCLE, (*rows, Step(Action.REOPEN, State.MOU_DRAFTED, State.AGREED))):
        yield


@pytest.mark.usefixtures("without_redraft")
async def test_a_row_removed_and_one_added_are_followed_everywhere_without_another_change(world: World) -> None:
    assert "redraft" not in LIFECYCLE.picture()
    assert "mou_drafted --> agreed: reopen" in LIFECYCLE.picture()
    assert "redraft" not in {one["action"] for one in machine(COMMITMENT)["steps"]}
    url = f"/v1/commitments/{item(4)}"
    found = (await world.as_("PK").get(url)).json()
    actions = {one["action"] for one in found["allowed_actions"]}
    assert ("redraft" in actions, "reopen" in actions) == (False, True)
    refused = await world.as_("PK").post(f"{url}/transitions", json={"action": "redraft", "reason": "R"})
    assert refused.status_code == 409
    assert "reopen" in refused.json()["allowed_actions"]
    assert "reopen" in refused.json()["detail"]
    published = (await world.as_("").get("/v1/lifecycle")).json()
    assert {
        "action": "reopen",
        "source": "mou_drafted",
        "target": "agreed",
        "permission": "propose",
        "who": "all",
        "by": None,
        "when": {},
    } in (published["steps"])
    assert (
        await world.as_("PK").post(f"{url}/transitions", json={"action": "reopen", "reason": "R"})
    ).status_code == 201


async def test_the_published_machine_is_the_table(world: World) -> None:
    published = (await world.as_("").get("/v1/lifecycle")).json()
    assert len(published["steps"]) == len(LIFECYCLE.steps)
    assert {one["state"] for one in published["states"] if one["open"]} == set(OPEN_STATES)
    assert set(published["evidence"]) == {str(action) for action in Action}
    assert published["picture"] == LIFECYCLE.picture()


async def test_a_kind_of_matter_that_is_none_is_refused_with_those_that_are(world: World) -> None:
    refused = await world.as_("").get("/v1/lifecycle?kind=treaty")
    assert refused.status_code == 422
    (fault,) = refused.json()["errors"]
    assert (fault["parameter"], "commitment" in fault["detail"]) == ("kind", True)
    assert (await world.as_("").get("/v1/lifecycle?kind=commitment")).json()["picture"] == LIFECYCLE.picture()
