"""What a move changes once it takes effect: the new state, and the facts that its evidence brings. Pure.

The service writes these changes; the replay of the audit trail computes them again from the entries alone.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from service.register.commitments.rules import at_home, late
from service.register.commitments.rules.amendment import SHARED
from service.register.commitments.rules.carried import DAYS
from service.register.commitments.rules.evidence import MODELS, Agree, Outcome
from service.register.commitments.rules.finding import REACHED_ON, found_through, told_of_carrier
from service.register.commitments.rules.late import Requirable
from service.register.commitments.rules.lifecycle import Action, State
from service.register.commitments.rules.numbering import numbered
from service.register.commitments.rules.opening import FINDING, found, opening, told_of, told_of_found
from service.register.commitments.rules.read_there import is_unread, told_elsewhere
from service.register.commitments.rules.requirements import READ_FROM_IT, Facts
from service.register.decisions.rules import matter, mending
from service.register.decisions.rules.beside import Opening
from service.register.decisions.rules.lifecycle import Step
from service.register.decisions.rules.matter import Case
from service.register.decisions.rules.patching import merge_patch
from service.register.instruments.rules.texts import InstrumentKind
from service.trail.entry import timestamp

INSTRUMENT: Mapping[StrEnum, Mapping[str, str]] = {
    Action.AGREE: {
        "instrument_kind": "kind",
        "instrument_title": "title",
        "drafting_party": "drafting_party",
        "text_reference": "text_reference",
        "signed_on": "signed_on",
        "place": "place",
        "signatories": "signatories",
        "authentic_texts": "authentic_texts",
        "expires_on": "expires_on",
        "enters_into_force_on": "enters_into_force_on",
        "ceremony_on": "ceremony_on",
    },
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
        "signatories": "signatories",
        "authentic_texts": "authentic_texts",
        "expires_on": "expires_on",
        "enters_into_force_on": "enters_into_force_on",
        "ceremony_on": "ceremony_on",
    },
    Action.IMPLEMENT: {"entered_into_force_on": "enters_into_force_on"},
}
"""What the evidence of each action says of the instrument, and under which name the commitment tells it."""


def day_of(step: Step, evidence: Mapping[str, Any], at: datetime) -> str | None:
    """Return when a move happened in the world: what is agreed, on the day on which it was agreed, if nothing else is said."""
    if step.action is Action.AGREE:
        found_late = evidence.get("found_in", State.AGREED) != State.AGREED
        return evidence.get("effective_on") or (None if found_late else evidence.get("agreed_on"))
    return matter.day_of(step, evidence, at)


def moved(step: Step, evidence: Mapping[str, Any], case: Case) -> dict[str, Any]:
    """Return what a move changes of the commitment that puts nothing right and undoes nothing."""
    before = case.members
    new = step.leads_to(case.left)
    after: dict[str, Any] = {"state": str(new)}
    if told := _TOLD.get(step.action):
        after |= told(evidence, case)
    if new != before["state"]:
        after |= _state_facts(step, evidence)
        after["effective_on"] = day_of(step, evidence, case.at)
        after["unknown"] = _unknown(step, evidence, case)
    if "changes" in evidence:
        after |= _amended(evidence["changes"], before)
    after |= at_home.moved(step, evidence, case)
    if step.action in INSTRUMENT and (instrument := instrument_of(step.action, evidence, before["instrument"])):
        after["instrument"] = instrument
    if opened := opening(step, evidence, case):
        after |= told_of(opened, {**before, **after}, case)
    return {name: value for name, value in after.items() if before[name] != value}


def _agreed(evidence: Mapping[str, Any], case: Case) -> dict[str, Any]:
    reason = evidence.get("no_instrument_reason") or case.members["no_instrument_reason"]
    awaited = dict.fromkeys(evidence.get("subject_to") or (), True) or None
    number = {"reference": numbered(case.members, case.numbers)} if case.numbers else {}
    return {"agreed_on": evidence.get("agreed_on"), "no_instrument_reason": reason, "subject_to": awaited, **number}


def _unknown(step: Step, evidence: Mapping[str, Any], case: Case) -> dict[str, bool] | None:
    """Return what is not known: of what was found late, what it lacks; later, less what a move brings.

    What a move had to bring is not known once a correction says so.
    """
    facts = case.facts
    assert isinstance(facts, Facts)
    if step.action is Action.AGREE:
        required = facts.instrument_required
        return late.unknown(evidence, facts.parties, facts.languages, instrument_required=required)
    lacking = _still_unknown(step, evidence, unknown) if (unknown := case.members["unknown"]) else []
    # What an instrument of the register carries reads all of it there.
    if not (facts.carried and step.action in READ_FROM_IT):
        lacking += late.taken_out(step.action, evidence, facts.parties, facts.languages)
    if step.action is Action.IMPLEMENT:
        lacking += _of_what_is_done(step, evidence, case)
    return dict.fromkeys(sorted(map(str, lacking)), True) if lacking else None


def _still_unknown(step: Step, evidence: Mapping[str, Any], unknown: Iterable[str]) -> list[str]:
    """Return what of that was not known the move does not bring."""
    # What was signed needs no draft any more.
    drafted = late.OF_DRAFT if step.action is Action.SIGN else ()
    brought = {"effective_on", "review_on", *drafted, *(name for name, value in evidence.items() if value)}
    return [name for name in unknown if name not in brought]


def _of_what_is_done(step: Step, evidence: Mapping[str, Any], case: Case) -> Iterator[Requirable]:
    """Yield what is asked of some that are implemented, and is not known once a correction took it out."""
    facts = case.facts
    assert isinstance(facts, Facts)
    treaty = facts.instrument_kind == InstrumentKind.TREATY and not facts.carried
    if treaty and not evidence.get("entered_into_force_on"):
        yield Requirable.ENTERS_INTO_FORCE_ON
    reason = evidence.get("no_instrument_reason") or case.members["no_instrument_reason"]
    if step.source is State.AGREED and not reason:
        yield Requirable.NO_INSTRUMENT_REASON


def _state_facts(step: Step, evidence: Mapping[str, Any]) -> dict[str, Any]:
    suspended = step.action is Action.SUSPEND
    one = evidence.get("successor") or evidence.get("target")
    facts: dict[str, Any] = {
        "suspended_from": str(step.source) if suspended else None,
        "review_on": evidence.get("review_on"),
        "successors": evidence.get("successors") or ([one] if one else None),
        "outcome": evidence.get("outcome"),
        "modification": evidence.get("modification"),
    }
    if step.action is Action.IMPLEMENT:
        facts["outcome"] = evidence.get("outcome") or Outcome.AS_AGREED.value
    if step.action is Action.IMPLEMENT and evidence.get("no_instrument_reason"):
        facts["no_instrument_reason"] = evidence["no_instrument_reason"]
    return facts


def instrument_of(action: StrEnum, evidence: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the instrument as evidence makes it of what was known before; empty if it says nothing of one."""
    found = {to: evidence[name] for name, to in INSTRUMENT[action].items() if evidence.get(name)}
    reached = REACHED_ON.get(evidence.get("found_in", "")) if action is Action.AGREE else None
    if reached and evidence.get("effective_on"):
        found[reached] = evidence["effective_on"]
    return {**(before or {}), **found} if found else {}


def _amended(changes: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    # An amendment of version 1 could also name the session to which it was carried over.
    return {name: merge_patch(before[name], value) for name, value in changes.items() if name in SHARED}


def _approved(evidence: Mapping[str, Any], case: Case) -> dict[str, Any]:
    """Return of each party whose approval at home was awaited whether it still is."""
    return {"subject_to": {**case.members["subject_to"], str(case.party): evidence.get("approved") is False}}


def _acknowledged(evidence: Mapping[str, Any], case: Case) -> dict[str, Any]:
    """Return what each party says that came in later: of which version, when, and why it disputes it, if it does."""
    said = {"version": case.seq - 1, "at": timestamp(case.at), "disputed": evidence.get("reason")}
    return {"acknowledged": {**(case.members["acknowledged"] or {}), str(case.party): said}}


def _carried(evidence: Mapping[str, Any], case: Case) -> dict[str, Any]:
    """Return every session that it was carried to: when, and the number of the entry that tells of it."""
    known, session = case.members["carried_over"] or {}, evidence.get("session_id")
    there = {session: {"on": matter.day_of(None, evidence, case.at), "entry": case.seq}} if session else {}
    return {"carried_over": {**known, **there} or None}


_TOLD: Final[Mapping[StrEnum, Callable[[Mapping[str, Any], Case], dict[str, Any]]]] = {
    Action.AGREE: _agreed,
    Action.APPROVE: _approved,
    Action.ACKNOWLEDGE: _acknowledged,
    Action.DISPUTE: _acknowledged,
    Action.CARRY_OVER: _carried,
}
"""What moves of these actions change beside the state and what every move to another one changes."""
MENDING: Final = mending.Mending(
    moved,
    MODELS,
    SHARED,
    derived=frozenset({"unknown"}),
    kept=frozenset({"reference"}),
    unsure={
        Action.AGREE: {"agreed_on": None},
        Action.DRAFT_MOU: dict.fromkeys(
            ("effective_on", "instrument_kind", "instrument_title", "drafting_party", "texts", "text_reference")
        ),
        Action.SIGN: {"effective_on": None, **dict.fromkeys(("place", "signatories", "authentic_texts"), Agree)},
        Action.IMPLEMENT: dict.fromkeys(("effective_on", "report", "entered_into_force_on", "no_instrument_reason")),
        Action.CARRY_OVER: {"session_id": None},
        Action.SUSPEND: {"review_on": None},
    },
    own={
        **dict.fromkeys((Action.ACKNOWLEDGE, Action.DISPUTE), "what it acknowledges"),
        **dict.fromkeys((Action.RECORD_STEP, Action.APPLY_TEMPLATE), "the step"),
    },
)


def effect(step: Step, evidence: Mapping[str, Any], case: Case) -> dict[str, Any]:
    """Return the members that a move changes. Since when it is so by an instrument that does not tell the day, nobody knows."""
    if through := found_through(step.action, evidence, case):
        return told_of_carrier(*through, evidence, kept_to_itself(step, evidence, case), case)
    after, name = effect_by_confirmation(step, evidence, case), DAYS.get(step.action)
    if not name or "state" not in after or not is_unread(step, evidence, case):
        return after
    unknown = sorted({*(after.get("unknown", case.members["unknown"]) or ()), name})
    after |= {"effective_on": None, "unknown": dict.fromkeys(unknown, True)}
    return {name: value for name, value in after.items() if case.members[name] != value}


def effect_by_confirmation(step: Step, evidence: Mapping[str, Any], case: Case) -> dict[str, Any]:
    """Return the members that a move changed in entries of version 4: where its instrument told no day, it was so since both said so.

    What its instrument tells is changed by the instrument alone.
    """
    after = kept_to_itself(step, evidence, case)
    if opened := found(step, after, case):
        after |= told_of_found(opened, {**case.members, **after}, case)
        return {name: value for name, value in after.items() if case.members[name] != value}
    return after


def opens(step: Step, evidence: Mapping[str, Any], case: Case) -> Opening | None:
    """Return the instrument that a move opens: the draft that was sent, or the text that was found; None: none."""
    if found_through(step.action, evidence, case):
        return None
    if step.action not in FINDING:
        return opening(step, evidence, case)
    return found(step, kept_to_itself(step, evidence, case), case)


def kept_to_itself(step: Step, evidence: Mapping[str, Any], case: Case) -> dict[str, Any]:
    """Return the members that a move changed in entries of version 3: what was found, the commitment alone told of."""
    after = MENDING.effect_of(step, evidence, case)
    for name in told_elsewhere(step, case):
        after.pop(name, None)
    return after


def unopened(step: Step, evidence: Mapping[str, Any], case: Case) -> dict[str, Any]:
    """Return the members that a move changed in entries of version 2, by which no instrument was opened."""
    return kept_to_itself(step, evidence, replace(case, made=None))
