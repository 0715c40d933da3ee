"""Replaying a commitment's entries by the service's own rules: who may do what when, and what it changes. Pure.

What takes effect is computed anew from the evidence, never believed; `evidence.py` judges what a proposal brings.
"""

from typing import Any

from service.register.commitments.rules.effect import effect
from service.register.commitments.rules.lifecycle import Action
from service.verify.canonical import Entry
from service.verify.replay.evidence import hold_to_length, hold_to_names, judge, lasts
from service.verify.replay.register import Register, Subject, Waiting
from service.verify.replay.shape import COMMITMENT_KINDS, Broken, hold_to_shape, require, spelled


def follow(register: Register, subject: Subject, entry: Entry) -> None:
    """Replay one entry of a commitment; raises `Broken` with the rule that it breaks."""
    kind, data = entry.kind, entry.data
    hold_to_shape(COMMITMENT_KINDS, kind, data)
    party = register.party_of(entry)
    require((kind == "commitment.recorded") == (not subject.facts), "a commitment is recorded once, before all else")
    if subject.waiting or "expired" in data:
        _expire(subject, entry)
    _REPLAYS[kind](register, subject, entry, party)


def _effective(waiting: Waiting, facts: dict[str, Any]) -> dict[str, Any]:
    """Compute what changes when the proposal takes effect."""
    after = effect(waiting.row, waiting.proposal["evidence"], facts)
    return {"before": {name: facts[name] for name in after}, "after": after}


def _expire(subject: Subject, entry: Entry) -> None:
    """Close a proposal whose end has come: the entry that comes after it names it."""
    waiting, expired = subject.waiting, entry.data.get("expired")
    due = waiting.proposal["transition"] if waiting and not lasts(waiting.proposal, entry.recorded_at) else None
    if due:
        require(expired is not None, "it does not say that the proposal before it had expired")
        subject.waiting = None
    require(expired == due, "it says that a proposal expired which did not")


def _record(register: Register, subject: Subject, entry: Entry, party: str) -> None:
    data = entry.data
    facts = data["commitment"]
    session = register.sessions.get(facts["session_id"]) if facts["session_id"] else {"ordinal": 0}
    require(session, "it names a session that the commission has not")
    assert session is not None
    reference = f"{register.code}/{session['ordinal']:02d}/{facts['item_number']:03d}"
    require(facts["reference"] == reference, f"its session and item number make its reference {reference}")
    group = facts["working_group_id"]
    require(group is None or group in register.groups, "it names a working group that the commission has not")
    own = facts["party_facts"].keys() <= {party} and facts["party_facts"].get(party, {}).keys() <= {
        "lead_organisation_id"
    }
    require(own, "who records a commitment names the lead body of its own party alone")
    require(data["proposal"]["action"] == Action.AGREE, "recording proposes that it was agreed, and nothing else")
    hold_to_length(facts)
    subject.facts = facts
    _open(register, subject, entry, party, facts)


def _propose(register: Register, subject: Subject, entry: Entry, party: str) -> None:
    require(subject.waiting is None, "a proposal is open already; one at a time")
    _open(register, subject, entry, party, subject.facts)


def _open(register: Register, subject: Subject, entry: Entry, party: str, facts: dict[str, Any]) -> None:
    proposal = entry.data["proposal"]
    row = judge(register, facts, proposal, entry.recorded_at)
    awaits = register.others(party)
    if proposal["awaits"] != awaits:
        raise Broken(f"it must await {', '.join(awaits) or 'nobody'}")
    subject.waiting = Waiting(proposal, row, party, awaits)
    _conclude(subject, entry, facts)


def _confirm(register: Register, subject: Subject, entry: Entry, party: str) -> None:
    waiting = _answered(subject, entry, party)
    waiting.awaiting.remove(party)
    facts = subject.facts
    if not waiting.awaiting:
        hold_to_names(register, facts, waiting.proposal)
    _conclude(subject, entry, facts)


def _refuse(_: Register, subject: Subject, entry: Entry, party: str) -> None:
    _answered(subject, entry, party)
    subject.waiting = None


def _answered(subject: Subject, entry: Entry, party: str) -> Waiting:
    """Return the open proposal that the entry answers, once it is sure that this party may answer it."""
    waiting = _open_one(subject, entry)
    if party not in waiting.awaiting:
        require(party != waiting.by, f"{party} answers its own proposal; another party must")
        require(False, f"{party} has confirmed this proposal already")  # noqa: FBT003 -- it does not hold
    return waiting


def _open_one(subject: Subject, entry: Entry) -> Waiting:
    waiting = subject.waiting
    require(waiting and waiting.proposal["transition"] == entry.data["transition"], "no such proposal is open")
    assert waiting is not None
    return waiting


def _withdraw(_: Register, subject: Subject, entry: Entry, party: str) -> None:
    by = _open_one(subject, entry).by
    require(party == by, f"{party} takes back a proposal of {by}; only {by} may")
    subject.waiting = None


def _conclude(subject: Subject, entry: Entry, facts: dict[str, Any]) -> None:
    """Let the proposal take effect if it awaits nobody more, and only then; what changes is computed from the evidence."""
    waiting, stated = subject.waiting, entry.data.get("effective")
    assert waiting is not None
    if waiting.awaiting:
        require(stated is None, "it takes effect before every other party has confirmed it")
        return
    require(stated is not None, "every party has confirmed it, yet it does not take effect")
    effective = _effective(waiting, facts)
    require(spelled(effective) == spelled(stated), "what it changes is not what the evidence brings about")
    subject.conclude(effective["after"])


def _change(_: Register, subject: Subject, entry: Entry, party: str) -> None:
    data, facts = entry.data, subject.facts
    before, after = data["before"], data["after"]
    require(after.keys() == {party}, f"{party} changes facts of another party")
    known = {party: facts["party_facts"].get(party, {})}
    require(before == known, "what it says was there before is not what the entries before it say")
    require(after != before, "it changes nothing")
    facts["party_facts"] |= after


_REPLAYS = {
    "commitment.recorded": _record,
    "commitment.changed": _change,
    "transition.proposed": _propose,
    "transition.confirmed": _confirm,
    "transition.refused": _refuse,
    "transition.withdrawn": _withdraw,
}
