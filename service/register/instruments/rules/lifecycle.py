"""The lifecycle of an instrument: its states, and the table of its moves. Pure.

In force, provisionally applied, expired are computed from the clauses and from what happened; they are no states.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from service.register.decisions.rules.lifecycle import Lifecycle, Step, Who, each
from service.register.decisions.rules.mending import mending
from service.register.decisions.rules.own import retracting


class InstrumentState(StrEnum):
    """Where an instrument is; `MEANING` says what each means and who leaves it."""

    PROPOSED = "proposed"
    DRAFTED = "drafted"
    TEXT_AGREED = "text_agreed"
    INITIALLED = "initialled"
    SIGNED = "signed"
    TERMINATED = "terminated"
    SUPERSEDED = "superseded"
    ABANDONED = "abandoned"
    RETRACTED = "retracted"


class InstrumentAction(StrEnum):
    """What a party may propose, or does alone."""

    ENTER = "enter"
    AGREE_TEXT = "agree_text"
    INITIAL = "initial"
    REDRAFT = "redraft"
    SIGN_FIRST = "sign_first"
    SIGN = "sign"
    AMEND = "amend"
    GIVE_NOTICE = "give_notice"
    REVOKE_NOTICE = "revoke_notice"
    TERMINATE = "terminate"
    OBJECT = "object"
    SUPERSEDE = "supersede"
    ABANDON = "abandon"
    RECORD_STEP = "record_step"
    APPLY_TEMPLATE = "apply_template"
    SEND_NOTIFICATION = "send_notification"
    RECEIVE_NOTIFICATION = "receive_notification"
    PUBLISH = "publish"
    CORRECT = "correct"
    REINSTATE = "reinstate"
    RETRACT = "retract"


S, A = InstrumentState, InstrumentAction
MEANING: Final[Mapping[StrEnum, str]] = {
    S.PROPOSED: "One party has recorded it; the others have not yet confirmed that there is such a text. It has a draft reference.",
    S.DRAFTED: "Every party that is awaited has confirmed that a draft was sent. It has its number.",
    S.TEXT_AGREED: "The text is agreed; it may still go back to be drafted anew.",
    S.INITIALLED: "The text is initialled, page by page; it may still go back to be drafted anew.",
    S.SIGNED: "It is signed, exchanged as notes, adopted or acceded to, by every party that is awaited. Whether it is in force is computed.",
    S.TERMINATED: "It came to an end: by notice, by agreement, since it was not renewed or never entered into force.",
    S.SUPERSEDED: "Another instrument takes its place.",
    S.ABANDONED: "It will not be signed.",
    S.RETRACTED: "Taken back by the party that recorded it. No list has it any more; its trail stays.",
}
FOUND_IN: Final = "found_in"
BY_NOTICE: Final = "by_notice"
"""The condition of a row by which one party ends it alone, since its notice has run out."""
SPINE: Final = (S.DRAFTED, S.TEXT_AGREED, S.INITIALLED, S.SIGNED)
UNSIGNED: Final = (S.DRAFTED, S.TEXT_AGREED, S.INITIALLED)
CLOSED: Final = (S.TERMINATED, S.SUPERSEDED, S.ABANDONED, S.RETRACTED)
OWN: Final = frozenset(
    {
        A.SIGN_FIRST,
        A.GIVE_NOTICE,
        A.REVOKE_NOTICE,
        A.OBJECT,
        A.RECORD_STEP,
        A.APPLY_TEMPLATE,
        A.SEND_NOTIFICATION,
        A.RECEIVE_NOTIFICATION,
        A.PUBLISH,
    }
)
"""Moves that bring one party's own facts."""


def _own(action: InstrumentAction, *sources: InstrumentState) -> tuple[Step, ...]:
    return tuple(Step(action, state, state, who=Who.OWN) for state in sources)


STEPS: Final = (
    *(Step(A.ENTER, S.PROPOSED, state, when={FOUND_IN: state}) for state in SPINE),
    Step(A.AGREE_TEXT, S.DRAFTED, S.TEXT_AGREED),
    *each(A.INITIAL, S.INITIALLED, (S.DRAFTED, S.TEXT_AGREED)),
    *each(A.REDRAFT, S.DRAFTED, (S.TEXT_AGREED, S.INITIALLED)),
    *_own(A.SIGN_FIRST, *UNSIGNED),
    *each(A.SIGN, S.SIGNED, UNSIGNED),
    *each(A.AMEND, None, (S.PROPOSED, *SPINE)),
    *_own(A.GIVE_NOTICE, S.SIGNED),
    *_own(A.REVOKE_NOTICE, S.SIGNED),
    Step(A.TERMINATE, S.SIGNED, S.TERMINATED, who=Who.OWN, when={BY_NOTICE: True}),
    Step(A.TERMINATE, S.SIGNED, S.TERMINATED, when={BY_NOTICE: False}),
    *_own(A.OBJECT, S.TERMINATED),
    Step(A.SUPERSEDE, S.SIGNED, S.SUPERSEDED),
    *each(A.ABANDON, S.ABANDONED, (S.PROPOSED, *UNSIGNED)),
    *_own(A.RECORD_STEP, *S),
    *_own(A.APPLY_TEMPLATE, *S),
    *_own(A.SEND_NOTIFICATION, *S),
    *_own(A.RECEIVE_NOTIFICATION, *S),
    *_own(A.PUBLISH, *S),
    *mending(A.CORRECT, S, A.REINSTATE, (*SPINE, *CLOSED)),
    *retracting(A.RETRACT, S.RETRACTED, (S.PROPOSED,)),
)
LIFECYCLE: Final = Lifecycle(
    noun="An instrument",
    steps=STEPS,
    meaning=MEANING,
    begins={"record": S.PROPOSED},
    open=(S.PROPOSED, *SPINE),
    spine=SPINE,
    takes_up=(S.SIGNED,),
)
JOINT: Final = frozenset(step.action for step in STEPS if step.who is Who.ALL)
"""Moves of which the first that takes effect makes the instrument a matter of all."""
