"""Who decides what, over every matter: its states, its actions, each role of a party, and what is open beside."""

from collections.abc import Iterator
from itertools import product
from typing import Any, Final

import pytest

from service.register.commitments.rules.lifecycle import LIFECYCLE, Action, State
from service.register.decisions.engine.matter import Matter
from service.register.decisions.rules.lifecycle import Step, Who
from service.register.decisions.rules.own import RECORDER, has_room, is_open_to
from service.register.matters import MATTERS
from service.verify.judgement import verify
from tests.conftest import COMMISSION, World, item
from tests.register.commitments.test_journey import read
from tests.register.commitments.test_races import trail_of
from tests.tables import with_steps
from tests.verify.journal import POLICY, in_memory
from tests.verify.test_register import exported

# Written from the domain's description, not from the tables: what one party does alone, and which.
OWN: Final[dict[tuple[str, str], str | None]] = {
    ("commitment", "retract"): RECORDER,
    ("commitment", "approve"): None,
    ("commitment", "acknowledge"): None,
    ("commitment", "dispute"): None,
    ("session", "retract"): RECORDER,
    ("session", "move"): "host_party",
    ("session", "name_co_chair"): None,
    **{
        (kind, one): None
        for kind in ("commitment", "session", "instrument")
        for one in ("record_step", "apply_template")
    },
    ("commission", "set_step_template"): None,
    ("commission", "name_secretariat"): None,
    ("commission", "dismiss_auditor"): None,
    ("commission", "leave"): None,
    ("commission", "acknowledge_log"): None,
    ("working_group", "retract"): RECORDER,
    ("working_group", "name_organisation"): None,
    ("working_group", "name_contacts"): None,
    ("instrument", "retract"): RECORDER,
    **{("instrument", one): None for one in ("sign_first", "give_notice", "revoke_notice", "object", "publish")},
    **{("instrument", f"{one}_notification"): None for one in ("send", "receive")},
    # On the ground of its notice, once that has run out.
    ("instrument", "terminate"): None,
}
TAKING_BACK: Final = {(kind, "retract") for kind in ("commitment", "session", "working_group", "instrument")}
PARTIES: Final = ("PK", "AZ", "TR")
FACTS: Final = {RECORDER: "PK", "host_party": "AZ"}
"""Who is what in a matter."""
EACH: Final = [
    (matter, state, action)
    for matter in MATTERS
    for state, action in product(matter.rules.lifecycle.meaning, matter.rules.evidence)
]


@pytest.mark.parametrize(("matter", "state", "action"), EACH, ids=[f"{m.kind}-{s}-{a}" for m, s, a in EACH])
def test_each_action_is_everybodys_or_the_one_partys_that_the_domain_names(
    matter: Matter, state: Any, action: Any
) -> None:
    key, steps = (matter.kind, str(action)), matter.rules.lifecycle.steps_from(state)
    for step, party in product(steps, PARTIES):
        if step.action != action:
            continue
        alone = key in OWN and step.when.get("by_notice") is not False
        assert (step.who is Who.OWN) is alone
        one = OWN.get(key)
        assert is_open_to(step, FACTS, party) is (one is None or FACTS[one] == party), party
        for proposed_by in (None, *PARTIES):
            beside = alone and (key not in TAKING_BACK or proposed_by == party)
            assert has_room(step, proposed_by, party) is (proposed_by is None or beside), (party, proposed_by)


def test_what_a_recorder_takes_back_is_nobodys_yet_and_ends_there() -> None:
    for matter in MATTERS:
        for step in matter.rules.lifecycle.steps:
            if step.takes_back:
                assert step.when == {"is_joint": False}
                assert step.target not in matter.rules.lifecycle.open


@pytest.fixture
def with_an_own_row() -> Iterator[None]:
    """A copy of the table in which a party alone drafts anew what is agreed: the state stays."""
    with with_steps(LIFECYCLE, (*LIFECYCLE.steps, Step(Action.REDRAFT, State.AGREED, State.AGREED, who=Who.OWN))):
        yield


@pytest.mark.usefixtures("with_an_own_row")
async def test_what_a_party_does_alone_neither_waits_for_a_proposal_nor_closes_it(world: World) -> None:
    url = f"/v1/commitments/{item(2)}/transitions"
    suspend = {"action": "suspend", "reason": "R", "review_on": "2027"}
    opened = (await world.as_("AZ").post(url, json=suspend)).json()
    for who in ("PK", "AZ"):
        found = await read(world, item(2), who)
        alone = ("record_step", "apply_template", "redraft")
        assert [(one["action"], one["awaits"]) for one in found["allowed_actions"]] == [(one, []) for one in alone]
        done = await world.as_(who).post(url, json={"action": "redraft", "reason": "R"})
        assert (done.status_code, done.json()["status"], done.json()["awaited"]) == (201, "effective", [])
    found = await read(world, item(2))
    assert found["open_transition"]["id"] == opened["id"]
    last = (await trail_of(world, item(2)))[-1]
    assert (last["kind"], last["party"], last["data"]["proposal"]["awaits"]) == ("transition.proposed", "AZ", [])
    assert "effective" in last["data"]
    yes = await world.as_("PK").post(f"/v1/transitions/{opened['id']}/confirmations", json={"decision": "confirm"})
    assert (yes.status_code, yes.json()["status"]) == (201, "effective")
    assert verify(in_memory(await exported(world, COMMISSION)), POLICY).findings.listed == []
