"""The lifecycle of a working group holds what the domain says, row by row; every other move is refused."""

from itertools import product
from typing import Any, Final

import pytest

from service.errors import TransitionNotAllowed
from service.permissions import Permission
from service.register.groups.rules.evidence import MODELS
from service.register.groups.rules.lifecycle import LIFECYCLE, MEANING, GroupAction, GroupState
from service.register.groups.rules.matter import MEMBERS
from service.verify.replay import group_shapes

# Written from the domain's description, not from the table.
ANY: Final = tuple(map(str, GroupState))
EXPECTED: Final[set[tuple[str, str, str, tuple[tuple[str, Any], ...]]]] = {
    ("found", "proposed", "active", ()),
    ("rename", "active", "active", ()),
    ("merge_into", "active", "merged", ()),
    ("hand_over", "active", "active", ()),
    ("dissolve", "active", "dissolved", ()),
    *(("name_organisation", state, state, (("of_a_co_lead", leads),)) for state in ANY for leads in (True, False)),
    *(("name_contacts", state, state, ()) for state in ANY),
    *(("correct", state, state, ()) for state in ANY),
    *(("reinstate", state, "back", ()) for state in ("active", "merged", "dissolved", "retracted")),
    ("retract", "proposed", "retracted", (("is_joint", False),)),
}
FACTS: Final = [{"of_a_co_lead": leads, "is_joint": joint} for leads, joint in product([True, False], repeat=2)]


@pytest.mark.parametrize(("state", "action"), list(product(GroupState, GroupAction)))
def test_each_action_in_each_state_leads_where_the_domain_says_or_is_refused(
    state: GroupState, action: GroupAction
) -> None:
    for facts in FACTS:
        ends = [
            end
            for one, source, end, when in EXPECTED
            if (one, source) == (action, state) and all(facts[name] == value for name, value in when)
        ]
        if not ends:
            with pytest.raises(TransitionNotAllowed):
                LIFECYCLE.step(action, state, facts)
        else:
            assert [str(LIFECYCLE.step(action, state, facts).target)] == ends


def test_the_table_holds_nothing_that_the_domain_does_not() -> None:
    rows = [(str(row.action), str(row.source), str(row.target), tuple(row.when.items())) for row in LIFECYCLE.steps]
    assert set(rows) == EXPECTED
    assert len(rows) == len(EXPECTED), "a row stands twice"


def test_who_leads_a_group_for_its_party_its_secretariat_alone_says() -> None:
    for row in LIFECYCLE.steps:
        leads = row.when.get("of_a_co_lead") is True
        assert row.permission is (Permission.MANAGE_COMMISSION if leads else Permission.PROPOSE)


def test_table_enums_members_and_models_cover_each_other_exactly() -> None:
    assert {row.action for row in LIFECYCLE.steps} == set(GroupAction) == set(MODELS)
    assert set(MEANING) == set(GroupState)
    assert set(group_shapes.Group.__annotations__) == set(MEMBERS)
    for action, model in MODELS.items():
        assert model.model_fields["action"].annotation.__args__ == (action,)  # type: ignore[union-attr]
