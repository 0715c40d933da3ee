"""What an amendment, or a recording, may not make of a commitment. Pure."""

from collections.abc import Mapping
from typing import Any

from service.errors import Fault, fault
from service.register.commitments.rules import chronology
from service.register.commitments.rules.effect import MENDING, effect
from service.register.commitments.rules.late import misplaced
from service.register.commitments.rules.lifecycle import Action
from service.register.commitments.rules.requirements import MOST_BYTES, Facts, impossible, missing
from service.register.decisions.rules import matter
from service.register.decisions.rules.lifecycle import Step
from service.register.decisions.rules.matter import Case
from service.register.decisions.rules.mending import CORRECTS, named
from service.trail.entry import canonical

TEXTS = ("titles", "texts")


def unfit(step: Step, evidence: Mapping[str, Any], case: Case) -> list[Fault]:
    """Return what is wrong with the commitment that an amendment or a correction would make, or with what is undone."""
    if step.action is Action.REINSTATE:
        return MENDING.wrong_undoing(case)
    if step.action is Action.CORRECT:
        there = named(case, CORRECTS).entry
        return (MENDING.wrong(evidence, case) or _wrong_value(step, evidence, case)) if there else []
    if step.action is Action.AMEND:
        return unfit_amendment(case, effect(step, evidence, case))
    wrong = misplaced(evidence) if step.action is Action.AGREE else _known(evidence, case.facts)
    return wrong or chronology.impossible(case.members, effect(step, evidence, case))


def _known(evidence: Mapping[str, Any], facts: matter.Facts) -> list[Fault]:
    """Return what is said to be unknown and is not."""
    assert isinstance(facts, Facts)
    listed = f"what is not known: {', '.join(facts.unknown) or 'nothing'}"
    return [
        fault(f"/unknown/{place}", f"is not among {listed}")
        for place, name in enumerate(evidence.get("unknown") or ())
        if name not in facts.unknown
    ]


def _wrong_value(step: Step, evidence: Mapping[str, Any], case: Case) -> list[Fault]:
    """Return what the move that is corrected would have been told of the value, and of the record that comes out."""
    entry = named(case, CORRECTS).entry
    fact, facts = evidence["fact"], case.facts
    assert entry
    assert isinstance(facts, Facts)
    value = {fact: evidence["value"]}
    wrong = impossible(value, facts, case.at.date())
    if entry.step and fact not in entry.shared:
        gaps = missing(entry.step.action, {**entry.evidence, **value}, facts)
        if entry.step.action is Action.AGREE:
            gaps += misplaced({**entry.evidence, **value})
        wrong += [one for one in gaps if one["pointer"] == f"/{fact}"]
    listed = [fault(one["pointer"].replace(f"/{fact}", "/value", 1), one["detail"]) for one in wrong]
    after = effect(step, evidence, case)
    listed += chronology.impossible(case.members, after, "/value")
    return listed or too_long({**case.members, **after}, "/value")


def unfit_amendment(case: Case, after: Mapping[str, Any]) -> list[Fault]:
    """Return what is wrong with the commitment of which an amendment would change these members."""
    if not after:
        return [fault("/changes", "nothing would change: these are the facts already")]
    full = {**case.members, **after}
    empty = [fault(f"/changes/{name}", "must keep at least one language") for name in TEXTS if not full[name]]
    return empty or too_long(full, "/changes")


def too_long(members: Mapping[str, Any], pointer: str) -> list[Fault]:
    """Return the fault that titles, texts and reason are so long that before and after would not fit one entry."""
    length = sum(len(canonical(members[name])) for name in (*TEXTS, "no_instrument_reason"))
    if length <= MOST_BYTES:
        return []
    return [
        fault(
            pointer, f"titles, texts and reason have {length} bytes together; at most {MOST_BYTES} fit the audit trail"
        )
    ]
