"""Replaying a session's own entries: how it begins; `decisions.py` has its moves. Pure.

What entries of version 1 told of it stands in the commission's trail (`commissions.py`).
"""

from datetime import datetime

from service.register.commissions.rules.lifecycle import SessionAction, SessionState
from service.register.commissions.rules.matter import recorded
from service.register.commissions.rules.requirements import facts, wrong_members
from service.verify.canonical import Entry
from service.verify.replay import decisions
from service.verify.replay.register import Register, Subject
from service.verify.replay.shape import OF_SESSIONS, hold_to_shape, require


def replay(register: Register, subject: Subject, entry: Entry) -> None:
    """Replay one entry of a session; raises `Broken` with the rule that it breaks."""
    hold_to_shape(OF_SESSIONS, entry.kind, entry.data)
    decisions.replay_its_own(register, subject, entry, "a session", _begin)


def _begin(register: Register, subject: Subject, entry: Entry, party: str) -> None:
    members = entry.data["session"]
    planned, group = members["state"] == SessionState.PLANNED, members["working_group_id"]
    require(not planned or members["host_party"] == party, f"{party} planned a session of {members['host_party']}")
    require(group is None or group in register.groups, "it names a working group that the commission has not")
    require(members["co_chairs"].keys() <= {party}, "a party names its own co-chair alone")
    known, day = facts(members, register.parties, register.languages), datetime.fromisoformat(entry.recorded_at).date()
    for name, detail in wrong_members(members, known, day):
        require(False, f"{name}: {detail}")  # noqa: FBT003 -- it does not hold
    subject.facts, subject.recorded_by = recorded(members), party
    register.sessions[entry.subject] = subject.facts
    if proposal := entry.data.get("proposal"):
        is_held = not planned and proposal["action"] == SessionAction.HOLD
        require(is_held, "recording proposes that it was held, and nothing else")
        assert subject.rules is not None
        decisions.open_proposal(register, subject.rules, subject, entry, party)
