"""Replaying a commitment's entries: how it is recorded, and what one party says of its own side; `decisions.py` has its moves. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from service.register.commitments.rules.kinds import linked, misfit
from service.register.commitments.rules.leads import wrong_leads
from service.register.commitments.rules.lifecycle import Action, State
from service.register.commitments.rules.matter import recorded, upgraded
from service.register.commitments.rules.numbering import drafts, stem_of
from service.register.commitments.rules.reporting import REPORTED, last_of, tells_of, wrong
from service.register.decisions.rules.ended import has_room_in
from service.register.groups.rules.lifecycle import GroupState
from service.values import start
from service.verify.canonical import Entry
from service.verify.replay import decisions
from service.verify.replay.evidence import hold_to_length
from service.verify.replay.matters import RULES
from service.verify.replay.register import Register, Subject
from service.verify.replay.shape import COMMITMENT_KINDS, COMMITMENT_KINDS_2, Broken, hold_to_shape, require

Members = Mapping[str, Any]
WENT_ALONG = {"commitment.reassigned", "commitment.followed"}


def replay(register: Register, subject: Subject, entry: Entry) -> None:
    """Replay one entry of a commitment; raises `Broken` with the rule that it breaks."""
    kind, data = entry.kind, entry.data
    hold_to_shape(COMMITMENT_KINDS if entry.v == 1 else COMMITMENT_KINDS_2, kind, data)
    party = register.party_of(entry)
    if (kind == "commitment.recorded") != (not subject.facts):
        raise Broken("a commitment is recorded once, before all else")
    if subject.rules is None or subject.rules.version != entry.v:
        _go_on(subject, entry)
    if register.opened and any(one.by["id"] == entry.subject for one in register.opened.values()):
        raise Broken("the instrument that its move opened does not tell so first")
    if subject.waiting or "expired" in data or "party_left" in data:
        decisions.end(register, subject, entry)
    if register.taken_along.get(entry.subject) and kind not in WENT_ALONG:
        raise Broken("it does not say first that it went along with another's move")
    REPLAYS[kind](register, subject, entry, party)
    if "proposal" in data or "effective" in data:
        subject.tells()


def _go_on(subject: Subject, entry: Entry) -> None:
    """Go on by the rules of the entry's version."""
    rules, before = RULES.get(("commitment", entry.v)), subject.rules
    if rules is None:
        raise Broken(f"no entry of a commitment has the version {entry.v}")
    # A process of the release before goes on for a while, and writes entries of version 6 beside those of 7.
    if before and before.version == 1 < rules.version:
        subject.facts = upgraded(subject.facts)
    elif before and rules.version == 1 < before.version:
        raise Broken("its version is lower than that of an entry before it")
    subject.rules = rules


def _record(register: Register, subject: Subject, entry: Entry, party: str) -> None:
    data = entry.data
    facts = data["commitment"]
    session = register.sessions.get(facts["session_id"]) if facts["session_id"] else {"ordinal": 0}
    require(session, "it names a session that the commission has not")
    assert session is not None
    _hold_to_reference(register, subject, entry, stem_of(register.code, session["ordinal"]))
    group = facts["working_group_id"]
    there = group is None or register.groups.get(group, {}).get("state") == GroupState.ACTIVE
    require(there, "it names a working group that the commission has not, or that is not active")
    own = facts["party_facts"].keys() <= {party} and facts["party_facts"].get(party, {}).keys() <= {
        "lead_organisation_id"
    }
    require(own, "who records a commitment names the lead body of its own party alone")
    require(data["proposal"]["action"] == Action.AGREE, "recording proposes that it was agreed, and nothing else")
    hold_to_length(facts)
    _hold_to_kind(register, facts)
    subject.facts = recorded(facts) if entry.v > 1 else dict(facts)
    register.subjects[entry.subject] = subject
    assert subject.rules is not None
    subject.recorded_by, subject.recorded_at = party, entry.recorded_at
    decisions.open_proposal(register, subject.rules, subject, entry, party)


def _hold_to_reference(register: Register, subject: Subject, entry: Entry, stem: str) -> None:
    """Hold the reference to the rule: by the item's number in entries of version 1, since then a draft's own."""
    facts = entry.data["commitment"]
    reference, number = facts["reference"], facts["item_number"]
    if entry.v == 1:
        made = f"{stem}/{number or 0:03d}"
        require(reference == made, f"its session and item number make its reference {made}")
        register.number(reference, subject)
        return
    require(reference in drafts(stem, entry.subject), f"{reference} is not the reference of this draft")
    between = facts["session_id"] is None
    require(number is None or not between, "an item has a number in the minutes of a session, and only there")


def _hold_to_kind(register: Register, facts: Members) -> None:
    """Hold what a kind tells to the kind, and what it names to what there is; of another commission nothing is known here."""
    for pointer, said in misfit(facts):
        require(False, f"{pointer[1:]} {said}")  # noqa: FBT003 -- it does not hold
    there = all(one in register.sessions or one in register.groups for one in linked(facts))
    require(there, "it names a session or working group that the commission has not")
    for name in ("continues", "pushed_by"):
        ours = str(facts.get(name) or "").startswith(f"{register.code}/")
        require(not ours, f"{name} names a commitment of this commission, not of another")


def _change(_: Register, subject: Subject, entry: Entry, party: str) -> None:
    data, facts = entry.data, subject.facts
    before, after = data["before"], data["after"]
    if after.keys() != {party}:
        raise Broken(f"{party} changes facts of another party")
    known = {party: facts["party_facts"].get(party, {})}
    require(before == known, "what it says was there before is not what the entries before it say")
    require(after != before, "it changes nothing")
    for pointer, said in wrong_leads(after[party]):
        require(False, f"{pointer}: {said}")  # noqa: FBT003 -- it does not hold
    if "since" in data:
        today = datetime.fromisoformat(entry.recorded_at).date()
        require(start(data["since"]) <= today, "it holds from a day that had not come")
    facts["party_facts"] |= after


def _report(register: Register, subject: Subject, entry: Entry, party: str) -> None:
    report, facts = entry.data["report"], subject.facts
    require(facts["state"] != State.RETRACTED, "nobody reports on what was taken back")
    require(has_room_in(register.charter["state"], "commitment", "report"), "nothing is reported in such a commission")
    today = datetime.fromisoformat(entry.recorded_at).date()
    for fault in wrong(report, facts["target_date"], today):
        raise Broken(f"the report is not as it must be: {fault['pointer'][1:]} {fault['detail']}")
    known = {**report, "on": str(tells_of(report["period_end"], today)), "recorded_at": entry.recorded_at}
    subject.progress[party] = last_of(subject.progress.get(party), known)


OWN: Final[Mapping[str, decisions.Replay]] = {
    "commitment.recorded": _record,
    "commitment.changed": _change,
    REPORTED: _report,
    **dict.fromkeys(WENT_ALONG, decisions.went_along),
}
"""How each kind of entry is replayed that commitments alone have."""
REPLAYS: Final = {**decisions.REPLAYS, **OWN}
