"""Judging a proposal: its row of the lifecycle, its evidence, and what it names. Pure.

The service judges what is sent, the verifier what an entry says was sent: by these functions, both. What must be looked up for it
was looked up before.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import MAXYEAR, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from service.errors import Conflict, EvidenceMissing, Fault, InvalidContent, UnknownAction, fault, shapes
from service.register.decisions.rules import attached, templates
from service.register.decisions.rules.evidence import Evidence
from service.register.decisions.rules.lifecycle import Step
from service.register.decisions.rules.matter import Case, Facts, Found, Members, Name, Rules
from service.trail.entry import timestamp

STANDS: Final = timedelta(days=180)
"""How long a proposal stands whose end is not said."""
MOST_YEARS: Final = 2
"""How long a proposal can stand."""


@dataclass(slots=True)
class Judged:
    """A proposal that may be made: its row and where that leads, its evidence as the entry says it, and its end."""

    step: Step
    target: StrEnum
    evidence: dict[str, Any]
    expires_at: datetime | None


def unknown_action(rules: Rules[Any], facts: Facts, body: Members) -> UnknownAction | None:
    """Return the refusal of a `body` that names no action of this kind of matter, in whatever state; None if it names one."""
    action = body.get("action")
    if action in list(rules.evidence):
        return None
    allowed = rules.lifecycle.allowed(facts.state, facts.conditions(body))
    near = shapes.nearest(action, rules.evidence) if isinstance(action, str) else None
    meant = f"did you mean {shapes.shown(near)}?" if near else f"allowed now: {', '.join(allowed) or 'none'}"
    said = f"must be the name of an action, not {shapes.shown(action)}; {meant}" if action else f"is needed; {meant}"
    listed = [fault("/action", said)]
    return UnknownAction.listing(listed, nearest=near, state=facts.state, allowed_actions=allowed)


def step_of(rules: Rules[Any], facts: Facts, body: Members, party: str | None = None) -> Step:
    """Return the row of the lifecycle that `body` asks for; `TransitionNotAllowed` if there is no such row."""
    action, state = str(body.get("action")), facts.state
    if step := rules.lifecycle.unconditional.get((state, action)):
        return step
    return rules.lifecycle.step(action, state, {**facts.conditions(body), **facts.made_by(party)}, facts.pending)


def judge(rules: Rules[Any], step: Step, case: Case, body: Members) -> Judged:
    """Return the proposal; 422 with everything that is missing or wrong, all at once.

    What is of the right shape is judged, whatever stands beside it; the effect, only of evidence that is whole.
    """
    if case.found:
        case = replace(case, found=attached.within(rules, case.members, body, case.found))
        body = templates.bound(attached.bound(body, case.found), case.found, case.party)
    read, misshapen, sound = _read(rules, step.action, body, case.context)
    gaps = lacking(rules, step.action, body, case.facts)
    wrong = _beside(misshapen, gaps, body) if misshapen else []
    foreign: list[Fault] = []
    if case.found:
        # What is no code at all names nothing either: that is said once.
        spelled = {one["pointer"] for one in misshapen}
        wrong += [one for one in wrong_names(rules, case.found) if one["pointer"] not in spelled]
        foreign += [] if gaps else templates.wrong(body, case.found, case.party)
    wrong += impossible(rules, case, sound, read.expires_at if read else ending(sound))
    wrong += foreign
    whole = read is not None and not gaps and not foreign
    wrong += rules.unfit(step, sound, case) if whole else rules.evident(step.action, sound)
    if read is None or gaps or wrong:
        raise (EvidenceMissing if gaps else InvalidContent).listing(gaps + wrong)
    return Judged(step, step.leads_to(case.left), sound, read.expires_at)


def _beside(misshapen: list[Fault], gaps: list[Fault], body: Members) -> list[Fault]:
    """Return what is of a wrong shape, but for what is missing, since it is empty: that is said once."""
    absent = {one["pointer"] for one in gaps if not body.get(one["pointer"][1:])}
    return [one for one in misshapen if one["pointer"] not in absent]


def lacking(rules: Rules[Any], action: StrEnum, body: Members, facts: Facts) -> list[Fault]:
    """Return every piece of evidence that the action needs here and that `body` does not hold, with what it is."""
    gaps = rules.missing(action, body, facts)
    return shapes.explained(gaps, _schema(rules.evidence[action])) if gaps else []


def faults(rules: Rules[Any], case: Case, judged: Judged) -> list[Fault]:
    """Return what cannot be so in evidence of the right shape, and what its effect would make that may not be."""
    wrong = impossible(rules, case, judged.evidence, judged.expires_at)
    return wrong + rules.unfit(judged.step, judged.evidence, case)


def impossible(rules: Rules[Any], case: Case, evidence: Members, expires_at: datetime | None) -> list[Fault]:
    """Return what cannot be so in evidence, or in what of it is of the right shape."""
    wrong = rules.impossible(evidence, case.facts, case.at.date()) + attached.wrong(evidence, case.found)
    if expires_at is None:
        return wrong
    said = None
    if expires_at <= case.at:
        said = "lies in the past"
    elif rules.frees and expires_at > latest_end(case.at):
        said = f"lies more than {MOST_YEARS} years ahead"
    if said:
        latest = latest_end(case.at)
        possible = f"possible is any time after {timestamp(case.at)}, which is now, and up to {timestamp(latest)}"
        wrong.append(fault("/expires_at", f"{said}; {possible}"))
    return wrong


def latest_end(at: datetime) -> datetime:
    """Return the last moment at which a proposal that is made at `at` can end; of 29 February it is the 28th."""
    year = min(at.year + MOST_YEARS, MAXYEAR)
    try:
        return at.replace(year=year)
    except ValueError:
        return at.replace(year=year, day=28)


def with_end(judged: Judged, awaits: Sequence[str], at: datetime) -> Judged:
    """Return the proposal with its end: where it awaits somebody and says none, it stands for 180 days."""
    return judged if judged.expires_at or not awaits else replace(judged, expires_at=at + STANDS)


def wrong_names(rules: Rules[Any], found: Mapping[Name, Found | None]) -> list[Fault]:
    """Return what is wrong with what the proposal names."""
    return [wrong for name, one in found.items() if (wrong := attached.wrong_name(rules, name, one))]


def still_possible(rules: Rules[Any], found: Mapping[Name, Found | None]) -> None:
    """Raise `Conflict` if what an open proposal names has changed so that it cannot take effect."""
    if wrong := wrong_names(rules, found):
        raise Conflict(f"It cannot take effect: {wrong[0]['detail']}. Refuse it, or let its proposer take it back.")


def _read(
    rules: Rules[Any], action: StrEnum, body: Members, context: object
) -> tuple[Evidence | None, list[Fault], dict[str, Any]]:
    """Return the evidence of `action` if its shape is right, what is wrong with its shape, and what of it is sound.

    What is absent at the top is no fault here: `missing` lists it, with what the case needs.
    """
    model = rules.evidence[action]
    try:
        read = _reader(model)(body, context=context)
    except ValidationError as wrong:
        found = wrong.errors(include_url=False)
        told = [one for one in found if one["type"] != "missing" or len(one["loc"]) > 1]
        listed = shapes.faults(told, _schema(model), lambda name: _elsewhere(rules, name))
        return None, listed, shapes.sound(body, [one["loc"] for one in found])
    return read, [], read.given()


def ending(sound: Members) -> datetime | None:
    """Return the end that evidence of the right shape gives, as it was sent."""
    return Evidence.model_validate({"expires_at": sound.get("expires_at")}).expires_at


@cache
def _reader(model: type[Evidence]) -> Callable[..., Evidence]:
    """Return what reads evidence of the model, from its body and in a `context`."""
    return TypeAdapter(model).validator.validate_python


@cache
def _schema(model: type[Evidence]) -> dict[str, Any]:
    return model.model_json_schema()


def _elsewhere(rules: Rules[Any], name: str) -> str:
    actions = [action for action, model in rules.evidence.items() if name in model.model_fields]
    return f"it belongs to the action {' or '.join(actions)}" if actions else ""
