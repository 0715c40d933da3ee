"""What a move changes once it takes effect: the new state, and the facts that its evidence brings. Pure.

The service writes these changes; the replay of the audit trail computes them again from the entries alone.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from service.register.commitments.rules.amendment import SHARED
from service.register.commitments.rules.evidence import MODELS
from service.register.commitments.rules.lifecycle import Action, State
from service.register.decisions.rules import matter, mending
from service.register.decisions.rules.lifecycle import Step
from service.register.decisions.rules.matter import Case

INSTRUMENT: Mapping[StrEnum, Mapping[str, str]] = {
    Action.AGREE: {"instrument_kind": "kind", "instrument_title": "title"},
    Action.DRAFT_MOU: {
        "instrument_kind": "kind",
        "instrument_title": "title",
        "drafting_party": "drafting_party",
        "effective_on": "drafted_on",
        "text_reference": "text_reference",
    },
    Action.SIGN: {
        "effective_on": "signed_on",
        "place": "place",
        "expires_on": "expires_on",
        "enters_into_force_on": "enters_into_force_on",
        "ceremony_on": "ceremony_on",
    },
    Action.IMPLEMENT: {"entered_into_force_on": "enters_into_force_on"},
}
REACHED_ON: Mapping[str, str] = {State.MOU_DRAFTED: "drafted_on", State.SIGNED: "signed_on"}


def effect(step: Step, evidence: Mapping[str, Any], case: Case) -> dict[str, Any]:
    """Return the members of the commitment that change, as JSON values, when `step` takes effect with `evidence`.

    What is written anew is no longer told as corrected.
    """
    if step.action is Action.CORRECT:
        return MENDING.correction(evidence, case)
    if step.action is Action.REINSTATE:
        return MENDING.reinstatement(case)
    after = moved(step, evidence, case)
    return after | mending.forgotten(after, case.members, SHARED)


def day_of(step: Step, evidence: Mapping[str, Any], at: datetime) -> str | None:
    """Return when a move happened in the world: what is agreed, on the day on which it was agreed, if nothing else is said."""
    if step.action is Action.AGREE:
        return evidence.get("effective_on") or str(evidence["agreed_on"])
    return matter.day_of(step, evidence, at)


def moved(step: Step, evidence: Mapping[str, Any], case: Case) -> dict[str, Any]:
    """Return what any other move changes."""
    before = case.members
    new = step.leads_to(case.left)
    after: dict[str, Any] = {"state": str(new)}
    if new != before["state"]:
        after |= _state_facts(step, evidence) | {"effective_on": day_of(step, evidence, case.at)}
    if "changes" in evidence:
        after |= _amended(evidence["changes"], before)
    instrument = instrument_of(step.action, evidence, before["instrument"]) if step.action in INSTRUMENT else None
    if instrument:
        after["instrument"] = instrument
    return {name: value for name, value in after.items() if before[name] != value}


def _state_facts(step: Step, evidence: Mapping[str, Any]) -> dict[str, Any]:
    suspended = step.action is Action.SUSPEND
    facts: dict[str, Any] = {
        "suspended_from": str(step.source) if suspended else None,
        "review_on": evidence.get("review_on"),
        "successor": evidence.get("successor") or evidence.get("target"),
    }
    if step.action is Action.IMPLEMENT and evidence.get("no_instrument_reason"):
        facts["no_instrument_reason"] = evidence["no_instrument_reason"]
    return facts


def instrument_of(action: StrEnum, evidence: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the instrument as evidence makes it of what was known before; empty if it says nothing of one."""
    found = {to: evidence[name] for name, to in INSTRUMENT[action].items() if evidence.get(name)}
    if found and action is Action.AGREE and evidence.get("found_in") in REACHED_ON:
        found[REACHED_ON[evidence["found_in"]]] = evidence["effective_on"]
    return {**(before or {}), **found} if found else {}


def _amended(changes: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    return {name: merge_patch(before[name], value) for name, value in changes.items()}


def merge_patch(before: Any, patch: Any) -> Any:  # noqa: ANN401 -- any JSON value (RFC 7396)
    """Return `before` with the merge patch applied (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    base = before if isinstance(before, dict) else {}
    merged = {name: merge_patch(base.get(name), value) for name, value in patch.items() if value is not None}
    return {name: value for name, value in base.items() if name not in patch} | merged


MENDING: Final = mending.Mending(moved, MODELS, SHARED)
