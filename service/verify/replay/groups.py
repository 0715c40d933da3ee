"""Replaying a working group's own entries: how it is recorded; `decisions.py` has its moves. Pure.

What entries of version 1 told of it stands in the commission's trail (`commissions.py`).
"""

from service.register.commissions.rules.group_role import GroupRole
from service.register.groups.rules.derived import code_of
from service.register.groups.rules.lifecycle import GroupAction
from service.register.groups.rules.requirements import roles, wrong_members
from service.verify.canonical import Entry
from service.verify.replay import decisions
from service.verify.replay.register import Register, Subject
from service.verify.replay.shape import OF_GROUPS, hold_to_shape, require


def replay(register: Register, subject: Subject, entry: Entry) -> None:
    """Replay one entry of a working group; raises `Broken` with the rule that it breaks."""
    hold_to_shape(OF_GROUPS, entry.kind, entry.data)
    decisions.replay_its_own(register, subject, entry, "a working group", _begin)


def _begin(register: Register, subject: Subject, entry: Entry, party: str) -> None:
    members, proposal = entry.data["working_group"], entry.data["proposal"]
    session = members["founded_at_session_id"]
    require(session is None or session in register.sessions, "it was founded at a session that the commission has not")
    for name, detail in wrong_members(members):
        require(False, f"{name}: {detail}")  # noqa: FBT003 -- it does not hold
    mine = [(of, role) for _, of, role in roles(members["organisations"])]
    require(mine == [(party, GroupRole.CO_LEAD)], "who records a group names its own party's co-lead, and nobody else")
    require(members["code"].startswith(code_of(register.code, "", 0)), "its code does not begin with the commission's")
    taken = {one["code"] for one in register.groups.values()}
    require(members["code"] not in taken, f"there is a group with the code {members['code']} already")
    require(proposal["action"] == GroupAction.FOUND, "recording proposes that it was founded, and nothing else")
    subject.facts, subject.recorded_by = members, party
    register.groups[entry.subject] = members
    assert subject.rules is not None
    decisions.open_proposal(register, subject.rules, subject, entry, party)
