"""The lifecycle of a session holds what the domain says, row by row; every other move is refused, over every matter."""

from itertools import product
from typing import Any, Final

import pytest

from service.permissions import PERMISSIONS, Permission, Role
from service.register.commissions.rules.evidence import MODELS
from service.register.commissions.rules.lifecycle import LIFECYCLE, MEANING, SessionAction, SessionState
from service.register.commissions.rules.matter import MEMBERS
from service.register.decisions.engine.matter import Matter
from service.register.decisions.rules.lifecycle import BACK, Step
from service.register.matters import MATTERS
from service.verify.replay import session_shapes
from tests.conftest import World
from tests.register.expected import has_just_these_rows, leads_as_expected

# Written from the domain's description, not from the table.
AHEAD: Final = ("planned", "postponed")
OPEN: Final = ("proposed", *AHEAD)
EXPECTED: Final[dict[tuple[str, str, str], dict[str, Any]]] = {
    **{("move", state, "planned"): {"with_dates": True} for state in AHEAD},
    **{("move", state, "postponed"): {"with_dates": False} for state in AHEAD},
    **{("change_host", state, state): {} for state in AHEAD},
    **{("cancel", state, "cancelled"): {} for state in AHEAD},
    **{("hold", state, "held"): {"with_minutes": False} for state in OPEN},
    **{("hold", state, "adopted"): {"with_minutes": True} for state in OPEN},
    ("adopt", "held", "adopted"): {},
    **{("name_co_chair", str(state), str(state)): {} for state in SessionState},
    **{
        (action, str(state), str(state)): {}
        for action in ("record_step", "apply_template")
        for state in SessionState
        if state is not SessionState.RETRACTED
    },
    **{("correct", str(state), str(state)): {} for state in SessionState},
    **{("reinstate", state, "back"): {} for state in ("held", "adopted", "cancelled", "retracted")},
    **{("retract", state, "retracted"): {"is_joint": False} for state in ("proposed", "planned")},
}
FACTS: Final = [
    {"with_dates": dates, "with_minutes": minutes, "is_joint": joint}
    for dates, minutes, joint in product([True, False], repeat=3)
]
EACH: Final = [
    (matter, state, action)
    for matter in MATTERS
    for state, action in product(matter.rules.lifecycle.meaning, matter.rules.evidence)
]


@pytest.mark.parametrize(("state", "action"), list(product(SessionState, SessionAction)))
def test_each_action_in_each_state_leads_where_the_domain_says_or_is_refused(
    state: SessionState, action: SessionAction
) -> None:
    leads_as_expected(LIFECYCLE, EXPECTED, state, action, FACTS)


def test_the_table_holds_nothing_that_the_domain_does_not() -> None:
    has_just_these_rows(LIFECYCLE, EXPECTED)


def test_table_enums_members_and_models_cover_each_other_exactly() -> None:
    assert {row.action for row in LIFECYCLE.steps} == set(SessionAction) == set(MODELS)
    assert set(MEANING) == set(SessionState)
    assert set(session_shapes.Meeting.__annotations__) == set(MEMBERS)
    for action, model in MODELS.items():
        assert model.model_fields["action"].annotation.__args__ == (action,)  # type: ignore[union-attr]


@pytest.mark.parametrize(("matter", "state", "action"), EACH, ids=[f"{m.kind}-{s}-{a}" for m, s, a in EACH])
def test_of_every_matter_each_role_may_just_what_its_permissions_say(matter: Matter, state: Any, action: Any) -> None:
    rows = [row for row in matter.rules.lifecycle.steps_from(state) if row.action == action]
    for role, row in product(Role, rows):
        # Nobody but a party's secretariat, or who belongs to the working group, moves anything.
        may = role in {Role.SECRETARIAT, Role.CO_LEAD, Role.MEMBER, Role.LEAD}
        entering = matter.kind == "commission" and str(action) in {"join", "accede"}
        if entering:
            # And who registers for a party that is to take part.
            may = role in {Role.SECRETARIAT, Role.NEWCOMER}
        leads = matter.kind == "working_group" and row.when.get("of_a_co_lead") is True
        leads |= str(action) in {"acknowledge", "dispute"}
        if leads:
            # Who leads a group for its party, and what it acknowledges, its secretariat alone says.
            may = role is Role.SECRETARIAT
        names = str(action) == "name_secretariat"
        if names:
            # Who follows its commission up is its registrar's to name.
            may = role is Role.REGISTRAR
        assert (row.permission in PERMISSIONS[role]) is may
        asked = Permission.JOIN if entering else Permission.MANAGE_COMMISSION if leads else Permission.PROPOSE
        assert row.permission is (Permission.NAME_SECRETARIAT if names else asked)


@pytest.mark.parametrize("matter", MATTERS, ids=[one.kind for one in MATTERS])
def test_of_every_matter_what_a_move_brought_is_mended_and_what_it_led_to_leads_back(matter: Matter) -> None:
    table = matter.rules.lifecycle
    # Of a commission that awaits its secretariats nobody could confirm it.
    for state in set(table.meaning) - {"founded"}:
        assert "correct" in {str(action) for action in table.allowed(state, {})}, f"{state} cannot be corrected"
    for row in table.steps:
        # No founding is undone, and no commission is founded unsettled.
        begins = {*table.begins.values()} | ({"in_force", "kept"} if matter.kind == "commission" else set())
        if row.target in {row.source, BACK} or row.target in begins:
            continue
        back = [one for one in table.steps_from(row.target) if one.target is BACK or one.target == row.source]
        assert back, f"{row.action} leads to {row.target}, and nothing leads back to {row.source}"


@pytest.mark.parametrize("matter", MATTERS, ids=[one.kind for one in MATTERS])
async def test_of_every_matter_the_published_machine_and_the_picture_are_the_table(
    still: World, matter: Matter
) -> None:
    published = (await still.as_("").get(f"/v1/lifecycle?kind={matter.kind}")).json()
    table = matter.rules.lifecycle
    assert len(published["steps"]) == len(table.steps)
    assert set(published["evidence"]) == {str(action) for action in matter.rules.evidence}
    assert published["picture"] == table.picture()
    for row in table.steps:
        assert any(_shown(row, line) for line in published["picture"].splitlines()), row
    for action, state in table.begins.items():
        assert f"    [*] --> {state}: {action}" in published["picture"].splitlines()


def _shown(row: Step, line: str) -> bool:
    end = "the_state_it_left" if row.target is BACK else row.target
    return line.startswith(f"    {row.source} --> {end}:") and row.action in line
