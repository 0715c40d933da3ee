"""What a move, or a recording, may not make of a session. Pure."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from service.errors import Fault, fault
from service.register.commissions.rules.effect import MENDING, effect
from service.register.commissions.rules.lifecycle import SessionAction
from service.register.commissions.rules.requirements import Facts, not_met_yet, wrong_members
from service.register.decisions.rules.lifecycle import Step
from service.register.decisions.rules.matter import Case
from service.register.decisions.rules.mending import CORRECTS, named

NOTHING = "nothing would change: this is what it says already"


def unfit(step: Step, evidence: Mapping[str, Any], case: Case) -> list[Fault]:
    """Return what is wrong with the session that the move would make, or with what is undone."""
    if step.action is SessionAction.REINSTATE:
        return MENDING.wrong_undoing(case)
    if step.action is SessionAction.CORRECT:
        return _wrong_correction(step, evidence, case) if named(case, CORRECTS).entry else []
    if step.action is SessionAction.NAME_CO_CHAIR:
        return []
    after = effect(step, evidence, case)
    if not after:
        return [fault("", NOTHING)]
    today = case.at.astimezone(UTC).date()
    return [fault(f"/{name}", detail) for name, detail in not_met_yet({**case.members, **after}, today)]


def _wrong_correction(step: Step, evidence: Mapping[str, Any], case: Case) -> list[Fault]:
    entry, facts = named(case, CORRECTS).entry, case.facts
    assert entry
    assert isinstance(facts, Facts)
    if entry.step and entry.step.action is SessionAction.NAME_CO_CHAIR:
        return [fault("/fact", "is one party's own fact, which that party puts right by naming its co-chair anew")]
    if wrong := MENDING.wrong(evidence, case):
        return wrong
    full, today = {**case.members, **effect(step, evidence, case)}, case.at.astimezone(UTC).date()
    # What was wrong before may be put right next.
    before = wrong_members(case.members, facts, today)
    return [
        fault("/value", detail) for name, detail in wrong_members(full, facts, today) if (name, detail) not in before
    ]
