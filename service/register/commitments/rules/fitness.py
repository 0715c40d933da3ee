"""What an amendment, or a recording, may not make of a commitment. Pure."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final

import orjson

from service.errors import Fault, fault
from service.register.commitments.rules import chronology
from service.register.commitments.rules.carried import instrument_of, said_twice
from service.register.commitments.rules.effect import MENDING, effect
from service.register.commitments.rules.evidence import Outcome
from service.register.commitments.rules.finding import found_through, said_of_carrier
from service.register.commitments.rules.kinds import misfit
from service.register.commitments.rules.late import misplaced
from service.register.commitments.rules.lifecycle import OPEN, Action
from service.register.commitments.rules.opening import FINDING
from service.register.commitments.rules.read_there import reads, told_elsewhere
from service.register.commitments.rules.requirements import MOST_BYTES, Facts, impossible, missing
from service.register.decisions.rules import steps
from service.register.decisions.rules.lifecycle import Step
from service.register.decisions.rules.matter import UNDOES, Case
from service.register.decisions.rules.mending import CORRECTS, named

TEXTS = ("titles", "texts")
LONG: Final = ("package_items", "source", "remark")
STAYS_OPEN: Final = ("confidentiality", "working_group_id")
"""What is amended of a closed commitment too: who may read it, and who owns it."""
MOST_TOLD: Final = 58_000
"""Bytes of evidence, before and after together: an entry has 65,535, and some members beside."""


def _wrong_move(step: Step, evidence: Mapping[str, Any], case: Case) -> list[Fault]:
    """Return what is wrong with the commitment that a move would make."""
    if step.action is Action.AMEND:
        return _of_a_closed_one(step, evidence) + unfit_amendment(case, effect(step, evidence, case))
    after = effect(step, reads(step, evidence, case), case)
    if untrue := steps.unfit(step.action, after):
        return untrue
    wrong = said_twice(step.action, evidence, case.members) + (
        _UNFIT[step.action](evidence, case) if step.action in _UNFIT else []
    )
    return wrong or chronology.impossible(case.members, after) + _too_large(case, evidence, after)


def _of_a_closed_one(step: Step, evidence: Mapping[str, Any]) -> list[Fault]:
    if step.source in OPEN:
        return []
    said = (
        f"of a commitment that is {step.source}, only {' and '.join(STAYS_OPEN)} may be amended; correct what is wrong"
    )
    return [fault(f"/changes/{name}", said) for name in evidence["changes"] if name not in STAYS_OPEN]


def _approved(evidence: Mapping[str, Any], case: Case) -> list[Fault]:
    again, subject = evidence.get("approved") is False, case.members["subject_to"] or {}
    if case.party not in subject:
        return [
            fault(
                "", f"it was not agreed subject to the approval of {case.party}, but of {' and '.join(sorted(subject))}"
            )
        ]
    if subject[case.party] is not again:
        return []
    return [
        fault("/approved", f"nothing would change: the approval of {case.party} is {'' if again else 'not '}awaited")
    ]


def _agreed(evidence: Mapping[str, Any], case: Case) -> list[Fault]:
    through = found_through(Action.AGREE, evidence, case)
    twice = said_of_carrier(evidence, *through, case.members["confidentiality"]) if through else []
    return misplaced(evidence) + _modified(evidence) + twice


def _named(evidence: Mapping[str, Any], _: Case) -> list[Fault]:
    said = "names an instrument that is to carry it: propose that by itself, at the address of the commitment's transitions"
    return [fault("/instrument_id", said)] if evidence.get("instrument_id") else []


def _carried(evidence: Mapping[str, Any], case: Case) -> list[Fault]:
    session = evidence["session_id"]
    if session == case.members["session_id"]:
        return [fault("/session_id", "is the session that agreed it; name a later one")]
    carried = session in (case.members["carried_over"] or {})
    return [fault("/session_id", "it was carried over to this session already")] if carried else []


def _succeeded(evidence: Mapping[str, Any], _: Case) -> list[Fault]:
    several = evidence.get("successors") or []
    twice = [one for one in several if several.count(one) > 1]
    both = (
        [fault("/successors", "is given instead of successor, not beside it")]
        if several and evidence.get("successor")
        else []
    )
    return both + ([fault("/successors", f"names {twice[0]} more than once")] if twice else [])


def _modified(evidence: Mapping[str, Any]) -> list[Fault]:
    if evidence.get("modification") and evidence.get("outcome") != Outcome.MODIFIED:
        return [fault("/modification", "is given where the outcome is modified, and only then")]
    return []


def _too_large(case: Case, evidence: Mapping[str, Any], after: Mapping[str, Any]) -> list[Fault]:
    """Return the fault that evidence, before and after would not fit one entry of the trail."""
    told = {"before": {name: case.members[name] for name in after}, "after": after, "evidence": evidence}
    if (length := len(orjson.dumps(told))) <= MOST_TOLD:
        return []
    return [fault("", f"with what it changes it has {length} bytes; at most {MOST_TOLD} fit the audit trail")]


def _implemented(evidence: Mapping[str, Any], case: Case) -> list[Fault]:
    """Return what is said to be unknown and is not, and a modification of what was done as agreed."""
    facts = case.facts
    assert isinstance(facts, Facts)
    listed = f"what is not known: {', '.join(facts.unknown) or 'nothing'}"
    return _modified(evidence) + [
        fault(f"/unknown/{place}", f"is not among {listed}")
        for place, name in enumerate(evidence.get("unknown") or ())
        if name not in facts.unknown
    ]


def _wrong_value(step: Step, evidence: Mapping[str, Any], case: Case) -> list[Fault]:
    """Return what the move that is corrected would have been told of the value, and of the record that comes out."""
    entry = named(case, CORRECTS).entry
    fact, facts = evidence["fact"].removeprefix("own_"), case.facts
    assert entry
    assert isinstance(facts, Facts)
    if fact == "instrument_id" and instrument_of(case.members):
        return [fault("/fact", "which instrument carries it is said there: amend `commitment_ids` of the instrument")]
    value = {fact: evidence["value"]}
    wrong = impossible(value, facts, case.at.date())
    if entry.step and fact not in entry.shared:
        gaps = missing(entry.step.action, {**entry.evidence, **value}, facts)
        if entry.step.action is Action.AGREE:
            gaps += misplaced({**entry.evidence, **value})
        # Of what a move needs it may turn out that nobody knows it, or knows a part; the day of a correction is its own.
        # What is empty says less than null.
        unsure = fact == evidence["fact"] and evidence["value"] != [] and MENDING.may_be_unknown(entry, fact)
        wrong += [one for one in gaps if one["pointer"] == f"/{fact}" and not unsure]
    elsewhere = told_elsewhere(step, case)
    if elsewhere and {*elsewhere} & {*MENDING.effect_of(step, evidence, case)}:
        key = instrument_of(case.members)
        return [
            fault("/fact", f"is a fact of the instrument; correct it there (POST /v1/instruments/{key}/transitions)")
        ]
    listed = [fault(one["pointer"].replace(f"/{fact}", "/value", 1), one["detail"]) for one in wrong]
    after = effect(step, evidence, case)
    listed += chronology.impossible(case.members, after, "/value")
    listed += _too_large(case, evidence, after)
    full = {**case.members, **after}
    listed += [fault("/value", f"{pointer[1:]} {said}") for pointer, said in misfit(full)]
    return listed or too_long(full, "/value")


def unfit_amendment(case: Case, after: Mapping[str, Any]) -> list[Fault]:
    """Return what is wrong with the commitment of which an amendment would change these members."""
    if not after:
        return [fault("/changes", "nothing would change: these are the facts already")]
    full = {**case.members, **after}
    empty = [fault(f"/changes/{name}", "must keep at least one language") for name in TEXTS if not full[name]]
    wrong = [fault(f"/changes{pointer}", said) for pointer, said in misfit(full)]
    return empty + wrong or too_long(full, "/changes")


def too_long(members: Mapping[str, Any], pointer: str) -> list[Fault]:
    """Return the fault that titles, texts, items and reasons are so long that before and after would not fit one entry."""
    told = [members[name] for name in (*TEXTS, "no_instrument_reason")]
    told += [members[name] for name in LONG if members.get(name) is not None]
    length = sum(len(orjson.dumps(one)) for one in told)
    if length <= MOST_BYTES:
        return []
    return [
        fault(
            pointer,
            f"titles, texts, items and reasons have {length} bytes together; at most {MOST_BYTES} fit the audit trail",
        )
    ]


def _acknowledged(evidence: Mapping[str, Any], case: Case) -> list[Fault]:
    if wrong := _not_later(evidence, case):
        return wrong
    present = case.seq - 1
    said = f"is {present} now: something has changed since; read it again"
    return [] if evidence["version"] == present else [fault("/version", said)]


def _not_later(_: Mapping[str, Any], case: Case) -> list[Fault]:
    facts = case.facts
    assert isinstance(facts, Facts)
    if case.party in facts.later:
        return []
    return [
        fault("", f"it was recorded with {case.party}; this is for {' and '.join(facts.later)}, which came in later")
    ]


_UNFIT: Final[Mapping[StrEnum, Callable[[Mapping[str, Any], Case], list[Fault]]]] = {
    Action.AGREE: _agreed,
    Action.CARRY_OVER: _carried,
    Action.APPROVE: _approved,
    Action.ACKNOWLEDGE: _acknowledged,
    Action.DISPUTE: _not_later,
    Action.DRAFT_MOU: _named,
    Action.SUPERSEDE: _succeeded,
    Action.IMPLEMENT: _implemented,
}
_judged: Final = MENDING.judging(_wrong_value, _wrong_move)


def unfit(step: Step, evidence: Mapping[str, Any], case: Case) -> list[Fault]:
    """Return what is wrong with the commitment that a move would make, or with what it puts right or undoes."""
    return _judged(step, evidence, case) or _opened(step, case)


def _opened(step: Step, case: Case) -> list[Fault]:
    """Return why a move is not undone that opened the instrument by which the commitment is carried."""
    if step.action is not Action.REINSTATE:
        return []
    key, entry = instrument_of(case.members), named(case, UNDOES).entry
    if not key or not entry or not entry.step:
        return []
    where = f"POST /v1/instruments/{key}/transitions"
    if entry.step.action in FINDING and instrument_of({"instrument": entry.after.get("instrument")}) == key:
        said = (
            f"opened an instrument, which carries it: take it off there first, by 'amend' of commitment_ids ({where})"
        )
        return [fault(UNDOES, said)]
    if entry.step.action is not Action.DRAFT_MOU:
        return []
    said = f"opened an instrument, which carries it: propose 'abandon' there ({where}), or 'redraft' here, which takes it off"
    return [fault(UNDOES, said)]
