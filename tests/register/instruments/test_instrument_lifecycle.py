"""The lifecycle of an instrument holds what the domain says, row by row; every other move is refused."""

from itertools import product
from typing import Any, Final

import pytest

from service.register.decisions.rules.lifecycle import Who
from service.register.instruments.rules.evidence import MODELS
from service.register.instruments.rules.lifecycle import LIFECYCLE, MEANING, OWN, InstrumentAction, InstrumentState
from service.register.instruments.rules.matter import MEMBERS
from service.verify.replay import instrument_shapes
from tests.register.expected import leads_as_expected

# Written from the domain's description, not from the table.
UNSIGNED: Final = ("drafted", "text_agreed", "initialled")
FURTHER: Final = (*UNSIGNED, "signed")
EVERY: Final = [str(state) for state in InstrumentState]
EXPECTED: Final[dict[tuple[str, str, str], dict[str, Any]]] = {
    **{("enter", "proposed", state): {"found_in": state} for state in FURTHER},
    ("agree_text", "drafted", "text_agreed"): {},
    **{("initial", state, "initialled"): {} for state in ("drafted", "text_agreed")},
    **{("redraft", state, "drafted"): {} for state in ("text_agreed", "initialled")},
    **{("sign_first", state, state): {} for state in UNSIGNED},
    **{("sign", state, "signed"): {} for state in UNSIGNED},
    **{("amend", state, state): {} for state in ("proposed", *FURTHER)},
    **{(action, "signed", "signed"): {} for action in ("give_notice", "revoke_notice")},
    ("terminate", "signed", "terminated"): {},
    ("object", "terminated", "terminated"): {},
    ("supersede", "signed", "superseded"): {},
    **{("abandon", state, "abandoned"): {} for state in ("proposed", *UNSIGNED)},
    **{
        (action, state, state): {}
        for action in (
            "record_step",
            "apply_template",
            "send_notification",
            "receive_notification",
            "publish",
            "correct",
        )
        for state in EVERY
    },
    **{("reinstate", state, "back"): {} for state in (*FURTHER, "terminated", "superseded", "abandoned", "retracted")},
    ("retract", "proposed", "retracted"): {"is_joint": False},
}
FACTS: Final = [
    {"found_in": found, "is_joint": joint, "by_notice": notice}
    for found, joint, notice in product(FURTHER, [True, False], [True, False])
]


@pytest.mark.parametrize(("state", "action"), list(product(InstrumentState, InstrumentAction)))
def test_each_action_in_each_state_leads_where_the_domain_says_or_is_refused(
    state: InstrumentState, action: InstrumentAction
) -> None:
    leads_as_expected(LIFECYCLE, EXPECTED, state, action, FACTS)


def test_the_table_holds_nothing_that_the_domain_does_not() -> None:
    # An end by notice is one party's, any other end all of theirs: two rows, one way.
    ends = [row for row in LIFECYCLE.steps if row.action is InstrumentAction.TERMINATE]
    assert {(row.who, row.when["by_notice"]) for row in ends} == {(Who.OWN, True), (Who.ALL, False)}
    assert {(str(row.action), str(row.source), str(row.target)) for row in LIFECYCLE.steps} == EXPECTED.keys()


def test_what_is_a_partys_own_it_does_alone_and_all_else_is_confirmed() -> None:
    alone = {row.action for row in LIFECYCLE.steps if row.who is Who.OWN}
    assert alone == OWN | {InstrumentAction.TERMINATE, InstrumentAction.RETRACT}


def test_table_enums_members_and_models_cover_each_other_exactly() -> None:
    assert {row.action for row in LIFECYCLE.steps} == set(InstrumentAction) == set(MODELS)
    assert set(MEANING) == set(InstrumentState)
    assert set(instrument_shapes.InstrumentMembers.__annotations__) == set(MEMBERS)
    for action, model in MODELS.items():
        assert model.model_fields["action"].annotation.__args__ == (action,)  # type: ignore[union-attr]
