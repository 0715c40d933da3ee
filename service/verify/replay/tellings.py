"""The entries that tell of a matter's moves: where they stand, and reading them again where a correction names one. Pure."""

from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeAlias

from service.register.commissions.rules import derived
from service.register.commissions.rules.charter.founding import FOUNDED, founded
from service.register.decisions.rules.matter import Rules
from service.register.decisions.rules.origins import Origins, Told
from service.register.groups.rules import derived as groups
from service.tlog.merkle import HASH_SIZE, leaf_hash
from service.verify.canonical import Entry, read
from service.verify.finding import Severity
from service.verify.replay.shape import Broken

Again: TypeAlias = Callable[[int], bytes]
"""Reads the entry with this index from the export once more; other bytes, or none, where the export has changed."""
KEPT: Final = 16_000_000
"""Bytes of entries of which it is kept what they brought: those of some thousand matters that were corrected last.

It takes three to five times as much memory, so 80 megabytes at most."""


@dataclass(slots=True)
class Tellings:
    """Their indices in the log, and their leaf hashes, one after another: to keep what they say would take as much as the log."""

    indices: "array[int]" = field(default_factory=lambda: array("Q"))
    leaves: bytearray = field(default_factory=bytearray)
    origins: Origins | None = None
    """What they brought, while it is kept."""
    followed: int = 0
    """Of how many entries it is kept."""
    size: int = 0
    """How many bytes these have."""

    def add(self, index: int, leaf: bytes) -> None:
        """Add the newest entry."""
        self.indices.append(index)
        self.leaves += leaf

    def brought(self, rules: Rules[Any], again: Again) -> Origins:
        """Return what the entries brought, by these rules; what is kept of it goes on. `Broken` unless they are those that were verified."""
        kept, self.origins = self.origins, None
        if kept is None or kept.rules is not rules:
            kept, self.followed, self.size = Origins(rules), 0, 0
        first = self.followed
        found = [again(index) for index in self.indices[first:]]
        leaves = [leaf_hash(stored) for stored in found]
        if b"".join(leaves) != self.leaves[first * HASH_SIZE :]:
            raise Broken(
                "what it names cannot be told: entries before it changed in the export while it was verified",
                Severity.UNPROVEN,
            )
        for told in _told(found, leaves):
            kept.add(told)
        self.followed, self.size = len(self.indices), self.size + sum(map(len, found))
        self.origins = kept
        return kept


class Reread:
    """Reads again what corrections name, and keeps what it found of the matters that were corrected last."""

    def __init__(self, again: Again) -> None:
        self._again = again
        self._last: dict[int, Tellings] = {}
        self._size = 0

    def origins(self, rules: Rules[Any], told: Tellings) -> Origins:
        """Return what the entries brought that tell of a matter's moves."""
        if self._last.pop(id(told), None):
            self._size -= told.size
        found = told.brought(rules, self._again)
        self._last[id(told)] = told
        self._size += told.size
        while self._size > KEPT:
            oldest = self._last.pop(next(iter(self._last)))
            self._size -= oldest.size
            oldest.origins = None
        return found


def _told(found: list[bytes], leaves: list[bytes]) -> Iterator[Told]:
    for entry, leaf in zip(map(read, found), leaves, strict=True):
        at = datetime.fromisoformat(entry.recorded_at)
        yield Told(leaf.hex(), entry.seq, at, _in_its_own_words(entry), entry.party)


def _in_its_own_words(entry: Entry) -> Mapping[str, Any]:
    """Return the entry's data as the matter's own trail has it: entries of version 1 told of sessions and groups in the commission's."""
    if entry.kind == FOUNDED:
        return {"commission": founded(entry.data)}
    if entry.subject == entry.commission and entry.kind in {derived.RECORDED, derived.CHANGED}:
        return derived.told(entry.kind, entry.data)
    if entry.party and entry.kind in {groups.FOUNDED, groups.CHANGED}:
        return groups.told(entry.kind, entry.data, entry.party)
    return entry.data
