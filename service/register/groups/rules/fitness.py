"""What a move may not make of a working group. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from service.errors import Fault, fault
from service.register.commissions.rules.group_role import GroupRole
from service.register.decisions.rules.lifecycle import Step
from service.register.decisions.rules.matter import Case
from service.register.groups.rules.effect import MENDING, effect, taking
from service.register.groups.rules.lifecycle import GroupAction
from service.register.groups.rules.requirements import roles, wrong_members

NOTHING = "nothing would change: this is what it says already"


def _wrong_move(step: Step, evidence: Mapping[str, Any], case: Case) -> list[Fault]:
    """Return what is wrong with the group that the move would make."""
    if step.action is GroupAction.NAME_ORGANISATION and (wrong := _wrong_organisation(evidence, case)):
        return wrong
    goes_along = taking({**evidence, "action": step.action})
    return [] if effect(step, evidence, case) or goes_along else [fault("", NOTHING)]


def _wrong_organisation(evidence: Mapping[str, Any], case: Case) -> list[Fault]:
    named_one, role = evidence["organisation_id"], evidence["role"]
    for organisation, party, has in roles(case.members["organisations"]):
        if organisation == named_one and party != case.party:
            return [fault("/organisation_id", f"is of {party}, which names its own")]
        if role == GroupRole.CO_LEAD == has and party == case.party and organisation != named_one:
            return [
                fault("/role", f"{party} has a co-lead in this group already, {organisation}; make it a member first")
            ]
    return []


def _wrong_value(step: Step, evidence: Mapping[str, Any], case: Case) -> list[Fault]:
    if evidence["fact"] in {"receiver_id", "commitments"}:
        return [fault("/fact", "says what went where; hand the commitments over once more")]
    full = {**case.members, **effect(step, evidence, case)}
    # What was wrong before may be put right next.
    before = list(wrong_members(case.members))
    return [fault("/value", detail) for name, detail in wrong_members(full) if (name, detail) not in before]


unfit: Final = MENDING.judging(_wrong_value, _wrong_move)
"""What is wrong with the group that a move would make, or with what it puts right or undoes."""
