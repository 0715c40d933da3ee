"""What the entries add up to: the commission with its sessions and groups, and where each commitment stands. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from service.register.commitments.rules.numbering import is_restricted, number_of
from service.register.decisions.rules.beside import Opening
from service.register.decisions.rules.lifecycle import Step
from service.register.decisions.rules.matter import Rules
from service.register.decisions.rules.numbers import Numbers, is_apart
from service.trail.chain import Link
from service.verify.canonical import Entry
from service.verify.replay.registry import Registry
from service.verify.replay.shape import Broken
from service.verify.replay.tellings import Reread, Tellings


@dataclass(slots=True)
class Waiting:
    """An open proposal, as its entry says it, and the parties that have yet to confirm it."""

    proposal: dict[str, Any]
    row: Step
    """Its row of the lifecycle: while it is open, no other proposal moves the matter."""
    by: str
    awaiting: list[str]
    at: str = ""
    """When it was made."""
    brought: dict[str, Any] = field(default_factory=dict)
    """What confirmations have brought."""


@dataclass(slots=True)
class Subject:
    """A subject of the log: the end of its chain, and for a matter what the replay knows of it."""

    last: Link = field(default_factory=Link)
    index: int = -1
    reference: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    """The members of the matter as they stand now; empty until it is recorded."""
    progress: dict[str, Any] = field(default_factory=dict)
    """Of a commitment: by party, its last report."""
    recorded_by: str = ""
    recorded_at: str = ""
    moved_alone_at: str | None = None
    """When a move of all took effect that awaited nobody."""
    is_joint: bool = False
    """Whether its first joint move has taken effect."""
    was_carried: bool = False
    """Of a commitment: whether an instrument has carried it, so that what it tells of one is that one's."""
    rules: Rules[Any] | None = None
    """Those of its last entry's version."""
    waiting: Waiting | None = None
    told: Tellings = field(default_factory=Tellings)
    """The entries that tell of its moves: by them a correction is judged."""
    broken: bool = False
    replay: "Replaying | None" = None
    """How its entries are replayed: what it is, its first one decided."""

    def tells(self) -> None:
        """Note that its last entry tells of a move."""
        self.told.add(self.index, self.last.leaf)


@dataclass(frozen=True, slots=True)
class Taken:
    """That a matter went along with another one's move, as its own next entry has to say it."""

    by: dict[str, str]
    event: str
    changes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Opened:
    """What a move opened, and by which entry of which commitment: the first entry of its own trail has to tell just that."""

    by: dict[str, str]
    opening: Opening


@dataclass(slots=True)
class Kept:
    """A document that was attached to the matter `subject`, by which party, and what its bytes are."""

    subject: str
    party: str
    holder: Subject
    sha256: str
    size: int
    closer: str | None
    withdrawn: bool = False


@dataclass(slots=True)
class Register:
    """The commission with its charter, its sessions and groups by id, and its commitments by reference."""

    commitments: dict[str, Subject]
    reread: Reread
    id: str = ""
    charter: dict[str, Any] = field(default_factory=dict)
    """Its members as they stand now; empty until it is founded."""
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    spoken: dict[str, Tellings] = field(default_factory=dict)
    """Of each session and group that the commission's own entries told of: those that did."""
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    founders: dict[str, str] = field(default_factory=dict)
    """Of each group that the commission's own entries told of, the party that founded it."""
    subjects: dict[str, Subject] = field(default_factory=dict)
    """Each commitment by its id."""
    taken_along: dict[str, list[Taken]] = field(default_factory=dict)
    """Of each commitment that went along with another matter's move: of which its own next entries have to tell."""
    opened: dict[str, Opened] = field(default_factory=dict)
    """What was opened and has not told so yet, by its id."""
    instruments: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The members of each, by its id."""
    documents: dict[str, Kept] = field(default_factory=dict)
    """Each by its id."""
    numbered: dict[str, Subject] = field(default_factory=dict)
    """The commitments and instruments that have a number, by the reference that has it."""
    series: dict[tuple[str, bool], Numbers] = field(default_factory=dict)
    """The numbers that were given, of each session's references, apart for restricted items."""

    registry: Registry = field(default_factory=Registry)
    """In the registry's own log, all that there is."""

    def named(self, reference: str) -> Subject | None:
        """Return the commitment with this reference, its draft's or its number."""
        return self.numbered.get(reference) or self.commitments.get(reference)

    def number(self, reference: str, subject: Subject) -> None:
        """Note that a commitment has its number; `Broken` if another has it."""
        if self.numbered.setdefault(reference, subject) is not subject:
            raise Broken(f"the number {reference} was given before")
        stem, number = reference.rpartition("/")[0], number_of(reference)
        self.numbers(stem, apart=is_restricted(number)).give(number)

    def numbers(self, stem: str, *, apart: bool) -> Numbers:
        """Return the series of a session's references."""
        if (stem, apart) not in self.series:
            self.series[stem, apart] = Numbers(stem, apart=apart)
        return self.series[stem, apart]

    def hold_to_openings(self, rules: Rules[Any], numbered: Mapping[str, Any]) -> None:
        """Raise `Broken` if what a move opened of this kind has not told so: its number is the next that is given in its series.

        Of what is restricted the version that it tells so in decides on the series; until then others may be numbered in either.
        """
        opened = () if rules.apart(numbered) else self.opened.items()
        silent = sorted(
            key for key, one in opened if one.opening.kind == rules.kind and not is_apart(one.opening.members)
        )
        if silent:
            raise Broken(f"what {' and '.join(silent)} tells of how it was opened is missing")

    @property
    def code(self) -> str:
        """Return the commission's code, with which references begin."""
        return str(self.charter["code"])

    @property
    def parties(self) -> Sequence[str]:
        """Return its parties, also those that take no part in the register."""
        return self.charter["parties"] if self.charter else ()

    @property
    def languages(self) -> Sequence[str]:
        """Return the languages of its authentic texts."""
        return self.charter["languages"] if self.charter else ()

    def party_of(self, entry: Entry) -> str:
        """Return the party for which the entry was written; `Broken` if it takes no part here."""
        party, charter = entry.party, self.charter
        if party is None or not charter or party not in charter["parties"] or party in charter["outside"]:
            kept = " in its register" if party in self.parties else ""
            raise Broken(f"it was done for {party}, which is not a party of this commission{kept}")
        return party

    def known(self, subject: Subject) -> dict[str, Any]:
        """Return what the rules look at: a matter's members, what is known of its record, and what the charter fixes."""
        charter = self.charter
        return {
            **subject.facts,
            "is_joint": subject.is_joint,
            "recorded_by": subject.recorded_by,
            "recorded_at": subject.recorded_at,
            "moved_alone_at": subject.moved_alone_at,
            # What the charter fixes for all that is decided in its commission.
            "parties": charter["parties"],
            "outside": charter["outside"],
            "entered": charter["entered"],
            "departed": charter["departed"],
            "commission_state": charter["state"],
        }


Replaying = Callable[[Register, Subject, Entry], None]
"""Replays the next entry of a subject; raises `Broken` with the rule that it breaks."""
