"""The lifecycle of a working group: its states, and the table of its moves. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from service.permissions import Permission
from service.register.decisions.rules.lifecycle import Lifecycle, Step, Who
from service.register.decisions.rules.mending import mending
from service.register.decisions.rules.own import retracting


class GroupState(StrEnum):
    """Where a working group is; `MEANING` says what each means and who leaves it."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    MERGED = "merged"
    DISSOLVED = "dissolved"
    RETRACTED = "retracted"


class GroupAction(StrEnum):
    """What a party may propose, or does alone."""

    FOUND = "found"
    RENAME = "rename"
    MERGE_INTO = "merge_into"
    HAND_OVER = "hand_over"
    DISSOLVE = "dissolve"
    NAME_ORGANISATION = "name_organisation"
    NAME_CONTACTS = "name_contacts"
    CORRECT = "correct"
    REINSTATE = "reinstate"
    RETRACT = "retract"


MEANING: Final[Mapping[StrEnum, str]] = {
    GroupState.PROPOSED: "One party has recorded it; the others have not yet confirmed that it was founded. It owns nothing.",
    GroupState.ACTIVE: "Every party has confirmed that it was founded. It owns commitments.",
    GroupState.MERGED: "Every party has confirmed that it became part of another, which owns its commitments.",
    GroupState.DISSOLVED: "Every party has confirmed that there is no such group any more; another owns its commitments, or none.",
    GroupState.RETRACTED: "Taken back by the party that recorded it. No list has it any more; its trail stays.",
}
UNDONE: Final = (GroupState.ACTIVE, GroupState.MERGED, GroupState.DISSOLVED, GroupState.RETRACTED)
LEADS: Final = "of_a_co_lead"
"""The condition of a row by which a party's co-lead is named, or was one before."""

STEPS: Final = (
    Step(GroupAction.FOUND, GroupState.PROPOSED, GroupState.ACTIVE),
    Step(GroupAction.RENAME, GroupState.ACTIVE, GroupState.ACTIVE),
    Step(GroupAction.MERGE_INTO, GroupState.ACTIVE, GroupState.MERGED),
    Step(GroupAction.HAND_OVER, GroupState.ACTIVE, GroupState.ACTIVE),
    Step(GroupAction.DISSOLVE, GroupState.ACTIVE, GroupState.DISSOLVED),
    *(
        Step(GroupAction.NAME_ORGANISATION, state, state, permission, Who.OWN, {LEADS: leads})
        for state in GroupState
        # Who leads the group on a party's side its secretariat says; its members its co-lead too.
        for leads, permission in ((True, Permission.MANAGE_COMMISSION), (False, Permission.PROPOSE))
    ),
    *(Step(GroupAction.NAME_CONTACTS, state, state, who=Who.OWN) for state in GroupState),
    *mending(GroupAction.CORRECT, GroupState, GroupAction.REINSTATE, UNDONE),
    *retracting(GroupAction.RETRACT, GroupState.RETRACTED, (GroupState.PROPOSED,)),
)

LIFECYCLE: Final = Lifecycle(
    noun="A working group",
    steps=STEPS,
    meaning=MEANING,
    begins={"record": GroupState.PROPOSED},
    open=(GroupState.PROPOSED, GroupState.ACTIVE),
    spine=(GroupState.ACTIVE,),
    takes_up=(GroupState.ACTIVE,),
)
JOINT: Final = frozenset(step.action for step in STEPS if step.who is Who.ALL)
"""Moves of which the first that takes effect makes the group a matter of all."""
OWN: Final[Mapping[StrEnum, str]] = {
    GroupAction.NAME_ORGANISATION: "its organisations",
    GroupAction.NAME_CONTACTS: "its contacts",
}
"""Moves that bring one party's own facts, and what these are."""
