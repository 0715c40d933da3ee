"""What is known of a commission: its charter, sessions, groups, commitments and instruments, each with its moves. Pure."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final, TypeVar

from service.register.decisions.rules.ended import has_left, kept_by

Data = dict[str, Any]
Key = TypeVar("Key", bound=Hashable)
COMMITMENT: Final = "commitment"
INSTRUMENT: Final = "instrument"
NAMED: Final = (COMMITMENT, INSTRUMENT)


@dataclass(slots=True)
class Proposal:
    """A proposal as its entry tells it, and who has confirmed it since."""

    transition: str
    action: str
    by: str
    at: str
    awaits: list[str]
    evidence: Data
    expires_at: str | None = None
    confirmed: dict[str, str] = field(default_factory=dict)
    """By party, when it confirmed."""
    ended: str | None = None
    """When it took effect, was refused or withdrawn, or was recorded to be over."""

    @property
    def awaiting(self) -> list[str]:
        """Return the parties that have not answered yet."""
        return [party for party in self.awaits if party not in self.confirmed]

    def was_open(self, day: date, departed: Mapping[str, Data]) -> bool:
        """Return whether it awaited an answer at the end of a day; on its own last day it still did.

        `departed`: which parties have left, as the charter tells it; without one that it needs it is over, though nobody has recorded that.
        """
        said = str(day)
        is_over = (self.ended is not None and self.ended[:10] <= said) or (self.expires_at or said)[:10] < said
        if is_over or self.at[:10] > said:
            return False
        gone = {party: told for party, told in departed.items() if told["at"][:10] <= said}
        return not has_left(gone, {self.by, *self.awaiting}, datetime.fromisoformat(self.at))

    def awaiting_on(self, day: date) -> list[str]:
        """Return the parties that had not answered by the end of a day."""
        return [one for one in self.awaits if one not in self.confirmed or self.confirmed[one][:10] > str(day)]


@dataclass(slots=True)
class Move:
    """A move that took effect: by the entry with this leaf hash and number, on a day in the world."""

    leaf: str
    seq: int
    action: str
    proposal: Proposal
    at: str
    on: str | None
    after: Data


@dataclass(slots=True)
class Life:
    """One matter: its members as they are known, and how it came to them."""

    id: str
    kind: str
    version: int
    members: Data
    recorded_by: str | None
    recorded_at: str
    moves: list[Move] = field(default_factory=list)
    open: Proposal | None = None
    over: list[Proposal] = field(default_factory=list)
    """The proposals that awaited an answer once, and have ended."""
    refusals: list[tuple[str, Data | None]] = field(default_factory=list)
    """From when on which refusal stood: of what, by whom, why; none, once something took effect."""
    moved_alone_at: str | None = None
    """When the last move of all took effect that awaited nobody."""
    reports: list[Data] = field(default_factory=list)
    """Of a commitment: every progress report, each with its party and when it was recorded."""
    told: list[tuple[str, Data]] = field(default_factory=list)
    """Of an instrument: its entries in turn (leaf hash, members), by which it is told as of a day."""
    carried: frozenset[str] = frozenset()
    """Of an instrument: the ids of all commitments that it carries, or carried once."""
    handed_on: list[tuple[str, Data]] = field(default_factory=list)
    """Of a commitment: the entries (leaf hash, data) by which one party's lead went to another body, each since a day."""
    recorded_as: str | None = None
    """Of a commitment or an instrument: the reference with which it was recorded, a draft's, by which others may have named it since."""
    seq: int = 0
    changed_at: str = ""
    """Number and moment of its last entry."""

    @property
    def refusal(self) -> Data | None:
        """Return the last refusal, if nothing has taken effect since."""
        return self.refusals[-1][1] if self.refusals else None

    def refusal_on(self, day: date) -> Data | None:
        """Return the last refusal by the end of a day, if nothing had taken effect since."""
        return next((told for at, told in reversed(self.refusals) if at[:10] <= str(day)), None)


@dataclass
class Known:
    """A commission as it was known: each matter by its id; `commission` is the charter's.

    By what else matters are looked up is sorted out once, when it is first asked: nothing changes any more of what is `completed`.
    """

    lives: dict[str, Life] = field(default_factory=dict)
    commission: str = ""
    last_at: str = ""
    """When the newest of its entries was recorded."""
    entries: int = 0
    _day: tuple[date, dict[str, Any]] | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def charter(self) -> Data:
        """Return the members of the charter."""
        return self.lives[self.commission].members

    @property
    def kept_by(self) -> str | None:
        """Return the party that keeps the register alone, if one does."""
        return kept_by(self.charter)

    def of(self, kind: str) -> Sequence[Life]:
        """Return the matters of a kind."""
        return self._by_kind.get(kind, ())

    def on(self, day: date) -> dict[str, Any]:
        """Return what was reckoned already of matters, by their ids, as of this day: of the day that was asked about last it is kept."""
        last = self._day
        if last is None or last[0] != day:
            last = self._day = (day, {})
        return last[1]

    @cached_property
    def _by_kind(self) -> Mapping[str, Sequence[Life]]:
        return _apart((one.kind, one) for one in self.lives.values())

    @cached_property
    def agreed_at(self) -> Mapping[str | None, Sequence[Life]]:
        """The commitments of each session, by its id; those of none by None."""
        return _apart((one.members["session_id"], one) for one in self.of(COMMITMENT))

    @cached_property
    def carriers(self) -> Mapping[str, Sequence[Life]]:
        """The instruments that carry a commitment, or carried it once, by its id."""
        return _apart((key, one) for one in self.of(INSTRUMENT) for key in one.carried)

    @cached_property
    def named(self) -> Mapping[str | None, Sequence[Life]]:
        """The commitments and instruments that have a reference, or had it as drafts, by it: by this others name them."""
        every = [one for kind in NAMED for one in self.of(kind)]
        return _apart((name, one) for one in every for name in {one.members["reference"], one.recorded_as})


def _apart(keyed: Iterable[tuple[Key, Life]]) -> Mapping[Key, Sequence[Life]]:
    found: defaultdict[Key, list[Life]] = defaultdict(list)
    for key, life in keyed:
        found[key].append(life)
    return dict(found)
