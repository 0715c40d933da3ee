"""What a move may not make of a charter. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from service.errors import Fault, fault
from service.register.commissions.rules.charter.effect import MENDING, effect
from service.register.commissions.rules.charter.lifecycle import ENTERING, CharterAction, CharterState
from service.register.commissions.rules.charter.requirements import SECRETARIAT, Facts, impossible
from service.register.decisions.rules.lifecycle import Step
from service.register.decisions.rules.matter import Case
from service.register.decisions.rules.mending import CORRECTS, named
from service.trail.entry import canonical

_WHO: Final[Mapping[str, str]] = {
    "principal_id": "appoint_auditor, or dismiss_auditor",
    "secretariat_id": "name_secretariat",
    "party": "leave, and join or accede anew",
}
"""Facts that say who has a part in the commission, and by which moves each changes; no correction does."""
_OF_AUDITORS: Final[Mapping[str, str]] = {
    CharterAction.APPOINT_AUDITOR: "names one who is an auditor here already",
    CharterAction.DISMISS_AUDITOR: "names no auditor of this commission; its `auditors` are",
}
MOST_BYTES: Final = 2_000
"""Of one template."""
ALL_BYTES: Final = 25_000
"""Of all templates of all parties: so that before and after fit one entry."""
NOTHING = "nothing would change: this is what it says already"


def _wrong_move(step: Step, evidence: Mapping[str, Any], case: Case) -> list[Fault]:
    """Return what is wrong with the charter that the move would make."""
    if wrong := _wrong_evidence(step, evidence, case):
        return wrong
    after = effect(step, evidence, case)
    if not after and step.action in _OF_AUDITORS:
        return [fault("/principal_id", _OF_AUDITORS[step.action])]
    if not after:
        return [fault("/changes" if "changes" in evidence else "", NOTHING)]
    if after.get("titles") == {}:
        return [fault("/changes/titles", "must keep at least one language")]
    said = f"the templates of all parties would have more than {ALL_BYTES} bytes together: take one back first"
    return [fault("/steps", said)] if len(canonical(after.get("step_templates") or {})) > ALL_BYTES else []


def _wrong_evidence(step: Step, evidence: Mapping[str, Any], case: Case) -> list[Fault]:
    """Return what is wrong with what the move brings, whatever it would make of the charter."""
    if step.action in ENTERING:
        return _wrong_entry(step, evidence, case)
    if step.action is CharterAction.ACKNOWLEDGE_LOG:
        return _wrong_log(evidence, case)
    return _wrong_template(evidence) if step.action is CharterAction.SET_STEP_TEMPLATE else []


def _wrong_template(evidence: Mapping[str, Any]) -> list[Fault]:
    """Return each step that a template names twice, and that all of it is too long."""
    listed = [one["step"] for one in evidence["steps"] or ()]
    twice = [
        fault(f"/steps/{place}/step", f"names {one} more than once; once is enough")
        for place, one in enumerate(listed)
        if one in listed[:place]
    ]
    length = len(canonical({"steps": evidence["steps"], "source": evidence.get("source")}))
    said = f"has {length} bytes with its notes; a template may have at most {MOST_BYTES}"
    return twice or ([fault("/steps", said)] if length > MOST_BYTES else [])


def _wrong_log(evidence: Mapping[str, Any], case: Case) -> list[Fault]:
    """Return why it is not the log that this party has to acknowledge."""
    known = case.members["reopened"]
    if evidence["number"] != known["number"]:
        return [fault("/number", f"is not the number of the log; it was reopened as number {known['number']}")]
    if case.party not in known["awaits"]:
        return [fault("", f"{case.party} has acknowledged it already; it awaits {', '.join(known['awaits'])}")]
    return []


def _wrong_entry(step: Step, evidence: Mapping[str, Any], case: Case) -> list[Fault]:
    """Return why the party cannot begin to take part in this way."""
    party, facts, named = evidence["party"], case.facts, evidence.get("secretariat_id")
    assert isinstance(facts, Facts)
    unsettled = step.source is CharterState.UNSETTLED
    wrong = []
    if step.action is CharterAction.JOIN and party not in facts.parties:
        wrong.append(
            fault("/party", f"is not a party here; these are: {', '.join(facts.parties)}. Another state accedes")
        )
    elif party in facts.inside and not unsettled:
        wrong.append(fault("/party", "takes part in this register already"))
    if case.party not in {party, *facts.inside}:
        wrong.append(
            fault(
                "/party",
                f"is not {case.party}, which does not take part here and so begins to by a proposal of its own alone",
            )
        )
    if named and case.party != party:
        wrong.append(fault("/secretariat_id", f"is named by {party}, in its answer"))
    if not named and case.party == party and party not in case.members["secretariats"]:
        wrong.append(fault("/secretariat_id", f"is needed: {SECRETARIAT.said}"))
    return wrong


def _wrong_value(_: Step, evidence: Mapping[str, Any], case: Case) -> list[Fault]:
    entry, facts, fact = named(case, CORRECTS).entry, case.facts, evidence["fact"]
    assert entry
    assert isinstance(facts, Facts)
    if fact in _WHO:
        return [fault("/fact", f"says who has a part here, which no correction changes; its moves: {_WHO[fact]}")]
    name, value, today = fact.removeprefix("own_"), evidence["value"], case.at.date()
    shared = {"changes": {name: value}} if fact in entry.shared else {name: value}
    return [fault("/value", one["detail"]) for one in impossible(shared, facts, today)]


unfit: Final = MENDING.judging(_wrong_value, _wrong_move)
"""What is wrong with the charter that a move would make, or with what it puts right or undoes."""
