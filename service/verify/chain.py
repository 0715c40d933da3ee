"""The chain of every subject, entry by entry: numbers without gap, each naming the hash of the one before. Pure."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from service.audit.entry import FIRST_PREV, NotCanonical
from service.verify.canonical import is_uuid, read
from service.verify.finding import Finding, malformed, tampered
from service.verify.reading import Broken
from service.verify.register import Register, Subject
from service.verify.replay import follow

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
        subjects, replay = self.subjects, self.replay
        for index, (stored, leaf) in enumerate(zip(entries, leaves, strict=True), self.size):
            try:
                entry = read(stored)
            except NotCanonical as wrong:
                yield malformed(f"entry {index}", f"is not written as an entry is: {wrong}")
                continue
            subject = subjects.get(entry["subject"])
            if subject is None or not (
                entry["seq"] == subject.seq + 1
                and entry["prev"] == subject.leaf.hex()
                and entry["recorded_at"] >= subject.at
                and entry["commission"] == self.log
            ):
                yield from self._unexpected(index, entry, subject)
                subject = self._begin(entry) if subject is None else subject
            subject.seq, subject.leaf, subject.at, subject.index = entry["seq"], leaf, entry["recorded_at"], index
            if replay and not subject.broken:
                try:
                    follow(self.register, subject, entry)
                except Broken as broken:
                    subject.broken = True
                    yield Finding(broken.severity, place(index, entry, subject), str(broken))
        self.size += len(entries)

    def _begin(self, entry: dict[str, Any]) -> Subject:
        """Begin a subject with its first entry; a commitment is known by its reference from then on."""
        if self.log is None:
            self.log = entry["commission"]
        subject = self.subjects[entry["subject"]] = Subject(-1, FIRST_PREV, "", -1)
        reference = _reference(entry)
        if reference is not None:
            subject.reference = reference
            self.references.setdefault(reference, subject)
        return subject

    def _unexpected(self, index: int, entry: dict[str, Any], subject: Subject | None) -> Iterator[Finding]:
        """Yield what is wrong with an entry that begins a subject, or does not continue it."""
        where, before = place(index, entry, subject), subject or _BEGINNING
        if entry["seq"] != before.seq + 1:
            yield tampered(where, f"has seq {entry['seq']} where the subject's next is {before.seq + 1}")
        if entry["prev"] != before.leaf.hex():
            yield tampered(where, "does not name the hash of the subject's entry before it (prev)")
        if entry["recorded_at"] < before.at:
            yield tampered(where, f"was recorded before the subject's entry before it ({before.at})")
        if self.log not in {None, entry["commission"]}:
            yield tampered(where, f"belongs to the log of another commission, {entry['commission']}")
        if subject is None:
            yield from self._wrong_beginning(where, index, entry)

    def _wrong_beginning(self, where: str, index: int, entry: dict[str, Any]) -> Iterator[Finding]:
        founding = index == 0
        if entry["kind"] != (FOUNDED if founding else RECORDED):
            wanted = "a log begins with the founding" if founding else "a subject's first entry records a commitment"
            yield tampered(where, f"{wanted}, not with {entry['kind']}")
        if founding and entry["subject"] != entry["commission"]:
            yield tampered(where, "the commission that is founded is not the log's own")
        if not (is_uuid(entry["subject"]) and is_uuid(entry["commission"])):
            yield malformed(where, "subject and commission are UUIDs")
        reference = _reference(entry)
        if reference in self.references:
            yield tampered(where, f"uses the reference {reference} a second time")


def _reference(entry: dict[str, Any]) -> str | None:
    """Return the reference under which the entry records a commitment, if it does."""
    commitment = entry["data"].get("commitment") if entry["kind"] == RECORDED else None
    reference = commitment.get("reference") if isinstance(commitment, dict) else None
    return reference if isinstance(reference, str) else None


def place(index: int, entry: dict[str, Any], subject: Subject | None) -> str:
    """Return where a finding is: the entry's index, its subject and reference, seq and kind."""
    reference = f"{subject.reference}, " if subject and subject.reference else ""
    return f"entry {index} ({reference}subject {entry['subject']}, seq {entry['seq']}, {entry['kind']})"
