"""The lifecycle of a commission's charter: its states, and the table of its moves. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from service.permissions import Permission
from service.register.decisions.rules.lifecycle import Lifecycle, Step, Who, each
from service.register.decisions.rules.mending import mending


class CharterState(StrEnum):
    """Where a commission is; `MEANING` says what each means and who leaves it."""

    FOUNDED = "founded"
    KEPT = "kept"
    UNSETTLED = "unsettled"
    IN_FORCE = "in_force"
    DISSOLVED = "dissolved"


class CharterAction(StrEnum):
    """What a party may propose, or does alone."""

    JOIN = "join"
    ACCEDE = "accede"
    LEAVE = "leave"
    AMEND = "amend"
    DISSOLVE = "dissolve"
    NAME_SECRETARIAT = "name_secretariat"
    APPOINT_AUDITOR = "appoint_auditor"
    DISMISS_AUDITOR = "dismiss_auditor"
    ACKNOWLEDGE_LOG = "acknowledge_log"
    SET_STEP_TEMPLATE = "set_step_template"
    CORRECT = "correct"
    REINSTATE = "reinstate"


MEANING: Final[Mapping[StrEnum, str]] = {
    CharterState.FOUNDED: "The administrator founded it. Each party's registrar names its secretariat; until all have, nothing is proposed.",
    CharterState.KEPT: "One party keeps it alone: what that party does takes effect at once, and binds nobody else.",
    CharterState.UNSETTLED: "Of before: each party's moves took effect at once. It waits to become a matter of all.",
    CharterState.IN_FORCE: "Its parties decide together: every one of them confirms what another proposes.",
    CharterState.DISSOLVED: "Every party has confirmed that it is no more. What it holds stays as it is.",
}
SPINE: Final = (CharterState.FOUNDED, CharterState.KEPT, CharterState.IN_FORCE)
OPEN: Final = (CharterState.FOUNDED, CharterState.KEPT, CharterState.UNSETTLED, CharterState.IN_FORCE)
BEGUN: Final = tuple(state for state in CharterState if state is not CharterState.FOUNDED)
"""States in which whoever takes part has a secretariat."""
DECIDING: Final = (CharterState.KEPT, CharterState.IN_FORCE)
"""States in which its parties, or the one that keeps it, decide on anything new."""

ENTERING: Final = (CharterAction.JOIN, CharterAction.ACCEDE)
"""Actions by which a party begins to take part in the register: it answers too, though it does not take part yet."""

STEPS: Final = (
    *(
        Step(CharterAction.JOIN, state, CharterState.IN_FORCE, Permission.JOIN)
        for state in (CharterState.KEPT, CharterState.UNSETTLED)
    ),
    Step(CharterAction.ACCEDE, CharterState.IN_FORCE, CharterState.IN_FORCE, Permission.JOIN),
    *(
        Step(CharterAction.LEAVE, CharterState.IN_FORCE, target, who=Who.OWN, when={"one_remains": one})
        for target, one in ((CharterState.IN_FORCE, False), (CharterState.KEPT, True))
    ),
    *each(CharterAction.AMEND, None, DECIDING),
    *each(CharterAction.DISSOLVE, CharterState.DISSOLVED, DECIDING),
    *each(CharterAction.APPOINT_AUDITOR, None, BEGUN),
    *(
        Step(
            CharterAction.NAME_SECRETARIAT,
            CharterState.FOUNDED,
            target,
            Permission.NAME_SECRETARIAT,
            who=Who.OWN,
            when=when,
        )
        for target, when in (
            (CharterState.FOUNDED, {"another_is_awaited": True}),
            (CharterState.KEPT, {"another_is_awaited": False, "one_keeps_it": True}),
            (CharterState.IN_FORCE, {"another_is_awaited": False, "one_keeps_it": False}),
        )
    ),
    *(
        Step(action, state, state, permission, who=Who.OWN)
        for action, permission in (
            (CharterAction.NAME_SECRETARIAT, Permission.NAME_SECRETARIAT),
            (CharterAction.DISMISS_AUDITOR, Permission.PROPOSE),
            (CharterAction.SET_STEP_TEMPLATE, Permission.PROPOSE),
        )
        for state in BEGUN
    ),
    *(
        Step(CharterAction.ACKNOWLEDGE_LOG, state, state, who=Who.OWN, when={"log_awaits_acknowledgement": True})
        for state in BEGUN
    ),
    *mending(CharterAction.CORRECT, BEGUN, CharterAction.REINSTATE, (CharterState.DISSOLVED,)),
)

LIFECYCLE: Final = Lifecycle(
    noun="A commission",
    steps=STEPS,
    meaning=MEANING,
    begins={"found": CharterState.FOUNDED},
    open=OPEN,
    spine=SPINE,
)
