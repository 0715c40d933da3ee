"""The lifecycle of a session: its states, and the table of its moves. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from service.register.decisions.rules.lifecycle import Lifecycle, Step, Who, each
from service.register.decisions.rules.mending import mending
from service.register.decisions.rules.own import retracting


class SessionState(StrEnum):
    """Where a session is; `MEANING` says what each means and who leaves it."""

    PROPOSED = "proposed"
    PLANNED = "planned"
    POSTPONED = "postponed"
    HELD = "held"
    ADOPTED = "adopted"
    CANCELLED = "cancelled"
    RETRACTED = "retracted"


class SessionAction(StrEnum):
    """What a party may propose, or does alone."""

    MOVE = "move"
    CHANGE_HOST = "change_host"
    CANCEL = "cancel"
    HOLD = "hold"
    ADOPT = "adopt"
    NAME_CO_CHAIR = "name_co_chair"
    RECORD_STEP = "record_step"
    APPLY_TEMPLATE = "apply_template"
    CORRECT = "correct"
    REINSTATE = "reinstate"
    RETRACT = "retract"


MEANING: Final[Mapping[StrEnum, str]] = {
    SessionState.PROPOSED: "One party has recorded it, from before the register; the others have not yet confirmed that it was held.",
    SessionState.PLANNED: "Its host has planned it. It waits to be held; the host alone moves it.",
    SessionState.POSTPONED: "Its host has put it off, and no new day is known.",
    SessionState.HELD: "Every party has confirmed that it met. Its minutes wait to be adopted.",
    SessionState.ADOPTED: "Every party has adopted its minutes. From now on they are corrected, and nothing else.",
    SessionState.CANCELLED: "Every party has confirmed that it does not meet.",
    SessionState.RETRACTED: "Taken back by the party that recorded it. No list has it any more; its trail stays.",
}
SPINE: Final = (SessionState.PLANNED, SessionState.HELD, SessionState.ADOPTED)
OPEN: Final = (SessionState.PROPOSED, SessionState.PLANNED, SessionState.POSTPONED)
MET: Final = (SessionState.HELD, SessionState.ADOPTED)
"""States of a session that met: among these an ordinal is unique."""
AHEAD: Final = (SessionState.PLANNED, SessionState.POSTPONED)
UNDONE: Final = (SessionState.HELD, SessionState.ADOPTED, SessionState.CANCELLED, SessionState.RETRACTED)
HOST: Final = "host_party"

STEPS: Final = (
    *(
        Step(
            SessionAction.MOVE, state, target, who=Who.OWN, by=HOST, when={"with_dates": target is SessionState.PLANNED}
        )
        for state in AHEAD
        for target in AHEAD
    ),
    *each(SessionAction.CHANGE_HOST, None, AHEAD),
    *each(SessionAction.CANCEL, SessionState.CANCELLED, AHEAD),
    *(
        Step(SessionAction.HOLD, state, target, when={"with_minutes": target is SessionState.ADOPTED})
        for state in OPEN
        for target in MET
    ),
    Step(SessionAction.ADOPT, SessionState.HELD, SessionState.ADOPTED),
    *(Step(SessionAction.NAME_CO_CHAIR, state, state, who=Who.OWN) for state in SessionState),
    *(
        Step(action, state, state, who=Who.OWN)
        for action in (SessionAction.RECORD_STEP, SessionAction.APPLY_TEMPLATE)
        for state in SessionState
        if state is not SessionState.RETRACTED
    ),
    *mending(SessionAction.CORRECT, SessionState, SessionAction.REINSTATE, UNDONE),
    *retracting(SessionAction.RETRACT, SessionState.RETRACTED, (SessionState.PROPOSED, SessionState.PLANNED)),
)

LIFECYCLE: Final = Lifecycle(
    noun="A session",
    steps=STEPS,
    meaning=MEANING,
    begins={"plan": SessionState.PLANNED, "record": SessionState.PROPOSED},
    open=OPEN,
    spine=SPINE,
)
JOINT: Final = frozenset(step.action for step in STEPS if step.who is Who.ALL)
"""Moves of which the first that takes effect makes the session a matter of all."""
