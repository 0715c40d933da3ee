"""What each party does at home for a commitment: its steps, what it said of them in words before there were steps, its approval. Pure.

Before, a party could say in words how far its procedures at home had come, and when they were completed: facts of that party, as its
older entries tell them still. They are read as its step `other` until it says of that step something anew.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from service.register.decisions.rules import steps
from service.register.decisions.rules.lifecycle import Step
from service.register.decisions.rules.matter import Case, day_of
from service.register.decisions.rules.steps import APPLY_TEMPLATE, RECORD_STEP, DomesticStep, Missing, StepStatus

Members = Mapping[str, Any]
IN_WORDS: Final = "domestic_procedures"
COMPLETED_ON: Final = "domestic_procedures_completed_on"
OF_BEFORE: Final = (IN_WORDS, COMPLETED_ON)
"""Facts of a party that only entries of before tell."""
ACTIONS: Final = (RECORD_STEP, APPLY_TEMPLATE)
LACKING: Final = (
    """((jsonb_path_query_array(COALESCE(steps, '{}'::jsonb), '$.keyvalue()?(@.value.*.status == "needed").key')"""
    """ || jsonb_path_query_array(COALESCE(subject_to, '{}'::jsonb), '$.keyvalue()?(@.value == true).key'))"""
    """ || jsonb_path_query_array(party_facts, '$.keyvalue()?(exists (@.value.domestic_procedures)"""
    """ && !(exists (@.value.domestic_procedures_completed_on))).key'))"""
)
"""The parties of which a step is missing, as SQL computes them of a row: just those of `missing`, which a test holds."""


def steps_of(members: Members) -> dict[str, dict[str, Any]]:
    """Return the steps of each party, with what it said in words before as its step `other`."""
    found: dict[str, dict[str, Any]] = {party: dict(known) for party, known in (members.get("steps") or {}).items()}
    for party, facts in (members["party_facts"] or {}).items():
        if any(facts.get(name) for name in OF_BEFORE):
            found.setdefault(party, {}).setdefault(str(DomesticStep.OTHER), _of_before(facts))
    return found


def _of_before(facts: Members) -> dict[str, Any]:
    completed = facts.get(COMPLETED_ON)
    status = StepStatus.DONE if completed else StepStatus.NEEDED
    return {"status": str(status), "on": completed, "note": facts.get(IN_WORDS)}


def missing(members: Members) -> list[Missing]:
    """Return whose step is missing, and since when: what parties said is needed at home, and approval that it is subject to."""
    return _missing(members, steps_of(members))


def missing_of(members: Members) -> list[str]:
    """Return the parties of which a step is missing."""
    return steps.parties_of(missing(members))


def told(members: Members) -> dict[str, Any]:
    """Return what a reading tells of the steps at home."""
    known = steps_of(members)
    return steps.told(known, _missing(members, known))


def _missing(members: Members, known: steps.Steps) -> list[Missing]:
    subject_to = members.get("subject_to")
    if not known and not subject_to:
        # As of most, of which a list asks two hundred times for a page.
        return []
    awaited = sorted(party for party, is_awaited in (subject_to or {}).items() if is_awaited)
    return steps.missing(known) + [steps.approval_missing(party, members["agreed_on"]) for party in awaited]


def moved(step: Step, evidence: Members, case: Case) -> dict[str, Any]:
    """Return what a move changes by which a party tells of its steps: what it had said in words is one of them from then on."""
    if step.action not in ACTIONS:
        return {}
    party, everyone = str(case.party), case.members["party_facts"] or {}
    told = {**(case.members["steps"] or {})}
    mine = everyone.get(party, {})
    in_words = any(mine.get(name) for name in OF_BEFORE)
    if in_words:
        told[party] = {str(DomesticStep.OTHER): _of_before(mine), **told.get(party, {})}
    known = replace(case, members={**case.members, "steps": told or None})
    after = steps.moved(step.action, evidence, known, day_of(step, evidence, case.at))
    if after["steps"] == known.members["steps"]:
        return {}
    kept = {name: it for name, it in mine.items() if name not in OF_BEFORE}
    return {**after, "party_facts": {**everyone, party: kept}} if in_words else after
