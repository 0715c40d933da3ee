"""The chain of every subject, entry by entry: numbers without gap, each naming the hash of the one before. Pure."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from service.audit.entry import FIRST_PREV, NotCanonical
from service.verify.canonical import is_uuid, read
from service.verify.finding import Finding, malformed, tampered
from service.verify.reading import Broken
from service.verify.register import Register, Subject
from service.verify.replay import follow
from service.verify.spelling import FEW, SUBJECT, Known, foretold, take_apart

Entry = dict[str, Any]

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
        subjects, replay = self.subjects, self.replay
        parts = take_apart(entries, self.log)
        for index, (stored, leaf, (data, tail)) in enumerate(zip(entries, leaves, parts, strict=True), self.size):
            key = tail[SUBJECT]
            subject = subjects.get(key)
            before = subject or _BEGINNING
            known = foretold(tail, before.seq + 1, before.leaf, key)
            if known is None or subject is None or known[2] < subject.at:
                yield from self._look_closer(index, stored, leaf, self._members(known, key, before, data))
                continue
            entry = self._members(known, key, before, data) if replay else None
            subject.seq, subject.leaf, subject.at, subject.index = subject.seq + 1, leaf, known[2], index
            if entry and not subject.broken:
                yield from self._replay(index, subject, entry)
        self.size += len(entries)

    def _look_closer(self, index: int, stored: bytes, leaf: bytes, entry: Entry | None) -> Iterator[Finding]:
        """Follow an entry that begins a subject, or is not as foretold; `entry` is None unless it was read already."""
        try:
            entry = entry or read(stored)
        except NotCanonical as wrong:
            yield malformed(f"entry {index}", f"is not written as an entry is: {wrong}")
            return
        subject = self.subjects.get(entry["subject"])
        yield from self._unexpected(index, entry, subject)
        subject = self._begin(entry) if subject is None else subject
        subject.seq, subject.leaf, subject.at, subject.index = entry["seq"], leaf, entry["recorded_at"], index
        if self.replay and not subject.broken:
            yield from self._replay(index, subject, entry)

    def _replay(self, index: int, subject: Subject, entry: Entry) -> Iterator[Finding]:
        try:
            follow(self.register, subject, entry)
        except Broken as broken:
            subject.broken = True
            yield Finding(broken.severity, place(index, entry, subject), str(broken))

    def _members(self, known: Known | None, subject: str, before: Subject, data: Entry) -> Entry | None:
        """Return the members of the entry that was foretold to come after `before`, None if it did not come."""
        if known is None:
            return None
        kind, party, at = known
        return {
            "commission": self.log, "subject": subject, "seq": before.seq + 1, "prev": before.leaf.hex(),
            "kind": kind, "recorded_at": at, "party": party, "data": data,
        }  # fmt: skip

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
