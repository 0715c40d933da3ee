"""The entries that tell of a matter's moves: where they stand, and reading them again where a correction names one. Pure."""

from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from service.register.commissions.rules import derived
from service.register.commissions.rules.charter.founding import FOUNDED, founded
from service.register.decisions.rules.origins import Told
from service.register.groups.rules import derived as groups
from service.tlog.merkle import leaf_hash
from service.verify.canonical import Entry, read
from service.verify.finding import Severity
from service.verify.replay.shape import Broken

Again: TypeAlias = Callable[[int], bytes | None]
"""Reads the entry with this index from the export once more; None where that is not possible."""


@dataclass(slots=True)
class Tellings:
    """Their indices in the log, and their leaf hashes, one after another: to keep what they say would take as much as the log."""

    indices: "array[int]" = field(default_factory=lambda: array("Q"))
    leaves: bytearray = field(default_factory=bytearray)

    def add(self, index: int, leaf: bytes) -> None:
        """Add the newest entry."""
        self.indices.append(index)
        self.leaves += leaf

    def read(self, again: Again) -> list[Told]:
        """Return what the entries tell, in their order; `Broken` unless they are those that were verified."""
        found = [stored for index in self.indices if (stored := again(index)) is not None]
        leaves = [leaf_hash(stored) for stored in found]
        if b"".join(leaves) != self.leaves:
            raise Broken(
                "what it names cannot be told: entries before it changed in the export while it was verified",
                Severity.UNPROVEN,
            )
        return list(_told(found, leaves))


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
