"""What a kind of matter brings to the engine: its table, its evidence, and its rules. Pure.

A new kind of matter is a lifecycle, a model per action, and the few functions below; proposing, judging, taking effect,
publishing and replaying follow.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from pydantic import TypeAdapter

from service.errors import Fault
from service.register.decisions.rules.beside import Opening, Taking
from service.register.decisions.rules.ended import UNSETTLED
from service.register.decisions.rules.evidence import Evidence
from service.register.decisions.rules.lifecycle import Lifecycle, Step
from service.register.decisions.rules.numbers import Numbers

Members = Mapping[str, Any]
"""A matter's members, or those of a piece of evidence, as JSON values."""


@dataclass(slots=True, kw_only=True, unsafe_hash=True)
class Facts:
    """What the rules of a matter look at. Hashable: what follows from equal facts is remembered.

    Nobody changes them; they are not `frozen`, since a frozen one takes five times as long to make, and each reading of a matter
    makes one.
    """

    state: StrEnum
    parties: tuple[str, ...]
    languages: tuple[str, ...]
    left: StrEnum | None = None
    """The state to which a suspended matter goes back."""
    is_joint: bool = False
    """Whether it is a matter of all: its first joint move has taken effect. Until then it is its recorder's."""

    def conditions(self, body: Members) -> dict[str, object]:  # noqa: ARG002 -- other matters look at it
        """Return the facts that rows of the lifecycle depend on, as far as they are known; `body` is what is proposed."""
        return {"is_joint": self.is_joint}

    def made_by(self, party: str | None) -> dict[str, object]:  # noqa: ARG002 -- other matters look at it
        """Return the facts that rows of the lifecycle depend on, and that only tells who makes the move."""
        return {}

    @property
    def pending(self) -> str:
        """Return what has to happen before anything else can, as a refusal says it; "": nothing."""
        return ""


@dataclass(frozen=True, slots=True)
class Name:
    """Something else that a proposal names: where it stands in the body, what it is, its reference or id."""

    pointer: str
    kind: str
    key: str


Path = tuple[str, ...]
"""Where a fact stands among a matter's members: `("effective_on",)`, `("instrument", "place")`."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What one entry of the matter's trail brought when it recorded it, or when the move that it tells of took effect."""

    leaf: str
    seq: int
    at: datetime
    step: Step | None
    """The move's row; None where it was recorded, and no more. Of a correction it is the row of the move that it corrects."""
    target: StrEnum | None
    evidence: Members
    facts: Members
    """Each fact by the name that the evidence, or the matter, gives it."""
    shared: frozenset[str]
    """Those of them that are members of the matter by that name."""
    before: Members
    after: Members
    corrected: dict[str, str] = field(default_factory=dict)
    """Facts that were corrected since, and the leaf hash of the entry that did."""
    is_correction: bool = False
    party: str | None = None
    """For which party the entry was written; of a correction, the entry that it corrects."""

    @property
    def action(self) -> str:
        """Return the name of what it did."""
        return str(self.step.action) if self.step else "record"


@dataclass(frozen=True, slots=True)
class Document:
    """What judging needs to know of a document: to which matter it belongs, its digest, and whether it is kept closer."""

    matter: str
    sha256: str
    closer: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What was found under a name: the matter itself, another one of the same commission, an entry of its trail, a document."""

    id: UUID | None = None
    """Of what has to be locked together with the matter."""
    is_itself: bool = False
    is_beside: bool = True
    is_open: bool = True
    entry: Brought | None = None
    """What an entry brought; None: it brought no fact."""
    origins: Mapping[Path, int] = field(default_factory=dict)
    """Of each present fact, the number of the entry that brought it."""
    leaves: Mapping[int, str] = field(default_factory=dict)
    """The leaf hash of each of those entries."""
    elsewhere: str | None = None
    """Where the move was made that the entry tells of, if it was another matter's."""
    readers: tuple[str, ...] | None = None
    """Of what is in another commission: the parties that see it; None: everybody does, or nobody has to."""
    templates: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By party, what the template of steps at home says that stands under the name."""
    members: Members | None = None
    """Of a matter of another kind that is to carry this one: its members."""
    document: "Document | None" = None
    """What a document is, that stands under the name; it `is_itself` where it is of the matter, and `is_open` unless it was withdrawn."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a party's confirmation has to bring."""

    name: str
    kind: str
    """The kind of `Name` under which it is looked up."""
    said: str
    """What it is, to whoever left it out."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """A matter of another kind that carries this one from a move on, as it is named, and the member by which it lists what it carries."""

    kind: str
    member: str
    name: Name


class Made(NamedTuple):
    """Which proposal takes effect, and of which matter: ids."""

    matter_id: str
    transition: str


@dataclass(slots=True)
class Case:
    """A matter as it stands when something is proposed for it or takes effect, and what the proposal names.

    Nobody changes it; like `Facts` it is not `frozen`.
    """

    members: Members
    facts: Facts
    at: datetime
    found: Mapping[Name, Found | None]
    seq: int
    """The number of the entry that is going to tell of it."""
    context: object = None
    """How the evidence is read: `AS_RECORDED` where it is what an entry holds."""
    party: str | None = None
    """The party that makes the move."""
    numbers: Numbers | None = None
    """The series in which it will have its number, if the move that takes effect gives it one."""
    made: Made | None = None
    """What takes effect; None while it is judged, and where a move is only looked at."""

    @property
    def left(self) -> StrEnum | None:
        """Return the state to which it goes back: the one that the named move left, or the one it was suspended in."""
        for name, one in self.found.items():
            if name.pointer == UNDOES and one and one.entry:
                return self.facts.state.__class__(one.entry.before["state"])
        return self.facts.left


def is_unknown(evidence: Members) -> bool:
    """Return whether the evidence says that nobody knows when it happened: null, and not silent."""
    return evidence.get("effective_on", ...) is None


def said(evidence: Members) -> Members:
    """Return what is said by a move that is made: a day that is sent as null is none, and stands for the day it takes effect."""
    return {name: one for name, one in evidence.items() if name != "effective_on"} if is_unknown(evidence) else evidence


def day_of(step: Step | None, evidence: Members, at: datetime) -> str | None:  # noqa: ARG001 -- other matters look at it
    """Return when a move happened in the world, of one that took effect at `at`: that day in UTC, if nothing is said.

    None where a correction says that nobody knows.
    """
    return None if is_unknown(evidence) else evidence.get("effective_on") or str(at.astimezone(UTC).date())


def every_other(step: Step, evidence: Members, facts: Mapping[str, Any], party: str | None) -> list[str]:  # noqa: ARG001 -- other matters look at them
    """Return whom a proposal of `party` awaits: every other party that takes part; nobody of a commission that is unsettled."""
    if facts["commission_state"] == UNSETTLED:
        return []
    return [one for one in facts["parties"] if one not in facts["outside"] and one != party]


F = TypeVar("F", bound=Facts)
UNDOES = "/undoes"
"""Where a proposal names the move that it undoes."""


@dataclass(frozen=True, eq=False)
class Rules(Generic[F]):
    """The rules of one kind of matter."""

    kind: str
    version: int
    """Of the entries that tell of it; those of an earlier version keep the rules that they were written by."""
    frees: bool
    """Whether nobody can be held: every proposal ends, and who has confirmed may refuse until it takes effect."""
    lifecycle: Lifecycle
    members: tuple[str, ...]
    """What an entry tells of the matter."""
    evidence: Mapping[StrEnum, type[Evidence]]
    facts: Callable[[Members, Sequence[str], Sequence[str]], F]
    """What the rules look at, from the members (with `is_joint`) and the commission's parties and languages."""
    missing: Callable[[StrEnum, Members, F], list[Fault]]
    """Every piece of evidence that the action needs here and the body does not hold; the body may be of any shape."""
    impossible: Callable[[Members, F, date], list[Fault]]
    """What in the evidence cannot be so, given the day."""
    unfit: Callable[[Step, Members, Case], list[Fault]]
    """What the step's effect would make of the matter that may not be."""
    effect: Callable[[Step, Members, Case], dict[str, Any]]
    """The members that change when the step takes effect with this evidence."""
    joining: frozenset[StrEnum]
    """Actions of which the first that takes effect makes it a matter of all."""
    shared: Mapping[str, TypeAdapter[Any]]
    """Members that are recorded and amended as they are, and the shape of each."""
    naming: frozenset[StrEnum]
    """Actions whose evidence may name other matters of the kind, which are locked with it."""
    names: Callable[[Members], list[Name]]
    """What else the body names, which has to be looked up (and locked) before it is judged."""
    wrong_name: Callable[[Name, Found | None], Fault | None]
    """What is wrong with what was found under a name, if anything is."""
    evident: Callable[[str, Members], list[Fault]] = lambda *_: []
    """What cannot be so by the evidence alone, of which some is wrong or missing: `unfit` tells it where it is whole."""
    odd: Callable[[str, Members, Members, str], list[Fault]] = lambda *_: []
    """What is odd in an action's evidence and may have been so, given the days the matter tells and the state before: a warning."""
    awaits: Callable[[Step, Members, Mapping[str, Any], str | None], list[str]] = every_other
    """Whom a proposal awaits, given its evidence, the matter with what the charter fixes, and who makes it."""
    asked: Callable[[str, Members, Members, str | None], tuple[Asked, ...]] = lambda *_: ()
    """What a party's confirmation of an action has to bring, given the proposal's evidence and the matter's members."""
    leaving: frozenset[StrEnum] = frozenset()
    """Actions by which a party leaves: an open proposal that needs it is over."""
    opening: Callable[[Step, Members, Case], Opening | None] = lambda *_: None
    """What a move opens when it takes effect; None: nothing, as almost every move."""
    alone: Callable[[str, Members, Members], Opening | None] = lambda *_: None
    """What a matter with this id and these members tells of, under this charter, that no trail of its own tells of yet; None: nothing."""
    taking: Callable[[Members], Taking | None] = lambda _: None
    """What goes along with the move that the body proposes; the body may be of any shape."""
    carrier: Callable[[Members], Carrier | None] = lambda _: None
    """What carries the matter from the body's move on, and is told so by the same confirmation; the body may be of any shape."""
    carried_by: str | None = None
    """The member of the body that names it; None: nothing carries matters of this kind."""
    carries: Callable[[Members], Collection[str]] = lambda _: ()
    """Ids of the matters of another kind that follow one with these members: their facts are told by it, and change with it."""
    may_carry: Callable[[Members, Members], Collection[str]] = lambda *_: ()
    """The same of all that may follow, once the move that the body proposes has taken effect."""
    too_open: Callable[[Members, Members, Mapping[str, str]], list[str]] = lambda *_: []
    """Of what follows it (the confidentiality of each by its id), what is kept closer than it may be to follow it, given the members
    before and those that change."""
    following: Mapping[str, Callable[[str, str, Members, Members, str | None], dict[str, Any]]] = field(
        default_factory=dict
    )
    """By the kind of what they follow: the members that change of a matter, given the ids and members of both and the day."""
    reads: Callable[[Step, Members, Case], Members] = lambda _, evidence, __: evidence
    """The evidence with what the move reads from the matter itself."""
    apart: Callable[[Members], bool] = lambda _: False
    """Whether a matter with these members is numbered in the series of what is restricted."""
    day: Callable[[Step, Members, datetime], str | None] | None = day_of
    """When a move happened in the world, as its entry tells it; None where entries tell no such day."""

    def effective(self, step: Step, evidence: Members, case: Case) -> dict[str, Any]:
        """Return what its entry tells of a move that takes effect: the members that change, before and after, and the day."""
        evidence = self.reads(step, said(evidence), case)
        after = self.effect(step, evidence, case)
        told: dict[str, Any] = {"before": {name: case.members[name] for name in after}, "after": after}
        return told | ({"on": self.day(step, evidence, case.at)} if self.day else {})
