"""What the entries add up to: the commission with its sessions and groups, and where each commitment stands. Pure.

Kept small, since there is one `Subject` per commitment: its facts lie in bytes, but of those that were read last, which are
the likeliest to move next.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Final

from msgspec import Struct
from msgspec.msgpack import Decoder, Encoder

from service.register.commitments.rules.lifecycle import Action
from service.register.decisions.rules.lifecycle import Step
from service.verify.replay.commitment_shapes import Commitment
from service.verify.replay.shape import Broken
from service.verify.spelling import Entry

RECENT: Final = 1024
"""So many commitments' facts are kept read at most; some kilobytes each."""
TEXTS: Final = ("texts", "titles")
"""The long members of a commitment, which only an amendment touches: they always lie in bytes."""
SHORT: Final = tuple(sorted(Commitment.__annotations__.keys() - set(TEXTS)))
"""The others: of these only the values lie in bytes."""
_short, _texts = itemgetter(*SHORT), itemgetter(*TEXTS)
_pack, _unpack = Encoder().encode, Decoder().decode


class Waiting(Struct, gc=False):
    """An open proposal, as its entry says it, and the parties that have yet to confirm it."""

    proposal: dict[str, Any]
    row: Step
    """Its row of the lifecycle: while it is open, nothing else moves the commitment."""
    by: str
    awaiting: list[str]


@dataclass(slots=True)
class Subject:
    """A subject of the log: the end of its chain, and for a commitment what the replay knows of it."""

    seq: int
    leaf: bytes
    at: str
    index: int
    reference: str = ""
    short: bytes = b""
    texts: bytes = b""
    read: dict[str, Any] | None = None
    """The short members, read from `short`, which is empty meanwhile."""
    waiting: Waiting | None = None
    broken: bool = False

    @property
    def recorded(self) -> bool:
        """Whether the commitment was recorded."""
        return bool(self.read or self.short)

    @property
    def facts(self) -> dict[str, Any]:
        """The commitment's short members as they stand; those of one that moves now, which was recalled, are its own."""
        return self.read or dict(zip(SHORT, _unpack(self.short), strict=True))

    def facts_for(self, action: str) -> dict[str, Any]:
        """Return the members that a move with this action may touch: all for an amendment, else the short ones."""
        return self.facts | dict(zip(TEXTS, _unpack(self.texts), strict=True)) if action == Action.AMEND else self.facts

    def become(self, facts: Mapping[str, Any]) -> None:
        """Keep all members of the commitment as they are now."""
        self.read, self.short = dict(zip(SHORT, _short(facts), strict=True)), b""
        self.texts = _pack(_texts(facts))

    def conclude(self, after: Mapping[str, Any]) -> None:
        """Let the open proposal take effect: the members in `after` become as they are there."""
        if after.keys().isdisjoint(TEXTS):
            self.unpack()
            self.facts.update(after)
        else:
            self.become({**self.facts_for(Action.AMEND), **after})
        self.waiting = None

    def unpack(self) -> None:
        """Read the commitment's facts, if they lie in bytes."""
        if self.short:
            self.read, self.short = self.facts, b""

    def pack(self) -> None:
        """Keep the commitment's facts in bytes."""
        if self.read:
            self.short, self.read = _pack(_short(self.read)), None


@dataclass(slots=True)
class Register:
    """The commission's fixed facts, its sessions and groups by id, and its commitments by reference."""

    commitments: dict[str, Subject]
    id: str = ""
    code: str = ""
    parties: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    unilateral: bool = False
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)
    """Of each group, each organisation's party and role."""
    recent: deque[Subject] = field(default_factory=deque)
    """The commitments whose facts are read, in the order in which they were."""

    def recall(self, subject: Subject) -> None:
        """Have the facts of a commitment read that moves now; those that were read first lie in bytes again."""
        if not subject.read:
            if len(self.recent) == RECENT:
                self.recent.popleft().pack()
            subject.unpack()
            self.recent.append(subject)

    def party_of(self, entry: Entry) -> str:
        """Return the party for which the entry was written; `Broken` if it is none of this commission."""
        if entry.party not in self.parties:
            raise Broken(f"it was done for {entry.party}, which is not a party of this commission")
        return entry.party

    def others(self, party: str) -> list[str]:
        """Return the parties that have to confirm what `party` proposes: nobody where the rule is unilateral."""
        return [] if self.unilateral else [one for one in self.parties if one != party]
