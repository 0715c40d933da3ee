"""The lifecycle of a commitment: its states, and the table of its moves. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from service.permissions import Permission
from service.register.decisions.rules.lifecycle import BACK, Lifecycle, Step, Who, each
from service.register.decisions.rules.mending import mending
from service.register.decisions.rules.own import retracting


class State(StrEnum):
    """Where a commitment is; `MEANING` says what each means and who leaves it."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    MOU_DRAFTED = "mou_drafted"
    SIGNED = "signed"
    IMPLEMENTED = "implemented"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    SUPERSEDED = "superseded"
    MERGED = "merged"
    RETRACTED = "retracted"


class Action(StrEnum):
    """What a party may propose."""

    AGREE = "agree"
    DRAFT_MOU = "draft_mou"
    REDRAFT = "redraft"
    SIGN = "sign"
    IMPLEMENT = "implement"
    AMEND = "amend"
    CARRY_OVER = "carry_over"
    REOPEN = "reopen"
    SUSPEND = "suspend"
    RESUME = "resume"
    WITHDRAW = "withdraw"
    LAPSE = "lapse"
    SUPERSEDE = "supersede"
    MERGE = "merge"
    CORRECT = "correct"
    REINSTATE = "reinstate"
    RETRACT = "retract"
    APPROVE = "approve"
    ACKNOWLEDGE = "acknowledge"
    DISPUTE = "dispute"
    RECORD_STEP = "record_step"
    APPLY_TEMPLATE = "apply_template"


MEANING: Final[Mapping[StrEnum, str]] = {
    State.PROPOSED: "One party has recorded it; the others have not yet confirmed that it was agreed.",
    State.AGREED: "Every party has confirmed that it was agreed. It waits for an instrument, or to be carried out.",
    State.MOU_DRAFTED: "A draft of the instrument has been sent to the other side.",
    State.SIGNED: "The instrument is signed by every party. It waits to be carried out.",
    State.IMPLEMENTED: "Every party has confirmed that it was carried out. `reopen` leaves it.",
    State.SUSPENDED: "Set aside for a time; `resume` goes back to the state it left.",
    State.WITHDRAWN: "Dropped by every party.",
    State.LAPSED: "Closed without having been implemented: a deadline, an expiry, a change of policy.",
    State.SUPERSEDED: "Replaced by another commitment, which it names.",
    State.MERGED: "Carried on within another commitment, which it names.",
    State.RETRACTED: "Taken back by the party that recorded it, before it was agreed. No list has it any more; its trail stays.",
}

SPINE: Final = (State.AGREED, State.MOU_DRAFTED, State.SIGNED, State.IMPLEMENTED)
OPEN: Final = (State.PROPOSED, State.AGREED, State.MOU_DRAFTED, State.SIGNED, State.SUSPENDED)

CLOSED: Final = (State.IMPLEMENTED, State.WITHDRAWN, State.LAPSED, State.SUPERSEDED, State.MERGED)
UNDONE: Final = tuple(state for state in State if state not in {State.PROPOSED, State.SUSPENDED})
"""States that a move brought and that can be undone: in the first nothing was moved, from a suspended one `resume` leads back."""
LATER: Final = "recorded_without_a_party"
"""The condition of rows by which a party that came in later says what it makes of what was there."""
CARRIED: Final = "carried"
"""The condition of rows that depend on whether an instrument of the register carries it."""
UNSIGNED: Final = "instrument_unsigned"
"""The condition that such an instrument is not signed: then it is signed there."""
READ: Final = "instrument_signed"
"""The condition that it is signed: then the signing is read from there."""
STEPS: Final[tuple[Step, ...]] = (
    *(Step(Action.AGREE, State.PROPOSED, found, when={"found_in": found}) for found in SPINE[:2]),
    *(Step(Action.AGREE, State.PROPOSED, found, when={"found_in": found, UNSIGNED: False}) for found in SPINE[2:]),
    Step(Action.DRAFT_MOU, State.AGREED, State.MOU_DRAFTED),
    Step(Action.REDRAFT, State.MOU_DRAFTED, State.AGREED, when={CARRIED: False}),
    Step(Action.SIGN, State.MOU_DRAFTED, State.SIGNED, when={UNSIGNED: False}),
    Step(Action.SIGN, State.AGREED, State.SIGNED, when={READ: True}),
    Step(Action.IMPLEMENT, State.SIGNED, State.IMPLEMENTED),
    Step(Action.IMPLEMENT, State.AGREED, State.IMPLEMENTED, when={"instrument_required": False}),
    Step(Action.REOPEN, State.IMPLEMENTED, State.SIGNED, when={"signed": True}),
    Step(Action.REOPEN, State.IMPLEMENTED, State.AGREED, when={"signed": False}),
    *each(Action.AMEND, None, (*OPEN, *CLOSED)),
    *each(Action.CARRY_OVER, None, OPEN),
    *each(Action.SUSPEND, State.SUSPENDED, [state for state in OPEN if state is not State.SUSPENDED]),
    Step(Action.RESUME, State.SUSPENDED, BACK),
    *each(Action.WITHDRAW, State.WITHDRAWN, OPEN),
    *each(Action.LAPSE, State.LAPSED, OPEN),
    *each(Action.SUPERSEDE, State.SUPERSEDED, OPEN),
    *each(Action.MERGE, State.MERGED, OPEN),
    *mending(Action.CORRECT, State, Action.REINSTATE, UNDONE),
    *(
        Step(Action.APPROVE, state, state, who=Who.OWN, when={"subject_to_approval": True})
        for state in (*SPINE, State.SUSPENDED)
    ),
    *(
        Step(action, state, state, Permission.MANAGE_COMMISSION, Who.OWN, {LATER: True})
        for action in (Action.ACKNOWLEDGE, Action.DISPUTE)
        for state in State
        if state is not State.RETRACTED
    ),
    *(
        Step(action, state, state, who=Who.OWN)
        for action in (Action.RECORD_STEP, Action.APPLY_TEMPLATE)
        for state in State
        if state is not State.RETRACTED
    ),
    *retracting(Action.RETRACT, State.RETRACTED, (State.PROPOSED,)),
)

LIFECYCLE: Final = Lifecycle(
    noun="A commitment",
    steps=STEPS,
    meaning=MEANING,
    begins={"record": State.PROPOSED},
    open=OPEN,
    spine=SPINE,
    takes_up=(*OPEN, State.IMPLEMENTED),
)
