"""What a move may not make of a charter. Pure."""

from collections.abc import Mapping
from typing import Any

from service.errors import Fault, fault
from service.register.commissions.rules.charter.effect import MENDING, effect
from service.register.commissions.rules.charter.lifecycle import CharterAction
from service.register.commissions.rules.charter.requirements import Facts, impossible
from service.register.decisions.rules.lifecycle import Step
from service.register.decisions.rules.matter import Case
from service.register.decisions.rules.mending import CORRECTS, named

NOTHING = "nothing would change: this is what it says already"


def unfit(step: Step, evidence: Mapping[str, Any], case: Case) -> list[Fault]:
    """Return what is wrong with the charter that the move would make, or with what is undone."""
    if step.action is CharterAction.REINSTATE:
        return MENDING.wrong_undoing(case)
    if step.action is CharterAction.CORRECT:
        return _wrong_correction(evidence, case) if named(case, CORRECTS).entry else []
    after = effect(step, evidence, case)
    if not after:
        return [fault("/changes" if "changes" in evidence else "", NOTHING)]
    if after.get("titles") == {}:
        return [fault("/changes/titles", "must keep at least one language")]
    return []


def _wrong_correction(evidence: Mapping[str, Any], case: Case) -> list[Fault]:
    entry, facts, fact = named(case, CORRECTS).entry, case.facts, evidence["fact"]
    assert entry
    assert isinstance(facts, Facts)
    if entry.step and entry.step.action is CharterAction.NAME_SECRETARIAT:
        return [fault("/fact", "is one party's own fact, which that party puts right by naming its secretariat anew")]
    if wrong := MENDING.wrong(evidence, case):
        return wrong
    name, value, today = fact.removeprefix("own_"), evidence["value"], case.at.date()
    shared = {"changes": {name: value}} if fact in entry.shared else {name: value}
    return [fault("/value", one["detail"]) for one in impossible(shared, facts, today)]
