"""What entries of version 1 tell of: the moves that there were, their evidence, and what they changed. Pure.

Nothing writes such entries any more. What they meant they mean for good, so nothing here follows what later versions became.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from pydantic import Field

from service.errors import Fault, fault
from service.register.commitments.rules import fitness
from service.register.commitments.rules.amendment import SharedChanges
from service.register.commitments.rules.evidence import MODELS, Amend
from service.register.commitments.rules.lifecycle import OPEN, SPINE, Action, State
from service.register.decisions.rules.lifecycle import BACK, Step, each
from service.register.decisions.rules.matter import Case
from service.register.decisions.rules.patching import merge_patch
from service.values import Number

STEPS: Final[tuple[Step, ...]] = (
    *(Step(Action.AGREE, State.PROPOSED, found, when={"found_in": found}) for found in SPINE),
    Step(Action.DRAFT_MOU, State.AGREED, State.MOU_DRAFTED),
    Step(Action.REDRAFT, State.MOU_DRAFTED, State.AGREED),
    Step(Action.SIGN, State.MOU_DRAFTED, State.SIGNED),
    Step(Action.IMPLEMENT, State.SIGNED, State.IMPLEMENTED),
    Step(Action.IMPLEMENT, State.AGREED, State.IMPLEMENTED, when={"instrument_required": False}),
    Step(Action.REOPEN, State.IMPLEMENTED, State.SIGNED, when={"instrument_required": True}),
    Step(Action.REOPEN, State.IMPLEMENTED, State.AGREED, when={"instrument_required": False}),
    *each(Action.AMEND, None, OPEN),
    *each(Action.SUSPEND, State.SUSPENDED, [state for state in OPEN if state is not State.SUSPENDED]),
    Step(Action.RESUME, State.SUSPENDED, BACK),
    *each(Action.WITHDRAW, State.WITHDRAWN, OPEN),
    *each(Action.LAPSE, State.LAPSED, OPEN),
    *each(Action.SUPERSEDE, State.SUPERSEDED, OPEN),
    *each(Action.MERGE, State.MERGED, OPEN),
)
MEMBERS: Final = (
    "reference", "session_id", "carried_to_session_id", "working_group_id", "item_number", "sector", "titles", "texts",
    "confidentiality", "target_date", "instrument_required", "no_instrument_reason", "instrument", "party_facts", "state",
    "effective_on", "suspended_from", "review_on", "successor",
)  # fmt: skip


class SharedChanges1(SharedChanges):
    """An amendment could also carry it over."""

    carried_to_session_id: UUID | None = None


class Amend1(Amend):
    """It could name the number of an entry that it corrects."""

    changes: SharedChanges1
    corrects: Number | None = Field(None, ge=0, lt=2**53)


EVIDENCE: Final = {action: MODELS[action] for action in {step.action for step in STEPS}} | {Action.AMEND: Amend1}
INSTRUMENT: Final[Mapping[StrEnum, Mapping[str, str]]] = {
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
REACHED_ON: Final[Mapping[str, str]] = {State.MOU_DRAFTED: "drafted_on", State.SIGNED: "signed_on"}
KNOWN: Final[Mapping[str, frozenset[str]]] = {
    action: frozenset({"remark", *names.split()})
    for action, names in {
        "agree": "agreed_on found_in effective_on instrument_kind instrument_title",
        "draft_mou": "instrument_kind instrument_title drafting_party effective_on texts text_reference",
        "redraft": "reason",
        "sign": "effective_on place signatories authentic_texts expires_on enters_into_force_on ceremony_on",
        "implement": "effective_on report entered_into_force_on no_instrument_reason",
        "amend": "reason changes corrects",
        "reopen": "reason",
        "suspend": "reason review_on",
        "resume": "reason",
        "withdraw": "reason",
        "lapse": "reason",
        "supersede": "successor reason",
        "merge": "target reason",
    }.items()
}
"""What the evidence of each action could hold; its models know more today."""


def unfit(step: Step, evidence: Mapping[str, Any], case: Case) -> list[Fault]:
    """Return what is wrong with what a move brought, and with the commitment that an amendment made."""
    needed = _needed(evidence) if step.action is Action.AGREE else ()
    wrong = [fault(f"/{name}", "is needed") for name in needed if not evidence.get(name)]
    late = [f"changes/{name}" for name in evidence.get("changes", ()) if name not in MEMBERS]
    late += [name for name in evidence if name not in KNOWN[step.action]]
    wrong += [fault(f"/{name}", "is not known in entries of version 1") for name in late]
    return wrong or (fitness.unfit_amendment(case, effect(step, evidence, case)) if "changes" in evidence else [])


def _needed(evidence: Mapping[str, Any]) -> tuple[str, ...]:
    return ("agreed_on",) if evidence.get("found_in", State.AGREED) == State.AGREED else ("agreed_on", "effective_on")


def effect(step: Step, evidence: Mapping[str, Any], case: Case) -> dict[str, Any]:
    """Return the members that a move changed: the day in the world only where the evidence had to bring one."""
    before = case.members
    new = step.leads_to(case.left)
    after: dict[str, Any] = {"state": str(new)}
    if new != before["state"]:
        after |= _state_facts(step, evidence)
    if "changes" in evidence:
        after |= {name: merge_patch(before[name], value) for name, value in evidence["changes"].items()}
    instrument = _instrument(step.action, evidence, before["instrument"]) if step.action in INSTRUMENT else None
    if instrument:
        after["instrument"] = instrument
    return {name: value for name, value in after.items() if before[name] != value}


def _instrument(action: StrEnum, evidence: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    found = {to: evidence[name] for name, to in INSTRUMENT[action].items() if evidence.get(name)}
    if found and action is Action.AGREE and evidence.get("found_in") in REACHED_ON:
        found[REACHED_ON[evidence["found_in"]]] = evidence["effective_on"]
    return {**(before or {}), **found} if found else {}


def _state_facts(step: Step, evidence: Mapping[str, Any]) -> dict[str, Any]:
    suspended = step.action is Action.SUSPEND
    facts: dict[str, Any] = {
        "suspended_from": str(step.source) if suspended else None,
        "review_on": evidence.get("review_on"),
        "successor": evidence.get("successor") or evidence.get("target"),
    }
    if happened := evidence.get("effective_on") or evidence.get("agreed_on"):
        facts["effective_on"] = happened
    if step.action is Action.IMPLEMENT and evidence.get("no_instrument_reason"):
        facts["no_instrument_reason"] = evidence["no_instrument_reason"]
    return facts
