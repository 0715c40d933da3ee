"""The lifecycle of a charter holds what the domain says, row by row; every other move is refused."""

from itertools import product
from typing import Any, Final

import pytest

from service.register.commissions.rules.charter.evidence import MODELS
from service.register.commissions.rules.charter.lifecycle import LIFECYCLE, MEANING, CharterAction, CharterState
from service.register.commissions.rules.charter.matter import MEMBERS
from service.verify.replay import charter_shapes
from tests.register.expected import has_just_these_rows, leads_as_expected

# Written from the domain's description, not from the table.
DECIDING: Final = ("kept", "in_force")
BEGUN: Final = ("kept", "unsettled", "in_force", "dissolved")
EXPECTED: Final[dict[tuple[str, str, str], dict[str, Any]]] = {
    ("join", "kept", "in_force"): {},
    ("join", "unsettled", "in_force"): {},
    ("accede", "in_force", "in_force"): {},
    ("leave", "in_force", "in_force"): {"one_remains": False},
    ("leave", "in_force", "kept"): {"one_remains": True},
    **{("amend", state, state): {} for state in DECIDING},
    **{("dissolve", state, "dissolved"): {} for state in DECIDING},
    **{
        (action, state, state): {}
        for action in ("name_secretariat", "appoint_auditor", "dismiss_auditor", "set_step_template")
        for state in BEGUN
    },
    ("name_secretariat", "founded", "founded"): {"another_is_awaited": True},
    ("name_secretariat", "founded", "kept"): {"another_is_awaited": False, "one_keeps_it": True},
    ("name_secretariat", "founded", "in_force"): {"another_is_awaited": False, "one_keeps_it": False},
    **{("acknowledge_log", state, state): {"log_awaits_acknowledgement": True} for state in BEGUN},
    **{("correct", state, state): {} for state in BEGUN},
    ("reinstate", "dissolved", "back"): {},
}


@pytest.mark.parametrize(("state", "action"), list(product(CharterState, CharterAction)))
def test_each_action_in_each_state_leads_where_the_domain_says_or_is_refused(
    state: CharterState, action: CharterAction
) -> None:
    leads_as_expected(
        LIFECYCLE,
        EXPECTED,
        state,
        action,
        [
            {
                "one_remains": one,
                "log_awaits_acknowledgement": not one,
                "another_is_awaited": other,
                "one_keeps_it": one,
            }
            for one, other in product((True, False), repeat=2)
        ],
    )


def test_the_table_holds_nothing_that_the_domain_does_not() -> None:
    has_just_these_rows(LIFECYCLE, EXPECTED)


def test_table_enums_members_and_models_cover_each_other_exactly() -> None:
    assert {row.action for row in LIFECYCLE.steps} == set(CharterAction) == set(MODELS)
    assert set(MEANING) == set(CharterState)
    assert set(charter_shapes.Charter.__annotations__) == set(MEMBERS)
    for action, model in MODELS.items():
        assert model.model_fields["action"].annotation.__args__ == (action,)  # type: ignore[union-attr]
