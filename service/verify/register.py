"""What the entries add up to: the commission with its sessions and groups, and where each commitment stands. Pure.

Kept small, since there is one `Subject` per commitment: its facts lie in bytes and are read when they are needed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from msgspec import Struct

from service.verify.commitment_shapes import Commitment

MEMBERS: Final = tuple(sorted(Commitment.__annotations__))
"""A commitment's members, in the order in which they are spelled: only their values are kept."""


class Waiting(Struct, gc=False):
    """An open proposal, as its entry says it, and the parties that have yet to confirm it."""

    proposal: dict[str, Any]
    by: str
    awaiting: list[str]
    foretold: bytes | None = None
    """What the last confirmation says from its data on, if it says nothing of its own."""
    then: bytes = b""
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
    waiting: Waiting | None = None
    broken: bool = False

    @property
    def facts(self) -> dict[str, Any]:
        """The commitment's members as they stand."""
        return dict(zip(MEMBERS, orjson.loads(self.stored), strict=True))

    def conclude(self) -> None:
        """Let the open proposal take effect."""
        if self.waiting:
            self.stored, self.waiting = self.waiting.then, None


def kept(facts: Mapping[str, Any]) -> bytes:
    """Return a commitment's members as they are kept; `facts` has them in the order of `MEMBERS`."""
    # A copy of its own size: what orjson returns keeps the room of its buffer, four times as much memory in all.
    return bytes(bytearray(orjson.dumps([*facts.values()])))


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

    def others(self, party: str) -> list[str]:
        """Return the parties that have to confirm what `party` proposes: nobody where the rule is unilateral."""
        return [] if self.unilateral else [one for one in self.parties if one != party]
