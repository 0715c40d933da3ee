"""The chain of every subject, entry by entry: numbers without gap, each naming the hash of the one before. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final

from service.trail.chain import Link, faults
from service.trail.entry import NotCanonical
from service.verify.canonical import Entry, is_uuid, read
from service.verify.finding import Finding, malformed, tampered
from service.verify.replay.register import Register, Subject
from service.verify.replay.replay import follow
from service.verify.replay.shape import Broken

FOUNDED: Final = "commission.founded"
RECORDED: Final = "commitment.recorded"


class Trail:
    """What is known of the log so far: the end of each subject's chain, and what its entries add up to."""

    def __init__(self, *, replay: bool) -> None:
        self.replay = replay
        self.log: str | None = None
        self.subjects: dict[str, Subject] = {}
        self.references: dict[str, Subject] = {}
        self.register = Register(self.references)
        self.size = 0

    def extend(self, entries: Sequence[bytes], leaves: Sequence[bytes]) -> Iterator[Finding]:
        """Follow the entries of the next bundle, with their leaf hashes; yield what is wrong with each."""
        for index, (stored, leaf) in enumerate(zip(entries, leaves, strict=True), self.size):
            try:
                entry = read(stored)
            except NotCanonical as wrong:
                yield malformed(f"entry {index}", f"is not written as an entry is: {wrong}")
                continue
            subject = self.subjects.get(entry.subject)
            if subject is None:
                subject, found = self._begin(index, entry)
                yield from found
            yield from self._link(index, entry, leaf, subject)
            if self.replay and not subject.broken:
                yield from self._replay(index, subject, entry)
        self.size += len(entries)

    def _replay(self, index: int, subject: Subject, entry: Entry) -> list[Finding]:
        try:
            follow(self.register, subject, entry)
        except Broken as broken:
            subject.broken = True
            return [Finding(broken.severity, place(index, entry, subject), str(broken))]
        return []

    def _begin(self, index: int, entry: Entry) -> tuple[Subject, list[Finding]]:
        """Begin a subject with its first entry, and tell what is wrong with that.

        A commitment is known by its reference from then on.
        """
        founding, unnamed, reference, wrongs = index == 0, self.log is None, _reference(entry), []
        if unnamed:
            self.log = entry.commission
        if entry.kind != (FOUNDED if founding else RECORDED):
            wanted = "a log begins with the founding" if founding else "a subject's first entry records a commitment"
            wrongs.append(tampered(place(index, entry), f"{wanted}, not with {entry.kind}"))
        if founding and entry.subject != entry.commission:
            wrongs.append(tampered(place(index, entry), "the commission that is founded is not the log's own"))
        if not (is_uuid(entry.subject) and (not unnamed or is_uuid(entry.commission))):
            wrongs.append(malformed(place(index, entry), "subject and commission are UUIDs"))
        subject = self.subjects[entry.subject] = Subject(reference=reference)
        if reference and self.references.setdefault(reference, subject) is not subject:
            wrongs.append(tampered(place(index, entry), f"uses the reference {reference} a second time"))
        return subject, wrongs

    def _link(self, index: int, entry: Entry, leaf: bytes, subject: Subject) -> Iterator[Finding]:
        """Add an entry to its subject's chain, and yield why it does not continue it."""
        for wrong in faults(
            subject.last,
            self.log,
            seq=entry.seq,
            prev=entry.prev,
            recorded_at=entry.recorded_at,
            commission=entry.commission,
        ):
            yield tampered(place(index, entry, subject), wrong)
        subject.last, subject.index = Link(entry.seq, leaf, entry.recorded_at), index


def _reference(entry: Entry) -> str:
    """Return the reference under which the entry records a commitment, if it does."""
    commitment = entry.data.get("commitment") if entry.kind == RECORDED else None
    reference = commitment.get("reference") if isinstance(commitment, dict) else None
    return reference if isinstance(reference, str) else ""


def place(index: int, entry: Entry, subject: Subject | None = None) -> str:
    """Return where a finding is: the entry's index, its subject and reference, seq and kind."""
    reference = f"{subject.reference}, " if subject and subject.reference else ""
    return f"entry {index} ({reference}subject {entry.subject}, seq {entry.seq}, {entry.kind})"
