"""Judging a proposal: its row of the lifecycle, its evidence, and what it names. Pure.

The service judges what is sent, the verifier what an entry says was sent: by these functions, both. What must be looked up for it
was looked up before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from service.errors import Conflict, EvidenceMissing, Fault, InvalidContent, fault
from service.register.decisions.rules.evidence import Evidence
from service.register.decisions.rules.lifecycle import Step
from service.register.decisions.rules.matter import Facts, Found, Members, Name, Rules
from service.trail.entry import timestamp


@dataclass(frozen=True, slots=True)
class Case:
    """A matter as it stands at the moment when something is proposed for it, and what the proposal names."""

    members: Members
    facts: Facts
    at: datetime
    found: Mapping[Name, Found | None]


@dataclass(frozen=True, slots=True)
class Judged:
    """A proposal that may be made: its row, its evidence as the entry says it, and its end."""

    step: Step
    evidence: dict[str, Any]
    expires_at: datetime | None


def step_of(rules: Rules[Any], facts: Facts, body: Members) -> Step:
    """Return the row of the lifecycle that `body` asks for: 422 if it names no action, 409 if there is no such row."""
    action, conditions = body.get("action"), facts.conditions(body)
    if not isinstance(action, str) or not action:
        detail = f"is needed: one of {', '.join(rules.evidence)}"
        raise InvalidContent(f"/action: {detail}", errors=[fault("/action", detail)])
    return rules.lifecycle.step(action[:40], facts.state, conditions)


def judge(rules: Rules[Any], step: Step, case: Case, body: Members) -> Judged:
    """Return the proposal; 422 with everything that is missing or wrong, all at once.

    What can only be judged of evidence that is whole and of the right shape is judged when it is.
    """
    read, wrong = _read(rules, step, body)
    wrong += wrong_names(rules, case.found)
    gaps = rules.missing(step.action, body, case.facts)
    if read is None or gaps or wrong:
        raise refused(gaps, wrong)
    judged = Judged(step, read.given(), read.expires_at)
    if wrong := faults(rules, case, judged):
        raise refused([], wrong)
    return judged


def faults(rules: Rules[Any], case: Case, judged: Judged) -> list[Fault]:
    """Return what cannot be so in evidence of the right shape, and what its effect would make that may not be."""
    wrong = rules.impossible(judged.evidence, case.facts, case.at.date())
    if judged.expires_at is not None and judged.expires_at <= case.at:
        wrong.append(fault("/expires_at", f"lies in the past; it is now {timestamp(case.at)}"))
    return wrong or rules.unfit(judged.step, judged.evidence, case.members)


def wrong_names(rules: Rules[Any], found: Mapping[Name, Found | None]) -> list[Fault]:
    """Return what is wrong with what the proposal names."""
    return [wrong for name, one in found.items() if (wrong := rules.wrong_name(name, one))]


def still_possible(rules: Rules[Any], found: Mapping[Name, Found | None]) -> None:
    """Raise `Conflict` if what an open proposal names has changed so that it cannot take effect."""
    if wrong := wrong_names(rules, found):
        raise Conflict(f"It cannot take effect: {wrong[0]['detail']}. Refuse it, or let its proposer take it back.")


def refused(gaps: list[Fault], wrong: list[Fault]) -> InvalidContent:
    """Return the refusal that lists what is missing and what is wrong."""
    errors = gaps + wrong
    listed = "; ".join(f"{one['pointer']} {one['detail']}" for one in errors[:8])
    kind = EvidenceMissing if gaps else InvalidContent
    return kind(f"{len(errors)} thing(s) to mend: {listed}.", errors=errors)


def _read(rules: Rules[Any], step: Step, body: Members) -> tuple[Evidence | None, list[Fault]]:
    try:
        return rules.evidence[step.action].model_validate(body), []
    except ValidationError as found:
        # What is absent at the top is listed by `missing`, with what the case needs.
        return None, [
            fault("".join(f"/{part}" for part in one["loc"]), one["msg"])
            for one in found.errors(include_url=False)
            if one["type"] != "missing" or len(one["loc"]) > 1
        ]
