"""What the entries add up to: the commission with its sessions and groups, and where each commitment stands. Pure.

Kept small, since there is one `Subject` per commitment: its facts lie in bytes and are read when they are needed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Final

from msgspec import Struct
from msgspec.msgpack import Decoder, Encoder

from service.commitments.lifecycle import Action
from service.verify.commitment_shapes import Commitment
from service.verify.reading import Broken
from service.verify.spelling import Entry

TEXTS: Final = ("texts", "titles")
"""The long members of a commitment, which only an amendment touches: they are kept by themselves."""
SHORT: Final = tuple(sorted(Commitment.__annotations__.keys() - set(TEXTS)))
"""The others: of these only the values are kept."""
_short, _texts = itemgetter(*SHORT), itemgetter(*TEXTS)
_pack, _unpack = Encoder().encode, Decoder().decode


class Waiting(Struct, gc=False):
    """An open proposal, as its entry says it, and the parties that have yet to confirm it."""

    proposal: dict[str, Any]
    by: str
    awaiting: list[str]
    foretold: bytes | None = None
    """What the last confirmation says from its data on, if it says nothing of its own."""
    then: tuple[bytes, bytes] = (b"", b"")
    """The commitment's members as they will be kept once it has taken effect."""


@dataclass(slots=True)
class Subject:
    """A subject of the log: the end of its chain, and for a commitment what the replay knows of it."""

    seq: int
    leaf: bytes
    at: str
    index: int
    reference: str = ""
    stored: bytes = b""
    texts: bytes = b""
    waiting: Waiting | None = None
    broken: bool = False

    @property
    def facts(self) -> dict[str, Any]:
        """The commitment's short members as they stand."""
        return dict(zip(SHORT, _unpack(self.stored), strict=True))

    def facts_for(self, action: str) -> dict[str, Any]:
        """Return the members that a move with this action may touch: all for an amendment, else the short ones."""
        return self.facts | dict(zip(TEXTS, _unpack(self.texts), strict=True)) if action == Action.AMEND else self.facts

    def kept(self, facts: Mapping[str, Any]) -> tuple[bytes, bytes]:
        """Return `facts` as they are kept; where they have no texts, these stay as they are."""
        return _pack(_short(facts)), _pack(_texts(facts)) if "texts" in facts else self.texts

    def become(self, facts: Mapping[str, Any]) -> None:
        """Keep the commitment's members as they are now."""
        self.stored, self.texts = self.kept(facts)

    def conclude(self) -> None:
        """Let the open proposal take effect."""
        if self.waiting:
            (self.stored, self.texts), self.waiting = self.waiting.then, None


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

    def party_of(self, entry: Entry) -> str:
        """Return the party for which the entry was written; `Broken` if it is none of this commission."""
        if entry.party not in self.parties:
            message = f"it was done for {entry.party}, which is not a party of this commission"
            raise Broken(message)
        return entry.party

    def others(self, party: str) -> list[str]:
        """Return the parties that have to confirm what `party` proposes: nobody where the rule is unilateral."""
        return [] if self.unilateral else [one for one in self.parties if one != party]
