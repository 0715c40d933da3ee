"""What a move, or a recording, may not make of a session. Pure."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any, Final

from service.errors import Fault, fault
from service.register.commissions.rules.effect import MENDING, effect
from service.register.commissions.rules.lifecycle import SessionAction
from service.register.commissions.rules.requirements import Facts, not_met_yet, wrong_members
from service.register.decisions.rules import steps
from service.register.decisions.rules.lifecycle import Step
from service.register.decisions.rules.matter import Case

NOTHING = "nothing would change: this is what it says already"


def _wrong_move(step: Step, evidence: Mapping[str, Any], case: Case) -> list[Fault]:
    """Return what is wrong with the session that the move would make."""
    if step.action is SessionAction.NAME_CO_CHAIR:
        return []
    after = effect(step, evidence, case)
    if untrue := steps.unfit(step.action, after):
        return untrue
    if not after:
        return [fault("", NOTHING)]
    today = case.at.astimezone(UTC).date()
    return [fault(f"/{name}", detail) for name, detail in not_met_yet({**case.members, **after}, today)]


def _wrong_value(step: Step, evidence: Mapping[str, Any], case: Case) -> list[Fault]:
    facts = case.facts
    assert isinstance(facts, Facts)
    full, today = {**case.members, **effect(step, evidence, case)}, case.at.astimezone(UTC).date()
    # What was wrong before may be put right next.
    before = wrong_members(case.members, facts, today)
    return [
        fault("/value", detail) for name, detail in wrong_members(full, facts, today) if (name, detail) not in before
    ]


unfit: Final = MENDING.judging(_wrong_value, _wrong_move)
"""What is wrong with the session that a move would make, or with what it puts right or undoes."""
