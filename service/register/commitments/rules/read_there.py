"""What a move leaves to the instrument that its commitment follows: facts that are told there, and read from there. Pure."""

from collections.abc import Mapping
from typing import Any

from service.register.commitments.rules.carried import DAYS
from service.register.commitments.rules.carried import instrument_of as instrument_followed
from service.register.commitments.rules.finding import REACHED_ON, found_through, since
from service.register.commitments.rules.lifecycle import Action
from service.register.decisions.rules import matter
from service.register.decisions.rules.lifecycle import Step
from service.register.decisions.rules.matter import Case


def is_unread(step: Step, evidence: Mapping[str, Any], case: Case) -> bool:
    """Return whether the day of the move is one of the instrument that the commitment follows, which tells none."""
    name = DAYS.get(step.action)
    told = instrument_followed(case.members) and case.members["instrument"]
    return bool(name and told and not evidence.get("effective_on") and not told.get(name))


def told_elsewhere(step: Step, case: Case) -> tuple[str, ...]:
    """Return the members that the move leaves as they are, since the instrument that the commitment follows tells them."""
    if not instrument_followed(case.members):
        return ()
    dated = step.action is Action.CORRECT and case.members["state"] in REACHED_ON
    return ("instrument", "effective_on") if dated else ("instrument",)


def reads(step: Step, evidence: Mapping[str, Any], case: Case) -> Mapping[str, Any]:
    """Return the evidence with the day of what the instrument brought, where it is read from there; null: nobody knows it."""
    if through := found_through(step.action, evidence, case):
        return {**evidence, "effective_on": since(evidence, through[1])}
    return _read_there(step, evidence, case)


def _read_there(step: Step, evidence: Mapping[str, Any], case: Case) -> Mapping[str, Any]:
    name = DAYS.get(step.action)
    if not name or evidence.get("effective_on") or not instrument_followed(case.members):
        return evidence
    return {**evidence, "effective_on": case.members["instrument"].get(name)}


def reads_by_confirmation(step: Step, evidence: Mapping[str, Any], case: Case) -> Mapping[str, Any]:
    """Return the same as it was by entries up to version 4: a day that nobody knows was that of the confirmation."""
    return matter.said(_read_there(step, evidence, case))
