"""The chain of every subject, entry by entry: numbers without gap, each naming the hash of the one before. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final

from service.audit.entry import FIRST_PREV, NotCanonical
from service.verify.canonical import is_uuid, read
from service.verify.finding import Finding, malformed, tampered
from service.verify.reading import Broken
from service.verify.register import Register, Subject
from service.verify.replay import follow
from service.verify.spelling import FEW, Entry, read_at_once

FOUNDED: Final = "commission.founded"
RECORDED: Final = "commitment.recorded"
_BEGINNING: Final = Subject(-1, FIRST_PREV, "", -1)


class Trail:
    """What is known of the log so far: the end of each subject's chain, and what its entries add up to."""

    def __init__(self, *, replay: bool) -> None:
        self.replay = replay
        self.log: str | None = None
        self.subjects: dict[str, Subject] = {}
        self.references: dict[str, Subject] = {}
        self.register = Register(self.references)
        self.size = 0

    def follow(self, entries: Sequence[bytes], leaves: Sequence[bytes]) -> Iterator[Finding]:
        """Follow the entries of the next bundle, with their leaf hashes; yield what is wrong with each."""
        for first in range(0, len(entries), FEW):
            few = slice(first, first + FEW)
            yield from self._follow(entries[few], leaves[few])

    def _follow(self, entries: Sequence[bytes], leaves: Sequence[bytes]) -> Iterator[Finding]:
        subjects, replay, log = self.subjects, self.replay, self.log
        read: Sequence[Entry | None] = read_at_once(entries) or [None] * len(entries)
        for index, (stored, leaf, entry) in enumerate(zip(entries, leaves, read, strict=True), self.size):
            subject = subjects.get(entry.subject) if entry else None
            if (
                entry is None
                or subject is None
                or entry.seq != subject.seq + 1
                or entry.prev != subject.leaf.hex()
                or entry.recorded_at < subject.at
                or entry.commission != log
            ):
                yield from self._look_closer(index, stored, leaf, entry)
                log = self.log
                continue
            subject.seq, subject.leaf, subject.at, subject.index = entry.seq, leaf, entry.recorded_at, index
            if replay and not subject.broken:
                yield from self._replay(index, subject, entry, stored)
        self.size += len(entries)

    def _look_closer(self, index: int, stored: bytes, leaf: bytes, entry: Entry | None) -> Iterator[Finding]:
        """Follow an entry that begins a subject, or does not continue it; `entry` is None if it has to be read strictly."""
        try:
            entry = entry or Entry(**read(stored))
        except NotCanonical as wrong:
            yield malformed(f"entry {index}", f"is not written as an entry is: {wrong}")
            return
        subject = self.subjects.get(entry.subject)
        for message in self._wrongs(index, entry, subject):
            yield tampered(place(index, entry, subject), message)
        if subject is None:
            if not (is_uuid(entry.subject) and (entry.commission == self.log or is_uuid(entry.commission))):
                yield malformed(place(index, entry, subject), "subject and commission are UUIDs")
            subject = self._begin(entry)
        subject.seq, subject.leaf, subject.at, subject.index = entry.seq, leaf, entry.recorded_at, index
        if self.replay and not subject.broken:
            yield from self._replay(index, subject, entry, stored)

    def _replay(self, index: int, subject: Subject, entry: Entry, stored: bytes) -> list[Finding]:
        try:
            follow(self.register, subject, entry, stored)
        except Broken as broken:
            subject.broken = True
            return [Finding(broken.severity, place(index, entry, subject), str(broken))]
        return []

    def _begin(self, entry: Entry) -> Subject:
        """Begin a subject with its first entry; a commitment is known by its reference from then on."""
        if self.log is None:
            self.log = entry.commission
        subject = self.subjects[entry.subject] = Subject(-1, FIRST_PREV, "", -1)
        reference = _reference(entry)
        if reference is not None:
            subject.reference = reference
            self.references.setdefault(reference, subject)
        return subject

    def _wrongs(self, index: int, entry: Entry, subject: Subject | None) -> list[str]:
        """Return what is wrong with an entry that begins a subject, or does not continue it."""
        wrongs, before = [], subject or _BEGINNING
        if entry.seq != before.seq + 1:
            wrongs.append(f"has seq {entry.seq} where the subject's next is {before.seq + 1}")
        if entry.prev != before.leaf.hex():
            wrongs.append("does not name the hash of the subject's entry before it (prev)")
        if entry.recorded_at < before.at:
            wrongs.append(f"was recorded before the subject's entry before it ({before.at})")
        if self.log not in {None, entry.commission}:
            wrongs.append(f"belongs to the log of another commission, {entry.commission}")
        return wrongs if subject else wrongs + self._wrong_beginning(index, entry)

    def _wrong_beginning(self, index: int, entry: Entry) -> list[str]:
        founding, wrongs = index == 0, []
        if entry.kind != (FOUNDED if founding else RECORDED):
            wanted = "a log begins with the founding" if founding else "a subject's first entry records a commitment"
            wrongs.append(f"{wanted}, not with {entry.kind}")
        if founding and entry.subject != entry.commission:
            wrongs.append("the commission that is founded is not the log's own")
        reference = _reference(entry)
        if reference in self.references:
            wrongs.append(f"uses the reference {reference} a second time")
        return wrongs


def _reference(entry: Entry) -> str | None:
    """Return the reference under which the entry records a commitment, if it does."""
    commitment = entry.data.get("commitment") if entry.kind == RECORDED else None
    reference = commitment.get("reference") if isinstance(commitment, dict) else None
    return reference if isinstance(reference, str) else None


def place(index: int, entry: Entry, subject: Subject | None) -> str:
    """Return where a finding is: the entry's index, its subject and reference, seq and kind."""
    reference = f"{subject.reference}, " if subject and subject.reference else ""
    return f"entry {index} ({reference}subject {entry.subject}, seq {entry.seq}, {entry.kind})"
