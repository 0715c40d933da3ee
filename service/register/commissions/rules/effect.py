"""What a move changes of a session once it takes effect. Pure.

The service writes these changes; the replay of the audit trail computes them again from the entries alone.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from service.register.commissions.rules.evidence import MODELS, SHARED
from service.register.commissions.rules.lifecycle import SessionAction
from service.register.decisions.rules import matter, mending, steps
from service.register.decisions.rules.lifecycle import Step
from service.register.decisions.rules.matter import Case


def moved(step: Step, evidence: Mapping[str, Any], case: Case) -> dict[str, Any]:
    """Return what a move changes of the session that puts nothing right and undoes nothing."""
    before, state = case.members, str(step.leads_to(case.left))
    after = {"state": state, **_facts(step, evidence, case)}
    after |= steps.moved(step.action, evidence, case, day(step, evidence, case.at))
    if state != before["state"]:
        after["effective_on"] = day(step, evidence, case.at)
    return {name: value for name, value in after.items() if before[name] != value}


def day(step: Step, evidence: Mapping[str, Any], at: datetime) -> str | None:
    """Return when a move happened in the world: a session was held on its last day, or on the one that is known.

    None where a correction says that nobody knows.
    """
    if step.action is not SessionAction.HOLD:
        return matter.day_of(step, evidence, at)
    return next((evidence[name] for name in ("effective_on", "ends_on", "starts_on") if evidence.get(name)), None)


def _facts(step: Step, evidence: Mapping[str, Any], case: Case) -> dict[str, Any]:
    said = {name: evidence[name] for name in ("venue", "virtual") if evidence.get(name) is not None}
    match step.action:
        case SessionAction.MOVE:
            return _days(evidence) | said
        case SessionAction.CHANGE_HOST:
            # Another host's place is another place.
            return {"host_party": evidence["host_party"], "venue": None, **said}
        case SessionAction.HOLD:
            return _days(evidence) | said | (_adopted(evidence) if evidence.get("minutes") else {})
        case SessionAction.ADOPT:
            return _adopted(evidence)
        case SessionAction.NAME_CO_CHAIR:
            return _co_chair(evidence, case)
    return {}


def _days(evidence: Mapping[str, Any]) -> dict[str, Any]:
    return {name: evidence.get(name) for name in ("starts_on", "ends_on")}


def _adopted(evidence: Mapping[str, Any]) -> dict[str, Any]:
    return {"minutes": evidence["minutes"] or None, "subject_to": evidence.get("subject_to") or []}


def _co_chair(evidence: Mapping[str, Any], case: Case) -> dict[str, Any]:
    known = {party: one for party, one in (case.members["co_chairs"] or {}).items() if party != case.party}
    named = evidence["co_chair"]
    return {"co_chairs": {**known, case.party: named} if named and case.party else known}


MENDING: Final = mending.Mending(
    moved,
    MODELS,
    SHARED,
    unsure={SessionAction.ADOPT: {"minutes": None}},
    own={
        SessionAction.NAME_CO_CHAIR: "its co-chair",
        **dict.fromkeys((SessionAction.RECORD_STEP, SessionAction.APPLY_TEMPLATE), "the step"),
    },
)
effect: Final = MENDING.effect_of
