"""The lifecycle of a commitment: one table of rows, and what follows from it.

Pure: no I/O, no clock. No other code knows which move is legal; the texts of refusals, the allowed actions, the
picture, the published machine and the exhaustive test all read `LIFECYCLE`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from service.errors import TransitionNotAllowed
from service.permissions import Permission


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


class Action(StrEnum):
    """What a party may propose."""

    AGREE = "agree"
    DRAFT_MOU = "draft_mou"
    REDRAFT = "redraft"
    SIGN = "sign"
    IMPLEMENT = "implement"
    AMEND = "amend"
    REOPEN = "reopen"
    SUSPEND = "suspend"
    RESUME = "resume"
    WITHDRAW = "withdraw"
    LAPSE = "lapse"
    SUPERSEDE = "supersede"
    MERGE = "merge"


MEANING: Final[Mapping[State, str]] = {
    State.PROPOSED: "One party has recorded it; the others have not yet confirmed that it was agreed.",
    State.AGREED: "Every party has confirmed that it was agreed. It waits for an instrument, or to be carried out.",
    State.MOU_DRAFTED: "A draft of the instrument has been sent to the other side.",
    State.SIGNED: "The instrument is signed by every party. It waits to be carried out.",
    State.IMPLEMENTED: "Every party has confirmed that it was carried out. Only `reopen` leaves it.",
    State.SUSPENDED: "Set aside for a time; `resume` goes back to the state it left.",
    State.WITHDRAWN: "Dropped by every party.",
    State.LAPSED: "Closed without having been implemented: a deadline, an expiry, a change of policy.",
    State.SUPERSEDED: "Replaced by another commitment, which it names.",
    State.MERGED: "Carried on within another commitment, which it names.",
}

SPINE: Final = (State.AGREED, State.MOU_DRAFTED, State.SIGNED, State.IMPLEMENTED)
OPEN: Final = (State.PROPOSED, State.AGREED, State.MOU_DRAFTED, State.SIGNED, State.SUSPENDED)


class Back(StrEnum):
    """The target of `resume`: the state that the commitment left."""

    BACK = "back"


BACK: Final = Back.BACK


@dataclass(frozen=True, slots=True)
class Step:
    """One row: from `source`, `action` leads to `target`, where the facts in `when` hold, for who has `permission`."""

    action: Action
    source: State
    target: State | Back
    permission: Permission = Permission.PROPOSE
    when: Mapping[str, object] = field(default_factory=dict)


def _each(action: Action, target: State | None, sources: Sequence[State] = OPEN) -> tuple[Step, ...]:
    return tuple(Step(action, source, target or source) for source in sources)


LIFECYCLE: Final[tuple[Step, ...]] = (
    *(Step(Action.AGREE, State.PROPOSED, found, when={"found_in": found}) for found in SPINE),
    Step(Action.DRAFT_MOU, State.AGREED, State.MOU_DRAFTED),
    Step(Action.REDRAFT, State.MOU_DRAFTED, State.AGREED),
    Step(Action.SIGN, State.MOU_DRAFTED, State.SIGNED),
    Step(Action.IMPLEMENT, State.SIGNED, State.IMPLEMENTED),
    Step(Action.IMPLEMENT, State.AGREED, State.IMPLEMENTED, when={"instrument_required": False}),
    Step(Action.REOPEN, State.IMPLEMENTED, State.SIGNED, when={"instrument_required": True}),
    Step(Action.REOPEN, State.IMPLEMENTED, State.AGREED, when={"instrument_required": False}),
    *_each(Action.AMEND, None),
    *_each(Action.SUSPEND, State.SUSPENDED, [state for state in OPEN if state is not State.SUSPENDED]),
    Step(Action.RESUME, State.SUSPENDED, BACK),
    *_each(Action.WITHDRAW, State.WITHDRAWN),
    *_each(Action.LAPSE, State.LAPSED),
    *_each(Action.SUPERSEDE, State.SUPERSEDED),
    *_each(Action.MERGE, State.MERGED),
)

Table = Sequence[Step]


def steps_from(state: State, table: Table | None = None) -> list[Step]:
    """Return the rows that leave `state`, in the table's order."""
    return [step for step in _table(table) if step.source == state]


def allowed(state: State, facts: Mapping[str, object], table: Table | None = None) -> list[str]:
    """Return the actions that are allowed in `state`, given what is known of the `facts` that rows depend on."""
    held = [step.action for step in steps_from(state, table) if _may_hold(step.when, facts)]
    return [str(action) for action in dict.fromkeys(held)]


def step(action: str, state: State, facts: Mapping[str, object], table: Table | None = None) -> Step:
    """Return the row for `action` in `state`.

    `facts` holds what the rows' `when` asks for: `found_in`, `instrument_required`. `TransitionNotAllowed` says which
    actions are allowed, when there is no such row: skipping, going back, a self-loop, an unknown action.
    """
    for row in steps_from(state, table):
        if row.action == action and all(facts.get(name) == value for name, value in row.when.items()):
            return row
    raise refusal(action, state, facts, table)


def refusal(action: str, state: State, facts: Mapping[str, object], table: Table | None = None) -> TransitionNotAllowed:
    """Return the error that names the present state, the actions it allows, and the condition that was not met."""
    able = allowed(state, facts, table)
    unmet = [row.when for row in steps_from(state, table) if row.action == action]
    condition = f" '{action}' is possible here only if {_condition(unmet[0])}." if unmet and unmet[0] else ""
    what = f"Allowed now: {', '.join(able)}." if able else "Nothing more can be done with it."
    return TransitionNotAllowed(
        f"A commitment that is {state} does not allow '{action}'.{condition} {what}", state=state, allowed_actions=able
    )


def target(row: Step, suspended_from: State | None) -> State:
    """Return the state to which `row` leads; `resume` leads to `suspended_from`."""
    if isinstance(row.target, State):
        return row.target
    if suspended_from is None:
        raise ValueError("a suspended commitment knows the state it left")
    return suspended_from


def picture(table: Table | None = None) -> str:
    """Return the lifecycle as a Mermaid state diagram; actions with the same way share an arrow."""
    ways: dict[tuple[str, str], list[str]] = {}
    for row in _table(table):
        condition = f" ({_condition(row.when)})" if "instrument_required" in row.when else ""
        end = "the_state_it_left" if row.target is BACK else str(row.target)
        ways.setdefault((str(row.source), end), []).append(f"{row.action}{condition}")
    arrows = [f"    {source} --> {end}: {', '.join(actions)}" for (source, end), actions in ways.items()]
    return "\n".join(["stateDiagram-v2", f"    [*] --> {State.PROPOSED}: record", *arrows]) + "\n"


def _table(table: Table | None) -> Table:
    return LIFECYCLE if table is None else table


def _may_hold(when: Mapping[str, object], facts: Mapping[str, object]) -> bool:
    return all(name not in facts or facts[name] == value for name, value in when.items())


def _condition(when: Mapping[str, object]) -> str:
    return " and ".join(f"{name} = {str(value).lower()}" for name, value in when.items())
