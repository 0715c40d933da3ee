"""Judging a proposal as the service does: its step, its evidence, and what it names. Pure."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from service.errors import TransitionNotAllowed
from service.register.commitments.rules.effect import effect
from service.register.commitments.rules.evidence import REFERENCES
from service.register.commitments.rules.lifecycle import OPEN, Action, State, Step, step, target
from service.register.commitments.rules.requirements import MOST_BYTES, Facts, impossible, missing
from service.verify.replay.register import Register, Subject
from service.verify.replay.shape import Broken, hold_evidence_to_model, require, spelled

Members = Mapping[str, Any]


def judge(register: Register, facts: Members, proposal: Members, at: str) -> Step:
    """Return the row that the proposal follows, if it could be made at `at` of a commitment with these `facts`.

    Raises `Broken` if it could not.
    """
    row, evidence = row_for(facts, proposal), proposal["evidence"]
    known = _facts(register, facts)
    ends = (row.source, target(row, known.suspended_from))
    if (proposal["source"], proposal["target"]) != ends:
        raise Broken(f"'{row.action}' leads from {ends[0]} to {ends[1]}")
    require(lasts(proposal, at), "it had expired before it was made")
    hold_evidence_to_model(row.action, evidence)
    for fault in [*missing(row.action, evidence, known), *impossible(evidence, known, date.fromisoformat(at[:10]))]:
        said = f"{fault['pointer'][1:]} {fault['detail']}".strip()
        raise Broken(f"the evidence of '{row.action}': {said}")
    other = named(register, facts, proposal)
    require(other is None or other.facts["state"] in OPEN, "it names a commitment that is closed")
    if row.action is Action.AMEND:
        _fits(register, row, evidence, facts)
    return row


def lasts(proposal: Members, at: str) -> bool:
    """Tell whether the proposal's end, if it has one, has not come at the time `at`."""
    return proposal["expires_at"] is None or bool(proposal["expires_at"] > at)


def row_for(facts: Members, proposal: Members) -> Step:
    """Return the row of the lifecycle that the proposal follows from the state in `facts`; `Broken` if there is none."""
    action, found_in = proposal["action"], None
    if action == Action.AGREE:
        found_in = proposal["evidence"].get("found_in", State.AGREED)
    found = _row(action, facts["state"], facts["instrument_required"], str(found_in))
    return found if isinstance(found, Step) else _refuse(found)


def named(register: Register, facts: Members, proposal: Members) -> Subject | None:
    """Return the other commitment that a supersession or merger names, None for any other move."""
    name = REFERENCES.get(proposal["action"])
    if name is None:
        return None
    reference = proposal["evidence"][name]
    other = register.commitments.get(reference)
    require(other and other.recorded, f"it names {reference}, which is not recorded in this log")
    require(reference != facts["reference"], "it names the commitment itself")
    return other


def hold_to_length(facts: Members) -> None:
    """Raise `Broken` if titles, texts and reason are so long that before and after would not fit one entry."""
    length = sum(len(spelled(facts[name])) for name in ("titles", "texts", "no_instrument_reason"))
    require(length <= MOST_BYTES, f"titles, texts and reason are longer than {MOST_BYTES} bytes")


@lru_cache(maxsize=4096)
def _row(action: str, state: str, instrument_required: bool, found_in: str) -> Step | str:  # noqa: FBT001 -- a key
    try:
        return step(action, State(state), {"instrument_required": instrument_required, "found_in": found_in})
    except TransitionNotAllowed as refused:
        return refused.detail


def _refuse(message: str) -> Step:
    raise Broken(message)


def _facts(register: Register, facts: Members) -> Facts:
    kind = (facts["instrument"] or {}).get("kind")
    known = facts["state"], facts["instrument_required"], facts["no_instrument_reason"], kind, facts["suspended_from"]
    return _known(register.parties, register.languages, *known)


@lru_cache(maxsize=4096)
def _known(  # the same few again and again
    parties: tuple[str, ...],
    languages: tuple[str, ...],
    state: str,
    instrument_required: bool,  # noqa: FBT001 -- a key
    no_instrument_reason: str | None,
    instrument_kind: str | None,
    suspended_from: str | None,
) -> Facts:
    left = State(suspended_from) if suspended_from else None
    return Facts(State(state), instrument_required, parties, languages, no_instrument_reason, instrument_kind, left)


def _fits(register: Register, row: Step, evidence: Members, facts: Members) -> None:
    """Hold an amendment to the commission's own sessions and groups, and to what a commitment cannot do without."""
    changes = evidence["changes"]
    for name, there in (("working_group_id", register.groups), ("carried_to_session_id", register.sessions)):
        require(changes.get(name) is None or changes[name] in there, f"{name} names none of this commission")
    after = effect(row, evidence, facts)
    require(after, "the amendment changes nothing")
    full = {**facts, **after}
    require(full["titles"] and full["texts"], "title and text must stay in one language at least")
    hold_to_length(full)
