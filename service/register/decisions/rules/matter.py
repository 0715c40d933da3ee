"""What a kind of matter brings to the engine: its table, its evidence, and its rules. Pure.

A new kind of matter is a lifecycle, a model per action, and the few functions below; proposing, judging, taking effect,
publishing and replaying follow.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Generic, TypeVar
from uuid import UUID

from service.errors import Fault
from service.register.decisions.rules.evidence import Evidence
from service.register.decisions.rules.lifecycle import Lifecycle, Step

Members = Mapping[str, Any]
"""A matter's members, or those of a piece of evidence, as JSON values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the rules of a matter look at. Hashable: what follows from equal facts is remembered."""

    state: StrEnum
    parties: tuple[str, ...]
    languages: tuple[str, ...]
    left: StrEnum | None = None
    """The state to which a suspended matter goes back."""

    def conditions(self, body: Members) -> dict[str, object]:  # noqa: ARG002 -- other matters look at it
        """Return the facts that rows of the lifecycle depend on, as far as they are known; `body` is what is proposed."""
        return {}


@dataclass(frozen=True, slots=True)
class Name:
    """Something else that a proposal names: where it stands in the body, what it is, its reference or id."""

    pointer: str
    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class Found:
    """What was found under a name: the matter itself, or another one, of the same commission, open."""

    id: UUID | None = None
    """Of what has to be locked together with the matter."""
    is_itself: bool = False
    is_beside: bool = True
    is_open: bool = True


F = TypeVar("F", bound=Facts)


@dataclass(frozen=True, eq=False)
class Rules(Generic[F]):
    """The rules of one kind of matter."""

    kind: str
    version: int
    """Of the entries that tell of it; those of an earlier version keep the rules that they were written by."""
    lifecycle: Lifecycle
    members: tuple[str, ...]
    """What an entry tells of the matter."""
    evidence: Mapping[StrEnum, type[Evidence]]
    facts: Callable[[Members, Sequence[str], Sequence[str]], F]
    """What the rules look at, from the members and the commission's parties and languages."""
    missing: Callable[[StrEnum, Members, F], list[Fault]]
    """Every piece of evidence that the action needs here and the body does not hold; the body may be of any shape."""
    impossible: Callable[[Members, F, date], list[Fault]]
    """What in the evidence cannot be so, given the day."""
    unfit: Callable[[Step, Members, Members], list[Fault]]
    """What the step's effect would make of these members that may not be."""
    effect: Callable[[Step, Members, Members], dict[str, Any]]
    """The members that change when the step takes effect with this evidence; the members before are given."""
    naming: frozenset[StrEnum]
    """Actions whose evidence may name other matters of the kind, which are locked with it."""
    names: Callable[[Members], list[Name]]
    """What else the body names, which has to be looked up (and locked) before it is judged."""
    wrong_name: Callable[[Name, Found | None], Fault | None]
    """What is wrong with what was found under a name, if anything is."""
