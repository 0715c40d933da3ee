"""A lifecycle: one table of rows, and everything that follows from it.

Pure: no I/O, no clock. No other code knows which move is legal; the texts of refusals, the allowed actions, the picture, the
published machine and the exhaustive tests all read the table of the matter.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Final

from service.errors import TransitionNotAllowed
from service.permissions import Permission


class Back(StrEnum):
    """The target of `resume`: the state that the matter left."""

    BACK = "back"


BACK: Final = Back.BACK


class Who(StrEnum):
    """Who decides a move: every party of the commission, or the party that makes it, alone and at once."""

    ALL = "all"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Step:
    """One row: from `source`, `action` leads to `target`, where the facts in `when` hold, for who has `permission`."""

    action: StrEnum
    source: StrEnum
    target: StrEnum
    permission: Permission = Permission.PROPOSE
    who: Who = Who.ALL
    when: Mapping[str, object] = field(default_factory=dict)
    by: str | None = None
    """Of an own row: the fact that names the one party that may; None: each party may."""
    takes_back: bool = False
    """Of an own row: it ends the matter, so that the party's own open proposal closes with it, and another's stands in its way."""

    def leads_to(self, left: StrEnum | None) -> StrEnum:
        """Return the state to which the row leads; from `BACK` it is `left`, the state that the matter left."""
        if self.target is not BACK:
            return self.target
        if left is None:
            raise ValueError("a suspended matter knows the state it left")
        return left

    @property
    def condition(self) -> str:
        """Return the condition of the row as a sentence says it."""
        return " and ".join(f"{name} = {str(value).lower()}" for name, value in self.when.items())


def each(action: StrEnum, target: StrEnum | None, sources: Iterable[StrEnum]) -> tuple[Step, ...]:
    """Return a row from each of `sources`; without a `target` the state stays."""
    return tuple(Step(action, source, target or source) for source in sources)


@dataclass(frozen=True)
class Lifecycle:
    """The table of one kind of matter, with what is said of its states."""

    noun: str
    """The matter as a sentence begins with it: `A commitment`."""
    steps: tuple[Step, ...]
    meaning: Mapping[StrEnum, str]
    """Each state, in the order of a matter's life: what it means and who leaves it."""
    begins: Mapping[str, StrEnum]
    """How a matter begins, and in which state."""
    open: tuple[StrEnum, ...]
    spine: tuple[StrEnum, ...]
    takes_up: tuple[StrEnum, ...] = ()
    """States in which a matter can be named as the one that takes another up."""

    def steps_from(self, state: str) -> Sequence[Step]:
        """Return the rows that leave `state`, in the table's order."""
        return self._leaving.get(state, ())

    def allowed(self, state: StrEnum, facts: Mapping[str, object]) -> list[StrEnum]:
        """Return the actions that are allowed in `state`, given what is known of the `facts` that rows depend on."""
        return list(dict.fromkeys(step.action for step in self.possible(state, facts)))

    def possible(self, state: StrEnum, facts: Mapping[str, object]) -> list[Step]:
        """Return the rows by which `state` may be left, given what is known of the `facts` that rows depend on."""
        return [step for step in self.steps_from(state) if _may_hold(step.when, facts)]

    @cached_property
    def _leaving(self) -> Mapping[str, Sequence[Step]]:
        states = {step.source for step in self.steps}
        return {state: tuple(step for step in self.steps if step.source == state) for state in states}

    @cached_property
    def _rows(self) -> Mapping[tuple[str, str], Sequence[Step]]:
        """The rows by state and action: to find the one of a move, the others are not looked at."""
        keys = {(step.source, step.action) for step in self.steps}
        return {key: tuple(step for step in self.steps_from(key[0]) if step.action == key[1]) for key in keys}

    @cached_property
    def unconditional(self) -> Mapping[tuple[str, str], Step]:
        """The rows by state and action that hold whatever the facts are, which need not be known then."""
        return {key: rows[0] for key, rows in self._rows.items() if not rows[0].when}

    @property
    def permissions(self) -> list[Permission]:
        """Return what a caller needs, one of them at least, to propose anything."""
        return list(dict.fromkeys(step.permission for step in self.steps))

    def step(self, action: str, state: StrEnum, facts: Mapping[str, object], pending: str = "") -> Step:
        """Return the row for `action` in `state`, given the `facts` that the rows' `when` asks for.

        `TransitionNotAllowed` says which actions are allowed, when there is no such row: skipping, going back, a self-loop,
        an unknown action; and what is `pending`, if the state waits for something.
        """
        for step in self._rows.get((state, action), ()):
            if not step.when or all(facts.get(name) == value for name, value in step.when.items()):
                return step
        raise self.refusal(action, state, facts, pending)

    def refusal(
        self, action: str, state: StrEnum, facts: Mapping[str, object], pending: str = ""
    ) -> TransitionNotAllowed:
        """Return the error that names the present state, the actions it allows, and the condition that was not met."""
        allowed = self.allowed(state, facts)
        unmet = [step for step in self._rows.get((state, action), ()) if step.when]
        condition = f" '{action}' is possible here only if {unmet[0].condition}." if unmet else ""
        what = f"Allowed now: {', '.join(allowed)}." if allowed else "Nothing more can be done with it."
        return TransitionNotAllowed(
            f"{self.noun} that is {state} does not allow '{action}'.{condition} {what} {pending}".rstrip(),
            state=state,
            allowed_actions=allowed,
        )

    def picture(self) -> str:
        """Return the lifecycle as a Mermaid state diagram; actions with the same way share an arrow."""
        ways: dict[tuple[str, str], list[str]] = {}
        for step in self.steps:
            # In which state it was found says the arrow itself.
            condition = f" ({step.condition})" if step.when and "found_in" not in step.when else ""
            end = "the_state_it_left" if step.target is BACK else str(step.target)
            ways.setdefault((str(step.source), end), []).append(f"{step.action}{condition}")
        arrows = [f"    {source} --> {end}: {', '.join(actions)}" for (source, end), actions in ways.items()]
        begun = [f"    [*] --> {state}: {action}" for action, state in self.begins.items()]
        return "\n".join(["stateDiagram-v2", *begun, *arrows]) + "\n"


def _may_hold(when: Mapping[str, object], facts: Mapping[str, object]) -> bool:
    return all(name not in facts or facts[name] == value for name, value in when.items())
