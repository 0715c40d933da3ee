"""What a move changes of a charter once it takes effect. Pure.

The service writes these changes; the replay of the audit trail computes them again from the entries alone.
"""

from collections.abc import Mapping
from typing import Any, Final

from service.register.commissions.rules.charter.evidence import MODELS, SHARED
from service.register.commissions.rules.charter.lifecycle import CharterAction
from service.register.decisions.rules import mending
from service.register.decisions.rules.lifecycle import Step
from service.register.decisions.rules.matter import Case, day_of
from service.register.decisions.rules.patching import merge_patch


def moved(step: Step, evidence: Mapping[str, Any], case: Case) -> dict[str, Any]:
    """Return what a move changes of the charter that puts nothing right and undoes nothing."""
    before, state = case.members, str(step.leads_to(case.left))
    after = {"state": state, **_facts(step, evidence, case)}
    if state != before["state"]:
        after["effective_on"] = day_of(step, evidence, case.at)
    return {name: value for name, value in after.items() if before[name] != value}


def _facts(step: Step, evidence: Mapping[str, Any], case: Case) -> dict[str, Any]:
    match step.action:
        case CharterAction.AMEND:
            return {name: merge_patch(case.members[name], value) for name, value in evidence["changes"].items()}
        case CharterAction.DISSOLVE:
            return {"successor": evidence.get("successor")}
        case CharterAction.NAME_SECRETARIAT:
            known = case.members["secretariats"] or {}
            return {"secretariats": {**known, str(case.party): evidence["secretariat_id"]}}
    return {}


MENDING: Final = mending.Mending(moved, MODELS, SHARED)
effect: Final = MENDING.effect_of
