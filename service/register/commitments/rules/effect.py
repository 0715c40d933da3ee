"""What a move changes once it takes effect: the new state, and the facts that its evidence brings. Pure.

The service writes these changes; the replay of the audit trail computes them again from the entries alone.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from service.register.commitments.rules.amendment import SHARED
from service.register.commitments.rules.evidence import MODELS
from service.register.commitments.rules.lifecycle import Action, State
from service.register.decisions.rules import mending
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


def moved(step: Step, evidence: Mapping[str, Any], case: Case) -> dict[str, Any]:
    """Return what any other move changes: all there was in entries of version 1."""
    before = case.members
    new = step.leads_to(case.left)
    after: dict[str, Any] = {"state": str(new)}
    if new != before["state"]:
        after |= _state_facts(step, evidence)
    if "changes" in evidence:
        after |= _amended(evidence["changes"], before)
    instrument = _instrument(step.action, evidence, before["instrument"]) if step.action in INSTRUMENT else None
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
    happened = evidence.get("effective_on") or evidence.get("agreed_on")
    if happened:
        facts["effective_on"] = happened
    if step.action is Action.IMPLEMENT and evidence.get("no_instrument_reason"):
        facts["no_instrument_reason"] = evidence["no_instrument_reason"]
    return facts


def _instrument(action: StrEnum, evidence: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
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
